"""Another program holds the library's lock for longer than the engine waits: nothing is lost."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from helpers.engines import card

from generators.protocol import Failed, Finished, Produced, Progress
from studio.core.job import JobStatus
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

    from helpers.played_workers import PlayedWorker, Stage


@contextmanager
def held(stage: Stage) -> Iterator[None]:
    """Hold the lock for the length of a block; the engine waits for a moment only."""
    stage.library._db.connection.set_busy_timeout(1)
    with Library.open(stage.library.root) as other, other.transaction():
        yield


def running(stage: Stage) -> tuple[str, PlayedWorker]:
    (job,) = stage.add(card())
    stage.go(lambda: stage.job(job).status is JobStatus.RUNNING)
    return job, stage.workers[0]


def test_what_is_made_is_committed_when_the_lock_is_free(stage: Stage) -> None:
    job, worker = running(stage)
    path = stage.library.paths.staging / worker.run.token / "a.txt"
    path.write_text("words")
    stage.says(worker, Produced(worker.run.token, str(path), "text", "text/plain"))
    with held(stage):
        stage.says(worker, Finished(worker.run.token))
        stage.go(lambda: stage.engine.hub.filing)
        stage.go()
        assert stage.job(job).status is JobStatus.RUNNING
    stage.go(lambda: stage.job(job).is_final)
    assert stage.job(job).status is JobStatus.SUCCEEDED
    assert stage.library.assets.check().clean


@pytest.mark.parametrize("how", ["failed", "died"])
def test_other_ends_are_written_when_the_lock_is_free(stage: Stage, how: str) -> None:
    job, worker = running(stage)
    with held(stage):
        if how == "failed":
            stage.says(worker, Failed(worker.run.token, "bug", "It broke."))
        else:
            stage.dies(worker, 1)
        stage.go(lambda: stage.engine.hub.unsettled)
        stage.go()
        assert stage.job(job).status is JobStatus.RUNNING
        assert stage.engine.has_work()
    stage.go(lambda: stage.job(job).attempt == 2)
    assert stage.job(job).worker_deaths == (how == "died")


def test_a_claim_and_small_things_wait_too(stage: Stage) -> None:
    _, worker = running(stage)
    (second,) = stage.add(card("second"))
    attempt = stage.engine.hub.busy()[0].attempt
    assert attempt is not None
    with held(stage):
        stage.says(worker, Progress(worker.run.token, 1, 4))
        stage.go(lambda: attempt.reported_at)
        stage.engine.hub.over_in(stage.engine.hub.slots["fake"])
        stage.go()
        assert stage.job(second).status is JobStatus.QUEUED
    stage.go(lambda: stage.job(second).status is JobStatus.RUNNING)


def test_the_loop_lives_through_a_look_that_is_refused(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = running(stage)
    looks = []

    def look() -> None:
        looks.append(1)
        if len(looks) > 1:
            stage.engine.stop()
            return
        with held(stage):
            stage.library.jobs.cancel([job])

    monkeypatch.setattr(stage.engine, "_look", look)
    stage.engine.run()
    assert len(looks) == 2
