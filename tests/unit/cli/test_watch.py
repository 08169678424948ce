"""Waiting for jobs: what a call does when the engine goes away."""

from __future__ import annotations

import pytest

from generators.api import Request
from studio.cli import watch
from studio.cli.context import Cli
from studio.core.job import JobStatus, NewJob
from studio.store.library import Library

MOST_LOOKS = 100  # a call that waits for ever ends here


class PlayedCli(Cli):
    """A call whose engine is played: ``starts`` counts how often it was asked for."""

    starts = 0
    works_at = 2  # the start that does the work; those before die at once

    def start_engine(self) -> None:
        self.starts += 1
        if self.starts == self.works_at:
            with Library.open(self.root) as other:
                job = other.jobs.claim("played")
                assert job is not None
                other.jobs.finish(job.token, assets=[], execution={}, run_seconds=0.1)


@pytest.fixture
def cli(tmp_path, monkeypatch):
    Library.open(tmp_path / "library").close()
    call = PlayedCli(tmp_path / "library")
    monkeypatch.setattr(watch, "ENGINE_SECONDS", 0.0)
    yield call
    call.close()


def waiting(cli, monkeypatch, at_look=None):
    """Wait for one new job; ``at_look`` maps the number of a look to what happens then."""
    job = cli.library.jobs.enqueue([NewJob(Request("fake", "text", {}))])[0]
    looks = 0

    def look(_seconds):
        nonlocal looks
        looks += 1
        assert looks < MOST_LOOKS, "it waits for ever"
        if at_look and looks in at_look:
            with Library.open(cli.root) as other:  # a call sees only what others change
                at_look[looks](other, job)

    monkeypatch.setattr(watch.time, "sleep", look)
    return watch.wait_for(cli, lambda: [cli.library.jobs.get(job.id)])[0]


def test_an_engine_that_went_away_is_started_again(cli, monkeypatch, capsys):
    assert waiting(cli, monkeypatch).status is JobStatus.SUCCEEDED
    assert cli.starts == 2
    assert "The engine was gone; it is started again." in capsys.readouterr().err


def test_an_engine_that_is_there_is_left_alone(cli, monkeypatch):
    monkeypatch.setattr(watch, "engine_running", lambda _root: True)
    stop = {50: lambda library, job: library.jobs.cancel([job.id])}
    assert waiting(cli, monkeypatch, stop).status is JobStatus.CANCELLED
    assert cli.starts == 1


def test_a_paused_queue_needs_no_engine(cli, monkeypatch):
    cli.library.jobs.pause_queue()
    stop = {50: lambda library, job: library.jobs.cancel([job.id])}
    assert waiting(cli, monkeypatch, stop).status is JobStatus.CANCELLED
    assert cli.starts == 1
