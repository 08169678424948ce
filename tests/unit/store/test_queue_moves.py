"""The clients' moves and the engine's moves, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.stores import fail, new_asset, new_job, recipe_from, request, start, succeed

from studio.core.errors import IllegalMove, LibraryError, NotFound
from studio.core.job import FINAL, Job, JobKind, JobStatus, Lane, NewJob, StepRequest
from studio.store import Library, StaleAttempt


def statuses(jobs: list[Job]) -> list[JobStatus]:
    return [job.status for job in jobs]


def history(library: Library, job_id: str) -> list[str]:
    return [event.after for event in library.jobs.events(job_id)]


def test_enqueue_fills_in_what_is_missing(library: Library) -> None:
    first, second = library.jobs.enqueue(
        [NewJob(request("A bottle\n on a table")), NewJob(StepRequest("copy_select", {"n": 3}))],
        batch_title="Two",
    )
    assert first.title == "A bottle on a table"
    assert (first.generator, first.checkpoint_id) == ("fake", "checkpoint-1")
    assert (second.title, second.kind) == ("Copy select", JobKind.EXPAND)
    assert second.request == StepRequest("copy_select", {"n": 3})
    assert first.batch_id == second.batch_id != ""
    (batch,) = library.jobs.batches()
    assert (batch.title, batch.counts[JobStatus.QUEUED]) == ("Two", 2)
    assert first.id != second.id
    assert library.jobs.get(first.id) == first


def test_one_job_alone_makes_no_batch(library: Library) -> None:
    (job,) = library.jobs.enqueue([new_job()])
    assert job.batch_id == ""


def test_text_from_anywhere_is_kept(library: Library) -> None:
    odd = "\ud800 lone \0 nul 👩‍🚀 مرحبا " + "x" * 100_000
    (job,) = library.jobs.enqueue([NewJob(request(odd))])
    assert library.jobs.get(job.id).request == request(odd)
    assert len(job.title) <= 80


def test_a_step_cannot_be_a_training(library: Library) -> None:
    with pytest.raises(ValueError, match="fine-tune"):
        library.jobs.enqueue([NewJob(StepRequest("x"), kind=JobKind.FINETUNE)])
    with pytest.raises(ValueError, match="StepRequest"):
        library.jobs.enqueue([NewJob(request(), kind=JobKind.EXPORT)])
    assert library.jobs.list() == []


def test_claim_takes_lanes_in_order_and_each_job_once(library: Library) -> None:
    library.jobs.enqueue([new_job("t", lane=Lane.TRAINING), new_job("b", lane=Lane.BATCH)])
    library.jobs.enqueue([new_job("i")])
    claimed = [library.jobs.claim("w") for _ in range(4)]
    assert [job and job.id for job in claimed] == ["i", "b", "t", None]
    first = claimed[0]
    assert first is not None
    assert (first.status, first.attempt, len(first.token)) == (JobStatus.RUNNING, 1, 32)
    assert [job.id for job in library.jobs.running()] == ["i", "b", "t"]


def test_nothing_is_claimed_while_the_queue_is_paused(library: Library) -> None:
    library.jobs.enqueue([new_job("a")])
    library.jobs.pause_queue("The disk is full.")
    assert library.jobs.queue_paused() == "The disk is full."
    assert library.jobs.claim("w") is None
    assert library.jobs.claim("w", job_id="a") is None
    library.jobs.pause_queue()
    assert library.jobs.queue_paused() == ""
    library.jobs.resume_queue()
    assert library.jobs.queue_paused() is None
    assert library.jobs.claim("w") is not None


def test_progress_is_one_row_that_ends_with_the_attempt(library: Library) -> None:
    library.jobs.enqueue([new_job("a")])
    token = start(library, "a").token
    assert library.jobs.progress("a") is None
    assert library.jobs.report(token, done=1, total=4, phase="running", text="x" * 100_001)
    assert library.jobs.report(token, done=2, total=4, message="two", eta_seconds=3)
    progress = library.jobs.progress("a")
    assert progress is not None
    assert (progress.done, progress.total, progress.message) == (2.0, 4.0, "two")
    assert progress.eta_seconds == 3.0
    assert library.jobs.report("another token", done=9) is False
    assert library.jobs.report("", done=9) is False
    library.jobs.finish(token)
    assert library.jobs.progress("a") is None
    assert library.jobs.report(token, done=3) is False


def test_finish_commits_assets_with_their_job_and_attempt(library: Library) -> None:
    library.jobs.enqueue([new_job("a", campaign_id="c")])
    token = start(library, "a").token
    made = [new_asset(library, bytes([n]), source="generated") for n in range(2)]
    job = library.jobs.finish(
        token,
        assets=[replace(made[0], recipe=recipe_from()), made[1]],
        execution={"device": "cpu"},
        run_seconds=1.5,
    )
    assert job.status is JobStatus.SUCCEEDED
    assert library.jobs.execution("a") == ({"device": "cpu"}, 1.5)
    for item in made:
        (asset,) = library.assets.by_sha(item.sha256)
        assert (asset.job_id, asset.attempt, asset.campaign_id) == ("a", 1, "c")


def test_finish_is_all_or_nothing(library: Library) -> None:
    library.jobs.enqueue([new_job("a")])
    token = start(library, "a").token
    good = new_asset(library, source="generated")
    lost = replace(good, sha256="0" * 64, path=f"assets/00/{'0' * 64}.png")
    with pytest.raises(LibraryError, match="not in the library"):
        library.jobs.finish(token, assets=[good, lost])
    assert library.jobs.get("a").status is JobStatus.RUNNING
    assert library.assets.by_sha(good.sha256) == []
    library.jobs.finish(token, assets=[good])


@pytest.mark.parametrize("end", ["finish", "fail", "cancelled", "paused", "requeue", "note"])
def test_a_late_worker_commits_nothing(library: Library, end: str) -> None:
    library.jobs.enqueue([new_job("a")])
    old = start(library, "a").token
    library.jobs.requeue(old, "The engine was stopped.", counts_as_death=False)
    start(library, "a")
    before = library.sequence()
    calls = {
        "finish": lambda: library.jobs.finish(old, assets=[]),
        "fail": lambda: library.jobs.fail(old, code="bug", message="late"),
        "cancelled": lambda: library.jobs.cancelled(old),
        "paused": lambda: library.jobs.paused(old),
        "requeue": lambda: library.jobs.requeue(old, "late", counts_as_death=True),
        "note": lambda: library.jobs.note_checkpoint(old),
    }
    with pytest.raises(StaleAttempt):
        calls[end]()
    assert library.sequence() == before
    assert library.jobs.get("a").attempt == 2


def test_fail_keeps_what_people_and_what_programmers_need(library: Library) -> None:
    library.jobs.enqueue([new_job("a")])
    token = start(library, "a").token
    job = library.jobs.fail(
        token, code="bug", message="It broke.", hint="Report it.", traceback="Traceback…\0"
    )
    assert (job.status, job.reason, job.hint) == (JobStatus.FAILED, "It broke.", "Report it.")
    assert library.jobs.error_details("a") == ("bug", "Traceback…\ufffd")
    assert library.jobs.events("a")[-1].reason == "It broke."
    with pytest.raises(NotFound):
        library.jobs.error_details("b")


def test_cancel_is_at_once_unless_the_job_runs(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b"), new_job("c", paused=True)])
    token = start(library, "a").token
    jobs = library.jobs.cancel(["a", "b", "c"])
    assert statuses(jobs) == [JobStatus.RUNNING, JobStatus.CANCELLED, JobStatus.CANCELLED]
    assert jobs[0].cancel_requested
    assert library.jobs.cancelled(token).status is JobStatus.CANCELLED
    assert not library.jobs.get("a").pause_requested


def test_cancel_passes_over_what_has_ended_but_not_in_silence(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b")])
    succeed(library, "a")
    assert statuses(library.jobs.cancel(["a", "b"])) == [JobStatus.SUCCEEDED, JobStatus.CANCELLED]
    for move in (library.jobs.cancel, library.jobs.pause, library.jobs.resume):
        with pytest.raises(IllegalMove, match="cannot be"):
            move(["a", "b"])
        with pytest.raises(NotFound):
            move(["a", "nobody"])


def test_cancel_a_batch_a_campaign_and_everything(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b")])
    batch_id = library.jobs.get("a").batch_id
    library.jobs.enqueue([new_job("c", campaign_id="k"), new_job("d")])
    succeed(library, "a")
    assert [job.id for job in library.jobs.cancel_batch(batch_id)] == ["b"]
    assert library.jobs.cancel_batch(batch_id) == []
    assert [job.id for job in library.jobs.cancel_campaign("k")] == ["c"]
    assert [job.id for job in library.jobs.cancel_all()] == ["d"]
    assert library.jobs.counts()[JobStatus.CANCELLED] == 3


def test_pause_and_resume(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b")])
    position = library.jobs.get("a").position
    assert statuses(library.jobs.pause(["a"])) == [JobStatus.PAUSED]
    assert [job.id for job in library.jobs.claimable()] == ["b"]
    (job,) = library.jobs.resume(["a"])
    assert (job.status, job.position, job.reason) == (JobStatus.QUEUED, position, "")
    token = start(library, "a").token
    assert library.jobs.pause(["a"])[0].pause_requested
    assert not library.jobs.resume(["a"])[0].pause_requested
    assert library.jobs.pause(["a"])[0].pause_requested
    paused = library.jobs.paused(token)
    assert (paused.status, paused.pause_requested) == (JobStatus.PAUSED, False)
    assert history(library, "a") == ["queued", "paused", "queued", "running", "paused"]


def test_a_pause_that_was_taken_back_in_time_pauses_nothing(library: Library) -> None:
    """The worker was told already; the person has thought again before it stopped."""
    library.jobs.enqueue([new_job("a")])
    token = start(library, "a").token
    library.jobs.pause(["a"])
    library.jobs.resume(["a"])
    job = library.jobs.paused(token)
    assert (job.status, job.reason, job.token) == (JobStatus.QUEUED, "", "")
    assert library.jobs.claim("w") is not None


def test_a_pause_yields_to_a_cancel(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b")])
    tokens = {name: start(library, name).token for name in "ab"}
    library.jobs.cancel(["a", "b"])
    assert library.jobs.paused(tokens["a"]).status is JobStatus.CANCELLED
    requeued = library.jobs.requeue(tokens["b"], "gone", counts_as_death=True)
    assert requeued.status is JobStatus.CANCELLED


def test_a_job_whose_process_is_gone_queues_again_in_its_place(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b")])
    token = start(library, "a").token
    job = library.jobs.requeue(token, "The engine was stopped.", counts_as_death=False)
    assert (job.status, job.worker_deaths) == (JobStatus.QUEUED, 0)
    assert job.reason == "The engine was stopped."
    assert history(library, "a")[-2:] == ["interrupted", "queued"]
    again = library.jobs.claim("w")
    assert again is not None
    assert (again.id, again.attempt, again.reason) == ("a", 2, "")


def test_three_deaths_fail_a_job_and_a_checkpoint_forgives(library: Library) -> None:
    library.jobs.enqueue([new_job("a")])
    for deaths in (1, 2):
        job = library.jobs.requeue(start(library, "a").token, "It died.", counts_as_death=True)
        assert (job.status, job.worker_deaths) == (JobStatus.QUEUED, deaths)
    token = start(library, "a").token
    library.jobs.note_checkpoint(token)
    for _ in range(2):
        library.jobs.requeue(token, "It died.", counts_as_death=True)
        token = start(library, "a").token
    job = library.jobs.requeue(token, "It died.", counts_as_death=True)
    assert job.status is JobStatus.FAILED
    assert "3 times" in job.reason
    assert library.jobs.error_details("a")[0] == "worker_died"


def test_a_pause_that_was_asked_for_outlives_the_process(library: Library) -> None:
    library.jobs.enqueue([new_job("a")])
    token = start(library, "a").token
    library.jobs.pause(["a"])
    job = library.jobs.requeue(token, "gone", counts_as_death=False)
    assert job.status is JobStatus.PAUSED
    assert history(library, "a")[-3:] == ["interrupted", "queued", "paused"]


def test_edit_a_job_that_does_not_run(library: Library) -> None:
    library.jobs.enqueue([NewJob(request("old"), id="a"), new_job("b", title="Mine")])
    edited = library.jobs.edit("a", request("new"))
    assert (edited.title, edited.request) == ("new", request("new"))
    assert library.jobs.edit("b", request("new")).title == "Mine"
    assert library.jobs.edit("b", request("new"), title="Yours").title == "Yours"
    with pytest.raises(IllegalMove, match="kind"):
        library.jobs.edit("a", StepRequest("x"))
    token = start(library, "a").token
    with pytest.raises(IllegalMove, match="runs"):
        library.jobs.edit("a", request("newer"))
    library.jobs.finish(token)
    with pytest.raises(IllegalMove, match="ended"):
        library.jobs.edit("a", request("newer"))
    with pytest.raises(NotFound):
        library.jobs.edit("nobody", request())


def test_retry_is_a_new_job_that_names_the_old(library: Library) -> None:
    library.jobs.enqueue([new_job("a", step_key="visual/1", campaign_id="k", batch_id="x")])
    with pytest.raises(IllegalMove):
        library.jobs.retry("a")
    old = fail(library, "a")
    new = library.jobs.retry("a")
    assert new.id != "a"
    assert (new.retry_of, new.step_key, new.campaign_id) == ("a", "visual/1", "k")
    assert (new.status, new.request, new.batch_id) == (JobStatus.QUEUED, old.request, "x")
    assert library.jobs.get("a") == old
    assert library.jobs.retries("a") == [new.id]
    other = library.jobs.retry("a", request=request("another prompt"))
    assert other.title == "another prompt"


def test_timings_are_kept_newest_first_and_bounded(library: Library) -> None:
    for number in range(120):
        library.jobs.note_timing("run/fake", number, number / 10)
    library.jobs.note_timing("other", -1, 2)
    assert library.jobs.timings("run/fake", limit=2) == [(119.0, 11.9), (118.0, 11.8)]
    assert len(library.jobs.timings("run/fake", limit=1000)) == 100
    assert library.jobs.timings("other") == [(0.0, 2.0)]


def test_final_jobs_never_change(library: Library) -> None:
    library.jobs.enqueue([new_job(name) for name in "abc"])
    succeed(library, "a")
    fail(library, "b")
    library.jobs.cancel(["c"])
    before = library.jobs.get_many("abc")
    assert {job.status for job in before} == FINAL
    for job in before:
        with pytest.raises(Exception, match="final job never changes"):
            library._db.rows("UPDATE jobs SET title = 'x', seq = seq + 99 WHERE id = ?", (job.id,))
        with pytest.raises(IllegalMove):
            library.jobs.move(job.id, to_top=True)
    assert library.jobs.get_many("abc") == before
