"""The rules for copy, without any model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.api import InvalidParameter
from generators.text_gpt import copy
from generators.text_gpt.copy_prompts import read_limits

BRIEF = "Brand: Halden\nProduct: an insulated steel bottle\nMessage: hot coffee for 12 hours"


def test_full_width_characters_count_two_where_the_platform_says_so():
    assert copy.width("coffee", "cjk2") == 6
    assert copy.width("春天 tea", "cjk2") == 8
    assert copy.width("春天 tea", "plain") == 6


@given(st.text(), st.sampled_from(["plain", "cjk2"]))
def test_width_is_never_less_than_nothing_and_adds_up(text, rule):
    assert 0 <= copy.width(text, rule) <= 2 * len(text)
    assert copy.fits(text, copy.width(text, rule), rule=rule)


@given(st.text())
def test_cleaning_is_stable(text):
    once = copy.clean(text)
    assert copy.clean(once) == once


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("[Product] keeps your coffee hot", "placeholder"),
        ("Hot coffee for 48 hours", "number"),
        ("Halden #coffee", "hashtag"),
        ("Hot coffee for 12 hours", ""),
        ("Halden keeps your coffee hot", ""),
    ],
)
def test_lines_that_cannot_be_copy_for_this_brief(line, word):
    assert copy.fault(line, copy.read_brief(BRIEF)) == word


def test_near_duplicates():
    assert copy.near_duplicate("Hot coffee all day", "Hot coffee, all day!")
    assert not copy.near_duplicate("Hot coffee all day", "A bottle for life")


@pytest.mark.parametrize(
    "limits",
    ["text", [1], [{"key": "a"}, {"key": "a", "wat": 1}], [{"key": "a", "max_width": -4}]],
)
def test_limits_that_make_no_sense_are_refused_by_name(limits):
    with pytest.raises(InvalidParameter) as caught:
        read_limits(limits)
    assert caught.value.key == "limits"
