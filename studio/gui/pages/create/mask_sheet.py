"""Painting what shall be made anew: a soft-edged brush on the reference picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSlider, QWidget

from studio.gui.theme.manager import color
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton, SegmentedControl, button, spacer
from studio.gui.widgets.labels import label
from studio.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from pathlib import Path

    from studio.gui.images import ImageLoader

WASH = 150  # of 255: how much the mask covers the picture while it is painted
LONGEST = 2048  # pixels of the mask's longer side; the generator scales it to the picture
MOST_UNDO = 20
KEY_STEP = 0.04  # of the shorter side


class MaskCanvas(QWidget):
    """The picture with the mask over it; mouse or keys paint.

    Signals:
        changed: Something was painted.
        brushed: The brush has another size.
    """

    changed = Signal()
    brushed = Signal(int)

    def __init__(self, images: ImageLoader) -> None:
        super().__init__()
        self._images = images
        self._path = ""
        self._mask = QImage()
        self._undo: list[QImage] = []
        self._at = QPointF(0.5, 0.5)
        self._keys = False
        self.brush = 12  # per cent of the shorter side
        self.erasing = False
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(160, 160)
        self.setAccessibleName(
            self.tr("Mask: arrows move the brush, Space paints, brackets change its size")
        )
        images.loaded.connect(self._on_loaded)

    def start(self, path: str, size: tuple[int, int], mask: QImage | None = None) -> None:
        """Begin with ``mask``, or an empty one, for a picture of ``size`` pixels."""
        shape = QSize(*size)
        if max(size) > LONGEST:
            shape = shape.scaled(LONGEST, LONGEST, Qt.AspectRatioMode.KeepAspectRatio)
        self._path = path
        shape = shape.expandedTo(QSize(1, 1))
        if mask is None or mask.isNull():
            self._mask = QImage(shape, QImage.Format.Format_Grayscale8)
            self._mask.fill(0)
        else:
            self._mask = mask.scaled(
                shape,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            ).convertToFormat(QImage.Format.Format_Grayscale8)
        self._undo.clear()
        self.update()

    def sizeHint(self) -> QSize:
        """Take all the room there is."""
        return QSize(10_000, 10_000)

    def is_empty(self) -> bool:
        """Tell whether nothing is painted."""
        blank = QImage(self._mask.size(), self._mask.format())  # rows may end in unused bytes
        blank.fill(0)
        return not self._mask.isNull() and self._mask == blank

    def mask_image(self) -> QImage:
        """Return the mask: white is made anew, black stays."""
        return self._mask.copy()

    def clear(self) -> None:
        """Take everything away."""
        self._keep()
        self._mask.fill(0)
        self._tell()

    def invert(self) -> None:
        """Make anew what stayed, and the other way round."""
        self._keep()
        self._mask.invertPixels()
        self._tell()

    def undo(self) -> None:
        """Take the last stroke back."""
        if self._undo:
            self._mask = self._undo.pop()
            self._tell()

    def set_brush(self, size: int) -> None:
        """Use a brush of so many per cent of the picture's shorter side."""
        self.brush = min(60, max(1, size))
        self.brushed.emit(self.brush)
        self.update()

    def _area(self) -> QRectF:
        fitted = self._mask.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        left, top = (self.width() - fitted.width()) / 2, (self.height() - fitted.height()) / 2
        return QRectF(left, top, fitted.width(), fitted.height())

    def _on_loaded(self, path: str) -> None:
        if path == self._path:
            self.update()

    def _place(self, point: QPointF) -> QPointF:
        area = self._area()
        return QPointF(
            (point.x() - area.x()) / max(1.0, area.width()),
            (point.y() - area.y()) / max(1.0, area.height()),
        )

    def stroke(self, start: QPointF, end: QPointF) -> None:
        """Paint a line between two places, given as shares of the picture."""
        width, height = self._mask.width(), self._mask.height()
        painter = QPainter(self._mask)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tint = Qt.GlobalColor.black if self.erasing else Qt.GlobalColor.white
        thick = max(1.0, self.brush / 100 * min(width, height))
        pen = QPen(tint, thick, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        first = QPointF(start.x() * width, start.y() * height)
        last = QPointF(end.x() * width, end.y() * height)
        if first == last:
            painter.drawPoint(first)
        else:
            painter.drawLine(first, last)
        painter.end()
        self._tell()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the picture, the mask in the accent over it, and the brush."""
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        area = self._area()
        dpr = self.devicePixelRatioF()
        wanted = QSize(max(64, round(self.width() * dpr)), max(64, round(self.height() * dpr)))
        picture = self._images.get(self._path, wanted) if self._path else None
        if picture is not None:
            painter.drawPixmap(area, picture, QRectF(picture.rect()))
        painter.drawImage(area, self._tinted(area.size().toSize()))
        radius = self.brush / 200 * min(area.width(), area.height())
        spot = QPointF(
            area.x() + self._at.x() * area.width(), area.y() + self._at.y() * area.height()
        )
        if self.underMouse() or self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(0, 0, 0, 160), 3))
            painter.drawEllipse(spot, radius, radius)
            painter.setPen(QPen(QColor(255, 255, 255), 1))
            painter.drawEllipse(spot, radius, radius)

    def _tinted(self, size: QSize) -> QImage:
        small = self._mask.scaled(
            size,
            Qt.AspectRatioMode.IgnoreAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        ).convertToFormat(QImage.Format.Format_Grayscale8)
        wash = QImage(small.size(), QImage.Format.Format_ARGB32_Premultiplied)
        tint = color("accent")
        tint.setAlpha(WASH)
        wash.fill(tint)
        small.reinterpretAsFormat(QImage.Format.Format_Alpha8)  # its greys are what shows
        painter = QPainter(wash)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationIn)
        painter.drawImage(0, 0, small)
        painter.end()
        return wash

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a stroke."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._keep()
            self._at = self._place(event.position())
            self.stroke(self._at, self._at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Paint, or show where the brush is."""
        before, self._at = self._at, self._place(event.position())
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.stroke(before, self._at)
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the brush."""
        self.set_brush(self.brush + (2 if event.angleDelta().y() > 0 else -2))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paint without a mouse."""
        key = Qt.Key(event.key())
        by = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1),
              Qt.Key.Key_Down: (0, 1)}.get(key)  # fmt: skip
        if by is not None:
            shift = QPointF(by[0] * KEY_STEP, by[1] * KEY_STEP)
            before, self._at = self._at, self._inside(self._at + shift)
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.stroke(before, self._at)
            self.update()
        elif key == Qt.Key.Key_Space:
            self._keep()
            self.stroke(self._at, self._at)
        elif key in (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight):
            self.set_brush(self.brush + (2 if key == Qt.Key.Key_BracketRight else -2))
        elif key == Qt.Key.Key_Z and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.undo()
        else:
            super().keyPressEvent(event)

    def _inside(self, place: QPointF) -> QPointF:
        return QPointF(min(1.0, max(0.0, place.x())), min(1.0, max(0.0, place.y())))

    def _keep(self) -> None:
        self._undo.append(self._mask.copy())
        del self._undo[:-MOST_UNDO]

    def _tell(self) -> None:
        self.update()
        self.changed.emit()


