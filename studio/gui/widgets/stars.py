"""A rating of 0 to 5 stars that can be set by mouse and keys."""

from __future__ import annotations

import math
from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui.theme.manager import color, theme

STEP, STAR = 24, 18


@lru_cache(maxsize=64)
def star(tint: str, side: int) -> QPixmap:
    """Return a filled star, for screens of up to two device pixels."""
    picture = QPixmap(side * 2, side * 2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tint), side * 0.14, j=Qt.PenJoinStyle.RoundJoin))
    painter.setBrush(QColor(tint))
    points = []
    for corner in range(10):
        radius = side * (0.84 if corner % 2 == 0 else 0.37)
        angle = math.pi * (corner / 5 - 0.5)
        points.append(
            QPointF(side + radius * math.cos(angle), side * 1.04 + radius * math.sin(angle))
        )
    painter.drawPolygon(QPolygonF(points))
    painter.end()
    picture.setDevicePixelRatio(2.0)
    return picture


class StarsEdit(QWidget):
    """Five stars.

    Signals:
        rated: 0 to 5, by a person.
    """

    rated = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._value = 0
        self._hover = 0
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Rate with the keys 1 to 5; 0 takes the rating away"))
        theme().changed.connect(self.update)
        self.set_value(0)

    def value(self) -> int:
        """Return the stars that are shown."""
        return self._value

    def set_value(self, value: int) -> None:
        """Show a rating."""
        self._value = value
        self.setAccessibleName(self.tr("Rating: {0} of 5").format(value))
        self.update()

    def sizeHint(self) -> QSize:
        """Return room for five stars."""
        return QSize(5 * STEP + 4, 28)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the stars, and a ring when the keyboard is here."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        shown = self._hover or self._value
        for index in range(5):
            tint = theme().colors.warn if index < shown else theme().colors.line_strong
            spot = QRect(2 + index * STEP + (STEP - STAR) // 2, 5, STAR, STAR)
            painter.drawPixmap(spot, star(tint, STAR))
        if self.hasFocus():
            painter.setPen(QPen(color("accent_text"), 2))
            painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 6, 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Rate by number, or one more or less by the arrows."""
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is not None:
            self.rated.emit(min(5, max(0, self._value + step)))
        elif event.text() and event.text() in "012345":
            self.rated.emit(int(event.text()))
        else:
            super().keyPressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would give."""
        self._hover = self._at(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Rate; the same star again takes the rating away."""
        value = self._at(event)
        self.rated.emit(0 if value == self._value else value)

    def leaveEvent(self, event: object) -> None:
        """Show the rating again."""
        self._hover = 0
        self.update()
        super().leaveEvent(event)  # type: ignore[arg-type]

    def _at(self, event: QMouseEvent) -> int:
        return min(5, max(1, int((event.position().x() - 2) // STEP) + 1))
