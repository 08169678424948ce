"""Waiting for jobs: what a call does when the engine goes away."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace

import pytest

from generators.api import InvalidParameter, Request
from generators.registry import Registry
from studio.cli import jobs, watch
from studio.cli.context import Cli
from studio.cli.params import given_params
from studio.core.errors import IllegalMove
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


def waiting(cli, monkeypatch, at_look=None, quiet=False):
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
    return watch.wait_for(cli, lambda: [cli.library.jobs.get(job.id)], quiet=quiet)[0]


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


@pytest.mark.parametrize("quiet", [False, True])
def test_a_paused_queue_is_said_also_where_stdout_is_for_json(cli, monkeypatch, capsys, quiet):
    cli.library.jobs.pause_queue("Lunch.")
    stop = {50: lambda library, job: library.jobs.cancel([job.id])}
    waiting(cli, monkeypatch, stop, quiet=quiet)
    told = capsys.readouterr()
    assert told.err.count("The queue is paused. Lunch. Go on: studio jobs resume --queue") == 1
    assert told.out == ""


def test_a_paused_job_is_said_with_what_lets_it_go_on(cli, monkeypatch, capsys):
    cli.works_at = 0
    monkeypatch.setattr(watch, "engine_running", lambda _root: True)
    steps = {
        5: lambda library, job: library.jobs.pause([job.id]),
        50: lambda library, job: library.jobs.cancel([job.id]),
    }
    job = waiting(cli, monkeypatch, steps, quiet=True)
    assert f"1 job(s) paused. Go on: studio jobs resume {job.id}" in capsys.readouterr().err
    assert watch.summary(cli, [replace(job, status=JobStatus.PAUSED)]).endswith(job.id)


def test_watching_everything_leaves_out_what_is_paused(cli, capsys):
    (job,) = cli.library.jobs.enqueue([NewJob(Request("fake", "text", {}))])
    cli.library.jobs.pause([job.id])
    assert jobs.watch(cli, Namespace(job=[])) == 0
    assert "Nothing is waiting or running." in capsys.readouterr().out


def test_a_retry_of_several_is_done_whole_or_not_at_all(cli):
    failed, waits = cli.library.jobs.enqueue([NewJob(Request("fake", "text", {}))] * 2)
    cli.library.jobs.cancel([failed.id])
    with pytest.raises(IllegalMove):
        jobs.retry(cli, Namespace(job=[failed.id, waits.id]))
    assert cli.library.jobs.retries(failed.id) == []


def test_an_option_that_the_chosen_generator_does_not_have_is_refused():
    registry = Registry.discover()
    options = Namespace(param_steps="3", param_temperature="0.2", param_seed=None)
    with pytest.raises(InvalidParameter, match="no parameter 'temperature'") as caught:
        given_params(options, registry.get("fake"))
    assert "--set KEY=VALUE" in caught.value.hint
    options.param_temperature = None
    assert given_params(options, registry.get("fake")) == {"steps": 3}
