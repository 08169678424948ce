"""Composes originals: cut-outs on plain, graded and two-part backgrounds, with soft shadows.

Everything follows from one random generator, so a seed makes the same pictures. Cut-outs from
vectors are drawn at the very size they are used at; rasters are only ever made smaller.
"""

from __future__ import annotations

import colorsys
import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from generators._data.sources import Drawing

_WORDS = (
    "Fresh", "NEW", "Pure", "50% off", "Juice", "Morning", "SALE", "Aurora", "No. 5", "Honey",
    "Limited", "Bloom", "Sport", "ORGANIC", "2 for 1", "Café", "Soft", "Original", "100 ml", "Tea",
)  # fmt: skip
_SMALLEST = 0.02  # share of a cut-out that must be painted; an empty drawing is left out


def cut_out(drawing: Drawing, side: int) -> Image.Image | None:
    """Return a drawing as RGBA whose longer side has ``side`` pixels, or None if it can't be drawn.

    A raster smaller than that keeps its size.
    """
    try:
        if drawing.kind == "svg":
            import resvg_py  # a tool of whoever trains, not of the app

            data = bytes(
                resvg_py.svg_to_bytes(
                    svg_string=drawing.data.decode("utf-8", "replace"), width=side
                )
            )
        else:
            data = drawing.data
        picture = Image.open(io.BytesIO(data)).convert("RGBA")
    except (ValueError, OSError):
        return None
    box = picture.getchannel("A").point([255 * (level > 8) for level in range(256)]).getbbox()
    if box is None:
        return None
    picture = picture.crop(box)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    painted = np.asarray(picture.getchannel("A")).mean() / 255
    return picture if painted > _SMALLEST and min(picture.size) > side // 8 else None


def scene(
    chance: np.random.Generator, cut_outs: Sequence[Image.Image], side: int, fonts: Sequence[Path]
) -> Image.Image:
    """Return one square RGB picture of ``side`` pixels."""
    picture = _background(chance, side)
    for item in cut_outs:
        room_x, room_y = side - item.width, side - item.height
        place = (
            int(chance.integers(min(0, room_x), max(1, room_x + 1))),
            int(chance.integers(min(0, room_y), max(1, room_y + 1))),
        )
        if chance.random() < 0.6:
            _shadow(chance, picture, item, place)
        picture.paste(item, place, item)
    if fonts and chance.random() < 0.25:
        _write(chance, picture, fonts)
    return picture


def _colour(chance: np.random.Generator) -> tuple[int, int, int]:
    hue, saturation = chance.random(), chance.random() ** 1.5
    value = 1 - 0.85 * chance.random() ** 2
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _background(chance: np.random.Generator, side: int) -> Image.Image:
    first, second = np.array(_colour(chance), float), np.array(_colour(chance), float)
    if chance.random() < 0.6:  # most grounds in adverts are quiet
        second = first * 0.75 + second * 0.25
    y, x = np.mgrid[0:side, 0:side] / (side - 1.0)
    kind = chance.random()
    if kind < 0.25:
        share = np.zeros_like(x)
    elif kind < 0.55:
        angle = chance.random() * 2 * np.pi
        share = np.cos(angle) * (x - 0.5) + np.sin(angle) * (y - 0.5) + 0.5
    elif kind < 0.8:
        share = np.hypot(x - chance.random(), y - chance.random())
    else:  # a table's edge
        share = 0.15 * y + 0.85 * (y > 0.4 + 0.4 * chance.random())
    share = np.clip(share, 0, 1)[..., None]
    levels = first * (1 - share) + second * share
    return Image.fromarray((levels + chance.random((side, side, 1))).clip(0, 255).astype(np.uint8))


def _shadow(
    chance: np.random.Generator, picture: Image.Image, item: Image.Image, place: tuple[int, int]
) -> None:
    strength = 0.15 + 0.35 * chance.random()
    layer = Image.new("L", picture.size, 0)
    offset = (place[0] + int(chance.integers(-12, 13)), place[1] + int(chance.integers(4, 21)))
    layer.paste(item.getchannel("A"), offset)
    soft = layer.filter(ImageFilter.GaussianBlur(2 + 12 * chance.random()))
    dark = picture.point(lambda level: level * (1 - strength))
    picture.paste(Image.composite(dark, picture, soft))


def _write(chance: np.random.Generator, picture: Image.Image, fonts: Sequence[Path]) -> None:
    """Set a word or two, as on a label."""
    face = str(fonts[int(chance.integers(len(fonts)))])
    font = ImageFont.truetype(face, int(chance.integers(22, 90)))
    word = _WORDS[chance.integers(len(_WORDS))]
    mask = Image.new("L", picture.size, 0)
    place = (
        int(chance.integers(0, picture.width // 2)),
        int(chance.integers(0, picture.height - 40)),
    )
    ImageDraw.Draw(mask).text(place, word, fill=255, font=font)
    if chance.random() < 0.5:
        mask = mask.rotate(float(chance.uniform(-25, 25)), Image.Resampling.BICUBIC)
    picture.paste((0, 0, 0) if chance.random() < 0.3 else _colour(chance), mask=mask)
