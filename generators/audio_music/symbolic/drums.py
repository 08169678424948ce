"""Drums: grooves in two strengths, fills before new sections, crashes on them, big drums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.audio_music.symbolic.layers import FULL_DRUMS, loudness, plays
from generators.audio_music.symbolic.notes import Note
from generators.audio_music.symbolic.patterns import (
    BIG_DRUM,
    BOOMS,
    CLAP,
    CRASH,
    GROOVES,
    HIGH_TOM,
    KICK,
    LOW_TOM,
    MID_TOM,
    RIDE,
    SHAKER,
    SNARE,
    TAMBOURINE,
    Groove,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from generators.audio_music.symbolic.form import Bar, Form
    from generators.audio_music.symbolic.ideas import Played, Stroke
    from generators.audio_music.symbolic.plan import Plan

_STRENGTHS = {"X": 0.95, "x": 0.72, "o": 0.42}
CRASHING = 0.45  # of a plan's energy: below it no cymbal crashes
_HIT = 0.2  # beats of a stroke; drums ring by themselves
_QUIET = {SHAKER: -16, TAMBOURINE: -14, CLAP: -4, RIDE: -8}
#: Fills over the last two beats, in sixteenths: (piece, pattern).
FILLS: tuple[dict[int, str], ...] = (
    {SNARE: "..xoXoxX"},
    {HIGH_TOM: "xx......", MID_TOM: "..xx....", LOW_TOM: "....xx..", SNARE: "......XX"},
    {SNARE: "x.xxxxXX"},
    {SNARE: "....x.xX", HIGH_TOM: "x.x.....", LOW_TOM: "..x.x..."},
)
_SOFT_FILL: dict[int, str] = {SNARE: "....o.ox"}


def drums(plan: Plan, form: Form, rng: random.Random, played: Played | None = None) -> list[Note]:
    """Return the drums: grooves as they are ``played``, or patterns; fills and crashes."""
    light, full, three = GROOVES[plan.style.groove]
    if not full and plan.parts.get("drums"):
        light, full, three = GROOVES["folk" if plan.energy < 0.5 else "pop"]
    fill = rng.choice(FILLS)
    notes: list[Note] = []
    for number, bar in enumerate(form.bars):
        if not plays(plan, "drums", bar):
            continue
        strong = bar.level >= FULL_DRUMS
        groove = three if bar.beats == 3 else full if strong else light
        filling = bar.last and number > 0 and bar.beats >= 2 and groove and not _loop_end(form, bar)
        if played and bar.beats == 4:
            bars = played.full if strong else played.light
            notes += _played(bar, bars[bar.place % len(bars)], filled=bool(filling))
            notes += _bar(bar, _with_extras(plan, {}), filled=False)
        else:
            notes += _bar(bar, _with_extras(plan, groove), filled=bool(filling))
        if filling:
            notes += _fill(bar, fill if strong else _SOFT_FILL)
        if bar.place == 0 and number and strong and plan.energy >= CRASHING:
            notes.append(Note(bar.start, _HIT, CRASH, loudness(bar, 0.7)))
    return notes


def _loop_end(form: Form, bar: Bar) -> bool:
    return form.end is None and bar is form.bars[-1] and len(form.bars) < 4


def _with_extras(plan: Plan, groove: Groove) -> Groove:
    made = dict(groove)
    if "claps" in plan.extras:
        made[CLAP] = "....X.......X..."
    if "shaker" in plan.extras:
        made[SHAKER] = "x.o.x.o.x.o.x.o."
    return made


def _played(bar: Bar, strokes: Sequence[Stroke], *, filled: bool) -> list[Note]:
    stop = bar.beats - 2 if filled else bar.beats
    return [
        Note(bar.start + stroke.start, _HIT, stroke.key, loudness(bar, stroke.strength))
        for stroke in strokes
        if stroke.start < stop or stroke.key == KICK
    ]


def _bar(bar: Bar, groove: Groove, *, filled: bool) -> list[Note]:
    notes: list[Note] = []
    steps = bar.beats * 4
    stop = steps - 8 if filled and steps > 8 else 0 if filled else steps
    for piece, pattern in groove.items():
        for step in range(steps):
            sign = pattern[step % len(pattern)]
            if sign == "." or (step >= stop and piece != KICK):
                continue
            velocity = loudness(bar, _STRENGTHS[sign]) + _QUIET.get(piece, 0)
            notes.append(Note(bar.start + step / 4, _HIT, piece, max(16, velocity)))
    return notes


def _fill(bar: Bar, fill: dict[int, str]) -> list[Note]:
    start = bar.start + bar.beats - 2
    return [
        Note(start + step / 4, _HIT, piece, loudness(bar, _STRENGTHS[sign] + 0.02 * step))
        for piece, pattern in fill.items()
        for step, sign in enumerate(pattern)
        if sign != "."
    ]


def booms(plan: Plan, form: Form) -> list[Note]:
    """Return big drums: taiko, or timpani in the key's tonic and fifth."""
    light, full = BOOMS.get(plan.style.groove, BOOMS["none"])
    name = plan.parts["boom"]
    notes: list[Note] = []
    for bar in form.bars:
        if not plays(plan, "boom", bar):
            continue
        pattern = full if bar.level >= FULL_DRUMS else light
        key = 48 if name == "taiko" else 40 + (bar.chord.root - 40) % 12
        for step in range(bar.beats * 4):
            sign = pattern[step % len(pattern)]
            if sign != ".":
                notes.append(Note(bar.start + step / 4, 1.0, key, loudness(bar, _STRENGTHS[sign])))
    return notes


def closing(plan: Plan, bar: Bar, beat: float) -> list[Note]:
    """Return the strokes under the last chord."""
    kick = BIG_DRUM if plan.parts["drums"] == "orchestra_drums" else KICK
    notes = [Note(beat, _HIT, kick, loudness(bar, 0.9))]
    if bar.level >= 0.5 and plan.energy >= CRASHING:
        notes.append(Note(beat, _HIT, CRASH, loudness(bar, 0.75)))
    return notes


def kicks(notes: list[Note]) -> list[float]:
    """Return the beats of the bass drum."""
    return sorted(note.start for note in notes if note.key in (KICK, BIG_DRUM))
