"""The engine's loop: waits for workers and for the database, and does one thing after another.

One thread owns the library and all state; worker threads only put events into its queue. It sleeps
in ``queue.get`` and looks at ``PRAGMA data_version`` (microseconds) every ``options.poll``.
"""

from __future__ import annotations

import logging
import time
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from generators.protocol import Shutdown
from studio.core.errors import DiskFull, LibraryBusy
from studio.engine.attempt import Ending
from studio.engine.dispatch import Dispatcher
from studio.engine.filer import Filed, Filer
from studio.engine.hub import Hub
from studio.engine.keeper import Keeper
from studio.engine.listener import Listener
from studio.engine.tidy import STOPPED, recover
from studio.services.file_lock import sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from generators.registry import Registry
    from studio.engine.executors.base import Event, Executor, Gone, Said
    from studio.engine.options import EngineOptions
    from studio.store.library import Library

    MakeExecutor = Callable[[Callable[[Event], None]], Executor]

log = logging.getLogger(__name__)
CLIENTS_EVERY = 1.0  # seconds between looks at the clients' locks
LAST_WORDS = 1.0  # seconds that workers get to leave by themselves


class Wake:
    """An event that only wakes the loop."""


class Engine:
    """Owns the queue of one library while it runs.

    Attributes:
        hub: What its parts share.
    """

    def __init__(
        self,
        library: Library,
        options: EngineOptions,
        make_executor: MakeExecutor,
        registry: Registry | None = None,
    ) -> None:
        self._events: SimpleQueue[Said | Gone | Filed | Wake] = SimpleQueue()
        self._library = library
        self._options = options
        self.hub = Hub(library, options, registry)
        self.hub.executor = self._executor = make_executor(self._events.put)
        self._dispatcher = Dispatcher(self.hub)
        filer = Filer(library, self._events.put)
        self._listener = Listener(self.hub, self._dispatcher.refill, filer)
        self._keeper = Keeper(self.hub, self._listener)
        self._version = -1
        self._asked_to_stop = False
        self._quiet_since = time.monotonic()
        self._clients = 1
        self._clients_at = 0.0

    def stop(self) -> None:
        """Ask the engine to leave; may be called from a signal handler or another thread."""
        self._asked_to_stop = True
        self._events.put(Wake())

    def recover(self) -> None:
        """Put right what an earlier engine left; call it once, before ``run``."""
        self.hub.disk.prepare()
        try:
            count = recover(self._library)
        except DiskFull:
            self.hub.disk_is_full()
            count = recover(self._library)
        if count:
            log.info("put back %d jobs of an engine that is gone", count)

    def run(self) -> None:
        """Work until there is nothing to do and no client is open, or ``stop`` was called."""
        self._quiet_since = time.monotonic()
        while not self._asked_to_stop:
            try:
                self._once()
            except LibraryBusy:  # reading it, for once: writes see to themselves
                log.warning("the library is held by another program", exc_info=True)
                self.hub.dirty = True
            if self._may_leave():
                return

    def _once(self) -> None:
        self._look()
        self._dispatcher.run()
        self._asked_to_stop = self._asked_to_stop or self.hub.asked_to_stop
        self._keeper.tick()
        self._take(0.0 if self.hub.dirty else self._options.poll)

    def _look(self) -> None:
        version = self._library.data_version()
        if version != self._version:
            self._version = version
            self.hub.dirty = True

    def _take(self, timeout: float) -> None:
        """Take in the events that there are; wait for the first one."""
        try:
            event = self._events.get(timeout=timeout) if timeout else self._events.get_nowait()
            enough = time.monotonic() + self._options.poll
            while True:
                if not isinstance(event, Wake):
                    self._listener.take(event)
                if time.monotonic() >= enough:
                    return
                event = self._events.get_nowait()
        except Empty:
            return

    # leaving ------------------------------------------------------------------------------------

    def _may_leave(self) -> bool:
        now = time.monotonic()
        if self.has_work():
            self._quiet_since = now
            return False
        if now >= self._clients_at:
            self._clients_at = now + CLIENTS_EVERY
            self._clients = sweep(self._library.paths.clients)
        if self._clients:
            self._quiet_since = now
        return now - self._quiet_since >= self._options.leave_after

    def has_work(self) -> bool:
        """Tell whether something runs, can run, or will run by itself."""
        hub = self.hub
        if hub.working or hub.dirty or hub.disk.full or hub.unsettled:
            return True
        return hub.paused is None and hub.mirror.count > 0

    def wanted_again(self) -> bool:
        """Look once more, after the lock was let go: did work come at the last moment?"""
        self.hub.dirty = True
        self.hub.mirror.refresh()
        paused = self._library.state.queue_paused()
        return paused is None and self.hub.mirror.count > 0 and not self._asked_to_stop

    def close(self) -> None:
        """Put running jobs back (trainings write a checkpoint first) and end all workers."""
        hub = self.hub
        hub.stopping = True
        for slot in hub.busy():
            if slot.attempt is not None and slot.attempt.trains:
                hub.end_attempt(slot, Ending.STOP, self._options.pause_patience)
                continue
            if slot.attempt is not None:
                hub.requeue(slot.attempt.token, STOPPED)
                hub.over_in(slot)
        while hub.working:
            self._keeper.tick()
            self._take(self._options.poll)
        for slot in hub.slots.values():
            slot.send(Shutdown())
        deadline = time.monotonic() + LAST_WORDS
        while any(slot.worker for slot in hub.slots.values()) and time.monotonic() < deadline:
            self._take(self._options.poll)
        self._executor.close()
        for slot in hub.slots.values():
            slot.forget_worker()
        self._keeper.leave()

    def reopen(self) -> None:
        """Go on after ``close``: work came at the last moment."""
        self.hub.stopping = False