class MaskSheet(Sheet):
    """Paint a mask and use it.

    Signals:
        painted: The mask as a QImage.
    """

    painted = Signal(object)

    def __init__(self, over: QWidget, images: ImageLoader) -> None:
        super().__init__(over, "", 10_000)
        self.setAccessibleName(self.tr("Paint what shall be made anew"))
        self.card.setAccessibleName(self.tr("Paint what shall be made anew"))
        self.canvas = MaskCanvas(images)
        top = QHBoxLayout()
        top.setSpacing(SIZES.step)
        top.addWidget(label(self.tr("Paint what shall be made anew"), "title"))
        top.addWidget(spacer(), 1)
        self.tool = SegmentedControl(
            [("paint", self.tr("Paint")), ("erase", self.tr("Erase"))], self.tr("Tool")
        )
        self.tool.changed.connect(self._on_tool)
        self.size_slider = QSlider(Qt.Orientation.Horizontal)
        self.size_slider.setRange(1, 60)
        self.size_slider.setValue(self.canvas.brush)
        self.size_slider.setFixedWidth(120)
        self.size_slider.setAccessibleName(self.tr("Size of the brush"))
        self.size_slider.valueChanged.connect(self.canvas.set_brush)
        self.canvas.brushed.connect(self.size_slider.setValue)
        undo = IconButton("undo-2", self.tr("Undo (Ctrl+Z)"))
        undo.clicked.connect(self.canvas.undo)
        invert = button(self.tr("Invert"), "ghost")
        invert.clicked.connect(self.canvas.invert)
        clear = button(self.tr("Clear"), "ghost")
        clear.clicked.connect(self.canvas.clear)
        self.use = button(self.tr("Use mask"), "primary", "check")
        self.use.clicked.connect(self._use)
        close = IconButton("x", self.tr("Close (Escape)"))
        close.clicked.connect(self.close_sheet)
        top.addWidget(self.tool)
        top.addWidget(label(self.tr("Brush"), "label"))
        for made in (self.size_slider, undo, invert, clear, self.use, close):
            top.addWidget(made)
        self.body.addLayout(top)
        self.body.addWidget(self.canvas, 1)
        self.canvas.changed.connect(lambda: self.use.setEnabled(not self.canvas.is_empty()))

    def start(self, path: str, size: tuple[int, int], mask: QImage | None = None) -> None:
        """Open for a picture, with ``mask`` or nothing painted."""
        self.canvas.start(path, size, mask)
        self.use.setEnabled(not self.canvas.is_empty())
        self.open(self.canvas)

    def go_on(self) -> None:
        """Open with what was painted when it was closed; it can still be undone."""
        self.open(self.canvas)

    def _on_tool(self, tool: str) -> None:
        self.canvas.erasing = tool == "erase"

    def _use(self) -> None:
        self.painted.emit(self.canvas.mask_image())
        self.close_sheet()


def write_mask(image: QImage, path: Path) -> Path:
    """Write a mask as PNG; OSError when the disk does not take it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not image.save(str(path), "PNG"):  # type: ignore[call-overload]
        raise OSError(f"{path.name} could not be written")
    return path
