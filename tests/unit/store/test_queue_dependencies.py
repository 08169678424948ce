"""Jobs that wait for jobs."""

from __future__ import annotations

import pytest
from helpers.stores import fail, new_asset, new_job, start, succeed

from studio.core.errors import NotFound
from studio.core.job import JobKind, JobStatus, Need, NewJob, StepRequest
from studio.core.steps import StepOutcome
from studio.store import CampaignRecord, Library

QUEUED, WAITING, CANCELLED = JobStatus.QUEUED, JobStatus.WAITING, JobStatus.CANCELLED


def status(library: Library, job_id: str) -> JobStatus:
    return library.jobs.get(job_id).status


def test_a_job_waits_for_all_that_it_needs(library: Library) -> None:
    library.jobs.enqueue([new_job("c", "a", "b"), new_job("a"), new_job("b")])
    assert status(library, "c") is WAITING
    assert library.jobs.needs("c") == [Need("a"), Need("b")]
    assert library.jobs.dependants("a") == ["c"]
    succeed(library, "a")
    assert status(library, "c") is WAITING
    succeed(library, "b")
    assert status(library, "c") is QUEUED
    assert [event.after for event in library.jobs.events("c")] == ["waiting", "queued"]


def test_any_end_will_do_where_success_is_not_asked_for(library: Library) -> None:
    library.jobs.enqueue(
        [new_job(n) for n in "abc"] + [new_job("z", *(Need(n, success=False) for n in "abc"))]
    )
    fail(library, "a")
    library.jobs.cancel(["b"])
    assert status(library, "z") is WAITING
    succeed(library, "c")
    assert status(library, "z") is QUEUED


