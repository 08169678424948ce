"""Locks on files that the operating system lets go of when their process ends, however it ends.

Not inherited by children (the descriptor is closed on exec). On Linux and macOS ``flock``; on
Windows one byte far behind the end is locked, so that the file's text stays readable. (The Windows
side was written by the documentation and not tried.)
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


class FileLock:
    """One exclusive lock on a file; held until ``release`` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle = -1

    @property
    def held(self) -> bool:
        """Tell whether this object holds the lock."""
        return self._handle >= 0

    def acquire(self, patience: float = 0.0) -> bool:
        """Try to take the lock for ``patience`` seconds; return whether it is held now.

        Raises:
            OSError: The file cannot be made or opened.
        """
        deadline = time.monotonic() + patience
        while not self._take():
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.02)
        return True

    def _take(self) -> bool:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            if _try_lock(handle) and self._still_there(handle):
                self._handle, handle = handle, -1
                return True
        finally:
            if handle >= 0:
                os.close(handle)
        return False

    def _still_there(self, handle: int) -> bool:
        """Tell whether the file at the path is the one that was locked (it may be swept away)."""
        try:
            there = self.path.stat()
        except FileNotFoundError:
            return False
        mine = os.fstat(handle)
        return (there.st_ino, there.st_dev) == (mine.st_ino, mine.st_dev)

    def write(self, text: str) -> None:
        """Replace the file's text; only while held."""
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, text.encode())

    def release(self, *, remove: bool = False) -> None:
        """Let go; ``remove`` deletes the file as well. Harmless when not held."""
        if self._handle < 0:
            return
        if remove and sys.platform != "win32":
            self.path.unlink(missing_ok=True)
        os.close(self._handle)
        self._handle = -1
        if remove and sys.platform == "win32":
            with suppress(OSError):
                self.path.unlink(missing_ok=True)


def is_locked(path: Path) -> bool:
    """Tell whether somebody holds the lock at this moment. Writes nothing, not even the file."""
    probe = FileLock(path)
    while True:
        try:
            handle = os.open(path, os.O_RDONLY)  # so that it works in a folder that is read-only
        except OSError:  # there is none, or it is not ours to look at
            return False
        try:
            if not _try_lock(handle):
                return True
            if probe._still_there(handle):  # noqa: SLF001 - the same rule as for taking it
                return False
        finally:
            os.close(handle)


def sweep(folder: Path) -> int:
    """Return how many files of a folder are locked; files that nobody holds are deleted."""
    held = 0
    if not folder.is_dir():
        return 0
    for path in folder.glob("*.lock"):
        probe = FileLock(path)
        if probe.acquire():
            probe.release(remove=True)
        elif path.exists():
            held += 1
    return held


@contextmanager
def holding(path: Path) -> Iterator[FileLock]:
    """Hold a lock on a file of one's own for the length of a block; the file goes afterwards."""
    lock = FileLock(path)
    lock.acquire(patience=5.0)
    try:
        yield lock
    finally:
        lock.release(remove=True)
