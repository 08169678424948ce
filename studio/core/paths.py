"""Where things lie: the library's folders, the app's own folders, shipped resources."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

APP = "Brandloom"
IMPORT_PREFIX = "import-"  # of what a client, not the engine, puts into staging
REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """The folders of one library."""

    root: Path

    @property
    def database(self) -> Path:
        """``library.db``, with its WAL beside it."""
        return self.root / "library.db"

    @property
    def assets(self) -> Path:
        """Files of assets, stored by SHA-256: ``assets/ab/abcdef….png``."""
        return self.root / "assets"

    @property
    def thumbnails(self) -> Path:
        """Pictures that can be made again at any time."""
        return self.root / "thumbnails"

    @property
    def trash(self) -> Path:
        """Files of trashed assets."""
        return self.root / "trash"

    @property
    def logs(self) -> Path:
        """``engine.log`` and one log per job."""
        return self.root / "logs"

    @property
    def staging(self) -> Path:
        """One folder per running attempt; emptied by recovery."""
        return self.root / "staging"

    @property
    def backups(self) -> Path:
        """Copies of the database made before a migration."""
        return self.root / "backups"

    @property
    def models(self) -> Path:
        """Weights that Brandloom itself fetched or made; others are used in place."""
        return self.root / "models"

    @property
    def fonts(self) -> Path:
        """Font files of brands, by SHA-256: campaigns go on with them when the brief moves."""
        return self.root / "fonts"

    @property
    def clients(self) -> Path:
        """One OS-locked file per client that is open."""
        return self.root / "clients"

    @property
    def engine_lock(self) -> Path:
        """Locked by the engine of this library."""
        return self.root / "engine.lock"

    @property
    def reserve(self) -> Path:
        """A file that is deleted when the disk is full, so that "paused" can be written."""
        return self.root / "reserve.bin"


def default_library() -> Path:
    """Return the library to use when none is named: ``BRANDLOOM_LIBRARY``, else in Documents."""
    named = os.environ.get("BRANDLOOM_LIBRARY")
    if named:
        return Path(named).expanduser().resolve()
    return Path(platformdirs.user_data_dir(APP, appauthor=False)) / "library"


def config_folder() -> Path:
    """Return the folder of this person's settings: ``BRANDLOOM_CONFIG``, else the platform's."""
    named = os.environ.get("BRANDLOOM_CONFIG")
    return Path(named) if named else Path(platformdirs.user_config_dir(APP, appauthor=False))


def resources() -> Path:
    """Return the folder of shipped read-only data."""
    return REPOSITORY / "assets"
