"""Rewriting a file's metadata without touching its content, and without holding it in memory.

A format module reads ``Notes`` from an open file, and answers ``pieces`` for new ones: a list of
byte strings and of ranges of the old file, which ``rewrite`` copies into a temporary file that then
takes the old one's place. Standard library only.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MAX_NOTE_BYTES = 4_000_000  # of one note; longer ones are not ours
MAX_BLOCKS = 200_000  # chunks, segments or blocks of one file; more is an attack
_COPY_BYTES = 1 << 20


class Damaged(Exception):
    """The file is not whole, or not of the format that it claims."""


@dataclass(frozen=True, slots=True)
class Span:
    """A range of the old file, in bytes."""

    start: int
    length: int


Piece = bytes | Span


class Notes(NamedTuple):
    """What a file carries beside its content.

    Attributes:
        recipe: The recipe's JSON in UTF-8, or None.
        xmp: The XMP packet, or None; images and WAV.
        tags: Our own text fields by name; audio files.
    """

    recipe: bytes | None = None
    xmp: bytes | None = None
    tags: Mapping[str, str] = MappingProxyType({})


class Source:
    """An open file with its size, read by offset; never more than ``MAX_NOTE_BYTES`` at once."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, os.SEEK_END)

    def read(self, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes from ``start``.

        Raises:
            Damaged: The file ends before, or the length is beyond what a note may have.
        """
        if length > MAX_NOTE_BYTES:
            raise Damaged(f"a block of {length:,} bytes where a small one belongs")
        if start < 0 or start + length > self.size:
            raise Damaged("the file ends too early")
        self.file.seek(start)
        data = self.file.read(length)
        if len(data) != length:
            raise Damaged("the file ends too early")
        return data


def length_of(pieces: Iterable[Piece]) -> int:
    """Return the bytes that the pieces make together."""
    return sum(piece.length if isinstance(piece, Span) else len(piece) for piece in pieces)


def rewrite(path: Path, source: Source, pieces: Iterable[Piece]) -> None:
    """Put the pieces in the place of ``path``: all of them or none (temporary file, rename).

    The file is fsynced; its permissions are kept.

    Raises:
        OSError: The folder cannot be written, or the disk is full; the old file is unharmed.
    """
    temporary = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as out:
            for piece in pieces:
                if isinstance(piece, Span):
                    _copy(source, piece, out)
                else:
                    out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        with suppress(OSError):
            temporary.chmod(path.stat().st_mode & 0o777)
        source.file.close()  # Windows refuses to replace an open file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _copy(source: Source, span: Span, out: BinaryIO) -> None:
    source.file.seek(span.start)
    left = span.length
    while left:
        data = source.file.read(min(left, _COPY_BYTES))
        if not data:
            raise Damaged("the file ends too early")
        out.write(data)
        left -= len(data)
