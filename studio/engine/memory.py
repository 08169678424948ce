"""Memory of this machine: how much there is, what a job may need, whether the kernel killed.

Readings, not guesses, wherever the system gives them: ``psutil`` for the machine, the limit of the
control group where one is set (containers), and the kernel's own count of out-of-memory kills.
"""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

#: Weights become more than their size on disk: buffers, activations, the other half of a load.
#: Measured on tiny and small pipelines: 1.1 to 1.4 times.
CHECKPOINT_FACTOR = 1.3
RUN_BYTES = 256 * 1024 * 1024  # for a run without weights, or beside them
LOW_SHARE = 0.05  # of all memory: less than this available counts as "low"
_CGROUP = Path("/sys/fs/cgroup")
_VMSTAT = Path("/proc/vmstat")


@dataclass(frozen=True, slots=True)
class MemoryReading:
    """Bytes, and how often the kernel has killed for want of memory (0 when it does not say)."""

    total: int
    available: int
    kills: int = 0

    @property
    def low(self) -> bool:
        """Tell whether hardly anything is left."""
        return self.available < self.total * LOW_SHARE


def read_memory() -> MemoryReading:
    """Read the machine's memory, within the limit of a control group."""
    machine = psutil.virtual_memory()
    total, available = int(machine.total), int(machine.available)
    limit = _number(_CGROUP / "memory.max")
    used = _number(_CGROUP / "memory.current")
    if used is not None:  # what files may give back at once is not "used"
        used -= _field(_CGROUP / "memory.stat", "inactive_file")
    if limit and used is not None and limit < total:
        total, available = limit, min(available, max(0, limit - used))
    kills = _field(_VMSTAT, "oom_kill") + _field(_CGROUP / "memory.events", "oom_kill")
    return MemoryReading(total, available, kills)


def rss_of(pids: Iterable[int]) -> int:
    """Return the resident bytes of processes that still live."""
    total = 0
    for pid in pids:
        try:
            total += int(psutil.Process(pid).memory_info().rss)
        except psutil.Error:
            continue
    return total


def own_rss() -> int:
    """Return the resident bytes of this process."""
    return rss_of([os.getpid()])


def estimate_bytes(checkpoint_bytes: int) -> int:
    """Return what loading and running a job would need, from its weights on disk."""
    return int(checkpoint_bytes * CHECKPOINT_FACTOR) + RUN_BYTES


@dataclass(slots=True)
class MemoryWatch:
    """Remembers readings, to tell an out-of-memory kill from any other death.

    Attributes:
        read: Where readings come from; replaced in tests.
    """

    read: Callable[[], MemoryReading] = read_memory
    last: MemoryReading = field(default_factory=lambda: MemoryReading(1, 1))
    seen_low: bool = False

    def sample(self) -> MemoryReading:
        """Take a reading; call it about once a second while something runs."""
        self.last = self.read()
        self.seen_low = self.seen_low or self.last.low
        return self.last

    def began(self) -> int:
        """An attempt begins: forget old lows; return the kernel's count of kills so far."""
        self.seen_low = False
        return self.sample().kills

    def was_out_of_memory(self, exit_code: int, kills_before: int) -> bool:
        """Tell whether a worker that ended with this code was killed for want of memory."""
        if exit_code not in (-int(getattr(signal, "SIGKILL", 9)), 137):
            return False
        return self.read().kills > kills_before or self.seen_low


def _number(path: Path) -> int | None:
    try:
        text = path.read_text(encoding="ascii").strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _field(path: Path, name: str) -> int:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name} ")), 0)
