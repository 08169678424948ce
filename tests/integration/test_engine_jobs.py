"""Jobs through a real engine, real worker processes and the fake generator."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.engines import (
    at,
    card,
    ended,
    fake_checkpoint,
    running_engine,
    stepping,
    training,
)
from helpers.waiting import wait_until

from generators.api import CheckpointRef, InputRef, Request
from generators.registry import Registry
from studio.core.asset import AssetQuery
from studio.core.job import JobKind, JobStatus, Lane, Need, NewJob, StepRequest
from studio.core.recipe import Recipe
from studio.services.checkpoints.catalogue import add_weights
from studio.services.files.embed import read_recipe
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    root = tmp_path_factory.mktemp("engine") / "my library 图书"
    with Library.open(root) as opened, running_engine(root):
        yield opened


def run(library: Library, *jobs: NewJob) -> list[str]:
    return [job.id for job in library.jobs.enqueue(jobs)]


def test_artifacts_become_assets_with_their_recipes(library: Library) -> None:
    ids = run(
        library,
        card("words", num_return_sequences=2),
        card("picture", mode="image", size=32),
        card("sound", mode="audio", duration=0.2),
    )
    assert [ended(library, job_id).status for job_id in ids] == [JobStatus.SUCCEEDED] * 3
    text, image, audio = (
        library.assets.page(AssetQuery(job_id=job_id, order="oldest"), limit=10) for job_id in ids
    )
    assert [item.recipe.seed for item in text if item.recipe] == [1, 2]
    assert [item.recipe.index for item in text if item.recipe] == [0, 1]
    assert text[0].prompt == "words"
    assert "brandloom" not in text[0].text.lower()  # the recipe in the file is not its text
    assert (image[0].width, image[0].height, image[0].modality) == (32, 32, "image")
    assert audio[0].duration == pytest.approx(0.2)
    for asset in (*text, *image, *audio):
        inside = read_recipe(library.assets.file(asset))
        assert isinstance(inside, Recipe)
        assert inside.request.params["prompt"] == asset.prompt
        assert inside.request.params["fail"] == "none"  # defaults are written out
        assert inside.notes == ("A test card.",)
        assert inside.execution["device"] == "cpu"
        assert asset.attempt == 1
    assert library.assets.check().clean


def test_a_stream_of_jobs_leaves_nothing_in_staging(library: Library) -> None:
    ids = run(library, *(card(f"stream {number}") for number in range(20)))
    for job_id in ids:
        assert ended(library, job_id).status is JobStatus.SUCCEEDED
    wait_until(lambda: not list(library.paths.staging.iterdir()))
    units, seconds = library.jobs.timings("run/fake//cpu/text")[0]
    assert units == 1.0
    assert seconds >= 0


def test_cancel_queued_running_and_deaf(library: Library) -> None:
    slow, queued = run(library, card(steps=1000, step_seconds=0.05), card("behind"))
    stepping(library, slow)
    library.jobs.cancel([queued])
    assert library.jobs.get(queued).status is JobStatus.CANCELLED
    asked = time.monotonic()
    library.jobs.cancel([slow])
    assert ended(library, slow).status is JobStatus.CANCELLED
    assert time.monotonic() - asked < 2.0
    (deaf,) = run(library, card(fail="hang", steps=2))
    at(library, deaf, JobStatus.RUNNING)
    stepping(library, deaf)
    library.jobs.cancel([deaf])
    assert ended(library, deaf).status is JobStatus.CANCELLED
    (after,) = run(library, card("the next one has a new worker"))
    assert ended(library, after).status is JobStatus.SUCCEEDED


def test_cancel_while_loading(library: Library, tmp_path: Path) -> None:
    slow = fake_checkpoint(library, tmp_path / "slow", "slow-load", load_seconds=60)
    (job,) = run(library, card(checkpoint=slow))
    wait_until(lambda: (seen := library.jobs.progress(job)) and seen.phase == "loading")
    asked = time.monotonic()
    library.jobs.cancel([job])
    assert ended(library, job).status is JobStatus.CANCELLED
    assert time.monotonic() - asked < 3.0


@pytest.mark.parametrize(
    ("how", "code", "words"),
    [
        ("user", "user", "asked to fail"),
        ("bug", "bug", "bug"),
        ("oom", "out_of_memory", "memory"),
        ("die", "worker_died", "3 times"),
    ],
)
def test_failures_fail_their_job_alone(library: Library, how: str, code: str, words: str) -> None:
    bad, good = run(library, card(fail=how, steps=2), card("good"))
    job = ended(library, bad)
    assert job.status is JobStatus.FAILED
    assert words in job.reason
    assert library.jobs.error_details(bad)[0] == code
    assert ended(library, good).status is JobStatus.SUCCEEDED
    if how == "bug":
        assert "RuntimeError" in library.jobs.error_details(bad)[1]
    if how == "die":
        assert job.worker_deaths == 3


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (Request("nobody", "text"), "no generator"),
        (Request("fake", "video"), "no mode"),
        (Request("fake", "text", {"steps": 0}), "steps"),
        (Request("fake", "text", {"colour": 1}), "colour"),
        (Request("fake", "text", {}, CheckpointRef("gone", "My weights")), "My weights"),
        (Request("fake", "text", {}, CheckpointRef("", "", "/no/where")), "not where it was"),
        (Request("fake", "text", inputs=(InputRef("image", "x"),)), "input"),
    ],
)
def test_what_cannot_run_fails_with_words(library: Library, request_: Request, words: str) -> None:
    (job_id,) = run(library, NewJob(request_))
    job = ended(library, job_id)
    assert job.status is JobStatus.FAILED
    assert words in f"{job.reason} {job.hint}"
    assert job.hint or "input" in words


def test_weights_that_were_moved_away(library: Library, tmp_path: Path) -> None:
    ref = fake_checkpoint(library, tmp_path / "weights", "moved")
    (tmp_path / "weights").rename(tmp_path / "elsewhere")
    (job_id,) = run(library, card(checkpoint=ref))
    assert "not where it was" in ended(library, job_id).reason


def test_paused_queue_and_paused_job(library: Library) -> None:
    library.jobs.pause_queue("lunch")
    try:
        wait_until(lambda: library.state.engine_state().status == "paused")
        assert library.state.engine_state().message == "lunch"
        (held,) = run(library, card("held"))
        assert library.jobs.get(held).status is JobStatus.QUEUED
    finally:
        library.jobs.resume_queue()
    assert ended(library, held).status is JobStatus.SUCCEEDED
    (slow,) = run(library, card(steps=40, step_seconds=0.05))
    stepping(library, slow)
    library.jobs.pause([slow])
    at(library, slow, JobStatus.PAUSED)
    library.jobs.resume([slow])
    assert ended(library, slow).status is JobStatus.SUCCEEDED


def test_training_makes_way_and_goes_on(library: Library) -> None:
    (job,) = run(library, training(60))
    stepping(library, job)
    (urgent,) = run(library, card("urgent", lane=Lane.INTERACTIVE))
    assert ended(library, urgent).status is JobStatus.SUCCEEDED
    assert not library.jobs.get(job).is_final
    assert ended(library, job).status is JobStatus.SUCCEEDED
    report = [
        json.loads(library.assets.file(asset).read_text())
        for asset in library.assets.page(AssetQuery(job_id=job), limit=10)
        if asset.media_type == "application/json"
    ]
    assert max(item.get("resumed_at", 0) for item in report) > 0
    assert library.jobs.get(job).worker_deaths == 0
    assert any("makes way" in event.reason for event in library.jobs.events(job))


def test_training_can_be_paused_by_a_person(library: Library) -> None:
    (job,) = run(library, training(400, 0.02))
    stepping(library, job)
    library.jobs.pause([job])
    at(library, job, JobStatus.PAUSED)
    library.jobs.cancel([job])
    assert ended(library, job).status is JobStatus.CANCELLED


def test_a_trained_adapter_is_one_asset_and_can_be_used(library: Library) -> None:
    (job,) = run(library, training(3, 0.0))
    assert ended(library, job).status is JobStatus.SUCCEEDED
    made = library.assets.page(AssetQuery(job_id=job), limit=10)
    (adapter,) = [item for item in made if item.media_type == "application/zip"]
    assert (adapter.title, adapter.recipe.request.mode) == ("Test adapter", "finetune")
    assert library.assets.check().clean
    file = library.assets.file(adapter)
    listed = add_weights(library, Registry.discover(), file, name="mine", family="fake_a")
    assert Path(listed.path).is_relative_to(library.paths.models)
    styled = card("styled")
    request = replace(styled.request, adapters=(listed.ref(0.5),))
    (used,) = run(library, replace(styled, request=request))
    assert ended(library, used).status is JobStatus.SUCCEEDED
    (text,) = library.assets.page(AssetQuery(job_id=used), limit=10)
    assert f"{listed.id}@0.5" in text.text
    library.assets.trash([adapter.id])  # as any other asset
    library.assets.restore([adapter.id])
    assert library.assets.check().clean


def test_dependants_follow_and_fall(library: Library) -> None:
    first, broken = card("first"), card(fail="user")
    ids = run(library, first, broken)
    follow, doomed = run(
        library,
        NewJob(card("follow").request, needs=(Need(ids[0]),)),
        NewJob(card("doomed").request, needs=(Need(ids[1]),)),
    )
    assert ended(library, follow).status is JobStatus.SUCCEEDED
    assert ended(library, doomed).status is JobStatus.CANCELLED


def test_progress_preview_and_time_left(library: Library) -> None:
    run_one = {"mode": "image", "steps": 30, "step_seconds": 0.03, "size": 32}
    (first,) = run(library, card("history", **run_one))
    assert ended(library, first).status is JobStatus.SUCCEEDED
    (second,) = run(library, card("measured", **run_one))
    seen = wait_until(
        lambda: (row := library.jobs.progress(second)) and row.preview and row.total and row
    )
    assert seen.eta_seconds is not None
    assert 0 < seen.eta_seconds < 10
    assert ended(library, second).status is JobStatus.SUCCEEDED
    assert library.jobs.progress(second) is None


def test_a_step_runs_in_its_own_worker(library: Library) -> None:
    step = NewJob(StepRequest("no_such_step"), kind=JobKind.EXPAND)
    (job_id,) = run(library, step)
    job = ended(library, job_id)
    assert job.status is JobStatus.FAILED
    assert "no_such_step" in job.reason
    assert library.jobs.error_details(job_id)[0] == "user"
