"""A composed piece as a Standard MIDI File, for whoever goes on with it in a sequencer.

Source: Standard MIDI Files 1.0 (MIDI Manufacturers Association, RP-001).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from generators.audio_music.symbolic.sounds import DRUM_BANK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generators.audio_music.symbolic.composer import Score
    from generators.audio_music.symbolic.notes import Track

TICKS = 480  # to a beat
_DRUM_CHANNEL = 9
_MOST = 15  # channels beside the drums'
Event = tuple[int, int, bytes]  # tick, order within it, bytes


def midi_bytes(score: Score) -> bytes:
    """Return the file: tempo, bars, markers and keys first, then a track for each instrument."""
    tracks = [_conductor(score)]
    channels = iter([*range(_DRUM_CHANNEL), *range(_DRUM_CHANNEL + 1, _MOST + 1)])
    for track in score.tracks:
        if track.role == "effects":
            continue
        drums = track.bank == DRUM_BANK
        channel = _DRUM_CHANNEL if drums else next(channels, _MOST)
        tracks.append(_track(score, track, channel))
    head = b"MThd" + struct.pack(">IHHH", 6, 1, len(tracks), TICKS)
    return head + b"".join(tracks)


def _conductor(score: Score) -> bytes:
    grid, plan = score.plan.grid, score.plan
    events: list[Event] = [(0, 0, _meta(0x51, round(60e6 / grid.tempo).to_bytes(3, "big")))]
    events.append((0, 0, _meta(0x59, _key_signature(plan.tonic, plan.mode))))
    before = 0
    for bar in score.form.bars:
        if bar.beats != before:
            signature = bytes([bar.beats, 2, 24, 8])
            events.append((_tick(score, bar.start), 1, _meta(0x58, signature)))
            before = bar.beats
    for section in score.sections():
        beat = (float(str(section["time"])) - grid.lead) * grid.tempo / 60
        name = str(section["name"]).encode("utf-8")
        events.append((_tick(score, round(beat, 3)), 2, _meta(0x06, name)))
    return _chunk(events)


def _key_signature(tonic: int, mode: str) -> bytes:
    """Return sharps (or flats as a negative number) and 1 for minor."""
    major = tonic if mode == "major" else (tonic + 3) % 12
    sharps = (7 * major + 5) % 12 - 5
    return struct.pack("bB", sharps, mode == "minor")


def _track(score: Score, track: Track, channel: int) -> bytes:
    events: list[Event] = [(0, 0, _meta(0x03, f"{track.role}: {track.name}".encode()))]
    if channel != _DRUM_CHANNEL or track.program:
        events.append((0, 1, bytes([0xC0 | channel, track.program])))
    events.append((0, 1, bytes([0xB0 | channel, 10, round(64 + 63 * track.pan)])))
    for note in track.notes:
        start = _tick(score, note.start)
        end = max(start + 1, _tick(score, note.start + note.length))
        events.append((start, 4, bytes([0x90 | channel, note.key, note.velocity])))
        events.append((end, 3, bytes([0x80 | channel, note.key, 0])))
    return _chunk(events)


def _tick(score: Score, beat: float) -> int:
    lead = score.plan.grid.lead * score.plan.grid.tempo / 60
    return max(0, round((beat + lead) * TICKS))


def _meta(kind: int, data: bytes) -> bytes:
    return bytes([0xFF, kind]) + _variable(len(data)) + data


def _variable(number: int) -> bytes:
    """Return a number in groups of seven bits."""
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(0x80 | number & 0x7F)
    return bytes(reversed(groups))


def _chunk(events: Iterable[Event]) -> bytes:
    body, now = bytearray(), 0
    for tick, _, data in sorted(events):
        body += _variable(tick - now) + data
        now = tick
    body += b"\0" + _meta(0x2F, b"")
    return b"MTrk" + struct.pack(">I", len(body)) + bytes(body)
