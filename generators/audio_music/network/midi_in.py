"""Reads notes out of Standard MIDI Files, for training data."""

from __future__ import annotations

import struct
from typing import NamedTuple


class Played(NamedTuple):
    """A note in beats, on a MIDI channel (0 to 15)."""

    start: float
    length: float
    channel: int
    key: int
    velocity: int


def read_midi(raw: bytes) -> list[Played]:
    """Return all notes, in order.

    Raises:
        ValueError: It is no MIDI file, is cut off, or counts time in frames.
    """
    if raw[:4] != b"MThd" or len(raw) < 14:
        raise ValueError("no MIDI file")
    _, _, division = struct.unpack(">HHH", raw[8:14])
    if division & 0x8000 or not division:
        raise ValueError("time in frames")
    notes: list[Played] = []
    at = 8 + struct.unpack(">I", raw[4:8])[0]
    try:
        while at + 8 <= len(raw):
            end = at + 8 + struct.unpack(">I", raw[at + 4 : at + 8])[0]
            if raw[at : at + 4] == b"MTrk":
                notes += _track(raw[at + 8 : end], division)
            at = end
    except (IndexError, struct.error) as error:
        raise ValueError("cut off") from error
    return sorted(notes)


def _track(raw: bytes, division: int) -> list[Played]:
    notes: list[Played] = []
    held: dict[tuple[int, int], tuple[int, int]] = {}
    at = tick = status = 0
    while at < len(raw):
        step, at = _variable(raw, at)
        tick += step
        if raw[at] & 0x80:
            status, at = raw[at], at + 1
        if status == 0xFF or status in (0xF0, 0xF7):
            length, at = _variable(raw, at + (status == 0xFF))
            at += length
            continue
        kind, channel = status >> 4, status & 15
        size = 1 if kind in (0xC, 0xD) else 2
        data, at = raw[at : at + size], at + size
        if kind not in (8, 9):
            continue
        what = (channel, data[0])
        if what in held:
            begun, velocity = held.pop(what)
            beats = max(1, tick - begun) / division
            notes.append(Played(begun / division, beats, channel, data[0], velocity))
        if kind == 9 and data[1]:
            held[what] = (tick, data[1])
    return notes


def _variable(raw: bytes, at: int) -> tuple[int, int]:
    number = 0
    for _ in range(4):
        byte = raw[at]
        number, at = number << 7 | byte & 0x7F, at + 1
        if not byte & 0x80:
            return number, at
    raise ValueError("a number without an end")
