"""How jobs are started when the moment is a bad one: none is lost."""

from __future__ import annotations

import errno
import time
from typing import TYPE_CHECKING

import pytest
from helpers.engines import card
from helpers.played_workers import Stage

from studio.core.errors import DiskFull
from studio.core.job import JobKind, JobStatus, Lane, NewJob, StepRequest

if TYPE_CHECKING:
    from helpers.played_workers import PlayedWorker

    from studio.core.job import Job


def test_a_job_is_not_lost_when_the_queue_is_paused_as_it_is_claimed(stage: Stage) -> None:
    (job,) = stage.add(card())
    stage.engine._dispatcher._refresh()
    stage.library.jobs.pause_queue()  # after the engine has looked, before it claims
    stage.engine.hub.dirty = False
    stage.engine._dispatcher.run()
    assert stage.job(job).status is JobStatus.QUEUED
    stage.go(lambda: stage.engine.hub.paused is not None)
    assert stage.engine.hub.mirror.count == 1
    stage.library.jobs.resume_queue()
    stage.engine.hub.dirty = True  # it is the test's own connection: no data_version
    stage.go(lambda: stage.job(job).status is JobStatus.RUNNING)


def test_a_job_is_not_lost_when_the_disk_is_full_as_it_is_claimed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> Job:
        raise DiskFull("full")

    (job,) = stage.add(card())
    guard = stage.engine.hub.disk
    with monkeypatch.context() as claiming:
        claiming.setattr(guard, "recovered", lambda: False)
        claiming.setattr(stage.library.jobs, "claim", full)
        stage.go(lambda: guard.full)
    monkeypatch.setattr(guard, "recovered", lambda: not setattr(guard, "full", False))
    stage.go(lambda: stage.job(job).status is JobStatus.RUNNING)


@pytest.mark.parametrize("lane", [Lane.BATCH, Lane.INTERACTIVE])
def test_two_groups_that_memory_refused_do_not_wait_for_each_other(
    stage: Stage, lane: Lane
) -> None:
    """The one that was refused first goes, or the one of the better lane."""
    (step,) = stage.add(NewJob(StepRequest("s"), kind=JobKind.EXPAND, lane=Lane.BATCH))
    (made,) = stage.add(card(lane=lane))
    now, patience = time.monotonic(), stage.engine.hub.options.memory_patience
    refused = {"steps": now - 3 * patience, "fake": now - 2 * patience}
    stage.engine._dispatcher._refused = refused
    first, second = (step, made) if lane is Lane.BATCH else (made, step)
    stage.engine._dispatcher._refresh()
    assert stage.engine._dispatcher._start_one()
    assert stage.job(first).status is JobStatus.RUNNING
    assert stage.job(second).status is JobStatus.QUEUED
    stage.go(lambda: stage.job(second).status is JobStatus.RUNNING)


def test_a_worker_that_cannot_be_started_is_tried_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first, second) = stage.add(card("one"), card("two"))
    with monkeypatch.context() as full:
        full.setattr(stage, "start", refused)
        stage.go()
        for job in (first, second):
            assert stage.job(job).status is JobStatus.QUEUED
        assert stage.job(first).attempt == 1  # and it rests: not as often as the loop turns
        assert "cannot be started" in stage.job(first).reason
        stage.go(lambda: not list(stage.library.paths.staging.iterdir()))
    stage.engine.hub.slots["fake"].retry_at = 0.0
    stage.go(lambda: stage.job(first).status is JobStatus.RUNNING)
    assert stage.job(first).worker_deaths == 0


def test_after_three_times_it_fails_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(stage.library, start_again_after=0.0)
    (first,) = stage.add(card("one"))
    with monkeypatch.context() as full:
        full.setattr(stage, "start", refused)
        stage.go(lambda: stage.job(first).is_final)
    assert (stage.job(first).status, stage.job(first).attempt) == (JobStatus.FAILED, 3)
    assert "no more processes" in stage.job(first).reason
    assert stage.job(first).hint


def refused(_: object) -> PlayedWorker:
    raise BlockingIOError(errno.EAGAIN, "no more processes")
