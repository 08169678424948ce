"""LoRAs in the layouts that people have, made here for the tiny checkpoints."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from generators.api import AdapterRef, CheckpointError
from generators.image_diffusion.adapters import remove_adapters

LINEAR = ("to_q", "to_k", "to_v", "to_out.0")
TEXT = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")


def _pairs(network, names, seed):
    draw = torch.Generator().manual_seed(seed)
    for key, module in network.named_modules():
        if isinstance(module, torch.nn.Linear) and key.endswith(names):
            down = torch.randn(4, module.in_features, generator=draw) * 0.3
            up = torch.randn(module.out_features, 4, generator=draw) * 0.3
            yield key, down, up


def _peft(pipeline, seed):
    part = "unet" if hasattr(pipeline, "unet") else "transformer"
    for key, down, up in _pairs(getattr(pipeline, part), LINEAR, seed):
        yield f"{part}.{key}.lora_A.weight", down
        yield f"{part}.{key}.lora_B.weight", up


def _old_diffusers(pipeline, seed):
    for key, down, up in _pairs(pipeline.unet, LINEAR, seed):
        name = key.replace("to_out.0", "to_out").replace(".to_", ".processor.to_")
        yield f"unet.{name}_lora.down.weight", down
        yield f"unet.{name}_lora.up.weight", up


def _kohya(pipeline, seed, *, text=False):
    for key, down, up in _pairs(pipeline.unet, LINEAR, seed):
        name = "lora_unet_" + key.replace(".", "_")
        yield from _with_alpha(name, down, up)
    if text:
        prefix = "lora_te1_" if hasattr(pipeline, "text_encoder_2") else "lora_te_"
        for key, down, up in _pairs(pipeline.text_encoder, TEXT, seed):
            name = key if key.startswith("text_model") else f"text_model.{key}"
            yield from _with_alpha(prefix + name.replace(".", "_"), down, up)


def _with_alpha(name, down, up):
    yield f"{name}.lora_down.weight", down
    yield f"{name}.lora_up.weight", up
    yield f"{name}.alpha", torch.tensor(4.0)


def _non_diffusers_sdxl(pipeline, seed):
    """SDXL trainers number blocks as the original code does: input_blocks, output_blocks."""
    for key, value in _kohya(pipeline, seed):
        block = key.removeprefix("lora_unet_")
        for side, original, first in (
            ("down_blocks", "input_blocks", 1),
            ("up_blocks", "output_blocks", 0),
        ):
            if block.startswith(side):
                number, _, layer, rest = block.removeprefix(side + "_").split("_", 3)
                place = 3 * int(number) + int(layer) + first
                block = f"{original}_{place}_1_{rest}"
        if block.startswith("mid_block_attentions_0_"):
            block = "middle_block_1_" + block.removeprefix("mid_block_attentions_0_")
        yield f"lora_unet_{block}", value


LAYOUTS = {
    "peft": _peft,
    "old diffusers": _old_diffusers,
    "kohya": _kohya,
    "kohya with text encoder": lambda pipeline, seed: _kohya(pipeline, seed, text=True),
    "non-diffusers sdxl": _non_diffusers_sdxl,
}


@pytest.fixture(scope="module")
def lora(studio, tmp_path_factory):
    folder = tmp_path_factory.mktemp("loras")

    def make(family, layout="peft", seed=1):
        path = folder / f"{family}-{layout}-{seed}.safetensors"
        if not path.exists():
            pipeline = studio.generator(family)._pipelines[""]
            save_file({k: v.contiguous() for k, v in LAYOUTS[layout](pipeline, seed)}, path)
        return path

    return make


def _ref(path, weight=1.0):
    return AdapterRef(path.stem, path.stem, str(path), weight)


def _picture(studio, family, *adapters):
    [(pixels, _)] = studio.run(studio.load(studio.folder(family), adapters))
    return pixels


@pytest.mark.parametrize(
    ("family", "layout"),
    [
        *(("sd15", name) for name in LAYOUTS if name != "non-diffusers sdxl"),
        *(("sdxl", name) for name in LAYOUTS),
        ("sd3", "peft"),
    ],
)
def test_every_layout_changes_the_picture_and_weight_zero_is_none(studio, lora, family, layout):
    path = lora(family, layout)
    [(plain, _)] = studio.run(studio.generator(family))
    assert np.abs(_picture(studio, family, _ref(path)) - plain).mean() > 1
    assert (_picture(studio, family, _ref(path, 0.0)) == plain).all()


def test_layouts_of_the_same_weights_agree(studio, lora):
    pictures = [
        _picture(studio, "sdxl", _ref(lora("sdxl", layout)))
        for layout in ("peft", "old diffusers", "kohya", "non-diffusers sdxl")
    ]
    for picture in pictures[1:]:
        assert np.abs(picture - pictures[0]).max() <= 2


def test_weights_and_several_at_once_count(studio, lora):
    one, two = lora("sd15", "peft", 1), lora("sd15", "kohya", 2)
    both = _picture(studio, "sd15", _ref(one), _ref(two))
    half = _picture(studio, "sd15", _ref(one, 0.5), _ref(two))
    only = _picture(studio, "sd15", _ref(one))
    with_silent = _picture(studio, "sd15", _ref(one), _ref(two, 0.0))
    assert np.abs(both - half).mean() > 0.5
    assert np.abs(both - only).mean() > 0.5
    assert np.abs(with_silent - only).max() <= 2


def test_taking_them_off_computes_as_before(studio, lora):
    generator = studio.load(studio.folder("sd15"), [_ref(lora("sd15"))])
    remove_adapters(generator._pipelines[""])
    [(pixels, _)] = studio.run(generator)
    [(plain, _)] = studio.run(studio.generator("sd15"))
    assert (pixels == plain).all()


def test_they_work_in_every_mode_and_count_as_memory(studio, lora, inputs):
    generator = studio.load(studio.folder("sd15"), [_ref(lora("sd15"))])
    plain = studio.generator("sd15")
    assert generator.memory_bytes() > plain.memory_bytes()
    for mode, files in (("image_to_image", {"image": inputs["image"]}), ("inpaint", inputs)):
        [(with_lora, _)] = studio.run(generator, mode, files)
        [(without, _)] = studio.run(plain, mode, files)
        assert np.abs(with_lora - without).max() > 5


@pytest.mark.parametrize("layout", ["peft", "kohya"])
@pytest.mark.parametrize(
    ("made_for", "used_on"), [("sd15", "sdxl"), ("sdxl", "sd15"), ("sd15", "sd3")]
)
def test_another_family_is_refused_in_words(studio, lora, made_for, used_on, layout):
    path = lora(made_for, layout)
    with pytest.raises(CheckpointError, match=f"{path.stem}.*another family"):
        _picture(studio, used_on, _ref(path))


def test_a_folder_with_one_file_will_do(studio, lora, tmp_path):
    (tmp_path / "pytorch_lora_weights.safetensors").write_bytes(lora("sd15").read_bytes())
    (tmp_path / "other.safetensors").write_bytes(lora("sd15", "peft", 2).read_bytes())
    assert (
        _picture(studio, "sd15", _ref(tmp_path)) == _picture(studio, "sd15", _ref(lora("sd15")))
    ).all()
    (tmp_path / "pytorch_lora_weights.safetensors").rename(tmp_path / "third.safetensors")
    with pytest.raises(CheckpointError, match="2 safetensors"):
        _picture(studio, "sd15", _ref(tmp_path))


@pytest.mark.parametrize(
    ("name", "words"),
    [("a.pt", "pickle"), ("a.txt", "not a LoRA"), ("a.safetensors", "safetensors")],
)
def test_other_files_are_refused(studio, tmp_path, name, words):
    (tmp_path / name).write_bytes(b"hello, this is nothing")
    with pytest.raises(CheckpointError, match=words):
        _picture(studio, "sd15", _ref(tmp_path / name))


def test_weights_that_are_no_lora_are_refused(studio):
    path = studio.folder("sd15") / "vae" / "diffusion_pytorch_model.safetensors"
    with pytest.raises(CheckpointError, match="no LoRA"):
        _picture(studio, "sd15", _ref(path))