def test_a_failure_cancels_the_whole_chain_with_the_reason(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b", "a"), new_job("c", "b"), new_job("d", "c")])
    library.jobs.pause(["c"])
    fail(library, "a", "Out of paper.")
    for name in "bcd":
        job = library.jobs.get(name)
        assert job.status is CANCELLED
        assert "Out of paper." in job.reason
    assert "“a”, which failed" in library.jobs.get("b").reason


def test_cancelling_a_job_cancels_what_waits_for_it(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b", "a")])
    library.jobs.cancel(["a"])
    assert "was cancelled" in library.jobs.get("b").reason


def test_needs_that_have_ended_already_are_looked_at_at_once(library: Library) -> None:
    library.jobs.enqueue([new_job("good"), new_job("bad")])
    succeed(library, "good")
    fail(library, "bad")
    library.jobs.enqueue([new_job("x", "good"), new_job("y", "bad"), new_job("z", "y")])
    assert [job.status for job in library.jobs.get_many("xyz")] == [QUEUED, CANCELLED, CANCELLED]


def test_a_paused_job_waits_on_when_it_is_resumed(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b", "a"), new_job("c", "a", paused=True)])
    library.jobs.pause(["b"])
    assert library.jobs.resume(["b"])[0].status is WAITING
    succeed(library, "a")
    assert [job.status for job in library.jobs.get_many("bc")] == [QUEUED, JobStatus.PAUSED]
    assert library.jobs.resume(["c"])[0].status is QUEUED


def test_circles_and_strangers_are_refused(library: Library) -> None:
    with pytest.raises(ValueError, match="circle"):
        library.jobs.enqueue([new_job("a", "b"), new_job("b", "a")])
    with pytest.raises(ValueError, match="circle"):
        library.jobs.enqueue([new_job("a", "a")])
    with pytest.raises(ValueError, match="same id"):
        library.jobs.enqueue([new_job("a"), new_job("a")])
    with pytest.raises(NotFound, match="nobody"):
        library.jobs.enqueue([new_job("a"), new_job("b", "nobody")])
    assert library.jobs.list() == []


def test_retry_makes_the_lost_jobs_again(library: Library) -> None:
    library.jobs.enqueue(
        [new_job("other"), new_job("a"), new_job("b", "a", "other"), new_job("c", "b")]
    )
    succeed(library, "other")
    fail(library, "a")
    again = library.jobs.retry("a")
    (b,) = library.jobs.get_many(library.jobs.retries("b"))
    (c,) = library.jobs.get_many(library.jobs.retries("c"))
    assert (b.status, c.status) == (WAITING, WAITING)
    assert set(library.jobs.needs(b.id)) == {Need(again.id), Need("other")}
    assert library.jobs.needs(c.id) == [Need(b.id)]
    succeed(library, again.id)
    succeed(library, b.id)
    assert status(library, c.id) is QUEUED


def test_a_second_retry_finds_the_first_ones_place(library: Library) -> None:
    """Two needs of one job fail; retrying one after the other brings the job back in the end."""
    library.jobs.enqueue([new_job("a"), new_job("b"), new_job("z", "a", "b")])
    fail(library, "a")
    fail(library, "b")
    b2 = library.jobs.retry("b")
    assert library.jobs.retries("z") == []  # it was lost with a
    a2 = library.jobs.retry("a")
    (z2,) = library.jobs.retries("z")
    assert set(library.jobs.needs(z2)) == {Need(a2.id), Need(b2.id)}
    succeed(library, a2.id)
    succeed(library, b2.id)
    assert status(library, z2) is QUEUED


def test_a_whole_batch_that_was_cancelled_comes_back_piece_by_piece(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b", "a")])
    library.jobs.cancel_all()
    assert library.jobs.get("b").reason == "Cancelled by you."
    a2 = library.jobs.retry("a")
    assert library.jobs.retries("b") == []  # it was cancelled for itself
    b2 = library.jobs.retry("b")
    assert (b2.status, library.jobs.needs(b2.id)) == (WAITING, [Need(a2.id)])


def test_what_waits_for_any_end_waits_for_that_of_the_repeat(library: Library) -> None:
    library.jobs.enqueue(
        [new_job("a"), new_job("b"), new_job("z", *(Need(n, success=False) for n in "ab"))]
    )
    succeed(library, "b")
    library.jobs.cancel_all()
    a2 = library.jobs.retry("a")
    z2 = library.jobs.retry("z")
    assert z2.status is WAITING
    assert set(library.jobs.needs(z2.id)) == {Need(a2.id, success=False), Need("b", success=False)}
    fail(library, a2.id)
    assert status(library, z2.id) is QUEUED


def test_an_old_failure_that_was_not_repeated_is_still_an_end(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("z", Need("a", success=False))])
    fail(library, "a")
    succeed(library, "z")
    assert library.jobs.retry("z").status is QUEUED


def step(name: str, *needs: str) -> NewJob:
    """Return a step that goes on whatever becomes of what it needs."""
    wanted = tuple(Need(need, success=False) for need in needs)
    return NewJob(StepRequest(name), JobKind.EXPAND, id=name, title=name, needs=wanted)


def new_try(library: Library, job_id: str) -> str:
    (again,) = library.jobs.retries(job_id)
    return again


def test_steps_that_went_on_without_a_job_run_again_with_its_repeat(library: Library) -> None:
    library.jobs.enqueue(
        [new_job("a"), new_job("b"), step("on_a", "a"), step("on_b", "b"), step("end", "on_a", "b")]
    )
    fail(library, "a")
    for name in ("b", "on_a", "on_b", "end"):
        succeed(library, name)
    a2 = library.jobs.retry("a").id
    on_a2, end2 = new_try(library, "on_a"), new_try(library, "end")
    assert library.jobs.retries("on_b") == []
    assert library.jobs.needs(on_a2) == [Need(a2, success=False)]
    assert set(library.jobs.needs(end2)) == {Need(on_a2, success=False), Need("b", success=False)}
    assert (status(library, on_a2), status(library, end2)) == (WAITING, WAITING)
    fail(library, a2)
    succeed(library, on_a2)
    succeed(library, end2)
    a3 = library.jobs.retry("a").id  # by the first try or the last, what follows is the same
    on_a3, end3 = new_try(library, on_a2), new_try(library, end2)
    assert library.jobs.needs(on_a3) == [Need(a3, success=False)]
    assert set(library.jobs.needs(end3)) == {Need(on_a3, success=False), Need("b", success=False)}


def test_a_job_that_succeeded_is_repeated_alone(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), step("on_a", "a")])
    succeed(library, "a")
    succeed(library, "on_a")
    library.jobs.retry("a")
    assert library.jobs.retries("on_a") == []


def test_many_retries_run_what_follows_from_all_of_them_once(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b"), step("mid", "a"), step("end", "mid", "b")])
    for name in ("a", "b"):
        fail(library, name)
    fail(library, "mid")
    succeed(library, "end")
    a2, b2 = library.jobs.retry("a").id, library.jobs.retry("b").id
    mid2 = library.jobs.retry("mid").id  # it is to run again already
    assert [mid2] == library.jobs.retries("mid")
    end2 = new_try(library, "end")
    needs = {need.job_id for need in library.jobs.needs(end2)}
    assert b2 in needs
    assert mid2 in needs
    succeed(library, a2)
    succeed(library, mid2)
    assert status(library, end2) is WAITING
    succeed(library, b2)
    assert status(library, end2) is QUEUED


def test_a_step_that_is_still_to_come_waits_for_the_repeat(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b"), step("end", "a", "b")])
    fail(library, "a")
    a2 = library.jobs.retry("a").id
    assert library.jobs.retries("end") == []
    succeed(library, "b")
    assert status(library, "end") is WAITING
    succeed(library, a2)
    succeed(library, "end")
    again = library.jobs.retry("end")  # of its own accord: both tries of a job are one need
    assert again.status is QUEUED


def test_a_step_that_runs_meanwhile_runs_once_more_afterwards(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), step("end", "a")])
    fail(library, "a")
    running = start(library, "end")
    a2 = library.jobs.retry("a").id
    end2 = new_try(library, "end")
    succeed(library, a2)
    assert status(library, end2) is WAITING
    library.jobs.finish(running.token)
    fail(library, end2)
    end3 = library.jobs.retry(end2)
    assert end3.status is QUEUED


def test_a_step_that_a_person_cancelled_stays_so(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b"), step("end", "a", "b")])
    library.jobs.cancel(["end"])
    fail(library, "a")
    library.jobs.retry("a")
    assert library.jobs.retries("end") == []


def test_release_waiting_moves_nothing_that_is_settled(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b", "a")])
    assert library.jobs.release_waiting() == []
    succeed(library, "a")
    assert library.jobs.release_waiting() == []
    assert status(library, "b") is QUEUED


def test_an_outcome_is_committed_with_its_step(library: Library) -> None:
    library.campaigns.save(CampaignRecord("k", "Summer", data={"kept": 1}))
    library.jobs.enqueue([new_job("step", campaign_id="k", batch_id="x"), new_job("end", "step")])
    outcome = StepOutcome(
        jobs=(new_job("v1"), new_job("v2", "v1", "step")),
        campaign_id="k",
        campaign={"status": "planned", "chosen": ["one"]},
        creatives=({"id": "cr", "placement": "feed", "data": {"headline": "夏"}},),
    )
    library.jobs.finish(start(library, "step").token, follow_up=outcome)
    campaign = library.campaigns.get("k")
    assert (campaign.status, campaign.data) == ("planned", {"kept": 1, "chosen": ["one"]})
    (creative,) = library.campaigns.creatives("k")
    assert creative.data == {"headline": "夏"}
    v1, v2, end = library.jobs.get_many(["v1", "v2", "end"])
    assert (v1.batch_id, v1.campaign_id) == ("x", "k")
    assert [v1.status, v2.status, end.status] == [QUEUED, WAITING, QUEUED]


def test_a_bad_outcome_leaves_everything_as_it_was(library: Library) -> None:
    library.campaigns.save(CampaignRecord("k", "Summer"))
    library.jobs.enqueue([new_job("step", campaign_id="k")])
    token = start(library, "step").token
    before = library.sequence()
    outcome = StepOutcome(jobs=(new_job("v", "nobody"),), campaign={"a": 1})
    with pytest.raises(NotFound):
        library.jobs.finish(token, follow_up=outcome)
    assert library.sequence() == before
    assert library.campaigns.get("k").data == {}
    assert status(library, "step") is JobStatus.RUNNING


def test_a_step_that_is_run_again_asks_for_jobs_that_are_there(library: Library) -> None:
    library.jobs.enqueue([new_job("step")])
    library.jobs.finish(start(library, "step").token, follow_up=StepOutcome(jobs=(new_job("v"),)))
    succeed(library, "v")
    again = library.jobs.retry("step")
    outcome = StepOutcome(jobs=(new_job("v"), new_job("w", "v")))
    job = library.jobs.finish(start(library, again.id).token, follow_up=outcome)
    assert job.status is JobStatus.SUCCEEDED
    assert status(library, "v") is JobStatus.SUCCEEDED
    assert status(library, "w") is QUEUED


def test_nothing_follows_from_a_step_that_was_to_be_cancelled(library: Library) -> None:
    """It was past the last place where it looks, or was being filed, when the cancel came."""
    library.campaigns.save(CampaignRecord("k", "Summer"))
    library.jobs.enqueue([new_job("step", campaign_id="k"), new_job("end", "step")])
    token = start(library, "step").token
    library.jobs.cancel(["step"])
    outcome = StepOutcome(jobs=(new_job("v"),), campaign_id="k", campaign={"a": 1})
    made = new_asset(library)
    job = library.jobs.finish(token, assets=[made], follow_up=outcome)
    assert (job.status, job.reason) == (CANCELLED, "Cancelled by you.")
    assert status(library, "end") is CANCELLED
    assert library.jobs.get_many(["v"]) == []
    assert library.campaigns.get("k").data == {}
    assert library.assets.by_sha(made.sha256) == []


def test_what_is_made_when_the_cancel_comes_is_kept(library: Library) -> None:
    library.campaigns.save(CampaignRecord("k", "Summer"))
    library.jobs.enqueue([new_job("compose", campaign_id="k")])
    token = start(library, "compose").token
    library.jobs.cancel(["compose"])
    outcome = StepOutcome(campaign_id="k", campaign={"a": 1})
    assert library.jobs.finish(token, follow_up=outcome).status is JobStatus.SUCCEEDED
    assert library.campaigns.get("k").data == {"a": 1}


def test_an_outcome_for_a_campaign_that_is_gone_ends_quietly(library: Library) -> None:
    library.campaigns.save(CampaignRecord("k", "Summer"))
    library.jobs.enqueue([new_job("step", campaign_id="k")])
    token = start(library, "step").token
    library.campaigns.remove("k")
    outcome = StepOutcome(jobs=(new_job("v"),), campaign={"a": 1})
    assert library.jobs.finish(token, follow_up=outcome).status is JobStatus.SUCCEEDED
    assert library.jobs.get_many(["v"]) == []
