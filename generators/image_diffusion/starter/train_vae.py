"""Train the starter's autoencoder: ``python -m generators.image_diffusion.starter.train_vae``.

The architecture is diffusers' AutoencoderTiny (Bohan, TAESD, 2023): convolutions without
normalisation, so that it can be trained on crops. It is trained as a variational autoencoder whose
posterior has one fixed width (noise is added to the latents, their size is held down), and half as
many latents must decode to the picture at half its size: both make latents that a diffusion model
can learn (Kouzelis and others, "EQ-VAE", 2025). With ``--warm`` the latents stay near those of the
finished autoencoder, so that a U-Net that knows them can be trained on with the new ones. What came
of it lies in ``vae`` in the training's folder.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from generators._torch.optimiser import Mixed
from generators.image_diffusion.starter.latents import load_vae
from generators.image_diffusion.starter.training import (
    Run,
    Shards,
    set_rate,
    sheet_of,
    to_pixels,
    to_tensor,
)

if TYPE_CHECKING:
    from diffusers import AutoencoderTiny
    from numpy.typing import NDArray

    from generators.image_diffusion.starter.wishes import Wish

CROP = 64  # px
#: Width of the posterior, in units of the latents' size: what 8×8 px show must fit into 18 bits. At
#: 0.12 (12 bits) straps, wheels and confetti did not come back.
NOISE = 0.04
_HALVED_WEIGHT = 0.1  # beside 1 for the picture at its own size
_NEAR_WEIGHT = 0.05  # of how far latents are from those of the autoencoder that was begun with
_NEAR_SHARE = 4  # one crop in so many is encoded by both
_MEASURED = 64  # held-out pictures that are looked at


def new_vae() -> AutoencoderTiny:
    """Return an untrained autoencoder: 8 times smaller, four channels, 1.4 M weights."""
    from diffusers import AutoencoderTiny

    return AutoencoderTiny(
        encoder_block_out_channels=(48, 48, 48, 48),
        decoder_block_out_channels=(48, 48, 48, 48),
        latent_channels=4,
    )


def crops(
    shards: list[tuple[NDArray[np.uint8], list[Wish]]],
    count: int,
    rng: np.random.Generator,
    device: str = "cpu",
) -> torch.Tensor:
    """Return random crops, most of them from the middle, where the subject is; (n, 3, c, c)."""
    cut = np.empty((count, CROP, CROP, 3), np.uint8)
    for index in range(count):
        pixels = shards[int(rng.integers(len(shards)))][0]
        picture = pixels[int(rng.integers(len(pixels)))]
        room = np.array(picture.shape[:2]) - CROP
        share = rng.random(2) if rng.random() < 0.5 else rng.beta(3, 3, 2)
        y, x = (share * (room + 1)).astype(int).clip(0, room)
        piece = picture[y : y + CROP, x : x + CROP]
        cut[index] = piece[:, ::-1] if rng.random() < 0.5 else piece
    return to_tensor(cut, device)


def edges(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return differences to the right and downwards."""
    return values[..., :, 1:] - values[..., :, :-1], values[..., 1:, :] - values[..., :-1, :]


