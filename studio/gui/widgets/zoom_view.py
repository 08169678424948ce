"""A picture to look into: fitted at first, zoomed by wheel or keys, moved by the mouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui.theme.icons import pixmap as icon_pixmap
from studio.gui.theme.manager import color, theme

if TYPE_CHECKING:
    from studio.gui.images import ImageLoader

WHOLE = QSize(4096, 4096)  # pixels that are decoded for looking closer
MOST = 16.0  # device pixels per pixel
STEP = 1.25


class ZoomView(QWidget):
    """Shows one picture file.

    Signals:
        moved: Zoom (0 fits) and centre (shares of the picture), so that views can move together.
    """

    moved = Signal(float, QPointF)

    def __init__(self, images: ImageLoader, name: str) -> None:
        super().__init__()
        self._images = images
        self._path = ""
        self._size = QSize()
        self._zoom = 0.0
        self._centre = QPointF(0.5, 0.5)
        self._drag: QPointF | None = None
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(120, 120)
        images.loaded.connect(self._on_loaded)

    def set_picture(self, path: str, size: QSize) -> None:
        """Show a file whose picture has ``size`` pixels, fitted."""
        self._path, self._size = path, size
        self._zoom, self._centre = 0.0, QPointF(0.5, 0.5)
        self.update()

    def zoom(self) -> float:
        """Return screen pixels per picture pixel."""
        return self._zoom or self._fit()

    def set_place(self, zoom: float, centre: QPointF) -> None:
        """Zoom (0 fits) about a place, without telling."""
        self._zoom, self._centre = zoom, centre
        self.update()

    def zoom_by(self, factor: float, about: QPointF | None = None) -> None:
        """Look closer or from further away; ``about`` stays where it is."""
        before = self.zoom()
        after = max(min(before * factor, MOST), min(self._fit(), 1.0))
        if about is not None and not self._size.isEmpty():
            off = about - QPointF(self.rect().center())
            shift = QPointF(
                off.x() * (1 / before - 1 / after) / self._size.width(),
                off.y() * (1 / before - 1 / after) / self._size.height(),
            )
            self._centre += shift
        self._zoom = 0.0 if after <= self._fit() * 1.001 else after
        self._tidy()

    def fit(self) -> None:
        """Show the whole picture."""
        self._zoom, self._centre = 0.0, QPointF(0.5, 0.5)
        self._tidy()

    def actual(self) -> None:
        """Show one picture pixel on one screen pixel."""
        self._zoom = 1.0
        self._tidy()

    def _fit(self) -> float:
        if self._size.isEmpty() or self.width() < 1:
            return 1.0
        return min(self.width() / self._size.width(), self.height() / self._size.height(), 2.0)

    def _tidy(self) -> None:
        x = min(1.0, max(0.0, self._centre.x()))
        y = min(1.0, max(0.0, self._centre.y()))
        self._centre = QPointF(x, y) if self._zoom else QPointF(0.5, 0.5)
        self.update()
        self.moved.emit(self._zoom, self._centre)

    def target(self) -> QRectF:
        """Return where the picture lies."""
        zoom = self.zoom()
        width, height = self._size.width() * zoom, self._size.height() * zoom
        left = self.width() / 2 - self._centre.x() * width
        top = self.height() / 2 - self._centre.y() * height
        return QRectF(left, top, width, height)

    def picture(self) -> QPixmap | None:
        """Return what is decoded so far: the whole when zoomed in."""
        if not self._path:
            return None
        dpr = self.devicePixelRatioF()
        fitted = QSize(max(64, round(self.width() * dpr)), max(64, round(self.height() * dpr)))
        if self._zoom:
            return self._images.get(self._path, WHOLE) or self._images.get(self._path, fitted)
        return self._images.get(self._path, fitted)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture, or its sign until it is there."""
        painter = QPainter(self)
        picture = self.picture()
        if picture is None:
            mark = icon_pixmap("image", theme().colors.text_faint, 32, 2.0)
            painter.drawPixmap(
                QRectF(self.width() / 2 - 16, self.height() / 2 - 16, 32, 32).toRect(), mark
            )
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.zoom() < 3)
        area = self.target()
        if picture.hasAlpha():
            painter.fillRect(area, QColor(color("raised")))
        painter.drawPixmap(area, picture, QRectF(picture.rect()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer."""
        self.zoom_by(STEP if event.angleDelta().y() > 0 else 1 / STEP, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Zoom with plus and minus; F fits, Z shows actual pixels."""
        key = event.key()
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_by(STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom_by(1 / STEP)
        elif key == Qt.Key.Key_F:
            self.fit()
        elif key == Qt.Key.Key_Z:
            self.actual()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to move."""
        self._drag = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture along."""
        if self._drag is None or not self._zoom:
            return
        by, self._drag = event.position() - self._drag, event.position()
        area = self.target()
        self._centre -= QPointF(by.x() / area.width(), by.y() / area.height())
        self._tidy()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        """Stop to move."""
        self._drag = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Switch between the whole and actual pixels."""
        if self._zoom:
            self.fit()
        else:
            self.actual()

    def _on_loaded(self, path: str) -> None:
        if path == self._path:
            self.update()


class SlideView(QWidget):
    """Two pictures over each other, with a line to drag between them."""

    def __init__(self, left: ZoomView, right: ZoomView) -> None:
        super().__init__()
        self._left, self._right = left, right
        self._share = 0.5
        self.setAccessibleName(self.tr("Two pictures with a line between them; arrows move it"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.SplitHCursor)

    def set_share(self, share: float) -> None:
        """Show so much of the left picture, 0 to 1."""
        self._share = min(1.0, max(0.0, share))
        self.update()

    def share(self) -> float:
        """Return how much of the left picture is shown."""
        return self._share

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both, each on its side of the line."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        edge = self.width() * self._share
        sides = ((self._left, QRectF(0, 0, edge, self.height())),
                 (self._right, QRectF(edge, 0, self.width() - edge, self.height())))  # fmt: skip
        for view, clip in sides:
            view.resize(self.size())
            picture = view.picture()
            painter.setClipRect(clip)
            if picture is not None:
                painter.drawPixmap(view.target(), picture, QRectF(picture.rect()))
        painter.setClipping(False)
        painter.fillRect(QRectF(edge - 1, 0, 2, self.height()), color("accent_text"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent_text"))
        painter.drawEllipse(QPointF(edge, self.height() / 2), 9, 9)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the line with the arrows."""
        step = {Qt.Key.Key_Left: -0.02, Qt.Key.Key_Right: 0.02}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.set_share(self._share + step)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the line there."""
        self.set_share(event.position().x() / max(1, self.width()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag the line."""
        if event.buttons():
            self.set_share(event.position().x() / max(1, self.width()))
