"""Backgrounds, drawn in linear light: plain, gradient, studio, podium, table, sky, confetti."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter, zoom

from generators.image_diffusion.starter.raster import to_linear, to_srgb
from generators.image_diffusion.starter.vocabulary import COLOURS

if TYPE_CHECKING:
    from generators.image_diffusion.starter.mesh import Floats
    from generators.image_diffusion.starter.raster import AnyFloats
    from generators.image_diffusion.starter.scene import Scene

SKY: tuple[int, int, int] = (112, 176, 236)
WOOD: tuple[int, int, int] = (166, 118, 76)


def paint(scene: Scene, size: tuple[int, int], ground: float, rng: np.random.Generator) -> Floats:
    """Return the background (h, w, 3) in linear light; ``ground`` is the row of the feet, px."""
    base = to_linear(np.array(scene.backdrop, np.float32) / 255)
    draw = {
        "plain": _plain,
        "podium": _gradient if rng.random() < 0.5 else _plain,
        "gradient": _gradient,
        "studio": _studio,
        "table": _table,
        "sky": _sky,
        "confetti": _confetti,
    }[scene.background]
    return draw(base, size, ground, rng).astype(np.float32)


def _plain(base: Floats, size: tuple[int, int], ground: float, rng: np.random.Generator) -> Floats:
    del ground, rng
    return np.broadcast_to(base, (size[1], size[0], 3)).copy()


def _gradient(
    base: Floats, size: tuple[int, int], ground: float, rng: np.random.Generator
) -> Floats:
    del ground
    y, x = _grid(size)
    if rng.random() < 0.5:
        share = y if rng.random() < 0.5 else 0.5 * y + 0.5 * x
        level = 1.45 - 0.85 * share
    else:
        far = np.hypot((x - 0.5) * 1.1, y - 0.45)
        level = 1.45 - 0.95 * np.clip(far / 0.75, 0, 1)
    return _lit(base, level)


def _studio(base: Floats, size: tuple[int, int], ground: float, rng: np.random.Generator) -> Floats:
    y, x = _grid(size)
    horizon = ground / size[1] - rng.uniform(0.08, 0.2)
    floor = 1 / (1 + np.exp(-(y - horizon) * 28))
    pool = np.exp(-(((x - 0.5) / 0.6) ** 2) - ((y - horizon) / 0.7) ** 2)
    return _lit(base, 0.78 + 0.3 * floor + 0.25 * pool)


def _table(base: Floats, size: tuple[int, int], ground: float, rng: np.random.Generator) -> Floats:
    y, x = _grid(size)
    edge = ground / size[1] - rng.uniform(0.06, 0.16)
    wall = _lit(base, 1.08 - 0.25 * np.hypot(x - 0.4, y - 0.3))
    tone = rng.uniform(0.75, 1.2)
    rows = rng.normal(0, 1, (24, 3))
    waves = zoom(rows, (size[1] / 24, size[0] / 3), order=1)[: size[1], : size[0]]
    grain = gaussian_filter(waves, (0.6 * size[1] / 128, 6))
    wood = to_linear(np.array(WOOD, np.float32) / 255) * tone
    top = wood[None, None] * (1 + 0.11 * grain + 0.12 * (y - edge))[..., None]
    soft = np.clip((y - edge) * size[1] / 1.5 + 0.5, 0, 1)[..., None]
    lip = np.exp(-(((y - edge) * size[1] / (1.2 * size[1] / 128)) ** 2))[..., None] * 0.25
    mixed: Floats = wall * (1 - soft) + top * soft * (1 - lip)
    return mixed


def _sky(base: Floats, size: tuple[int, int], ground: float, rng: np.random.Generator) -> Floats:
    del base, ground
    y, x = _grid(size)
    blue = to_linear(np.array(SKY, np.float32) / 255)
    pale = to_linear(np.array((206, 230, 250), np.float32) / 255)
    picture = blue + (pale - blue) * (y**1.3)[..., None]
    for _ in range(int(rng.integers(2, 5))):
        cx, cy, width = rng.uniform(0, 1), rng.uniform(0.05, 0.75), rng.uniform(0.12, 0.25)
        cloud = np.zeros_like(y)
        for _ in range(6):
            ox, oy = rng.normal(0, 0.45 * width), rng.uniform(-0.22, 0.05) * width
            radius = rng.uniform(0.25, 0.5) * width
            cloud += np.exp(
                -(((x - cx - ox) / radius) ** 2 + ((y - cy - oy) / (0.6 * radius)) ** 2)
            )
        cover = np.clip(cloud * 1.1, 0, 1)[..., None] * 0.9
        picture = picture * (1 - cover) + 0.95 * cover
    return np.asarray(picture, np.float32)


def _confetti(
    base: Floats, size: tuple[int, int], ground: float, rng: np.random.Generator
) -> Floats:
    del ground
    scale = 3
    width, height = size[0] * scale, size[1] * scale
    back = tuple(int(v) for v in np.array(_srgb_bytes(base)))
    sheet = Image.new("RGB", (width, height), (back[0], back[1], back[2]))
    pen = ImageDraw.Draw(sheet)
    bright = [
        COLOURS[name] for name in ("red", "yellow", "blue", "pink", "orange", "mint", "white")
    ]
    unit = max(width, height)
    for _ in range(int(rng.integers(26, 44))):
        x, y = rng.uniform(0, width), rng.uniform(0, height)
        length, thick = rng.uniform(0.018, 0.034) * unit, rng.uniform(0.009, 0.016) * unit
        angle = rng.uniform(0, np.pi)
        along = np.array([np.cos(angle), np.sin(angle)]) * length
        across = np.array([-np.sin(angle), np.cos(angle)]) * thick
        corners = [along + across, along - across, -along - across, -along + across]
        ink = bright[int(rng.integers(len(bright)))]
        pen.polygon([(float(x + c[0]), float(y + c[1])) for c in corners], fill=ink)
    small = sheet.resize(size, Image.Resampling.BOX)
    return to_linear(np.asarray(small, np.float32) / 255)


def _srgb_bytes(linear: Floats) -> list[int]:
    return [round(float(value) * 255) for value in to_srgb(linear)]


def _lit(base: Floats, level: AnyFloats) -> Floats:
    """Return a colour made lighter (towards white above 1) or darker, place by place."""
    dark = base[None, None] * np.minimum(level, 1)[..., None]
    extra = np.clip(level - 1, 0, 1)[..., None]
    return np.asarray(dark + (1 - dark) * extra * 0.35, np.float32)


def _grid(size: tuple[int, int]) -> tuple[Floats, Floats]:
    y = (np.arange(size[1], dtype=np.float32) + 0.5) / size[1]
    x = (np.arange(size[0], dtype=np.float32) + 0.5) / size[0]
    rows, columns = np.meshgrid(y, x, indexing="ij")
    return rows.astype(np.float32), columns.astype(np.float32)
