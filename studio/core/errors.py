"""The errors that the app raises on purpose.

``UserFacingError`` (from ``generators.api``) is for the world and is shown with its hint; anything
else is a bug and goes whole to the log::

    UserFacingError
    ├── generators.api: InvalidParameter, CheckpointError, NoCandidate
    ├── LibraryError       the library cannot be opened or written
    │   ├── LibraryTooNew
    │   ├── LibraryReadOnly
    │   ├── LibraryBusy
    │   └── DiskFull
    ├── IllegalMove        a job is in a state that does not allow what was asked
    ├── NotFound           no job, asset, checkpoint or campaign of that name
    ├── RecipeError        a recipe that cannot be read
    ├── BriefError         a brief that cannot be used; names line and field
    └── AlreadyRunning     another process holds the lock
"""

from __future__ import annotations

from generators.api import CheckpointError, InvalidParameter, NoCandidate, UserFacingError

__all__ = [
    "AlreadyRunning",
    "BriefError",
    "CheckpointError",
    "DiskFull",
    "IllegalMove",
    "InvalidParameter",
    "LibraryBusy",
    "LibraryError",
    "LibraryReadOnly",
    "LibraryTooNew",
    "NoCandidate",
    "NotFound",
    "RecipeError",
    "UserFacingError",
]


class LibraryError(UserFacingError):
    """The library cannot be used."""


class LibraryTooNew(LibraryError):
    """This library was written by a newer version of Brandloom."""


class LibraryReadOnly(LibraryError):
    """The library's folder cannot be written to."""


class LibraryBusy(LibraryError):
    """Another program holds the library's lock for too long; later it may go."""


class DiskFull(LibraryError):
    """The disk that holds the library is full."""


class IllegalMove(UserFacingError):
    """The job is in a state that does not allow this."""


class NotFound(UserFacingError):
    """There is nothing of that name."""


class RecipeError(UserFacingError):
    """The recipe cannot be read."""


class BriefError(UserFacingError):
    """The brief cannot be used."""


class AlreadyRunning(UserFacingError):
    """Another process is doing this already."""
