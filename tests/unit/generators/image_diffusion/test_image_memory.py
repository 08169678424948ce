"""What a request would need is estimated from what is loaded, not from what lies in a folder."""

from __future__ import annotations

import shutil

import pytest
import torch
from helpers import tiny_diffusion

from generators import _torch
from generators.api import CheckpointRef, Request
from generators.image_diffusion.generator import DiffusionGenerator

MODEL = "model.safetensors"
WEIGHTS = "diffusion_pytorch_model.safetensors"


def _estimate(path, **params) -> int:
    checkpoint = CheckpointRef("x", path=str(path), details={"native_size": 64})
    return DiffusionGenerator.estimate_bytes(
        Request("image_diffusion", "text_to_image", params, checkpoint)
    )


def _clone(folder, target):
    """Copy a checkpoint as whole repositories are published: everything in several forms."""
    clone = tiny_diffusion.copy(folder, target)
    for file in list(clone.rglob("*.safetensors")):
        name = file.name.removesuffix(".safetensors")
        shutil.copy(file, file.with_name(f"{name}.fp16.safetensors"))
        shutil.copy(file, file.with_name(f"{name}.non_ema.safetensors"))
    unet = clone / "unet" / WEIGHTS
    if unet.exists():
        shutil.copy(unet, clone / "all_in_one.safetensors")
        shutil.copytree(clone / "vae", clone / "vae_1_0")
    return clone


@pytest.mark.parametrize("family", ["sd15", "sdxl", "sd3", "flux"])
def test_what_is_not_loaded_is_not_counted(studio, tmp_path, family):
    clone = _clone(studio.folder(family), tmp_path / "clone")
    assert _estimate(clone) == _estimate(studio.folder(family))
    loaded = studio.load(clone).memory_bytes()
    assert _torch.weight_numbers(clone) * 4 == pytest.approx(loaded, rel=0.01)


def test_a_folder_of_16_bit_files_alone_counts_those(studio, tmp_path):
    clone = _clone(studio.folder("sd15"), tmp_path / "clone")
    for file in clone.rglob("*.safetensors"):
        if ".fp16" not in file.name:
            file.unlink()
    assert _estimate(clone) == _estimate(studio.folder("sd15"))


def test_shards_count_once(studio, tmp_path):
    """Beside the same weights whole: diffusers takes the shards, transformers the whole file."""
    clone = tiny_diffusion.copy(studio.folder("sdxl"), tmp_path / "clone")
    pipeline = studio.load(clone)._pipelines[""]
    pipeline.unet.save_pretrained(tmp_path / "unet", max_shard_size="200KB")
    pipeline.text_encoder.save_pretrained(tmp_path / "text_encoder", max_shard_size="50KB")
    for part, whole in (("unet", WEIGHTS), ("text_encoder", MODEL)):
        pieces = [*(tmp_path / part).glob("*.safetensors*")]
        assert len(pieces) > 2
        for file in pieces:
            shutil.copy(file, clone / part)
        assert (clone / part / whole).is_file()
    assert _estimate(clone) == _estimate(studio.folder("sdxl"))
    (clone / "text_encoder" / MODEL).unlink()
    assert _estimate(clone) == _estimate(studio.folder("sdxl"))
    files = _torch.loaded_files(clone / "unet")
    assert WEIGHTS not in {file.name for file in files}
    (clone / "unet" / WEIGHTS).write_bytes(b"never opened by diffusers")
    assert type(pipeline.unet).from_pretrained(clone / "unet", torch_dtype=torch.float32)


def test_what_cannot_be_read_counts_nothing(studio, tmp_path):
    broken = tiny_diffusion.copy(studio.folder("sd15"), tmp_path / "broken")
    whole = _estimate(broken)
    (broken / "unet" / WEIGHTS).write_bytes(b"")
    (broken / "vae" / f"{WEIGHTS}.index.json").write_text("[]")
    assert 0 < _estimate(broken) < whole
    (broken / "model_index.json").write_text("{")
    assert _estimate(broken) > 0
