"""Line breaking and fitting: nothing is cut, everything fits, breaks are good."""

from __future__ import annotations

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib.tables.TupleVariation import TupleVariation
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.services.compose.fonts import drawable, face_for, instead
from studio.services.compose.lines import (
    NOT_FIRST,
    NOT_LAST,
    break_into,
    fit_body,
    fit_headline,
    is_rtl,
    measured,
    runs_rtl,
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
    broken = break_into(units("Steel for life with the coffee"), INTER, 2)
    assert broken is not None
    assert broken[0] == ["Steel for life", "with the coffee"]


def test_chinese_punctuation_keeps_its_place():
    text = "他说：“清晨出发，正午依然（很）滚烫。”真好！"
    for count in range(2, 7):
        broken = break_into(units(text), CHINESE, count)
        assert broken is not None
        for line in broken[0]:
            assert line[0] not in NOT_FIRST
            assert line[-1] not in NOT_LAST


def test_latin_words_in_chinese_stay_whole():
    assert ("Halden", False, 0.0) in units("新的Halden保温杯")


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


words = st.text(alphabet="abcdefghij WÄß清晨出发，。“”!.-のがスーณกาแฟ้(", min_size=1, max_size=90)


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
    assert all(measured(face, line) * fitted.size <= width + 0.5 for line in fitted.lines)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_breaks_are_balanced(count):
    parts = units("one two three four five six")
    broken = break_into(parts, INTER, count)
    assert broken is not None
    widths = [measured(INTER, line) for line in broken[0]]
    assert max(widths) < 1.6 * min(widths)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("让每个清晨都从一杯好咖啡开始", ("让每个清晨", "都从一杯", "好咖啡开始")),
        ("守护您与家人的每一个夜晚", ("守护您", "与家人的", "每一个夜晚")),
        ("守護您與家人的每一個夜晚", ("守護您", "與家人的", "每一個夜晚")),
        ("清晨滚烫，正午依旧", ("清晨滚烫，", "正午依旧")),
        ("秋の新作スニーカーが登場しました", ("秋の新作スニーカーが", "登場しました")),
        ("あなたの毎日を、もっと快適に。", ("あなたの", "毎日を、", "もっと", "快適に。")),
    ],
)
def test_chinese_and_japanese_break_between_words(text, lines):
    fitted = fit_headline(text, CHINESE, (500, 400), (30, 120), 4)
    assert fitted is not None
    assert fitted.lines == lines


def test_a_word_is_torn_only_where_there_is_no_other_way():
    fitted = fit_body("新作スニーカー", CHINESE, (200, 400), (40, 40), 3)
    assert fitted is not None
    assert len(fitted.lines) == 2


def test_thai_breaks_between_words():
    text = "สวัสดีตอนเช้ากับ(กาแฟร้อน)แก้วโปรดของคุณ!"
    pieces = [part.text for part in units(text)]
    assert "".join(pieces) == text
    assert {"สวัสดี", "เช้า", "ของ", "คุณ!"} <= set(pieces)
    assert not any(piece[0] in NOT_FIRST or piece[-1] in NOT_LAST for piece in pieces)


@pytest.mark.parametrize(
    "text", ["지속 가능한 커피를 지금 만나보세요", "하루 종일 뜨거운 커피를 즐기는 방법"]
)
@pytest.mark.parametrize("count", [2, 3])
def test_korean_breaks_at_spaces(text, count):
    broken = break_into(units(text), CHINESE, count)
    assert broken is not None
    assert " ".join(broken[0]) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [("⏰ Last chance", "Last chance"), ("3️⃣ reasons", "3 reasons"), ("⌚▶ Now", "Now")],
)
def test_a_sign_that_no_font_here_draws_is_left_out(text, kept):
    shown, left_out = drawable(text, "Fraunces", "heading")
    assert shown == kept
    assert left_out
    assert face_for(shown, "Fraunces", "heading").name == "Fraunces"


@pytest.mark.parametrize(
    ("text", "language", "rtl"),
    [
        ("Halden שומר על החום", "he", True),
        ("Halden שומר על החום", "", False),
        ("Halden", "he", False),
        ("Halden", "de", False),
        ("قهوة ساخنة", "ar-EG", True),
    ],
)
def test_a_languages_direction_is_that_of_its_lines(text, language, rtl):
    assert runs_rtl(text, language) is rtl


def variable_font(path):
    """Save a font of two masters, of which the default is the thin one."""
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder([".notdef", "A"])
    builder.setupCharacterMap({65: "A"})
    builder.setupGlyf({".notdef": bar(50), "A": bar(50)})
    builder.setupHorizontalMetrics({".notdef": (600, 0), "A": (600, 0)})
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    builder.setupNameTable({"familyName": "Varying", "styleName": "Thin"})
    builder.setupOS2(sCapHeight=700)
    builder.setupPost()
    builder.setupFvar([("wght", 100, 100, 900, "Weight")], [])
    heavier = [(0, 0), (0, 0), (400, 0), (400, 0), (0, 0), (300, 0), (0, 0), (0, 0)]
    builder.setupGvar({"A": [TupleVariation({"wght": (0, 1, 1)}, heavier)], ".notdef": []})
    builder.save(path)
    return path


def bar(width):
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (width, 700), (width, 0)):
        pen.lineTo(point)
    pen.closePath()
    return pen.glyph()


def test_a_variable_font_is_set_in_the_weight_of_its_use(tmp_path):
    path = str(variable_font(tmp_path / "varying.ttf"))
    widths = {}
    for use in ("heading", "body", "button"):
        face = face_for("A", path, use)
        assert "Varying" in face.name
        ink = face.at(1000).getmask("A").getbbox()
        widths[use] = ink[2] - ink[0]
        assert measured(face, "A") == pytest.approx(face.at(500).getlength("A") / 500, rel=0.01)
    assert widths["heading"] == pytest.approx(50 + 400 * 600 / 800, abs=4)
    assert widths["body"] == pytest.approx(50 + 400 * 300 / 800, abs=4)
    assert widths["body"] < widths["button"] < widths["heading"]


@pytest.mark.parametrize(
    ("text", "name", "note"),
    [
        ("Best coffee", "Fraunces", ""),
        ("清晨出发", "Fraunces", ""),
        ("★ Best coffee", "Fraunces", "set in Inter Display: Fraunces lacks ★"),
        ("Best coffee", "/gone/brand.otf", "set in Inter Display: the brand's font file is gone"),
    ],
)
def test_it_is_said_why_a_text_is_not_in_the_brands_font(text, name, note):
    said = instead(text, name, face_for(text, name, "heading"), "heading")
    assert said.startswith(note)
    assert bool(said) is bool(note)
