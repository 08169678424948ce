"""Figures of a benchmark: measured, printed last, compared with their bars.

A benchmark is a script in ``tests/benchmarks``. It calls ``start(__file__)`` before it imports
anything but the standard library, adds figures, and ends with ``sys.exit(figures.report())``.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` (0 to 1) of the values lie, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(action: Callable[[], object], times: int = 1) -> list[float]:
    """Return how many seconds each of several calls took."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return taken


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser with ``--check``; a benchmark may add its own options."""
    made = argparse.ArgumentParser(description=description)
    made.add_argument("--check", action="store_true", help="exit 1 when a figure misses its bar")
    return made


@dataclass
class Figures:
    """What one run measured. ``check``: a missed bar is a failure."""

    check: bool = False
    rows: list[tuple[str, float, str, float | None, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        at_most: float | None = None,
        at_least: float | None = None,
    ) -> None:
        """Add a figure, with the bar that it must not exceed or must reach, if it has one."""
        bar, side = (at_most, "≤") if at_least is None else (at_least, "≥")
        self.rows.append((name, value, unit, bar, side))

    def note(self, text: str) -> None:
        """Add a line that is printed before the figures."""
        self.notes.append(text)

    def report(self) -> int:
        """Print all figures and return the exit code."""
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
        print(f"{platform.system()}, Python {platform.python_version()}, "
              f"{os.cpu_count()} cores, load {load:.1f}")  # fmt: skip
        for note in self.notes:
            print(note)
        missed = 0
        for name, value, unit, limit, side in self.rows:
            bar = ""
            if limit is not None:
                good = value <= limit if side == "≤" else value >= limit
                missed += not good
                bar = f"   bar {side} {limit:g} {unit}: {'ok' if good else 'MISSED'}"
            print(f"{name:<58} {value:>10.3f} {unit:<4}{bar}")
        return 1 if missed and self.check else 0
