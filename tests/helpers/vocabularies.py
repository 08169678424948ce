"""A checkpoint that declares its words: the shipped words, on a tiny pipeline or on no weights."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from generators.image_diffusion.starter.declared import vocabulary_json, wishes_for
from studio.services.vocabulary.loading import FILE, parse_vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from studio.core.vocabulary import Vocabulary


def words() -> Vocabulary:
    """Return the words that the starter model declares."""
    return parse_vocabulary(vocabulary_json())


def declare(folder: Path, **changes: object) -> Path:
    """Write the words into a checkpoint's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data = {**vocabulary_json(), **changes}
    (folder / FILE).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return folder


def tiny_starter(folder: Path) -> Path:
    """Write a checkpoint of the starter's layout with random weights, 128 px native."""
    import torch
    from diffusers import AutoencoderTiny, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    from generators.image_diffusion.starter.assemble import pipeline_of
    from generators.image_diffusion.starter.networks import TOKENS, new_tokenizer

    torch.manual_seed(3)
    tokenizer = new_tokenizer(folder / "tokenizer")
    text = CLIPTextConfig(
        vocab_size=len(tokenizer), hidden_size=32, intermediate_size=64, num_hidden_layers=1,
        num_attention_heads=4, max_position_embeddings=TOKENS, projection_dim=32,
        bos_token_id=2, eos_token_id=3, pad_token_id=0,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        sample_size=16, block_out_channels=(32, 64), layers_per_block=1, norm_num_groups=8,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=32,
        attention_head_dim=8,
    )  # fmt: skip
    vae = AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8, 8), decoder_block_out_channels=(8, 8, 8, 8)
    )
    with (
        torch.no_grad()
    ):  # random weights decode to nearly nothing, which the app takes for a fault
        vae.decoder.layers[-1].weight.mul_(20)
        vae.decoder.layers[-1].bias.fill_(0.5)
    pipeline_of(vae, CLIPTextModel(text), unet, tokenizer).save_pretrained(folder)
    declare(folder)
    (folder / "generation_config.json").write_text(
        json.dumps({**wishes_for(1), "num_inference_steps": 2})
    )
    return folder
