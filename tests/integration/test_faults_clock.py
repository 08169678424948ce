"""The clock set back, in every process and in the middle of a job; see ``test_faults.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.command_line import Studio
from helpers.engines import card, ended, running_engine, stepping, training

from studio.core.asset import AssetQuery
from studio.core.job import JobStatus
from studio.store.library import Library

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

#: Python runs this before anything else in each process that finds it on its path.
CLOCK = """
import pathlib, time
_real, _file = time.time, pathlib.Path(__file__).with_name("offset")
time.time = lambda: _real() + float(_file.read_text())
"""
DAY = 86_400.0


def test_a_clock_that_jumps_back_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = tmp_path / "clock"
    clock.mkdir()
    (clock / "sitecustomize.py").write_text(CLOCK)

    def set_clock(days: float) -> None:
        (clock / "draft").write_text(str(days * DAY))
        (clock / "draft").replace(clock / "offset")

    set_clock(0)
    monkeypatch.setenv("PYTHONPATH", str(clock))
    studio = Studio(tmp_path / "library", {"PYTHONPATH": str(clock)})
    (old,) = studio.json("generate", "text", "before", "--generator", "fake")
    studio("engine", "stop")
    with Library.open(studio.library) as library, running_engine(studio.library):
        (running,) = library.jobs.enqueue([card("during", steps=60, step_seconds=0.05)])
        stepping(library, running.id)
        set_clock(-400)  # while it runs
        assert ended(library, running.id).status is JobStatus.SUCCEEDED
        (trained,) = library.jobs.enqueue([training(30, 0.02)])
        stepping(library, trained.id)
        set_clock(-20_000)  # before 1970: no program likes that
        assert ended(library, trained.id).status is JobStatus.SUCCEEDED
        (new,) = studio.json("generate", "text", "after", "--generator", "fake")
        for job in library.jobs.list():
            assert (job.attempt, job.worker_deaths) == (1, 0)
        newest = library.assets.page(AssetQuery(), limit=9)
        titles = [item.prompt for item in newest if item.prompt]
        assert (titles[0], titles[-1]) == ("after", "before")  # as they were made
        assert [library.assets.get(item["id"]).prompt for item in (old, new)] == ["before", "after"]
        assert "done" not in studio("jobs", "list", "--status", "running")
        left = studio("jobs", "list")
        assert "after" in left
        assert library.assets.check().clean
    set_clock(0)
    assert "All well." in studio("library", "check")
