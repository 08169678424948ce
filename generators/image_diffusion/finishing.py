"""The last step: from the size that a picture was made at to the one that is handed out.

Where it must grow by more than a little, and the request names an upscaler, a network enlarges it
past that size and resampling brings it down to the exact pixels; else resampling does it alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generators import _torch
from generators._torch.pictures import fit
from generators._torch.upscaling import Upscaler, UpscalerPlan, covering, load_upscaler, plan_passes
from generators.image_diffusion import pictures

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from generators.api import CheckpointRef, JsonValue
    from generators.image_diffusion.sampling import Inputs
    from generators.image_diffusion.sizes import SizePlan

#: Up to this factor resampling is as crisp as anyone can see, and takes no time.
MIN_GROWTH = 1.2


class Finisher:
    """Finishes pictures; keeps the upscaler of the last request loaded."""

    def __init__(self, device: str, dtype: str) -> None:
        """``dtype`` as in ``Generator.load``: the upscaler chooses for itself where it may."""
        self._device, self._dtype = device, dtype
        self._loaded: tuple[str, Upscaler] | None = None

    def prepare(self, wanted: CheckpointRef | None, plan: SizePlan) -> Upscaler | None:
        """Return the upscaler for a plan, loaded; None where none is wanted or needed.

        Raises:
            CheckpointError: Its file is missing, damaged or of another kind.
        """
        if wanted is None or _growth(plan) < MIN_GROWTH:
            return None
        if self._loaded is None or self._loaded[0] != wanted.path:
            self.unload()
            with _torch.memory_guard():
                loaded = load_upscaler(Path(wanted.path), self._device, self._dtype, wanted.name)
            self._loaded = (wanted.path, loaded)
        return self._loaded[1]

    def finish(
        self,
        picture: Image.Image,
        plan: SizePlan,
        inputs: Inputs,
        upscaler: Upscaler | None,
        progress: Callable[[float, str], None],
        level: int,
    ) -> Image.Image:
        """Bring a made picture to its size; put back what an inpaint must not touch."""
        if upscaler is not None:
            picture = upscaler.enlarge(
                picture, _covering(plan), progress, upscaler.tile_side(level)
            )
        finished = fit(picture, (plan.width, plan.height))
        if inputs.original is None or inputs.original_mask is None:
            return finished
        return pictures.paste_back(finished, inputs.original, inputs.original_mask)

    def memory_bytes(self) -> int:
        """Return the bytes of the upscaler's weights."""
        return self._loaded[1].memory_bytes() if self._loaded else 0

    def unload(self) -> None:
        """Let go of them."""
        if self._loaded is not None:
            self._loaded[1].unload()
            self._loaded = None


def record(upscaler: Upscaler | None, plan: SizePlan, level: int) -> dict[str, JsonValue]:
    """Return what an exact repeat needs of this step."""
    if upscaler is None:
        return {}
    passes = _passes(upscaler, plan)
    return {"upscaler": upscaler.execution_record(passes, upscaler.tile_side(level))}


def note(upscaler: Upscaler | None, plan: SizePlan) -> str:
    """Say to the person how the size came about, or nothing."""
    if upscaler is None:
        return plan.note
    passes = _passes(upscaler, plan)
    made = f"made at {plan.made_width}×{plan.made_height}"
    return f"{made}, {upscaler.said(passes)}, fitted to {plan.width}×{plan.height}"


def _growth(plan: SizePlan) -> float:
    return max(plan.width / plan.made_width, plan.height / plan.made_height)


def _covering(plan: SizePlan) -> tuple[int, int]:
    return covering((plan.made_width, plan.made_height), (plan.width, plan.height))


def _passes(upscaler: Upscaler, plan: SizePlan) -> UpscalerPlan:
    made = (plan.made_width, plan.made_height)
    return plan_passes(made, _covering(plan), upscaler.scale)
