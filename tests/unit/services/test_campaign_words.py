"""Display width, inflected words, likeness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.services.copywriting.words import contains, display_width, likeness


@pytest.mark.parametrize(
    ("text", "plain", "cjk2"),
    [
        ("Hello", 5, 5),
        ("中文", 2, 4),
        ("ﾊﾝｶｸ", 4, 4),
        ("Ｆｕｌｌ", 4, 8),
        ("cafe\u0301", 4, 4),  # composed by NFC, as platforms store it
        ("", 0, 0),
    ],
)
def test_width(text, plain, cjk2):
    assert display_width(text, "plain") == plain
    assert display_width(text, "cjk2") == cjk2


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("The cheapest bottle", "cheap"),
        ("CHEAPER!", "cheap"),
        ("cheaply made", "Cheap"),
        ("We guaranteed it", "guarantee"),
        ("Guaranteeing warmth", "guarantee"),
        ("luxuries for all", "luxury"),
        ("the biggest one", "big"),
        ("Naïve", "naive"),
        ("c h e a p deals", "cheap"),
        ("che\u00adap", "cheap"),
        ("number one choice", "number one"),
        ("这是最好的杯子", "最好"),
        ("最 好", "最好"),
        ("Save 50%", "%"),
        ("die günstigsten Flaschen", "günstig"),
    ],
)
def test_forms_of_a_word_are_found(text, word):
    assert contains(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("freedom", "free"),
        ("carefree", "free"),
        ("bestow", "best"),
        ("a classic", "class"),
        ("one number", "number one"),
        ("Cheapside Street", "cheap"),
        ("", "cheap"),
        ("好的", "最好"),
    ],
)
def test_other_words_are_not(text, word):
    assert not contains(text, word)


@given(st.text(max_size=60), st.text(min_size=1, max_size=20))
def test_contains_never_fails(text, word):
    assert contains(text, word) in (True, False)


def test_likeness():
    assert likeness("Warm all day", "warm all day!") == 1.0
    assert likeness("Warm all day", "Warm all day long") >= 0.8
    assert likeness("Warm all day", "Repair it for life") < 0.3
    assert likeness("清晨出发依然滚烫", "清晨出发仍然滚烫") > 0.6
