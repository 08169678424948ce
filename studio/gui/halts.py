"""Says on every page why nothing starts: the queue is paused, or the library's disk is full."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.core.job import JobStatus
from studio.gui.messages import Choice

if TYPE_CHECKING:
    from studio.gui.context import AppContext
    from studio.gui.engine_link import QueueFacts

KEY = "queue.halted"


class HaltNotice(QObject):
    """Keeps one banner up to date while jobs wait that nothing starts.

    Dismissed, it comes back when more jobs wait, or for another reason.
    """

    def __init__(self, context: AppContext, parent: QObject) -> None:
        super().__init__(parent)
        self._context = context
        self._page = ""
        self._said: tuple[str, str] = ("", "")
        self._waiting = 0
        context.engine.facts_changed.connect(self._look)

    def set_page(self, page_id: str) -> None:
        """Learn which page is shown; the queue's own says by itself that it is paused."""
        self._page = page_id
        if self._context.engine.facts is not None:
            self._look(self._context.engine.facts)

    def _look(self, facts: QueueFacts) -> None:
        waiting = sum(facts.counts.get(one, 0) for one in (JobStatus.QUEUED, JobStatus.WAITING))
        text, hint, choice = self._reason(facts) if waiting else ("", "", None)
        more, self._waiting = waiting > self._waiting, waiting
        before, self._said = self._said, (text, hint)
        if not text:
            if before[0]:
                self._context.messages.withdraw(KEY)
        elif more or before != self._said:
            self._context.messages.warn(text, hint, choice, key=KEY)

    def _reason(self, facts: QueueFacts) -> tuple[str, str, Choice | None]:
        if facts.paused is not None:
            if self._page == "queue":
                return "", "", None
            resume = Choice(self.tr("Resume queue"), self._resume, "primary")
            return self.tr("The queue is paused; nothing starts."), facts.paused, resume
        if facts.running and facts.engine.status == "disk_full":
            return self.tr("The disk is full; nothing starts."), facts.engine.message, None
        return "", "", None

    def _resume(self) -> None:
        self._context.store.write(self, lambda library: library.jobs.resume_queue())
