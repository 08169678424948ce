"""One connection to ``library.db``: pragmas, transactions, the sequence. Knows no table but that.

Durability. WAL with ``synchronous=FULL``: what a call of ours has committed survives a killed
process and a loss of power (as far as the disk keeps what it says it has flushed). Writes that
would only be done again, such as progress and claims, are committed with ``durable=False``
(``synchronous=NORMAL``): they survive a killed process, and a loss of power takes the newest of
them without harm to what came before.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import apsw

from studio.store import errors
from studio.store.errors import sqlite_error

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    Values = Sequence[Any] | Mapping[str, Any]
    Row = tuple[Any, ...]

BUSY_SECONDS = 30
_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16000",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA wal_autocheckpoint = 4000",
    "PRAGMA synchronous = FULL",
)


class Database:
    """A connection, used by one thread.

    Attributes:
        folder: The library's folder, for messages.
        read_only: Every write raises LibraryReadOnly.
    """

    def __init__(self, name: str, folder: Path, *, read_only: bool = False) -> None:
        """Open ``name`` (a path, or a URI that starts with ``file:``).

        Raises:
            LibraryError: It cannot be opened, or is no database.
        """
        self.folder = folder
        self.read_only = read_only
        self._depth = 0
        self._seq = 0
        self._seq_stored = 0
        self._durable = True
        self._after_commit: list[Callable[[], None]] = []
        flags = apsw.SQLITE_OPEN_URI if name.startswith("file:") else 0
        flags |= (
            apsw.SQLITE_OPEN_READONLY
            if read_only
            else apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
        )
        try:
            self._connection = apsw.Connection(name, flags=flags)
        except apsw.Error as error:
            known = sqlite_error(error, folder)
            if known is None:
                raise
            raise known from error
        try:
            self._configure()
        except BaseException:
            self._connection.close()
            raise

    def _configure(self) -> None:
        connection = self._connection
        connection.set_busy_timeout(BUSY_SECONDS * 1000)
        connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
        connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
        connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)
        for pragma in _PRAGMAS:
            self.rows(pragma)

    @property
    def connection(self) -> apsw.Connection:
        """The apsw connection, for migrations and backups."""
        return self._connection

    def close(self) -> None:
        """Close; further use is an error."""
        self._connection.close()

    # reading ------------------------------------------------------------------------------------

    def rows(self, sql: str, values: Values = ()) -> list[Row]:
        """Run one statement and return all its rows.

        Raises:
            DiskFull, LibraryReadOnly, LibraryError: As ``errors.sqlite_error`` says.
        """
        try:
            return self._connection.execute(sql, values).fetchall()
        except apsw.Error as error:
            known = sqlite_error(error, self.folder)
            if known is None:
                raise
            raise known from error

    def row(self, sql: str, values: Values = ()) -> Row | None:
        """Run one statement and return its first row, or None."""
        rows = self.rows(sql, values)
        return rows[0] if rows else None

    def value(self, sql: str, values: Values = ()) -> Any:  # noqa: ANN401 - any column
        """Run one statement and return the first column of its first row, or None."""
        row = self.row(sql, values)
        return row[0] if row else None

    def column(self, sql: str, values: Values = ()) -> list[Any]:
        """Run one statement and return the first column of all its rows."""
        return [row[0] for row in self.rows(sql, values)]

    def many(self, sql: str, values: Iterable[Values]) -> None:
        """Run one statement once for each of ``values``."""
        try:
            self._connection.executemany(sql, values).fetchall()
        except apsw.Error as error:
            known = sqlite_error(error, self.folder)
            if known is None:
                raise
            raise known from error

    def _rollback(self, statement: str = "ROLLBACK") -> None:
        """Undo, unless SQLite has done so by itself, as it does when the disk is full."""
        if self._connection.in_transaction:
            self.rows(statement)

    # transactions -------------------------------------------------------------------------------

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """See one state of the library through several reads."""
        if self._connection.in_transaction:
            yield
            return
        self.rows("BEGIN")
        try:
            yield
        finally:
            self._rollback()

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[None]:
        """Do all of the block or nothing. Nests: an inner block that raises undoes only itself.

        Raises:
            LibraryReadOnly: The library was opened read-only.
            DiskFull: Nothing of the block was kept.
        """
        if self.read_only:
            raise errors.read_only(self.folder)
        if self._depth:
            with self._inner():
                yield
            return
        self._begin(durable=durable)
        self._depth = 1
        try:
            yield
            self._commit()
        except BaseException:
            self._after_commit.clear()
            self._rollback()
            raise
        finally:
            self._depth = 0
        waiting, self._after_commit = self._after_commit, []
        for action in waiting:
            action()

    @contextmanager
    def _inner(self) -> Iterator[None]:
        name = f"level{self._depth}"
        self.rows(f"SAVEPOINT {name}")
        self._depth += 1
        try:
            yield
        except BaseException:
            self._rollback(f"ROLLBACK TO {name}")
            self._rollback(f"RELEASE {name}")
            raise
        else:
            self.rows(f"RELEASE {name}")
        finally:
            self._depth -= 1

    def _begin(self, *, durable: bool) -> None:
        if durable != self._durable:
            self.rows(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._durable = durable
        self.rows("BEGIN IMMEDIATE")
        try:
            self._seq = self._seq_stored = int(self.value("SELECT value FROM sequence") or 0)
        except BaseException:
            self.rows("ROLLBACK")
            raise

    def _commit(self) -> None:
        if self._seq != self._seq_stored:
            self.rows("UPDATE sequence SET value = ?", (self._seq,))
        self.rows("COMMIT")

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do ``action`` once the outermost transaction is committed; never if it is undone."""
        self._after_commit.append(action)

    # the sequence -------------------------------------------------------------------------------

    def next_seq(self) -> int:
        """Return the next number of the sequence; only inside ``write``."""
        if not self._depth:
            raise RuntimeError("next_seq needs a write transaction")
        self._seq += 1
        return self._seq

    def tombstone(self, kind: str, row_id: str) -> None:
        """Record that a row was deleted."""
        self.rows("INSERT INTO removed VALUES (?, ?, ?)", (self.next_seq(), kind, row_id))

    def sequence(self) -> int:
        """Return the newest number of the sequence."""
        return self._seq if self._depth else int(self.value("SELECT value FROM sequence"))

    def data_version(self) -> int:
        """Return a number that changes when another connection has committed."""
        return int(self.value("PRAGMA data_version"))
