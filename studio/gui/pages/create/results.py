"""What was asked for on Create and what came of it, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.job import JobStatus
from studio.gui import words
from studio.gui.pages.create.result_tile import ResultTile
from studio.gui.pages.queue.job_facts import WhatHappened
from studio.gui.pages.queue.running_card import RunningCard
from studio.gui.slices import Slices
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import button
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import ElidedLabel, label
from studio.gui.widgets.surfaces import Card, ScrollColumn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from studio.core.job import JobProgress
    from studio.gui.images import ImageLoader
    from studio.gui.models.job_rows import JobItem
    from studio.gui.pages.create.reading import MadeJob
    from studio.gui.widgets.asset_cell import AssetPainter


class JobGroup(Card):
    """One job: running, waiting, failed, or its results.

    Signals:
        acted: As ``ResultTile.acted``; with the job's id for ``cancel``, ``retry``, ``queue``.
        rated: Id of an asset and stars.
    """

    acted = Signal(str, str)
    rated = Signal(str, int)

    def __init__(self, made: MadeJob, images: ImageLoader, painter: AssetPainter) -> None:
        super().__init__(SIZES.gap, SIZES.step)
        self._images, self._painter = images, painter
        self.made: MadeJob | None = None
        self.running: RunningCard | None = None
        self.tiles: dict[str, ResultTile] = {}
        self.set_made(made)

    def set_made(self, made: MadeJob) -> None:
        """Show the job as it stands now."""
        before = self.made
        self.made = made
        same = before is not None and before.item.status is made.item.status
        if same and self.running is not None:
            self.running.set_item(made.item)
            self.set_progress(made.progress)
            return
        if same and [one.id for one in made.results] == list(self.tiles):
            for item in made.results:
                self.tiles[item.id].set_item(item)
            return
        self._rebuild(made)

    def set_progress(self, progress: JobProgress | None) -> None:
        """Show how far it is."""
        if self.running is not None and progress is not None:
            self.running.set_progress(progress)

    def _rebuild(self, made: MadeJob) -> None:
        self.running, self.tiles = None, {}
        _empty(self.body)
        status = made.item.status
        self.setProperty("role", "plain" if status is JobStatus.RUNNING else "card")
        self.style().unpolish(self)
        self.style().polish(self)
        if status in (JobStatus.RUNNING, JobStatus.INTERRUPTED):
            self._add_running(made)
            return
        edge = SIZES.gap if status in (JobStatus.SUCCEEDED, JobStatus.FAILED) else SIZES.step
        self.body.setContentsMargins(SIZES.gap, edge, edge, edge)
        self._add_head(made)
        if status is JobStatus.FAILED:
            self.body.addWidget(WhatHappened(made.item.reason, made.item.hint, bad=True))
        elif status is JobStatus.SUCCEEDED:
            self._add_results(made)
        elif made.item.reason:
            self.body.addWidget(label(made.item.reason, "caption", wrap=True))

    def _add_running(self, made: MadeJob) -> None:
        self.body.setContentsMargins(0, 0, 0, 0)
        self.running = RunningCard(made.item, self._images)
        self.running.cancel_wanted.connect(lambda one: self.acted.emit("cancel", one))
        self.running.picked.connect(lambda one: self.acted.emit("queue", one))
        self.running.set_progress(made.progress)
        self.body.addWidget(self.running)

    def _add_head(self, made: MadeJob) -> None:
        item = made.item
        row = QHBoxLayout()
        row.setSpacing(SIZES.step)
        row.addWidget(ElidedLabel(item.title, "strong"), 1)
        holder = QWidget()
        holder.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        if item.status is JobStatus.FAILED:
            row.addWidget(self._button(self.tr("Retry"), "rotate-ccw", "retry"))
        elif item.status is not JobStatus.SUCCEEDED:
            states = {
                JobStatus.PAUSED: self.tr("Paused"),
                JobStatus.WAITING: self.tr("Waiting"),
            }
            row.addWidget(label(states.get(item.status, self.tr("In the queue")), "soft"))
            row.addWidget(self._button(self.tr("Cancel"), "x", "cancel"))
        else:
            parts = [item.checkpoint, words.ago(item.finished_at)]
            if item.started_at:
                took = max(0.0, item.finished_at - item.started_at)
                parts.append(self.tr("took {0}").format(words.duration(took)))
            row.addWidget(label(" · ".join(part for part in parts if part), "caption"))
        self.body.addWidget(holder)

    def _button(self, text: str, icon: str, action: str) -> QWidget:
        made = button(text, "ghost", icon)
        made.clicked.connect(
            lambda: self.acted.emit(action, self.made.item.id if self.made else "")
        )
        return made

    def _add_results(self, made: MadeJob) -> None:
        if not made.results:
            said = self.tr("The results are no longer in the library.")
            self.body.addWidget(label(said, "caption"))
            return
        holder = QWidget()
        texts = made.results[0].modality == "text"
        layout = QVBoxLayout(holder) if texts else FlowLayout(holder, SIZES.gap)
        layout.setContentsMargins(0, 0, 0, 0)
        for item in made.results:
            tile = ResultTile(item, self._painter)
            tile.acted.connect(self.acted)
            tile.rated.connect(self.rated)
            self.tiles[item.id] = tile
            layout.addWidget(tile)
        self.body.addWidget(holder)


class ResultsView(ScrollColumn):
    """All of it, newest first.

    Signals:
        acted, rated: As in ``JobGroup``.
    """

    acted = Signal(str, str)
    rated = Signal(str, int)

    def __init__(self, images: ImageLoader, painter: AssetPainter) -> None:
        super().__init__(0, SIZES.gap)
        self._images, self._painter = images, painter
        self.groups: dict[str, JobGroup] = {}
        self._order: list[str] = []
        self._coming: dict[str, MadeJob] = {}
        self._slices = Slices(self)
        self.column.setContentsMargins(SIZES.block, 0, SIZES.block, SIZES.block)
        self.column.addStretch(1)

    def in_order(self) -> list[JobGroup]:
        """Return what is shown, from the top."""
        return [self.groups[job_id] for job_id in self._order]

    @property
    def busy(self) -> bool:
        """Whether jobs are still to be shown."""
        return self._slices.busy

    def set_all(self, jobs: list[MadeJob]) -> None:
        """Show these jobs and no others; bit by bit, the newest first."""
        self._coming = {made.item.id: made for made in jobs}
        for job_id in [one for one in self.groups if one not in self._coming]:
            self.remove(job_id)
        self._slices.start(self._put_coming())

    def _put_coming(self) -> Iterator[None]:
        while self._coming:
            self.put(next(iter(self._coming.values())))
            yield

    def put(self, made: MadeJob) -> JobGroup:
        """Show a job as it stands; a new one at the top."""
        self._coming.pop(made.item.id, None)
        group = self.groups.get(made.item.id)
        if group is None:
            group = self.groups[made.item.id] = JobGroup(made, self._images, self._painter)
            group.acted.connect(self.acted)
            group.rated.connect(self.rated)
            self._place(made, group)
        else:
            focused = QApplication.focusWidget()
            inside = focused is not None and group.isAncestorOf(focused)
            group.set_made(made)
            self._place(made, group)
            if inside and group.tiles:
                next(iter(group.tiles.values())).face.setFocus(Qt.FocusReason.OtherFocusReason)
        return group

    def _place(self, made: MadeJob, group: JobGroup) -> None:
        self.groups[made.item.id] = group
        shown = (one.made.item for one in self.groups.values() if one.made is not None)
        order = [item.id for item in sorted(shown, key=_rank)]
        if order == self._order:
            return
        for place, job_id in enumerate(order):
            if place >= len(self._order) or self._order[place] != job_id:
                self.column.insertWidget(place, self.groups[job_id])
        self._order = order

    def set_progress(self, progress: Mapping[str, JobProgress]) -> None:
        """Show how far some are."""
        for job_id, value in progress.items():
            if job_id in self.groups:
                self.groups[job_id].set_progress(value)

    def remove(self, job_id: str) -> None:
        """Show a job no longer."""
        self._coming.pop(job_id, None)
        group = self.groups.pop(job_id, None)
        if group is not None:
            self._order.remove(job_id)
            group.hide()
            group.deleteLater()


def _rank(item: JobItem) -> tuple[int, float]:
    """Sort what runs before what waits before what ended; the newest first in each."""
    if item.status in (JobStatus.RUNNING, JobStatus.INTERRUPTED):
        return (0, -item.created_at)
    return (2, -item.finished_at) if item.finished_at else (1, item.created_at)


def _empty(column: QVBoxLayout) -> None:
    while column.count():
        item = column.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
