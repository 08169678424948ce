"""What can be set of an engine: by its command line, or by the library's state row ``engine``."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from studio.engine.disk import DiskLimits
from studio.engine.scheduler import Bounds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue

SETTINGS_KEY = "engine_settings"  # state row: any of SETTABLE
SETTABLE = ("device", "dtype", "memory_budget", "idle_unload_seconds")


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """All times in seconds.

    Attributes:
        device, dtype: Passed to workers.
        memory_budget: Bytes of pipelines that a worker may keep; 0 for the worker's own default.
        idle_unload_seconds: After so long a worker lets go of its pipelines.
        idle_worker_seconds: After so long without pipelines its process is ended.
        cancel_grace: A worker that has not stopped by then is killed.
        start_again_after: When the process of a worker could not be started, it is tried again
            after so long.
        ping_every, silent_after: A worker is asked for a sign this often, and killed when it gave
            none for so long.
        start_patience: How long a worker may take to say its first word.
        stall_after: A job that reported nothing for so long (or 20 times its estimated time) is
            taken for hung.
        leave_after: The engine leaves when there was no work and no client for so long.
        pause_patience: How long a training may take to write its checkpoint when the engine stops.
        memory_patience: A group that memory keeps waiting for so long goes before the others' next.
        poll: How often the database is looked at.
        report_every: At most one progress row per job in this time.
        faults: Injected faults, for tests; passed to workers.
    """

    device: str = "auto"
    dtype: str = "auto"
    memory_budget: int = 0
    idle_unload_seconds: float = 300.0
    idle_worker_seconds: float = 600.0
    cancel_grace: float = 2.0
    start_again_after: float = 30.0
    ping_every: float = 5.0
    silent_after: float = 60.0
    start_patience: float = 180.0
    stall_after: float = 1800.0
    leave_after: float = 5.0
    pause_patience: float = 30.0
    memory_patience: float = 20.0
    poll: float = 0.05
    report_every: float = 0.25
    bounds: Bounds = field(default_factory=Bounds)
    disk: DiskLimits = field(default_factory=DiskLimits)
    faults: Mapping[str, JsonValue] = field(default_factory=dict)

    def with_settings(self, settings: JsonValue) -> EngineOptions:
        """Return the options with what a person set; anything odd in there is ignored."""
        if not isinstance(settings, dict):
            return self
        kinds = {item.name: type(getattr(self, item.name)) for item in fields(self)}
        chosen = {
            key: kinds[key](settings[key])
            for key in SETTABLE
            if isinstance(settings.get(key), str if kinds[key] is str else int | float)
        }
        return replace(self, **chosen)
