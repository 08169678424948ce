"""Which size a picture is made at, and how it is fitted to the size that was asked for.

Pure arithmetic. A checkpoint makes good pictures near the area that it was trained at, in steps of
its latent grid, and not too long in one direction. Anything else is made at the nearest size that
it can do, then scaled and cropped (never stretched) to the exact pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Areas from half to 1.6 times the trained one are made directly. Below, pictures fall apart;
#: above, subjects repeat (512² checkpoints show it from about 768×768 on, which is 2.25).
MIN_AREA = 0.5
MAX_AREA = 1.6
#: Longest side over shortest. SDXL was trained on up to 4:1, most others on 2:1 and less.
MAX_ASPECT = 2.5


@dataclass(frozen=True, slots=True)
class SizeRules:
    """What a checkpoint can do.

    Attributes:
        step: Width and height must be multiples of this (the latent factor times the patch), px.
        grid: Multiples that it prefers (every level of the U-Net halves evenly), px.
        native: Side of the square that it was trained at, px.
        trained: Sizes (width, height) that it was trained at and keeps to; none where it is free.
    """

    step: int
    grid: int
    native: int
    trained: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class SizePlan:
    """Where a picture is made (``made_…``) and what is handed out (``width``, ``height``), px."""

    width: int
    height: int
    made_width: int
    made_height: int

    @property
    def fitted(self) -> bool:
        """Tell whether the picture has to be scaled or cropped."""
        return (self.width, self.height) != (self.made_width, self.made_height)

    @property
    def note(self) -> str:
        """Say to the person what was done, or nothing."""
        if not self.fitted:
            return ""
        made = f"made at {self.made_width}×{self.made_height}"
        return f"{made}, fitted to {self.width}×{self.height}"


def plan_size(width: int, height: int, rules: SizeRules) -> SizePlan:
    """Return where to make a picture of ``width`` × ``height`` pixels (both at least 1)."""
    if rules.trained:
        return SizePlan(width, height, *_nearest_trained(width, height, rules.trained))
    if _can_do(width, height, rules):
        return SizePlan(width, height, width, height)
    aspect = min(max(width / height, 1 / MAX_ASPECT), MAX_ASPECT)
    area = float(width * height)
    native_area = float(rules.native * rules.native)
    if not MIN_AREA * native_area <= area <= MAX_AREA * native_area:
        area = native_area
    made_width, made_height = _nearest(aspect, area, rules)
    return SizePlan(width, height, made_width, made_height)


def _nearest_trained(
    width: int, height: int, trained: tuple[tuple[int, int], ...]
) -> tuple[int, int]:
    """Return the trained size of the nearest aspect; among equal ones that of the nearest area."""

    def off(size: tuple[int, int]) -> tuple[float, float]:
        aspect = abs(math.log(size[0] / size[1] * height / width))
        return round(aspect, 6), abs(math.log(size[0] * size[1] / (width * height)))

    return min(trained, key=off)


def _can_do(width: int, height: int, rules: SizeRules) -> bool:
    if width % rules.step or height % rules.step:
        return False
    if max(width, height) > MAX_ASPECT * min(width, height):
        return False
    area = width * height / (rules.native * rules.native)
    return MIN_AREA <= area <= MAX_AREA


def _nearest(aspect: float, area: float, rules: SizeRules) -> tuple[int, int]:
    """Return the grid size whose aspect and area are nearest, the aspect counting most."""
    grid = rules.grid if rules.native >= 4 * rules.grid else rules.step
    longest = max(grid, math.ceil(math.sqrt(area * MAX_ASPECT) / grid + 1) * grid)
    best = (math.inf, grid, grid)
    for made_width in range(grid, longest + 1, grid):
        for made_height in range(grid, longest + 1, grid):
            if not _can_do(made_width, made_height, rules):
                continue  # else what is planned would be planned anew
            off = abs(math.log(made_width / made_height / aspect))
            size = abs(math.log(made_width * made_height / area))
            best = min(best, (3.0 * off + size, made_width, made_height))
    return best[1], best[2]
