"""Paints of parts whose colour is their own, whatever colour the subject has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.image_diffusion.starter.mesh import fixed

if TYPE_CHECKING:
    import numpy as np

    Rng = np.random.Generator

DARK = fixed(0.1, 0.1, 0.11, 0.4)
STEEL = fixed(0.75, 0.76, 0.78, 0.9, 0.9)
GOLD = fixed(0.85, 0.66, 0.3, 0.9, 0.9)
CREAM = fixed(0.96, 0.93, 0.86, 0.1)
SCREEN = fixed(0.1, 0.13, 0.2, 0.7)
WOOD = fixed(0.62, 0.42, 0.25, 0.15)
RUBBER = fixed(0.13, 0.13, 0.14, 0.1)
LEAF = fixed(0.3, 0.58, 0.26, 0.2)
CRUST = fixed(0.83, 0.58, 0.3, 0.2)
SPRINKLES = (
    fixed(0.9, 0.25, 0.3, 0.2),
    fixed(0.98, 0.85, 0.3, 0.2),
    fixed(0.3, 0.65, 0.9, 0.2),
    fixed(0.97, 0.97, 0.95, 0.2),
)
