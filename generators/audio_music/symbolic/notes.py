"""Notes and tracks: what the composer hands to the player, and to a MIDI file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple


class Note(NamedTuple):
    """A note; times in beats from the piece's first downbeat."""

    start: float
    length: float
    key: int  # MIDI number
    velocity: int  # 1 to 127


@dataclass(slots=True)
class Track:
    """One instrument's notes.

    Attributes:
        role: ``melody``, ``chords``, ``pad``, ``arp``, ``bass``, ``counter``, ``drums``, ``boom``
            or ``effects``.
        bank, program: Of the soundfont; bank 128 are drum kits.
        level: dB against the other tracks.
        pan: -1 left to 1 right.
        reverb: Share that goes to the room, 0 to 1.
    """

    name: str
    role: str
    bank: int
    program: int
    level: float = 0.0
    pan: float = 0.0
    reverb: float = 0.2
    notes: list[Note] = field(default_factory=list)
