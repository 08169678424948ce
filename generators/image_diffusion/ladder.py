"""Ways to use less memory, mildest first, and how each is switched on and off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generators.image_diffusion.kinds import Pipeline

from generators.api import OutOfMemory

#: Level 0 is the normal way and has no name.
LEVELS = ("one picture at a time", "tiled decoding and sliced attention", "weights in main memory")
ONE_BY_ONE, TILED, OFFLOADED = 1, 2, 3


def batch_size(level: int, wanted: int) -> int:
    """Return how many pictures to make at once."""
    return 1 if level >= ONE_BY_ONE else wanted


def levels_on(device: str) -> tuple[str, ...]:
    """Return the levels of a device: the last helps on CUDA alone, with a memory of its own."""
    return LEVELS if device.startswith("cuda") else LEVELS[: OFFLOADED - 1]


class Ladder:
    """Puts the pipelines of one checkpoint on a memory level; they share their weights."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._sliced = False
        self._offloaded: Any = None

    def apply(self, pipeline: Pipeline, level: int) -> None:
        """Switch tiling, slicing and offloading as ``level`` says, and place the weights.

        Raises:
            OutOfMemory: Nothing smaller is left to try on this device.
        """
        if level > len(levels_on(self._device)):
            raise OutOfMemory("The weights are in main memory already; nothing smaller is left.")
        self._tile(pipeline, tiled=level >= TILED)
        if self._offloaded is not None and (self._offloaded is not pipeline or level < OFFLOADED):
            self._offloaded.remove_all_hooks()
            self._offloaded = None
        if level < OFFLOADED:
            if str(pipeline.device) != self._device:
                pipeline.to(self._device)
        elif self._offloaded is None:
            pipeline.enable_model_cpu_offload(device=self._device)
            self._offloaded = pipeline

    def _tile(self, pipeline: Pipeline, *, tiled: bool) -> None:
        word = "enable" if tiled else "disable"
        for name in (f"{word}_tiling", f"{word}_slicing"):
            switch = getattr(getattr(pipeline, "vae", None), name, None)
            if switch is not None:
                switch()
        if tiled != self._sliced and hasattr(pipeline, f"{word}_attention_slicing"):
            getattr(pipeline, f"{word}_attention_slicing")()
            self._sliced = tiled
