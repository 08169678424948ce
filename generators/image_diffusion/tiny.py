"""A small untrained checkpoint of the real Stable Diffusion 1.5 architecture.

It stands in until trained starter weights exist: the sample campaign, the first-run screen and the
tests of the queue need a checkpoint that loads, previews, cancels and makes pictures by the same
code as any other. Its weights are random, so its pictures are abstract: soft fields of colour that
change with the seed and the prompt and show nothing. It says so of itself, everywhere.

    python -m generators.image_diffusion.tiny FOLDER [--seed N]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from generators.image_diffusion.single_file import CONFIGS

if TYPE_CHECKING:
    import torch

    from generators.image_diffusion.kinds import Component

NAME = "Untrained starter (abstract colours)"
NATIVE = 128  # px
_LATENT = 4
_WIDTH = 64  # of the text encoder
_CARD = """---
license: apache-2.0
tags: [untrained, text-to-image]
---
# {name}

**Untrained.** Random weights (seed {seed}) of the Stable Diffusion 1.5 architecture in a small
size, made on this computer by `generators.image_diffusion.tiny`. It has seen no picture: what it
makes are abstract fields of colour that depend on seed and prompt and depict nothing. It stands in
until trained weights are installed.

The tokenizer's vocabulary is OpenAI CLIP's (MIT licence).
"""


def make_untrained_checkpoint(folder: Path, *, seed: int) -> Path:
    """Write the checkpoint into ``folder`` (made if needed) and return it.

    About 10 MB; 128 px native. The same seed writes the same weights with the same torch version.
    """
    import torch
    from diffusers import DDIMScheduler, StableDiffusionPipeline
    from transformers import CLIPTokenizer

    from generators.image_diffusion.loading import quiet_libraries

    quiet_libraries()
    draft = folder.with_name(folder.name + ".part")
    shutil.rmtree(draft, ignore_errors=True)
    with torch.random.fork_rng(devices=()), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the libraries' advice to one another
        torch.manual_seed(seed)
        unet, text = _networks()
        vae = _smooth_vae()
        pipeline = StableDiffusionPipeline(
            vae=vae,
            text_encoder=text,
            tokenizer=CLIPTokenizer.from_pretrained(
                str(CONFIGS / "clip"), local_files_only=True, model_max_length=77
            ),
            unet=unet,
            scheduler=DDIMScheduler(
                beta_start=0.00085,
                beta_end=0.012,
                beta_schedule="scaled_linear",
                clip_sample=False,
                set_alpha_to_one=False,
                steps_offset=1,
            ),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipeline.to(torch.float16).save_pretrained(draft)
    _describe(draft, seed)
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return folder


def _networks() -> tuple[Component, Component]:
    """Return the U-Net and the text encoder."""
    from diffusers import UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    unet = UNet2DConditionModel(
        sample_size=NATIVE // 8,
        block_out_channels=(32, 64),
        layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=_WIDTH,
        attention_head_dim=8,
        norm_num_groups=8,
    )
    text = CLIPTextModel(
        CLIPTextConfig(
            vocab_size=49408,
            hidden_size=_WIDTH,
            intermediate_size=2 * _WIDTH,
            num_hidden_layers=2,
            num_attention_heads=4,
            projection_dim=_WIDTH,
        )
    )
    _shape(unet, text)
    return unet, text


def _smooth_vae() -> Component:
    """Return a VAE whose decoder turns latents into colour and keeps coarse shapes.

    Random convolutions average to grey. So every residual block's second convolution is damped (the
    block passes its input on, with a little texture), the first and last layers are a fixed mixing
    of latent channels to red, green and blue, and the encoder mirrors it.
    """
    import torch
    from diffusers import AutoencoderKL

    vae = AutoencoderKL(
        block_out_channels=[16, 16, 16, 16],
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        latent_channels=_LATENT,
        layers_per_block=1,
        norm_num_groups=4,
        sample_size=NATIVE,
    )
    with torch.no_grad():
        for name, module in vae.named_modules():
            if name.endswith("conv2"):
                module.weight.mul_(0.25)
            if name.endswith("samplers.0.conv"):
                _pass_through(module)
        for module in (vae.decoder.conv_in, vae.encoder.conv_in):
            module.weight.mul_(0.1)
            _add_mixing(module, scale=2.5)
        for module in (vae.quant_conv, vae.post_quant_conv):
            torch.nn.init.dirac_(module.weight)
        vae.decoder.conv_out.weight.mul_(0.3)
        _add_mixing(vae.decoder.conv_out, scale=0.55)
    return vae


def _blur() -> torch.Tensor:
    """Return a 3×3 binomial kernel that sums to one."""
    import torch

    row = torch.tensor([1.0, 2.0, 1.0]) / 4
    return torch.outer(row, row)


def _pass_through(module: Component) -> None:
    """Make a 3×3 convolution a slight blur of each channel."""
    count = module.weight.shape[0]
    module.weight.mul_(0.2)
    for channel in range(count):
        module.weight[channel, channel] += _blur()
    module.bias.zero_()


def _add_mixing(module: Component, *, scale: float) -> None:
    """Add a random orthogonal mixing of channels, blurred over the kernel."""
    import torch

    out, into = module.weight.shape[:2]
    mixing = torch.nn.init.orthogonal_(torch.empty(out, into)) * scale
    module.weight += mixing[:, :, None, None] * _blur()
    module.bias.zero_()


def _shape(unet: Component, text: Component) -> None:
    """Make the prompt count: a stronger answer to the text, and a text that differs by word."""
    import torch

    with torch.no_grad():
        text.get_input_embeddings().weight.mul_(30.0)
        for name, module in unet.named_modules():
            if name.endswith("attn2.to_out.0"):
                module.weight.mul_(20.0)
            if name.endswith(("attn2.to_q", "attn2.to_k")):
                module.weight.mul_(3.0)  # else every place would read the same mean of the words


def _describe(folder: Path, seed: int) -> None:
    card = _CARD.format(name=NAME, seed=seed)
    (folder / "README.md").write_text(card, encoding="utf-8")
    wishes = {"num_inference_steps": 6, "guidance_scale": 4.0}
    (folder / "generation_config.json").write_text(json.dumps(wishes) + "\n", encoding="utf-8")
    shutil.copy(CONFIGS / "clip" / "LICENSE", folder / "tokenizer" / "LICENSE")


def main(arguments: list[str] | None = None) -> int:
    """Make the checkpoint from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m generators.image_diffusion.tiny",
        description="Make a small untrained image checkpoint (abstract colours, no content).",
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    made = make_untrained_checkpoint(chosen.folder.resolve(), seed=chosen.seed)
    sys.stdout.write(f"{made}: untrained, makes abstract colours\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
