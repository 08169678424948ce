"""Bringing a database to this version: numbered SQL files, a backup first, newer ones refused.

``PRAGMA user_version`` is the number of the last migration that ran. Each file runs in one
transaction, so a process that dies in the middle leaves the version before.
"""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import apsw

from studio.core.errors import LibraryError, LibraryTooNew
from studio.store.errors import file_writes, read_only, sqlite_error

if TYPE_CHECKING:
    from studio.store.database import Database

MIGRATIONS = Path(__file__).with_name("migrations")
SCHEMA = Path(__file__).with_name("schema.sql")
APPLICATION_ID = 0x42724C6D  # "BrLm", so that another program's database is not taken for ours
_BUSY_TRIES = 100
_BUSY_PAUSE = 0.05


def migrations(folder: Path = MIGRATIONS) -> list[tuple[int, Path]]:
    """Return the migrations in order.

    Raises:
        ValueError: The numbers are not 1, 2, 3, … (a bug in the package).
    """
    found = sorted((int(path.name.split("_")[0]), path) for path in folder.glob("*.sql"))
    if [number for number, _ in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"migrations are not numbered 1, 2, 3, …: {found}")
    return found


def newest_version(folder: Path = MIGRATIONS) -> int:
    """Return the version that this program writes."""
    return len(migrations(folder))


def version_of(database: Database) -> int:
    """Return the version of an open database; 0 is an empty one.

    Raises:
        LibraryError: It belongs to another program.
        LibraryTooNew: A newer Brandloom wrote it.
    """
    version = int(database.value("PRAGMA user_version"))
    owner = int(database.value("PRAGMA application_id"))
    empty = not database.value("SELECT count(*) FROM sqlite_schema")
    if owner != APPLICATION_ID and not empty:
        raise LibraryError(
            f"The file library.db in {database.folder} is not a Brandloom library.",
            "Choose another folder.",
        )
    return version


def refuse_newer(version: int, newest: int) -> None:
    """Refuse a database that is newer than this program.

    Raises:
        LibraryTooNew: It is.
    """
    if version > newest:
        raise LibraryTooNew(
            f"This library was written by a newer Brandloom (its format is {version}, this one "
            f"reads up to {newest}).",
            "Update Brandloom, then open it again. Nothing was changed.",
        )


def refuse_older(version: int, folder: Path) -> None:
    """Refuse a database that would have to be brought up to date where nothing can be written.

    Raises:
        LibraryReadOnly: It would.
    """
    if version < newest_version():
        raise read_only(folder)


def migrate(database: Database, backups: Path, folder: Path = MIGRATIONS) -> int:
    """Bring the database to the newest version and return how many migrations ran.

    Raises:
        LibraryTooNew, LibraryError: See ``version_of``.
        DiskFull, LibraryReadOnly: Nothing was changed.
    """
    steps = migrations(folder)
    version = version_of(database)
    refuse_newer(version, len(steps))
    if version == len(steps):
        return 0
    if version:
        backup(database, backups, version)
    else:
        _use_wal(database)
    ran = 0
    database.rows("PRAGMA foreign_keys = OFF")  # a migration may rebuild a table
    try:
        for number, path in steps[version:]:
            ran += _step(database, number, path.read_text(encoding="utf-8"))
    finally:
        database.rows("PRAGMA foreign_keys = ON")
    return ran


def _step(database: Database, number: int, sql: str) -> int:
    database.rows("BEGIN IMMEDIATE")
    try:
        if version_of(database) >= number:  # another process was faster
            database.rows("ROLLBACK")
            return 0
        database.rows(sql)
        _refuse_broken(database, number)
        database.rows(f"PRAGMA application_id = {APPLICATION_ID}")
        database.rows(f"PRAGMA user_version = {number}")
        database.rows("COMMIT")
    except BaseException:
        if database.connection.in_transaction:
            database.rows("ROLLBACK")
        raise
    return 1


def _refuse_broken(database: Database, number: int) -> None:
    broken = sorted({str(row[0]) for row in database.rows("PRAGMA foreign_key_check")})
    if broken:
        raise LibraryError(
            f"The library cannot be brought to format {number}: rows without their partner in "
            f"{', '.join(broken)}.",
            "It was left as it was, with a copy in “backups”. Please report this.",
        )


def _use_wal(database: Database) -> None:
    """Switch to WAL; SQLite does not wait by itself when another process is just doing the same."""
    for attempt in range(_BUSY_TRIES):
        try:
            database.connection.execute("PRAGMA journal_mode = WAL").fetchall()
        except apsw.BusyError:
            if attempt == _BUSY_TRIES - 1:
                raise
            time.sleep(_BUSY_PAUSE)
        except apsw.Error as error:
            known = sqlite_error(error, database.folder)
            if known is None:
                raise
            raise known from error
        else:
            return


def backup(database: Database, folder: Path, version: int) -> Path:
    """Copy the database to ``folder``, flushed to disk, and return the copy.

    Raises:
        DiskFull, LibraryReadOnly: No half copy is left.
    """
    with file_writes(database.folder):
        folder.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        target = folder / f"library-format{version}-{stamp}-{os.getpid()}.db"
        part = target.with_suffix(".part")
        try:
            with (
                closing(apsw.Connection(str(part))) as copy,
                copy.backup("main", database.connection, "main") as work,
            ):
                work.step(-1)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(target)
        except apsw.Error as error:
            known = sqlite_error(error, database.folder)
            if known is None:
                raise
            raise known from error
        finally:
            part.unlink(missing_ok=True)
    return target


def schema_of(database: Database) -> str:
    """Return the schema as one text, in the order in which it was made."""
    statements = database.column(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        " AND name NOT LIKE 'asset_search_%' ORDER BY rowid"
    )
    return "\n\n".join(f"{str(sql).strip()};" for sql in statements) + "\n"
