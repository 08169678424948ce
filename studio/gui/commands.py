"""Everything that can be done by name: feeds the shortcuts, the command palette and the F1 list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can do.

    Attributes:
        id: Such as ``queue.pause``.
        title: What it does, a verb first; translated.
        run: Called on the GUI thread.
        shortcut: As Qt writes it (``Ctrl+K``); several are separated by ``|``; empty for none.
        icon: Of ``assets/icons``.
        keywords: Other words by which a person may look for it.
        group: Title of the group in the shortcut list; translated.
        enabled: Whether it can be done now; others are not offered.
        documented: A key that a widget handles itself; listed under F1, not in the palette.
    """

    id: str
    title: str
    run: Callable[[], None]
    shortcut: str = ""
    icon: str = ""
    keywords: str = ""
    group: str = ""
    enabled: Callable[[], bool] = _always
    documented: bool = False


class Commands(QObject):
    """The commands there are.

    Signals:
        changed: Commands were added.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}

    def add(self, command: Command, scope: QWidget, *, whole_window: bool = False) -> None:
        """Add a command; its shortcut works while the focus is in ``scope``.

        Args:
            command: Its id must be new.
            scope: The page that it belongs to, or the window.
            whole_window: The shortcut works wherever the focus is in ``scope``'s window.
        """
        if command.id in self._commands:
            raise ValueError(f"the command {command.id} exists already")
        self._commands[command.id] = command
        if command.shortcut and not command.documented:
            action = QAction(command.title, scope)
            keys = [QKeySequence(part) for part in command.shortcut.split("|")]
            action.setShortcuts(keys)
            action.setShortcutContext(
                Qt.ShortcutContext.WindowShortcut
                if whole_window
                else Qt.ShortcutContext.WidgetWithChildrenShortcut
            )
            action.triggered.connect(lambda: self.run(command.id))
            scope.addAction(action)
            self._actions[command.id] = action
        self.changed.emit()

    def run(self, command_id: str) -> None:
        """Do it, if it can be done now."""
        command = self._commands[command_id]
        if command.enabled():
            command.run()

    def all(self) -> list[Command]:
        """Return every command in the order in which they were added."""
        return list(self._commands.values())

    def offered(self) -> list[Command]:
        """Return what can be done now, for the palette."""
        return [item for item in self.all() if not item.documented and item.enabled()]


def fuzzy_score(pattern: str, text: str) -> int | None:
    """Return how well ``pattern``'s letters occur in order in ``text``; None when they don't.

    Higher is better: letters at word starts and letters in a row count more, long gaps less.
    """
    if not pattern:
        return 0
    wanted, inside = pattern.casefold().replace(" ", ""), text.casefold()
    best: int | None = None
    start = inside.find(wanted[:1])
    while start >= 0:
        score = _score_from(wanted, inside, start)
        if score is not None and (best is None or score > best):
            best = score
        start = inside.find(wanted[:1], start + 1)
    return best


def _score_from(wanted: str, inside: str, start: int) -> int | None:
    score, at, last = 0, start, start - 1
    for letter in wanted:
        at = inside.find(letter, at)
        if at < 0:
            return None
        score += 10 if at == 0 or not inside[at - 1].isalnum() else 1
        score += 6 if at == last + 1 and at > start else -min(at - last - 1, 5)
        last, at = at, at + 1
    return score - start // 4


def search(commands: list[Command], pattern: str) -> list[Command]:
    """Return the commands that fit ``pattern``, best first; all of them for an empty one."""
    scored: list[tuple[int, int, Command]] = []
    for index, command in enumerate(commands):
        title = fuzzy_score(pattern, command.title)
        other = fuzzy_score(pattern, f"{command.keywords} {command.group}")
        scores = [s for s in (title, None if other is None else other - 20) if s is not None]
        if scores:
            scored.append((-max(scores), index, command))
    return [command for _score, _index, command in sorted(scored, key=lambda item: item[:2])]
