"""What goes wrong beneath the store, said in the app's own words: the one place that maps it.

``sqlite_error`` and ``os_error`` know the faults of the world (a full disk, a read-only folder, a
damaged file, a lock that is held too long). They return None for anything else: that is a bug, and
the caller lets it pass as it is.
"""

from __future__ import annotations

import errno
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

import apsw

from studio.core.errors import DiskFull, LibraryBusy, LibraryError, LibraryReadOnly, UserFacingError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
_NO_WRITE = {errno.EROFS, errno.EACCES, errno.EPERM}
_FAULTS = (
    (
        LibraryError,
        (apsw.CorruptError, apsw.NotADBError),
        "The library's database is damaged ({folder}).",
        "Close Brandloom and put back the newest copy from the library's folder “backups”.",
    ),
    (
        LibraryBusy,
        (apsw.BusyError, apsw.LockedError, apsw.ProtocolError),
        "The library is held by another program for too long ({folder}).",
        "Close backup or sync programs that work on its folder, then try again.",
    ),
    (
        LibraryError,
        (apsw.CantOpenError, apsw.AuthError),
        "The library's database cannot be opened ({folder}).",
        "Look whether the folder is there and whether you may read it.",
    ),
    (
        LibraryError,
        (apsw.IOError,),
        "The disk that holds the library reports an error ({folder}).",
        "Look whether the drive is still connected and healthy.",
    ),
)
_SMALLEST_USEFUL = 256 * 1024  # bytes; below this SQLite cannot even make its shared-memory file


class StaleAttempt(Exception):
    """The token names an attempt that is over; nothing was committed."""


def disk_full(folder: Path) -> DiskFull:
    """Return the error for a full disk."""
    return DiskFull(
        f"The disk that holds the library is full ({folder}).",
        "Free some space; the queue goes on by itself.",
    )


def read_only(folder: Path) -> LibraryReadOnly:
    """Return the error for a folder that cannot be written to."""
    return LibraryReadOnly(
        f"The library's folder cannot be written to ({folder}).",
        "It can be looked at. To change it, copy it to a folder of your own or get write access.",
    )


def sqlite_error(error: apsw.Error, folder: Path) -> UserFacingError | None:
    """Return what to tell a person, or None when the error is a bug of ours."""
    if isinstance(error, apsw.FullError) or (isinstance(error, apsw.IOError) and _is_full(folder)):
        return disk_full(folder)
    if isinstance(error, apsw.ReadOnlyError | apsw.PermissionsError):
        return read_only(folder)
    for own, kinds, message, hint in _FAULTS:
        if isinstance(error, kinds):
            return own(message.format(folder=folder), hint)
    return None


def os_error(error: OSError, folder: Path) -> UserFacingError | None:
    """Return what to tell a person about a failed write to a file, or None for a bug."""
    if error.errno in _NO_SPACE:
        return disk_full(folder)
    if error.errno in _NO_WRITE:
        return read_only(folder)
    return None


@contextmanager
def file_writes(folder: Path) -> Iterator[None]:
    """Say in words why files below ``folder`` cannot be written.

    Raises:
        DiskFull, LibraryReadOnly: As they say.
    """
    try:
        yield
    except OSError as error:
        known = os_error(error, folder)
        if known is None:
            raise
        raise known from error


def _is_full(folder: Path) -> bool:
    try:
        return shutil.disk_usage(folder).free < _SMALLEST_USEFUL
    except OSError:
        return False
