"""Makes the small picture of a pair: mild ways in which a picture loses detail.

The network follows a small latent-diffusion decoder and ordinary resized files, so the damage is
light: one of the usual filters, at times a slight blur before or after it, a little JPEG, a little
smooth noise as a VAE leaves it. About a third of the pairs are clean.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

SCALE = 4
_FILTERS = (
    Image.Resampling.BOX,
    Image.Resampling.BICUBIC,
    Image.Resampling.LANCZOS,
    Image.Resampling.HAMMING,
)
_FLAT = 2.5  # mean step between neighbours, in levels; flatter patches are mostly passed over


def small(chance: np.random.Generator, patch: np.ndarray) -> np.ndarray:
    """Return a patch (height, width, 3) of 8-bit levels at a quarter of its size."""
    picture = Image.fromarray(patch)
    if chance.random() < 0.25:
        picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 1.6)))
    size = (picture.width // SCALE, picture.height // SCALE)
    picture = picture.resize(size, _FILTERS[chance.integers(len(_FILTERS))])
    if chance.random() < 0.3:
        picture = _as_a_vae(chance, picture)
    if chance.random() < 0.2:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=int(chance.integers(75, 97)), subsampling=0)
        picture = Image.open(buffer).convert("RGB")
    return np.asarray(picture)


def _as_a_vae(chance: np.random.Generator, picture: Image.Image) -> Image.Image:
    """Soften a little and add smooth errors of a few levels, as a small latent decoder does."""
    soft = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.2, 0.7)))
    noise = chance.normal(0, 1, (soft.height // 2 + 1, soft.width // 2 + 1, 3))
    noise = noise.repeat(2, 0).repeat(2, 1)[: soft.height, : soft.width] * chance.uniform(0.5, 3)
    levels = np.asarray(soft, np.float32) + noise
    return Image.fromarray(levels.round().clip(0, 255).astype(np.uint8))


def pairs(
    originals: list[np.ndarray], batch: int, side: int, chance: np.random.Generator
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches for ever: (small, large) as 8-bit (batch, height, width, 3).

    Args:
        originals: Sets of pictures, each (count, height, width, 3), drawn from equally often.
        batch: Patches in a batch.
        side: Of a small patch, in pixels.
        chance: Everything follows from it.
    """
    while True:
        large: list[np.ndarray] = []
        while len(large) < batch:
            which = originals[chance.integers(len(originals))]
            patch = _patch(chance, which[chance.integers(len(which))], side * SCALE)
            if patch is not None:
                large.append(patch)
        yield np.stack([small(chance, patch) for patch in large]), np.stack(large)


def _patch(chance: np.random.Generator, picture: np.ndarray, side: int) -> np.ndarray | None:
    top = chance.integers(picture.shape[0] - side + 1)
    left = chance.integers(picture.shape[1] - side + 1)
    patch = np.asarray(picture[top : top + side, left : left + side])
    step = np.abs(np.diff(patch.astype(np.int16), axis=1)).mean()
    if step < _FLAT and chance.random() < 0.85:
        return None
    if chance.random() < 0.5:
        patch = patch[:, ::-1]
    if chance.random() < 0.5:
        patch = patch.transpose(1, 0, 2)
    return np.ascontiguousarray(patch)
