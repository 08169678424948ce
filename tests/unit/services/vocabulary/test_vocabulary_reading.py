"""Prompts read by declared words: every caption of the vocabulary, any text, hints, suggestions."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from helpers.vocabularies import words
from hypothesis import given
from hypothesis import strategies as st

from generators.image_diffusion.starter.subjects import SUBJECTS
from generators.image_diffusion.starter.wishes import caption, draw_wish
from studio.core.vocabulary import KINDS
from studio.services.vocabulary.hints import hints_for, sentence
from studio.services.vocabulary.reading import read_prompt
from studio.services.vocabulary.suggesting import MOST, suggest

WORDS = words()
SEEDS = st.integers(0, 2**32 - 1)
SAID = [
    word
    for entries in WORDS.entries.values()
    for entry in entries
    for said in entry.words.values()
    for word in said
]
ODD = ["bicycle", "自行车", "botle", "  ", "，", "😀", "İ", "ﬁ", "ＲＥＤ", "{}", "\n"]
PARTS = st.sampled_from([*SAID, *ODD])
PROMPTS = st.one_of(st.text(max_size=60), st.lists(PARTS, max_size=8).map(" ".join))


@given(SEEDS, st.booleans())
def test_a_full_caption_is_understood_whole(seed, chinese):
    rng = np.random.default_rng(seed)
    wish = draw_wish(rng)
    reading = read_prompt(WORDS, caption(wish, rng, chinese=chinese, full=True))
    assert not reading.unknown
    assert not [word for word in reading.words if not word.known]
    for kind in ("subject", "colour", "material", "background", "light", "view", "place"):
        assert reading.id_of(kind) == getattr(wish, kind), kind
    if wish.background != "sky":
        assert reading.id_of("backdrop") == wish.backdrop
    if wish.count != "one":
        assert reading.id_of("count") == wish.count


@given(PROMPTS)
def test_any_text_is_read_and_pieces_stand_where_they_are_said_to(prompt):
    reading = read_prompt(WORDS, prompt)
    spans = [*reading.unknown, *(word for word in reading.words if word.kind != "backdrop")]
    spans.sort(key=lambda span: span.start)
    for span in (*reading.unknown, *reading.words):
        assert span.text == prompt[span.start : span.end] != ""
    for before, after in pairwise(spans):
        assert before.end <= after.start


@given(PROMPTS)
def test_a_replacement_is_understood(prompt):
    for hint in hints_for(WORDS, prompt):
        if hint.replacement:
            changed = prompt[: hint.span.start] + hint.replacement + prompt[hint.span.end :]
            kinds = {word.kind for word in read_prompt(WORDS, hint.replacement).words if word.known}
            assert hint.nearest.kind in kinds, changed


@given(PROMPTS, st.integers(0, 80))
def test_suggestions_are_few_and_add_what_they_say(prompt, cursor):
    cursor = min(cursor, len(prompt))
    made = suggest(WORDS, prompt, cursor)
    assert len(made) <= MOST
    for one in made:
        after, at = one.applied(prompt)
        assert 0 <= one.start <= one.end <= len(prompt)
        assert one.label in after[:at]
        assert one.kind in KINDS


def test_what_is_suggested_follows_what_is_missing():
    def kinds(prompt):
        return {one.kind for one in suggest(WORDS, prompt, len(prompt))}

    prompt, seen = "", []
    while found := kinds(prompt):
        assert len(found) == 1
        seen.append(found.pop())
        prompt = suggest(WORDS, prompt, len(prompt))[0].applied(prompt)[0]
    assert seen == [kind for kind in KINDS if kind != "count"]
    assert not read_prompt(WORDS, prompt).unknown
    assert prompt.startswith("matte red water bottle on a plain white background, soft light")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_subject_can_be_found_by_its_beginning(language):
    for entry in WORDS.of("subject"):
        word = entry.word(language)
        typed = word[: max(2, len(word) - 3)] if language == "en" else word[:-1] or word
        labels = [one.label for one in suggest(WORDS, typed, len(typed))]
        assert word in labels or len(word) == 1, (word, labels)


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("red bicycle on a white table", "“bicycle”. Nearest: car."),
        ("two bicycles", "“bicycles”. Nearest: cars."),
        ("a botle", "“botle”. Nearest: bottle."),
        ("vintage lunchbox, soft light", "“vintage lunchbox”. Nearest: box."),
        ("红色的自行车，白色背景", "“自行车”. Nearest: 汽车."),
        ("一双皮鞋", "“皮鞋”. Nearest: 运动鞋."),
        ("turquoise mug", "“turquoise”. Nearest: teal."),
        ("democracy", "does not know “democracy”."),
        ("a bottle on a beach", "does not know “beach”."),
    ],
)
def test_the_first_hint_names_what_is_outside_and_its_nearest(prompt, said):
    assert sentence(hints_for(WORDS, prompt)[0]).endswith(said)


@pytest.mark.parametrize("prompt", ["", "a red mug", "beautiful autumn photo of a mug", "马克杯"])
def test_nothing_is_said_of_a_prompt_that_is_inside(prompt):
    assert hints_for(WORDS, prompt) == ()


def test_related_words_name_entries_and_none_is_a_word_of_its_own():
    from generators.image_diffusion.starter import related

    known = {word for entry in SUBJECTS.values() for word in (*entry.english, *entry.chinese)}
    assert set(related.SUBJECTS) == set(SUBJECTS)
    for english, chinese in related.SUBJECTS.values():
        assert not known & set(english.split("|")) & set(chinese.split("|"))
    assert set(related.NEUTRAL) <= set(SUBJECTS)
