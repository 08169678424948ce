"""Chips of a music prompt: each is a part of the text, and changing one changes only that."""

from __future__ import annotations

import pytest

from generators.musical.reading import read_prompt
from studio.services.music_prompt import (
    KINDS,
    added,
    changed,
    choices_for,
    turned,
    understood,
)

PROMPT = "Warm acoustic guitar, no drums, 92 bpm, in F# minor, drop at 7.5 s, seamless loop"


def test_the_chips_of_a_prompt_stand_where_their_words_stand():
    chips = understood(PROMPT, "en")
    said = [PROMPT[chip.start : chip.end] for chip in chips]
    assert said == ["Warm", "acoustic", "acoustic guitar", "no drums", "92 bpm", "in F# minor",
                    "drop at 7.5 s", "seamless loop"]  # fmt: skip
    assert [chip.label for chip in chips][-5:] == [
        "no drums", "92 bpm", "F# minor", "drop at 7.5 s", "loop",
    ]  # fmt: skip
    assert "升F小调" in [chip.label for chip in understood(PROMPT, "zh")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_choice_is_understood_as_its_kind(kind, language):
    choices = choices_for(kind, language, 15.0)
    assert choices
    for choice in choices:
        found = [chip for chip in understood(choice.text, language) if chip.kind == kind]
        assert found, choice
        assert found[0].start == 0


def test_a_change_leaves_the_rest():
    chips = understood(PROMPT, "en")
    assert changed(PROMPT, chips[4], "120 bpm") == PROMPT.replace("92", "120")
    assert changed(PROMPT, chips[3], "piano") == PROMPT.replace("drums", "piano")
    assert changed(PROMPT, chips[4], "") == PROMPT.replace(", 92 bpm", "")
    assert changed(PROMPT, chips[0], "") == PROMPT.removeprefix("Warm ")
    chinese = "温暖，不要鼓"
    told = changed(chinese, understood(chinese, "zh")[1], "钢琴")
    assert read_prompt(told).without == ("piano",)


def test_taking_a_refusal_out_keeps_what_it_went_on_to_refused():
    for prompt in ("warm, no drums or trumpet", "温暖，不要鼓和小号"):
        told = changed(prompt, understood(prompt, "en")[1], "")
        assert read_prompt(told).without == ("trumpet",)


def test_what_is_refused_is_shown_as_refused():
    prompt = "piano, no loop and not in C minor"
    chips = understood(prompt, "en")
    assert [chip.label for chip in chips] == ["piano", "no loop", "no C minor"]
    assert [chip.refused for chip in chips] == [False, True, True]
    assert [chip.label for chip in understood("不循环，钢琴", "zh")] == ["不要循环", "钢琴"]
    told = changed(prompt, chips[1], "")
    assert understood(told, "en")[-1].label == "no C minor"
    warm = "no loop and warm piano"
    assert read_prompt(changed(warm, understood(warm, "en")[0], "")).moods == ("warm",)


def test_a_list_of_moments_is_one_chip():
    (chip,) = understood("hits at 3s, 6s and 9s", "en")
    assert (chip.label, chip.start, chip.end) == ("hit at 3, 6, 9 s", 0, 21)


def test_words_are_put_behind():
    assert added("", "jazz") == "jazz"
    assert added("warm, ", "jazz") == "warm, jazz"
    assert added("温暖", "爵士") == "温暖，爵士"


def test_a_piece_becomes_calmer_livelier_or_goes_on():
    assert turned("calmer", {"intensity": 0.25, "part": 2}) == {"intensity": -0.25}
    assert turned("calmer", {"intensity": -0.75}) == {"intensity": -1.0}  # no further
    assert turned("livelier", {}) == {"intensity": 0.5}
    assert turned("go_on", {"intensity": 1, "part": 1}) == {"part": 2}
    assert turned("go_on", {}) == {"part": 1}
