"""The command palette (Ctrl+K) and the list of shortcuts (F1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QWidget,
)

from studio.gui.commands import Command, Commands, search
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton
from studio.gui.widgets.labels import label
from studio.gui.widgets.sheet import Sheet
from studio.gui.widgets.surfaces import Line, Picture, ScrollColumn, SectionHeader

if TYPE_CHECKING:
    from collections.abc import Iterable

ROW_HEIGHT = 40
MOST_ROWS = 9


class CommandPalette(Sheet):
    """Type a few letters of anything that can be done, press Return."""

    def __init__(self, over: QWidget, commands: Commands) -> None:
        super().__init__(over, "", 560, top=96)
        self.setAccessibleName(self.tr("Command palette"))
        self.card.setAccessibleName(self.tr("Command palette"))
        self._commands = commands
        self._shown: list[Command] = []
        self.field = QLineEdit()
        self.field.setProperty("role", "palette")
        self.field.setPlaceholderText(self.tr("What do you want to do?"))
        self.field.setAccessibleName(self.tr("Find a command"))
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._fill)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Commands"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(lambda _item: self._run())
        self.nothing = label(self.tr("No command of that name."), "soft")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setMinimumHeight(ROW_HEIGHT)
        top = QHBoxLayout()
        top.addSpacing(SIZES.half)
        top.addWidget(Picture("search", "text_faint", 18))
        top.addWidget(self.field, 1)
        self.body.addLayout(top)
        self.body.addWidget(Line())
        self.body.addWidget(self.list)
        self.body.addWidget(self.nothing)

    def start(self) -> None:
        """Open with an empty field."""
        self.field.clear()
        self._fill("")
        self.open(self.field)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the field's arrow keys move in the list, and Return run what is chosen."""
        if watched is self.field and isinstance(event, QKeyEvent):
            pressed = event.type() == QEvent.Type.KeyPress
            steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
            if pressed and event.key() in steps and self._shown:
                row = (self.list.currentRow() + steps[Qt.Key(event.key())]) % len(self._shown)
                self.list.setCurrentRow(row)
                return True
            if pressed and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, pattern: str) -> None:
        offered = [item for item in self._commands.offered() if item.id != "window.palette"]
        self._shown = search(offered, pattern)
        self.list.clear()
        for command in self._shown:
            item = QListWidgetItem(self.list)
            item.setSizeHint(QSize(0, ROW_HEIGHT))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, command.title)
            self.list.setItemWidget(item, _row(command))
        rows = min(max(len(self._shown), 1), MOST_ROWS)
        self.list.setFixedHeight(rows * ROW_HEIGHT)
        self.list.setVisible(bool(self._shown))
        self.nothing.setVisible(not self._shown)
        self.list.setCurrentRow(0)
        if self.isVisible():
            self._place()

    def _run(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._shown):
            command = self._shown[row]
            self.close_sheet()
            self._commands.run(command.id)


def _row(command: Command) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(SIZES.step, 0, SIZES.step, 0)
    line.setSpacing(SIZES.step + SIZES.half)
    line.addWidget(Picture(command.icon or "chevron-right", "text_soft", 16))
    line.addWidget(label(command.title), 1)
    line.addWidget(label(command.group, "caption"))
    if command.shortcut:
        line.addWidget(
            label(command.shortcut.split("|")[0], "keys"), 0, Qt.AlignmentFlag.AlignVCenter
        )
    return row


class ShortcutList(Sheet):
    """Every key that does something, by page."""

    def __init__(self, over: QWidget, commands: Commands) -> None:
        super().__init__(over, "", 640)
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        self.card.setAccessibleName(self.tr("Keyboard shortcuts"))
        self._commands = commands
        header = SectionHeader(self.tr("Keyboard shortcuts"))
        self._close = IconButton("x", self.tr("Close"))
        self._close.clicked.connect(self.close_sheet)
        header.row.addWidget(self._close)
        self.body.addWidget(header)
        self._scroll = ScrollColumn(spacing=SIZES.gap)
        self.body.addWidget(self._scroll, 1)
        self._filled = 0

    def start(self) -> None:
        """Open with what there is now."""
        self._fill()
        self.open(self._close)

    def _fill(self) -> None:
        listed = [item for item in self._commands.all() if item.shortcut]
        if len(listed) == self._filled:
            return
        self._filled = len(listed)
        while (item := self._scroll.column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        groups = dict.fromkeys(command.group for command in listed)
        for group in groups:
            self._scroll.column.addWidget(label(group, "label"))
            table = _keys_table([item for item in listed if item.group == group])
            self._scroll.column.addWidget(table)
        self._scroll.column.addStretch(1)
        self.card.setMinimumHeight(min(640, 88 + 28 * len(listed) + 40 * len(groups)))


def _keys_table(commands: Iterable[Command]) -> QWidget:
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, SIZES.step, 0)
    grid.setVerticalSpacing(SIZES.step)
    grid.setColumnStretch(0, 1)
    for row, command in enumerate(commands):
        grid.addWidget(label(command.title), row, 0)
        keys = QHBoxLayout()
        keys.addStretch(1)
        for shortcut in command.shortcut.split("|"):
            keys.addWidget(label(shortcut, "keys"))
        grid.addLayout(keys, row, 1)
    return made
