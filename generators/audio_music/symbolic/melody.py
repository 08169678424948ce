"""A tune: a motif of one bar, said again over other chords, and an answer that comes to rest.

Tones on strong beats belong to the chord; others are passed by step. The shape of the motif is kept
where the chords change, so that it is heard as the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.audio_music.symbolic.ideas import Motif
from generators.audio_music.symbolic.layers import loudness, plays
from generators.audio_music.symbolic.notes import Note
from generators.audio_music.symbolic.patterns import CADENCE_RHYTHMS, MELODIES
from generators.audio_music.symbolic.sounds import SOUNDS
from generators.audio_music.symbolic.theory import PENTATONIC, nearest

if TYPE_CHECKING:
    import random

    from generators.audio_music.symbolic.dice import Dice
    from generators.audio_music.symbolic.form import Bar, Form
    from generators.audio_music.symbolic.ideas import Ideas, Theme
    from generators.audio_music.symbolic.plan import Plan

CLIMB = 3.0  # semitones that a lift or a drop lies higher
_SHAPES = (
    (0, 2, 5, 3, 0, -2, 0, 2), (0, -3, 0, 4, 5, 2, 0, -3), (5, 2, 0, -3, 0, 2, 0, -3),
    (-2, 0, 3, 5, 8, 5, 3, 0), (0, 5, 2, 5, 0, 5, 2, 0), (3, 0, -3, 0, 3, 5, 2, 0),
    (0, 0, 4, 0, 7, 4, 2, 0), (7, 5, 3, 0, 3, 0, -2, -4),
)  # fmt: skip


@dataclass(slots=True)
class _Line:
    """Where the tune is: the last tones, which bind the next one."""

    key: float
    loose: bool = False  # the last tone was none of the chord's: it wants to go on by step
    leap: int = 0


def melody(plan: Plan, form: Form, dice: Dice, ideas: Ideas | None = None) -> list[Note]:
    """Return the tune, on a theme of ``ideas`` where they have one."""
    sound = SOUNDS[plan.parts["melody"]]
    low, high = max(sound.low, 62), min(sound.high, 88)
    middle = min(max((low + high) / 2, 71), 77) if high > 71 else (low + high) / 2
    rng = dice.of("tune")
    line = _Line(middle)
    notes: list[Note] = []
    singing = [bar for bar in form.bars if plays(plan, "melody", bar)]
    themes = {
        metre: (ideas.theme(plan, metre, dice) if ideas else None) or _theme(plan, metre, dice)
        for metre in sorted({4 if bar.beats > 3 else 3 for bar in singing})
    }
    for count, bar in enumerate(singing):
        motif = themes[4 if bar.beats > 3 else 3][count % 4]
        lift = CLIMB if bar.section in ("lift", "drop") else 0.0
        ends = bar.last or count % 4 == 3
        aim = min(middle + lift, high - 5)
        notes += _bar(plan, bar, motif, line, (low, high, aim, ends), rng)
    return notes


def _theme(plan: Plan, metre: int, dice: Dice) -> Theme:
    """Return four bars: a motif, the same, a change, an answer."""
    rng = dice.of(tune_of(plan, f"theme {metre}"))
    rhythms = MELODIES[plan.busy, metre]
    first = Motif(rng.choice(rhythms), rng.choice(_SHAPES))
    change = Motif(rng.choice(rhythms), first.shape)
    rest = Motif(CADENCE_RHYTHMS[metre], rng.choice(_SHAPES))
    return first, first, change, rest


def tune_of(plan: Plan, name: str) -> str:
    """Return the name that chance goes by for a tune; even parts come back to the first."""
    return f"{name} {plan.part}" if plan.part % 2 else name


def _bar(
    plan: Plan,
    bar: Bar,
    motif: Motif,
    line: _Line,
    where: tuple[int, int, float, bool],
    rng: random.Random,
) -> list[Note]:
    low, high, middle, ends = where
    notes: list[Note] = []
    rhythm = [item for item in motif.rhythm if item[0] < bar.beats]
    for number, (start, length) in enumerate(rhythm):
        aim = middle + motif.shape[number % len(motif.shape)]
        after = rhythm[number + 1][0] if number + 1 < len(rhythm) else bar.beats
        held = min(length, after - start) * 0.96
        strong = start in (0, 2) or held >= 0.9
        resting = ends and number + 1 == len(rhythm)
        key = _tone(plan, bar, line, (aim, low, high, strong or resting, resting), rng)
        line.leap = int(key - line.key)
        line.loose = key % 12 not in bar.chord.tones
        line.key = key
        strength = 0.85 if start in (0, 2) else 0.72
        notes.append(Note(bar.start + start, held, key, loudness(bar, strength) + 4))
    return notes


def _tone(
    plan: Plan,
    bar: Bar,
    line: _Line,
    where: tuple[float, int, int, bool, bool],
    rng: random.Random,
) -> int:
    """Return the tone that suits best: near the shape, in the chord, easy to sing."""
    aim, low, high, strong, resting = where
    scale = bar.chord.scale
    if plan.style.scale == "pentatonic" or plan.brightness > 0.75:
        five = {(plan.tonic + step) % 12 for step in PENTATONIC[plan.mode]}
        scale = tuple(tone for tone in scale if tone in five or tone in bar.chord.tones)
    best, least = round(line.key), float("inf")
    for key in range(low, high + 1):
        if key % 12 not in scale:
            continue
        cost = 0.9 * abs(key - aim) + _motion(key, line) + rng.uniform(0, 0.6)
        if key % 12 not in bar.chord.tones:
            cost += 9.0 if strong else 1.2 + (4.0 if abs(key - line.key) > 2 else 0.0)
            # a semitone over a chord tone rubs
            cost += 2.0 if (key - 1) % 12 in bar.chord.tones else 0.0
        elif strong and key % 12 not in bar.chord.triad:
            cost += 1.5
        if resting and key % 12 not in bar.chord.tones[:2]:
            cost += 3.0
        if cost < least:
            best, least = key, cost
    return best


def _motion(key: int, line: _Line) -> float:
    step = abs(key - line.key)
    cost = 0.2 * step + (6.0 if step > 9 else 0.0) + (2.2 if step == 0 else 0.0)
    if step in (6, 10, 11):
        cost += 4.0
    if line.loose and not 0 < step <= 2:
        cost += 5.0
    if abs(line.leap) > 5 and (step > 4 or (key - line.key) * line.leap > 0):
        cost += 2.0
    return cost


def last_tone(plan: Plan, before: list[Note]) -> int:
    """Return the tonic that lies nearest to where the tune was, within its range."""
    sound = SOUNDS[plan.parts["melody"]]
    key = nearest(plan.tonic, before[-1].key if before else 72)
    while key > sound.high:
        key -= 12
    while key < max(sound.low, 57):
        key += 12
    return key
