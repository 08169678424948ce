"""A library that cannot be written to, and a disk without room; see ``test_faults.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helpers.command_line import Studio
from helpers.faulty_disks import fill, read_only_mount, small_disk
from helpers.waiting import wait_until

from studio.core.job import JobStatus
from studio.services.engine_control import engine_running
from studio.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

CARD = ("--generator", "fake")


def test_a_read_only_library_can_be_looked_at_and_nothing_else(tmp_path: Path) -> None:
    studio = Studio(tmp_path / "library")
    (made,) = studio.json("generate", "text", "looked at", *CARD)
    studio("engine", "stop")
    words = tmp_path / "words.txt"
    words.write_text("words")
    before = sorted(path for path in studio.library.rglob("*"))
    with read_only_mount(studio.library):
        assert "looked at" in studio("jobs", "list")
        assert len(studio.json("library", "search", "looked")) == 1
        assert "All well." in studio("library", "check")
        assert "not running" in studio("engine", "status")
        assert "not running" in studio("engine", "stop")
        assert "Nothing is waiting" in studio("jobs", "watch")
        studio("library", "export", str(tmp_path / "out"), made["id"])
        assert len(list((tmp_path / "out").iterdir())) == 1
        doctor = Studio(studio.library).start("doctor")
        said, _ = doctor.communicate(timeout=120)
        assert "read-only" in said
        for command in (
            ("generate", "text", "x", *CARD),
            ("library", "import", str(words)),
            ("library", "trash", made["id"]),
            ("jobs", "pause", "--queue"),
            ("jobs", "retry", made["job_id"]),
            ("models", "add", str(tmp_path)),
        ):
            said = studio(*command, code=3)
            if command[0] != "models":
                assert "cannot be written to" in said
                assert "get write access" in said
        assert "cannot be written to" in studio("engine", "run", code=2)
    assert sorted(path for path in studio.library.rglob("*")) == before


def test_on_a_full_disk_work_can_be_seen_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "40m") as disk:
        studio = Studio(disk / "library")
        (made,) = studio.json("generate", "text", "one", *CARD)
        studio("engine", "stop")
        filler = disk / "filler"
        fill(filler)
        # the first who comes gives up the reserve: else not even the database could be opened
        assert len(studio.json("library", "search", "one")) == 1
        assert not (studio.library / "reserve.bin").exists()
        studio("library", "export", str(tmp_path / "out"), made["id"])
        big = tmp_path / "big.txt"
        big.write_text("x" * 12_000_000)
        said = studio("library", "import", str(big), code=3)
        assert "full" in said
        waiting = studio.start("generate", "text", "two", *CARD)
        assert waiting.stderr is not None
        line = waiting.stderr.readline()
        assert "Paused: the disk is full. The queue goes on by itself when" in line
        with Library.open(studio.library) as library:
            (job,) = library.jobs.list(statuses=[JobStatus.QUEUED])
            assert job.title == "two"
        filler.unlink()
        out, err = waiting.communicate(timeout=120)
        assert waiting.returncode == 0, err
        assert "two" in out
        wait_until((studio.library / "reserve.bin").exists)
        assert "All well." in studio("library", "check")
        studio("engine", "stop")
        assert not engine_running(studio.library)


@pytest.mark.parametrize("command", [("jobs", "list"), ("generate", "text", "x", *CARD)])
def test_no_library_can_be_made_without_room(tmp_path: Path, command: tuple[str, ...]) -> None:
    with small_disk(tmp_path / "disk", "1m") as disk:
        fill(disk / "filler")
        said = Studio(disk / "library")(*command, code=3)
        assert "full" in said
