"""Opening libraries: new, read-only, damaged, those of others; full disks; clocks."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import apsw
import pytest
from helpers.stores import add_asset, new_job, start, succeed

from studio.core.asset import AssetQuery
from studio.core.errors import DiskFull, LibraryError, LibraryReadOnly, LibraryTooNew
from studio.core.job import JobStatus
from studio.store import Library, file_system

if TYPE_CHECKING:
    from collections.abc import Iterator

NOBODY = 65534


def test_a_new_library_has_its_folders_and_a_lasting_id(root: Path) -> None:
    with Library.open(root) as library:
        first = library.id
        assert not library.read_only
        assert sorted(path.name for path in root.iterdir() if path.is_dir()) == [
            "assets", "backups", "clients", "logs", "models", "staging", "thumbnails", "trash",
        ]  # fmt: skip
    with Library.open(root, create=False) as library:
        assert library.id == first
        library.close()  # twice is fine


def test_the_connection_is_set_up_as_promised(library: Library) -> None:
    pragma = {
        name: library._db.value(f"PRAGMA {name}")
        for name in ("journal_mode", "synchronous", "foreign_keys", "mmap_size", "busy_timeout")
    }
    assert pragma == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "mmap_size": 0,
        "busy_timeout": 30_000,
    }
    library.jobs.enqueue([new_job("a")])
    start(library, "a")
    assert library._db.value("PRAGMA synchronous") == 1  # a claim may be lost with the power
    library.jobs.cancel(["a"])
    assert library._db.value("PRAGMA synchronous") == 2
    assert tuple(map(int, apsw.sqlite_lib_version().split("."))) >= (3, 51, 3)


def test_no_library_and_none_wanted(root: Path) -> None:
    with pytest.raises(LibraryError, match="no library"):
        Library.open(root, create=False)
    with pytest.raises(LibraryError, match="no library"):
        Library.open(root, read_only=True)
    assert not root.exists()


def test_a_newer_library_is_refused_in_a_sentence(root: Path) -> None:
    Library.open(root).close()
    with apsw.Connection(str(root / "library.db")) as database:
        database.execute("PRAGMA user_version = 999")
    database.close()
    for read_only in (False, True):
        with pytest.raises(LibraryTooNew) as caught:
            Library.open(root, read_only=read_only)
        assert "newer Brandloom" in caught.value.message
        assert "999" in caught.value.message


def test_the_file_of_another_program_is_refused(root: Path) -> None:
    root.mkdir()
    database = apsw.Connection(str(root / "library.db"))
    database.execute("CREATE TABLE photos (id)")
    database.close()
    with pytest.raises(LibraryError, match="not a Brandloom library"):
        Library.open(root)


@pytest.mark.parametrize("damage", ["text", "middle"])
def test_a_damaged_database_says_so_and_points_at_the_backups(root: Path, damage: str) -> None:
    with Library.open(root) as library:
        library.jobs.enqueue([new_job(f"job{n}") for n in range(300)])
    file = root / "library.db"
    content = bytearray(file.read_bytes())
    if damage == "text":
        content = bytearray(b"this is no database at all, but it is long enough " * 100)
    else:
        content[4096 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4096)
    file.write_bytes(content)
    with pytest.raises(LibraryError) as caught, Library.open(root) as library:
        library.jobs.list()
    assert "damaged" in caught.value.message
    assert "backups" in caught.value.hint


@contextmanager
def no_writing(folder: Path) -> Iterator[None]:
    """Take the right to write from this very process, root or not."""
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """Return a folder that another user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="brandloom test "))
    folder.chmod(0o755)
    yield folder / "library"
    shutil.rmtree(folder)


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
@pytest.mark.parametrize("left_open", [False, True])
def test_a_read_only_folder_opens_read_only(open_to_all: Path, left_open: bool) -> None:
    """With the log of a process that still writes beside it, and without."""
    writer = Library.open(open_to_all)
    writer.jobs.enqueue([new_job("a")])
    asset = add_asset(writer)
    if left_open:  # as after a copy of the folder: a log with content, no shared memory
        shutil.copytree(open_to_all, open_to_all.with_name("copy"))
        (open_to_all.with_name("copy") / "library.db-shm").unlink()
    writer.close()
    folder = open_to_all.with_name("copy") if left_open else open_to_all
    before = sorted(path.name for path in folder.iterdir())
    with no_writing(folder), Library.open(folder) as library:
        assert library.read_only
        assert [job.id for job in library.jobs.list()] == ["a"]
        assert library.assets.count(AssetQuery(search="")) == 1
        assert library.assets.file(library.assets.get(asset.id)).exists()
        assert library.assets.check().clean
        for write in (
            lambda: library.jobs.enqueue([new_job("b")]),
            library.jobs.pause_queue,
            lambda: library.assets.trash([asset.id]),
            lambda: library.assets.copy_file(library.assets.file(asset)),
        ):
            with pytest.raises(LibraryReadOnly):
                write()
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_no_library_can_be_made_in_a_read_only_folder(open_to_all: Path) -> None:
    open_to_all.mkdir()
    with no_writing(open_to_all), pytest.raises(LibraryReadOnly):
        Library.open(open_to_all / "new")


def test_a_library_can_be_opened_read_only_on_purpose(library: Library, root: Path) -> None:
    library.jobs.enqueue([new_job("a")])
    with Library.open(root, read_only=True) as reader:
        assert reader.jobs.get("a").status is JobStatus.QUEUED
        with pytest.raises(LibraryReadOnly):
            reader.jobs.cancel(["a"])
        version = reader.data_version()
        succeed(library, "a")
        assert reader.data_version() != version
        assert reader.jobs.get("a").status is JobStatus.SUCCEEDED


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_network_drives_are_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    share = tmp_path / "my share"
    mounts = tmp_path / "mounts"
    escaped = str(share).replace(" ", "\\040")
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nhost:/x {escaped} {kind} rw 0 0\n")
    monkeypatch.setattr(file_system, "_MOUNTS", mounts)
    with pytest.raises(LibraryError, match=f"network drive \\({kind}\\)"):
        Library.open(share / "library")
    Library.open(tmp_path / "here").close()


def test_the_nearest_mount_decides() -> None:
    mounts = "a / nfs4 rw\nb /home ext4 rw\nc /home/me/net fuse.rclone rw\nd /home btrfs rw\nshort"
    kinds = {
        path: file_system.type_in(mounts, Path(path))
        for path in ("/srv", "/home/me", "/home/me/net/a", "/home/me/network")
    }
    assert kinds == {
        "/srv": "nfs4",
        "/home/me": "btrfs",
        "/home/me/net/a": "fuse.rclone",
        "/home/me/network": "btrfs",
    }


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a real file system of 2 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(folder)]
    made = shutil.which("mount") and subprocess.run(command, capture_output=True, check=False)
    if not made or made.returncode:
        pytest.skip("only root can make a small file system")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as filling, suppress(OSError):
        while filling.write(b"x" * 4096) == 4096:
            pass


def test_a_full_disk_loses_nothing_and_goes_on_when_there_is_room(
    small_disk: Path, tmp_path: Path
) -> None:
    with Library.open(small_disk / "library") as library:
        library.jobs.enqueue([new_job("a")])
        asset = add_asset(library)
        filler = small_disk / "filler"
        _fill(filler)
        big = tmp_path / "big.png"
        big.write_bytes(b"y" * 100_000)
        with pytest.raises(DiskFull):
            library.jobs.enqueue([new_job(f"job{n}", title="x" * 5000) for n in range(100)])
        with pytest.raises(DiskFull):
            library.assets.copy_file(big)
        assert [job.id for job in library.jobs.list()] == ["a"]
        filler.unlink()
        assert succeed(library, "a").status is JobStatus.SUCCEEDED
        library.assets.copy_file(big)
        assert library.assets.check().extra != ()  # copied, but no asset names it yet
        assert library.assets.get(asset.id) == asset
        assert list(library.paths.staging.iterdir()) == []


def test_a_database_that_may_not_grow_reports_a_full_disk(library: Library) -> None:
    library.jobs.enqueue([new_job("a")])
    library._db.rows("PRAGMA max_page_count = 1")  # SQLite raises it to what is in use
    with pytest.raises(DiskFull) as caught:
        library.jobs.enqueue([new_job(f"job{n}") for n in range(1000)])
    assert "full" in caught.value.message
    assert [job.id for job in library.jobs.list()] == ["a"]
    library._db.rows("PRAGMA max_page_count = 1000000")
    library.jobs.enqueue([new_job("b")])


def test_a_clock_that_is_set_back_changes_no_order(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = time.time
    for days, name in ((0, "a"), (-400, "b"), (-20_000_000, "c"), (-1, "d")):
        monkeypatch.setattr(time, "time", lambda days=days: real() + days * 86_400.0)
        library.jobs.enqueue([new_job(name)])
        add_asset(library, name.encode(), title=name)
    assert "".join(job.id for job in library.jobs.claimable()) == "abcd"
    for name in "cadb":
        succeed(library, name)
    assert "".join(job.id for job in library.jobs.list()) == "bdac"
    titles = [asset.title for asset in library.assets.page(AssetQuery(), limit=9)]
    assert titles == ["d", "c", "b", "a"]


def _enqueue_and_raise(library: Library, name: str) -> None:
    with library.transaction():
        library.jobs.enqueue([new_job(name)])
        raise ValueError("no")


def test_transactions_nest_and_inner_ones_fail_alone(library: Library) -> None:
    with library.transaction():
        library.jobs.enqueue([new_job("a")])
        with pytest.raises(ValueError, match="no"):
            _enqueue_and_raise(library, "b")
        library.jobs.enqueue([new_job("c")])
    assert "".join(job.id for job in library.jobs.claimable()) == "ac"
    before = library.sequence()
    with pytest.raises(ValueError, match="no"):
        _enqueue_and_raise(library, "d")
    assert library.sequence() == before
    assert "".join(job.id for job in library.jobs.claimable()) == "ac"
