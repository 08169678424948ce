"""Words and phrases of writing without spaces."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.services.compose.phrases import TORN, has_thai, holds, thai_words


def split(text: str, firmly: float) -> list[str]:
    """Return a text cut wherever it holds together less than ``firmly``."""
    held = holds(text)
    cuts = [0, *(at for at in range(1, len(text)) if held.get(at, 0.0) < firmly), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(cuts)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "轻薄机身，强劲性能，高效办公",
            ["轻薄", "机身", "，", "强劲", "性能", "，", "高效", "办公"],
        ),
        ("买一送一，仅限本周末", ["买一送一", "，", "仅限", "本", "周末"]),
        ("限時優惠，全館八折", ["限時", "優惠", "，", "全館", "八折"]),
        ("秋の新作スニーカーが登場", ["秋の", "新作スニーカーが", "登場"]),
        ("plain words", list("plain words")),
    ],
)
def test_words_hold_together(text, words):
    assert split(text, TORN) == words


def test_small_words_hold_to_what_they_belong_to():
    assert split("家人的夜晚", 0.1) == ["家人的", "夜晚"]
    assert split("与家人从清晨", 0.1) == ["与家人", "从清晨"]


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="清晨出发的，。aのスー𠮷ぁ(", max_size=40))
def test_what_holds_lies_inside_the_text(text):
    assert all(0 < at < len(text) and 0 < firm <= TORN for at, firm in holds(text).items())


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="กาแฟร้อนของคุณ!(a清", max_size=40))
def test_thai_is_split_and_whole(text):
    assert "".join(thai_words(text)) == text
    assert has_thai(text) == any("\u0e00" <= c <= "\u0e7f" for c in text)
