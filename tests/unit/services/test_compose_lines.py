"""Line breaking and fitting: nothing is cut, everything fits, breaks are good."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.services.compose.fonts import drawable, face_for
from studio.services.compose.lines import (
    NOT_FIRST,
    NOT_LAST,
    break_into,
    fit_body,
    fit_headline,
    is_rtl,
    measured,
    units,
)

INTER = face_for("Abc", "Inter Display", "heading")
CHINESE = face_for("清晨", "Inter Display", "heading")


def test_two_sentences_break_between_them():
    text = "Hot at sunrise. Still hot at noon."
    fitted = fit_headline(text, INTER, (900, 400), (40, 120), 4)
    assert fitted is not None
    assert fitted.lines == ("Hot at sunrise.", "Still hot at noon.")


def test_a_line_does_not_end_with_an_article():
    broken = break_into(units("Steel for life with the coffee"), INTER.path, 2)
    assert broken is not None
    assert broken[0] == ["Steel for life", "with the coffee"]


def test_chinese_punctuation_keeps_its_place():
    text = "他说：“清晨出发，正午依然（很）滚烫。”真好！"
    for count in range(2, 7):
        broken = break_into(units(text), CHINESE.path, count)
        assert broken is not None
        for line in broken[0]:
            assert line[0] not in NOT_FIRST
            assert line[-1] not in NOT_LAST


def test_latin_words_in_chinese_stay_whole():
    assert ("Halden", False) in units("新的Halden保温杯")


def test_a_word_that_is_too_wide_is_not_cut():
    assert fit_headline("Donaudampfschifffahrt" * 4, INTER, (300, 300), (40, 100), 4) is None


def test_body_prefers_the_largest_size_in_few_lines():
    fitted = fit_body("Short and good.", INTER, (800, 300), (20, 30), 3)
    assert fitted is not None
    assert (len(fitted.lines), fitted.size) == (1, 30)


def test_direction_is_that_of_the_first_letter():
    assert is_rtl("«שלום» hello")
    assert not is_rtl("hello שלום")
    assert not is_rtl("123 …")


def test_emoji_without_a_glyph_are_taken_out_and_named():
    assert drawable("Hot ☕ now 🚀", "Inter", "heading") == ("Hot now", "☕🚀")
    assert drawable("Plain", "Inter", "heading") == ("Plain", "")


def test_a_face_has_every_character():
    assert face_for("清晨", "Fraunces", "heading").name == "Noto Sans SC"
    assert face_for("Müßiggang", "Fraunces", "heading").name == "Fraunces"


words = st.text(alphabet="abcdefghij WÄß清晨出发，。“”!.-", min_size=1, max_size=90)


@settings(max_examples=120, deadline=None)
@given(text=words, width=st.integers(80, 900), height=st.integers(60, 600), lines=st.integers(1, 5))
def test_what_fits_fits_and_is_whole(text, width, height, lines):
    if not text.split():
        return
    face = CHINESE
    fitted = fit_headline(text, face, (width, height), (12, 200), lines)
    if fitted is None:
        return
    assert "".join("".join(fitted.lines).split()) == "".join(text.split())
    assert len(fitted.lines) <= lines
    assert fitted.height <= height + 1
    assert all(measured(face.path, line) * fitted.size <= width + 0.5 for line in fitted.lines)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_breaks_are_balanced(count):
    parts = units("one two three four five six")
    broken = break_into(parts, INTER.path, count)
    assert broken is not None
    widths = [measured(INTER.path, line) for line in broken[0]]
    assert max(widths) < 1.6 * min(widths)
