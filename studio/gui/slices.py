"""Long work on the GUI thread, done in pieces: between two of them the window lives."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

TURN = 0.004  # seconds after which no further piece is begun before events are looked at


class Slices(QObject):
    """Runs an iterator, a few of its steps in each turn of the event loop.

    Signals:
        finished: There is no further step.
    """

    finished = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._turn)

    @property
    def busy(self) -> bool:
        """Whether steps are left."""
        return self._steps is not None

    def start(self, steps: Iterator[None]) -> None:
        """Run these from the next turn on; what was left of others is dropped."""
        self._steps = steps
        self._timer.start(0)

    def finish(self) -> None:
        """Run all that is left at once."""
        self._run(float("inf"))

    def stop(self) -> None:
        """Drop what is left."""
        self._timer.stop()
        self._steps = None

    def _turn(self) -> None:
        self._run(perf_counter() + TURN)

    def _run(self, until: float) -> None:
        steps = self._steps
        if steps is None:
            return
        self._timer.stop()
        for _ in steps:
            if self._steps is not steps:  # a step started others, or stopped these
                return
            if perf_counter() >= until:
                self._timer.start(0)
                return
        if self._steps is steps:
            self._steps = None
            self.finished.emit()
