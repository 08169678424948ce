"""Encode drawn shards with a trained autoencoder: ``python -m …starter.latents``.

Beside each ``shard-N.npz`` a file of the same name in another folder: ``latents`` (n, 4, h, w)
float16, scaled to unit variance, ``coverage`` as drawn, ``ids`` (n, ``CAPTIONS``, 48) int16, the
tokens of so many captions of each picture, and ``numbers`` (n, 9) uint8, what its wish is (see
``objective.numbers_of``). ``tokenizer/vocab.txt`` in that folder says which words have which
number; it is made unless it is there.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from generators.image_diffusion.starter.networks import TOKENS, new_tokenizer, take_up_words
from generators.image_diffusion.starter.objective import numbers_of
from generators.image_diffusion.starter.training import to_tensor
from generators.image_diffusion.starter.wishes import Wish, caption, dressed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from diffusers import AutoencoderTiny
    from numpy.typing import NDArray
    from transformers import BertTokenizer

CAPTIONS = 8  # of each picture
_CHINESE = 0.3
# Pixels that are encoded together: what fits a CPU's caches goes half as fast again as more.
_ON_CPU, _ON_GPU = 2**18, 2**20


def load_vae(path: Path) -> AutoencoderTiny:
    """Return a trained autoencoder from its folder."""
    from diffusers import AutoencoderTiny

    return AutoencoderTiny.from_pretrained(path, local_files_only=True).eval()


def captions_of(wishes: Sequence[Wish], rng: np.random.Generator) -> list[str]:
    """Return a caption for each wish, in English or Chinese, words left out by chance."""
    said = []
    for wish in wishes:
        chinese = rng.random() < _CHINESE
        text = caption(wish, rng, chinese=chinese)
        said.append(text if chinese else dressed(text, rng))
    return said


def token_ids(tokenizer: BertTokenizer, texts: list[str]) -> torch.Tensor:
    """Return (n, 48) token numbers, as the pipeline makes them."""
    made = tokenizer(
        texts, padding="max_length", max_length=TOKENS, truncation=True, return_tensors="pt"
    )
    ids: torch.Tensor = made.input_ids
    return ids


@dataclass(frozen=True, slots=True)
class Encoder:
    """What turns shards of pictures into shards to train on."""

    vae: AutoencoderTiny
    tokenizer: BertTokenizer
    device: str = "cpu"

    def latents(self, pixels: NDArray[np.uint8]) -> torch.Tensor:
        """Return scaled latents (n, 4, h, w) float16 of pictures (n, 8h, 8w, 3)."""
        parts = []
        with torch.no_grad(), torch.autocast(self.device, torch.bfloat16):
            together = _ON_CPU if torch.device(self.device).type == "cpu" else _ON_GPU
            count = max(1, together // pixels[0, ..., 0].size)
            for start in range(0, len(pixels), count):
                values = to_tensor(pixels[start : start + count], self.device)
                made = self.vae.encode(values.to(memory_format=torch.channels_last)).latents
                parts.append((made.float() * self.vae.config.scaling_factor).half().cpu())
        return torch.cat(parts)

    def shard(self, source: Path, target: Path) -> None:
        """Encode one shard, whole or not at all."""
        with np.load(source) as data:
            pixels, coverage, listed = (data[key] for key in ("pixels", "coverage", "wishes"))
        wishes = [Wish(**entry) for entry in json.loads(str(listed))]
        rng = np.random.default_rng((_number(source), 13))
        texts = [text for wish in wishes for text in captions_of([wish] * CAPTIONS, rng)]
        ids = token_ids(self.tokenizer, texts).view(len(wishes), CAPTIONS, TOKENS)
        partial = target.with_suffix(".part.npz")
        np.savez(
            partial,
            latents=self.latents(pixels).numpy(),
            coverage=coverage,
            ids=ids.to(torch.int16).numpy(),
            numbers=numbers_of(wishes),
        )
        partial.replace(target)


def _number(shard: Path) -> int:
    return int(shard.stem.rpartition("-")[2])


def main(arguments: list[str] | None = None) -> int:
    """Encode what is there; with ``--follow N``, wait until N shards are encoded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shards", type=Path)
    parser.add_argument("vae", type=Path)
    parser.add_argument("latents", type=Path)
    parser.add_argument("--words", type=Path, help="a checkpoint whose words to go on with")
    parser.add_argument("--first", type=int, default=0, help="first of the numbers to encode")
    parser.add_argument("--step", type=int, default=1, help="only every so many, in parallel")
    parser.add_argument("--follow", type=int, default=0, help="go on until so many are done")
    parser.add_argument("--drop", action="store_true", help="remove pictures that are encoded")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    chosen = parser.parse_args(arguments)
    torch.set_num_threads(chosen.threads)
    folder = chosen.latents / "tokenizer"
    known = take_up_words(chosen.words / "tokenizer", folder) if chosen.words else None
    vae = load_vae(chosen.vae).to(chosen.device).to(memory_format=torch.channels_last)
    encoder = Encoder(vae, known or new_tokenizer(folder), chosen.device)
    while True:
        new = 0
        for source in sorted(chosen.shards.glob("shard-?????.npz")):
            target = chosen.latents / source.name
            mine = (_number(source) - chosen.first) % chosen.step == 0
            if mine and not target.exists():
                encoder.shard(source, target)
                os.write(1, f"{target.name}\n".encode())
                new += 1
                if chosen.drop:
                    source.unlink()
        if len(list(chosen.latents.glob("shard-?????.npz"))) >= chosen.follow:
            return 0
        if not new:
            time.sleep(1)


if __name__ == "__main__":
    raise SystemExit(main())
