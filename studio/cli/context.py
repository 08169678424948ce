"""What every command needs: which library, which output, and how to speak."""

from __future__ import annotations

import json
import sys
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from generators.registry import Registry
from studio.services.engine_control import client_lock, ensure_engine
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from generators.api import JsonValue


@dataclass
class Cli:
    """One call of the command line.

    Attributes:
        root: The library's folder.
        as_json: Print one JSON value on stdout and nothing else there.
    """

    root: Path
    as_json: bool = False
    _opened: list[Library] = field(default_factory=list)

    @cached_property
    def library(self) -> Library:
        """The library, opened on first use."""
        opened = Library.open(self.root)
        self._opened.append(opened)
        return opened

    @cached_property
    def registry(self) -> Registry:
        """The installed generators."""
        return Registry.discover()

    def start_engine(self) -> None:
        """Start the engine of this library when none runs."""
        ensure_engine(self.root)

    def client(self) -> AbstractContextManager[object]:
        """Hold the lock that tells the engine that someone is waiting."""
        return client_lock(self.root)

    def close(self) -> None:
        """Close what was opened."""
        for opened in self._opened:
            opened.close()

    def emit(self, data: JsonValue, text: str = "") -> None:
        """Print the result: JSON when asked for, else words."""
        if self.as_json:
            sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=1) + "\n")
        elif text:
            sys.stdout.write(text.rstrip("\n") + "\n")
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Tell a person something that is not the result (on stderr when stdout is for JSON)."""
        stream = sys.stderr if self.as_json else sys.stdout
        stream.write(text + "\n")
        stream.flush()


def display_width(text: str) -> int:
    """Return how many columns a terminal needs (full-width characters take two)."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def shorten(text: str, width: int) -> str:
    """Return ``text`` in at most ``width`` columns, with an ellipsis where it was cut."""
    flat = " ".join(text.split())
    if display_width(flat) <= width:
        return flat
    while flat and display_width(flat) > width - 1:
        flat = flat[:-1]
    return flat + "…"


def table(headers: Sequence[str], rows: Sequence[Sequence[object]], widest: int = 60) -> str:
    """Return rows as aligned columns."""
    cells = [[shorten(str(cell), widest) for cell in row] for row in rows]
    widths = [
        max(display_width(text) for text in column) for column in zip(headers, *cells, strict=True)
    ]
    lines = [
        "  ".join(
            cell + " " * (width - display_width(cell))
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in [list(headers), *cells]
    ]
    return "\n".join(lines)


def seconds_in_words(seconds: float | None) -> str:
    """Return ``8 s``, ``2 min 5 s`` or ``1 h 3 min``; empty for None."""
    if seconds is None:
        return ""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def size_in_words(size: float) -> str:
    """Return a size in decimal units, as disks are sold: ``98.4 MB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} B" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError
