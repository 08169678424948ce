"""What a request would need is estimated from what is loaded, not from what lies in a folder."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

import pytest
import torch
from helpers import tiny_diffusion
from helpers.worker_process import ROOT, WorkerProcess
from safetensors.torch import save_file

from generators import _torch
from generators.api import CheckpointRef, Request
from generators.image_diffusion.generator import DiffusionGenerator
from generators.protocol import Finished, Produced

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


GENERATOR = """
import os
from generators.api import DeviceInfo
from generators.image_diffusion.generator import DiffusionGenerator

class OnThis(DiffusionGenerator):
    @classmethod
    def devices_for(cls, request):
        free = int(os.environ["FREE"])
        return (DeviceInfo("cpu", "CPU", 4 * free, free),)
"""


def test_a_batch_that_fits_one_by_one_is_made_so(studio, tmp_path):
    (tmp_path / "on_this.py").write_text(GENERATOR)
    path = studio.folder("sd15")
    free = _estimate(path)
    assert free < _estimate(path, num_images_per_prompt=3)
    paths = os.pathsep.join([str(ROOT), str(tmp_path)])
    params = {"num_images_per_prompt": 3, "num_inference_steps": 2, "seed": 7}
    request = Request("image_diffusion", "text_to_image", params, studio.ref("sd15"))
    with WorkerProcess(
        tmp_path,
        environment={"PYTHONPATH": paths, "FREE": str(free + 1000)},
        entries={"image_diffusion": "on_this:OnThis"},
        device="cpu",
    ) as worker:
        finished = worker.do(
            replace(request, checkpoint=replace(request.checkpoint, details={"native_size": 64}))
        )
        assert isinstance(finished, Finished)
        assert finished.execution["memory_level"] == 1
        assert len(worker.of(Produced)) == 3


def test_each_level_needs_less(studio):
    path = studio.folder("sdxl")
    checkpoint = CheckpointRef("x", path=str(path), details={"native_size": 512})
    params = {"width": 640, "height": 640, "num_images_per_prompt": 4}
    request = Request("image_diffusion", "text_to_image", params, checkpoint)
    normal, single, tiled, offloaded = (
        DiffusionGenerator.estimate_bytes_at(request, level) for level in range(4)
    )
    assert normal == DiffusionGenerator.estimate_bytes(request)
    assert normal > single > tiled > offloaded
    one = replace(request, params={**params, "num_images_per_prompt": 1})
    assert single == DiffusionGenerator.estimate_bytes(one)
    parts = _torch.numbers_by_part(path)
    assert tiled - offloaded == pytest.approx((sum(parts.values()) - max(parts.values())) * 4.2)


def test_a_single_file_offloaded_holds_its_largest_component(tmp_path):
    tensors = {
        "model.diffusion_model.a": torch.zeros(3000),
        "first_stage_model.b": torch.zeros(1000),
        "cond_stage_model.c": torch.zeros(1000),
    }
    save_file(tensors, tmp_path / "one.safetensors")
    checkpoint = CheckpointRef("x", path=str(tmp_path / "one.safetensors"))
    request = Request("image_diffusion", "text_to_image", {}, checkpoint)
    tiled, offloaded = (DiffusionGenerator.estimate_bytes_at(request, level) for level in (2, 3))
    assert tiled - offloaded == pytest.approx(2000 * 4.2)


def test_only_cuda_has_the_last_level():
    levels = DiffusionGenerator.memory_levels
    assert DiffusionGenerator.memory_levels_on("cuda:1") == levels
    assert DiffusionGenerator.memory_levels_on("cpu") == levels[:2]
    assert DiffusionGenerator.memory_levels_on("mps") == levels[:2]
