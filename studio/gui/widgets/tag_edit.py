"""Tags as chips that can be taken off, and a field for one more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCompleter, QLineEdit, QPushButton, QVBoxLayout, QWidget

from studio.gui.theme.manager import set_icon
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.flow_layout import FlowLayout

if TYPE_CHECKING:
    from collections.abc import Sequence


def chip(text: str, name: str) -> QPushButton:
    """Return a small round button with a cross."""
    made = QPushButton(text.replace("&", "&&"))  # one alone would make a key of the next letter
    made.setProperty("kind", "chip")
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the cross stands behind the word
    set_icon(made, "x", "text_faint", 12)
    return made


class TagEdit(QWidget):
    """The tags of something.

    Signals:
        changed: All tags, after a person added or took off one.
    """

    changed = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._tags: tuple[str, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.step)
        self._chips = QWidget()
        self._flow = FlowLayout(self._chips, SIZES.half)
        column.addWidget(self._chips)
        self.field = QLineEdit()
        self.field.setPlaceholderText(self.tr("Add a tag"))
        self.field.setAccessibleName(name)
        self.field.returnPressed.connect(self._add)
        column.addWidget(self.field)
        self.set_tags(())

    def tags(self) -> tuple[str, ...]:
        """Return what is shown."""
        return self._tags

    def set_tags(self, tags: Sequence[str]) -> None:
        """Show tags."""
        self._tags = tuple(tags)
        while (item := self._flow.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for tag in self._tags:
            made = chip(tag, self.tr("Take off the tag {0}").format(tag))
            made.clicked.connect(lambda _checked=False, tag=tag: self._remove(tag))
            self._flow.addWidget(made)
            made.show()
        self._chips.setVisible(bool(self._tags))

    def set_known(self, tags: Sequence[str]) -> None:
        """Offer these while a person types."""
        completer = QCompleter(list(tags), self.field)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.field.setCompleter(completer)

    def _add(self) -> None:
        new = [part.strip() for part in self.field.text().replace("，", ",").split(",")]
        self.field.clear()
        known = {tag.casefold() for tag in self._tags}
        fresh = [tag for tag in new if tag and tag.casefold() not in known]
        if fresh:
            self._change((*self._tags, *fresh))

    def _remove(self, tag: str) -> None:
        self._change(tuple(item for item in self._tags if item != tag))

    def _change(self, tags: tuple[str, ...]) -> None:
        self.set_tags(tags)  # at once: the next change starts from it
        self.changed.emit(tags)
