"""The reserve: a file that is given up when the disk is full, so that "paused" can be written.

SQLite needs room even to say that there is none. The engine holds ``reserve.bin`` while all is
well; when the disk is full the file is deleted, the queue pauses with a message, and once there is
room again for the reserve and some work the file is made anew and the queue goes on by itself.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)
MEGABYTE = 1024 * 1024
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
NO_SPACE_WORDS = ("No space left on device", "Errno 28", "Disk quota exceeded", "WinError 112")


@dataclass(frozen=True, slots=True)
class DiskLimits:
    """Bytes.

    Attributes:
        reserve: Size of the reserve file.
        low: With less than this free, no job is started.
        resume: Free space besides the reserve from which work goes on.
    """

    reserve: int = 8 * MEGABYTE
    low: int = 4 * MEGABYTE
    resume: int = 16 * MEGABYTE


class DiskGuard:
    """Watches the disk of one library.

    Attributes:
        full: No job may be started now.
    """

    def __init__(self, root: Path, reserve: Path, limits: DiskLimits | None = None) -> None:
        self.root = root
        self.path = reserve
        self.limits = limits or DiskLimits()
        self.full = False

    def free(self) -> int:
        """Return the free bytes of the library's disk."""
        return shutil.disk_usage(self.root).free

    def prepare(self) -> bool:
        """Make the reserve where it is missing; False (and ``full``) when there is no room."""
        if self._size() >= self.limits.reserve:
            return not self.full
        room = self.free() >= self.limits.reserve + self.limits.low  # leave clients some to write
        if not room or not self._make():
            self.give_up()
        return not self.full

    def low(self) -> bool:
        """Tell whether there is too little room to start anything."""
        return self.free() < self.limits.low

    def give_up(self) -> None:
        """The disk is full: delete the reserve."""
        self.full = True
        freed = self._size()
        self.path.unlink(missing_ok=True)
        log.warning("the disk is full: gave up the reserve of %d bytes", freed)

    def recovered(self) -> bool:
        """Tell whether there is room again; the reserve is then back and ``full`` is over."""
        if not self.full:
            return True
        if self.free() < self.limits.reserve + self.limits.resume or not self._make():
            return False
        self.full = False
        log.info("the disk has room again: %d bytes", self.free())
        return True

    def message(self) -> str:
        """Return the sentence that says why the queue pauses."""
        need = (self.limits.reserve + self.limits.resume) / MEGABYTE
        return (
            f"Paused: the disk is full. The queue goes on by itself when {need:.0f} MB are free"
            f" (now {self.free() / MEGABYTE:.0f} MB)."
        )

    def _size(self) -> int:
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def _make(self) -> bool:
        """Write the reserve with real blocks (a sparse file would reserve nothing)."""
        partial = self.path.with_suffix(".part")
        block = os.urandom(64 * 1024)  # not compressible either
        try:
            with partial.open("wb") as file:
                for _ in range(0, self.limits.reserve, len(block)):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(self.path)
        except OSError as error:
            log.warning("the reserve cannot be made: %s", error)
            partial.unlink(missing_ok=True)
            return False
        return True


def says_full(text: str) -> bool:
    """Tell whether a message or traceback from a worker speaks of a full disk."""
    return any(words in text for words in NO_SPACE_WORDS)
