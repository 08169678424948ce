"""The window: rail, pages, messages, palette; remembers where it was."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from generators.api import UserFacingError
from studio.gui.asset_drop import FileDrop
from studio.gui.commands import Command
from studio.gui.halts import HaltNotice
from studio.gui.messages import Choice
from studio.gui.pages.making import PageMaker
from studio.gui.pages.registry import PAGES, PageSpec
from studio.gui.theme.manager import theme
from studio.gui.widgets.messages_view import BannerArea, ToastArea
from studio.gui.widgets.palette import CommandPalette, ShortcutList
from studio.gui.widgets.rail import Rail
from studio.gui.widgets.sheet import Sheet
from studio.gui.widgets.surfaces import EmptyState, PageSkeleton

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QCloseEvent

    from generators.api import JsonValue
    from studio.gui.context import AppContext
    from studio.gui.engine_link import QueueFacts
    from studio.gui.pages.page import Page
    from studio.store.records import Changes

SMALLEST = (960, 640)
FIRST = (1280, 800)
CLOSE_KEY = "window.close"
IMPORT_AFTER_MS = 300  # the first page is painted by then


class MainWindow(QMainWindow):
    """One window over one library.

    Signals:
        closing: The window goes away; nothing is shown any more.
    """

    closing = Signal()

    def __init__(self, context: AppContext, pages: Sequence[PageSpec] = PAGES) -> None:
        super().__init__()
        self.context = context
        self._specs = {spec.id: spec for spec in pages}
        context.set_pages(self._specs)
        self._page: Page | None = None
        self._wanted: tuple[str, Mapping[str, JsonValue]] | None = None
        self._may_close = False
        self.setWindowTitle("Brandloom")
        self.setMinimumSize(*SMALLEST)
        self.resize(*FIRST)
        self._build()
        self._connect()
        self._add_commands()
        self._restore()

    @property
    def page(self) -> Page | None:
        """The page that is shown."""
        return self._page

    def page_ids(self) -> list[str]:
        """Return the ids of the rail's pages."""
        return list(self._specs)

    def _build(self) -> None:
        central = QWidget()
        central.setObjectName("page")
        row = QHBoxLayout(central)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.rail = Rail(list(self._specs.values()))
        row.addWidget(self.rail)
        column = QVBoxLayout()
        column.setSpacing(0)
        self.banners = BannerArea(self.context.messages, self.focus_home)
        column.addWidget(self.banners)
        self.stack = QStackedWidget()
        self._loading = PageSkeleton()
        self.stack.addWidget(self._loading)
        self._maker = PageMaker(self.context, self._specs, self.stack)
        column.addWidget(self.stack, 1)
        row.addLayout(column, 1)
        self.setCentralWidget(central)
        self.toasts = ToastArea(self, self.context.messages)
        self._halts = HaltNotice(self.context, self)
        self.drop = FileDrop(self, self.context)
        self.palette_sheet = CommandPalette(self, self.context.commands)
        self.shortcut_sheet = ShortcutList(self, self.context.commands)

    def _connect(self) -> None:
        context = self.context
        self.rail.chosen.connect(lambda page_id: self.show_page(page_id, {}))
        self.rail.palette_button.clicked.connect(self.palette_sheet.start)
        self.rail.theme_button.clicked.connect(self.toggle_theme)
        self.rail.help_button.clicked.connect(self.shortcut_sheet.start)
        context.navigate.connect(self.show_page)
        self._maker.made.connect(self._on_made)
        context.watcher.changed.connect(self._on_changes)
        context.watcher.lost.connect(self._on_lost)
        context.engine.facts_changed.connect(self._on_facts)
        context.store.refused.connect(self._on_refused)
        theme().changed.connect(self._on_theme)
        self._on_theme()

    def _add_commands(self) -> None:
        group = self.tr("Everywhere")
        shared = [
            Command(
                "window.palette",
                self.tr("Find a command"),
                self.palette_sheet.start,
                "Ctrl+K",
                "search",
                group=group,
                enabled=self.palette_sheet.isHidden,
            ),
            Command(
                "window.help",
                self.tr("Show keyboard shortcuts"),
                self.shortcut_sheet.start,
                "F1",
                "keyboard",
                "help keys",
                group,
            ),
            Command(
                "window.theme",
                self.tr("Switch between dark and light"),
                self.toggle_theme,
                "Ctrl+Shift+L",
                "contrast",
                "theme colours appearance",
                group,
            ),
            Command(
                "window.quit",
                self.tr("Close the window"),
                self._quit,
                "Ctrl+Q",
                "power",
                "exit quit",
                group,
            ),
        ]
        for number, spec in enumerate(self._specs.values(), start=1):
            shared.append(
                Command(
                    f"window.page.{spec.id}",
                    self.tr("Go to {0}").format(spec.words()),
                    partial(self.show_page, spec.id, {}),
                    f"Ctrl+{number}", spec.icon, spec.keywords, group,
                )
            )  # fmt: skip
        for command in shared:
            self.context.commands.add(command, self, whole_window=True)

    # pages --------------------------------------------------------------------------------------

    def show_page(
        self, page_id: str, what: Mapping[str, JsonValue], *, at_once: bool = False
    ) -> None:
        """Show a page, without any sheet over it; an unknown id shows the first page.

        Args:
            page_id: Of the rail.
            what: What the page should show (see ``Page.enter``).
            at_once: A page that is not made yet is made before this returns, not bit by bit.
        """
        if page_id not in self._specs:
            page_id = next(iter(self._specs))
        for sheet in self.findChildren(Sheet, options=Qt.FindChildOption.FindDirectChildrenOnly):
            sheet.close_sheet()
        self.rail.select(page_id)
        self.context.remember(page=page_id)
        self._wanted = (page_id, what)
        if page_id in self._maker.pages:
            self._on_made(page_id)
        elif at_once:
            self._maker.make_now(page_id)
        else:
            self._loading.say(self._specs[page_id].words())
            self.stack.setCurrentWidget(self._loading)
            self._maker.make(page_id)

    def focus_home(self) -> QWidget:
        """Return what takes the focus when what had it is gone."""
        return self._page.focus_target() if self._page is not None else self.stack

    def _on_made(self, page_id: str) -> None:
        if self._wanted is None or self._wanted[0] != page_id:
            return  # another one was chosen meanwhile
        (_id, what), self._wanted = self._wanted, None
        page = self._maker.pages[page_id]
        if page is not self._page and self._page is not None:
            self._page.leave()
        first = self._page is None
        self._page = page
        self.stack.setCurrentWidget(page)
        page.enter(what)
        page.stale = False
        self._halts.set_page(page_id)
        page.focus_target().setFocus(Qt.FocusReason.OtherFocusReason)
        if first:
            QTimer.singleShot(IMPORT_AFTER_MS, self._maker, self._maker.import_all)

    def _on_changes(self, changes: Changes) -> None:
        for page in self._maker.pages.values():
            if page is self._page:
                page.on_changes(changes)
            else:
                page.stale = True

    def _on_facts(self, facts: QueueFacts) -> None:
        button = self.rail.buttons.get("queue")
        if button is not None:
            button.set_count(facts.active)

    # trouble ------------------------------------------------------------------------------------

    def _on_refused(self, error: Exception) -> None:
        text = error.message if isinstance(error, UserFacingError) else str(error)
        hint = error.hint if isinstance(error, UserFacingError) else ""
        sorry = EmptyState("folder-open", f"{text} {hint}".strip())
        self.stack.addWidget(sorry)
        self.stack.setCurrentWidget(sorry)
        self.context.messages.bad(
            self.tr("The library cannot be opened: {0}").format(text), hint, key="library"
        )

    def _on_lost(self, error: Exception) -> None:
        hint = error.hint if isinstance(error, UserFacingError) else str(error)
        self.context.messages.bad(
            self.tr("The library can no longer be read; what you see may be old."),
            hint or self.tr("Check that its disk is there, then open Brandloom again."),
            key="library",
        )

    # theme and state ----------------------------------------------------------------------------

    def toggle_theme(self) -> None:
        """Switch between dark and light."""
        self.context.set_theme("light" if theme().tokens.dark else "dark")

    def _on_theme(self) -> None:
        dark = theme().tokens.dark
        name = self.tr("Use the light theme") if dark else self.tr("Use the dark theme")
        self.rail.theme_button.set_look("sun" if dark else "moon", name)

    def _restore(self) -> None:
        saved = self.context.settings.window
        if saved:
            self.restoreGeometry(QByteArray.fromBase64(QByteArray(saved.encode())))

    def _remember(self) -> None:
        geometry = bytes(self.saveGeometry().toBase64().data()).decode()
        self.context.remember(window=geometry, library=str(self.context.root))
        for page_id, page in self._maker.pages.items():
            self.context.remember_page(page_id, page.state())

    # closing ------------------------------------------------------------------------------------

    def _quit(self) -> None:
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say once that work goes on; close when a person has decided, or nothing is at work."""
        facts = self.context.engine.facts
        if self._may_close or facts is None or not facts.goes_on:
            if self._page is not None:
                self._page.setFocus(Qt.FocusReason.OtherFocusReason)  # a field says it is done
            self._remember()
            self.hide()  # what is under way comes to its end without the window
            self.closing.emit()
            event.accept()
            return
        event.ignore()
        self._ask_about_closing()

    def _ask_about_closing(self) -> None:
        self.context.messages.ask(
            self.tr("There is work in the queue. It goes on without this window."),
            self.tr("Open Brandloom again at any time to watch them live."),
            (
                Choice(self.tr("Close, keep working"), self.close_now, "primary"),
                Choice(self.tr("Pause queue and close"), self._pause_and_close),
                Choice(self.tr("Cancel"), lambda: None),
            ),
            CLOSE_KEY,
        )

    def close_now(self) -> None:
        """Close without asking."""
        self._may_close = True
        self.close()

    def _pause_and_close(self) -> None:
        self.context.store.write(
            self,
            lambda library: library.jobs.pause_queue(self.tr("Paused when the window was closed.")),
            lambda _none: self.close_now(),
        )
