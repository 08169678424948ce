"""Loading pipelines and letting go of them, within what memory there is."""

from __future__ import annotations

import importlib
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from generators.api import OutOfMemory, UserFacingError
from generators.protocol import Resident
from studio.worker import memory
from studio.worker.pipelines import Key, Pipeline, Pipelines

if TYPE_CHECKING:
    from collections.abc import Callable

    from generators.api import DeviceInfo, Generator, Request
    from generators.protocol import Configure
    from studio.worker.channel import Channel
    from studio.worker.context import JobContext
    from studio.worker.faults import Faults

GPU_SHARE, CPU_SHARE = 0.8, 0.5  # of a device's memory that pipelines may hold by default


class Loader:
    """Gets a pipeline ready for a request, and says what is held after every change.

    Attributes:
        held: The pipelines.
        load_seconds: Spent on loading since it was last set to 0.
    """

    def __init__(
        self,
        configure: Configure,
        channel: Channel,
        faults: Faults,
        release: Callable[[Generator], None],
    ) -> None:
        self._configure = configure
        self._channel = channel
        self._faults = faults
        self.held = Pipelines(configure.memory_budget, configure.idle_unload_seconds, release)
        self.load_seconds = 0.0

    def kind(self, name: str) -> Any:  # noqa: ANN401 - a generator's or a trainer's class
        """Import the class that an entry names.

        Raises:
            UserFacingError: This worker has no such entry, or it cannot be imported.
        """
        entry = self._configure.entries.get(name)
        if not entry:
            raise UserFacingError(
                f"This worker serves no generator {name!r:.80}.", "Check that it is installed."
            )
        module, _, attribute = entry.partition(":")
        try:
            return getattr(importlib.import_module(module), attribute)
        except ImportError as error:
            raise UserFacingError(
                f"The generator {name} cannot start: {error}.", "Install its package again."
            ) from error

    def load(
        self, kind: type[Generator], key: Key, request: Request, context: JobContext
    ) -> Pipeline:
        """Load a pipeline and keep it.

        Raises:
            OutOfMemory: It does not fit, or is sure not to.
            CheckpointError: The weights are unusable.
            JobCancelled: As asked.
        """
        checkpoint = request.checkpoint
        context.phase = "loading"
        name = (checkpoint.name or checkpoint.id) if checkpoint else request.generator
        context.say(f"Loading {name}")
        self._admit(kind, request, context)
        self._faults.strike("load")
        started = time.monotonic()
        generator = kind.load(
            checkpoint, request.adapters, self._configure.device, self._configure.dtype, context
        )
        seconds = time.monotonic() - started
        self.load_seconds += seconds
        pipeline = Pipeline(
            key=key,
            checkpoint_id=checkpoint.id if checkpoint else "",
            generator=generator,
            bytes=generator.memory_bytes(),
            level=context.memory_level,
        )
        self.held.add(pipeline)
        self.tell(pipeline.checkpoint_id, seconds, self._device(kind, request))
        return pipeline

    def levels(self, kind: type[Generator], request: Request) -> tuple[str, ...]:
        """Return the ways to use less memory on the device that a request is computed on."""
        device = self._device(kind, request)
        return kind.memory_levels_on(device.id) if device else kind.memory_levels

    def unload_others(self, key: Key | None) -> bool:
        """Let go of all pipelines but one; tell whether there were any."""
        gone = self.held.drop_others(key)
        if gone:
            self.returned()
        return bool(gone)

    def returned(self) -> None:
        """Give memory back to the system, and say what is held now."""
        memory.trim()
        self.tell()

    def tell(
        self, loaded_id: str = "", load_seconds: float = 0.0, device: DeviceInfo | None = None
    ) -> None:
        """Say what is held, and after a load on which device."""
        ids, size = self.held.checkpoint_ids, self.held.bytes
        where = asdict(device) if device else {}
        self._channel.send(Resident(ids, size, memory.rss(), loaded_id, load_seconds, where))

    def _admit(self, kind: type[Generator], request: Request, context: JobContext) -> None:
        """Make room before loading, and don't begin what by its own estimate can't fit."""
        # the generator knows its weights better than their size on disk tells
        needed = kind.estimate_bytes_at(request, context.memory_level) or context.memory_estimate
        device = self._device(kind, request)
        if not self.held.budget and device and device.total_memory:
            share = CPU_SHARE if device.id == "cpu" else GPU_SHARE
            self.held.budget = int(device.total_memory * share)
        if self.held.make_room(needed):
            self.returned()
            device = self._device(kind, request)
        if not needed or not device or not device.free_memory or needed <= device.free_memory:
            return
        levels = len(kind.memory_levels_on(device.id))
        hopeless = not levels and needed > (device.total_memory or needed)
        if context.memory_level < levels or hopeless:
            raise OutOfMemory(
                f"it needs about {needed:,} bytes; {device.name} has {device.free_memory:,} free"
            )

    def _device(self, kind: type[Generator], request: Request) -> DeviceInfo | None:
        """Return the device that a request is computed on: the one asked for, or the best."""
        devices = kind.devices_for(request)
        wanted = (item for item in devices if item.id == self._configure.device)
        return next(wanted, devices[0] if devices else None)
