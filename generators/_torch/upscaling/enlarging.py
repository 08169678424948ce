"""Brings pictures to a size: one or two passes of a network, then down to the exact pixels.

Transparent pictures keep their transparency: the outline is enlarged by the network as well, and
colours are first drawn out under it, so that no dark or white rim appears along edges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from generators._torch.memory import free_memory, memory_bytes
from generators._torch.upscaling.bands import put_together
from generators._torch.upscaling.tiling import enlarged_bands, tile_side, tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import nn

    from generators.api import JsonValue
    from generators.esrgan import Architecture

MAX_PASSES = 4  # of a ×2 network: 16 times
#: A pass makes at most this many times the wanted side. Twice as many pixels a side than wanted
#: make smooth edges when they are averaged; more would only cost time.
OVERSHOOT = 2.0
LARGE = 16_000_000  # pixels wanted, from which on a pass does not overshoot: memory
STRIPS = 64_000_000  # pixels that a pass makes, from which on they are resampled as they come
_DRAWN_OUT = (1, 2, 4, 8, 16)  # px; how far colours are drawn out under transparency, in steps
_ROWS = 1024  # of a picture that colours are drawn out in at a time


@dataclass(frozen=True, slots=True)
class UpscalerPlan:
    """The passes that bring a picture to a size.

    Attributes:
        sizes: What each pass starts from (width, height), px; the first is the picture's own.
    """

    sizes: tuple[tuple[int, int], ...]


def plan_passes(size: tuple[int, int], wanted: tuple[int, int], scale: int) -> UpscalerPlan:
    """Return the passes that make a picture at least as large as ``wanted`` on both sides."""
    goal = max(wanted[0] / size[0], wanted[1] / size[1])
    room = OVERSHOOT if wanted[0] * wanted[1] <= LARGE else 1.0
    sizes: list[tuple[int, int]] = []
    grown = 1.0
    while grown < goal and len(sizes) < MAX_PASSES:
        start = min(grown, max(goal * room / scale, 1e-6))
        if not sizes:
            start = 1.0  # the picture itself is never made smaller
        sizes.append((_grown(size[0], start), _grown(size[1], start)))
        grown = start * scale
    return UpscalerPlan(tuple(sizes))


def _grown(side: int, factor: float) -> int:
    return max(1, math.ceil(side * factor - 1e-6))


class Upscaler:
    """A loaded network.

    Attributes:
        architecture: What it is.
        name: What people call it.
    """

    def __init__(
        self, network: nn.Module, architecture: Architecture, device: str, name: str
    ) -> None:
        self._network: nn.Module | None = network
        self.architecture = architecture
        self.name = name
        self._device = device

    @property
    def scale(self) -> int:
        """How many times larger one pass makes a picture."""
        return self.architecture.scale

    def tile_side(self, level: int) -> int:
        """Return the side of a tile at a memory level, px."""
        return tile_side(self.architecture.kind, level)

    def memory_bytes(self) -> int:
        """Return the bytes of the weights."""
        return memory_bytes(self._network) if self._network is not None else 0

    def unload(self) -> None:
        """Let go of the weights."""
        self._network = None
        free_memory()

    def said(self, plan: UpscalerPlan) -> str:
        """Return what was done, for people."""
        count = len(plan.sizes)
        times = {1: "once", 2: "twice"}.get(count, f"{count} times")
        return f"enlarged {times} ×{self.scale} by {self.name}"

    def execution_record(self, plan: UpscalerPlan, side: int) -> dict[str, JsonValue]:
        """Return what an exact repeat needs to be equal."""
        assert self._network is not None
        dtype = next(self._network.parameters()).dtype
        return {
            "name": self.name,
            "scale": self.scale,
            "passes": len(plan.sizes),
            "tile": side,
            "dtype": str(dtype).removeprefix("torch."),
        }

    def enlarge(
        self,
        picture: Image.Image,
        wanted: tuple[int, int],
        progress: Callable[[float, str], None],
        side: int = 0,
    ) -> Image.Image:
        """Return a picture that covers ``wanted`` on both sides, in its own proportions.

        Args:
            picture: RGB or RGBA.
            wanted: (width, height), px. Smaller than the picture: it is returned as it is.
            progress: Gets the share done (0…1) and words, at every tile; may raise to stop.
            side: Of a tile, px; 0 for what suits the network.

        Raises:
            OutOfMemory: A tile does not fit; try a smaller side.
        """
        side = side or self.tile_side(0)
        plan = plan_passes(picture.size, wanted, self.scale)
        steps = _Steps(progress, self._work(plan, picture.mode == "RGBA", side))
        goals = (*plan.sizes[1:], covering(picture.size, wanted))
        for size, goal in zip(plan.sizes, goals, strict=False):
            if picture.size != size:
                picture = picture.resize(size, Image.Resampling.LANCZOS)
            made = (size[0] * self.scale, size[1] * self.scale)
            large = made[0] * made[1] > STRIPS and goal[0] <= made[0] and goal[1] <= made[1]
            picture = put_together(self._pass(picture, steps, side), made, goal if large else made)
        if plan.sizes:
            steps.finished()
        return picture

    def _work(self, plan: UpscalerPlan, transparent: bool, side: int) -> int:
        count = sum(len(tiles(*size, side)) for size in plan.sizes)
        return count * (2 if transparent else 1)

    def _pass(self, picture: Image.Image, steps: _Steps, side: int) -> Iterator[Image.Image]:
        """Yield the enlarged picture from the top, some rows at a time."""
        if picture.mode != "RGBA":
            for band in self._bands(np.asarray(picture.convert("RGB")), steps, side):
                yield Image.fromarray(band)
            return
        outline = np.asarray(picture.getchannel("A"))[..., None].repeat(3, axis=2)
        for colours, grey in zip(
            self._bands(_drawn_out(picture), steps, side),
            self._bands(outline, steps, side),
            strict=True,
        ):
            mean = (grey.sum(axis=2, keepdims=True, dtype=np.uint16) + 1) // 3
            yield Image.fromarray(np.concatenate((colours, mean.astype(np.uint8)), axis=2))

    def _bands(self, levels: np.ndarray, steps: _Steps, side: int) -> Iterator[np.ndarray]:
        assert self._network is not None, "unloaded"
        return enlarged_bands(self._network, self.architecture, levels, side, steps.begin)


def covering(
    size: tuple[int, int], wanted: tuple[int, int], kept: tuple[float, float] | None = None
) -> tuple[int, int]:
    """Return the size in a picture's own proportions at which it covers the wanted one.

    ``kept`` is (width, height) of the part that has to, if it is not the whole.
    """
    wide, high = kept or size
    factor = max(wanted[0] / wide, wanted[1] / high)
    return _grown(size[0], factor), _grown(size[1], factor)


class _Steps:
    """Counts tiles over all passes."""

    def __init__(self, progress: Callable[[float, str], None], total: int) -> None:
        self._progress, self._total = progress, max(1, total)
        self._done = 0

    def begin(self) -> None:
        """Report that a tile is begun."""
        words = f"Enlarging: part {min(self._done + 1, self._total)} of {self._total}"
        self._progress(min(1.0, self._done / self._total), words)
        self._done += 1

    def finished(self) -> None:
        """Report that all are done."""
        self._progress(1.0, f"Enlarging: part {self._total} of {self._total}")


def _drawn_out(picture: Image.Image) -> np.ndarray:
    """Return the colours of an RGBA picture, continued to where nothing is painted.

    What lies under full transparency is mostly black or white, and a network would draw an edge
    towards it that shows as a rim once the outline is soft.
    """
    width, height = picture.size
    made = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _ROWS):
        bottom = min(height, top + _ROWS)
        above = min(top, _DRAWN_OUT[-1])
        box = (0, top - above, width, min(height, bottom + _DRAWN_OUT[-1]))
        made[top:bottom] = _rows_drawn_out(picture.crop(box))[above:][: bottom - top]
    return made


def _rows_drawn_out(picture: Image.Image) -> np.ndarray:
    outline = np.asarray(picture.getchannel("A"), np.float32)[..., None] / 255
    colours = np.asarray(picture.convert("RGB"), np.float32)
    filled, known = colours * (outline > 0), outline.copy()
    known_flag = outline[..., 0] > 0
    weighted = colours * outline
    for radius in _DRAWN_OUT:
        if known_flag.all():
            break
        spread = _blurred(weighted, radius)
        weight = _blurred(known, radius)
        reached = ~known_flag & (weight[..., 0] > 1e-3)
        filled[reached] = (spread / np.maximum(weight, 1e-6))[reached]
        known_flag = known_flag | reached
    levels: np.ndarray = filled.round().clip(0, 255).astype(np.uint8)
    return levels


def _blurred(values: np.ndarray, radius: int) -> np.ndarray:
    from scipy.ndimage import uniform_filter

    side = 2 * radius + 1
    blurred: np.ndarray = uniform_filter(values, (side, side, 1), mode="nearest")
    return blurred