def reconstruction_loss(made: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return mean absolute error of colours, of edges and of edges at half the size."""
    loss = (made - wanted).abs().mean()
    for factor in (1, 2):
        a = torch.nn.functional.avg_pool2d(made, factor) if factor > 1 else made
        b = torch.nn.functional.avg_pool2d(wanted, factor) if factor > 1 else wanted
        for x, y in zip(edges(a), edges(b), strict=True):
            loss = loss + 0.6 * (x - y).abs().mean()
    return loss


def halved_loss(vae: AutoencoderTiny, latents: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    """Return how far the decoded means of 2×2 latents (n, 4, h, w) are from the halved picture."""
    halves = torch.nn.functional.avg_pool2d(latents, 2)
    with torch.autocast(latents.device.type, torch.bfloat16):
        made = vae.decode(halves).sample
    return reconstruction_loss(made.float(), torch.nn.functional.avg_pool2d(wanted, 2))


def psnr(made: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> float:
    """Return the mean over pictures of the peak signal-to-noise ratio, dB."""
    error = ((made.astype(np.float64) - wanted) ** 2).mean((1, 2, 3))
    return float((10 * np.log10(255**2 / np.maximum(error, 1e-9))).mean())


def rebuild(vae: AutoencoderTiny, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return pictures after encoding and decoding."""
    with torch.no_grad():
        return to_pixels(vae(to_tensor(pixels, str(vae.device))).sample)


def preview(vae: AutoencoderTiny, source: Shards, folder: Path) -> None:
    """Say how well held-out pictures come back, and save some beside what came back."""
    pixels = source.held_out()[0][0][:_MEASURED]
    made = rebuild(vae, pixels)
    print(f"PSNR {psnr(made, pixels):.2f} dB", flush=True)  # noqa: T201
    pairs = [p for pair in zip(pixels[:16], made[:16], strict=True) for p in pair]
    sheet_of(pairs, 8).save(folder / "preview.png")


def losses(
    vae: AutoencoderTiny, wanted: torch.Tensor, finished: AutoencoderTiny | None
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Return what is minimised for crops (n, 3, c, c), and its parts."""
    with torch.autocast(wanted.device.type, torch.bfloat16):
        latents = vae.encode(wanted).latents.float()
        noisy = latents + NOISE * torch.randn_like(latents)
        made = vae.decode(noisy).sample
    parts = {
        "rebuilt": reconstruction_loss(made.float(), wanted),
        "halved": halved_loss(vae, noisy, wanted),
        "size": latents.pow(2).mean(),
    }
    far = (latents.abs() - 2.5).clamp(min=0).mean()
    loss = parts["rebuilt"] + _HALVED_WEIGHT * parts["halved"] + 0.004 * parts["size"] + 0.05 * far
    if finished is not None:
        some = -(-len(wanted) // _NEAR_SHARE)
        with torch.no_grad(), torch.autocast(wanted.device.type, torch.bfloat16):
            there = finished.encode(wanted[:some]).latents.float()
        parts["moved"] = (latents[:some] - there).pow(2).mean()
        loss = loss + _NEAR_WEIGHT * parts["moved"]
    return loss, parts


def optimiser_of(vae: AutoencoderTiny) -> Mixed:
    """Return what trains an autoencoder: Muon for all but the four convolutions at its ends."""
    ends = [
        name
        for name, weight in vae.named_parameters()
        if weight.ndim == 4 and weight.shape[0] != weight.shape[1]
    ]
    return Mixed(vae, edges=ends)


def train(data: Path, folder: Path, options: argparse.Namespace) -> None:
    """Train until ``options.steps``; takes up where an earlier call stopped."""
    torch.manual_seed(1)
    vae = load_vae(options.warm).float().train() if options.warm else new_vae()
    vae.to(options.device).to(memory_format=torch.channels_last)
    finished = load_vae(options.warm).float().to(options.device) if options.warm else None
    optimiser = optimiser_of(vae)
    run = Run(
        folder,
        last=options.steps,
        threads=options.threads,
        pause_after=options.pause_after,
        seconds=options.seconds,
    )
    run.keep(vae=vae, optimiser=optimiser)
    source = Shards(data)
    shards = source.training()
    for step in run.steps():
        rng = np.random.default_rng((step, 7))
        if step % 200 == 0:
            shards = source.training()
        set_rate(optimiser, run.rate(options.rate))
        wanted = crops(shards, options.batch, rng, options.device)
        loss, parts = losses(vae, wanted.to(memory_format=torch.channels_last), finished)
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimiser.step()
        run.note(**parts)
        if (step + 1) % 500 == 0:
            preview(vae, source, folder)
    preview(vae, source, folder)
    export(vae, source, folder / "vae")


def export(vae: AutoencoderTiny, source: Shards, target: Path) -> None:
    """Write the autoencoder's folder: scaled, latents of held-out pictures have unit variance."""
    pixels = source.held_out()[0][0][:_MEASURED]
    with torch.no_grad():
        latents = vae.encode(to_tensor(pixels, str(vae.device))).latents
    vae.register_to_config(scaling_factor=round(1 / float(latents.std()), 4))
    vae.save_pretrained(target)


def main(arguments: list[str] | None = None) -> int:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="folder of shards")
    parser.add_argument("folder", type=Path, help="where the training is kept")
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--warm", type=Path, help="a finished autoencoder's folder to go on with")
    parser.add_argument("--seconds", type=float, default=0, help="end after so many; 0: by steps")
    parser.add_argument("--pause-after", type=int, default=0, help="steps of this start; 0: all")
    chosen = parser.parse_args(arguments)
    train(chosen.data, chosen.folder, chosen)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
