"""One pass of a network over a picture, tile by tile, without seams.

Each tile is computed with its surroundings: as far as the network looks, where that is near enough,
so that a tile's inside is exactly what the whole picture would give. The deep networks look further
than anything that is seen of it; theirs are cut at ``MAX_CONTEXT`` and neighbours fade into one
another over ``FADE`` pixels, so that what is left of a difference has no edge.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from generators._torch.memory import memory_guard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import torch
    from torch import nn

    from generators.esrgan import Architecture

#: Side of a tile in input pixels, by kind of network and memory level. An RRDB network holds
#: several sets of features at the finished size, a compact one at the size that it is given.
TILE_SIDES = {"compact": (512, 192, 96), "rrdb": (256, 128, 64)}
LEVELS = 3  # the normal one included
MAX_CONTEXT = 32  # input pixels around a tile
FADE = 8  # input pixels


def tile_side(kind: str, level: int) -> int:
    """Return the side of a tile at a memory level; any above the last is the last."""
    sides = TILE_SIDES[kind]
    return sides[min(level, len(sides) - 1)]


class Tile(NamedTuple):
    """A rectangle of the output, in input pixels: from (``left``, ``top``) on.

    ``fade_left`` and ``fade_top`` say how far its edge fades in over what is there already.
    """

    left: int
    top: int
    right: int
    bottom: int
    fade_left: int
    fade_top: int


def tiles(width: int, height: int, side: int) -> list[Tile]:
    """Return the tiles of a picture, row by row; they overlap by what they fade."""
    return [
        Tile(left, top, right, bottom, fade_left, fade_top)
        for top, bottom, fade_top in _spans(height, side)
        for left, right, fade_left in _spans(width, side)
    ]


def _spans(length: int, side: int) -> Iterator[tuple[int, int, int]]:
    """Yield (begin, end, fade) so that no span is longer than ``side``, and all about the same."""
    count = max(1, -(-(length - FADE) // max(1, side - FADE)))
    step = -(-(length - FADE) // count) if count > 1 else length
    for number in range(count):
        begin = number * step
        end = length if number == count - 1 else begin + step + FADE
        yield begin, end, FADE if number else 0


def enlarged_bands(
    network: nn.Module,
    made: Architecture,
    levels: np.ndarray,
    side: int,
    begin: Callable[[], None],
) -> Iterator[np.ndarray]:
    """Yield 8-bit levels ``made.scale`` times larger, some whole rows at a time, from the top.

    A network that folds pixels gets every tile from a multiple of its fold on, so that it folds the
    same pixels together as in the whole picture.

    Args:
        network: Takes and gives float32 (1, 3, height, width) in 0…1.
        made: What it is.
        levels: 8-bit (height, width, 3).
        side: Of a tile, in input pixels.
        begin: Called before each tile; may raise.

    Raises:
        OutOfMemory: A tile does not fit.
    """
    height, width = levels.shape[:2]
    scale, fold = made.scale, made.fold
    context = min(made.reach, MAX_CONTEXT)
    above: np.ndarray | None = None  # what the row of tiles above left to be faded over
    for _, row in groupby(tiles(width, height, side), key=lambda tile: tile.top):
        band: np.ndarray | None = None
        for tile in row:
            begin()
            left, top = (max(0, at - context) // fold * fold for at in (tile.left, tile.top))
            right = min(width, -(-(tile.right + context) // fold) * fold)
            bottom = min(height, -(-(tile.bottom + context) // fold) * fold)
            with memory_guard():
                answer = _run(network, levels[top:bottom, left:right])
            if band is None:
                band = np.empty(((tile.bottom - tile.top) * scale, width * scale, 3), np.uint8)
                if above is not None:
                    band[: len(above)] = above
            x, y = (tile.left - left) * scale, (tile.top - top) * scale
            wide = (tile.right - tile.left) * scale
            _lay(band, answer[y : y + len(band), x : x + wide], tile, scale)
        assert band is not None  # a row has tiles
        finished = len(band) if tile.bottom == height else len(band) - FADE * scale
        yield band[:finished]
        above = band[finished:]


def _run(network: nn.Module, levels: np.ndarray) -> np.ndarray:
    """Return what the network makes of a piece, as float32 levels of 0…255."""
    import torch

    device = next(network.parameters()).device
    with torch.inference_mode():
        given = torch.from_numpy(np.array(levels)).to(device)  # a copy: it may be read-only
        picture = given.permute(2, 0, 1)[None].float().div_(255)
        made: torch.Tensor = network(picture.contiguous(memory_format=torch.channels_last))
        return made[0].clamp_(0, 1).mul_(255).permute(1, 2, 0).float().cpu().numpy()


def _lay(made: np.ndarray, answer: np.ndarray, tile: Tile, scale: int) -> None:
    """Put a tile's answer into its row of tiles; over what earlier ones left, it fades in."""
    height, width = answer.shape[:2]
    place = made[:, tile.left * scale :][:, :width]
    fade_x, fade_y = tile.fade_left * scale, tile.fade_top * scale
    if fade_x or fade_y:
        weight = np.ones((height, width, 1), np.float32)
        if fade_x:
            weight[:, :fade_x] *= _ramp(fade_x)[None, :, None]
        if fade_y:
            weight[:fade_y] *= _ramp(fade_y)[:, None, None]
        _mix(place, answer, weight, slice(None), slice(0, fade_x))
        _mix(place, answer, weight, slice(0, fade_y), slice(fade_x, None))
    place[fade_y:, fade_x:] = _rounded(answer[fade_y:, fade_x:])


def _mix(
    place: np.ndarray, answer: np.ndarray, weight: np.ndarray, rows: slice, columns: slice
) -> None:
    share = weight[rows, columns]
    mixed = answer[rows, columns] * share + place[rows, columns] * (1 - share)
    place[rows, columns] = _rounded(mixed)


def _ramp(length: int) -> np.ndarray:
    return (np.arange(length, dtype=np.float32) + 0.5) / length


def _rounded(values: np.ndarray) -> np.ndarray:
    return (values + 0.5).astype(np.uint8)
