"""Which of the starter's named colours a picture's subject and background have, measured in Lab.

The picture alone is looked at: the background's colours are read off the border, the subject is
what differs from them in the box where it was asked to stand. Light and shade make a paint lighter
or darker, so a pixel votes for the named colour whose Lab values under more or less light come
nearest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generators.image_diffusion.starter.raster import to_linear
from generators.image_diffusion.starter.vocabulary import COLOURS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generators.image_diffusion.starter.wishes import Wish

NAMES = tuple(COLOURS)
_LEVELS = np.geomspace(0.3, 1.5, 13)  # light on a paint, against its plain colour
_SHADE_COST = 9.0  # Lab units for each doubling or halving of the light
_TINTS = {"warm": (1.05, 0.98, 0.84)}  # what a light does to every paint
_RGB_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
)
_WHITE = np.array([0.9505, 1.0, 1.089])
_PLACES = {"left": 0.31, "centre": 0.5, "right": 0.69}


def to_lab(linear: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return CIE Lab (D65) of linear RGB from 0 to 1; the last axis holds the channels."""
    share = np.asarray(linear, np.float64) @ _RGB_TO_XYZ.T / _WHITE
    curve = np.where(share > 0.008856, np.cbrt(np.maximum(share, 1e-9)), 7.787 * share + 16 / 116)
    x, y, z = curve[..., 0], curve[..., 1], curve[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def _palette(tint: tuple[float, float, float]) -> tuple[NDArray, NDArray]:
    """Return Lab (names, levels, 3) of every colour under every level, and the levels' cost."""
    paints = to_linear(np.array(list(COLOURS.values()), np.float32) / 255) * np.array(tint)
    lit = np.clip(paints[:, None] * _LEVELS[None, :, None], 0, 1)
    lighter = np.clip(_LEVELS - 1, 0, 1)[None, :, None]  # a highlight mixes white in
    lit = lit + (1 - lit) * lighter * 0.2
    return to_lab(lit), np.abs(np.log2(_LEVELS)) * _SHADE_COST


_PALETTES = {name: _palette(_TINTS.get(name, (1.0, 1.0, 1.0))) for name in ("soft", "warm")}


def vote(lab: NDArray, light: str = "soft") -> NDArray[np.float64]:
    """Return for each of ``NAMES`` the share of Lab values (n, 3) that it is nearest to."""
    lab = lab[:: max(1, len(lab) // 800)]  # enough to know shares by
    palette, cost = _PALETTES["warm" if light == "warm" else "soft"]
    far = np.sqrt(((lab[:, None, None] - palette[None]) ** 2).sum(-1)) + cost[None, None]
    return np.bincount(far.min(2).argmin(1), minlength=len(NAMES)) / len(lab)


def lab_of(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the Lab values of a picture."""
    return to_lab(to_linear(pixels.astype(np.float32) / 255))


def border(lab: NDArray, wide: int = 3) -> NDArray:
    """Return the Lab values (n, 3) of a picture's edge."""
    edge = np.ones(lab.shape[:2], bool)
    edge[wide:-wide, wide:-wide] = False
    return lab[edge]


def _common(values: NDArray, share: float) -> NDArray:
    """Return one value for each cell of Lab, 8 units wide, that holds at least ``share``."""
    cells = np.floor(values / 8).astype(int)
    _, index, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    index = index.ravel()
    kept = np.flatnonzero(counts >= share * len(values))
    if not len(kept):
        kept = counts.argsort()[-3:]
    return np.array([values[index == number].mean(0) for number in kept])


def subject_mask(lab: NDArray, place: str) -> NDArray[np.bool_]:
    """Return where the subject is: in its box, and unlike what is common on the border."""
    height, width = lab.shape[:2]
    back = _common(border(lab), 0.02)
    y, x = np.mgrid[:height, :width]
    x = np.abs((x + 0.5) / width - _PLACES[place])
    y = np.abs((y + 0.5) / height - 0.52)
    box = (x < 0.3) & (y < 0.36)
    # shadows are the background, darker: what is alike but for lightness is not the subject
    off = lab[:, :, None] - back[None, None]
    off[..., 0] *= np.where((off[..., 0] < 0) & (off[..., 0] > -25), 0.45, 1.0)
    unlike = np.sqrt((off**2).sum(-1)).min(-1) > 11
    found = box & unlike
    core = (x < 0.1) & (y < 0.14)
    return found if found.mean() > 0.015 else core


def subject_shares(pixels: NDArray[np.uint8], wish: Wish) -> NDArray[np.float64]:
    """Return the share of the subject's pixels that votes for each of ``NAMES``."""
    lab = lab_of(pixels)
    return vote(lab[subject_mask(lab, wish.place)], wish.light)


def background_shares(pixels: NDArray[np.uint8], wish: Wish) -> NDArray[np.float64]:
    """Return the share of the border's pixels (of a table's wall only) for each of ``NAMES``."""
    lab = lab_of(pixels)
    if wish.background == "table":
        lab = lab[: lab.shape[0] // 2]
    return vote(border(lab))


def subject_is_as_asked(pixels: NDArray[np.uint8], wish: Wish, colour: str = "") -> bool:
    """Tell whether the asked colour (or ``colour``) is one of the subject's three main ones.

    A subject has further colours (caps, labels, leaves), so the asked one need not be the largest;
    it must cover an eighth.
    """
    shares = subject_shares(pixels, wish)
    own = shares[NAMES.index(colour or wish.colour)]
    return bool(own >= 0.12 and (shares > own).sum() < 3)


def background_is_as_asked(pixels: NDArray[np.uint8], wish: Wish) -> bool:
    """Tell whether the border has the asked colour most, or a sky's colours."""
    shares = background_shares(pixels, wish)
    if wish.background == "sky":
        blue, other, white = (shares[NAMES.index(n)] for n in ("light blue", "blue", "white"))
        return bool(blue + other >= 0.3 and blue + other + white >= 0.8)
    return NAMES[int(shares.argmax())] == wish.backdrop
