"""Takes in what workers say, and commits the ends of attempts."""

from __future__ import annotations

import logging
import time
from traceback import format_exception
from typing import TYPE_CHECKING

from generators.api import Request
from generators.protocol import (
    Cancelled,
    Failed,
    Finished,
    Message,
    Paused,
    Preview,
    Produced,
    Progress,
    Ready,
    Resident,
    Stream,
)
from studio.core.errors import DiskFull, LibraryBusy, UserFacingError
from studio.core.estimates import load_key, run_key
from studio.core.job import JobStatus
from studio.core.steps import StepOutcome
from studio.engine.attempt import Ending, training_state
from studio.engine.disk import NO_SPACE, says_full
from studio.engine.executors.base import Said
from studio.engine.filer import Filed
from studio.engine.prepare import training_folder
from studio.engine.tidy import moved_from
from studio.store.errors import StaleAttempt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generators.api import JsonValue
    from studio.engine.attempt import Attempt
    from studio.engine.executors.base import Event, Gone
    from studio.engine.filer import Filer
    from studio.engine.hub import Hub, Slot

log = logging.getLogger(__name__)
MAX_MEMORY_DEATHS = 2
MEMORY_HINT = "Make it smaller, close other programs, or choose a smaller checkpoint."
MAX_DISK_STRIKES = 3
DISK_HINT = "Free more space on the disk of the library, or make it smaller; then retry."
ELSEWHERE_HINT = "Free some space on the disk that it writes to, then retry."
HELD = "The library was held by another program."
OUTCOME_HINT = "Report this as a bug; the details are in the job's log."


