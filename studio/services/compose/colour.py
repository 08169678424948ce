"""Colour arithmetic for legible text: WCAG contrast, mixing, choosing.

Source of luminance and contrast: WCAG 2.2, https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from PIL import Image

Rgb = tuple[int, int, int]
TEXT_CONTRAST = 4.5  # WCAG 2.2 AA for text of any size
SHAPE_CONTRAST = 3.0  # WCAG 2.2, 1.4.11: parts of a control
#: Percent of the pixels behind a text that may fall under the ratio (single grains hide no stroke).
OUTLIERS = 2.0
CALM = 15.0  # most busyness under running text; tried by eye on photographs and on noise


def rgb(colour: str) -> Rgb:
    """Return ``#rrggbb`` as three numbers from 0 to 255."""
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def hex_of(colour: Rgb) -> str:
    """Return ``#rrggbb``."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(colour: Rgb) -> float:
    """Return the relative luminance, 0.0 to 1.0."""
    return float(_luminances(np.array([colour], dtype=np.float64))[0])


def _luminances(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return relative luminances of (n, 3) pixels of 0 to 255."""
    part = pixels / 255.0
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colours, 1.0 to 21.0."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def contrast_on(image: Image.Image, box: tuple[int, int, int, int], colour: Rgb) -> float:
    """Return the contrast of a colour with what lies under a box (left, top, right, bottom).

    The ratio that all but ``OUTLIERS`` percent of the pixels reach.
    """
    behind = luminances_under(image, box)
    own = luminance(colour)
    ratios = (np.maximum(behind, own) + 0.05) / (np.minimum(behind, own) + 0.05)
    return float(np.percentile(ratios, OUTLIERS))


def luminances_under(image: Image.Image, box: tuple[int, int, int, int]) -> NDArray[np.float64]:
    """Return relative luminances of the pixels in a box, at most about 160 000 of them."""
    part = image.crop(box).convert("RGB")
    step = max(1, int((part.width * part.height / 160_000) ** 0.5))
    pixels = np.asarray(part, dtype=np.float64)[::step, ::step].reshape(-1, 3)
    return _luminances(pixels) if len(pixels) else np.array([0.0])


def share_seen(colours: NDArray[np.uint8], ground: Rgb) -> float:
    """Return the share of (n, 3) colours that have the contrast of a shape with a ground."""
    behind = luminance(ground)
    own = _luminances(colours.astype(np.float64))
    ratios = (np.maximum(behind, own) + 0.05) / (np.minimum(behind, own) + 0.05)
    return float(np.mean(ratios >= SHAPE_CONTRAST)) if len(colours) else 1.0


def busyness(image: Image.Image, box: tuple[int, int, int, int]) -> float:
    """Return how uneven the lightness under a box is: standard deviation, 0 to about 127."""
    return float(np.asarray(image.crop(box).convert("L"), dtype=np.float64).std())


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """Return ``one`` with ``share`` (0 to 1) of ``other`` mixed in."""
    a, b, c = (round(x + (y - x) * share) for x, y in zip(one, other, strict=True))
    return (a, b, c)


def darkened(colour: Rgb, ratio: float = 10.0) -> Rgb:
    """Return the colour, mixed with black until white reaches ``ratio`` on it."""
    for step in range(21):
        darker = mix(colour, (0, 0, 0), step / 20)
        if contrast(darker, (255, 255, 255)) >= ratio:
            return darker
    return (0, 0, 0)


def readable_on(ground: Rgb, wished: Iterable[Rgb], ratio: float = TEXT_CONTRAST) -> Rgb:
    """Return the first wished colour that is legible on ``ground``, else black or white."""
    for colour in wished:
        if contrast(colour, ground) >= ratio:
            return colour
    black, white = (17, 17, 17), (255, 255, 255)
    return max((white, black), key=lambda colour: contrast(colour, ground))
