"""Grounds for other widgets: cards, section headers, empty states, skeletons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QLinearGradient, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.gui.theme.icons import pixmap
from studio.gui.theme.manager import color, theme
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import button, spacer
from studio.gui.widgets.labels import label

if TYPE_CHECKING:
    from collections.abc import Sequence


WORDS_WIDTH = 400  # of the sentence in an empty state


class Card(QFrame):
    """A rounded ground with a vertical layout, ``self.body``."""

    def __init__(self, margin: int = SIZES.gap, spacing: int = SIZES.step) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(margin, margin, margin, margin)
        self.body.setSpacing(spacing)


class Picture(QLabel):
    """An icon that is not a button, in a colour of the theme."""

    def __init__(self, name: str, token: str = "text_faint", size: int = 16) -> None:
        super().__init__()
        self._name, self._token, self._size = name, token, size
        self.setFixedSize(size, size)
        theme().changed.connect(self._draw)
        self._draw()

    def use(self, name: str, token: str) -> None:
        """Change the picture."""
        if (name, token) != (self._name, self._token):
            self._name, self._token = name, token
            self._draw()

    def _draw(self) -> None:
        tint = getattr(theme().colors, self._token)
        self.setPixmap(pixmap(self._name, tint, self._size, max(2.0, self.devicePixelRatioF())))


class SectionHeader(QWidget):
    """A title with a soft remark behind it and room for buttons at the right (``self.row``)."""

    def __init__(self, title: str, remark: str = "") -> None:
        super().__init__()
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(SIZES.step)
        self.title = label(title, "title")
        self.remark = label(remark, "caption")
        self.row.addWidget(self.title)
        self.row.addWidget(self.remark)
        self.row.addWidget(spacer(), 1)


class EmptyState(QWidget):
    """What a page shows when it has nothing: an icon, one sentence, one button.

    Signals:
        chosen: The button was pressed.
    """

    chosen = Signal()

    def __init__(self, icon: str, sentence: str, action: str = "", action_icon: str = "") -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(SIZES.gap)
        column.addStretch(2)
        self._badge = Picture(icon, "text_faint", 40)
        column.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignHCenter)
        self.sentence = label(sentence, "soft", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.sentence.ensurePolished()
        self.sentence.setFixedSize(WORDS_WIDTH, self.sentence.heightForWidth(WORDS_WIDTH))
        column.addWidget(self.sentence, 0, Qt.AlignmentFlag.AlignHCenter)
        self.button: QPushButton | None = None
        if action:
            self.button = button(action, "primary", action_icon)
            self.button.clicked.connect(self.chosen.emit)
            column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)


class Skeleton(QWidget):
    """Grey shapes where content will be, with a slow shimmer while they are in sight.

    Args:
        shapes: (x, y, width, height) of each; a width of 0 reaches to the right edge.
        height: Of the whole; 0 for that of the shapes.
        still: Without the shimmer, where the GUI thread has better things to do.
    """

    def __init__(
        self, shapes: Sequence[tuple[int, int, int, int]], height: int = 0, *, still: bool = False
    ) -> None:
        super().__init__()
        self._shapes = tuple(shapes)
        self._still = still
        self._height = height or max(y + h for _x, y, _w, h in shapes)
        self._timer = QTimer(self)
        self._timer.setInterval(50)
        self._timer.timeout.connect(self.update)
        self._clock = QElapsedTimer()
        self.setAccessibleName(self.tr("Loading"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)

    def sizeHint(self) -> QSize:
        """Return the height of the shapes; less will do."""
        return QSize(200, self._height)

    def showEvent(self, event: QShowEvent) -> None:
        """Start to shimmer."""
        super().showEvent(event)
        if not self._still:
            self._clock.start()
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop; a hidden skeleton costs nothing."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shapes with a band of light passing over them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        passed = (self._clock.elapsed() % 1600) / 1600 if self._clock.isValid() else 0.0
        middle = (passed * 2 - 0.5) * self.width()
        band = QLinearGradient(middle - 160, 0, middle + 160, 0)
        base, light = color("hover"), QColor(color("pressed"))
        band.setColorAt(0, base)
        band.setColorAt(0.5, light)
        band.setColorAt(1, base)
        painter.setBrush(band)
        for x, y, width, height in self._shapes:
            area = QRectF(x, y, width or self.width() - x, height)
            painter.drawRoundedRect(area, SIZES.radius_small, SIZES.radius_small)


class PageSkeleton(QWidget):
    """What is shown while a page is being made: its title, and grey shapes."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.block, SIZES.gap, SIZES.block, SIZES.block)
        column.setSpacing(SIZES.gap)
        self._title = label("", "display")
        self._title.setMinimumHeight(SIZES.control)
        column.addWidget(self._title)
        column.addWidget(Skeleton([(0, 0, 0, 280), (0, 296, 0, 280)], still=True))
        column.addStretch(1)

    def say(self, title: str) -> None:
        """Show the title of the page that is to come."""
        self._title.setText(title)


class Line(QFrame):
    """A hairline between things."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "line")


class ScrollColumn(QScrollArea):
    """A column that scrolls up and down only; add to ``self.column``."""

    def __init__(self, margin: int = 0, spacing: int = SIZES.gap) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(margin, margin, margin, margin)
        self.column.setSpacing(spacing)
        self.setWidget(inner)
