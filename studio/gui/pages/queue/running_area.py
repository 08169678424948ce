"""The cards of the jobs that run, above the lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from studio.core.job import JobStatus
from studio.gui.pages.queue.running_card import RunningCard
from studio.gui.theme.tokens import SIZES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from studio.core.job import JobProgress
    from studio.gui.images import ImageLoader
    from studio.gui.models.job_rows import JobItem


class RunningArea(QWidget):
    """One card per running job, in the order in which they began.

    Signals:
        cancel_wanted, picked: As of ``RunningCard``.
    """

    cancel_wanted = Signal(str)
    picked = Signal(str)

    def __init__(self, images: ImageLoader) -> None:
        super().__init__()
        self._images = images
        self.cards: dict[str, RunningCard] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SIZES.step)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_jobs(self, jobs: Iterable[tuple[JobItem, JobProgress | None]]) -> None:
        """Show these jobs and no others."""
        wanted = list(jobs)
        ids = {item.id for item, _progress in wanted}
        for job_id in [job_id for job_id in self.cards if job_id not in ids]:
            self._remove(job_id)
        for item, progress in wanted:
            self._put(item, progress)
        self.setVisible(bool(self.cards))

    def patch(self, items: Iterable[JobItem], progress: Mapping[str, JobProgress]) -> None:
        """Take in changed jobs and new progress."""
        for item in items:
            if item.status is JobStatus.RUNNING:
                self._put(item, progress.get(item.id))
            elif item.id in self.cards:
                self._remove(item.id)
        for job_id, value in progress.items():
            if job_id in self.cards:
                self.cards[job_id].set_progress(value)
        self.setVisible(bool(self.cards))

    def _put(self, item: JobItem, progress: JobProgress | None) -> None:
        card = self.cards.get(item.id)
        if card is None:
            card = self.cards[item.id] = RunningCard(item, self._images)
            card.cancel_wanted.connect(self.cancel_wanted)
            card.picked.connect(self.picked)
            self._column.addWidget(card)
        else:
            card.set_item(item)
        if progress is not None:
            card.set_progress(progress)

    def _remove(self, job_id: str) -> None:
        card = self.cards.pop(job_id)
        card.hide()
        card.deleteLater()
