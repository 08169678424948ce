"""A card over the dimmed window: the palette, the list of shortcuts, a big picture.

Not a dialog: the window stays the same window, Escape and a click beside the card close it, and the
focus goes back to where it was.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from studio.gui.theme.manager import color
from studio.gui.theme.tokens import SIZES


@runtime_checkable
class HasHome(Protocol):
    """A window that knows what takes the focus when what had it is gone."""

    def focus_home(self) -> QWidget:
        """Return it."""


class Sheet(QWidget):
    """Covers ``over`` with a scrim and a card, ``self.card`` with the layout ``self.body``.

    Signals:
        closed: It went away.
    """

    closed = Signal()

    def __init__(self, over: QWidget, name: str, width: int, *, top: int = 0) -> None:
        """Make a hidden sheet.

        Args:
            over: The window that it covers.
            name: What it is, for screen readers.
            width: Of the card, in pixels; less in a narrow window.
            top: Distance from the top; 0 centres the card.
        """
        super().__init__(over)
        self._over, self._width, self._top = over, width, top
        self._before: QWidget | None = None
        self.setAccessibleName(name)
        self.card = QFrame(self)
        self.card.setProperty("role", "sheet")
        self.card.setAccessibleName(name)
        self.body = QVBoxLayout(self.card)
        self.body.setContentsMargins(SIZES.gap, SIZES.gap, SIZES.gap, SIZES.gap)
        self.body.setSpacing(SIZES.step)
        over.installEventFilter(self)
        self.hide()

    def open(self, focus: QWidget | None = None) -> None:
        """Show it and put the focus inside."""
        self._before = QApplication.focusWidget()
        self._place()
        self.show()
        self.raise_()
        target = focus or self.card.nextInFocusChain()
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def close_sheet(self) -> None:
        """Hide it and give the focus back."""
        if self.isHidden():
            return
        self.hide()
        before, self._before = self._before, None
        if before is not None and shiboken6.isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        elif isinstance(self._over, HasHome):
            self._over.focus_home().setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
        else:
            event.accept()  # nothing below the sheet shall hear keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a click beside the card."""
        if not self.card.geometry().contains(event.position().toPoint()):
            self.close_sheet()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Keep Tab inside the sheet."""
        inside = [item for item in self.findChildren(QWidget) if _takes_tab(item)]
        if not inside:
            return True
        current = QApplication.focusWidget()
        at = inside.index(current) if current in inside else -1 if forward else 0
        target = inside[(at + (1 if forward else -1)) % len(inside)]
        reason = Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason
        target.setFocus(reason)
        return True

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Dim what lies below."""
        QPainter(self).fillRect(self.rect(), QColor(color("scrim")))

    def _place(self) -> None:
        area = self._over.rect()
        self.setGeometry(area)
        width = min(self._width, area.width() - 2 * SIZES.block)
        limit = area.height() - (self._top or SIZES.block) - SIZES.block
        wanted = max(self.card.heightForWidth(width), self.card.sizeHint().height())
        height = min(max(wanted, self.card.minimumHeight()), limit)
        top = self._top or max(SIZES.block, (area.height() - height) // 2)
        self.card.setGeometry((area.width() - width) // 2, top, width, height)


def _takes_tab(widget: QWidget) -> bool:
    wants = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return bool(wants) and widget.isVisible() and widget.isEnabled()
