"""Under the prompt: words that the chosen checkpoint knows, and which of the prompt's it does not.

Shown only for checkpoints that declare their words. Tab goes from the prompt to the words; Space or
Return puts one in and goes back to the prompt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, QTimer
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import button
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import label
from studio.services.vocabulary.hints import hints_for
from studio.services.vocabulary.suggesting import MOST, suggest

if TYPE_CHECKING:
    from studio.core.vocabulary import Hint, Suggestion, Vocabulary
    from studio.gui.pages.create.prompt_box import PromptBox

PAUSE_MS = 700  # after this long without a key the last word counts as written
SHOWN = 4  # words that are named as not known


class WordHelp(QWidget):
    """Suggestions and a gentle word on what is not known."""

    def __init__(self, prompt: PromptBox) -> None:
        super().__init__()
        self._prompt = prompt
        self._vocabulary: Vocabulary | None = None
        self._suggestions: tuple[Suggestion, ...] = ()
        self._hint: Hint | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.half)
        self.said = label("", "soft", wrap=True)
        column.addWidget(self.said)
        self.replace = button("", "link")
        self.replace.clicked.connect(self._replace)
        column.addWidget(self.replace)
        flow = FlowLayout(spacing=SIZES.half)
        self.chips = [button("") for _ in range(MOST)]
        for at, chip in enumerate(self.chips):
            chip.setProperty("kind", "chip")
            chip.clicked.connect(lambda _on=False, at=at: self._insert(at))
            flow.addWidget(chip)
        column.addLayout(flow)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.show_all)
        prompt.edit.textChanged.connect(self._on_text)
        prompt.edit.cursorPositionChanged.connect(self._suggest)
        self.hide()

    def order_tabs(self) -> None:
        """Let Tab go from the prompt to the words and on to what came after the prompt."""
        before: QWidget = self._prompt.edit
        for widget in (self.replace, *self.chips):
            QWidget.setTabOrder(before, widget)
            before = widget

    def set_vocabulary(self, vocabulary: Vocabulary | None) -> None:
        """Help with these words; None for a checkpoint that declares none."""
        self._vocabulary = vocabulary
        self.setVisible(vocabulary is not None)
        self.show_all()

    def show_all(self) -> None:
        """Show help on the whole prompt, the word at the cursor included."""
        self._pause.stop()
        self._suggest()
        self._show_hints(beside_cursor=True)

    def _on_text(self) -> None:
        if self._vocabulary is None:
            return
        self._show_hints(beside_cursor=not self._prompt.edit.hasFocus())
        self._pause.start()

    def _suggest(self) -> None:
        if self._vocabulary is None:
            return
        chinese = self.locale().language() == QLocale.Language.Chinese
        self._suggestions = suggest(
            self._vocabulary, self._prompt.text(), self._cursor(), "zh" if chinese else "en"
        )
        for at, chip in enumerate(self.chips):
            there = at < len(self._suggestions)
            chip.setVisible(there)
            if there:
                text = self._suggestions[at].label
                chip.setText(text)
                chip.setAccessibleName(self.tr("Insert “{0}”").format(text))

    def _show_hints(self, *, beside_cursor: bool) -> None:
        """Say what is not known; a word that is still being typed is left in peace."""
        found = hints_for(self._vocabulary, self._prompt.text()) if self._vocabulary else ()
        cursor = self._cursor()
        begun = {one.start for one in self._suggestions if one.start < one.end == cursor}
        found = tuple(
            hint
            for hint in found
            if hint.span.end != cursor or (beside_cursor and hint.span.start not in begun)
        )
        self._hint = next((hint for hint in found if hint.replacement), None)
        said = self._words(found)
        self.said.setText(said)
        self.said.setAccessibleName(said)
        self.said.setVisible(bool(said))
        self.replace.setVisible(self._hint is not None)
        if self._hint is not None:
            text = self.tr("Use “{0}” instead").format(self._hint.replacement)
            self.replace.setText(text)
            self.replace.setAccessibleName(text)

    def _words(self, hints: tuple[Hint, ...]) -> str:
        if self._hint is not None:
            return self.tr("This model does not know “{0}”. Nearest: {1}.").format(
                self._hint.span.text, self._hint.replacement
            )
        named = [f"“{hint.span.text}”" for hint in hints[:SHOWN]]
        if not named:
            return ""
        more = " …" if len(hints) > SHOWN else ""
        return self.tr("This model does not know {0}.").format(", ".join(named) + more)

    def _cursor(self) -> int:
        """Return where the cursor is, in characters."""
        units = self._prompt.edit.textCursor().position()
        raw = self._prompt.text().encode("utf-16-le", "surrogatepass")
        return len(raw[: 2 * units].decode("utf-16-le", "replace"))

    def _insert(self, at: int) -> None:
        if at < len(self._suggestions):
            one = self._suggestions[at]
            self._put(one.start, one.end, one.text)

    def _replace(self) -> None:
        if self._hint is not None:
            self._put(self._hint.span.start, self._hint.span.end, self._hint.replacement)

    def _put(self, start: int, end: int, text: str) -> None:
        """Put text in place of other text (it can be undone), and go on writing behind it."""
        edit = self._prompt.edit
        cursor = edit.textCursor()
        start, end = (_units(self._prompt.text()[:at]) for at in (start, end))
        behind = cursor.position() if cursor.position() > end else -1
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text)
        if behind >= 0:
            cursor.setPosition(behind + _units(text) - (end - start))
        edit.setTextCursor(cursor)
        edit.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_all()


def _units(text: str) -> int:
    """Return how many positions Qt counts for a text: two for characters beyond 16 bits."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
