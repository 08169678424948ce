"""Put trained parts into one checkpoint folder: ``python -m …starter.assemble``."""

from __future__ import annotations

import argparse
import itertools
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from generators.image_diffusion.starter.declared import vocabulary_json, wishes_for
from generators.image_diffusion.starter.networks import new_scheduler, scale_of

if TYPE_CHECKING:
    from diffusers import AutoencoderTiny, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import BertTokenizer, CLIPTextModel


def pipeline_of(
    vae: AutoencoderTiny,
    text_encoder: CLIPTextModel,
    unet: UNet2DConditionModel,
    tokenizer: BertTokenizer,
) -> StableDiffusionPipeline:
    """Return diffusers' own Stable Diffusion pipeline of the parts, without a progress bar."""
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline(
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        unet=unet,
        scheduler=new_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def assemble(unet_state: Path, vae_folder: Path, tokenizer_folder: Path, target: Path) -> Path:
    """Write the checkpoint: diffusers' layout, fp16, the vocabulary and the generator's wishes."""
    from transformers import BertTokenizer

    from generators.image_diffusion.starter.latents import load_vae
    from generators.image_diffusion.starter.networks import TOKENS
    from generators.image_diffusion.starter.train_unet import Networks

    tokenizer = BertTokenizer(
        vocab=str(tokenizer_folder / "vocab.txt"), do_lower_case=True, model_max_length=TOKENS
    )
    weights = torch.load(unet_state, weights_only=True)["average"]["weights"]
    channels = _channels(weights)
    networks = Networks(len(tokenizer), channels)
    networks.load_state_dict(weights)
    pipe = pipeline_of(load_vae(vae_folder), networks.text, networks.unet, tokenizer)
    draft = target.with_name(target.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    pipe.to(torch.float16).save_pretrained(draft, max_shard_size="45MB")
    vocabulary = json.dumps(vocabulary_json(), ensure_ascii=False, indent=1)
    for config in draft.glob("*/config.json"):
        _without_path(config)
    (draft / "vocabulary.json").write_text(vocabulary + "\n", encoding="utf-8")
    (draft / "generation_config.json").write_text(
        json.dumps(wishes_for(scale_of(channels))) + "\n", encoding="utf-8"
    )
    shutil.rmtree(target, ignore_errors=True)
    draft.replace(target)
    return target


def _without_path(config: Path) -> None:
    """Take out where a part was loaded from: a folder of the machine that trained it."""
    facts = json.loads(config.read_text(encoding="utf-8"))
    if facts.pop("_name_or_path", None) is not None:
        config.write_text(json.dumps(facts, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _channels(weights: dict[str, torch.Tensor]) -> tuple[int, ...]:
    """Read off a trained U-Net how wide it is at each level."""
    name = "unet.down_blocks.{}.resnets.0.conv1.weight"
    levels = itertools.takewhile(lambda level: name.format(level) in weights, itertools.count())
    return tuple(len(weights[name.format(level)]) for level in levels)


def main(arguments: list[str] | None = None) -> int:
    """Assemble from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("unet_state", type=Path, help="state.pt of train_unet")
    parser.add_argument("vae", type=Path, help="folder of the trained autoencoder")
    parser.add_argument("tokenizer", type=Path, help="folder with vocab.txt")
    parser.add_argument("target", type=Path)
    chosen = parser.parse_args(arguments)
    assemble(chosen.unet_state, chosen.vae, chosen.tokenizer, chosen.target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
