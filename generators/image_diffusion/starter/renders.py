"""Draw the training pictures into shards: ``python -m …starter.renders``.

A shard is an ``.npz`` of one size: ``pixels`` (n, h, w, 3) uint8, ``coverage`` (n, h/8, w/8) uint8
(how much of each latent cell the subject takes, of 255) and ``wishes`` (a JSON list).
Shard numbers are seeds, so that a set can be continued, and sets of different numbers share no
picture.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from generators.image_diffusion.starter.wishes import BUCKETS, draw_picture, draw_wish

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generators.image_diffusion.starter.mesh import Floats

CELL = 8  # px of a picture to one of its latent, each way


def cells(coverage: Floats) -> NDArray[np.uint8]:
    """Return the mean of each cell of a (h, w) coverage from 0 to 1, in 255ths."""
    height, width = (length // CELL for length in coverage.shape)
    means = coverage.reshape(height, CELL, width, CELL).mean((1, 3))
    parts: NDArray[np.uint8] = (means * 255 + 0.5).astype(np.uint8)
    return parts


def draw_shard(folder: Path, number: int, count: int, side: int = 0, scale: int = 1) -> Path:
    """Draw ``count`` pictures of one size, unless they are there.

    The size is chosen by the shard's number, times ``scale`` each way; ``side`` makes squares of so
    many pixels instead (the originals of the upscaler).
    """
    target = folder / f"shard-{number:05d}.npz"
    if target.exists():
        return target
    rng = np.random.default_rng((number, 20261125))
    sizes, weights = zip(*BUCKETS, strict=True)
    size = sizes[int(rng.choice(len(sizes), p=weights))]
    size = (side, side) if side else (size[0] * scale, size[1] * scale)
    pixels = np.empty((count, size[1], size[0], 3), np.uint8)
    coverage = np.empty((count, size[1] // CELL, size[0] // CELL), np.uint8)
    wishes = []
    for index in range(count):
        wish = draw_wish(rng)
        drawn = draw_picture(wish, size, rng)
        pixels[index] = drawn.pixels
        coverage[index] = cells(drawn.coverage)
        wishes.append(wish.to_json())
    partial = target.with_suffix(".part.npz")
    np.savez(partial, pixels=pixels, coverage=coverage, wishes=np.array(json.dumps(wishes)))
    partial.replace(target)
    return target


def main(arguments: list[str] | None = None) -> int:
    """Draw the shards FIRST, FIRST + STEP, … below LAST."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--last", type=int, default=100)
    parser.add_argument("--step", type=int, default=1)
    parser.add_argument("--count", type=int, default=500, help="pictures in a shard")
    parser.add_argument("--scale", type=int, default=1, help="times as many pixels, each way")
    parser.add_argument("--side", type=int, default=0, help="squares of so many pixels")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for number in range(chosen.first, chosen.last, chosen.step):
        sys.stdout.write(
            f"{draw_shard(chosen.folder, number, chosen.count, chosen.side, chosen.scale)}\n"
        )
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
