"""A library: one folder with a database and the files that it names.

Open one per thread. Opening makes the folders, brings an older database to this version (with a
copy in ``backups/`` first) and refuses what cannot work: a newer database, a network drive.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from studio.core.errors import DiskFull, LibraryError
from studio.core.ids import new_id
from studio.core.paths import LibraryPaths
from studio.store import changes, migrate
from studio.store.asset_store import AssetStore
from studio.store.campaign_store import CampaignStore
from studio.store.database import Database
from studio.store.errors import file_writes
from studio.store.file_system import refuse_network
from studio.store.job_queue import JobQueue
from studio.store.model_store import ModelStore
from studio.store.records import Changes, now
from studio.store.state_store import StateStore

if TYPE_CHECKING:
    from types import TracebackType


class Library(AbstractContextManager["Library"]):
    """An open library.

    Attributes:
        root, paths: Its folder, and what lies where in it.
        id: Made with the library, kept for ever.
        read_only: Its folder cannot be written to; every write raises LibraryReadOnly.
        jobs, assets, models, campaigns, state: What it keeps.
    """

    def __init__(self, root: Path, db: Database, copy: Path | None = None) -> None:
        """Wrap an open database; use ``Library.open``."""
        self._db = db
        self._copy = copy
        self.root = root
        self.paths = LibraryPaths(root)
        self.id = str(db.value("SELECT id FROM library"))
        self.read_only = db.read_only
        self.state = StateStore(db)
        self.assets = AssetStore(db, self.paths)
        self.models = ModelStore(db)
        self.campaigns = CampaignStore(db)
        self.jobs = JobQueue(db, self.assets, self.campaigns, self.state)

    @classmethod
    def open(cls, root: Path, *, create: bool = True, read_only: bool = False) -> Library:
        """Open the library in a folder.

        A folder that cannot be written to is opened read-only by itself. On a full disk the reserve
        is given up, so that work can be looked at, exported and thrown away to make room.

        Args:
            root: The library's folder; made when it is not there.
            create: Make a library where there is none.
            read_only: Change nothing, whatever is asked.

        Raises:
            LibraryTooNew: A newer Brandloom wrote it.
            LibraryReadOnly: It would have to be made or brought up to date, and cannot be.
            DiskFull: There is no room for it.
            LibraryError: There is none and ``create`` is off, it lies on a network drive, it is
                damaged, or the file is something else's.
        """
        root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow links
        refuse_network(root)
        paths = LibraryPaths(root)
        if not paths.database.exists():
            if not create or read_only:
                raise LibraryError(
                    f"There is no library in {root}.", "Choose another folder or make a new one."
                )
            _make_folders(paths)
        if read_only or not _writable(paths):
            return _open_read_only(root, paths)
        try:
            return cls._open_writable(root, paths)
        except DiskFull:
            if not paths.reserve.exists():
                raise
        paths.reserve.unlink(missing_ok=True)  # it is kept for just this; the engine renews it
        return cls._open_writable(root, paths)

    @classmethod
    def _open_writable(cls, root: Path, paths: LibraryPaths) -> Library:
        db = Database(str(paths.database), root)
        try:
            migrate.migrate(db, paths.backups)
            _make_folders(paths)
            if db.value("SELECT id FROM library") is None:
                _name(db)
            return cls(root, db)
        except BaseException:
            db.close()
            raise

    def close(self) -> None:
        """Close the library; may be called twice."""
        self._db.close()
        if self._copy is not None:
            shutil.rmtree(self._copy, ignore_errors=True)
            self._copy = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the library."""
        self.close()

    def __enter__(self) -> Self:
        """Return the library."""
        return self

    def transaction(self) -> AbstractContextManager[None]:
        """Group several calls: all of them are committed, or none. Nests.

        Don't wait for anything inside: other processes cannot write meanwhile.
        """
        return self._db.write()

    def data_version(self) -> int:
        """Return a number that changes when another connection has written.

        Poll it, then ask for ``changes_since``. Writes through this very object don't count.
        """
        return self._db.data_version()

    def sequence(self) -> int:
        """Return the newest sequence number: where a client that has just read all starts."""
        return self._db.sequence()

    def changes_since(self, seq: int, limit: int = 1000) -> Changes:
        """Return what changed after a sequence number, at most ``limit`` rows."""
        return changes.changes_since(self._db, seq, limit)


def _writable(paths: LibraryPaths) -> bool:
    files = [paths.root, paths.database] if paths.database.exists() else [paths.root]
    effective = os.access in os.supports_effective_ids
    return all(os.access(path, os.W_OK, effective_ids=effective) for path in files)


def _make_folders(paths: LibraryPaths) -> None:
    with file_writes(paths.root):
        for folder in (
            paths.assets,
            paths.thumbnails,
            paths.trash,
            paths.logs,
            paths.staging,
            paths.backups,
            paths.models,
            paths.clients,
        ):
            folder.mkdir(parents=True, exist_ok=True)


def _name(db: Database) -> None:
    with db.write():
        db.rows("INSERT OR IGNORE INTO library VALUES (1, ?, ?)", (new_id(), now()))


def _open_read_only(root: Path, paths: LibraryPaths) -> Library:
    db, copy = _read_only_database(root, paths)
    try:
        version = migrate.version_of(db)
        migrate.refuse_newer(version, migrate.newest_version())
        migrate.refuse_older(version, root)
        return Library(root, db, copy)
    except BaseException:
        db.close()
        if copy is not None:
            shutil.rmtree(copy, ignore_errors=True)
        raise


def _read_only_database(root: Path, paths: LibraryPaths) -> tuple[Database, Path | None]:
    """Open the database without writing to its folder; return the folder of a copy, if one is used.

    SQLite reads a WAL database only with a shared-memory file beside it. Where that is not there
    and cannot be made, a copy of database and log is read.
    """
    try:
        db = Database(str(paths.database), root, read_only=True)
        db.value("SELECT count(*) FROM sqlite_schema")
    except LibraryError:
        if _writable(paths):
            raise
    else:
        return db, None
    copy = Path(tempfile.mkdtemp(prefix="brandloom-read-only-"))
    try:
        with file_writes(copy):
            for name in (paths.database.name, f"{paths.database.name}-wal"):
                if (root / name).exists():
                    shutil.copyfile(root / name, copy / name)
        db = Database(str(copy / paths.database.name), root, read_only=True)
        db.value("SELECT count(*) FROM sqlite_schema")
    except BaseException:
        shutil.rmtree(copy, ignore_errors=True)
        raise
    return db, copy
