"""Parts of the side panel: facts in two columns, history, results, what went wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from generators.api import Request
from studio.core.job import JobStatus
from studio.gui import words
from studio.gui.models.job_words import lane_words
from studio.gui.theme.manager import set_icon
from studio.gui.theme.tokens import SIZES
from studio.gui.translating import translate
from studio.gui.widgets.buttons import button
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import label
from studio.gui.widgets.reading_text import make_reading, selectable
from studio.gui.widgets.surfaces import Picture
from studio.gui.widgets.thumbnail import ThumbnailLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.core.asset import Asset
    from studio.gui.images import ImageLoader
    from studio.gui.pages.queue.reading import JobDetails

RESULT_SIDE, TEXT_SHOWN = 104, 400  # pixels, characters
_ASSET_ICONS = {"image": "image", "text": "type", "audio": "music"}


def facts_of(details: JobDetails) -> list[tuple[str, str]]:
    """Return name and value of what is worth knowing about a job."""
    job = details.job
    found: list[tuple[str, str]] = []
    if isinstance(job.request, Request) and job.request.checkpoint is not None:
        found.append((translate("JobFacts", "Checkpoint"), job.request.checkpoint.name))
    if job.is_final or job.status is JobStatus.RUNNING:
        found.append((translate("JobFacts", "Lane"), lane_words(job.lane.value)))
    found.append((translate("JobFacts", "Added"), words.moment(job.created_at)))
    waiting = [need.title or need.id for need in details.needs if not need.is_final]
    if waiting:
        found.append((translate("JobFacts", "Waits for"), "\n".join(waiting[:5])))
    if job.finished_at:
        found.append((translate("JobFacts", "Ended"), words.moment(job.finished_at)))
        if job.started_at:
            took = max(0.0, job.finished_at - job.started_at)
            found.append((translate("JobFacts", "Took"), words.duration(took)))
    if job.attempt > 1:
        found.append((translate("JobFacts", "Attempts"), str(job.attempt)))
    device = details.execution.get("device")
    if device:
        found.append((translate("JobFacts", "Device"), str(device)))
    return found


class FactsGrid(QWidget):
    """Names at the left, values at the right; values can be selected."""

    def __init__(self, facts: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SIZES.gap)
        grid.setVerticalSpacing(SIZES.half)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(facts):
            key = label(name, "caption")
            key.setFixedWidth(88)
            shown = selectable(label(value, wrap=True))
            grid.addWidget(key, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1)


class WhatHappened(QFrame):
    """Why a job failed or was cancelled, and what to do."""

    def __init__(self, reason: str, hint: str, *, bad: bool) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.setProperty("tone", "bad" if bad else "ask")
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.step + SIZES.half, *[SIZES.step + SIZES.half] * 3)
        row.setSpacing(SIZES.step + SIZES.half)
        mark = Picture("circle-alert" if bad else "info", "bad" if bad else "text_soft", 18)
        row.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(SIZES.half)
        column.addWidget(label(reason, "strong", wrap=True))
        if hint:
            column.addWidget(label(hint, "soft", wrap=True))
        row.addLayout(column, 1)
        self.setAccessibleName(f"{reason} {hint}".strip())


class ResultTile(ThumbnailLabel):
    """One thing that a job made; Return or a click shows it."""

    def __init__(self, asset: Asset, file: str, images: ImageLoader) -> None:
        name = asset.title or asset.prompt or asset.id
        super().__init__(images, name, _ASSET_ICONS.get(asset.modality, "file-text"))
        self.setFixedSize(RESULT_SIDE, RESULT_SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setToolTip(name)
        if asset.modality == "image":
            self.set_path(file)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Show it on Return or Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.activated.emit()
        else:
            super().keyPressEvent(event)


class TextResult(QFrame):
    """A text that a job made, its beginning."""

    def __init__(self, asset: Asset) -> None:
        super().__init__()
        self.setProperty("role", "well")
        column = QVBoxLayout(self)
        column.setContentsMargins(*[SIZES.step + SIZES.half] * 4)
        text = asset.text if len(asset.text) <= TEXT_SHOWN else f"{asset.text[:TEXT_SHOWN]} …"
        column.addWidget(selectable(label(text, wrap=True)))
        self.setAccessibleName(asset.title)


class Results(QWidget):
    """What a job made.

    Signals:
        chosen: Id of the asset to show.
    """

    chosen = Signal(str)

    def __init__(self, details: JobDetails, images: ImageLoader) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        flow = FlowLayout()
        for asset, file in zip(details.results, details.files, strict=True):
            if asset.text:
                column.addWidget(TextResult(asset))
                continue
            tile = ResultTile(asset, file, images)
            tile.activated.connect(lambda asset_id=asset.id: self.chosen.emit(asset_id))
            flow.addWidget(tile)
        column.addLayout(flow)


class Technical(QWidget):
    """Request, history and traceback for those who want to know; closed at first."""

    def __init__(self, details: JobDetails) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.step)
        top = QHBoxLayout()
        self.toggle = button(translate("JobFacts", "Technical details"), "ghost", "chevron-right")
        self.toggle.setCheckable(True)
        self.toggle.toggled.connect(self._open)
        self._copy = button(translate("JobFacts", "Copy"), "ghost", "copy")
        self._copy.clicked.connect(self._copy_all)
        top.addWidget(self.toggle)
        top.addStretch(1)
        top.addWidget(self._copy)
        column.addLayout(top)
        self.view = QPlainTextEdit(technical_text(details))
        make_reading(self.view)
        self.view.setAccessibleName(translate("JobFacts", "Technical details"))
        self.view.setFixedHeight(240)
        column.addWidget(self.view)
        self._open(on=False)

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText(self.view.toPlainText())

    def _open(self, on: bool) -> None:
        self.view.setVisible(on)
        self._copy.setVisible(on)
        set_icon(self.toggle, "chevron-down" if on else "chevron-right")


def technical_text(details: JobDetails) -> str:
    """Return everything about a job as text, for a report."""
    job = details.job
    lines = [f"job {job.id}", f"status {job.status}", f"attempt {job.attempt}"]
    lines += [
        f"{words.moment(event.at)}  {event.before} → {event.after}  {event.reason}"
        for event in details.events
    ]
    lines.append(json.dumps(job.request.to_json(), ensure_ascii=False, indent=1))
    if job.status is JobStatus.SUCCEEDED and details.execution:
        lines.append(json.dumps(details.execution, ensure_ascii=False, indent=1))
    lines += [part for part in (details.code, details.traceback) if part]
    return "\n".join(lines)
