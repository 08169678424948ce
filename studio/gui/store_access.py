"""The library, asked from background threads: the GUI thread never waits for the disk.

``read`` and ``write`` take an operation that gets a ``Library`` of its thread, and call
``success`` with its result on the GUI thread (or ``failure`` with the error; without one the error
is shown as a banner). Nothing is called once ``owner`` is gone. Writes run one after another.
"""

from __future__ import annotations

import itertools
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from generators.api import UserFacingError
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio.gui.messages import Messages

T = TypeVar("T")
log = logging.getLogger(__name__)
READERS = 2


@dataclass(frozen=True, slots=True)
class _Call:
    serial: int
    key: str
    owner: QObject
    success: Callable[[Any], None] | None
    failure: Callable[[Exception], None] | None


class StoreAccess(QObject):
    """Runs operations on the library in the background.

    Attributes:
        first_seq: Sequence number before anything was read; where to begin to watch.
        read_only: The library's folder cannot be written to.

    Signals:
        opened: The library is open (once).
        refused: It cannot be opened; an ``Exception``.
        idle: No operation is under way any more (for tests and pictures).
    """

    opened = Signal()
    refused = Signal(object)
    idle = Signal()
    _done = Signal(object, object)

    def __init__(self, root: Path, messages: Messages) -> None:
        super().__init__()
        self.root = root
        self.first_seq = 0
        self.read_only = False
        self._messages = messages
        self._local = threading.local()
        self._libraries: list[Library] = []
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._refusal: Exception | None = None
        self._serials = itertools.count(1)
        self._newest: dict[str, int] = {}
        self._pending = 0
        self._closed = False
        self._writes = ThreadPoolExecutor(1, "store-write")
        self._imports = ThreadPoolExecutor(1, "store-import")
        self._reads = ThreadPoolExecutor(READERS, "store-read")
        self._work = ThreadPoolExecutor(2, "window-work")
        self._done.connect(self._deliver, Qt.ConnectionType.QueuedConnection)  # never at once

    def open(self) -> None:
        """Open the library (making or migrating it) in the background."""
        future = self._writes.submit(self._library)
        call = _Call(0, "", self, lambda _library: self.opened.emit(), self._refuse)
        self._watch(future, call)

    @property
    def busy(self) -> bool:
        """Whether an operation is under way or waits."""
        return self._pending > 0

    def read(
        self,
        owner: QObject,
        operation: Callable[[Library], T],
        success: Callable[[T], None],
        failure: Callable[[Exception], None] | None = None,
        *,
        key: str = "",
    ) -> None:
        """Ask the library something.

        Args:
            owner: Nothing is called once it is deleted.
            operation: Runs on a background thread; must not touch widgets.
            success: Gets the result, on the GUI thread.
            failure: Gets the exception, on the GUI thread; without it a banner is shown.
            key: A newer read with the same key makes this one's result unwanted.
        """
        self._submit(self._reads, owner, operation, (success, failure), key)

    def write(
        self,
        owner: QObject,
        operation: Callable[[Library], T],
        success: Callable[[T], None] | None = None,
        failure: Callable[[Exception], None] | None = None,
    ) -> None:
        """Change the library; operations run in the order of the calls."""
        self._submit(self._writes, owner, operation, (success, failure), "")

    def bring_in(
        self,
        owner: QObject,
        operation: Callable[[Library], T],
        success: Callable[[T], None] | None = None,
        failure: Callable[[Exception], None] | None = None,
    ) -> None:
        """Change the library by files from outside: it may take minutes, and ``write`` goes on."""
        self._submit(self._imports, owner, operation, (success, failure), "")

    def work(
        self,
        owner: QObject,
        operation: Callable[[], T],
        success: Callable[[T], None] | None = None,
        failure: Callable[[Exception], None] | None = None,
        *,
        key: str = "",
    ) -> None:
        """Do something slow that does not need the library: files, processes, pictures."""
        if self._closed:
            return
        call = self._call(owner, (success, failure), key)
        self._watch(self._work.submit(self._unless_stale(call, operation)), call)

    def close(self) -> None:
        """Drop what waits but changes, let what runs come to its end, close the library."""
        self._closed = True
        self._ready.set()
        for pool in (self._reads, self._imports, self._work):
            pool.shutdown(wait=True, cancel_futures=True)
        self._writes.shutdown(wait=True)  # what a person changed last is not lost
        for library in self._libraries:
            library.close()
        self._libraries.clear()

    def _submit(
        self,
        pool: ThreadPoolExecutor,
        owner: QObject,
        operation: Callable[[Library], T],
        answers: tuple[Callable[[T], None] | None, Callable[[Exception], None] | None],
        key: str,
    ) -> None:
        if self._closed or self._refusal is not None:
            return
        call = self._call(owner, answers, key)
        future = pool.submit(self._unless_stale(call, lambda: operation(self._library())))
        self._watch(future, call)

    def _call(
        self,
        owner: QObject,
        answers: tuple[Callable[[Any], None] | None, Callable[[Exception], None] | None],
        key: str,
    ) -> _Call:
        call = _Call(next(self._serials), key, owner, *answers)
        if key:
            self._newest[key] = call.serial
        return call

    def _unless_stale(self, call: _Call, operation: Callable[[], T]) -> Callable[[], T | None]:
        def run() -> T | None:
            return None if self._is_stale(call) else operation()

        return run

    def _is_stale(self, call: _Call) -> bool:
        return bool(call.key) and self._newest.get(call.key) != call.serial

    def _watch(self, future: Future[Any], call: _Call) -> None:
        self._pending += 1
        future.add_done_callback(lambda done: self._report(call, done))

    def _report(self, call: _Call, future: Future[Any]) -> None:
        if not self._closed and shiboken6.isValid(self):
            self._done.emit(call, future)

    def _library(self) -> Library:
        """Return this thread's library, opened on first use; the writer opens first."""
        library: Library | None = getattr(self._local, "library", None)
        if library is None:
            if not threading.current_thread().name.startswith("store-write"):
                self._ready.wait()
            library = self._local.library = Library.open(self.root)
            with self._lock:
                self._libraries.append(library)
                if not self._ready.is_set():
                    self.first_seq = library.sequence()
                    self.read_only = library.read_only
            self._ready.set()
        return library

    def _deliver(self, call: _Call, future: Future[Any]) -> None:
        self._pending -= 1
        try:
            self._answer(call, future)
        finally:
            if self._pending == 0:
                self.idle.emit()

    def _answer(self, call: _Call, future: Future[Any]) -> None:
        if future.cancelled() or not shiboken6.isValid(call.owner) or self._is_stale(call):
            return
        error = future.exception()
        if error is None:
            if call.success is not None:
                call.success(future.result())
        elif not isinstance(error, Exception):
            raise error
        elif call.failure is not None:
            call.failure(error)
        else:
            self.show(error)

    def show(self, error: Exception) -> None:
        """Say what went wrong: an error of the world in its words, a bug by pointing to the log."""
        if isinstance(error, UserFacingError):
            self._messages.error(error)
            return
        log.error("an operation failed", exc_info=error)
        self._messages.bad(
            QCoreApplication.translate(
                "StoreAccess", "Something unexpected went wrong: {0}"
            ).format(type(error).__name__),
            QCoreApplication.translate("StoreAccess", "It is in the log. Trying again may help."),
        )

    def _refuse(self, error: Exception) -> None:
        self._refusal = error
        self.refused.emit(error)
