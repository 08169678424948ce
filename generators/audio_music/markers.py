"""Markers and loop points in a WAV file, as editors of film and sound read them.

Sources: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0 (``cue ``,
``LIST adtl``); RIFF New Multimedia Data Types 1994 (``smpl``).
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_MIDDLE_C = 60


def add_markers(
    path: Path, marks: Sequence[tuple[int, str]], *, loop: tuple[int, int, int] | None = None
) -> None:
    """Append chunks to a WAV file.

    Args:
        path: Of a whole WAV file.
        marks: Frame and name, in order.
        loop: First frame, last frame (played too) and rate in Hz of what repeats, or None.
    """
    body = b""
    if marks:
        cues = b"".join(
            struct.pack("<II4sIII", number, frame, b"data", 0, 0, frame)
            for number, (frame, _) in enumerate(marks, 1)
        )
        body += _chunk(b"cue ", struct.pack("<I", len(marks)) + cues)
        labels = b"".join(
            _chunk(b"labl", struct.pack("<I", number) + name.encode("utf-8") + b"\0")
            for number, (_, name) in enumerate(marks, 1)
        )
        body += _chunk(b"LIST", b"adtl" + labels)
    if loop:
        first, last, rate = loop
        head = struct.pack("<9I", 0, 0, round(1e9 / rate), _MIDDLE_C, 0, 0, 0, 1, 0)
        body += _chunk(b"smpl", head + struct.pack("<6I", 0, 0, first, last, 0, 0))
    with path.open("r+b") as file:
        file.seek(0, 2)
        size = file.tell()
        if size & 1:
            file.write(b"\0")
        file.write(body)
        size = file.tell()
        file.seek(4)
        file.write(struct.pack("<I", size - 8))


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)
