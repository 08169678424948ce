"""What happens by the clock: progress rows, grace times, signs of life, memory, disk, sleep."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from generators.protocol import Ping, Shutdown
from studio.core.errors import UserFacingError
from studio.core.estimates import remaining
from studio.engine.awake import Awake
from studio.engine.memory import rss_of
from studio.store.records import EngineState

if TYPE_CHECKING:
    from studio.engine.attempt import Attempt
    from studio.engine.hub import Hub, Slot
    from studio.engine.listener import Listener

log = logging.getLogger(__name__)
RSS_STEP = 16 * 1024 * 1024  # bytes; smaller changes are not written
RSS_EVERY = 2.0  # seconds
IDLE_AFTER = 0.3  # seconds without work before the state says so: no flicker between jobs
STALL_FACTOR = 20.0
OVERSLEPT = 5.0  # seconds late


class Keeper:
    """Call ``tick`` at least every ``options.poll`` seconds."""

    def __init__(self, hub: Hub, listener: Listener) -> None:
        self._hub = hub
        self._listener = listener
        self._awake = Awake()
        self._slow_at = 0.0
        self._rss_at = 0.0
        self._busy_at = time.monotonic()
        self._state = EngineState()

    def tick(self) -> None:
        """Do what is due."""
        now = time.monotonic()
        for slot in self._hub.busy():
            self._attempt(slot, now)
        if self._hub.working:
            self._busy_at = now
        self._say_state(now)
        if now >= self._slow_at:
            if now - self._slow_at > OVERSLEPT:  # the machine slept or we were stopped, not they
                for slot in self._hub.slots.values():
                    slot.sign_at = slot.pinged_at = now
                    if slot.attempt is not None:
                        slot.attempt.sign_at = now
            self._slow_at = now + 1.0
            self._slow(now)

    def _attempt(self, slot: Slot, now: float) -> None:
        attempt = slot.attempt
        if attempt is None:
            return
        if attempt.deadline and now >= attempt.deadline:
            self._listener.overdue(slot)
            return
        every = self._hub.options.report_every
        if attempt.unsaid and now - max(attempt.reported_at, attempt.began) >= every:
            self._report(attempt, now)

    def _report(self, attempt: Attempt, now: float) -> None:
        attempt.unsaid, attempt.reported_at = False, now
        try:
            with self._hub.small_write():
                self._write_progress(attempt, now)
        except UserFacingError:
            raise  # a fault of the world, as at every other write
        except Exception:  # what a worker said may be odd in ways that nobody thought of
            log.exception("the progress of job %s cannot be written", attempt.job.id)

    def _write_progress(self, attempt: Attempt, now: float) -> None:
        left = None
        if attempt.phase != "loading" and attempt.running_since:
            left = remaining(
                attempt.expected, now - attempt.running_since, attempt.done, attempt.total
            )
        self._hub.library.jobs.report(
            attempt.token,
            done=attempt.done,
            total=attempt.total,
            phase=attempt.phase,
            message=attempt.message,
            preview=attempt.preview,
            text=attempt.text,
            eta_seconds=left.seconds if left else None,
        )

    # once a second ------------------------------------------------------------------------------

    def _slow(self, now: float) -> None:
        hub = self._hub
        hub.clear_litter()
        for slot in list(hub.slots.values()):
            if slot.worker is not None:
                self._worker(slot, now)
        if hub.busy():
            hub.memory.sample()
        self._disk()
        self._awake.tick(busy=hub.working, now=now)

    def _worker(self, slot: Slot, now: float) -> None:
        options = self._hub.options
        patience = options.silent_after if slot.ready else options.start_patience
        if now - slot.sign_at > patience:
            self._listener.hung(slot, f"it gave no sign for {patience:.0f} s")
            return
        if now - slot.pinged_at >= options.ping_every:
            slot.pinged_at = now
            slot.send(Ping())
        attempt = slot.attempt
        if attempt is not None:
            expected = attempt.expected.seconds if attempt.expected else 0.0
            limit = max(options.stall_after, STALL_FACTOR * expected)
            if now - attempt.sign_at > limit:
                self._listener.hung(slot, f"the job reported nothing for {limit:.0f} s")
        elif not slot.resident and now - slot.free_since > options.idle_worker_seconds:
            slot.send(Shutdown())
            slot.forget_worker()  # the next job starts a new one

    def _disk(self) -> None:
        hub = self._hub
        if hub.disk.full and hub.disk.recovered():
            hub.dirty = True
        if hub.unsettled:
            hub.settle_again()

    # the engine's own row -----------------------------------------------------------------------

    def _say_state(self, now: float) -> None:
        hub = self._hub
        status, message = self._status(now)
        rss = self._state.rss
        if now - self._rss_at >= RSS_EVERY:
            self._rss_at = now
            pids = [slot.worker.pid for slot in hub.slots.values() if slot.worker is not None]
            found = rss_of([os.getpid(), *pids])
            rss = found if abs(found - rss) >= RSS_STEP else rss
        devices = [slot.device for slot in hub.slots.values() if slot.device]
        state = EngineState(
            pid=os.getpid(),
            status=status,
            message=message,
            device=devices[0] if devices else hub.catalogue.device,
            resident=hub.resident(),
            rss=rss,
        )
        if state == replace(self._state, updated_at=0.0):
            return
        state = replace(state, updated_at=time.time())
        with hub.small_write():
            hub.library.state.set_engine_state(state)
            self._state = state  # not before: what was left out is said at the next tick

    def _status(self, now: float) -> tuple[str, str]:
        hub = self._hub
        if hub.disk.full:
            return "disk_full", self._disk_message()
        if hub.stopping:
            return "stopping", ""
        if hub.paused is not None and not hub.working:
            return "paused", hub.paused
        if hub.working or now - self._busy_at < IDLE_AFTER:
            return "running", ""
        return "idle", ""

    def _disk_message(self) -> str:
        """Say it once, not at every megabyte that comes and goes."""
        if self._state.status == "disk_full":
            return self._state.message
        return self._hub.disk.message()

    def leave(self) -> None:
        """Let the machine sleep, and say that the engine is gone."""
        self._awake.release()
        self._hub.clear_litter()
        self._state = EngineState(device=self._state.device, updated_at=time.time())
        with self._hub.small_write():
            self._hub.library.state.set_engine_state(self._state)
