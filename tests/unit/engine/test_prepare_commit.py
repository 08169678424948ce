from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from helpers.engines import card, fake_checkpoint

from generators.api import AdapterRef, CheckpointRef, InputRef, Request
from generators.protocol import Finished, Produced
from generators.registry import Registry
from studio.core.checkpoint import Adapter
from studio.core.errors import CheckpointError, NotFound, UserFacingError
from studio.core.job import JobKind, NewJob, StepRequest
from studio.core.recipe import Recipe
from studio.engine.attempt import Attempt
from studio.engine.catalogue import Catalogue
from studio.engine.commit import MOVING, new_assets
from studio.engine.prepare import prepare
from studio.engine.tidy import recover
from studio.services.files.folders import unpack
from studio.store.library import Library
from studio.store.records import NewAsset

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from studio.core.job import Job


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library") as opened:
        yield opened


def claimed(library: Library, new: NewJob) -> Job:
    job = library.jobs.enqueue([new])[0]
    found = library.jobs.claim("test", job_id=job.id)
    assert found is not None
    return found


def with_inputs(catalogue: Catalogue) -> Catalogue:
    """Let the fake generator take an image, which its own manifest does not."""
    entries = []
    for entry in catalogue.registry.entries:
        if entry.manifest and entry.id == "fake":
            mode = replace(entry.manifest.modes[0], optional_inputs=("image",))
            manifest = replace(entry.manifest, modes=(mode, *entry.manifest.modes[1:]))
            entry = replace(entry, manifest=manifest)  # noqa: PLW2901
        entries.append(entry)
    return Catalogue(catalogue._library, Registry(tuple(entries)))


def test_defaults_and_paths_are_filled_in(library: Library, tmp_path: Path) -> None:
    weights = fake_checkpoint(library, tmp_path / "weights", "w")
    picture = tmp_path / "in.png"
    picture.write_bytes(b"not looked at")
    sha, place = library.assets.add_file(picture)
    asset = library.assets.add(NewAsset(sha, place, "image/png", "image", 13, source="imported"))
    lora = tmp_path / "lora"
    lora.mkdir()
    library.models.add_adapter(Adapter("l", "style", "fake", "fake_a", str(lora)))
    request = Request(
        "fake",
        "text",
        {"prompt": "hi"},
        CheckpointRef(weights.id),
        (AdapterRef("l", weight=0.5),),
        (InputRef("image", asset.id),),
    )
    job = claimed(library, NewJob(request))
    prepared = prepare(library, with_inputs(Catalogue(library)), job)
    told = Request.from_json(prepared.run.request)
    assert told.params["steps"] == 4
    assert told.checkpoint is not None
    assert told.checkpoint.path == str(tmp_path / "weights")
    assert told.adapters[0].path == str(lora)
    assert told.adapters[0].weight == 0.5
    assert told.inputs[0].path == str(library.assets.file(asset))
    assert prepared.staging.is_dir()
    assert prepared.run.token == job.token
    assert prepared.run.memory_estimate > 0


@pytest.mark.parametrize(
    ("changes", "error", "words"),
    [
        ({"inputs": (InputRef("image", "gone"),)}, NotFound, "not in the library"),
        ({"inputs": (InputRef("image", path="/no/where"),)}, NotFound, "not there"),
        ({"adapters": (AdapterRef("gone", "style"),)}, CheckpointError, "style"),
        ({"adapters": (AdapterRef("", path="/no/where"),)}, CheckpointError, "not where"),
        ({"checkpoint": CheckpointRef("x", family="sdxl", path="/tmp")}, CheckpointError, "sdxl"),
    ],
)
def test_what_is_missing_is_named(
    library: Library, changes: dict[str, object], error: type[Exception], words: str
) -> None:
    request = replace(Request("fake", "text"), **changes)  # type: ignore[arg-type]
    job = claimed(library, NewJob(request))
    with pytest.raises(error) as caught:
        prepare(library, with_inputs(Catalogue(library)), job)
    assert words in str(caught.value)


def test_a_step_is_told_its_campaign(library: Library) -> None:
    step = NewJob(StepRequest("rank", {"n": 2}), kind=JobKind.EXPAND, campaign_id="c1")
    job = claimed(library, step)
    prepared = prepare(library, Catalogue(library), job)
    assert prepared.run.request["arguments"] == {"n": 2}
    assert prepared.run.request["campaign_id"] == "c1"
    assert prepared.run.request["job_id"] == job.id


def attempt_of(library: Library, new: NewJob) -> Attempt:
    job = claimed(library, new)
    return Attempt(job, prepare(library, Catalogue(library), job))


def put(attempt: Attempt, name: str, content: bytes, media: str, **facts: object) -> Path:
    path = attempt.prepared.staging / name
    path.write_bytes(content)
    attempt.produced.append(Produced(attempt.token, str(path), "text", media, facts))
    return path


