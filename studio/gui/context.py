"""What pages may use: one object, handed to each page, instead of globals."""

from __future__ import annotations

import logging
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from generators.registry import Registry
from studio.core.settings import Settings, load_settings, save_settings
from studio.gui.commands import Commands
from studio.gui.engine_link import EngineLink
from studio.gui.images import ImageLoader
from studio.gui.messages import Messages
from studio.gui.store_access import StoreAccess
from studio.gui.theme.manager import theme
from studio.gui.watcher import LibraryWatcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from generators.api import JsonValue

log = logging.getLogger(__name__)


class AppContext(QObject):
    """The services of one window over one library.

    Attributes:
        root: The library's folder.
        messages: The way to speak to the person.
        store: The library, asked in the background.
        watcher: Tells of every change of the library.
        engine: Counts of the queue and the engine's state.
        images: Pictures for the screen.
        commands: What can be done by name.

    Signals:
        navigate: Id of a page to show, and what it should show there (see ``go``).
    """

    navigate = Signal(str, object)

    def __init__(self, root: Path, *, start_engine: bool = True) -> None:
        super().__init__()
        self.root = root
        self.messages = Messages()
        self.commands = Commands()
        self.images = ImageLoader()
        self.store = StoreAccess(root, self.messages)
        self.engine = EngineLink(self.store, start_engine=start_engine)
        self.watcher = LibraryWatcher(root)
        self.watcher.changed.connect(self.engine.on_changes)
        self._settings = load_settings()
        self._page_ids: frozenset[str] = frozenset()
        self.store.opened.connect(self._on_opened)

    @cached_property
    def registry(self) -> Registry:
        """The generators that are installed (milliseconds on first use: small files only)."""
        return Registry.discover()

    @property
    def settings(self) -> Settings:
        """The person's settings."""
        return self._settings

    def remember(self, **values: str) -> None:
        """Change settings by name, such as ``theme``; written when the window closes."""
        self._settings = replace(self._settings, **values)  # type: ignore[arg-type]

    def remember_page(self, page_id: str, state: Mapping[str, JsonValue]) -> None:
        """Keep what a page wants to find again at the next start."""
        self._settings = self._settings.with_page(page_id, state)

    def set_theme(self, choice: str) -> None:
        """Use and remember a theme: ``dark``, ``light`` or ``system``."""
        self.remember(theme=choice)
        theme().apply(choice)

    def set_pages(self, page_ids: Iterable[str]) -> None:
        """Learn which pages the window has."""
        self._page_ids = frozenset(page_ids)

    def has_page(self, page_id: str) -> bool:
        """Tell whether there is a page to ``go`` to; offer nothing that leads nowhere."""
        return page_id in self._page_ids

    def go(self, page_id: str, **what: JsonValue) -> None:
        """Show a page; ``what`` is the page's own matter (see its ``enter``)."""
        self.navigate.emit(page_id, what)

    def close(self) -> None:
        """Write the settings, end the threads, let the engine go."""
        self.watcher.stop()
        self.engine.end()
        self.images.close()
        self.store.close()
        try:
            save_settings(self._settings)
        except OSError as error:
            log.warning("the settings were not saved: %s", error)

    def _on_opened(self) -> None:
        self.watcher.watch_from(self.store.first_seq)
        self.engine.begin()
        if self.store.read_only:
            self.messages.warn(
                self.tr("This library can be looked at, but not changed."),
                self.tr("Its folder is read-only: {0}").format(self.root),
                key="library",
            )
