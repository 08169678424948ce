"""May a job start now? A pure function of what it needs, what is held, and what was read.

Memory is counted where it is: a worker that computes on a device with memory of its own (CUDA)
needs room there, and little of the machine's beside it. The CPU and Apple's GPU compute in the
machine's own. The engine cannot read a device's memory (that needs torch); workers report it after
each load, and in between it is reckoned from what they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.engine.memory import RUN_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAIN_MEMORY = frozenset({"", "none", "cpu", "mps"})  # devices that compute in the machine's memory


@dataclass(frozen=True, slots=True)
class DeviceReading:
    """A device with memory of its own, as a worker reported it.

    Attributes:
        total, free: Bytes.
        held: Bytes of the pipelines that all workers held on it at that moment.
    """

    total: int
    free: int
    held: int = 0

    def available(self, held: int) -> int:
        """Return the bytes that are free now that the workers hold ``held`` on it."""
        return min(self.total, max(0, self.free + self.held - held))


@dataclass(frozen=True, slots=True)
class Holder:
    """A worker group.

    Attributes:
        device: Where it computes; empty while that is not known.
        held: Bytes of its pipelines.
        busy: It runs a job at this moment.
    """

    group: str
    device: str = ""
    held: int = 0
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a job may start now.

    Attributes:
        admit: Start it.
        unload: Idle groups that are to give their memory back first; then ask again.
    """

    admit: bool
    unload: tuple[str, ...] = ()


def decide(
    need: int,
    own: Holder,
    others: Sequence[Holder],
    available: int,
    devices: Mapping[str, DeviceReading],
) -> Verdict:
    """Decide whether a job may start beside what runs and what is held.

    Args:
        need: Bytes that it would need.
        own: The group that would run it; it may let go of what it holds for it.
        others: The other groups that have a worker.
        available: Bytes of the machine's memory that are free.
        devices: What is known of devices with memory of their own, by id.
    """
    in_main = [item for item in others if item.device not in devices]
    reading = devices.get(own.device)
    if reading is None:
        return _in_one_place(need, available + own.held, in_main)
    beside = [item for item in others if item.device == own.device]
    free = reading.available(own.held + sum(item.held for item in beside))
    there = _in_one_place(need, free + own.held, beside)
    here = _in_one_place(min(need, RUN_BYTES), available, in_main)
    return Verdict(there.admit and here.admit, there.unload + here.unload)


def _in_one_place(need: int, available: int, others: Sequence[Holder]) -> Verdict:
    if need <= available:
        return Verdict(admit=True)
    idle = tuple(item.group for item in others if not item.busy and item.held > 0)
    if idle:
        return Verdict(admit=False, unload=idle)
    # alone, it may try: the worker knows smaller ways, and fails this job alone with advice
    return Verdict(admit=not any(item.busy for item in others))
