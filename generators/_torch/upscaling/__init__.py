"""Enlarging pictures with networks of the ESRGAN family: RRDB and compact, loaded by key.

Shared by the generators: one upscales pictures of the library, another brings what it made to the
size of a placement. Importing this package is cheap: torch is imported when weights are loaded.
"""

from __future__ import annotations

from generators._torch.upscaling.enlarging import Upscaler, UpscalerPlan, covering, plan_passes
from generators._torch.upscaling.loading import load_upscaler
from generators._torch.upscaling.tiling import tile_side
from generators.esrgan import Architecture, Layout, detect

__all__ = [
    "Architecture",
    "Layout",
    "Upscaler",
    "UpscalerPlan",
    "covering",
    "detect",
    "load_upscaler",
    "plan_passes",
    "tile_side",
]
