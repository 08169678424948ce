"""A campaign from brief to export with the real library and steps; generators are played."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import zipfile
from dataclasses import replace

import pytest
from helpers import campaigns as played
from helpers.campaigns import SAMPLE, Collector, TinyEngine, add_checkpoints
from PIL import Image

from generators.api import JobCancelled
from generators.registry import Registry
from studio.core.errors import IllegalMove, InvalidParameter
from studio.core.job import JobStatus
from studio.services.brief import load_brief
from studio.services.campaigns import (
    ExportOptions,
    campaign_state,
    change_layout,
    edit_copy,
    export_campaign,
    remake,
    remake_missing,
    run_campaign,
    set_status,
    stop_campaign,
)
from studio.services.export.files import ExportError
from studio.services.files.marks import read_marks
from studio.services.placements import placement
from studio.store.library import Library

REGISTRY = Registry.discover()
SMALL = replace(
    load_brief(SAMPLE / "brief.toml"),
    placements=("google_rsa", "meta_feed"),
    sizes={"meta_feed": ("1080x1080",)},
)


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        add_checkpoints(opened)
        yield opened


@pytest.fixture(scope="module")
def made_once(tmp_path_factory):
    """Return the folder and id of a campaign that is made; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("made") / "library"
    with Library.open(folder) as library:
        add_checkpoints(library)
        campaign_id = run_campaign(library, REGISTRY, SMALL)
        TinyEngine(library).run()
    return folder, campaign_id


@pytest.fixture
def ready(made_once, tmp_path):
    """Return (library, engine, campaign id) of a campaign that is made."""
    folder, campaign_id = made_once
    shutil.copytree(folder, tmp_path / "ready")
    with Library.open(tmp_path / "ready") as library:
        yield library, TinyEngine(library), campaign_id


def _creative(library, campaign_id, start):
    pieces = campaign_state(library, campaign_id, REGISTRY).pieces
    return next(piece for piece in pieces if piece.key.startswith(start))


def test_a_campaign_is_made_whole(ready):
    library, _engine, campaign_id = ready
    state = campaign_state(library, campaign_id, REGISTRY)
    assert (state.status, state.missing) == ("ready", ())
    assert set(state.jobs) == {"succeeded"}
    feed = _creative(library, campaign_id, "meta_feed/1080x1080/en/1")
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
    feed = _creative(library, campaign_id, "meta_feed/1080x1080/en/1")
    set_status(library, [feed.creative_id], "approved")
    assert _creative(library, campaign_id, feed.key).status == "approved"
    assert library.campaigns.get(campaign_id).data["counts"]["approved"] == 1
    with pytest.raises(InvalidParameter, match="cannot be set"):
        set_status(library, [feed.creative_id], "missing")


