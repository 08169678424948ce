"""A job that runs: live preview or text, what it does, how far, how long still, cancel."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout

from studio.gui import words
from studio.gui.pages.queue.job_words import ICONS
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import button
from studio.gui.widgets.labels import ElidedLabel, label
from studio.gui.widgets.progress_line import ProgressLine
from studio.gui.widgets.reading_text import make_reading
from studio.gui.widgets.surfaces import Card
from studio.gui.widgets.thumbnail import ThumbnailLabel

if TYPE_CHECKING:
    from studio.core.job import JobProgress
    from studio.gui.images import ImageLoader
    from studio.gui.models.job_rows import JobItem

PREVIEW, TEXT_HEIGHT = 112, 72  # pixels


class RunningCard(Card):
    """One running job.

    Signals:
        cancel_wanted: Id of the job to cancel.
        picked: Id of the job whose details are wanted.
    """

    cancel_wanted = Signal(str)
    picked = Signal(str)

    def __init__(self, item: JobItem, images: ImageLoader) -> None:
        super().__init__(SIZES.gap, 0)
        self.item = item
        self.progress: JobProgress | None = None
        row = QHBoxLayout()
        row.setSpacing(SIZES.gap)
        self.preview = ThumbnailLabel(
            images, self.tr("Preview"), ICONS.get(item.modality, "circle")
        )
        self.preview.setFixedSize(PREVIEW, PREVIEW)
        if item.modality == "text":
            self.preview.hide()
        row.addWidget(self.preview, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(self._words_column(), 1)
        self.body.addLayout(row)
        self._tick = QTimer(self)
        self._tick.setInterval(1000)
        self._tick.timeout.connect(self._show_times)
        self._tick.start()
        self.set_item(item)
        self.set_progress(None)

    def _words_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(SIZES.half)
        top = QHBoxLayout()
        self._what = ElidedLabel("", "caption")
        top.addWidget(self._what, 1)
        self.cancel = button(self.tr("Cancel"), icon="x")
        self.cancel.clicked.connect(lambda: self.cancel_wanted.emit(self.item.id))
        details = button(self.tr("Details"), "ghost")
        details.clicked.connect(lambda: self.picked.emit(self.item.id))
        top.addWidget(details)
        top.addWidget(self.cancel)
        column.addLayout(top)
        self._title = ElidedLabel("", "title")
        column.addWidget(self._title)
        self.text = QPlainTextEdit()
        make_reading(self.text)
        self.text.setAccessibleName(self.tr("Text so far"))
        self.text.setFixedHeight(TEXT_HEIGHT)
        if self.item.modality != "text":
            self.text.hide()
        column.addSpacing(SIZES.half)
        column.addWidget(self.text)
        column.addStretch(1)
        line = QHBoxLayout()
        self._phase = ElidedLabel("", "soft")
        self._left = label("", "soft")
        line.addWidget(self._phase, 1)
        line.addWidget(self._left)
        column.addLayout(line)
        self.line = ProgressLine(self.tr("Progress of the job"))
        column.addSpacing(SIZES.half)
        column.addWidget(self.line)
        return column

    def set_item(self, item: JobItem) -> None:
        """Show the job as it stands now."""
        self.item = item
        self._title.set_text(item.title or item.what)
        self.cancel.setEnabled(not item.cancel_requested)
        self.cancel.setText(self.tr("Cancelling …") if item.cancel_requested else self.tr("Cancel"))
        self.setAccessibleName(self.tr("Running: {0}").format(item.title))
        self._show_progress()

    def set_progress(self, progress: JobProgress | None) -> None:
        """Show how far it is; None when nothing was reported yet."""
        before, self.progress = self.progress, progress
        if progress is not None:
            if progress.preview:
                self.preview.set_path(progress.preview)
                if before is None or before.seq != progress.seq:
                    self.preview.refresh()  # generators write all their previews to one file
            self._show_text(progress.text)
        self._show_progress()

    def _show_progress(self) -> None:
        progress = self.progress
        fraction = None
        if progress is not None and progress.total > 0:
            fraction = progress.done / progress.total
        self.line.set_fraction(fraction)
        self._phase.set_text(self._phase_words())
        self._show_times()

    def _phase_words(self) -> str:
        progress = self.progress
        if self.item.cancel_requested:
            return self.tr("Stopping at the next step")
        if progress is None or not progress.phase:
            return self.tr("Getting ready")
        phase = self.tr("Loading") if progress.phase == "loading" else self.tr("Making")
        return f"{phase} · {progress.message}" if progress.message else phase

    def _show_times(self) -> None:
        progress = self.progress
        seconds = None
        if progress is not None and progress.eta_seconds is not None:
            since = time.time() - progress.updated_at if progress.updated_at else 0.0
            seconds = max(0.0, progress.eta_seconds - min(max(since, 0.0), 5.0))
        shares = self.line.fraction()
        parts = [words.time_left(seconds), "" if shares is None else f"{shares:.0%}"]
        self._left.setText(" · ".join(part for part in parts if part))
        self._what.set_text(self._what_words())

    def _what_words(self) -> str:
        parts = [self.item.what, self.item.checkpoint]
        if self.item.started_at:
            passed = round(max(0.0, time.time() - self.item.started_at))
            parts.append(self.tr("{0} so far").format(words.duration(passed)))
        return " · ".join(part for part in parts if part)

    def _show_text(self, text: str) -> None:
        if not text and self.text.isHidden():
            return
        self.text.show()
        shown = self.text.toPlainText()
        if text == shown:
            return
        bar = self.text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 4
        if text.startswith(shown):
            cursor = self.text.textCursor()
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(text[len(shown) :])
        else:
            self.text.setPlainText(text)
        if at_end:
            bar.setValue(bar.maximum())
