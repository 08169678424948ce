"""The header of the Queue page: how much there is, the engine, pause, and the menu of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.core.job import JobStatus
from studio.gui import words
from studio.gui.theme.manager import set_icon
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.labels import StatusPill, restyle

if TYPE_CHECKING:
    from studio.gui.engine_link import QueueFacts
    from studio.gui.pages.queue.page import QueuePage


class QueueTopBar(QObject):
    """Fills a page's header and keeps it up to date."""

    def __init__(self, page: QueuePage) -> None:
        super().__init__(page)
        self._page = page
        self._paused = False
        self.engine = StatusPill(self.tr("Engine stopped"), "text_faint")
        self.pause = button(self.tr("Pause queue"), icon="pause")
        self.pause.clicked.connect(self.toggle)
        self.more = IconButton("ellipsis", self.tr("More for the whole queue"))
        self.more.clicked.connect(lambda: page.menus.queue_menu(self.more))
        for widget in (self.engine, self.pause, self.more):
            page.header.addWidget(widget)

    def toggle(self) -> None:
        """Pause the whole queue, or let it go on."""
        if self._paused:
            self._page.actions_.resume_queue()
        else:
            self._page.actions_.pause_queue()

    def show_facts(self, facts: QueueFacts) -> None:
        """Show counts, the engine's state, and whether the queue is paused."""
        self._page.remark.setText(self._counts(facts))
        self.engine.set_state(*self._engine(facts))
        self.engine.setToolTip(facts.engine.message)
        self._paused = facts.paused is not None
        self.pause.setText(self.tr("Resume queue") if self._paused else self.tr("Pause queue"))
        restyle(self.pause, "kind", "primary" if self._paused else "")
        set_icon(
            self.pause,
            "play" if self._paused else "pause",
            "on_accent" if self._paused else "text",
        )

    def _counts(self, facts: QueueFacts) -> str:
        counts = facts.counts
        waiting = counts.get(JobStatus.QUEUED, 0) + counts.get(JobStatus.WAITING, 0)
        running, paused = counts.get(JobStatus.RUNNING, 0), counts.get(JobStatus.PAUSED, 0)
        found = (
            (running, self.tr("%n running", "", running)),
            (waiting, self.tr("%n to come", "", waiting)),
            (paused, self.tr("%n paused", "", paused)),
        )
        parts = [said for count, said in found if count]
        if facts.paused is not None:
            parts.insert(0, facts.paused or self.tr("The queue is paused."))
        return " · ".join(parts)

    def _engine(self, facts: QueueFacts) -> tuple[str, str]:
        if not facts.running:
            return self.tr("Engine stopped"), "text_faint"
        engine = facts.engine
        parts = [engine.device.upper() or self.tr("Engine")]
        if engine.rss:
            parts.append(words.size(engine.rss))
        if engine.resident:
            parts.append(self.tr("%n loaded", "", len(engine.resident)))
        tone = "good" if engine.status in ("idle", "running") else "warn"
        return " · ".join(parts), tone
