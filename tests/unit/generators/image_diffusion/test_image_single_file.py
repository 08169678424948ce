"""One file of original weights, no network: the same pictures as from the folder."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from helpers import ldm_layout
from safetensors.torch import load_file, save_file

from generators._torch import safetensors_header
from generators.api import CheckpointError, CheckpointRef
from generators.image_diffusion.generator import DiffusionGenerator
from generators.image_diffusion.loading import load_pipeline
from generators.image_diffusion.single_file import CONFIGS, detect_family

PUBLISHED = {  # parameters of the released models
    ("sd15", "unet"): 859_520_964,
    ("sd15", "vae"): 83_653_863,
    ("sd15", "text_encoder"): 123_060_480,
    ("sdxl", "unet"): 2_567_463_684,
    ("sdxl", "text_encoder_2"): 694_659_840,
}


@pytest.fixture(scope="module")
def configs(studio, tmp_path_factory):
    """Configurations of the tiny models, in place of the shipped ones."""
    root = tmp_path_factory.mktemp("configs")
    for family in ("sd15", "sdxl"):
        ldm_layout.copy_configs(studio.folder(family), root / family)
    return root


@pytest.fixture(scope="module")
def files(studio, tmp_path_factory):
    root = tmp_path_factory.mktemp("files")
    return {
        family: ldm_layout.write_single_file(studio.folder(family), root / f"{family}.safetensors")
        for family in ("sd15", "sdxl")
    }


def _load(studio, path, configs):
    reference = CheckpointRef("x", path.name, str(path))
    pipeline = load_pipeline(reference, torch.float32, studio.context(), configs)
    return DiffusionGenerator(pipeline, reference, "cpu", torch.float32)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_a_single_file_makes_the_pictures_of_its_folder(studio, configs, files, family):
    assert detect_family(safetensors_header(files[family])) == family
    [(pixels, _)] = studio.run(_load(studio, files[family], configs))
    [(same, _)] = studio.run(studio.generator(family))
    assert np.abs(pixels - same).max() <= 2


@pytest.mark.parametrize(("family", "component"), PUBLISHED)
def test_the_shipped_configs_are_those_of_the_released_models(family, component):
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    with torch.device("meta"):
        if component in ("unet", "vae"):
            kind = UNet2DConditionModel if component == "unet" else AutoencoderKL
            made = kind.from_config(kind.load_config(str(CONFIGS / family), subfolder=component))
        else:
            kind = CLIPTextModelWithProjection if component[-1] == "2" else CLIPTextModel
            made = kind(CLIPTextConfig.from_pretrained(str(CONFIGS / family), subfolder=component))
    assert sum(p.numel() for p in made.parameters()) == PUBLISHED[family, component]


def test_the_shipped_vocabulary_is_clips():
    from transformers import CLIPTokenizer

    tokenizer = CLIPTokenizer.from_pretrained(str(CONFIGS / "clip"), local_files_only=True)
    assert len(tokenizer) == 49408
    ids = tokenizer("a photo of a cat").input_ids
    assert ids == [49406, 320, 1125, 539, 320, 2368, 49407]


def test_the_shipped_tokenizers_are_used_where_a_family_brings_none():
    from generators.image_diffusion.single_file import _tokenizers

    found = _tokenizers(CONFIGS / "sdxl")
    assert found.keys() == {"tokenizer", "tokenizer_2"}
    assert found["tokenizer"].pad_token == "<|endoftext|>"
    assert found["tokenizer_2"].pad_token == "!"
    assert found["tokenizer_2"].model_max_length == 77


@pytest.mark.parametrize(
    ("prefix", "word"), [("first_stage_model.", "vae"), ("cond_stage_model.", "text_encoder")]
)
def test_a_part_that_is_missing_is_named(studio, files, configs, tmp_path, prefix, word):
    state = {k: v for k, v in load_file(files["sd15"]).items() if not k.startswith(prefix)}
    save_file(state, tmp_path / "part.safetensors")
    with pytest.raises(CheckpointError, match=word):
        _load(studio, tmp_path / "part.safetensors", configs)


def test_a_tensor_that_is_missing_is_named(studio, files, configs, tmp_path):
    state = load_file(files["sd15"])
    del state["model.diffusion_model.out.2.weight"]
    save_file(state, tmp_path / "hole.safetensors")
    with pytest.raises(CheckpointError, match="lacks tensors"):
        _load(studio, tmp_path / "hole.safetensors", configs)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["lora_unet_down_blocks_0.lora_down.weight"], "LoRA"),
        (["double_blocks.0.img_attn.qkv.weight"], "transformer"),
        (["first_stage_model.decoder.conv_in.weight"], "VAE only"),
        (["a", "b"], "not a Stable Diffusion"),
        (["cond_stage_model.model.ln_final.weight"], "Diffusion 2"),
        (["conditioner.embedders.0.model.ln_final.weight"], "refiner"),
    ],
)
def test_other_kinds_of_files_are_told_apart(names, words):
    header = {name: {"shape": [1]} for name in names}
    if words in ("Diffusion 2", "refiner"):
        header["model.diffusion_model.input_blocks.0.0.weight"] = {"shape": [320, 4, 3, 3]}
    with pytest.raises(CheckpointError, match=words):
        detect_family(header)


def test_a_full_size_file_of_another_width_is_refused(studio, files):
    with pytest.raises(CheckpointError, match="sd15"):
        studio.load(files["sd15"])  # tiny weights against the shipped, real configuration
