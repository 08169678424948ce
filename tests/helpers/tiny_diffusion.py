"""Tiny real diffusion checkpoints with random weights: SD 1.5, SDXL, SD 3, PixArt-Sigma, Flux.

Each is a whole pipeline folder as a person would add it, 64 px native, made in under a second.
"""

from __future__ import annotations

import shutil
from pathlib import Path

CLIP_FILES = ("vocab.json", "merges.txt")
FACTOR = 2  # the VAE's


def _clip_tokenizer(folder: Path, pad: str = "<|endoftext|>"):
    """Make a byte-level CLIP tokenizer with no merges: 514 tokens."""
    from transformers import CLIPTokenizer

    codes = [*range(33, 127), *range(161, 173), *range(174, 256)]
    codes += [256 + index for index in range(256 - len(codes))]
    characters = [chr(code) for code in codes]
    words = [*characters, *(character + "</w>" for character in characters)]
    words += ["<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=[], pad_token=pad, model_max_length=77)
    tokenizer.save_pretrained(folder)
    return tokenizer


def _t5_tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -2.0)]
    pieces += [(chr(code), -3.0) for code in range(33, 127)]
    backend = Tokenizer(models.Unigram(pieces, unk_id=2, byte_fallback=False))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="</s>", unk_token="<unk>"
    )


def clip_config(width: int = 32, *, projection: int = 32, act: str = "quick_gelu"):
    from transformers import CLIPTextConfig

    return CLIPTextConfig(
        vocab_size=514,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=77,
        projection_dim=projection,
        hidden_act=act,
        bos_token_id=512,
        eos_token_id=513,
        pad_token_id=513,
    )


def _vae(channels: int = 4, *, scaling: float = 0.18215, plain: bool = False):
    from diffusers import AutoencoderKL

    extra = {"use_quant_conv": False, "use_post_quant_conv": False, "shift_factor": 0.06}
    return AutoencoderKL(
        block_out_channels=[16, 32],
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=channels,
        layers_per_block=1,
        norm_num_groups=8,
        sample_size=64,
        scaling_factor=scaling,
        **(extra if plain else {}),
    )


def sd15(folder: Path, seed: int = 0) -> Path:
    """Write a tiny Stable Diffusion 1.5."""
    import torch
    from diffusers import PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
    from transformers import CLIPTextModel

    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=2,
        sample_size=32,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=32,
        attention_head_dim=8,
        norm_num_groups=8,
    )
    scheduler = PNDMScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
        skip_prk_steps=True, steps_offset=1, set_alpha_to_one=False,
    )  # fmt: skip
    pipeline = StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=CLIPTextModel(clip_config()),
        tokenizer=_clip_tokenizer(folder / "tokenizer"),
        unet=unet,
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder)
    return folder


def sdxl(folder: Path, seed: int = 0) -> Path:
    """Write a tiny Stable Diffusion XL."""
    import torch
    from diffusers import EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
    from transformers import CLIPTextModel, CLIPTextModelWithProjection

    torch.manual_seed(seed)
    unet = UNet2DConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=2,
        sample_size=32,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=80,
        attention_head_dim=(2, 4),
        transformer_layers_per_block=(1, 2),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=6 * 8 + 48,
        norm_num_groups=8,
    )
    scheduler = EulerDiscreteScheduler(
        beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear",
        steps_offset=1, timestep_spacing="leading",
    )  # fmt: skip
    pipeline = StableDiffusionXLPipeline(
        vae=_vae(scaling=0.13025),
        text_encoder=CLIPTextModel(clip_config(32)),
        text_encoder_2=CLIPTextModelWithProjection(clip_config(48, projection=48, act="gelu")),
        tokenizer=_clip_tokenizer(folder / "tokenizer"),
        tokenizer_2=_clip_tokenizer(folder / "tokenizer_2", "!"),
        unet=unet,
        scheduler=scheduler,
        add_watermarker=False,
    )
    pipeline.save_pretrained(folder)
    return folder


