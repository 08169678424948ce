"""Encode drawn shards with a trained autoencoder: ``python -m …starter.latents``.

Beside each ``shard-N.npz`` a file of the same name in another folder: ``latents`` (n, 4, h, w)
float16, scaled to unit variance, and the shard's coverage and wishes.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from generators.image_diffusion.starter.training import to_tensor

if TYPE_CHECKING:
    from diffusers import AutoencoderTiny


def load_vae(path: Path) -> AutoencoderTiny:
    """Return a trained autoencoder from its folder."""
    from diffusers import AutoencoderTiny

    return AutoencoderTiny.from_pretrained(path, local_files_only=True).eval()


def encode_shard(vae: AutoencoderTiny, source: Path, target: Path) -> None:
    """Encode one shard, whole or not at all."""
    with np.load(source) as data:
        pixels = data["pixels"]
        others = {name: data[name] for name in ("coverage", "wishes")}
    parts = []
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for start in range(0, len(pixels), 50):
            values = to_tensor(pixels[start : start + 50]).to(memory_format=torch.channels_last)
            parts.append(vae.encode(values).latents.float() * vae.config.scaling_factor)
    partial = target.with_suffix(".part.npz")
    np.savez(partial, latents=torch.cat(parts).numpy().astype(np.float16), **others)
    partial.replace(target)


def main(arguments: list[str] | None = None) -> int:
    """Encode what is there; with ``--follow N``, wait until N shards are encoded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path)
    parser.add_argument("vae", type=Path)
    parser.add_argument("latents", type=Path)
    parser.add_argument("--follow", type=int, default=0, help="go on until so many are done")
    parser.add_argument("--threads", type=int, default=1)
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    chosen.latents.mkdir(parents=True, exist_ok=True)
    vae = load_vae(chosen.vae).to(memory_format=torch.channels_last)
    while True:
        new = 0
        for source in sorted(chosen.shards.glob("shard-?????.npz")):
            target = chosen.latents / source.name
            if not target.exists():
                encode_shard(vae, source, target)
                os.write(1, f"{target.name}\n".encode())
                new += 1
        if len(list(chosen.latents.glob("shard-?????.npz"))) >= chosen.follow:
            return 0
        if not new:
            time.sleep(5)


if __name__ == "__main__":
    raise SystemExit(main())
