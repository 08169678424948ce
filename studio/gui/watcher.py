"""Learns of every change of the library, whoever made it, and tells the window by one signal."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QThread, Signal

from generators.api import UserFacingError
from studio.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)
INTERVAL = 0.15  # seconds between looks; PRAGMA data_version takes microseconds
LIMIT = 2000  # rows in one look; the rest follows in the next signal


class LibraryWatcher(QThread):
    """One thread with a library connection of its own that it never writes through.

    Signals:
        changed: ``Changes`` since the last signal, on the GUI thread.
        lost: The library cannot be read any more; an ``Exception``.
    """

    changed = Signal(object)
    lost = Signal(object)

    def __init__(self, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("library-watcher")
        self._root = root
        self._seen = 0
        self._stop = threading.Event()

    def run(self) -> None:
        """Look, report, wait, until stopped."""
        try:
            with Library.open(self._root, create=False, read_only=True) as library:
                self._loop(library)
        except (UserFacingError, OSError) as error:
            log.warning("stopped watching the library: %s", error)
            self.lost.emit(error)

    def watch_from(self, seq: int) -> None:
        """Start to watch; tell of everything after a sequence number."""
        self._seen = seq
        self.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stop.set()
        self.wait()

    def _loop(self, library: Library) -> None:
        version = -1
        while not self._stop.is_set():
            now = library.data_version()
            if now != version:
                version = now
                self._report(library)
            self._stop.wait(INTERVAL)

    def _report(self, library: Library) -> None:
        more = True
        while more and not self._stop.is_set():
            changes = library.changes_since(self._seen, LIMIT)
            if changes.seq > self._seen:
                self.changed.emit(changes)
            self._seen, more = max(self._seen, changes.seq), changes.more
