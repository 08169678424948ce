"""Enlarges a picture of any size: the job "Upscale".

The networks, tiling and passes are in ``generators._torch.upscaling``; here is what a request asks.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from PIL import Image

from generators import _torch
from generators._torch.pictures import cover_box, open_picture, picture_size, png_bytes
from generators._torch.upscaling import Upscaler, UpscalerPlan, covering, load_upscaler, plan_passes
from generators._torch.upscaling.enlarging import LARGE, OVERSHOOT, STRIPS
from generators.api import CheckpointError, Generator, InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generators.api import (
        AdapterRef,
        Artifact,
        CheckpointRef,
        Context,
        DeviceInfo,
        JsonValue,
        LoadContext,
        Request,
    )

    Box = tuple[float, float, float, float]  # left, top, right, bottom, px

MAX_PIXELS = 134_217_728  # of a finished picture, 16384 × 8192: 400 MB of RGB
_LONGEST = 16384  # px of a finished side
_TILE_BYTES = 1_000_000_000  # of one tile's pass; a guess on the safe side, for 64 features
_AROUND = 32  # px around what is kept of a picture that are enlarged with it, at most
_AROUND_SHARE = 0.25  # of its shorter side, at most
_WRITING = 0.97  # share of the work that is done when the PNG is written


class UpscaleGenerator(Generator):
    """A loaded upscaler."""

    memory_levels: ClassVar[tuple[str, ...]] = ("smaller tiles", "the smallest tiles")

    def __init__(self, upscaler: Upscaler, device: str) -> None:
        self._upscaler: Upscaler | None = upscaler
        self._device = device
        self._record: dict[str, JsonValue] = {}

    @classmethod
    def load(
        cls,
        checkpoint: CheckpointRef | None,
        adapters: tuple[AdapterRef, ...],
        device: str,
        dtype: str,
        context: LoadContext,
    ) -> UpscaleGenerator:
        """Load a file of the ESRGAN family; see ``Generator.load``."""
        if checkpoint is None or not checkpoint.path:
            raise CheckpointError("Upscaling needs an upscaler.", "Choose or add one under Models.")
        if adapters:
            raise CheckpointError("An upscaler takes no LoRAs.", "Remove them.")
        place = _torch.choose_device(device)
        context.progress(0, 1, "Reading the file")
        with _torch.memory_guard():
            loaded = load_upscaler(Path(checkpoint.path), place, dtype, checkpoint.name)
        context.progress(1, 1, "Reading the file")
        return cls(loaded, place)

    def run(self, request: Request, context: Context) -> Iterator[Artifact]:
        """Enlarge the picture of a request."""
        assert self._upscaler is not None, "unloaded"
        context.progress(0, 1, "Opening the picture")
        given = request.input("image")
        if given is None or not given.path:
            raise InvalidParameter("image", "Upscaling needs a picture.", "Choose one.")
        picture = open_picture(Path(given.path))
        wanted = finished_size(picture.size, request.params)
        side = _tile_side(request.params, self._upscaler, context.memory_level)
        before = picture.size
        picture, box = _kept(picture, wanted)
        covered = covering(picture.size, wanted, (box[2] - box[0], box[3] - box[1]))
        plan = plan_passes(picture.size, covered, self._upscaler.scale)
        self._record = self._upscaler.execution_record(plan, side)
        made = self._upscaler.enlarge(
            picture, covered, lambda share, said: context.progress(share * _WRITING, 1, said), side
        )
        context.progress(_WRITING, 1, "Writing the picture")
        finished = _cut(made, picture.size, box, wanted)
        yield context.save(
            png_bytes(finished),
            "image",
            {"width": wanted[0], "height": wanted[1],
             "note": _note(before, wanted, self._upscaler, plan)},
            media_type="image/png",
        )  # fmt: skip
        context.progress(1, 1, "Saved")

    def execution_record(self) -> dict[str, JsonValue]:
        """Return what an exact repeat of the last request needs."""
        return {
            **_torch.execution_record(self._device, self._record.get("dtype", "")),
            "upscaler": self._record,
        }

    def memory_bytes(self) -> int:
        """Return the bytes of the weights."""
        return self._upscaler.memory_bytes() if self._upscaler is not None else 0

    def unload(self) -> None:
        """Let go of the weights."""
        if self._upscaler is not None:
            self._upscaler.unload()
            self._upscaler = None

    @classmethod
    def estimate_bytes(cls, request: Request) -> int:
        """Estimate from the weights, a tile's pass, and the pictures before, between and after."""
        if request.checkpoint is None or not request.checkpoint.path:
            return 0
        weights = _torch.weight_bytes(Path(request.checkpoint.path))
        given = request.input("image")
        size = picture_size(Path(given.path)) if given is not None and given.path else None
        return weights * 3 + _TILE_BYTES + _picture_bytes(size or (512, 512), request.params)

    @classmethod
    def devices(cls) -> tuple[DeviceInfo, ...]:
        """Return the devices that torch can compute on."""
        return _torch.devices()


