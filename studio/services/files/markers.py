"""Markers and loop points of a WAV file, as editors of sound write them. Standard library only.

Sources: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (``cue ``,
``LIST adtl``); RIFF New Multimedia Data Types 1994 (``smpl``).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from pathlib import Path

MOST = 200  # marks that are read; a file may hold any number
_MOST_CHUNKS = 1000
_MAX_BYTES = 1 << 20  # of a chunk that is read


@dataclass(frozen=True, slots=True)
class Mark:
    """A named place in a sound, in seconds."""

    time: float
    name: str


@dataclass(frozen=True, slots=True)
class Markers:
    """What a file marks.

    Attributes:
        loops: It says that it repeats.
    """

    marks: tuple[Mark, ...] = ()
    loops: bool = False


def read_markers(path: Path) -> Markers:
    """Return the marks of a WAV; none for other files, or where they cannot be read."""
    try:
        with path.open("rb") as file:
            return _read(file)
    except (OSError, struct.error, ValueError):
        return Markers()


def _read(file: BinaryIO) -> Markers:
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return Markers()
    rate, cues, names, loops = 0, {}, {}, False
    for kind, data in _chunks(file):
        if kind == b"fmt ":
            rate = struct.unpack_from("<I", data, 4)[0]
        elif kind == b"cue ":
            cues = _cues(data)
        elif kind == b"LIST" and data[:4] == b"adtl":
            names = _names(data)
        elif kind == b"smpl":
            loops = struct.unpack_from("<I", data, 28)[0] > 0
    if not rate:
        return Markers()
    marks = [Mark(frame / rate, names.get(number, "")) for number, frame in cues.items()]
    return Markers(tuple(sorted(marks, key=lambda mark: mark.time)), loops)


def _chunks(file: BinaryIO) -> list[tuple[bytes, bytes]]:
    """Return the small chunks of a file; samples are passed over."""
    found = []
    for _ in range(_MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            break
        length = int.from_bytes(head[4:], "little")
        padded = length + (length & 1)
        if head[:4] == b"data" or length > _MAX_BYTES:
            file.seek(padded, 1)
        else:
            found.append((head[:4], file.read(padded)[:length]))
    return found


def _cues(data: bytes) -> dict[int, int]:
    count = min(MOST, struct.unpack_from("<I", data)[0])
    rows = (struct.unpack_from("<II4sIII", data, 4 + 24 * at) for at in range(count))
    return {row[0]: row[5] for row in rows}


def _names(data: bytes) -> dict[int, str]:
    found: dict[int, str] = {}
    at = 4
    while at + 12 <= len(data) and len(found) < MOST:
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] == b"labl" and length >= 4:
            number = int.from_bytes(data[at + 8 : at + 12], "little")
            text = data[at + 12 : at + 8 + length].split(b"\0")[0]
            found[number] = text.decode("utf-8", "replace")
        at += 8 + length + (length & 1)
    return found