class Listener:
    """Hand it every event of the executor.

    A worker that finished gets its next job before the last one is committed, so that flushing
    files to disk and computing go on side by side.
    """

    def __init__(self, hub: Hub, refill: Callable[[Slot], None], filer: Filer) -> None:
        self._hub = hub
        self._refill = refill
        self._filer = filer

    def take(self, event: Event | Filed) -> None:
        """Take in one event; what a worker that was given up still says is ignored."""
        if isinstance(event, Filed):
            self._filed(event)
            return
        slot = self._hub.slot_of(event.worker)
        if slot is None:
            return
        slot.sign_at = time.monotonic()
        if isinstance(event, Said):
            self._message(slot, event.message)
        else:
            self._gone(slot, event)

    def _message(self, slot: Slot, message: Message) -> None:
        if isinstance(message, Ready):
            slot.ready = True
            if message.devices:
                self._device(slot, message.devices[0])
            return
        if isinstance(message, Resident):
            self._resident(slot, message)
            return
        attempt = slot.attempt
        if attempt is None or getattr(message, "token", "") != attempt.token:
            return
        attempt.sign_at = time.monotonic()
        if isinstance(message, Progress | Preview | Stream | Produced):
            self._news(slot, attempt, message)
        else:
            self._end(slot, attempt, message)

    def _news(
        self, slot: Slot, attempt: Attempt, message: Progress | Preview | Stream | Produced
    ) -> None:
        if isinstance(message, Progress):
            attempt.moved(message.done, message.total, message.phase, message.message)
            if attempt.trains:
                self._training_saved(attempt)
        elif isinstance(message, Preview):
            attempt.preview, attempt.unsaid = message.path, True
        elif isinstance(message, Stream):
            attempt.streamed(message.text)
        else:
            attempt.produced.append(message)

    def _training_saved(self, attempt: Attempt) -> None:
        """A new training checkpoint wipes out the deaths so far."""
        if not attempt.job.worker_deaths:
            return
        state = training_state(training_folder(self._hub.library, attempt.job.id))
        if state and state != attempt.training_mark:
            attempt.training_mark = state
            with self._hub.small_write():
                self._hub.library.jobs.note_checkpoint(attempt.token)

    def _resident(self, slot: Slot, message: Resident) -> None:
        slot.resident, slot.held = tuple(message.checkpoint_ids), message.bytes
        self._device(slot, message.device)
        if message.loaded_id and message.load_seconds > 0:
            catalogue = self._hub.catalogue
            key = load_key(message.loaded_id, catalogue.device_of(slot.group))
            with self._hub.small_write():
                catalogue.note(key, catalogue.gigabytes(message.loaded_id), message.load_seconds)

    def _device(self, slot: Slot, said: Mapping[str, JsonValue]) -> None:
        """Take in a ``DeviceInfo`` as JSON, whole or its id alone."""
        device = str(said.get("id") or "")
        if device and device != "none":
            total, free = (said.get(key) or 0 for key in ("total_memory", "free_memory"))
            self._hub.device_seen(slot, device, int(total), int(free))

    # ends ---------------------------------------------------------------------------------------

    def _end(self, slot: Slot, attempt: Attempt, message: Message) -> None:
        hub = self._hub
        if isinstance(message, Finished):
            self._device(slot, {"id": message.execution.get("device")})
            hub.free(slot)
            hub.filing[attempt.token] = attempt
            self._filer.file(slot, attempt, message)
        elif isinstance(message, Failed):
            self._failed(slot, attempt, message)
            hub.over_in(slot)
        elif isinstance(message, Cancelled | Paused):
            self._stopped(slot, attempt)
            hub.over_in(slot)
        else:
            log.warning("a worker said %s, which only the engine says", type(message).__name__)
            return
        if not attempt.trains:
            self._refill(slot)
        else:  # its memory goes with its process
            hub.kill(slot, "the fine-tune is over")

    def _filed(self, filed: Filed) -> None:
        """Commit an attempt whose files are in place."""
        self._hub.dirty = True
        try:
            self._commit(filed)
        except LibraryBusy:  # it is made, so it is worth any wait
            log.warning("the library is held by another program; %s waits", filed.attempt.job.id)
            self._filer.again(filed)
            return
        except Exception as error:  # noqa: BLE001 - whatever one job brings must not end the engine
            self._take_back(filed.attempt)
            self._not_committed(filed.attempt, error)
        self._hub.over(filed.attempt)

    def _commit(self, filed: Filed) -> None:
        message, hub = filed.finished, self._hub
        made = filed.assets.result()
        outcome = StepOutcome.from_json(message.result) if message.result else None
        with hub.library.transaction():
            job = hub.library.jobs.finish(
                filed.attempt.token,
                assets=made,
                execution=message.execution,
                run_seconds=message.run_seconds,
                follow_up=outcome,
            )
            self._measured(filed)
        if job.status is not JobStatus.SUCCEEDED:  # it was to be cancelled, and more would follow
            self._take_back(filed.attempt)

    def _not_committed(self, attempt: Attempt, error: Exception) -> None:
        """Record why an attempt that finished could not be committed."""
        hub = self._hub
        if isinstance(error, StaleAttempt):
            log.warning("job %s was finished by an attempt that was over", attempt.job.id)
        elif isinstance(error, DiskFull):
            self._ran_full(attempt)
        elif isinstance(error, UserFacingError):
            self._fail(attempt, "user", error.message, error.hint)
        elif isinstance(error, OSError):
            if error.errno in NO_SPACE or hub.disk.low():
                self._ran_full(attempt)
            else:
                self._fail(attempt, "user", f"What it made cannot be read: {error}")
        else:  # an outcome that does not fit, or a bug of ours: the next try would end as this one
            log.error("the result of job %s does not fit", attempt.job.id, exc_info=error)
            trace = "".join(format_exception(error))
            self._fail(attempt, "bug", f"Its result does not fit: {error}", OUTCOME_HINT, trace)

    def _take_back(self, attempt: Attempt) -> None:
        """Its files may lie in their places already, but no asset names them."""
        self._hub.strays += moved_from(attempt.prepared.staging)

    def _measured(self, filed: Filed) -> None:
        hub = self._hub
        attempt, message = filed.attempt, filed.finished
        request = attempt.prepared.request
        if message.run_seconds <= 0:
            return
        if isinstance(request, Request) and attempt.trains:
            return  # a resumed training says nothing about a whole one
        key = run_key(request, hub.catalogue.device_of(filed.group))
        hub.catalogue.note(key, attempt.prepared.units, message.run_seconds)
        expected = attempt.expected.seconds if attempt.expected else 0.0
        hub.ledger.add(attempt.overtakes, message.run_seconds - expected, jobs=0)

    def _failed(self, slot: Slot, attempt: Attempt, message: Failed) -> None:
        if self._hub.disk.low() and message.code != "out_of_memory":
            self._ran_full(attempt)
            return
        if attempt.ending in (Ending.CANCEL, Ending.STOP):
            self._stopped(slot, attempt)
            return
        # a full disk that is not the library's, or one too small for this job: waiting helps nobody
        full = says_full(message.message + message.traceback)
        hint = ELSEWHERE_HINT if full else message.hint
        self._fail(attempt, message.code, message.message, hint, message.traceback)

    def _fail(
        self, attempt: Attempt, code: str, message: str, hint: str = "", traceback: str = ""
    ) -> None:
        hub = self._hub
        try:
            hub.library.jobs.fail(
                attempt.token, code=code, message=message, hint=hint, traceback=traceback
            )
        except StaleAttempt:
            log.warning("job %s failed in an attempt that was over", attempt.job.id)
        except DiskFull:
            self._put_back_full(attempt)
        except LibraryBusy:
            hub.put_off(attempt.token, HELD)

    def _stopped(self, slot: Slot, attempt: Attempt) -> None:
        """An attempt ended because it was asked to (or its worker was killed for that)."""
        hub = self._hub
        try:
            if attempt.ending is Ending.CANCEL:
                hub.library.jobs.cancelled(attempt.token)
            elif attempt.ending is Ending.PAUSE:
                hub.library.jobs.paused(attempt.token)
            else:
                hub.requeue(attempt.token, _WHY.get(attempt.ending, "Its worker left."))
        except StaleAttempt:
            log.warning("job %s was stopped in an attempt that was over", attempt.job.id)
        except DiskFull:
            self._put_back_full(attempt)
        except LibraryBusy:
            hub.put_off(attempt.token, HELD)

    def _ran_full(self, attempt: Attempt) -> None:
        """The disk was full when an attempt ran; one that fills it each time fails, with advice."""
        hub = self._hub
        strikes = hub.disk_strikes[attempt.job.id] = hub.disk_strikes.get(attempt.job.id, 0) + 1
        if strikes < MAX_DISK_STRIKES or attempt.ending is not Ending.NONE:
            self._put_back_full(attempt)
            return
        hub.disk_is_full()
        said = f"The disk that holds the library was full each of the {strikes} times that it ran."
        self._fail(attempt, "user", said, DISK_HINT)

    def _put_back_full(self, attempt: Attempt) -> None:
        self._hub.disk_is_full()
        self._hub.requeue(attempt.token, "The disk was full.")

    def overdue(self, slot: Slot) -> None:
        """The attempt of a slot did not end as asked: kill its worker and record the end."""
        attempt = slot.attempt
        if attempt is not None:
            self._hub.kill(slot, f"job {attempt.job.id} did not end as asked")
            self._stopped(slot, attempt)
            self._hub.over_in(slot)

    def hung(self, slot: Slot, why: str) -> None:
        """The worker of a slot gives no sign: kill it; its job counts a death."""
        attempt = slot.attempt
        self._hub.kill(slot, why)
        if attempt is not None:
            self._died(attempt, f"Its worker was stopped: {why}.")
            self._hub.over_in(slot)

    def _gone(self, slot: Slot, event: Gone) -> None:
        hub = self._hub
        attempt = slot.attempt
        slot.forget_worker()
        if attempt is None:
            if event.exit_code != 0:
                log.warning("an idle worker (%s) ended: %s", slot.group, _how(event.exit_code))
            return
        log.warning(
            "the worker (%s) of job %s ended: %s\n%s",
            slot.group,
            attempt.job.id,
            _how(event.exit_code),
            event.last_words,
        )
        if attempt.ending is not Ending.NONE:
            self._stopped(slot, attempt)
        elif hub.memory.was_out_of_memory(event.exit_code, attempt.kills_before):
            self._out_of_memory(attempt, event)
        elif hub.disk.low():
            self._ran_full(attempt)
        else:
            full = " A disk was full." if says_full(event.last_words) else ""
            how = f"Its worker ended: {_how(event.exit_code)}.{full}"
            self._died(attempt, how, event.last_words)
        hub.over_in(slot)

    def _out_of_memory(self, attempt: Attempt, event: Gone) -> None:
        """Once more with all memory for itself; after that it fails alone, with advice."""
        hub = self._hub
        strikes = hub.strikes[attempt.job.id] = hub.strikes.get(attempt.job.id, 0) + 1
        if strikes < MAX_MEMORY_DEATHS:
            for slot in hub.slots.values():
                if slot.attempt is None:
                    hub.kill(slot, "its memory is needed")
            hub.requeue(attempt.token, "The machine ran out of memory; it is tried once more.")
            return
        self._fail(
            attempt,
            "out_of_memory",
            "The machine ran out of memory.",
            MEMORY_HINT,
            event.last_words,
        )

    def _died(self, attempt: Attempt, reason: str, last_words: str = "") -> None:
        if attempt.trains:
            self._training_saved(attempt)
        job = self._hub.requeue(attempt.token, reason, counts_as_death=True)
        if job is not None and job.status is JobStatus.FAILED:
            log.error("job %s failed: %s\n%s", job.id, job.reason, last_words)


_WHY = {
    Ending.PREEMPT: "It makes way for interactive work.",
    Ending.STOP: "The engine was ended; the job was put back into the queue.",
}


def _how(exit_code: int) -> str:
    return f"signal {-exit_code}" if exit_code < 0 else f"exit code {exit_code}"
