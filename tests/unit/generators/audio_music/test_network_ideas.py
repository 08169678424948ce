"""What a network adds to a piece: fit ideas are laid over the form, unfit ones are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helpers.tiny_composer import STARTER, tiny_network

from generators.audio_music.network.ideas import (
    BARS,
    GROOVE_TRIES,
    KIT,
    PARTS,
    NetworkIdeas,
    barred,
    is_groove,
    is_tune,
    theme_of,
)
from generators.audio_music.network.sampling import Sampler
from generators.audio_music.network.tokens import STEPS, Event, Measure, Piece, vocabulary
from generators.audio_music.symbolic.composer import Score, compose
from generators.audio_music.symbolic.dice import Dice
from generators.audio_music.symbolic.layers import FULL_DRUMS
from generators.audio_music.symbolic.patterns import CLOSED, CRASH, KICK, MID_TOM, RIDE, SNARE
from generators.audio_music.symbolic.plan import Plan, decide
from generators.audio_music.symbolic.soundfont import read_soundfont
from generators.audio_music.symbolic.sounds import KITS, SOUNDS
from generators.musical.reading import read_prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BEAT = STEPS


def stroke(step: int, key: int, velocity: int = 80) -> Event:
    return Event(step, "drums", key, 2, velocity)


def rock_bar(extra: int = 0) -> list[Event]:
    """Return kick and snare in turns under eighths; ``extra`` kicks make it another bar."""
    made = [stroke(at * BEAT // 2, CLOSED, 60) for at in range(8)]
    made += [stroke(0, KICK, 110), stroke(BEAT, SNARE, 110), stroke(2 * BEAT, KICK, 90)]
    made += [stroke(3 * BEAT, SNARE, 100)]
    return made + [stroke(2 * BEAT + 6 * number, KICK, 70) for number in range(1, extra + 1)]


def sung(step: int, key: int, length: int = 12) -> Event:
    return Event(step, "melody", key, length, 80)


TUNE = [
    [sung(0, 72), sung(12, 74), sung(24, 76, 24)],
    [sung(0, 77), sung(12, 76), sung(24, 74, 24)],
    [sung(0, 72), sung(18, 76, 6), sung(24, 79, 24)],
    [sung(0, 74), sung(12, 71), sung(36, 72, 6)],
]


class Heard(Sampler):
    """Plays back bars in place of a network, and keeps what it was asked for."""

    def __init__(self, *bars: list[list[Event]]) -> None:
        super().__init__(tiny_network(), 1.0, lambda: None)
        self.bars, self.asked, self.barred = bars, list[Piece](), set[int]()

    def draw(
        self,
        piece: Piece,
        seed: int,
        barred: Sequence[int] = (),
        steadier: float = 1.0,
        goes_on: Callable[[list[list[Event]]], bool] = bool,
    ) -> list[list[Event]]:
        self.asked.append(piece)
        self.barred |= set(barred)
        return self.bars[min(len(self.asked), len(self.bars)) - 1]


def plan_of(prompt: str, seconds: float = 20.0, seed: int = 3, intensity: float = 0.0) -> Plan:
    return decide(read_prompt(prompt), seconds, Dice(seed), intensity)


def track(score: Score, role: str):
    return next(item for item in score.tracks if item.role == role)


def test_drums_are_laid_over_the_form_under_the_rules_fills():
    plan, dice = plan_of("rock"), Dice(3)
    heard = Heard([rock_bar(1)] * 4, [rock_bar(2)] * 4)
    score = compose(plan, dice, NetworkIdeas(heard, ("drums",)))
    full = next(bar for bar in score.form.bars
                if bar.level >= FULL_DRUMS and not bar.last and bar.place)  # fmt: skip
    notes = [n for n in track(score, "drums").notes
             if full.start - 0.1 <= n.start < full.start + 3.9]  # fmt: skip
    assert sorted(note.key for note in notes) == sorted(e.key for e in rock_bar(1))
    accents = {n.key: n.velocity for n in notes if round(n.start - full.start, 1) == 1.0}
    assert accents[SNARE] > accents[CLOSED] + 5
    filled = next(bar for bar in score.form.bars if bar.last and bar.place)
    late = [n.key for n in track(score, "drums").notes
            if filled.start + 1.9 < n.start < filled.start + 3.9]  # fmt: skip
    assert CLOSED not in late  # the fill is played instead
    assert [piece.genre for piece in heard.asked] == ["rock", "rock"]
    assert heard.asked[0].measures[0].level > heard.asked[1].measures[0].level


@pytest.mark.parametrize("seed", range(6))
def test_a_random_network_strikes_the_kit_alone(seed: int):
    piece = Piece("rock", "major", 4, 110.0, 0.5, 0.3, ("drums",))
    piece.measures += [Measure(4, 5, 0, "other") for _ in range(BARS)]
    bars = Sampler(tiny_network(seed), 1.0, lambda: None).draw(piece, seed, barred(), 0.85)
    assert any(bars)
    assert {event.key for bar in bars for event in bar} <= set(KIT)


def test_calm_pieces_are_drummed_with_fewer_strokes():
    asked = {}
    for mood in ("calm", "energetic"):
        heard = Heard([rock_bar()] * 4)
        NetworkIdeas(heard, PARTS).drums(plan_of(f"{mood} rock"), Dice(3))
        asked[mood] = [(piece.energy, piece.measures[0].level) for piece in heard.asked]
    assert all(calm < driving for calm, driving in zip(*asked.values(), strict=True))
    assert all(c[1] + 2 <= d[1] for c, d in zip(*asked.values(), strict=True))


def test_a_cymbal_is_left_to_the_sections():
    heard = Heard([rock_bar()] * 4)
    played = NetworkIdeas(heard, PARTS).drums(plan_of("rock"), Dice(1))
    assert played is not None
    assert vocabulary().id("drum", CRASH) in heard.barred
    assert vocabulary().id("drum", KICK) not in heard.barred
    assert max(one.strength for bar in played.full for one in bar) == 1


@pytest.mark.parametrize("prompt", ["ambient", "rock, 3/4", "house"])
def test_drums_that_it_never_heard_are_left_to_the_rules(prompt: str):
    heard = Heard([rock_bar()] * 4)
    assert NetworkIdeas(heard, PARTS).drums(plan_of(prompt), Dice(1)) is None
    assert heard.asked == []


def test_triplets_are_written_straight_where_the_style_swings():
    jazz = [[stroke(12 * beat, 53) for beat in range(4)] + [stroke(20, 51), stroke(44, 51),
            stroke(12, 44)] for _ in range(4)]  # fmt: skip
    played = NetworkIdeas(Heard(jazz), PARTS).drums(plan_of("jazz"), Dice(1))
    assert played is not None
    assert {one.start for one in played.light[0]} == {0, 1, 2, 3, 1.5, 3.5}
    assert {one.key for one in played.light[0]} == {RIDE, 44}  # the bell is struck on the ride


def test_what_is_struck_sounds_on_every_kit():
    font = read_soundfont(STARTER / "starter.sf3")
    for kit in KITS - {"orchestra_drums"}:
        regions = font.regions(SOUNDS[kit].bank, SOUNDS[kit].program)
        silent = [key for key in KIT if not any(r.keys[0] <= key <= r.keys[1] for r in regions)]
        assert silent in ([53], []), kit


def test_what_is_unfit_is_drawn_again_and_then_left():
    heard = Heard([[]] * 4, [rock_bar()] * 4)
    assert NetworkIdeas(heard, PARTS).drums(plan_of("rock"), Dice(1)) is not None
    assert len(heard.asked) == 3  # one in vain, then one for each strength
    never = Heard([[]] * 4)
    assert NetworkIdeas(never, PARTS).drums(plan_of("rock"), Dice(1)) is None
    assert len(never.asked) == GROOVE_TRIES
    assert NetworkIdeas(Heard([[]] * 4), PARTS).theme(plan_of("pop"), 4, Dice(1)) is None


def test_a_theme_is_sung_over_the_pieces_own_chords_in_its_key():
    plan = plan_of("pop in D major")
    heard = Heard(TUNE)
    score = compose(plan, Dice(3), NetworkIdeas(heard, ("melody",)))
    assert heard.asked[0].mode == "major"
    tune = track(score, "melody").notes
    assert {note.key % 12 for note in tune} <= {2, 4, 6, 7, 9, 11, 1}
    first = next(bar for bar in score.form.bars if bar.section == "main")
    starts = [round(n.start - first.start, 1) for n in tune
              if first.start - 0.1 < n.start < first.start + 3.9]  # fmt: skip
    assert starts == [0.0, 1.0, 2.0]


def test_a_theme_repeats_its_first_bar_and_comes_to_rest():
    theme = theme_of(TUNE, 4)
    assert theme[0] == theme[2]
    assert theme[3].rhythm[-1] == (3.0, 1.0)
    assert theme[0].shape[0] < theme[0].shape[-1]


def test_one_seed_keeps_its_theme_at_any_length_and_intensity():
    ideas = NetworkIdeas(Sampler(tiny_network(), 1.0, lambda: None), PARTS)
    plans = [plan_of("pop", 15.0), plan_of("pop", 40.0), plan_of("pop", 15.0, intensity=-0.3)]
    asked = [Heard(TUNE) for _ in plans]
    for heard, plan in zip(asked, plans, strict=True):
        NetworkIdeas(heard, PARTS).theme(plan, 4, Dice(3))
    assert asked[0].asked == asked[1].asked == asked[2].asked
    assert ideas.theme(plans[0], 4, Dice(3)) == ideas.theme(plans[1], 4, Dice(3))


def test_grooves_and_tunes_are_told_from_noise():
    assert is_groove("rock", [rock_bar()] * 4)
    assert not is_groove("rock", [rock_bar()] * 2 + [[]] * 2)
    assert not is_groove("rock", [[e for e in rock_bar() if e.key != SNARE]] * 4)
    assert not is_groove("funk", [[e for e in rock_bar() if e.key != KICK]] * 4)
    toms = [*rock_bar(), stroke(30, MID_TOM), stroke(33, MID_TOM)]
    assert not is_groove("rock", [toms] * 4)
    assert is_groove("rock", [rock_bar()])
    assert is_groove("rock", [[*rock_bar()[:8], stroke(0, KICK)]])  # may still become one
    assert not is_groove("rock", [[*rock_bar()[:8], stroke(0, KICK)]] * 2)
    assert is_tune(TUNE, 1)
    assert is_tune(TUNE[:1], 1)
    assert not is_tune(TUNE, 2)
    assert not is_tune([[sung(0, 72), sung(24, 72), sung(36, 72)]] * 4, 1)
    assert not is_tune([[sung(0, 60), sung(12, 84), sung(24, 72), sung(36, 70)]] * 4, 1)
    assert not is_tune([[sung(0, 60), sung(12, 84)]], 1)
    assert not is_tune([TUNE[0], []], 1)
