"""The last step to a size: by an upscaler where a picture must grow, else by resampling."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from helpers import tiny_upscaler
from PIL import Image

from generators.api import CheckpointError, CheckpointRef, InputRef, JobCancelled, Request


@pytest.fixture(scope="module")
def upscaler(tmp_path_factory) -> CheckpointRef:
    path = tmp_path_factory.mktemp("upscaler") / "tiny.safetensors"
    tiny_upscaler.write(path)
    return CheckpointRef("u", "Tiny ×4", str(path), "esrgan", "single_file")


def _make(studio, upscaler, context=None, inputs=(), mode="text_to_image", **params):
    wish = params.pop("wish", "auto")
    values = {"prompt": "a cup", "num_inference_steps": 2, "seed": 7, "upscaler": wish, **params}
    files = tuple(InputRef(role, path=str(path)) for role, path in inputs)
    request = Request("image_diffusion", mode, values, inputs=files, upscaler=upscaler)
    generator = studio.generator("sd15")
    made = []
    for item in generator.run(request, context or studio.context()):
        with Image.open(item.path) as picture:
            made.append((picture.size, picture.tobytes(), item.metadata["note"]))
    return made, generator.execution_record()


def test_a_picture_that_must_grow_is_enlarged_and_the_recipe_says_so(studio, upscaler):
    [(size, pixels, note)], record = _make(studio, upscaler, width=400, height=400)
    assert size == (400, 400)
    assert "made at 64×64, enlarged twice ×4 by Tiny ×4, fitted to 400×400" in note
    assert record["upscaler"] == {
        "name": "Tiny ×4", "scale": 4, "passes": 2, "tile": 512,
        "dtype": record["upscaler"]["dtype"],
    }  # fmt: skip
    [(_, again, _)], _ = _make(studio, upscaler, width=400, height=400)
    assert hashlib.sha256(again).digest() == hashlib.sha256(pixels).digest()
    [(_, other, said)], plain = _make(studio, upscaler, width=400, height=400, wish="none")
    assert other != pixels
    assert said.startswith("made at 64×64, fitted to 400×400")
    assert "upscaler" not in plain


@pytest.mark.parametrize("params", [{}, {"width": 70, "height": 70}, {"width": 40, "height": 40}])
def test_a_picture_that_hardly_grows_is_left_to_resampling(studio, upscaler, params):
    [(_, _, note)], record = _make(studio, upscaler, **params)
    assert "Tiny" not in note
    assert "upscaler" not in record


def test_another_shape_is_covered_and_cropped_to_the_exact_pixels(studio, upscaler):
    [(size, _, note)], _ = _make(studio, upscaler, width=500, height=120)
    assert size == (500, 120)
    assert "Tiny" in note


def test_what_an_inpaint_must_not_touch_stays_as_it_was(studio, upscaler, tmp_path):
    chance = np.random.default_rng(3)
    given = chance.integers(0, 255, (200, 200, 3), np.uint8)
    mask = np.zeros((200, 200), np.uint8)
    mask[60:140, 60:140] = 255
    Image.fromarray(given).save(tmp_path / "i.png")
    Image.fromarray(mask).save(tmp_path / "m.png")
    inputs = (("image", tmp_path / "i.png"), ("mask", tmp_path / "m.png"))
    [(size, pixels, note)], _ = _make(studio, upscaler, inputs=inputs, mode="inpaint")
    made = np.frombuffer(pixels, np.uint8).reshape(200, 200, 3)
    assert size == (200, 200)
    assert "Tiny" in note
    assert (made[mask == 0] == given[mask == 0]).all()
    assert (made[mask == 255] != given[mask == 255]).any()


def test_cancel_is_heard_while_it_enlarges(studio, upscaler):
    context = studio.context()
    report = context.progress

    def stop(done, total, message=""):
        report(done, total, message)
        if message.startswith("Enlarging"):
            raise JobCancelled

    context.progress = stop
    with pytest.raises(JobCancelled):
        _make(studio, upscaler, context, width=400, height=400)
    assert sum(1 for _, _, said, _ in context.reports if said.startswith("Enlarging")) == 1


def test_progress_never_falls(studio, upscaler):
    context = studio.context()
    _make(studio, upscaler, context, width=400, height=400, num_images_per_prompt=2)
    shares = [done / total for done, total, _, _ in context.reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert any(said.startswith("Enlarging") for _, _, said, _ in context.reports)


def test_unloading_lets_go_of_the_upscaler_and_a_bad_one_is_said(studio, upscaler, tmp_path):
    generator = studio.load(studio.folder("sd15"))
    before = generator.memory_bytes()
    params = {"prompt": "a cup", "num_inference_steps": 1, "seed": 1, "width": 300, "height": 300}
    request = Request("image_diffusion", "text_to_image", params, upscaler=upscaler)
    list(generator.run(request, studio.context()))
    assert generator.memory_bytes() > before
    (tmp_path / "bad.safetensors").write_bytes(b"nothing")
    bad = CheckpointRef("b", "Bad", str(tmp_path / "bad.safetensors"))
    with pytest.raises(CheckpointError, match=r"bad\.safetensors"):
        list(generator.run(
            Request("image_diffusion", "text_to_image", params, upscaler=bad), studio.context()
        ))  # fmt: skip
    generator.unload()
    assert generator.memory_bytes() == 0
