"""How messages look: toasts at the lower edge, banners above the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.labels import label
from studio.gui.widgets.surfaces import Picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QEnterEvent

    from studio.gui.messages import Choice, Message, Messages

TOAST_MS = 5000
MOST_TOASTS = 3
_MARKS = {
    "good": ("circle-check", "good"),
    "bad": ("circle-alert", "bad"),
    "warn": ("triangle-alert", "warn"),
    "ask": ("circle-help", "accent_text"),
}


def _choice_button(choice: Choice, done: Callable[[], None]) -> QWidget:
    kind = choice.kind if choice.kind in ("primary", "danger") else ""
    made = button(choice.label, kind)  # type: ignore[arg-type]

    def run() -> None:
        done()
        choice.run()

    made.clicked.connect(run)
    return made


class Banner(QFrame):
    """A message with hint and buttons, inline; stays until it is dismissed.

    Signals:
        dismissed: It was closed, by its button or by a choice.
    """

    dismissed = Signal()

    def __init__(self, message: Message) -> None:
        super().__init__()
        self.message = message
        self.setProperty("role", "banner")
        self.setProperty("tone", message.tone)
        self.setAccessibleName(f"{message.text} {message.hint}".strip())
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.gap, SIZES.step, SIZES.step, SIZES.step)
        row.setSpacing(SIZES.step)
        row.addWidget(Picture(*_MARKS[message.tone], 18), 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(label(message.text, "strong", wrap=True))
        if message.hint:
            words.addWidget(label(message.hint, "soft", wrap=True))
        words.addStretch(1)
        row.addSpacing(SIZES.half)
        row.addLayout(words, 1)
        self.buttons = [_choice_button(choice, self.dismissed.emit) for choice in message.choices]
        for made in self.buttons:
            row.addWidget(made, 0, Qt.AlignmentFlag.AlignVCenter)
        close = IconButton("x", self.tr("Dismiss"), size=28)
        close.clicked.connect(self.dismissed.emit)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignVCenter)


class BannerArea(QWidget):
    """The banners above a page, newest at the top; one per key.

    A question takes the focus, and gives it back when it goes.

    Args:
        messages: Where they come from.
        home: Returns what takes the focus when what had it is gone.
    """

    def __init__(self, messages: Messages, home: Callable[[], QWidget]) -> None:
        super().__init__()
        self._home = home
        self._before: QWidget | None = None  # what had the focus before a question took it
        self._banners: dict[str, Banner] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(SIZES.block, SIZES.gap, SIZES.block, 0)
        self._column.setSpacing(SIZES.step)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.hide()
        messages.posted.connect(self._on_posted)
        messages.withdrawn.connect(self.remove)

    def banners(self) -> list[Banner]:
        """Return what is shown."""
        return list(self._banners.values())

    def remove(self, key: str) -> None:
        """Take a banner away, if it is there."""
        banner = self._banners.pop(key, None)
        if banner is not None:
            focused = QApplication.focusWidget()
            if focused is not None and banner.isAncestorOf(focused):
                self._give_back()  # else it would go to the rail, whose keys lead to other pages
            banner.hide()
            banner.deleteLater()
        self.setVisible(bool(self._banners))

    def _give_back(self) -> None:
        before, self._before = self._before, None
        there = before is not None and shiboken6.isValid(before) and before.isVisible()
        target = before if before is not None and there else self._home()
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_posted(self, message: Message) -> None:
        if message.tone == "good":
            return
        key = message.key or message.text
        self.remove(key)
        banner = self._banners[key] = Banner(message)
        banner.dismissed.connect(lambda: self.remove(key))
        self._column.insertWidget(0, banner)
        self.show()
        if message.tone == "ask" and banner.buttons:
            focused = QApplication.focusWidget()
            if focused is not None and not self.isAncestorOf(focused):
                self._before = focused
            banner.buttons[0].setFocus(Qt.FocusReason.TabFocusReason)


class Toast(QFrame):
    """A short note that something worked; leaves by itself unless the pointer is on it.

    Signals:
        gone: It wants to be removed.
    """

    gone = Signal()

    def __init__(self, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "toast")
        self.setAccessibleName(message.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.gap, SIZES.step, SIZES.step, SIZES.step)
        row.setSpacing(SIZES.step)
        row.addWidget(Picture(*_MARKS["good"], 18), 0, Qt.AlignmentFlag.AlignVCenter)
        words = label(message.text, wrap=True)
        words.setMinimumWidth(180)
        words.setMaximumWidth(320)
        row.addWidget(words, 1)
        for choice in message.choices:
            row.addWidget(_choice_button(choice, self.gone.emit))
        close = IconButton("x", self.tr("Dismiss"), size=28)
        close.clicked.connect(self.gone.emit)
        row.addWidget(close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(TOAST_MS)
        self._timer.timeout.connect(self.gone.emit)
        self._timer.start()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Stay while the pointer is here."""
        self._timer.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Leave some time after the pointer has."""
        self._timer.start()
        super().leaveEvent(event)


class ToastArea(QObject):
    """Places toasts over the lower edge of the window, in the middle: beside panels' buttons."""

    def __init__(self, over: QWidget, messages: Messages) -> None:
        super().__init__(over)
        self._over = over
        self._toasts: list[Toast] = []
        messages.posted.connect(self._on_posted)
        over.installEventFilter(self)

    def toasts(self) -> list[Toast]:
        """Return what is shown, oldest first."""
        return list(self._toasts)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def _on_posted(self, message: Message) -> None:
        if message.tone != "good":
            return
        toast = Toast(message, self._over)
        toast.gone.connect(lambda: self._remove(toast))
        self._toasts.append(toast)
        while len(self._toasts) > MOST_TOASTS:
            self._remove(self._toasts[0])
        toast.show()
        self._place()

    def _remove(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._toasts.remove(toast)
            toast.hide()
            toast.deleteLater()
            self._place()

    def _place(self) -> None:
        bottom = self._over.height() - SIZES.block
        for toast in reversed(self._toasts):
            toast.adjustSize()
            bottom -= toast.height()
            toast.move((self._over.width() - toast.width()) // 2, bottom)
            toast.raise_()
            bottom -= SIZES.step
