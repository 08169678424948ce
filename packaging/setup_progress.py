"""Saying on a terminal what is being done, how far it is and how long it will take."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Optional, TextIO


class SetupError(Exception):
    """Set-up cannot go on; ``hint`` says what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


def seconds_in_words(seconds: float) -> str:
    """Return ``8 s``, ``2 min 5 s`` or ``1 h 3 min``."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


class Stage:
    """One line that is rewritten on a terminal, or printed now and then into a log.

    Use as a context manager; ``update`` with a fraction gives the time left by extrapolation.
    """

    def __init__(self, title: str, stream: Optional[TextIO] = None) -> None:  # noqa: UP045
        self.title = title
        self.stream = stream or sys.stdout
        self.live = self.stream.isatty()
        self.started = time.monotonic()
        self._last = 0.0
        self._said = -1.0

    def __enter__(self) -> Stage:
        self._write(f"{self.title} …")
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None:
            self.done()
        elif self.live:
            self.stream.write("\n")

    def update(self, fraction: float, detail: str = "") -> None:
        """Show how far it is (0 to 1); at most ten times a second."""
        now = time.monotonic()
        if now - self._last < 0.1:
            return
        self._last = now
        fraction = min(1.0, max(0.0, fraction))
        left = ""
        spent = now - self.started
        if fraction > 0.03 and spent > 2:
            left = f", about {seconds_in_words(spent / fraction - spent)} left"
        if self.live:
            filled = round(20 * fraction)
            bar = "█" * filled + "░" * (20 - filled)
            self._write(f"{self.title} {bar} {fraction:4.0%}{left}  {detail}")
        elif fraction - self._said >= 0.25:
            self._said = fraction
            self._write(f"{self.title} {fraction:.0%}{left}  {detail}".rstrip())

    def done(self, note: str = "") -> None:
        """Say that it is finished, and how long it took."""
        took = seconds_in_words(time.monotonic() - self.started)
        self._write(f"{self.title}: {note or 'done'} ({took})", last=True)

    def _write(self, text: str, *, last: bool = False) -> None:
        if self.live:
            width = shutil.get_terminal_size().columns - 1
            self.stream.write("\r" + text[:width].ljust(width) + ("\n" if last else ""))
        else:
            self.stream.write(text + "\n")
        self.stream.flush()
