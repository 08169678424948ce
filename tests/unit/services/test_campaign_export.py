"""A campaign as a folder that goes out: what is in it, what is not, and what stops it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from dataclasses import replace

import pytest
from helpers.campaigns import SMALL, Collector, TinyEngine, piece_of

from generators.api import JobCancelled
from generators.registry import Registry
from studio.core.asset import AssetQuery
from studio.core.job import JobStatus
from studio.services.campaigns import (
    ExportOptions,
    campaign_state,
    export_campaign,
    run_campaign,
    set_status,
)
from studio.services.export.files import ExportError
from studio.services.files.marks import read_marks

REGISTRY = Registry.discover()


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
    feed = piece_of(library, campaign_id, "meta_feed/1080x1080/en/2")
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


def test_logos_alone_are_no_export(library, tmp_path):
    brief = replace(
        SMALL,
        placements=("google_pmax",),
        sizes={"google_pmax": ("1200x1200",)},
        music=replace(SMALL.music, wanted=False),
    )
    campaign_id = run_campaign(library, REGISTRY, brief)
    engine = TinyEngine(library, fail={"visual/": "Broke."})
    engine.run()
    assert piece_of(library, campaign_id, "google_pmax/logo").status == "draft"
    options = ExportOptions(approved_only=True)
    job, folder = export_campaign(library, campaign_id, tmp_path, options)
    engine.run()
    ended = library.jobs.get(job.id)
    assert (ended.reason, ended.hint) == (
        "There is nothing to export.", "Approve some creatives first.",
    )  # fmt: skip
    assert not folder.exists()


@pytest.mark.parametrize("how", ["deleted", "file lost"])
def test_a_picture_that_is_gone_keeps_no_other_from_going_out(ready, tmp_path, how):
    library, engine, campaign_id = ready
    gone = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    if how == "deleted":
        library.assets.trash([gone.asset_id])
        library.assets.empty_trash()
    else:
        library.assets.file(library.assets.get(gone.asset_id)).unlink()
    job, folder = export_campaign(library, campaign_id, tmp_path)
    engine.run()
    assert library.jobs.get(job.id).status is JobStatus.SUCCEEDED
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [item["piece"] for item in manifest["missing"]] == [gone.key]
    assert [path.name for path in folder.glob("*/*.jpg")] == [
        "halden-autumn-launch_meta-feed_1080x1080_en_v2.jpg"
    ]
    written = (folder / "meta_feed" / "copy.csv").read_text("utf-8-sig")
    assert {row["variant"] for row in csv.DictReader(io.StringIO(written))} == {"2"}


def test_what_lies_in_the_trash_does_not_go_out(ready, tmp_path):
    library, engine, campaign_id = ready
    thrown = piece_of(library, campaign_id, "meta_feed/1080x1080/en/1")
    (bed,) = library.assets.page(AssetQuery(modality="audio"), limit=5)
    library.assets.trash([thrown.asset_id, bed.id])
    _, folder = export_campaign(library, campaign_id, tmp_path)
    engine.run()
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [(item["piece"], item["status"]) for item in manifest["left_out"]] == [
        (thrown.key, "trashed")
    ]
    assert [item["piece"] for item in manifest["missing"]] == ["music"]
    assert not (folder / "music").exists()
    library.assets.restore([thrown.asset_id, bed.id])
    _, folder = export_campaign(library, campaign_id, tmp_path / "again")
    engine.run()
    assert json.loads((folder / "manifest.json").read_text())["left_out"] == []
    assert len(list(folder.glob("*/*.jpg"))) == 2


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
