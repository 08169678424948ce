"""How attempts end when something is odd: the engine goes on, and says why one job did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helpers.engines import card

from generators.protocol import Finished, Progress
from studio.core.job import JobStatus

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
