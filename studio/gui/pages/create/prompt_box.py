"""The prompt, with templates and history, and the negative prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from studio.gui.pages.create.offers import templates
from studio.gui.theme.tokens import SIZES
from studio.gui.translating import TEMPLATES, manifest_words, translate
from studio.gui.widgets.buttons import button
from studio.gui.widgets.fields import GrowingTextEdit
from studio.gui.widgets.labels import label, restyle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generators.manifest import ParamSpec

MOST_KEPT = 30  # prompts in the history of a kind
SHOWN = 60  # characters of a prompt in the menu
_BLANK = re.compile(r"\{[^{}]+\}")


class TextBox(QWidget):
    """A caption, a growing field and what is wrong with it.

    Signals:
        changed: A person typed.
    """

    changed = Signal()

    def __init__(self, name: str, lines: tuple[int, int], hint: str = "") -> None:
        super().__init__()
        self._spec: ParamSpec | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.half)
        self.top = QHBoxLayout()
        self.top.setSpacing(0)
        self.caption = label(name, "label")
        self.top.addWidget(self.caption)
        self.top.addStretch(1)
        self._count = label("", "caption")
        self.top.addWidget(self._count)
        column.addLayout(self.top)
        self.edit = GrowingTextEdit(name, lines)
        self.edit.setPlaceholderText(hint)
        self.edit.setAcceptDrops(False)  # a dropped file is for the window, not its path as text
        self.edit.textChanged.connect(self._on_text)
        self.caption.setBuddy(self.edit)
        column.addWidget(self.edit)
        self._problem = label("", "problem", wrap=True)
        self._problem.hide()
        column.addWidget(self._problem)

    def set_spec(self, spec: ParamSpec | None) -> None:
        """Take the bounds from a parameter; None hides the box."""
        self._spec = spec
        self.setVisible(spec is not None)
        if spec is not None:
            self.edit.setAccessibleDescription(manifest_words(spec.help))
        self._on_text()

    def key(self) -> str:
        """Return the parameter's key, or an empty string."""
        return self._spec.key if self._spec else ""

    def text(self) -> str:
        """Return what is typed."""
        return self.edit.toPlainText()

    def set_text(self, text: str) -> None:
        """Show a text; can be undone."""
        if text == self.text():
            return
        cursor = self.edit.textCursor()
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        cursor.endEditBlock()

    def show_problem(self, text: str) -> None:
        """Show what is wrong, or nothing."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        restyle(self.edit, "invalid", bool(text))

    def _on_text(self) -> None:
        length, limit = len(self.text()), self._spec.max_length if self._spec else 0
        near = limit and length > 0.8 * limit
        self._count.setText(f"{length:,} / {limit:,}" if near else "")
        over = bool(limit and length > limit)
        self.show_problem(
            self.tr("Too long by {0} characters; nothing is cut for you.").format(
                f"{length - limit:,}"
            )
            if over
            else ""
        )
        self.changed.emit()


class PromptBox(TextBox):
    """The prompt with its templates and what was asked before."""

    def __init__(self) -> None:
        super().__init__("", (4, 14))
        self.kind = "image"
        self._history: dict[str, list[str]] = {}
        self.edit.setAccessibleName(self.tr("Prompt"))
        self.templates = button(self.tr("Templates"), "ghost", "lightbulb")
        self.history = button(self.tr("History"), "ghost", "history")
        self.templates.clicked.connect(lambda: self._open(self.templates, self._fill_templates))
        self.history.clicked.connect(lambda: self._open(self.history, self._fill_history))
        self.caption.setText(self.tr("Prompt"))
        self.top.insertWidget(2, self.templates)
        self.top.insertWidget(3, self.history)

    def set_kind(self, kind: str) -> None:
        """Offer what fits a kind."""
        self.kind = kind
        hints = {
            "image": self.tr("What the picture shows: subject, setting, light, style …"),
            "text": self.tr("What to write: for whom, how long, in which tone …"),
            "audio": self.tr("Genre, mood, instruments, tempo …"),
        }
        self.edit.setPlaceholderText(hints.get(kind, ""))
        self.history.setEnabled(bool(self._history.get(kind)))

    def remember(self, text: str) -> None:
        """Put a prompt first in the history."""
        kept = self._history.setdefault(self.kind, [])
        if text in kept:
            kept.remove(text)
        if text.strip():
            kept.insert(0, text)
        del kept[MOST_KEPT:]
        self.history.setEnabled(bool(kept))

    def past(self) -> dict[str, list[str]]:
        """Return the history by kind."""
        return self._history

    def set_past(self, history: object) -> None:
        """Take the history back; tolerates anything."""
        self._history = {}
        if isinstance(history, dict):
            for kind, texts in history.items():
                if isinstance(texts, list):
                    self._history[str(kind)] = [str(text) for text in texts[:MOST_KEPT]]
        self.history.setEnabled(bool(self._history.get(self.kind)))

    def use_template(self, text: str) -> None:
        """Show a template with its first blank selected."""
        self.set_text(text)
        found = _BLANK.search(text)
        if found is not None:
            cursor = self.edit.textCursor()
            cursor.setPosition(found.start())
            cursor.setPosition(found.end(), QTextCursor.MoveMode.KeepAnchor)
            self.edit.setTextCursor(cursor)
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open(self, at: QWidget, fill: Callable[[QMenu], None]) -> None:
        menu = QMenu(at)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill(menu)
        menu.popup(at.mapToGlobal(QPoint(0, at.height() + 4)))

    def _fill_templates(self, menu: QMenu) -> None:
        for item in templates().get(self.kind, ()):
            action = menu.addAction(translate(TEMPLATES, item.title))
            action.triggered.connect(lambda _on=False, text=item.prompt: self.use_template(text))

    def _fill_history(self, menu: QMenu) -> None:
        self._add(menu, self._history.get(self.kind, []))

    def _add(self, menu: QMenu, texts: Sequence[str]) -> None:
        for text in texts:
            line = " ".join(text.split())
            shown = line if len(line) <= SHOWN else line[:SHOWN].rsplit(" ", 1)[0] + " …"
            action = menu.addAction(shown.replace("&", "&&"))
            action.triggered.connect(lambda _on=False, text=text: self.use_template(text))
