"""Sharpen a finished autoencoder: ``python -m …starter.train_decoder``.

The encoder stays as it is, so latents that were encoded before, and networks that were trained on
them, remain right; only what decodes them goes on learning.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from generators.image_diffusion.starter.latents import load_vae
from generators.image_diffusion.starter.train_vae import NOISE, crops, psnr, rebuild
from generators.image_diffusion.starter.train_vae import reconstruction_loss as difference
from generators.image_diffusion.starter.training import (
    Average,
    Run,
    Shards,
    set_rate,
)


def train(options: argparse.Namespace) -> None:
    """Train until ``options.steps``, then write the autoencoder to ``options.target``."""
    torch.manual_seed(4)
    vae = load_vae(options.vae).float().to(options.device).to(memory_format=torch.channels_last)
    vae.encoder.requires_grad_(requires_grad=False)
    weights = list(vae.decoder.parameters())
    optimiser = torch.optim.AdamW(weights, 1e-3, betas=(0.9, 0.99), weight_decay=1e-4)
    average = Average(vae.decoder, 0.995)
    run = Run(
        options.folder,
        last=options.steps,
        threads=options.threads,
        pause_after=options.pause_after,
        seconds=options.seconds,
    )
    run.keep(decoder=vae.decoder, optimiser=optimiser, average=average)
    source = Shards(options.data)
    shards = source.training()
    for step in run.steps():
        rng = np.random.default_rng((step, 17))
        set_rate(optimiser, run.rate(options.rate, warm=50))
        wanted = crops(shards, options.batch, rng, options.device)
        wanted = wanted.to(memory_format=torch.channels_last)
        with torch.autocast(options.device, torch.bfloat16):
            with torch.no_grad():
                latents = vae.encode(wanted).latents.float()
            made = vae.decode(latents + NOISE * torch.randn_like(latents)).sample
        loss = difference(made.float(), wanted)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        average.update(vae.decoder)
        run.note(rebuilt=loss)
    vae.decoder.load_state_dict(average.weights)
    pixels = source.held_out()[0][0][:64]
    print(f"PSNR {psnr(rebuild(vae, pixels), pixels):.2f} dB")  # noqa: T201
    vae.save_pretrained(options.target)


def main(arguments: list[str] | None = None) -> int:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of shards")
    parser.add_argument("vae", type=Path, help="the finished autoencoder's folder")
    parser.add_argument("folder", type=Path, help="where the training is kept")
    parser.add_argument("target", type=Path, help="folder to write the sharper one to")
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--batch", type=int, default=24)
    parser.add_argument("--rate", type=float, default=6e-4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seconds", type=float, default=0, help="end after so many; 0: by steps")
    parser.add_argument("--pause-after", type=int, default=0, help="steps of this start; 0: all")
    train(parser.parse_args(arguments))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