def sd3(folder: Path, seed: int = 0) -> Path:
    """Write a tiny Stable Diffusion 3: a transformer, flow matching, three text encoders."""
    import torch
    from diffusers import (
        FlowMatchEulerDiscreteScheduler,
        SD3Transformer2DModel,
        StableDiffusion3Pipeline,
    )
    from transformers import CLIPTextModelWithProjection, T5Config, T5EncoderModel

    torch.manual_seed(seed)
    transformer = SD3Transformer2DModel(
        sample_size=32,
        patch_size=2,
        in_channels=16,  # the inpainting pipeline insists
        num_layers=2,
        attention_head_dim=8,
        num_attention_heads=4,
        joint_attention_dim=64,
        caption_projection_dim=32,
        pooled_projection_dim=64,
        out_channels=16,
        pos_embed_max_size=64,
    )
    t5 = T5Config(vocab_size=98, d_model=64, d_kv=16, d_ff=64, num_layers=2, num_heads=4)
    clip = [clip_config(32, projection=32), clip_config(32, projection=32, act="gelu")]
    pipeline = StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=_vae(16, plain=True),
        text_encoder=CLIPTextModelWithProjection(clip[0]),
        text_encoder_2=CLIPTextModelWithProjection(clip[1]),
        text_encoder_3=T5EncoderModel(t5),
        tokenizer=_clip_tokenizer(folder / "tokenizer"),
        tokenizer_2=_clip_tokenizer(folder / "tokenizer_2"),
        tokenizer_3=_t5_tokenizer(),
    )
    pipeline.save_pretrained(folder)
    return folder


def pixart(folder: Path, seed: int = 0) -> Path:
    """Write a tiny PixArt-Sigma: text to image only, and diffusers' older callback."""
    import torch
    from diffusers import (
        DPMSolverMultistepScheduler,
        PixArtSigmaPipeline,
        PixArtTransformer2DModel,
    )
    from transformers import T5Config, T5EncoderModel

    torch.manual_seed(seed)
    transformer = PixArtTransformer2DModel(
        sample_size=32,
        num_layers=2,
        patch_size=2,
        attention_head_dim=8,
        num_attention_heads=4,
        caption_channels=64,
        in_channels=4,
        cross_attention_dim=32,
        out_channels=8,
        attention_bias=True,
        activation_fn="gelu-approximate",
        num_embeds_ada_norm=1000,
        norm_type="ada_norm_single",
        norm_elementwise_affine=False,
        use_additional_conditions=False,
    )
    t5 = T5Config(vocab_size=98, d_model=64, d_kv=16, d_ff=64, num_layers=2, num_heads=4)
    pipeline = PixArtSigmaPipeline(
        transformer=transformer,
        scheduler=DPMSolverMultistepScheduler(),
        vae=_vae(),
        text_encoder=T5EncoderModel(t5),
        tokenizer=_t5_tokenizer(),
    )
    pipeline.save_pretrained(folder)
    return folder


def flux(folder: Path, seed: int = 0) -> Path:
    """Write a tiny Flux.1: packed latents, guidance as an input, no negative prompt."""
    import torch
    from diffusers import FlowMatchEulerDiscreteScheduler, FluxPipeline, FluxTransformer2DModel
    from transformers import CLIPTextModel, T5Config, T5EncoderModel

    torch.manual_seed(seed)
    transformer = FluxTransformer2DModel(
        patch_size=1,
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=64,
        pooled_projection_dim=32,
        axes_dims_rope=(4, 4, 8),
        guidance_embeds=True,
    )
    t5 = T5Config(vocab_size=98, d_model=64, d_kv=16, d_ff=64, num_layers=2, num_heads=4)
    pipeline = FluxPipeline(
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0, use_dynamic_shifting=True),
        vae=_vae(4, plain=True),
        text_encoder=CLIPTextModel(clip_config()),
        text_encoder_2=T5EncoderModel(t5),
        tokenizer=_clip_tokenizer(folder / "tokenizer"),
        tokenizer_2=_t5_tokenizer(),
    )
    pipeline.save_pretrained(folder)
    return folder


def copy(folder: Path, target: Path) -> Path:
    """Copy a checkpoint, to be damaged."""
    return Path(shutil.copytree(folder, target))
