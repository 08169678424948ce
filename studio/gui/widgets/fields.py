"""Fields to type in: a search field, and a text field that grows with its text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy

from studio.gui.theme.manager import theme, themed_icon

TYPING_MS = 180  # a pause this long means that a person has finished a word


class SearchField(QLineEdit):
    """A field with a magnifying glass; tells of its text once the person pauses.

    Signals:
        searched: The text without spaces round it.
    """

    searched = Signal(str)

    def __init__(self, name: str, placeholder: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setProperty("role", "search")
        self.setClearButtonEnabled(False)
        self._glass = QAction(self)
        self.addAction(self._glass, QLineEdit.ActionPosition.LeadingPosition)
        self._clear = QAction(self.tr("Clear"), self)
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(TYPING_MS)
        self._pause.timeout.connect(lambda: self.searched.emit(self.text().strip()))
        self.textChanged.connect(self._on_text)
        theme().changed.connect(self._tint)
        self._tint()
        self._on_text("")
        self._pause.stop()

    def event(self, event: QEvent) -> bool:
        """Claim Escape while there is something to clear, before a page's shortcut has it."""
        wanted = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if wanted and event.key() == Qt.Key.Key_Escape and self.text():  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clear on Escape; search at once on Return."""
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pause.stop()
            self.searched.emit(self.text().strip())
        else:
            super().keyPressEvent(event)

    def _on_text(self, text: str) -> None:
        self._clear.setVisible(bool(text))
        self._pause.start()

    def _tint(self) -> None:
        self._glass.setIcon(themed_icon("search", "text_faint"))
        self._clear.setIcon(themed_icon("x", "text_faint"))


class GrowingTextEdit(QPlainTextEdit):
    """Plain text, as high as its lines between two limits; Tab leaves it.

    Args:
        name: What it is for, spoken.
        lines: Fewest and most lines to show.
        limit: Characters that are allowed; more can be typed and is refused in words, never cut.
    """

    def __init__(self, name: str, lines: tuple[int, int] = (3, 10), limit: int = 0) -> None:
        super().__init__()
        self.limit = limit
        self._lines = lines
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._grow())
        self._grow()

    def sizeHint(self) -> QSize:
        """Return the height that the text needs."""
        return QSize(240, self._wanted())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Wrap anew."""
        super().resizeEvent(event)
        self._grow()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste text only."""
        if source.hasText():
            self.insertPlainText(source.text())

    def _wanted(self) -> int:
        line = self.fontMetrics().lineSpacing()
        lines = min(max(int(self.document().size().height()), self._lines[0]), self._lines[1])
        return lines * line + 2 * 8 + 2 * int(self.document().documentMargin())

    def _grow(self) -> None:
        wanted = self._wanted()
        if self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)
