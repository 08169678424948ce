"""A campaign from brief to creatives with the real library and steps; generators are played."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from helpers import campaigns as played
from helpers.campaigns import SMALL, Collector, TinyEngine, add_checkpoints, piece_of
from PIL import Image

from generators.registry import Registry
from studio.core.errors import IllegalMove, InvalidParameter
from studio.services.campaigns import (
    campaign_state,
    change_layout,
    edit_copy,
    remake,
    remake_missing,
    run_campaign,
    set_status,
    stop_campaign,
)
from studio.services.placements import placement
from studio.store.library import Library

REGISTRY = Registry.discover()


def test_a_campaign_is_made_whole(ready):
    library, _engine, campaign_id = ready
    state = campaign_state(library, campaign_id, REGISTRY)
    assert (state.status, state.missing) == ("ready", ())
    assert set(state.jobs) == {"succeeded"}
    feed = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    asset = library.assets.get(feed.asset_id)
    with Image.open(library.assets.file(asset)) as picture:
        assert picture.size == (1080, 1080)
    assert asset.source == "composed"
    visual = library.assets.parents(asset.id)
    assert len(visual) == 1
    layers = library.campaigns.get_creative(feed.creative_id).data["layers"]
    assert next(x for x in layers if x["kind"] == "visual")["asset_id"] == visual[0].id
    for spec in placement("meta_feed").written():
        assert len(feed.texts[spec.key][0]) <= spec.max_width
    assert all(item["reasons"] for item in state.dropped)
    json.dumps(state.to_json())


def test_the_same_seed_makes_the_same_campaign(tmp_path):
    made = []
    for name in ("a", "b"):
        with Library.open(tmp_path / name) as library:
            add_checkpoints(library)
            campaign_id = run_campaign(library, REGISTRY, replace(SMALL, variants=1))
            TinyEngine(library).run()
            pieces = campaign_state(library, campaign_id, REGISTRY).pieces
            shas = [library.assets.get(p.asset_id).sha256 for p in pieces if p.asset_id]
            made.append(([(p.key, p.texts) for p in pieces], shas))
    assert made[0] == made[1]


def test_a_step_that_runs_twice_asks_for_the_same(library):
    run_campaign(library, REGISTRY, SMALL)
    engine = TinyEngine(library)
    again = 0
    while (job := library.jobs.claim("tiny")) is not None:
        if not hasattr(job.request, "step"):
            engine._generate(job)
            continue
        first, second = Collector(), Collector()
        once, twice = engine.outcome(job, first), engine.outcome(job, second)
        assert once == twice
        assert [facts for *_, facts in first.files] == [facts for *_, facts in second.files]
        again += 1
        assets = [engine._asset(path, kind, facts) for path, _, kind, facts in second.files]
        engine._finish(job, assets, twice)
    assert again >= 6


def test_a_failed_piece_leaves_the_others(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    engine = TinyEngine(
        library, fail={"visual/square/2": "The picture broke.", "music": "No sound."}
    )
    engine.run()
    state = campaign_state(library, campaign_id, REGISTRY)
    assert state.status == "incomplete"
    assert dict(state.missing) == {
        "meta_feed/1080x1080/en/2": "No visual: The picture broke.",
        "music": "No sound.",
    }
    assert state.counts["draft"] == 2
    engine.fail.clear()
    remake_missing(library, campaign_id, registry=REGISTRY)
    engine.run()
    state = campaign_state(library, campaign_id, REGISTRY)
    assert (state.status, state.missing) == ("ready", ())


def test_copy_is_asked_for_again_and_then_given_up(library, monkeypatch):
    answer = [(b'{"headline": "Way too long for it"}', "application/json")]
    monkeypatch.setitem(played.ANSWERS, "text_gpt", lambda *_: answer)
    campaign_id = run_campaign(library, REGISTRY, replace(SMALL, placements=("meta_feed",)))
    engine = TinyEngine(library)
    engine.run()
    asked = [key for key in engine.done if key.startswith("copy/")]
    assert asked == ["copy/meta_feed/en#1", "copy/meta_feed/en#2", "copy/meta_feed/en#3"]
    state = campaign_state(library, campaign_id, REGISTRY)
    reason = dict(state.missing)["meta_feed/1080x1080/en/1"]
    assert reason.startswith("No candidate: Primary text: 0 fit within 125")
    assert not any(key.startswith("visual/") for key in engine.done)


def test_copy_that_cannot_be_written_is_not_asked_for_again(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    engine = TinyEngine(library, fail={"copy/": "Out of words."})
    engine.run()
    assert sum(key.startswith("copy/") for key in engine.done) == 2
    missing = dict(campaign_state(library, campaign_id, REGISTRY).missing)
    assert "The copy could not be written. Out of words." in missing["google_rsa/text/en/1"]


def test_review(ready):
    library, _, campaign_id = ready
    feed = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    set_status(library, [feed.creative_id], "approved")
    assert piece_of(library, campaign_id, feed.key).status == "approved"
    assert library.campaigns.get(campaign_id).data["counts"]["approved"] == 1
    with pytest.raises(InvalidParameter, match="cannot be set"):
        set_status(library, [feed.creative_id], "missing")


def test_a_missing_creative_cannot_be_approved(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    TinyEngine(library, fail={"visual/": "Broken."}).run()
    feed = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    with pytest.raises(IllegalMove):
        set_status(library, [feed.creative_id], "approved")


def test_edited_copy_is_composed_again(ready):
    library, engine, campaign_id = ready
    feed = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    edit_copy(
        library, feed.creative_id, {"headline": ["Still hot at noon"]}, cta="Go", registry=REGISTRY
    )
    engine.run()
    new = library.campaigns.get_creative(feed.creative_id)
    texts = {layer["role"]: layer["text"] for layer in new.data["layers"] if "role" in layer}
    assert (texts["headline"], texts["cta"]) == ("Still hot at noon", "Go")
    assert new.data["texts"]["headline"] == ["Still hot at noon"]
    assert new.data["asset_id"] != feed.asset_id
    assert new.data["visual_asset_id"]


def test_edited_copy_keeps_the_limits(ready):
    library, _, campaign_id = ready
    feed = piece_of(library, campaign_id, "meta_feed")
    for wrong in (["x" * 28], ["The cheapest one"], []):
        with pytest.raises(InvalidParameter, match="Headline"):
            edit_copy(library, feed.creative_id, {"headline": wrong}, registry=REGISTRY)
    with pytest.raises(InvalidParameter, match="no field"):
        edit_copy(library, feed.creative_id, {"slogan": ["x"]}, registry=REGISTRY)


def test_text_alone_is_edited_at_once(ready):
    library, _, campaign_id = ready
    rsa = piece_of(library, campaign_id, "google_rsa")
    heads = ["Hot until noon", "Repair it for life", "Made of old steel"]
    assert edit_copy(library, rsa.creative_id, {"headline": heads}, registry=REGISTRY) == []
    assert library.campaigns.get_creative(rsa.creative_id).data["texts"]["headline"] == heads


def test_one_visual_is_remade_and_the_others_stay(ready):
    library, engine, campaign_id = ready
    before = {p.key: p.asset_id for p in campaign_state(library, campaign_id, REGISTRY).pieces}
    feed = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    remake(library, feed.creative_id, "visual", registry=REGISTRY)
    engine.run()
    after = {p.key: p.asset_id for p in campaign_state(library, campaign_id, REGISTRY).pieces}
    assert [key for key in before if before[key] != after[key]] == [feed.key]
    assert piece_of(library, campaign_id, feed.key).texts == feed.texts


def test_one_copy_is_remade_and_reads_differently(ready):
    library, engine, campaign_id = ready
    feed = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    remake(library, feed.creative_id, "copy", registry=REGISTRY)
    remake(library, feed.creative_id, "visual", registry=REGISTRY)  # both at once do not collide
    engine.run()
    new = piece_of(library, campaign_id, feed.key)
    assert new.texts["headline"] != feed.texts["headline"]
    assert campaign_state(library, campaign_id, REGISTRY).status == "ready"


def test_another_layout(ready):
    library, engine, campaign_id = ready
    feed = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    change_layout(library, feed.creative_id, "framed", registry=REGISTRY)
    engine.run()
    assert library.campaigns.get_creative(feed.creative_id).data["layout"] == "framed"


def test_stopping(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    assert stop_campaign(library, campaign_id) > 3
    assert campaign_state(library, campaign_id, REGISTRY).status == "stopped"
