"""Faults of the world are said in words; bugs pass as they are."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import apsw
import pytest
from helpers.stores import new_job

from studio.core.errors import DiskFull, LibraryBusy, LibraryError, LibraryReadOnly
from studio.store import Library, errors

if TYPE_CHECKING:
    from pathlib import Path

#: Bugs of ours, or misuse of SQLite; everything else must have words.
BUGS = {
    "AbortError", "BindingsError", "ConnectionClosedError", "ConnectionNotClosedError",
    "ConstraintError", "CursorClosedError", "EmptyError", "Error", "ExecutionCompleteError",
    "ExtensionLoadingError", "ForkingViolationError", "FormatError", "IncompleteExecutionError",
    "InternalError", "InterruptError", "InvalidContextError", "MismatchError", "MisuseError",
    "NoFTS5Error", "NoLFSError", "NoMemError", "NotFoundError", "RangeError", "SQLError",
    "SchemaChangeError", "ThreadingViolationError", "TooBigError", "VFSFileClosedError",
    "VFSNotImplementedError",
}  # fmt: skip
KINDS = [name for name in dir(apsw) if name.endswith("Error")]


@pytest.mark.parametrize("name", KINDS)
def test_every_error_of_apsw_is_either_mapped_or_a_bug(name: str, tmp_path: Path) -> None:
    known = errors.sqlite_error(getattr(apsw, name)(), tmp_path)
    if name in BUGS:
        assert known is None
    else:
        assert isinstance(known, LibraryError)
        assert str(tmp_path) in known.message
        assert known.hint


def test_some_kinds_have_classes_of_their_own(tmp_path: Path) -> None:
    assert isinstance(errors.sqlite_error(apsw.FullError(), tmp_path), DiskFull)
    assert isinstance(errors.sqlite_error(apsw.BusyError(), tmp_path), LibraryBusy)
    assert isinstance(errors.sqlite_error(apsw.ReadOnlyError(), tmp_path), LibraryReadOnly)
    nowhere = tmp_path / "gone"
    assert type(errors.sqlite_error(apsw.IOError(), nowhere)) is LibraryError


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, DiskFull), (errno.EROFS, LibraryReadOnly), (errno.EACCES, LibraryReadOnly)],
)
def test_files_that_cannot_be_written(tmp_path: Path, number: int, kind: type[Exception]) -> None:
    with pytest.raises(kind), errors.file_writes(tmp_path):
        raise OSError(number, "no")
    with pytest.raises(FileNotFoundError), errors.file_writes(tmp_path):
        raise FileNotFoundError(errno.ENOENT, "no")


def test_a_lock_that_is_held_too_long_is_said_in_words(library: Library, root: Path) -> None:
    with Library.open(root) as other, library.transaction():
        library.jobs.enqueue([new_job("a")])
        other._db.connection.set_busy_timeout(1)
        with pytest.raises(LibraryError, match="held by another program"):
            other.jobs.enqueue([new_job("b")])
        assert other.jobs.list() == []  # reading goes on meanwhile


def test_a_bug_is_not_dressed_up(library: Library) -> None:
    with pytest.raises(apsw.SQLError):
        library._db.rows("SELECT nothing FROM nowhere")
    with pytest.raises(RuntimeError, match="write transaction"):
        library._db.next_seq()
