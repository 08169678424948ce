"""Real pipelines of four families, tiny and untrained: everything a request can ask for."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
import torch
from diffusers import LCMScheduler
from PIL import Image

from generators.api import (
    CheckpointError,
    InvalidParameter,
    JobCancelled,
    OutOfMemory,
    Request,
    UserFacingError,
)
from generators.image_diffusion.generator import DiffusionGenerator
from generators.image_diffusion.schedulers import CHOICES, compatible, spaces_steps
from generators.registry import Registry
from generators.testing import CHECKS, Conformance

ALL_MODES = [
    (family, mode)
    for family in ("sd15", "sdxl", "sd3", "flux")
    for mode in ("text_to_image", "image_to_image", "inpaint")
] + [("pixart", "text_to_image")]
ROLES = {"text_to_image": (), "image_to_image": ("image",), "inpaint": ("image", "mask")}


def _files(inputs, mode):
    return {role: inputs[role] for role in ROLES[mode]}


@pytest.mark.parametrize("check", CHECKS)
def test_conformance(studio, tmp_path, check):
    manifest = Registry.discover().get("image_diffusion")
    request = Request(
        "image_diffusion",
        "text_to_image",
        {"prompt": "a red cup", "num_inference_steps": 3},
        studio.ref("sd15"),
    )
    suite = Conformance(manifest, request)
    getattr(suite, check)(tmp_path)
    suite.close()


@pytest.mark.parametrize(("family", "mode"), ALL_MODES)
def test_a_batch_is_its_pictures_one_by_one(studio, inputs, family, mode):
    generator, files = studio.generator(family), _files(inputs, mode)
    batch = studio.run(generator, mode, files, num_images_per_prompt=3)
    assert [facts["seed"] for _, facts in batch] == [7, 8, 9]
    assert [facts["index"] for _, facts in batch] == [0, 1, 2]
    for index, (pixels, _) in enumerate(batch):
        [(alone, _)] = studio.run(generator, mode, files, seed=7 + index)
        assert np.abs(pixels - alone).max() <= 2
    assert np.abs(batch[0][0] - batch[1][0]).max() > 20


@pytest.mark.parametrize("mode", ["image_to_image", "inpaint"])
def test_what_a_family_cannot_do_is_said(studio, inputs, mode):
    with pytest.raises(CheckpointError, match=r"PixArtSigma.*cannot do"):
        studio.run(studio.generator("pixart"), mode, _files(inputs, mode))


def test_modes_share_one_set_of_weights(studio, inputs):
    generator = studio.generator("sd15")
    before = generator.memory_bytes()
    for mode in ROLES:
        studio.run(generator, mode, _files(inputs, mode))
    unets = {id(pipeline.unet) for pipeline in generator._pipelines.values()}
    assert len(generator._pipelines) == 4
    assert len(unets) == 1
    assert generator.memory_bytes() == before


def test_the_same_request_and_record_is_the_same_file(studio):
    generator = studio.generator("sd15")
    sums, records = set(), []
    for _ in range(2):
        pixels, _ = studio.run(generator, num_images_per_prompt=2)[1]
        sums.add(hashlib.sha256(pixels.tobytes()).hexdigest())
        records.append(generator.execution_record())
    other = studio.load(studio.folder("sd15"))
    pixels, _ = studio.run(other, num_images_per_prompt=2)[1]
    sums.add(hashlib.sha256(pixels.tobytes()).hexdigest())
    records.append(other.execution_record())
    assert len(sums) == 1
    assert records[0] == records[1] == records[2]
    assert records[0]["batch"] == [2, 64, 64]
    assert {"device", "dtype", "threads", "versions", "tiling"} <= records[0].keys()


def test_prompt_negative_prompt_and_guidance_count(studio):
    generator = studio.generator("sd15")
    [(plain, _)] = studio.run(generator)
    for change in (
        {"prompt": "a green forest"},
        {"negative_prompt": "blue"},
        {"guidance_scale": 1.5},
        {"num_inference_steps": 5},
    ):
        [(changed, _)] = studio.run(generator, **change)
        assert np.abs(changed - plain).max() > 2, change


@pytest.mark.parametrize(("family", "least"), [("sd15", 16), ("sd3", 2), ("flux", 1)])
def test_every_scheduler_on_offer_works_and_the_others_are_refused(studio, family, least):
    generator = studio.generator(family)
    spaced = spaces_steps(generator._pipelines[""])
    usable = compatible(generator._own_scheduler, spaced=spaced)
    assert len(usable) >= least
    assert ("flow_heun" in usable) == (family == "sd3")
    for name in CHOICES:
        if name in usable:
            [(pixels, _)] = studio.run(generator, scheduler=name)
            assert pixels.std() > 1, name
        else:
            with pytest.raises(InvalidParameter, match=name) as refusal:
                studio.run(generator, scheduler=name)
            assert usable[0] in refusal.value.hint
    assert type(generator._own_scheduler).__name__ in (
        "PNDMScheduler",
        "FlowMatchEulerDiscreteScheduler",
    )


def test_a_negative_prompt_that_is_not_used_is_said(studio):
    [(_, facts)] = studio.run(studio.generator("flux"), negative_prompt="blue")
    assert "takes no negative prompt" in facts["note"]
    [(_, facts)] = studio.run(studio.generator("sd15"), negative_prompt="blue")
    assert facts["note"] == ""


def test_odd_sizes_are_fitted_and_the_note_says_so(studio):
    [(pixels, facts)] = studio.run(studio.generator("sd15"), width=333, height=97)
    assert pixels.shape == (97, 333, 3)
    assert (facts["width"], facts["height"]) == (333, 97)
    made = (facts["made_width"], facts["made_height"])
    assert facts["note"] == f"made at {made[0]}×{made[1]}, fitted to 333×97"
    [(native, facts)] = studio.run(studio.generator("sd15"), width=333, height=97, fit="native")
    assert native.shape == (made[1], made[0], 3)
    assert facts["note"] == ""


def test_inpainting_keeps_every_other_pixel(studio, inputs):
    original = np.asarray(Image.open(inputs["image"])).astype(int)
    mask = np.asarray(Image.open(inputs["mask"]))
    for family in ("sd15", "sdxl", "sd3"):
        [(pixels, facts)] = studio.run(studio.generator(family), "inpaint", inputs)
        assert (facts["width"], facts["height"]) == (70, 50)
        assert (pixels[mask == 0] == original[mask == 0]).all()
        assert np.abs(pixels[mask > 0] - original[mask > 0]).max() > 20


def test_image_to_image_stays_near_at_low_strength(studio, inputs):
    generator = studio.generator("sd15")
    files = _files(inputs, "image_to_image")
    steps = {"num_inference_steps": 10, "scheduler": "ddim"}
    [(near, _)] = studio.run(generator, "image_to_image", files, strength=0.15, **steps)
    [(far, _)] = studio.run(generator, "image_to_image", files, strength=0.95, **steps)
    assert np.abs(near - far).mean() > 2


@pytest.mark.parametrize("family", ["sd15", "sdxl", "sd3", "flux"])
@pytest.mark.parametrize("mode", ["image_to_image", "inpaint"])
def test_any_strength_makes_a_step(studio, inputs, family, mode):
    generator, files = studio.generator(family), _files(inputs, mode)
    for strength in (0.01, 1 / 49, 0.08):
        few = {"num_inference_steps": 12, "strength": strength}
        [(pixels, _)] = studio.run(generator, mode, files, **few)
        assert pixels.shape == (50, 70, 3)


def test_any_strength_suits_every_scheduler(studio, inputs):
    generator, files = studio.generator("sd15"), _files(inputs, "image_to_image")
    for name in compatible(generator._own_scheduler):
        few = {"num_inference_steps": 12, "strength": 0.01, "scheduler": name}
        assert studio.run(generator, "image_to_image", files, **few), name


@pytest.mark.parametrize(
    ("mode", "scheduler", "strength", "steps"),
    [
        ("image_to_image", "ddim", 0.05, 20),
        ("image_to_image", "ddim", 0.1, 12),
        ("image_to_image", "pndm", 0.05, 12),  # has one step more, and always made that one
        ("inpaint", "pndm", 0.05, 20),
        ("text_to_image", "ddim", 0.05, 12),
    ],
)
def test_steps_are_added_only_where_none_would_be_left(studio, mode, scheduler, strength, steps):
    params = {"num_inference_steps": 12, "scheduler": scheduler, "strength": strength}
    request = Request("image_diffusion", mode, params)
    assert studio.generator("sd15")._settings(request).num_inference_steps == steps


def test_more_steps_than_an_lcm_was_distilled_to_are_refused(studio):
    generator = studio.load(studio.folder("sd15"))
    generator._own_scheduler = LCMScheduler.from_config(generator._own_scheduler.config)
    with pytest.raises(InvalidParameter, match="num_inference_steps is 60") as refusal:
        studio.run(generator, num_inference_steps=60)
    assert "1 to 50" in refusal.value.hint


def test_a_strength_below_what_an_lcm_can_do_is_refused(studio, inputs):
    """Its schedule has no more than the 50 steps that it was trained in."""
    generator, files = studio.load(studio.folder("sd15")), _files(inputs, "image_to_image")
    generator._own_scheduler = LCMScheduler.from_config(generator._own_scheduler.config)
    with pytest.raises(InvalidParameter, match=r"strength is 0\.01") as refusal:
        studio.run(generator, "image_to_image", files, strength=0.01)
    assert "0.02 to 1" in refusal.value.hint
    assert studio.run(generator, "image_to_image", files, strength=0.02)


def test_a_missing_input_is_named(studio, inputs):
    with pytest.raises(InvalidParameter, match="mask"):
        studio.run(studio.generator("sd15"), "inpaint", {"image": inputs["image"]})


@pytest.mark.parametrize(
    "prompt", ["🚀🎉 новый 香水", "שלום עולם", "", "\x00\n\t", "a" * 100_000, "word " * 20_000]
)
def test_any_prompt_makes_a_picture(studio, prompt):
    [(_, facts)] = studio.run(studio.generator("sd15"), prompt=prompt)
    assert ("not read" in facts["note"]) == (len(prompt) > 1000)


def test_what_was_not_read_is_repeated(studio):
    [(_, facts)] = studio.run(studio.generator("sd15"), prompt="x " * 74 + "the END of it")
    assert "END of it" in facts["note"]
    assert "x x" not in facts["note"]


def test_previews_are_whole_pictures_at_most_256_wide(studio):
    context = studio.context()
    generator = studio.generator("sdxl")
    studio.run(generator, num_inference_steps=8, preview_every=2, context=context)
    assert len(context.previews) == 3
    preview = Image.open(context.previews[-1])
    preview.load()
    assert max(preview.size) == 256
    latents = torch.randn(1, 4, 128, 128)  # as large as SDXL's
    assert generator._previewer.write(latents, (1024, 1024), context.staging / "x.png")
    with Image.open(context.staging / "x.png") as large:
        assert max(large.size) == 256


def test_no_previews_when_none_are_asked_for(studio):
    context = studio.context()
    studio.run(studio.generator("sd15"), preview_every=0, context=context)
    assert context.previews == []


@pytest.mark.parametrize("at", [1, 2, 4])
def test_cancel_is_heard_at_each_step_and_leaves_a_usable_pipeline(studio, at):
    generator = studio.generator("sd15")
    with pytest.raises(JobCancelled):
        studio.run(generator, num_inference_steps=6, context=studio.context(cancel_at=at))
    [(_, facts)] = studio.run(generator)
    assert facts["seed"] == 7
    assert not any(module._forward_pre_hooks for module in generator._pipelines[""].unet.modules())


def test_cancel_is_heard_inside_the_decoder(studio, monkeypatch):
    from generators.image_diffusion import watch

    monkeypatch.setattr(watch, "_POLL_SECONDS", 0.0)
    context = studio.context()
    studio.run(studio.generator("sd15"), num_inference_steps=2, context=context)
    decoding = [report for report in context.reports if report[2] == "Decoding the picture"]
    assert len(decoding) >= 3  # the last step, then the decoder's blocks


def test_cancel_is_heard_while_loading(studio):
    with pytest.raises(JobCancelled):
        DiffusionGenerator.load(studio.ref("sdxl"), (), "cpu", "auto", studio.context(cancel_at=2))


@pytest.mark.parametrize("level", [1, 2])
def test_smaller_ways_give_the_same_pictures(studio, level):
    generator = studio.generator("sd15")
    normal = studio.run(generator, num_images_per_prompt=2)
    smaller = studio.run(
        generator, num_images_per_prompt=2, context=studio.context(memory_level=level)
    )
    record = generator.execution_record()
    assert record["memory_level"] == level
    assert record["batch"][0] == 1
    for (one, _), (other, _) in zip(normal, smaller, strict=True):
        assert np.abs(one - other).max() <= 2
    again = studio.run(generator, num_images_per_prompt=2)
    assert (again[0][0] == normal[0][0]).all()


def test_the_last_level_is_not_for_a_cpu(studio):
    with pytest.raises(OutOfMemory):
        studio.run(studio.generator("sd15"), context=studio.context(memory_level=3))


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
        MemoryError(),
    ],
)
def test_running_out_of_memory_is_a_planned_case(studio, error):
    generator = studio.load(studio.folder("sd15"))

    def fail(*_ignored):
        raise error

    handle = generator._pipelines[""].unet.register_forward_pre_hook(fail)
    with pytest.raises(OutOfMemory):
        studio.run(generator)
    handle.remove()
    assert studio.run(generator)


@pytest.mark.parametrize("part", ["encoder", "decoder"])
@pytest.mark.parametrize(
    ("error", "raised"), [(JobCancelled(), JobCancelled), (MemoryError(), OutOfMemory)]
)
def test_a_stop_inside_the_vae_leaves_a_usable_pipeline(studio, inputs, part, error, raised):
    """In 16 bits SDXL's VAE works in 32, and diffusers puts it back only when that went well."""
    generator = DiffusionGenerator.load(studio.ref("sdxl"), (), "cpu", "float16", studio.context())
    files = _files(inputs, "image_to_image")
    [(before, _)] = studio.run(generator, "image_to_image", files)
    vae = generator._pipelines[""].vae
    during = []

    def fail(*_ignored):
        during.append(vae.dtype)
        raise error

    handle = getattr(vae, part).register_forward_pre_hook(fail)
    with pytest.raises(raised):
        studio.run(generator, "image_to_image", files)
    handle.remove()
    assert during == [torch.float32]
    assert vae.dtype == torch.float16
    [(after, _)] = studio.run(generator, "image_to_image", files)
    assert (after == before).all()


