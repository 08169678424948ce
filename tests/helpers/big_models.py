"""Models with random weights that are large enough to take time, for benchmarks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers import tiny_diffusion
from helpers.tiny_text import make_tokenizer

if TYPE_CHECKING:
    from pathlib import Path


def llama(folder: Path) -> Path:
    """Write a Llama with about 30 million random weights and a small tokenizer."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    folder.mkdir(parents=True)
    size = len(make_tokenizer(folder))
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=size, hidden_size=512, intermediate_size=1536, num_hidden_layers=9,
        num_attention_heads=8, num_key_value_heads=4, max_position_embeddings=4096,
        bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained(folder)
    return folder


def image_checkpoint(folder: Path) -> Path:
    """Write the tiny Stable Diffusion 1.5 with a U-Net that has something to do."""
    import torch
    from diffusers import UNet2DConditionModel

    tiny_diffusion.sd15(folder)
    torch.manual_seed(0)
    UNet2DConditionModel(
        block_out_channels=(64, 128, 128),
        layers_per_block=2,
        sample_size=64,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32,
        attention_head_dim=8,
        norm_num_groups=8,
    ).save_pretrained(folder / "unet")
    return folder