def test_what_was_made_becomes_rows(library: Library) -> None:
    attempt = attempt_of(library, card("a prompt"))
    put(attempt, "a.txt", b"hello", "text/plain", seed=5, note="small")
    put(attempt, "b.bin", b"data", "application/octet-stream", width=3, title="B")
    text, other = new_assets(library, attempt, Finished(attempt.token, {"device": "cpu"}))
    assert text.text == "hello"
    assert text.recipe is not None
    assert (text.recipe.seed, text.recipe.notes, text.recipe.index) == (5, ("small",), 0)
    assert (other.modality, other.width, other.title) == ("text", 3, "B")
    stored = library.root / text.path
    assert text.bytes == stored.stat().st_size
    assert hashlib.sha256(stored.read_bytes()).hexdigest() == text.sha256
    job = library.jobs.finish(attempt.token, assets=[text, other])
    assert job.is_final
    assert library.assets.check().clean


def test_a_file_from_elsewhere_is_not_taken(library: Library, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("mine")
    attempt = attempt_of(library, card())
    attempt.produced.append(Produced(attempt.token, str(secret), "text", "text/plain"))
    with pytest.raises(UserFacingError, match="outside"):
        new_assets(library, attempt, Finished(attempt.token))
    assert secret.exists()
    staging = attempt.prepared.staging
    for path, words in ((staging, "outside"), (staging / "none", "not there")):
        attempt.produced[:] = [Produced(attempt.token, str(path), "a", "x/y")]
        with pytest.raises(UserFacingError, match=words):
            new_assets(library, attempt, Finished(attempt.token))


def test_a_folder_becomes_one_file_with_its_recipe(library: Library) -> None:
    packed = []
    for _ in range(2):
        attempt = attempt_of(library, card("a style"))
        folder = attempt.prepared.staging / "adapter"
        (folder / "部分").mkdir(parents=True)
        (folder / "adapter_config.json").write_text("{}")
        (folder / "部分" / "a.safetensors").write_bytes(b"weights" * 1000)
        attempt.produced.append(Produced(attempt.token, str(folder), "adapter", "inode/directory"))
        (asset,) = new_assets(library, attempt, Finished(attempt.token, {"device": "cpu"}))
        packed.append(asset.sha256)
        assert (asset.media_type, asset.modality) == ("application/zip", "other")
        library.jobs.finish(attempt.token, assets=[asset])
    assert packed[0] == packed[1]  # the same content is the same file, whenever it was made
    stored = library.root / asset.path
    assert asset.bytes == stored.stat().st_size
    with zipfile.ZipFile(stored) as opened:
        names = ["adapter_config.json", "部分/a.safetensors", "brandloom_recipe.json"]
        assert opened.namelist() == names
        assert Recipe.loads(opened.read(names[2])).request.params["prompt"] == "a style"
    unpacked = unpack(library.paths, stored)
    assert (unpacked / "部分" / "a.safetensors").read_bytes() == b"weights" * 1000
    assert unpack(library.paths, stored) == unpacked
    assert library.assets.check().clean


def test_a_folder_with_a_way_out_or_nothing_is_not_taken(library: Library, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("mine")
    for fill, words in (
        (lambda folder: (folder / "link").symlink_to(tmp_path / "secret.txt"), "link"),
        (lambda folder: (folder / "within").symlink_to(tmp_path), "link"),
        (lambda folder: (folder / "empty").mkdir(), "empty"),
    ):
        attempt = attempt_of(library, card())
        folder = attempt.prepared.staging / "adapter"
        folder.mkdir()
        fill(folder)
        attempt.produced.append(Produced(attempt.token, str(folder), "adapter", "inode/directory"))
        with pytest.raises(UserFacingError, match=words):
            new_assets(library, attempt, Finished(attempt.token))
    assert not list(library.paths.assets.rglob("*.zip"))


def test_recovery_takes_back_files_without_a_transaction(library: Library) -> None:
    lost = attempt_of(library, card("lost"))
    kept = attempt_of(library, card("kept"))
    for attempt in (lost, kept):
        put(attempt, "same.txt", b"the same bytes", "application/octet-stream")
    put(lost, "own.txt", b"only of the lost one", "application/octet-stream")
    rows = new_assets(library, kept, Finished(kept.token))
    library.jobs.finish(kept.token, assets=rows)
    gone = new_assets(library, lost, Finished(lost.token))  # and here the engine was killed
    assert json.loads((lost.prepared.staging / MOVING).read_text()) == [a.sha256 for a in gone]
    assert recover(library) == 1
    assert (library.root / rows[0].path).exists()
    assert not (library.root / gone[1].path).exists()
    assert not lost.prepared.staging.exists()
    report = library.assets.check()
    assert report.clean, report
