"""Campaigns of which a part failed: what a retry brings back, and what a remake of the missing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import campaigns as played
from helpers.campaigns import SMALL, TinyEngine, piece_of

from generators.registry import Registry
from studio.core.errors import IllegalMove
from studio.core.job import JobStatus
from studio.services.campaigns import (
    campaign_state,
    change_layout,
    remake,
    remake_missing,
    remake_piece,
    run_campaign,
    set_status,
)

REGISTRY = Registry.discover()
FEED = replace(SMALL, placements=("meta_feed",), variants=1)
TEXT = replace(SMALL, placements=("google_rsa",), music=replace(SMALL.music, wanted=False))
KEY = "meta_feed/1080x1080/en/1"


def run_with(library, brief, fail):
    campaign_id = run_campaign(library, REGISTRY, brief)
    engine = TinyEngine(library, fail=fail)
    engine.run()
    engine.fail.clear()
    engine.done.clear()
    return campaign_id, engine


def retry_failed(library, campaign_id):
    failed = library.jobs.list(campaign_id=campaign_id, statuses=[JobStatus.FAILED])
    for job in failed:
        library.jobs.retry(job.id)
    assert failed


def whole(library, campaign_id):
    state = campaign_state(library, campaign_id, REGISTRY)
    return (state.status, state.missing) == ("ready", ())


@pytest.mark.parametrize(
    ("broken", "again"),
    [
        ("visual/", ["visual/square/1", f"compose/{KEY}", "finalise#2"]),
        ("music", ["music", "finalise#1"]),
    ],
)
def test_a_retry_mends_what_lacked_the_job_and_no_more(library, broken, again):
    campaign_id, engine = run_with(library, FEED, {broken: "Out of memory."})
    assert campaign_state(library, campaign_id, REGISTRY).status == "incomplete"
    retry_failed(library, campaign_id)
    engine.run()
    assert whole(library, campaign_id)
    assert engine.done == again


def test_a_retry_of_the_copy_goes_on_as_if_it_had_come_at_once(library):
    campaign_id, engine = run_with(library, replace(SMALL, variants=1), {"copy/": "Out of words."})
    assert not any(key.startswith("visual/") for key in engine.done)
    retry_failed(library, campaign_id)
    engine.run()
    assert whole(library, campaign_id)
    made = [key for key in engine.done if key.startswith(("copy", "select", "visual", "compose"))]
    assert len(made) == len(set(made))
    assert piece_of(library, campaign_id, KEY).asset_id


def test_a_retry_leaves_what_a_person_has_made_in_another_way(library):
    campaign_id, engine = run_with(library, TEXT, {"copy/": "Out of words."})
    text = piece_of(library, campaign_id, "google_rsa")
    remake(library, text.creative_id, "copy", registry=REGISTRY)
    engine.run()
    set_status(library, [text.creative_id], "approved")
    mine = piece_of(library, campaign_id, "google_rsa")
    retry_failed(library, campaign_id)
    engine.run()
    assert piece_of(library, campaign_id, "google_rsa") == mine


def test_a_retry_that_fails_in_another_way_says_so(library):
    campaign_id, engine = run_with(library, FEED, {"copy/": "Out of words."})
    engine.fail["copy/"] = "Out of ink."
    retry_failed(library, campaign_id)
    engine.run()
    assert "Out of ink." in piece_of(library, campaign_id, KEY).reason


def test_a_piece_that_was_never_composed_can_be_remade(library):
    campaign_id, engine = run_with(library, FEED, {"compose": "It crashed."})
    assert piece_of(library, campaign_id, KEY).creative_id == ""
    remake_piece(library, campaign_id, KEY, "visual", registry=REGISTRY)
    with pytest.raises(IllegalMove, match="still being made"):
        remake_piece(library, campaign_id, KEY, "copy", registry=REGISTRY)
    engine.run()
    assert whole(library, campaign_id)


def test_what_only_lacks_its_composition_is_only_composed(library):
    campaign_id, engine = run_with(library, FEED, {"compose": "It crashed."})
    remake_missing(library, campaign_id, registry=REGISTRY)
    engine.run()
    assert engine.done == [f"compose/{KEY}@1", "finalise@1#1"]
    assert whole(library, campaign_id)


def test_a_visual_that_several_creatives_lack_is_made_once(library):
    brief = replace(FEED, languages=("en", "de"))
    campaign_id, engine = run_with(library, brief, {"visual/": "Broke.", "music": "No sound."})
    remake_missing(library, campaign_id, registry=REGISTRY)
    with pytest.raises(IllegalMove, match="still being made"):
        remake_missing(library, campaign_id, registry=REGISTRY)
    engine.run()
    assert sum(key.startswith("visual/") for key in engine.done) == 1
    assert sum(key.startswith("compose/") for key in engine.done) == 2
    assert whole(library, campaign_id)
    assert remake_missing(library, campaign_id, registry=REGISTRY) == []


def test_a_picture_that_was_deleted_is_missing_and_is_composed_again(ready):
    library, engine, campaign_id = ready
    feed = piece_of(library, campaign_id, KEY)
    library.assets.trash([feed.asset_id])
    library.assets.empty_trash()
    lost = piece_of(library, campaign_id, KEY)
    assert (lost.status, lost.asset_id) == ("missing", "")
    assert "deleted" in dict(campaign_state(library, campaign_id, REGISTRY).missing)[KEY]
    engine.done.clear()
    remake_missing(library, campaign_id, registry=REGISTRY)
    engine.run()
    assert whole(library, campaign_id)
    assert not any(key.startswith("visual/") for key in engine.done)


def test_new_copy_keeps_the_picture_though_its_visual_is_in_the_trash(ready):
    library, engine, campaign_id = ready
    feed = piece_of(library, campaign_id, KEY)
    before = library.campaigns.get_creative(feed.creative_id).data["visual_asset_id"]
    library.assets.trash([before])
    engine.done.clear()
    remake(library, feed.creative_id, "copy", registry=REGISTRY)
    engine.run()
    after = library.campaigns.get_creative(feed.creative_id).data
    assert after["texts"] != feed.texts
    assert after["visual_asset_id"] == before
    assert not any(key.startswith("visual/") for key in engine.done)


def test_text_that_does_not_suit_is_written_anew(library, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setitem(played.ANSWERS, "text_gpt", lambda *_: [(b"{}", "application/json")])
        campaign_id, engine = run_with(library, TEXT, {})
    remake_missing(library, campaign_id, registry=REGISTRY)
    engine.run()
    assert whole(library, campaign_id)


def test_a_creative_whose_visual_was_deleted_says_so(ready):
    library, engine, campaign_id = ready
    piece = piece_of(library, campaign_id, KEY)
    creative = library.campaigns.get_creative(piece.creative_id)
    library.assets.trash([creative.data["visual_asset_id"]])
    library.assets.empty_trash()
    [job, *_] = change_layout(library, creative.id, "framed")
    engine.run()
    assert "deleted" in library.jobs.get(job.id).reason
    assert piece_of(library, campaign_id, KEY).asset_id == piece.asset_id
    remake(library, creative.id, "visual")
    engine.run()
    assert piece_of(library, campaign_id, KEY).asset_id != piece.asset_id
