"""What every page of the rail has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QVBoxLayout, QWidget

from studio.gui.commands import Command
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import spacer
from studio.gui.widgets.labels import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from generators.api import JsonValue
    from studio.gui.context import AppContext
    from studio.store.records import Changes


class Page(QWidget):
    """A page: a header with title and buttons (``self.header``), below it ``self.body``.

    Subclasses set ``page_id`` and call ``set_title``; models and other things
    without looks are made in ``__init__``, widgets in ``build``, so that opening a page never
    holds the window up. ``on_changes`` arrives only while the page is shown; ``enter`` is called
    each time it is shown and must read what it needs anew if it missed changes (``self.stale``).

    Attributes:
        context: The services of the window.
        stale: Changes came while the page was hidden; cleared by the frame after ``enter``.
    """

    page_id = ""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self.context = context
        self.stale = True
        self.page_title = ""
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # so that its shortcuts work
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.header = QHBoxLayout()
        self.header.setContentsMargins(SIZES.block, SIZES.gap, SIZES.block, SIZES.gap)
        self.header.setSpacing(SIZES.step)
        self.heading = label("", "display")
        self.remark = label("", "soft")
        self.header.addWidget(self.heading)
        self.header.addSpacing(SIZES.step)
        self.header.addWidget(self.remark)
        self.header.addWidget(spacer(), 1)
        column.addLayout(self.header)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        column.addLayout(self.body, 1)

    def set_title(self, title: str) -> None:
        """Show a translated title; every page calls it once, in its own context's words."""
        self.page_title = title
        self.heading.setText(title)
        self.setAccessibleName(title)

    def build(self) -> Iterator[None]:
        """Make the widgets, a piece a step; a step should take no more than 10 ms."""
        yield from ()

    def enter(self, what: Mapping[str, JsonValue]) -> None:
        """Be shown; ``what`` is empty or says what to show (from ``AppContext.go``)."""

    def focus_target(self) -> QWidget:
        """Return what takes the focus when the page is shown."""
        return self

    def main_view(self) -> QAbstractScrollArea | None:
        """Return what a person scrolls here, if anything; benchmarks scroll it."""
        return None

    def is_painted(self) -> bool:
        """Tell whether everything in sight has arrived: rows, texts, pictures."""
        return not self.context.store.busy and not self.context.images.busy

    def leave(self) -> None:
        """Be hidden: stop what moves, keep what was typed."""

    def on_changes(self, changes: Changes) -> None:
        """Rows of the library changed, while the page is shown."""

    def state(self) -> dict[str, JsonValue]:
        """Return what to find again at the next start."""
        return {}

    def restore(self, state: Mapping[str, JsonValue]) -> None:
        """Take back what ``state`` returned, of this or an older version; tolerate anything."""

    def add_command(
        self,
        name: str,
        title: str,
        run: Callable[[], None],
        shortcut: str = "",
        icon: str = "",
        **more: object,
    ) -> None:
        """Add a command of this page; its shortcut works while the focus is in the page.

        Args:
            name: Without the page's id.
            title: Verb first, translated.
            run: Called on the GUI thread.
            shortcut: As in ``Command``.
            icon: Of ``assets/icons``.
            more: Further fields of ``Command``.
        """

        def run_here() -> None:
            if not self.isVisible():  # from the palette: what it does is to be seen
                self.context.go(self.page_id)
            run()

        command = Command(
            f"{self.page_id}.{name}",
            title,
            run_here,
            shortcut,
            icon,
            group=self.page_title,
            **more,  # type: ignore[arg-type]
        )
        self.context.commands.add(command, self)
