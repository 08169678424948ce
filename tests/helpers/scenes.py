"""Photo-like pictures made on the spot: light, depth, grain. For tests of composed creatives."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter


def _ramp(width: int, height: int, stops: list[tuple[float, tuple[int, int, int]]]) -> np.ndarray:
    at = np.linspace(0, 1, height)
    column = np.stack(
        [np.interp(at, [s[0] for s in stops], [s[1][c] for s in stops]) for c in range(3)], axis=1
    )
    return np.repeat(column[:, None, :], width, axis=1)


def _grain(pixels: np.ndarray, seed: int, amount: float) -> Image.Image:
    noise = np.random.default_rng(seed).normal(0, amount, pixels.shape[:2])[..., None]
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype(np.uint8))


def mountains(width: int = 1080, height: int = 1080, seed: int = 3) -> Image.Image:
    """Return ridges in evening haze, a bright sky above."""
    rng = np.random.default_rng(seed)
    pixels = _ramp(
        width, height, [(0, (120, 168, 205)), (0.45, (246, 214, 178)), (1, (230, 190, 160))]
    )
    x = np.linspace(0, 1, width)
    rows = np.arange(height)[:, None]
    for index in range(5):
        line = 0.40 + 0.12 * index
        for octave in range(1, 6):
            line = line + 0.09 / octave**1.3 * np.sin(
                2 * np.pi * (x * 2**octave * 0.7 + rng.random())
            ) * (0.6)
        far = 1 - index / 5
        colour = np.array([34, 58, 62]) * (1 - far * 0.75) + np.array([214, 190, 176]) * far * 0.75
        mask = np.clip((rows - line * height) / 1.5, 0, 1)[..., None]
        pixels = pixels * (1 - mask) + colour * mask
    return _grain(pixels, seed, 4.0)


def still_life(width: int = 1080, height: int = 1080, seed: int = 5) -> Image.Image:
    """Return a steel bottle on a pale table before a soft warm wall."""
    pixels = _ramp(
        width,
        height,
        [
            (0, (236, 224, 208)),
            (0.66, (222, 205, 186)),
            (0.67, (190, 166, 142)),
            (1, (206, 184, 160)),
        ],
    )
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    unit = min(width, height)
    light = np.exp(
        -(((x - width * 0.25) / (unit * 0.7)) ** 2 + ((y - height * 0.2) / (unit * 0.7)) ** 2)
    )
    pixels = pixels + 26 * light[..., None]
    cx, top, base, half = (
        width * 0.56,
        height * 0.5 - unit * 0.30,
        height * 0.5 + unit * 0.30,
        unit * 0.095,
    )
    shadow = np.exp(
        -(((x - cx - unit * 0.10) / (unit * 0.20)) ** 2 + ((y - base) / (unit * 0.03)) ** 2)
    )
    pixels = pixels * (1 - 0.55 * shadow[..., None])
    neck = np.clip((y - top) / (unit * 0.14), 0.42, 1.0)
    inside = (np.abs(x - cx) < half * neck) & (y > top) & (y < base)
    turn = np.clip((x - cx) / (half * neck), -1, 1)
    shine = (
        0.45
        + 0.55 * np.sqrt(np.clip(1 - turn**2, 0, 1))
        + 0.5 * np.exp(-(((turn + 0.45) / 0.12) ** 2))
    )
    bottle = np.array([38, 96, 86])[None, None] * shine[..., None]
    lid = (inside & (y < top + unit * 0.07))[..., None]
    bottle = np.where(lid, np.array([210, 208, 202]) * shine[..., None], bottle)
    mask = Image.fromarray((inside * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1.2))
    share = np.asarray(mask, dtype=np.float64)[..., None] / 255
    return _grain(pixels * (1 - share) + bottle * share, seed, 3.0)


def bokeh(width: int = 1080, height: int = 1080, seed: int = 11) -> Image.Image:
    """Return a dark street with lights out of focus."""
    rng = np.random.default_rng(seed)
    pixels = _ramp(width, height, [(0, (16, 20, 40)), (0.6, (38, 30, 52)), (1, (14, 12, 22))])
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    for _ in range(46):
        radius = rng.uniform(0.02, 0.07) * min(width, height)
        far = np.hypot(x - rng.uniform(0, width), y - rng.uniform(0, height) * 0.9)
        disc = np.clip((radius - far) / 2, 0, 1)[..., None] * rng.uniform(0.15, 0.6)
        colour = np.array([[255, 180, 90], [255, 120, 120], [140, 190, 255]][rng.integers(3)])
        pixels = pixels * (1 - disc) + colour * disc
    return _grain(pixels, seed, 4.0)


def noise(width: int = 1080, height: int = 1080, seed: int = 1) -> Image.Image:
    """Return coloured blobs, as an untrained model makes them."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (max(2, height // 24), max(2, width // 24), 3), dtype=np.uint8)
    return Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC)
