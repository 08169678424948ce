"""Starts jobs: asks the scheduler, admits by memory, claims, prepares, tells a worker."""

from __future__ import annotations

import logging
import math
import os
import time
from typing import TYPE_CHECKING

from generators.protocol import Configure, Unload
from studio.core.errors import DiskFull, LibraryBusy, UserFacingError
from studio.core.job import Lane
from studio.engine.admission import decide
from studio.engine.attempt import Attempt, Ending, training_state
from studio.engine.catalogue import STEPS
from studio.engine.executors.base import WorkerSpec
from studio.engine.memory import estimate_bytes
from studio.engine.prepare import prepare, training_folder
from studio.engine.scheduler import LANE_RANK, choose, preempts
from studio.services.engine_control import STOP_KEY
from studio.store.errors import StaleAttempt

if TYPE_CHECKING:
    from studio.core.job import Job
    from studio.engine.attempt import Prepared
    from studio.engine.hub import Hub, Slot
    from studio.engine.scheduler import Candidate, Choice

log = logging.getLogger(__name__)
ROUNDS = 200  # jobs that may fail at dispatch before the loop looks at other things again
MAX_START_STRIKES = 3
START_HINT = "Close other programs, or start the computer anew; then retry."


class Dispatcher:
    """Call ``run`` whenever something may have become possible."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._unloading_until = 0.0  # an idle worker was asked for its memory; give it a moment
        self._refused: dict[str, float] = {}  # group -> since when memory does not allow it

    def run(self) -> None:
        """Start whatever can start now."""
        hub = self._hub
        if hub.dirty:
            hub.dirty = False
            self._refresh()
        if hub.stopping or hub.paused is not None or hub.disk.full:
            return
        for _ in range(ROUNDS):
            if not self._start_one():
                return
        hub.dirty = True

    def _refresh(self) -> None:
        hub = self._hub
        hub.mirror.refresh()
        if hub.mirror.state_changed:
            hub.mirror.state_changed = False
            hub.paused = hub.library.state.queue_paused()
            hub.asked_to_stop = hub.library.state.get(STOP_KEY) == os.getpid()
        for slot in hub.busy():
            asked = hub.mirror.asked.get(slot.attempt.job.id) if slot.attempt else None
            if asked is None or slot.attempt is None or asked.token != slot.attempt.token:
                continue
            if asked.cancel_requested:
                hub.end_attempt(slot, Ending.CANCEL, hub.options.cancel_grace)
            elif slot.attempt.trains:
                hub.end_attempt(slot, Ending.PAUSE, 0.0)
            else:
                hub.end_attempt(slot, Ending.PAUSE, hub.options.cancel_grace)

    def _start_one(self) -> bool:
        """Start or fail one job; False when nothing can start."""
        for group in self._hub.mirror.groups:
            slot = self._hub.slot(group)
            if slot.attempt is not None:
                self._preempt(slot, self._hub.mirror.queue(group)[0])
            elif self._start_in(slot):
                return True
        return False

    def refill(self, slot: Slot) -> None:
        """Give a worker that has just finished its next job, by what is known of the queue."""
        hub = self._hub
        if not (hub.stopping or hub.asked_to_stop or hub.disk.full or hub.paused is not None):
            self._start_in(slot)

    def _start_in(self, slot: Slot) -> bool:
        """Start or fail one job of a slot that is free; False when none can start."""
        hub = self._hub
        if time.monotonic() < slot.retry_at:
            return False
        queue = hub.mirror.queue(slot.group)
        choice = choose(queue, slot.resident, hub.ledger.past, hub.options.bounds)
        if choice is None:
            self._refused.pop(slot.group, None)
            return False
        if self._must_wait(choice.job):
            return False
        if not self._admitted(slot, choice.job):
            self._refused.setdefault(slot.group, time.monotonic())
            return False
        self._refused.pop(slot.group, None)
        if hub.disk.low():
            hub.disk_is_full()
            return False
        return self._start(slot, choice) and not hub.disk.full

    def _must_wait(self, job: Candidate) -> bool:
        """Tell whether another group has waited too long for memory that this one keeps in use.

        One that memory refuses too waits only for those of a better lane and for those that were
        refused earlier in its own: else two would wait for each other for ever.
        """
        patience, now = self._hub.options.memory_patience, time.monotonic()
        own = (LANE_RANK[job.lane], self._refused.get(job.group, math.inf), job.group)
        for group, since in list(self._refused.items()):
            queue = self._hub.mirror.queue(group)
            if not queue:
                del self._refused[group]
            elif now - since > patience and (LANE_RANK[queue[0].lane], since, group) < own:
                return True
        return False

    def _preempt(self, slot: Slot, first: Candidate) -> None:
        attempt = slot.attempt
        if attempt is None or not attempt.trains or attempt.ending is not Ending.NONE:
            return
        if preempts([first], slot.group, Lane.TRAINING):
            log.info("job %s makes way for interactive work", attempt.job.id)
            self._hub.end_attempt(slot, Ending.PREEMPT, 0.0)

    def _admitted(self, slot: Slot, job: Candidate) -> bool:
        """Tell whether memory allows a job beside what runs and what is held."""
        hub = self._hub
        others = [item for item in hub.slots.values() if item is not slot and item.worker]
        if job.checkpoint_id in slot.resident or not others:
            return True
        known = hub.catalogue.checkpoint(job.checkpoint_id) if job.checkpoint_id else None
        verdict = decide(
            estimate_bytes(known.bytes if known else 0),
            slot.holder(),
            [item.holder() for item in others],
            hub.memory.read().available,
            hub.devices,
        )
        if verdict.unload and time.monotonic() > self._unloading_until:
            self._unloading_until = time.monotonic() + 2.0
            for group in verdict.unload:
                hub.slot(group).send(Unload())
        return verdict.admit

    def _start(self, slot: Slot, choice: Choice) -> bool:
        """Start or fail a job; False when it could not be claimed."""
        hub = self._hub
        hub.dirty = True
        try:
            job = hub.library.jobs.claim(slot.group, job_id=choice.job.id)
        except DiskFull:
            hub.disk_is_full()
            return False
        except LibraryBusy:
            log.warning("the library is held by another program; nothing is started")
            return False
        if job is None:  # cancelled or paused at this very moment, or the whole queue was
            hub.mirror.distrust()
            return False
        hub.mirror.drop(choice.job.id)
        hub.ledger.claimed(choice)
        prepared = self._prepared(job)
        if prepared is not None:
            self._begin(slot, job, prepared, choice.overtakes)
        return True

    def _prepared(self, job: Job) -> Prepared | None:
        """Return the job made ready, or None when it failed or was put back."""
        hub = self._hub
        try:
            return prepare(hub.library, hub.catalogue, job)
        except DiskFull:
            hub.disk_is_full()
        except LibraryBusy:
            hub.put_off(job.token, "The library was held by another program.")
            return None
        except UserFacingError as error:
            self._fail(job, error)
            return None
        except OSError as error:
            if not hub.disk.low():
                self._fail(job, UserFacingError(f"Its folder cannot be made: {error}"))
                return None
            hub.disk_is_full()
        hub.requeue(job.token, "The disk was full.")
        return None

    def _fail(self, job: Job, error: UserFacingError) -> None:
        hub = self._hub
        try:
            hub.library.jobs.fail(job.token, code="user", message=error.message, hint=error.hint)
        except StaleAttempt:
            log.warning("job %s was taken away while it was made ready", job.id)
        except DiskFull:
            hub.disk_is_full()
            hub.requeue(job.token, "The disk was full.")
        except LibraryBusy:
            hub.put_off(job.token, "The library was held by another program.")

    def _begin(self, slot: Slot, job: Job, prepared: Prepared, overtakes: tuple[str, ...]) -> None:
        hub = self._hub
        attempt = Attempt(job, prepared, overtakes)
        attempt.expected = hub.catalogue.run_estimate(prepared.request, slot.group)
        if slot.worker is None and not self._start_worker(slot, job):
            hub.litter.append(prepared.staging)
            return
        attempt.kills_before = hub.memory.began()
        slot.attempt = attempt
        if slot.worker is not None:
            slot.worker.log_to(hub.library.paths.logs / "jobs" / f"{job.id}.log")
        if attempt.trains:
            attempt.training_mark = training_state(training_folder(hub.library, job.id))
            slot.send(Unload())  # training needs what there is
        slot.send(prepared.run)
        if job.cancel_requested:
            hub.end_attempt(slot, Ending.CANCEL, hub.options.cancel_grace)

    def _start_worker(self, slot: Slot, job: Job) -> bool:
        hub = self._hub
        if hub.executor is None:
            raise RuntimeError("the engine has no executor")
        spec = worker_spec(hub, slot.group)
        try:
            slot.worker = hub.executor.start(spec)
        except OSError as error:
            self._not_started(slot, job, f"Its worker cannot be started: {error}")
            return False
        hub.start_strikes.pop(job.id, None)
        slot.started_at = slot.sign_at = slot.pinged_at = time.monotonic()
        return True

    def _not_started(self, slot: Slot, job: Job, said: str) -> None:
        """The machine has no room for a process at this moment: let the group rest, then again."""
        hub = self._hub
        log.warning("job %s: %s", job.id, said)
        slot.retry_at = time.monotonic() + hub.options.start_again_after
        strikes = hub.start_strikes[job.id] = hub.start_strikes.get(job.id, 0) + 1
        if strikes < MAX_START_STRIKES:
            hub.requeue(job.token, f"{said}. It is tried again.")
        else:
            self._fail(job, UserFacingError(said, START_HINT))


def worker_spec(hub: Hub, group: str) -> WorkerSpec:
    """Return how to start the worker of a group."""
    options = hub.options
    configure = Configure(
        device=options.device,
        dtype=options.dtype,
        memory_budget=options.memory_budget,
        idle_unload_seconds=options.idle_unload_seconds,
        entries={} if group == STEPS else hub.catalogue.registry.worker_entries(group),
        faults={} if group == STEPS else options.faults,
    )
    if group == STEPS:
        command = ("studio.services.step_worker", "--library", str(hub.library.root))
        return WorkerSpec(group, configure, command)
    return WorkerSpec(group, configure)