def test_a_missing_creative_cannot_be_approved(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    TinyEngine(library, fail={"visual/": "Broken."}).run()
    feed = _creative(library, campaign_id, "meta_feed/1080x1080/en/1")
    with pytest.raises(IllegalMove):
        set_status(library, [feed.creative_id], "approved")


def test_edited_copy_is_composed_again(ready):
    library, engine, campaign_id = ready
    feed = _creative(library, campaign_id, "meta_feed/1080x1080/en/1")
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
    feed = _creative(library, campaign_id, "meta_feed")
    for wrong in (["x" * 28], ["The cheapest one"], []):
        with pytest.raises(InvalidParameter, match="Headline"):
            edit_copy(library, feed.creative_id, {"headline": wrong}, registry=REGISTRY)
    with pytest.raises(InvalidParameter, match="no field"):
        edit_copy(library, feed.creative_id, {"slogan": ["x"]}, registry=REGISTRY)


def test_text_alone_is_edited_at_once(ready):
    library, _, campaign_id = ready
    rsa = _creative(library, campaign_id, "google_rsa")
    heads = ["Hot until noon", "Repair it for life", "Made of old steel"]
    assert edit_copy(library, rsa.creative_id, {"headline": heads}, registry=REGISTRY) == []
    assert library.campaigns.get_creative(rsa.creative_id).data["texts"]["headline"] == heads


def test_one_visual_is_remade_and_the_others_stay(ready):
    library, engine, campaign_id = ready
    before = {p.key: p.asset_id for p in campaign_state(library, campaign_id, REGISTRY).pieces}
    feed = _creative(library, campaign_id, "meta_feed/1080x1080/en/1")
    remake(library, feed.creative_id, "visual", registry=REGISTRY)
    engine.run()
    after = {p.key: p.asset_id for p in campaign_state(library, campaign_id, REGISTRY).pieces}
    assert [key for key in before if before[key] != after[key]] == [feed.key]
    assert _creative(library, campaign_id, feed.key).texts == feed.texts


def test_one_copy_is_remade_and_reads_differently(ready):
    library, engine, campaign_id = ready
    feed = _creative(library, campaign_id, "meta_feed/1080x1080/en/1")
    remake(library, feed.creative_id, "copy", registry=REGISTRY)
    remake(library, feed.creative_id, "visual", registry=REGISTRY)  # both at once do not collide
    engine.run()
    new = _creative(library, campaign_id, feed.key)
    assert new.texts["headline"] != feed.texts["headline"]
    assert campaign_state(library, campaign_id, REGISTRY).status == "ready"


def test_another_layout(ready):
    library, engine, campaign_id = ready
    feed = _creative(library, campaign_id, "meta_feed/1080x1080/en/1")
    change_layout(library, feed.creative_id, "framed", registry=REGISTRY)
    engine.run()
    assert library.campaigns.get_creative(feed.creative_id).data["layout"] == "framed"


def test_stopping(library):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    assert stop_campaign(library, campaign_id) > 3
    assert campaign_state(library, campaign_id, REGISTRY).status == "stopped"


# export -----------------------------------------------------------------------------------------


def test_export(ready, tmp_path):
    library, engine, campaign_id = ready
    job, folder = export_campaign(library, campaign_id, tmp_path / "out")
    engine.run()
    assert library.jobs.get(job.id).status is JobStatus.SUCCEEDED
    assert folder.name == "halden-autumn-launch"
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    manifest = json.loads((folder / "manifest.json").read_text())
    on_disk = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert on_disk == {item["path"] for item in manifest["files"]} | {"manifest.json"}
    for item in manifest["files"]:
        content = (folder / item["path"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == item["sha256"]
        assert len(content) == item["bytes"]
    picture = folder / "meta_feed" / "halden-autumn-launch_meta-feed_1080x1080_en_v1.jpg"
    marks = read_marks(picture)
    assert marks is not None
    assert marks.composite
    for music in ("wav", "mp3"):
        found = read_marks(folder / "music" / f"halden-autumn-launch_music.{music}")
        assert found is not None
        assert found.is_ai
    rows = list(csv.DictReader(io.StringIO((folder / "copy.csv").read_bytes().decode("utf-8-sig"))))
    assert {row["placement"] for row in rows} == {"google_rsa", "meta_feed"}
    assert (folder / "copy.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with zipfile.ZipFile(folder.with_name(folder.name + ".zip")) as archive:
        assert {n.partition("/")[2] for n in archive.namelist()} == on_disk


def test_nothing_of_the_brief_goes_out(ready, tmp_path):
    library, engine, campaign_id = ready
    secrets = [SMALL.audience, SMALL.visual_style, SMALL.brand.voice, "empty space", "lower third"]
    _, folder = export_campaign(library, campaign_id, tmp_path, ExportOptions(archive=False))
    engine.run()
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            for secret in secrets:
                assert secret.encode() not in content, (path, secret)


def test_only_what_is_approved(ready, tmp_path):
    library, engine, campaign_id = ready
    options = ExportOptions(approved_only=True)
    job, folder = export_campaign(library, campaign_id, tmp_path, options)
    engine.run()
    assert library.jobs.get(job.id).reason == "There is nothing to export."
    assert not folder.exists()
    feed = _creative(library, campaign_id, "meta_feed/1080x1080/en/2")
    set_status(library, [feed.creative_id], "approved")
    _, folder = export_campaign(library, campaign_id, tmp_path, options)
    engine.run()
    assert [path.name for path in folder.glob("*/*.jpg")] == [
        "halden-autumn-launch_meta-feed_1080x1080_en_v2.jpg"
    ]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {item["piece"] for item in manifest["left_out"]} == {
        "google_rsa/text/en/1", "meta_feed/1080x1080/en/1",
    }  # fmt: skip


def test_the_export_says_what_is_missing(library, tmp_path):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    engine = TinyEngine(library, fail={"visual/square/2": "Broke.", "music": "No sound."})
    engine.run()
    _, folder = export_campaign(library, campaign_id, tmp_path)
    engine.run()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {item["piece"] for item in manifest["missing"]} == {"meta_feed/1080x1080/en/2", "music"}
    exports = campaign_state(library, campaign_id, REGISTRY).exports
    assert exports[0]["folder"] == str(folder)


@pytest.mark.parametrize("since", ["removed", "others at their path"])
def test_the_licence_from_the_start_of_a_campaign_holds(library, tmp_path, since):
    (music,) = library.models.list(modality="audio")
    library.models.update(music.id, commercial_use=False, licence="CC-BY-NC-4.0")
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    engine = TinyEngine(library)
    engine.run()
    if since == "removed":
        library.models.remove(music.id)
    else:
        library.models.update(music.id, commercial_use=True, licence="MIT")
    with pytest.raises(ExportError, match=r"tiny audio \(CC-BY-NC-4\.0\)"):
        export_campaign(library, campaign_id, tmp_path)
    options = ExportOptions(override_licence=True)
    _, folder = export_campaign(library, campaign_id, tmp_path, options)
    engine.run()
    listed = json.loads((folder / "manifest.json").read_text())["checkpoints"]
    (told,) = [item for item in listed if item["modality"] == "audio"]
    assert (told["licence"], told["commercial_use"]) == ("CC-BY-NC-4.0", False)


def test_weights_off_the_list_do_not_stand_in_the_way_of_an_export(library, tmp_path):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    engine = TinyEngine(library)
    engine.run()
    for checkpoint in library.models.list():
        library.models.remove(checkpoint.id)
    job, _ = export_campaign(library, campaign_id, tmp_path)
    engine.run()
    assert library.jobs.get(job.id).status is JobStatus.SUCCEEDED
    library.campaigns.patch(campaign_id, {"weights": {}})  # as before licences were noted
    with pytest.raises(ExportError, match=r"audio weights that are listed no more \(licence unk"):
        export_campaign(library, campaign_id, tmp_path)


def test_non_commercial_weights_stop_the_export_until_overridden(library, tmp_path):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    engine = TinyEngine(library)
    engine.run()
    for checkpoint in library.models.list(modality="audio"):
        library.models.update(checkpoint.id, commercial_use=False, licence="CC-BY-NC-4.0")
    with pytest.raises(ExportError, match=r"CC-BY-NC-4\.0"):
        export_campaign(library, campaign_id, tmp_path)
    options = ExportOptions(override_licence=True)
    _, folder = export_campaign(library, campaign_id, tmp_path, options)
    engine.run()
    assert json.loads((folder / "manifest.json").read_text())["licence_override"] is True
    assert library.campaigns.get(campaign_id).data["licence_override"] is True


def test_a_second_export_takes_another_name(ready, tmp_path):
    library, engine, campaign_id = ready
    _, one = export_campaign(library, campaign_id, tmp_path)
    _, two = export_campaign(library, campaign_id, tmp_path)
    assert (one.name, two.name) == ("halden-autumn-launch", "halden-autumn-launch-2")
    engine.run()
    assert one.is_dir()
    assert two.is_dir()


def test_an_export_that_is_cancelled_leaves_nothing(ready, tmp_path):
    library, engine, campaign_id = ready
    export_campaign(library, campaign_id, tmp_path / "out")
    job = library.jobs.claim("tiny")
    with pytest.raises(JobCancelled):
        engine.outcome(job, Collector(cancel_after=3))
    assert list((tmp_path / "out").iterdir()) == []


def test_an_export_after_the_run_waits_for_all_of_it(library, tmp_path):
    campaign_id = run_campaign(library, REGISTRY, SMALL)
    _, folder = export_campaign(library, campaign_id, tmp_path, after_running=True)
    engine = TinyEngine(library)
    engine.run()
    assert len(list(folder.glob("meta_feed/*.jpg"))) == 2
    assert engine.done[-1].startswith("export/")


def test_an_export_that_was_killed_after_publishing_is_not_doubled(ready, tmp_path):
    library, engine, campaign_id = ready
    _, folder = export_campaign(library, campaign_id, tmp_path)
    job = library.jobs.claim("tiny")
    first = engine.outcome(job, Collector())
    archive = folder.with_name(f"{folder.name}.zip")
    archive.unlink()  # killed before it was packed
    assert engine.outcome(job, Collector()) == first
    assert archive.is_file()
    assert {path.name for path in tmp_path.glob("halden*")} == {folder.name, archive.name}


def test_an_export_that_is_run_again_leaves_the_first(ready, tmp_path):
    library, engine, campaign_id = ready
    job, folder = export_campaign(library, campaign_id, tmp_path)
    engine.run()
    before = (folder / "manifest.json").read_bytes()
    folder.with_name(f"{folder.name}.zip").unlink()  # it was sent away
    again = library.jobs.retry(job.id)
    engine.run()
    assert library.jobs.get(again.id).status is JobStatus.SUCCEEDED
    assert (folder / "manifest.json").read_bytes() == before
    assert json.loads((tmp_path / f"{folder.name}-2" / "manifest.json").read_text())["files"]
    assert (tmp_path / f"{folder.name}-2.zip").is_file()
