"""How attempts end when something is odd: the engine goes on, and says why one job did not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from helpers.engines import card

from generators.protocol import Failed, Finished, Produced, Progress
from studio.core.job import JobKind, JobStatus, NewJob, StepRequest
from studio.core.steps import StepOutcome

if TYPE_CHECKING:
    from helpers.played_workers import Stage

NAN = float("nan")


def test_what_the_database_refuses_fails_its_job_alone(stage: Stage) -> None:
    bad, good = stage.add(card("odd"), card("fine"))
    stage.go(lambda: stage.job(bad).status is JobStatus.RUNNING)
    (worker,) = stage.workers
    stage.says(worker, Finished(worker.run.token, {"speed": NAN}))  # not JSON
    stage.go(lambda: stage.job(bad).is_final)
    assert stage.job(bad).status is JobStatus.FAILED
    code, trace = stage.library.jobs.error_details(bad)
    assert (code, "ConstraintError" in trace) == ("bug", True)
    stage.go(lambda: stage.job(good).status is JobStatus.RUNNING)
    stage.says(worker, Finished(worker.run.token))
    stage.go(lambda: stage.job(good).is_final)
    assert stage.job(good).status is JobStatus.SUCCEEDED


@pytest.mark.parametrize("odd", [NAN, float("inf"), "many", None])
def test_odd_progress_ends_nothing(stage: Stage, odd: float) -> None:
    (job,) = stage.add(card())
    stage.go(lambda: stage.workers)
    (worker,) = stage.workers
    stage.says(worker, Progress(worker.run.token, odd, odd, "half way"))
    attempt = stage.engine.hub.busy()[0].attempt
    assert attempt is not None
    stage.go(lambda: attempt.reported_at)
    stage.says(worker, Progress(worker.run.token, 1, 4, "further"))
    stage.go(lambda: (seen := stage.library.jobs.progress(job)) and seen.message == "further")
    stage.says(worker, Finished(worker.run.token))
    stage.go(lambda: stage.job(job).is_final)
    assert stage.job(job).status is JobStatus.SUCCEEDED


def test_another_disk_that_is_full_fails_the_job_with_its_words(stage: Stage) -> None:
    (job,) = stage.add(card())
    stage.go(lambda: stage.workers)
    said = "No space left on device: /media/stick/campaign.zip"
    stage.says(stage.workers[0], Failed(stage.workers[0].run.token, "user", said, "Check it."))
    stage.go(lambda: stage.job(job).is_final)
    assert (stage.job(job).status, stage.job(job).reason) == (JobStatus.FAILED, said)
    assert "Free some space" in stage.job(job).hint
    assert not stage.engine.hub.disk.full


def test_a_job_that_fills_the_disk_each_time_fails_with_advice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it wrote is deleted when it fails, so there is always room to begin with."""
    (job,) = stage.add(card())
    guard = stage.engine.hub.disk
    monkeypatch.setattr(guard, "recovered", lambda: not setattr(guard, "full", False))
    for attempt in (1, 2, 3):
        stage.go(lambda n=attempt: stage.job(job).attempt == n and stage.engine.hub.busy())
        with monkeypatch.context() as full:
            full.setattr(guard, "low", lambda: True)
            token = stage.workers[0].run.token
            stage.says(stage.workers[0], Failed(token, "user", "No space left on device"))
            stage.go(lambda: not stage.engine.hub.busy())
    stage.go(lambda: stage.job(job).is_final)
    assert stage.job(job).status is JobStatus.FAILED
    assert "full each of the 3 times" in stage.job(job).reason
    assert "make it smaller" in stage.job(job).hint


def test_a_worker_that_died_of_another_full_disk_counts_a_death(stage: Stage) -> None:
    (job,) = stage.add(card())
    for attempt in (1, 2, 3):
        stage.go(lambda n=attempt: stage.job(job).attempt == n and stage.engine.hub.busy())
        stage.dies(stage.workers[-1], 1, "OSError: [Errno 28] No space left on device: '/tmp/x'")
    stage.go(lambda: stage.job(job).is_final)
    assert stage.job(job).status is JobStatus.FAILED
    assert "A disk was full." in stage.job(job).reason


def test_a_cancel_that_comes_while_a_step_is_filed_stops_what_would_follow(stage: Stage) -> None:
    (job,) = stage.add(NewJob(StepRequest("anything"), kind=JobKind.EXPAND))
    stage.go(lambda: stage.workers)
    run = stage.workers[0].run
    path = stage.library.paths.staging / run.token / "a.txt"
    path.write_text("words")
    stage.says(stage.workers[0], Produced(run.token, str(path), "text", "text/plain"))
    result = StepOutcome(jobs=(card("follows"),)).to_json()
    stage.says(stage.workers[0], Finished(run.token, result=result))
    stage.library.jobs.cancel([job])
    stage.go(lambda: stage.job(job).is_final)
    assert stage.job(job).status is JobStatus.CANCELLED
    assert [item.id for item in stage.library.jobs.list()] == [job]
    stage.go(lambda: not path.parent.exists())
    assert stage.library.assets.check().clean


@pytest.mark.parametrize("slept", [True, False])
def test_a_job_is_not_hung_because_the_machine_slept(stage: Stage, slept: bool) -> None:
    (job,) = stage.add(card())
    stage.go(lambda: stage.job(job).status is JobStatus.RUNNING)
    attempt = stage.engine.hub.busy()[0].attempt
    assert attempt is not None
    now = time.monotonic()
    attempt.sign_at = now - 2 * stage.engine.hub.options.stall_after
    stage.engine._keeper._slow_at = now - (3600 if slept else 0)
    stage.engine._keeper.tick()
    assert stage.workers[0].killed is not slept
    assert stage.job(job).worker_deaths == int(not slept)
