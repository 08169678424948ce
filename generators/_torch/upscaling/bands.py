"""Puts a picture together from bands of rows, at its size or at a smaller one.

A pass of a network can make many times the pixels that are wanted of it. Resampled band by band,
they are never all there at once; each band is held with the rows around it that resampling looks
at, so that the result is that of the whole.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Iterable

_LANCZOS = 3  # rows of the smaller picture that resampling looks up and down


def put_together(
    bands: Iterable[Image.Image], made: tuple[int, int], goal: tuple[int, int]
) -> Image.Image:
    """Return the picture that bands make.

    Args:
        bands: From the top, each as wide as ``made``.
        made: (width, height) of them all.
        goal: Of the result; not larger.
    """
    whole: Image.Image | None = None
    held, first, done = Image.new("RGB", (made[0], 0)), 0, 0  # first: row of ``made``
    ratio = made[1] / goal[1]
    reach = math.ceil(_LANCZOS * ratio) + 1 if goal != made else 0
    for band in bands:
        if whole is None:
            whole = Image.new(band.mode, goal)
        held = _below(held, band)
        have = first + held.height
        upto = goal[1] if have >= made[1] else max(done, math.floor((have - reach) / ratio))
        if upto == done:
            continue
        box = (0.0, done * ratio - first, made[0], min(held.height, upto * ratio - first))
        size = (goal[0], upto - done)
        part = held.resize(size, Image.Resampling.LANCZOS, box=box) if goal != made else held
        whole.paste(part, (0, done))
        done = upto
        kept = max(first, math.floor(done * ratio) - reach)
        held, first = held.crop((0, kept - first, made[0], held.height)), kept
    assert whole is not None  # a picture has rows
    return whole


def _below(upper: Image.Image, lower: Image.Image) -> Image.Image:
    if not upper.height:
        return lower
    both = Image.new(lower.mode, (lower.width, upper.height + lower.height))
    both.paste(upper)
    both.paste(lower, (0, upper.height))
    return both
