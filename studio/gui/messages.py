"""The one way to speak to the person: toasts for good news, banners for bad news and questions.

Nothing here draws; the window listens to ``Messages.posted`` and shows a toast or an inline banner,
and tests listen as well. There are no modal boxes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.core.errors import UserFacingError

Tone = Literal["good", "bad", "warn", "ask"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that a message offers to do.

    Attributes:
        label: On the button.
        run: Called on the GUI thread; the message goes away.
        kind: ``primary``, ``danger`` or empty, as for buttons.
    """

    label: str
    run: Callable[[], None]
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What was said.

    Attributes:
        tone: ``good`` is a toast that leaves by itself; the others stay until dismissed.
        text: One sentence on what happened.
        hint: One sentence on what to do, may be empty.
        choices: Buttons, the likeliest first.
        key: A later message with the same key takes this one's place; empty for none.
    """

    tone: Tone
    text: str
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    key: str = ""


class Messages(QObject):
    """Where every part of the window says what a person should know.

    Signals:
        posted: A ``Message``.
        withdrawn: The key of a message that no longer holds.
    """

    posted = Signal(object)
    withdrawn = Signal(str)

    def good(self, text: str, choice: Choice | None = None) -> None:
        """Say that something worked; with ``choice`` such as "Undo" or "Show"."""
        self.posted.emit(Message("good", text, choices=(choice,) if choice else ()))

    def bad(self, text: str, hint: str = "", choice: Choice | None = None, key: str = "") -> None:
        """Say that something failed, and what to do about it."""
        self.posted.emit(Message("bad", text, hint, (choice,) if choice else (), key or text))

    def warn(self, text: str, hint: str = "", choice: Choice | None = None, key: str = "") -> None:
        """Say that something needs attention but nothing failed."""
        self.posted.emit(Message("warn", text, hint, (choice,) if choice else (), key or text))

    def error(self, error: UserFacingError, choice: Choice | None = None) -> None:
        """Show an error of the world with its own words."""
        self.bad(error.message, error.hint, choice)

    def ask(self, text: str, hint: str, choices: tuple[Choice, ...], key: str) -> None:
        """Ask a question without blocking; dismissing it runs nothing."""
        self.posted.emit(Message("ask", text, hint, choices, key))

    def withdraw(self, key: str) -> None:
        """Take back a message that no longer holds."""
        self.withdrawn.emit(key)
