"""What the engine knows of generators and checkpoints: who runs a job, and how long it takes."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from generators.api import Request
from generators.registry import Registry
from studio.core.errors import NotFound
from studio.core.estimates import (
    Estimate,
    defaults_of,
    estimate,
    load_key,
    run_key,
    work_units,
)
from studio.engine.scheduler import Candidate

if TYPE_CHECKING:
    from generators.manifest import Manifest
    from studio.core.checkpoint import Checkpoint
    from studio.core.job import Job, StepRequest
    from studio.store.library import Library

log = logging.getLogger(__name__)
STEPS = "steps"  # worker group of campaign steps
GIGABYTE = 1e9
CHANGED = 0.25  # share by which an estimate must move before the queue is valued anew


class Catalogue:
    """Registry, checkpoints and measured times behind one cache.

    Attributes:
        registry: The generators that were found.
        version: Rises when estimates or groups may have changed.
    """

    def __init__(self, library: Library, registry: Registry | None = None) -> None:
        self._library = library
        self.registry = registry or Registry.discover()
        self.version = 0
        self._checkpoints: dict[str, Checkpoint | None] = {}
        self._histories: dict[str, list[tuple[float, float]]] = {}
        self.devices: dict[str, str] = {}  # worker group -> device, as its worker last said
        self.device = library.state.engine_state().device or "cpu"

    def rediscover(self) -> None:
        """Look for generators again: one may have been installed since."""
        self.registry = Registry.discover()
        self.version += 1

    def models_changed(self) -> None:
        """Forget what was read of checkpoints."""
        self._checkpoints.clear()
        self.version += 1

    def checkpoint(self, checkpoint_id: str) -> Checkpoint | None:
        """Return a checkpoint of the library, or None."""
        if checkpoint_id not in self._checkpoints:
            try:
                found = self._library.models.get(checkpoint_id)
            except NotFound:
                found = None
            self._checkpoints[checkpoint_id] = found
        return self._checkpoints[checkpoint_id]

    def manifest(self, request: Request | StepRequest) -> Manifest | None:
        """Return the manifest of a request's generator; None for a step or an unusable one."""
        return self.registry.find(request.generator) if isinstance(request, Request) else None

    def group(self, request: Request | StepRequest) -> str:
        """Return the worker group that runs a request."""
        if not isinstance(request, Request):
            return STEPS
        manifest = self.manifest(request)
        if manifest is None:
            return request.generator  # fails at dispatch, with the reason
        family = ""
        if request.checkpoint is not None:
            known = self.checkpoint(request.checkpoint.id) if request.checkpoint.id else None
            family = known.family if known else request.checkpoint.family
        return manifest.worker_group(family)

    def device_of(self, group: str) -> str:
        """Return the device that a group's worker uses, or used last."""
        return self.devices.get(group, self.device)

    def units(self, request: Request | StepRequest) -> float:
        """Return how much work a request is, counting the manifest's defaults."""
        manifest = self.manifest(request)
        if manifest is None or not isinstance(request, Request):
            return work_units(request)
        return work_units(request, defaults_of(manifest, request.mode))

    def run_estimate(self, request: Request | StepRequest, group: str) -> Estimate | None:
        """Return the time that a run takes, or None when it was never measured."""
        key = run_key(request, self.device_of(group))
        return estimate(self.units(request), self._history(key))

    def load_estimate(self, checkpoint_id: str, group: str) -> Estimate | None:
        """Return the time that loading a checkpoint takes, or None when never measured."""
        return estimate(
            self.gigabytes(checkpoint_id),
            self._history(load_key(checkpoint_id, self.device_of(group))),
        )

    def gigabytes(self, checkpoint_id: str) -> float:
        """Return the size of a checkpoint on disk, never 0."""
        known = self.checkpoint(checkpoint_id)
        return max(known.bytes / GIGABYTE, 1e-6) if known else 1e-6

    def candidate(self, job: Job) -> Candidate:
        """Return a queued job as the scheduler sees it."""
        group = self.group(job.request)
        run = self.run_estimate(job.request, group)
        load = self.load_estimate(job.checkpoint_id, group) if job.checkpoint_id else None
        return Candidate(
            job.id,
            group,
            job.lane,
            job.position,
            job.checkpoint_id,
            job.created_at,
            run.seconds if run else 0.0,
            load.seconds if load else None,
        )

    def note(self, key: str, units: float, seconds: float) -> None:
        """Store a measurement."""
        history = self._history(key)
        before = estimate(units, history)
        self._library.jobs.note_timing(key, units, seconds)
        history.insert(0, (units, seconds))
        del history[20:]
        after = estimate(units, history)
        if (
            before is None
            or after is None
            or abs(after.seconds - before.seconds) > CHANGED * max(before.seconds, 0.1)
        ):
            self.version += 1

    def _history(self, key: str) -> list[tuple[float, float]]:
        if key not in self._histories:
            self._histories[key] = self._library.jobs.timings(key)
        return self._histories[key]


def _moved(before: float, after: float) -> bool:
    return abs(after - before) > CHANGED * max(before, 0.1)