def test_numbers_that_are_no_picture_are_an_error(studio):
    generator = studio.load(studio.folder("sd15"))
    with torch.no_grad():
        generator._pipelines[""].vae.decoder.conv_out.bias.fill_(float("nan"))
    with pytest.raises(UserFacingError, match="NaN"):
        studio.run(generator)


def test_unload_returns_the_memory(studio):
    generator = studio.load(studio.folder("sdxl"))
    assert generator.memory_bytes() > 5_000_000
    generator.unload()
    assert generator.memory_bytes() == 0


def test_the_estimate_grows_with_what_is_asked(studio):
    small = Request(
        "image_diffusion", "text_to_image", {"width": 64, "height": 64}, studio.ref("sd15")
    )
    large = Request(
        "image_diffusion", "text_to_image", {"width": 640, "height": 640}, studio.ref("sd15")
    )
    low, high = (DiffusionGenerator.estimate_bytes(item) for item in (small, large))
    assert 4_000_000 < low < high


def test_half_precision_makes_the_same_picture_nearly(studio):
    generator = DiffusionGenerator.load(studio.ref("sd15"), (), "cpu", "bfloat16", studio.context())
    [(rough, _)] = studio.run(generator)
    [(fine, _)] = studio.run(studio.generator("sd15"))
    assert generator.execution_record()["dtype"] == "bfloat16"
    assert np.abs(rough - fine).mean() < 10
