"""The loop with workers that a test plays: deaths and late words on call."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

from helpers.engines import card, fake_checkpoint, training
from helpers.played_workers import GB, Stage
from helpers.waiting import wait_until

from generators.protocol import (
    Cancel,
    Finished,
    Produced,
    Progress,
    Resident,
    Unload,
)
from studio.core.job import JobKind, JobStatus, Lane, NewJob, StepRequest
from studio.engine.memory import RUN_BYTES, MemoryReading

if TYPE_CHECKING:
    from pathlib import Path


def test_killed_for_memory_it_is_tried_once_more_and_then_fails_alone(stage: Stage) -> None:
    bad, good = stage.add(card("too big"), card("fine"))
    for attempt in (1, 2):
        stage.go(lambda: stage.job(bad).status is JobStatus.RUNNING)
        assert stage.job(bad).attempt == attempt
        stage.memory = MemoryReading(100 * GB, 1 * GB)
        stage.engine.hub.memory.sample()
        stage.dies(stage.workers[-1], -signal.SIGKILL)
        stage.memory = MemoryReading(100 * GB, 90 * GB)
    stage.go(lambda: stage.job(bad).is_final)
    assert stage.job(bad).worker_deaths == 0
    assert "memory" in stage.job(bad).reason
    assert stage.job(bad).hint
    assert stage.library.jobs.error_details(bad) == ("out_of_memory", "last words")
    stage.go(lambda: stage.job(good).status is JobStatus.RUNNING)


def test_a_worker_that_was_given_up_can_commit_nothing(stage: Stage) -> None:
    (job,) = stage.add(card())
    stage.go(lambda: stage.workers)
    old = stage.workers[0]
    stage.dies(old, 1)
    stage.go(lambda: len(stage.workers) == 2)
    late = old.run.token
    stage.says(old, Finished(late))
    stage.says(stage.workers[1], Finished(late))  # not even through another worker
    stage.go()
    assert stage.job(job).status is JobStatus.RUNNING
    stage.says(stage.workers[1], Finished(stage.workers[1].run.token))
    stage.go(lambda: stage.job(job).is_final)
    assert (stage.job(job).status, stage.job(job).attempt) == (JobStatus.SUCCEEDED, 2)


def test_cancelled_after_the_grace_its_worker_is_killed(stage: Stage) -> None:
    stage = Stage(stage.library, cancel_grace=0.05)
    (job,) = stage.add(card())
    stage.go(lambda: stage.workers)
    stage.library.jobs.cancel([job])
    stage.engine.hub.dirty = True  # it is the test's own connection: no data_version
    stage.go(lambda: stage.job(job).is_final)
    worker = stage.workers[0]
    assert any(isinstance(message, Cancel) for message in worker.sent)
    assert worker.killed
    assert stage.job(job).status is JobStatus.CANCELLED


def test_groups_share_memory_by_turns(stage: Stage, tmp_path: Path) -> None:
    """Another group waits while it does not fit, and idle workers give back what they hold."""
    ref = fake_checkpoint(stage.library, tmp_path / "w", "big")
    stage.library.models.update("big", bytes=50 * GB)
    step = NewJob(StepRequest("anything"), kind=JobKind.EXPAND)
    (first,) = stage.add(step)
    stage.go(lambda: stage.job(first).status is JobStatus.RUNNING)
    stage.memory = MemoryReading(100 * GB, 10 * GB)
    (second,) = stage.add(card(checkpoint=ref))
    stage.engine.hub.dirty = True
    stage.go()
    assert stage.job(second).status is JobStatus.QUEUED
    stage.says(stage.workers[0], Resident(("x",), 20 * GB))
    stage.says(stage.workers[0], Finished(stage.workers[0].run.token))
    stage.go(lambda: any(isinstance(message, Unload) for message in stage.workers[0].sent))
    assert stage.job(second).status is JobStatus.QUEUED
    stage.says(stage.workers[0], Resident((), 0))
    stage.go(lambda: stage.job(second).status is JobStatus.RUNNING)


def test_a_card_s_memory_is_the_one_that_counts(stage: Stage, tmp_path: Path) -> None:
    """What a worker says of its device after a load decides who starts beside another."""
    ref = fake_checkpoint(stage.library, tmp_path / "w", "big")
    stage.library.models.update("big", bytes=50 * GB)
    card_info = {"id": "cuda:0", "total_memory": 96 * GB, "free_memory": 80 * GB}
    (first,) = stage.add(card(checkpoint=ref))
    stage.go(lambda: stage.job(first).status is JobStatus.RUNNING)
    worker = stage.workers[0]
    stage.says(worker, Resident(("other",), 5 * GB, device=card_info))
    stage.says(worker, Finished(worker.run.token))
    stage.go(lambda: stage.job(first).is_final)
    assert stage.engine.hub.devices["cuda:0"].held == 5 * GB
    (step,) = stage.add(NewJob(StepRequest("anything"), kind=JobKind.EXPAND))
    stage.engine.hub.dirty = True
    stage.go(lambda: stage.job(step).status is JobStatus.RUNNING)
    stage.memory = MemoryReading(100 * GB, 10 * GB)  # too little for 65 GB, had it to be there
    (second,) = stage.add(card(checkpoint=ref))
    stage.engine.hub.dirty = True
    stage.go(lambda: stage.job(second).status is JobStatus.RUNNING)
    stage.says(worker, Finished(worker.run.token))
    stage.go(lambda: stage.job(second).is_final)
    full = {**card_info, "free_memory": 1 * GB}
    stage.says(worker, Resident(("other",), 5 * GB, device=full))
    stage.go()
    stage.memory = MemoryReading(100 * GB, RUN_BYTES // 2)
    (third,) = stage.add(card(checkpoint=ref))
    stage.engine.hub.dirty = True
    stage.go()
    assert stage.job(third).status is JobStatus.QUEUED  # not even the little beside the card


def test_memory_is_not_kept_by_a_stream_of_others(stage: Stage, tmp_path: Path) -> None:
    stage = Stage(stage.library, memory_patience=0.05)
    ref = fake_checkpoint(stage.library, tmp_path / "w", "big")
    stage.library.models.update("big", bytes=50 * GB)
    stage.memory = MemoryReading(100 * GB, 10 * GB)
    first, again = stage.add(*[NewJob(StepRequest("s"), kind=JobKind.EXPAND)] * 2)
    stage.go(lambda: stage.job(first).status is JobStatus.RUNNING)
    stage.library.jobs.pause([again])
    stage.add(card(checkpoint=ref, lane=Lane.INTERACTIVE))
    stage.engine.hub.dirty = True
    stage.go(lambda: stage.engine._dispatcher._refused)
    stage.library.jobs.resume([again])
    clock = stage.engine._dispatcher._refused["fake"]
    wait_until(lambda: time.monotonic() - clock > 0.1)
    stage.says(stage.workers[0], Finished(stage.workers[0].run.token))
    stage.go(lambda: len(stage.workers) == 2)
    assert stage.workers[1].spec.group == "fake"  # not the second step, although it was ready


def test_a_step_whose_result_does_not_fit_fails_with_the_log(stage: Stage) -> None:
    (job,) = stage.add(NewJob(StepRequest("odd"), kind=JobKind.EXPAND))
    stage.go(lambda: stage.workers)
    spec = stage.workers[0].spec
    assert spec.command[0] == "studio.services.step_worker"
    result = {"jobs": [{"kind": "generate"}]}
    stage.says(stage.workers[0], Finished(stage.workers[0].run.token, result=result))
    stage.go(lambda: stage.job(job).is_final)
    assert stage.job(job).status is JobStatus.FAILED
    assert stage.library.jobs.error_details(job)[0] == "bug"


def test_progress_rows_are_few(stage: Stage) -> None:
    (job,) = stage.add(card())
    stage.go(lambda: stage.workers)
    worker = stage.workers[0]
    before = stage.library.sequence()
    for number in range(300):
        stage.says(worker, Progress(worker.run.token, number, 300))
        stage.engine._once()
    wrote = stage.library.sequence() - before
    assert wrote <= 30  # four a second, however many steps there are
    stage.go(lambda: stage.library.jobs.progress(job))


def test_a_death_after_a_new_training_checkpoint_starts_the_count_anew(stage: Stage) -> None:
    (job,) = stage.add(training(10))
    for death in range(5):
        stage.go(lambda: stage.job(job).status is JobStatus.RUNNING)
        worker = stage.workers[-1]
        if death == 2:
            state = stage.library.root / "training" / job / "state.json"
            state.write_text("{}")
            stage.says(worker, Progress(worker.run.token, 1, 10))
        stage.dies(worker, 1)
        attempts = death + 2
        stage.go(lambda n=attempts: stage.job(job).is_final or stage.job(job).attempt == n)
        if stage.job(job).is_final:
            break
    assert death == 4  # three deaths after the one that followed a checkpoint
    assert stage.job(job).status is JobStatus.FAILED


def test_a_training_checkpoint_from_the_future_forgives_no_death(stage: Stage) -> None:
    """The clock was set back: the file is younger than now, and still nothing new."""
    (job,) = stage.add(training(10))
    folder = stage.library.root / "training" / job
    folder.mkdir(parents=True)
    state = folder / "state.json"
    state.write_text("{}")
    os.utime(state, (time.time() + 1e6, time.time() + 1e6))
    for attempt in (1, 2, 3):
        stage.go(lambda n=attempt: stage.job(job).attempt == n)
        stage.says(stage.workers[-1], Progress(stage.workers[-1].run.token, 1, 10))
        stage.go()
        stage.dies(stage.workers[-1], 1)
    stage.go(lambda: stage.job(job).is_final)
    assert stage.job(job).worker_deaths == 3


def test_a_failed_commit_leaves_no_file_behind(stage: Stage) -> None:
    (job,) = stage.add(card())
    stage.go(lambda: stage.workers)
    run = stage.workers[0].run
    path = stage.library.paths.staging / run.token / "a.txt"
    path.write_text("words")
    stage.says(stage.workers[0], Produced(run.token, str(path), "text", "text/plain"))
    stage.says(stage.workers[0], Finished(run.token, result={"jobs": [{}]}))
    stage.go(lambda: stage.job(job).is_final)
    assert stage.job(job).status is JobStatus.FAILED
    wait_until(lambda: (stage.engine._once(), not path.parent.exists())[1])
    assert stage.library.assets.check().clean
