"""The window's side of the engine: starts it when there is work, keeps it while it is open."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.job import JobStatus
from studio.services.engine_control import client_lock, engine_running, ensure_engine

if TYPE_CHECKING:
    from studio.gui.store_access import StoreAccess
    from studio.store.library import Library
    from studio.store.records import Changes, EngineState

log = logging.getLogger(__name__)
CHECK_MS = 5000  # how often to see that the engine still lives while there is work
ACTIVE = (JobStatus.RUNNING, JobStatus.QUEUED, JobStatus.WAITING, JobStatus.INTERRUPTED)


class QueueFacts:
    """What the frame shows of the queue.

    Attributes:
        counts: Jobs by status.
        paused: Why the whole queue is paused, or None when it is not.
        engine: The engine's own words.
        running: Whether an engine holds the library.
    """

    __slots__ = ("counts", "engine", "paused", "running")

    def __init__(
        self,
        counts: dict[JobStatus, int],
        paused: str | None,
        engine: EngineState,
        *,
        running: bool,
    ) -> None:
        self.counts = counts
        self.paused = paused
        self.engine = engine
        self.running = running

    @property
    def active(self) -> int:
        """Jobs that will go on without anyone doing anything."""
        return sum(self.counts.get(status, 0) for status in ACTIVE)

    @property
    def goes_on(self) -> bool:
        """Whether closing the window leaves work going on."""
        if self.paused is not None:
            return self.counts.get(JobStatus.RUNNING, 0) > 0
        return self.active > 0


class EngineLink(QObject):
    """Follows the queue's counts and the engine's state.

    Signals:
        facts_changed: New ``QueueFacts``; also in ``facts``.
    """

    facts_changed = Signal(object)

    def __init__(self, store: StoreAccess, *, start_engine: bool = True) -> None:
        super().__init__()
        self._store = store
        self._start_engine = start_engine
        self._starting = False
        self._locks = ExitStack()
        self.facts: QueueFacts | None = None
        self._check = QTimer(self)
        self._check.setInterval(CHECK_MS)
        self._check.timeout.connect(self.refresh)

    def begin(self) -> None:
        """Take the client lock and read the queue's state; call once the library is open."""
        if not self._store.read_only:
            self._locks.enter_context(client_lock(self._store.root))
        self._check.start()
        self.refresh()

    def on_changes(self, changes: Changes) -> None:
        """Look again if jobs or the engine's state changed."""
        if changes.jobs or changes.state or changes.removed:
            self.refresh()

    def refresh(self) -> None:
        """Read counts and state in the background."""
        self._store.read(self, _read_facts, self._take, key="engine.facts")

    def end(self) -> None:
        """Give the client lock back: an engine without work may leave."""
        self._check.stop()
        self._locks.close()

    def _take(self, facts: QueueFacts) -> None:
        self.facts = facts
        if facts.active and facts.paused is None and not facts.running:
            self._wake()
        self.facts_changed.emit(facts)

    def _wake(self) -> None:
        if self._starting or not self._start_engine or self._store.read_only:
            return
        self._starting = True
        self._store.work(self, lambda: ensure_engine(self._store.root), self._woken, self._failed)

    def _woken(self, _none: None) -> None:
        self._starting = False
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self._starting = False
        self._store.show(error)


def _read_facts(library: Library) -> QueueFacts:
    return QueueFacts(
        library.jobs.counts(),
        library.jobs.queue_paused(),
        library.state.engine_state(),
        running=engine_running(library.root),
    )
