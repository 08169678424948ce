"""What the parts of the engine share: the library, the workers, what runs, what is unsaid."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.core.errors import DiskFull, LibraryBusy
from studio.engine.admission import MAIN_MEMORY, DeviceReading, Holder
from studio.engine.attempt import Attempt, Ending, Unsettled, ask_to_end
from studio.engine.catalogue import Catalogue
from studio.engine.disk import DiskGuard
from studio.engine.memory import MemoryWatch
from studio.engine.mirror import QueueMirror
from studio.engine.scheduler import Ledger
from studio.engine.tidy import forget_staging, take_back
from studio.store.errors import StaleAttempt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generators.protocol import Message
    from generators.registry import Registry
    from studio.core.job import Job
    from studio.engine.executors.base import Executor, Worker
    from studio.engine.options import EngineOptions
    from studio.store.library import Library

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Slot:
    """A worker group: at most one worker, at most one attempt. Times are ``time.monotonic``.

    Attributes:
        resident: Checkpoint ids that the worker holds, least recently used first.
        held: Bytes of its pipelines.
        sign_at: When it last said anything.
        free_since: When it last had nothing to do.
        retry_at: When its worker may be started again after it could not be.
    """

    group: str
    worker: Worker | None = None
    attempt: Attempt | None = None
    resident: tuple[str, ...] = ()
    held: int = 0
    device: str = ""
    ready: bool = False
    started_at: float = 0.0
    sign_at: float = 0.0
    pinged_at: float = 0.0
    free_since: float = field(default_factory=time.monotonic)
    retry_at: float = 0.0

    def forget_worker(self) -> None:
        """The worker is gone, and with it what it held."""
        self.worker = None
        self.resident, self.held, self.ready = (), 0, False

    def holder(self) -> Holder:
        """Return what it holds, for deciding who may start."""
        return Holder(self.group, self.device, self.held, self.attempt is not None)

    def send(self, message: Message) -> None:
        """Send to the worker, if there is one."""
        if self.worker is not None:
            self.worker.send(message)


class Hub:
    """See the module's docstring.

    Attributes:
        dirty: The queue may have changed since the mirror was refreshed.
        paused: Why a person paused the queue, or None.
        stopping: Nothing more is started.
        asked_to_stop: A client has asked for it through the database.
        devices: Devices with memory of their own, as workers last reported them, by id.
        strikes: How often a job's worker was killed for want of memory, by job id.
        disk_strikes: How often the disk was full when a job ran, by job id.
        start_strikes: How often no worker could be started for a job, by job id.
        unsettled: Ends of attempts that wait for room on the disk, or for the library's lock.
        litter: Staging folders of attempts that are over.
        filing: Attempts that finished and whose files are put into place, by token.
        strays: Hashes of stored files whose transaction did not come.
    """

    def __init__(
        self, library: Library, options: EngineOptions, registry: Registry | None = None
    ) -> None:
        self.library = library
        self.options = options
        self.catalogue = Catalogue(library, registry)
        self.ledger = Ledger()
        self.mirror = QueueMirror(library, self.catalogue, self.ledger)
        self.disk = DiskGuard(library.root, library.paths.reserve, options.disk)
        self.memory = MemoryWatch()
        self.devices: dict[str, DeviceReading] = {}
        self.slots: dict[str, Slot] = {}
        self.executor: Executor | None = None
        self.dirty = True
        self.paused: str | None = None
        self.stopping = False
        self.asked_to_stop = False
        self.strikes: dict[str, int] = {}
        self.disk_strikes: dict[str, int] = {}
        self.start_strikes: dict[str, int] = {}
        self.unsettled: list[Unsettled] = []
        self.litter: list[Path] = []
        self.filing: dict[str, Attempt] = {}
        self.strays: list[str] = []

    # workers ------------------------------------------------------------------------------------

    def slot(self, group: str) -> Slot:
        """Return the slot of a group."""
        return self.slots.setdefault(group, Slot(group))

    def slot_of(self, number: int) -> Slot | None:
        """Return the slot whose present worker has this number."""
        for slot in self.slots.values():
            if slot.worker is not None and slot.worker.number == number:
                return slot
        return None

    def busy(self) -> list[Slot]:
        """Return the slots in which an attempt runs."""
        return [slot for slot in self.slots.values() if slot.attempt is not None]

    @property
    def working(self) -> bool:
        """Tell whether an attempt runs, or its files are put into place."""
        return bool(self.filing) or any(slot.attempt for slot in self.slots.values())

    def device_seen(self, slot: Slot, device: str, total: int, free: int) -> None:
        """Note which device a slot's worker computes on, and its memory where it has its own."""
        slot.device = device
        self.catalogue.devices[slot.group] = device
        if device not in MAIN_MEMORY and total > 0:
            held = sum(item.held for item in self.slots.values() if item.device == device)
            self.devices[device] = DeviceReading(total, free, held)

    def resident(self) -> tuple[str, ...]:
        """Return the ids of all loaded checkpoints."""
        return tuple(item for slot in self.slots.values() for item in slot.resident)

    def kill(self, slot: Slot, why: str) -> None:
        """End a slot's worker at once."""
        if slot.worker is not None:
            log.info("killed worker %d (%s): %s", slot.worker.number, slot.group, why)
            slot.worker.kill()
            slot.forget_worker()

    def free(self, slot: Slot) -> Attempt | None:
        """Take the attempt out of a slot; when nobody needs its files, call ``over`` too."""
        attempt, slot.attempt = slot.attempt, None
        slot.free_since = time.monotonic()
        self.dirty = True
        if slot.worker is not None:
            slot.worker.log_to(None)
        return attempt

    def over(self, attempt: Attempt) -> None:
        """Nothing of an attempt is needed any more."""
        self.filing.pop(attempt.token, None)
        self.litter.append(attempt.prepared.staging)

    def over_in(self, slot: Slot) -> None:
        """The attempt of a slot is over, and nothing that it made is kept."""
        attempt = self.free(slot)
        if attempt is not None:
            self.over(attempt)

    def end_attempt(self, slot: Slot, ending: Ending, patience: float) -> None:
        """Ask the attempt of a slot to end; it is killed when it has not after ``patience``."""
        attempt = slot.attempt
        if attempt is None or attempt.ending in (Ending.CANCEL, ending):
            return
        deadline = time.monotonic() + patience if patience else 0.0
        attempt.end_by(ending, deadline)
        slot.send(ask_to_end(attempt))

    # the ends of attempts -----------------------------------------------------------------------

    def requeue(self, token: str, reason: str, *, counts_as_death: bool = False) -> Job | None:
        """Put an attempt's job back; None when it was over already, or cannot be put back yet.

        When the disk is full it is put back as soon as there is room, and when another program
        holds the library, as soon as that lets go.
        """
        try:
            job = self.library.jobs.requeue(token, reason, counts_as_death=counts_as_death)
        except StaleAttempt:
            log.warning("attempt %s was over already", token)
            return None
        except DiskFull:
            self.unsettled.append(Unsettled(token, reason))
            self.disk_is_full()
            return None
        except LibraryBusy:
            self.put_off(token, reason, counts_as_death=counts_as_death)
            return None
        finally:
            self.dirty = True
        return job

    def put_off(self, token: str, reason: str, *, counts_as_death: bool = False) -> None:
        """Put an attempt's job back later: another program holds the library."""
        log.warning("the library is held by another program; attempt %s ends later", token)
        self.unsettled.append(Unsettled(token, reason, counts_as_death))
        self.dirty = True

    def clear_litter(self) -> None:
        """Delete what attempts left behind; not at once, because deleting is slow."""
        if not self.filing:  # else one of these may be about to name a stray file
            strays, self.strays = self.strays, []
            for sha256 in strays:
                take_back(self.library, sha256)
        litter, self.litter = self.litter, []
        for staging in litter:
            forget_staging(staging)

    def settle_again(self) -> None:
        """Try once more to write the ends that could not be written."""
        waiting, self.unsettled = self.unsettled, []
        while waiting and not self.unsettled:  # where one cannot be written, no other can
            item = waiting.pop(0)
            self.requeue(item.token, item.reason, counts_as_death=item.counts_as_death)
        self.unsettled += waiting

    def disk_is_full(self) -> None:
        """Give up the reserve and start nothing more."""
        if not self.disk.full:
            self.disk.give_up()

    @contextmanager
    def small_write(self) -> Iterator[None]:
        """Around a write that may be left out (progress, timings, state).

        It is, when the disk is full or another program holds the library.
        """
        try:
            yield
        except DiskFull:
            self.disk_is_full()
        except LibraryBusy:
            log.warning("the library is held by another program; something small is not written")
