"""Tiny real checkpoints, made once for all tests of the image generator."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from helpers import tiny_diffusion
from PIL import Image

from generators.api import CheckpointRef, InputRef, Request
from generators.image_diffusion.generator import DiffusionGenerator
from generators.testing import RecordingContext

if TYPE_CHECKING:
    from pathlib import Path


class Studio:
    """Loads tiny checkpoints and makes pictures with them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.loaded: dict[str, DiffusionGenerator] = {}
        self._runs = 0

    def folder(self, family: str) -> Path:
        """Return the checkpoint of a family, made at first need."""
        folder = self.root / family
        if not folder.exists():
            from transformers.utils import logging

            logging.disable_progress_bar()
            getattr(tiny_diffusion, family)(folder)
        return folder

    def ref(self, family: str) -> CheckpointRef:
        """Return the reference of a family's checkpoint."""
        return CheckpointRef(family, family, str(self.folder(family)), family, "diffusers")

    def load(self, path: Path, adapters=()) -> DiffusionGenerator:
        """Load anything on the CPU."""
        reference = CheckpointRef("x", path.name, str(path), details={"native_size": 64})
        return DiffusionGenerator.load(reference, tuple(adapters), "cpu", "auto", self.context())

    def generator(self, family: str) -> DiffusionGenerator:
        """Return a loaded checkpoint, shared by the tests."""
        if family not in self.loaded:
            self.loaded[family] = self.load(self.folder(family))
        return self.loaded[family]

    def context(self, **settings) -> RecordingContext:
        """Return a fresh context."""
        self._runs += 1
        return RecordingContext(self.root / "runs" / str(self._runs), **settings)

    def run(self, generator, mode="text_to_image", inputs=None, context=None, **params):
        """Return [(pixels as int array, metadata)] of one request."""
        values = {"prompt": "a red cup", "num_inference_steps": 3, "seed": 7, **params}
        files = tuple(InputRef(role, path=str(path)) for role, path in (inputs or {}).items())
        request = Request("image_diffusion", mode, values, None, (), files)
        artifacts = generator.run(request, context or self.context())
        return [
            (np.asarray(Image.open(item.path)).astype(int), item.metadata) for item in artifacts
        ]


@pytest.fixture(scope="session")
def studio(tmp_path_factory) -> Studio:
    return Studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="session")
def inputs(tmp_path_factory) -> dict[str, Path]:
    """A picture of 70×50 px and a mask that repaints its middle."""
    folder = tmp_path_factory.mktemp("inputs")
    pixels = (np.random.default_rng(0).random((50, 70, 3)) * 255).astype(np.uint8)
    mask = np.zeros((50, 70), np.uint8)
    mask[10:40, 20:50] = 255
    Image.fromarray(pixels).save(folder / "image.png")
    Image.fromarray(mask).save(folder / "mask.png")
    return {"image": folder / "image.png", "mask": folder / "mask.png"}
