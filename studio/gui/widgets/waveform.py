"""The waveform of a sound, with its markers and the place that plays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.gui.theme.manager import color
from studio.services.files.markers import Mark, Markers, read_markers

if TYPE_CHECKING:
    from studio.gui.context import AppContext
    from studio.gui.models.asset_rows import AssetItem
    from studio.gui.models.asset_thumbnails import AssetThumbnails

WAVE = 512  # pixels of the picture
_WIDEST, _HIGHEST = 900, 220
_LABEL_GAP = 4  # pixels between a marker and its name


class Waveform(QWidget):
    """A sound to look at; a click goes to a place in it.

    Signals:
        sought: Milliseconds that were clicked at.
        loops: The file says that it repeats.
    """

    sought = Signal(int)
    loops = Signal()

    def __init__(self, context: AppContext, thumbnails: AssetThumbnails) -> None:
        super().__init__()
        self._context = context
        self._thumbnails = thumbnails
        self._item: AssetItem | None = None
        self._place = 0
        self.marks: tuple[Mark, ...] = ()
        self.setMinimumSize(120, 80)
        self.setAccessibleName(self.tr("Waveform"))
        thumbnails.changed.connect(self._on_thumbnail)

    def set_item(self, item: AssetItem) -> None:
        """Show a sound; its markers come a moment later."""
        self._item = item
        self._place = 0
        self.marks = ()
        self.setAccessibleDescription("")
        self.update()
        self._context.store.work(
            self, lambda: read_markers(Path(item.file)),
            lambda found: self._take(item.id, found), lambda _error: None,
            key=f"stage.markers {id(self)}",
        )  # fmt: skip

    def set_place(self, milliseconds: int) -> None:
        """Show where it plays."""
        self._place = milliseconds
        self.update()

    def _take(self, asset_id: str, found: Markers) -> None:
        if self._item is None or self._item.id != asset_id:
            return
        self.marks = found.marks
        said = ", ".join(f"{self.mark_name(mark.name)} {mark.time:.1f} s" for mark in found.marks)
        self.setAccessibleDescription(said)
        self.update()
        if found.loops:
            self.loops.emit()

    def mark_name(self, name: str) -> str:
        """Return a section's name in the window's language; others as they stand in the file."""
        return {
            "intro": self.tr("intro"), "main": self.tr("main"), "lift": self.tr("lift"),
            "build": self.tr("build"), "drop": self.tr("drop"), "break": self.tr("break"),
            "outro": self.tr("outro"), "hit": self.tr("hit"), "end": self.tr("end"),
        }.get(name, name)  # fmt: skip

    def _on_thumbnail(self, _sha256: str) -> None:
        self.update()

    def _area(self) -> QRect:
        width, height = min(self.width(), _WIDEST), min(self.height(), _HIGHEST)
        return QRect((self.width() - width) // 2, (self.height() - height) // 2, width, height)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw it across the width."""
        if self._item is None:
            return
        painter = QPainter(self)
        area = self._area()
        picture = self._thumbnails.get(self._item, WAVE)
        if picture is not None:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawPixmap(area, picture)
        if self._item.duration > 0:
            self._draw_marks(painter, area, area.width() / self._item.duration)

    def _draw_marks(self, painter: QPainter, area: QRect, scale: float) -> None:
        """Draw markers and the place that plays; ``scale`` is in pixels a second."""
        metrics = self.fontMetrics()
        free = area.left() - 1.0
        for mark in self.marks:
            x = area.left() + mark.time * scale
            painter.setPen(QPen(color("line_strong"), 1))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            name = self.mark_name(mark.name)
            width = metrics.horizontalAdvance(name)
            left = min(x + _LABEL_GAP, area.right() - width)
            if left > free:
                painter.setPen(color("text_soft"))
                painter.drawText(QPointF(left, area.top() + metrics.ascent()), name)
                free = left + width + _LABEL_GAP
        if self._place > 0:
            x = area.left() + self._place / 1000 * scale
            painter.setPen(QPen(color("accent"), 2))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to the place that was clicked."""
        area = self._area()
        if event.button() != Qt.MouseButton.LeftButton or self._item is None:
            super().mousePressEvent(event)
            return
        share = (event.position().x() - area.left()) / max(1, area.width())
        self.sought.emit(round(1000 * self._item.duration * min(1.0, max(0.0, share))))
