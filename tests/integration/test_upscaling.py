"""Upscaling through queue, engine and worker: a job of its own, and the last step of a visual."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import tiny_upscaler
from helpers.engines import ended, running_engine
from PIL import Image

from generators.image_diffusion.tiny import make_untrained_checkpoint
from generators.registry import Registry
from studio.core.asset import AssetQuery
from studio.core.errors import NotFound, UserFacingError
from studio.core.job import JobStatus
from studio.services.checkpoints.catalogue import add_weights
from studio.services.files.importing import import_file
from studio.services.generation import Materials, build_request, enqueue
from studio.services.upscaling import upscale_asset, upscaling_checkpoint
from studio.store.library import Library

REGISTRY = Registry.discover()


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("upscaling")


@pytest.fixture(scope="module")
def library(place):
    with Library.open(place / "library") as opened, running_engine(place / "library"):
        yield opened


@pytest.fixture(scope="module")
def upscaler(library, place):
    tiny_upscaler.write(place / "tiny.safetensors")
    return add_weights(library, REGISTRY, place / "tiny.safetensors", name="Tiny")


@pytest.fixture(scope="module")
def picture(library, place):
    levels = np.random.default_rng(1).integers(0, 255, (20, 30, 3), np.uint8)
    Image.fromarray(levels).save(place / "given.png")
    return import_file(library, place / "given.png").asset


def _made(library, job):
    assert (done := ended(library, job.id, 120)).status is JobStatus.SUCCEEDED, done
    [asset] = library.assets.page(AssetQuery(job_id=job.id), limit=5)
    return asset


def test_a_picture_is_enlarged_and_names_its_parent(library, upscaler, picture):
    asset = _made(library, upscale_asset(library, REGISTRY, picture.id, {"factor": 3}))
    assert (asset.width, asset.height, asset.model) == (90, 60, "Tiny")
    assert [parent.id for parent in library.assets.parents(asset.id)] == [picture.id]
    assert asset.title == picture.title
    assert asset.recipe.request.params["factor"] == 3
    assert asset.recipe.request.checkpoint.path == ""  # no path of this machine
    assert asset.recipe.execution["upscaler"]["passes"] == 1
    with Image.open(library.assets.file(asset)) as made:
        assert made.size == (90, 60)


def test_a_visual_is_brought_to_its_size_by_the_upscaler(library, upscaler, place):
    folder = make_untrained_checkpoint(place / "untrained", seed=1)
    checkpoint = add_weights(library, REGISTRY, folder)
    manifest = REGISTRY.get("image_diffusion")
    params = {"prompt": "a cup", "num_inference_steps": 1, "width": 400, "height": 400, "seed": 3}
    request = build_request(
        library, manifest, "text_to_image", params, Materials(checkpoint=checkpoint)
    )
    assert request.upscaler.id == upscaler.id
    asset = _made(library, enqueue(library, request))
    assert (asset.width, asset.height) == (400, 400)
    assert any("enlarged once ×4 by Tiny" in note for note in asset.recipe.notes)
    assert asset.recipe.request.upscaler.name == "Tiny"
    assert asset.recipe.request.upscaler.path == ""
    again = _made(library, enqueue(library, request))
    with (
        Image.open(library.assets.file(asset)) as one,
        Image.open(library.assets.file(again)) as other,
    ):
        assert one.tobytes() == other.tobytes()
    none = build_request(
        library, manifest, "text_to_image", {**params, "upscaler": "none"},
        Materials(checkpoint=checkpoint),
    )  # fmt: skip
    assert none.upscaler is None


def test_what_cannot_be_enlarged_is_said(library, upscaler, place):
    (place / "words.txt").write_text("hello", encoding="utf-8")
    words = import_file(library, place / "words.txt").asset
    with pytest.raises(UserFacingError, match="Only pictures"):
        upscale_asset(library, REGISTRY, words.id)
    with pytest.raises(NotFound):
        upscale_asset(library, REGISTRY, "no-such-asset")


def test_the_shipped_upscaler_is_listed_at_first_need(tmp_path):
    with Library.open(tmp_path / "library") as library:
        found = upscaling_checkpoint(library, REGISTRY)
        assert (found.family, found.licence) == ("esrgan", "Apache-2.0")
        assert upscaling_checkpoint(library, REGISTRY).id == found.id
