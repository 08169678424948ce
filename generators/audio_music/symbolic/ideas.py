"""Ideas that a composer starts from: grooves, and the theme of a tune.

The rules have some of their own (``patterns``, ``melody``); a network may have others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from generators.audio_music.symbolic.dice import Dice
    from generators.audio_music.symbolic.plan import Plan

    Rhythm = tuple[tuple[float, float], ...]


class Stroke(NamedTuple):
    """A drum struck: beats from the bar's start, MIDI number, 0 a ghost to 1 an accent."""

    start: float
    key: int
    strength: float


@dataclass(frozen=True, slots=True)
class Played:
    """Drums as someone plays them, in bars of four: one way for still bars, one for full ones."""

    light: tuple[tuple[Stroke, ...], ...]
    full: tuple[tuple[Stroke, ...], ...]


@dataclass(frozen=True, slots=True)
class Motif:
    """Rhythm and shape (semitones about the middle, before it meets the chords)."""

    rhythm: Rhythm
    shape: tuple[int, ...]


#: Four bars of a tune.
Theme = tuple[Motif, Motif, Motif, Motif]


class Ideas(Protocol):
    """Where ideas come from that are not the rules' own; None leaves it to them."""

    def drums(self, plan: Plan, dice: Dice) -> Played | None:
        """Return how the drums are played."""

    def theme(self, plan: Plan, metre: int, dice: Dice) -> Theme | None:
        """Return what the tune is made of, in bars of three or four."""
