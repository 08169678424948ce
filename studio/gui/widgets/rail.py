"""The navigation rail: the mark, a button per page with a count, and the window's own buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from studio.gui.theme.manager import color, font, set_icon
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton
from studio.gui.widgets.surfaces import Picture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.gui.pages.registry import PageSpec

MOST_SHOWN = 99


class RailButton(QToolButton):
    """A page's button: icon above its word, a small count at the upper right."""

    def __init__(self, text: str, icon: str) -> None:
        super().__init__()
        self._count = 0
        self._icon = icon
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setIconSize(self.iconSize().expandedTo(self.iconSize().__class__(20, 20)))
        self.setFixedSize(72, 56)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.toggled.connect(self._tint)
        self._tint(on=False)

    def set_count(self, count: int) -> None:
        """Show how much goes on there; 0 for nothing."""
        if count != self._count:
            self._count = count
            described = self.tr("%n active", "", count) if count else ""
            self.setAccessibleDescription(described)
            self.update()

    def count(self) -> int:
        """Return the count that is shown."""
        return self._count

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the button, then the count over it."""
        super().paintEvent(event)
        if not self._count:
            return
        words = str(self._count) if self._count <= MOST_SHOWN else f"{MOST_SHOWN}+"
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(font(10, font().Weight.DemiBold))
        width = max(16, painter.fontMetrics().horizontalAdvance(words) + 8)
        area = QRectF(self.width() / 2 + 5, 4, width, 16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent"))
        painter.drawRoundedRect(area, 8, 8)
        painter.setPen(color("on_accent"))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)

    def _tint(self, on: bool) -> None:
        set_icon(self, self._icon, "text" if on else "text_soft", 20)


class Rail(QFrame):
    """The column at the left.

    Signals:
        chosen: Id of the page that a person wants.
    """

    chosen = Signal(str)

    def __init__(self, pages: Sequence[PageSpec]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAccessibleName(self.tr("Navigation"))
        self.setFixedWidth(SIZES.rail)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.step, SIZES.gap, SIZES.step, SIZES.gap)
        column.setSpacing(SIZES.half)
        column.addWidget(Picture("brandloom", "accent_text", 32), 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(SIZES.gap)
        self.buttons: dict[str, RailButton] = {}
        for spec in pages:
            made = RailButton(spec.words(), spec.icon)
            made.clicked.connect(lambda _checked=False, key=spec.id: self.chosen.emit(key))
            self.buttons[spec.id] = made
            column.addWidget(made)
        column.addStretch(1)
        self.palette_button = IconButton("command", self.tr("Find a command (Ctrl+K)"))
        self.theme_button = IconButton("sun", self.tr("Light theme"))
        self.help_button = IconButton("circle-help", self.tr("Keyboard shortcuts (F1)"))
        for tool in (self.palette_button, self.theme_button, self.help_button):
            column.addWidget(tool, 0, Qt.AlignmentFlag.AlignHCenter)

    def select(self, page_id: str) -> None:
        """Show which page is open."""
        if page_id in self.buttons:
            self.buttons[page_id].setChecked(True)

    def tools(self) -> list[QWidget]:
        """Return the buttons of the window itself."""
        return [self.palette_button, self.theme_button, self.help_button]
