"""A picture that keeps its aspect inside a rounded frame, decoded off the GUI thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui.theme.icons import pixmap as icon_pixmap
from studio.gui.theme.manager import color, theme
from studio.gui.theme.tokens import SIZES

if TYPE_CHECKING:
    from studio.gui.images import ImageLoader


class ThumbnailLabel(QWidget):
    """Shows the picture of a file, or an icon while there is none.

    Signals:
        activated: It was clicked.
    """

    activated = Signal()

    def __init__(self, images: ImageLoader, name: str, icon: str = "image") -> None:
        super().__init__()
        self._images, self._icon = images, icon
        self._path = ""
        self._shown: QPixmap | None = None
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(48, 48)
        images.loaded.connect(self._on_loaded)

    def set_path(self, path: str) -> None:
        """Show another file; the old picture stays until the new one is there."""
        if path != self._path:
            self._path = path
            if not path:
                self._shown = None
            self.update()

    def refresh(self) -> None:
        """Read the file anew, which has changed; the old picture stays until that is done."""
        if self._path:
            self._images.forget(self._path)
            self.update()

    def path(self) -> str:
        """Return the file that is shown."""
        return self._path

    def set_icon(self, icon: str) -> None:
        """Choose what is drawn while there is no picture."""
        self._icon = icon
        self.update()

    def sizeHint(self) -> QSize:
        """Return a square."""
        return QSize(160, 160)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Tell of a click."""
        if self.rect().contains(event.position().toPoint()):
            self.activated.emit()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the frame and in its middle the picture, whole."""
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        path = QPainterPath()
        path.addRoundedRect(area, SIZES.radius, SIZES.radius)
        painter.fillPath(path, color("sunken"))
        picture = self._current()
        if picture is None:
            self._draw_icon(painter)
        else:
            painter.setClipPath(path)
            draw_fitted(painter, picture, QRectF(self.rect()))
            painter.setClipping(False)
        painter.setPen(color("line"))
        painter.drawPath(path)

    def _draw_icon(self, painter: QPainter) -> None:
        side = 24
        mark = icon_pixmap(self._icon, theme().colors.text_faint, side, self.devicePixelRatioF())
        painter.drawPixmap(QPointF((self.width() - side) / 2, (self.height() - side) / 2), mark)

    def _current(self) -> QPixmap | None:
        if self._path:
            ratio = self.devicePixelRatioF()
            size = QSize(round(self.width() * ratio), round(self.height() * ratio))
            self._shown = self._images.get(self._path, size) or self._shown
        return self._shown

    def _on_loaded(self, path: str) -> None:
        if path == self._path:
            self.update()


def draw_fitted(painter: QPainter, picture: QPixmap, area: QRectF) -> QRectF:
    """Draw a picture whole in the middle of ``area``; return where it lies."""
    size = picture.size().scaled(area.size().toSize(), Qt.AspectRatioMode.KeepAspectRatio)
    left = area.x() + (area.width() - size.width()) / 2
    top = area.y() + (area.height() - size.height()) / 2
    target = QRectF(left, top, size.width(), size.height())
    painter.drawPixmap(target, picture, QRectF(picture.rect()))
    return target
