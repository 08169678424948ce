"""Texts that are read, marked and copied, but not written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLabel, QPlainTextEdit

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

LabelKind = TypeVar("LabelKind", bound=QLabel)
_DELETING = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class _ReadingKeys(QObject):
    """Keeps copying, selecting all and deleting in the text.

    Qt offers each key to the page's shortcuts first, and only a text that can be written in claims
    these: in others Delete would move the asset that is selected to the trash, and Ctrl+C copy it.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Claim the keys before a shortcut does."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and _is_for_texts(event)
        ):
            event.accept()
            return True
        return super().eventFilter(watched, event)


def _is_for_texts(event: QKeyEvent) -> bool:
    standard = QKeySequence.StandardKey
    whole = event.matches(standard.Copy) or event.matches(standard.SelectAll)
    return whole or event.key() in _DELETING


def keep_reading_keys(widget: QWidget) -> None:
    """Let a text that is read keep its keys."""
    widget.installEventFilter(_ReadingKeys(widget))


def selectable(made: LabelKind) -> LabelKind:
    """Return a label whose text can be marked and copied."""
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    keep_reading_keys(made)
    return made


def make_reading(view: QPlainTextEdit, role: str = "log") -> None:
    """Make a text field one that is read, in a role of the style sheet."""
    view.setReadOnly(True)
    view.setProperty("role", role)
    keep_reading_keys(view)
