"""Buttons: with words, with an icon only, switches and segmented controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from studio.gui.theme.manager import color, set_icon, theme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Literal

    Kind = Literal["", "primary", "danger", "ghost", "link"]

_ICON_TOKENS = {"": "text", "primary": "on_accent", "danger": "on_bad", "ghost": "text_soft"}


class PushButton(QPushButton):
    """A push button that Return presses too, as in a dialog."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Press on Return as on Space."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)


def button(text: str, kind: Kind = "", icon: str = "") -> QPushButton:
    """Return a push button.

    Args:
        text: What it does, a verb first.
        kind: One ``primary`` button at most on a page; ``ghost`` for what is used less.
        icon: Of ``assets/icons``, before the text.
    """
    made = PushButton(text)
    made.setProperty("kind", kind)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    if icon:
        set_icon(made, icon, _ICON_TOKENS.get(kind, "accent_text"))
    return made


class IconButton(QToolButton):
    """A square button with an icon only; its name is spoken and shown as its tool tip."""

    def __init__(
        self,
        icon: str,
        name: str,
        *,
        size: int = 32,
        token: str = "text_soft",
        checkable: bool = False,
    ) -> None:
        super().__init__()
        self.setFixedSize(size, size)
        self._picture = 18 if size >= 32 else 16
        self.setIconSize(QSize(self._picture, self._picture))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setCheckable(checkable)
        self.set_look(icon, name, token)

    def set_look(self, icon: str, name: str, token: str = "text_soft") -> None:
        """Change the picture and what the button says of itself."""
        set_icon(self, icon, token, self._picture)
        self.setAccessibleName(name)
        self.setToolTip(name)


class Switch(QAbstractButton):
    """On or off, at once. Its text stands beside it and is part of what can be clicked."""

    WIDTH, HEIGHT = 36, 20

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setCheckable(True)
        self.setText(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """Return room for the switch and its text."""
        text = self.fontMetrics().horizontalAdvance(self.text()) + 10 if self.text() else 0
        return QSize(self.WIDTH + 4 + text, 32)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track, knob, focus ring and text."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = (self.height() - self.HEIGHT) / 2
        track = QRectF(2, top, self.WIDTH, self.HEIGHT)
        on = self.isChecked()
        painter.setPen(QPen(color("accent" if on else "text_faint"), 1))
        painter.setBrush(color("accent" if on else "sunken"))
        if not self.isEnabled():
            painter.setPen(color("line_strong"))
            painter.setBrush(color("line"))
        painter.drawRoundedRect(track, self.HEIGHT / 2, self.HEIGHT / 2)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("on_accent" if on else "text_soft"))
        knob = self.HEIGHT - 8
        left = track.right() - knob - 4 if on else track.left() + 4
        painter.drawEllipse(QRectF(left, top + 4, knob, knob))
        if self.hasFocus():
            painter.setPen(QPen(color("accent_text"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(-1, -1, 1, 1), 11, 11)
        painter.setPen(color("text" if self.isEnabled() else "disabled"))
        words = self.rect().adjusted(self.WIDTH + 12, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.text())


class SegmentedControl(QFrame):
    """One of a few choices, all in sight.

    Signals:
        changed: The id of the choice that a person made.
    """

    changed = Signal(str)

    def __init__(
        self, choices: Sequence[tuple[str, str]], name: str, icons: Sequence[str] = ()
    ) -> None:
        super().__init__()
        self.setProperty("role", "segments")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        for index, (key, text) in enumerate(choices):
            made = button(text)
            made.setCheckable(True)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            made.setAccessibleDescription(name)
            if index < len(icons):
                set_icon(made, icons[index], "text_soft")
            made.clicked.connect(lambda _checked=False, key=key: self.changed.emit(key))
            self._group.addButton(made)
            self._buttons[key] = made
            row.addWidget(made)
        next(iter(self._buttons.values())).setChecked(True)

    def value(self) -> str:
        """Return the id of the choice."""
        return next(key for key, item in self._buttons.items() if item.isChecked())

    def set_value(self, key: str) -> None:
        """Choose without emitting; an unknown id changes nothing."""
        if key in self._buttons:
            self._buttons[key].setChecked(True)

    def set_text(self, key: str, text: str) -> None:
        """Change the words of one choice, for instance its count."""
        self._buttons[key].setText(text)


def spacer() -> QWidget:
    """Return something that takes the room that is left in a row."""
    made = QWidget()
    made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return made
