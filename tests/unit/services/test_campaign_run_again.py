"""Steps of a campaign that a person runs again when they have succeeded already."""

from __future__ import annotations

from dataclasses import replace

from helpers import campaigns as played
from helpers.campaigns import SMALL, TinyEngine

from generators.registry import Registry
from studio.core.job import JobStatus
from studio.services.campaigns import campaign_state, run_campaign

REGISTRY = Registry.discover()


def run_again(library, campaign_id, beginning):
    """Run the first step whose key begins so once more; return the jobs that were there before."""
    before = library.jobs.list(campaign_id=campaign_id)
    old = next(job for job in reversed(before) if job.step_key.startswith(beginning))
    assert old.status is JobStatus.SUCCEEDED
    library.jobs.retry(old.id)
    TinyEngine(library).run()
    return before, old


def test_every_step_can_be_run_again(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    TinyEngine(library).run()
    state = campaign_state(library, campaign_id, REGISTRY)
    for beginning in ("prompts", "select/meta_feed", "select/google_rsa", "compose", "finalise"):
        before, _ = run_again(library, campaign_id, beginning)
        after = library.jobs.list(campaign_id=campaign_id)
        assert len(after) == len(before) + 1  # nothing is doubled
        assert {job.status for job in after} == {JobStatus.SUCCEEDED}
    now = campaign_state(library, campaign_id, REGISTRY)
    assert (now.status, now.missing) == (state.status, state.missing)


def test_a_creative_composed_again_shows_the_new_picture(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    TinyEngine(library).run()
    _, old = run_again(library, campaign_id, "compose/meta_feed/1080x1080/en/1")
    (again,) = library.jobs.retries(old.id)
    pieces = campaign_state(library, campaign_id, REGISTRY).pieces
    piece = next(item for item in pieces if item.key == "meta_feed/1080x1080/en/1")
    assert library.assets.get(piece.asset_id).job_id == again


def test_choosing_copy_again_forgets_no_later_round(library, monkeypatch):
    """The first round was not enough; run again, it chooses from the second as well."""
    good = played.write_copy

    def second_time(request, seed):
        first = len(asked) < 1
        asked.append(seed)
        return [(b"{}", "application/json")] if first else good(request, seed)

    asked = []
    monkeypatch.setitem(played.ANSWERS, "text_gpt", second_time)
    campaign_id = run_campaign(library, REGISTRY, replace(SMALL, placements=("meta_feed",)))
    TinyEngine(library).run()
    keys = [job.step_key for job in library.jobs.list(campaign_id=campaign_id)]
    assert "select/meta_feed/en#2" in keys
    before = library.campaigns.get(campaign_id).data["copy/meta_feed/en"]
    run_again(library, campaign_id, "select/meta_feed/en#1")
    assert library.campaigns.get(campaign_id).data["copy/meta_feed/en"] == before


def test_checking_again_waits_for_what_is_made_again(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    TinyEngine(library).run()
    jobs = {job.step_key: job.id for job in library.jobs.list(campaign_id=campaign_id)}
    assert "finalise#2" in jobs  # the first one had to wait, so there is a second
    composing = library.jobs.retry(jobs["compose/meta_feed/1080x1080/en/1"])
    library.jobs.pause([composing.id])
    library.jobs.retry(jobs["finalise#1"])
    TinyEngine(library).run()
    (waiting,) = library.jobs.list(campaign_id=campaign_id, statuses=[JobStatus.WAITING])
    assert waiting.step_key not in jobs
    library.jobs.resume([composing.id])
    TinyEngine(library).run()
    assert library.jobs.get(waiting.id).status is JobStatus.SUCCEEDED