def _picture_bytes(size: tuple[int, int], params: Mapping[str, JsonValue]) -> int:
    """Return what the pictures of a request take; Pillow holds four bytes a pixel."""
    try:
        wanted = finished_size(size, params)
    except InvalidParameter:
        return 0  # refused before anything is made
    left, top, right, bottom = cover_box(size, wanted)
    kept = (right - left) * (bottom - top) * (1 + 2 * _AROUND_SHARE)
    opened, finished = size[0] * size[1], wanted[0] * wanted[1]
    covered = finished * (1 + 2 * _AROUND_SHARE)
    # a pass starts from the picture, or from what the one before made of it
    start = max(kept, min(covered, LARGE), covered / 4)
    made = min(max(kept * 16, covered * OVERSHOOT**2), STRIPS) + covered
    return int(4 * opened + 24 * start + 4 * made + 8 * finished)


def finished_size(size: tuple[int, int], params: Mapping[str, JsonValue]) -> tuple[int, int]:
    """Return the (width, height) that a request asks for, px.

    Raises:
        InvalidParameter: It would be too large.
    """
    width, height = int(params.get("width") or 0), int(params.get("height") or 0)
    if not width and not height:
        factor = float(params.get("factor") or 4)
        made = (round(size[0] * factor), round(size[1] * factor))
    elif width and height and params.get("fit") != "inside":
        made = (width, height)
    else:
        ratios = [wish / own for wish, own in ((width, size[0]), (height, size[1])) if wish]
        made = (max(1, round(size[0] * min(ratios))), max(1, round(size[1] * min(ratios))))
    if made[0] * made[1] > MAX_PIXELS or max(made) > _LONGEST:
        key = "width" if width else "height" if height else "factor"
        raise InvalidParameter(
            key,
            f"The picture would have {made[0]}×{made[1]} pixels.",
            f"Allowed: up to {MAX_PIXELS // 1_000_000} megapixels and {_LONGEST} px a side.",
        )
    return made


def _kept(picture: Image.Image, wanted: tuple[int, int]) -> tuple[Image.Image, Box]:
    """Return the part of a picture that is enlarged, and where in it lies what is kept.

    What would be cut off anyway is not enlarged, but for some surroundings of what is kept.
    """
    left, top, right, bottom = cover_box(picture.size, wanted)
    if right - left >= wanted[0]:
        return picture, (left, top, right, bottom)  # resampled only: what is around costs nothing
    around = min(_AROUND, math.ceil(_AROUND_SHARE * min(right - left, bottom - top)))
    x, y = max(0, math.floor(left) - around), max(0, math.floor(top) - around)
    outer = (x, y, min(picture.width, math.ceil(right) + around),
             min(picture.height, math.ceil(bottom) + around))  # fmt: skip
    return picture.crop(outer), (left - x, top - y, right - x, bottom - y)


def _cut(
    made: Image.Image, before: tuple[int, int], box: Box, wanted: tuple[int, int]
) -> Image.Image:
    """Return what is kept of an enlarged picture, at its exact size."""
    wide, high = made.width / before[0], made.height / before[1]
    place = (box[0] * wide, box[1] * high,
             min(box[2] * wide, made.width), min(box[3] * high, made.height))  # fmt: skip
    if made.size == wanted:
        return made
    return made.resize(wanted, Image.Resampling.LANCZOS, box=place, reducing_gap=3.0)


def _tile_side(params: Mapping[str, JsonValue], upscaler: Upscaler, level: int) -> int:
    """Return the side that is asked for, but no more than the memory level allows."""
    usual = upscaler.tile_side(level)
    wanted = int(params.get("tile") or usual)
    return min(wanted, usual) if level else wanted


def _note(
    before: tuple[int, int], after: tuple[int, int], upscaler: Upscaler, plan: UpscalerPlan
) -> str:
    sizes = f"{before[0]}×{before[1]}", f"{after[0]}×{after[1]}"
    if not plan.sizes:
        return f"{sizes[0]} scaled to {sizes[1]}; it is not larger, so no network was needed"
    return f"{sizes[0]} {upscaler.said(plan)}, scaled to {sizes[1]}"
