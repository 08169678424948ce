"""Real small files of every kind that carries a recipe, and a recipe to put into them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import soundfile
from PIL import Image

from generators.api import CheckpointRef, InputRef, Request
from studio.core.recipe import Recipe
from studio.services.files.embed import plain_text

if TYPE_CHECKING:
    from pathlib import Path

PROMPT = "a red kettle -- steaming --> 红色水壶 ☕ \x07"
SUFFIX = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "text/plain": "txt",
    "text/markdown": "md",
    "application/json": "json",
}


def recipe(prompt: str = PROMPT) -> Recipe:
    """Return a recipe with paths of somebody's machine in it."""
    checkpoint = CheckpointRef("c1", "tiny", "/home/someone/models/tiny", "sdxl", "diffusers")
    request = Request(
        "image_diffusion",
        "image_to_image",
        {"prompt": prompt, "seed": 7},
        checkpoint,
        inputs=(InputRef("image", "a1", "/home/someone/cat.png"),),
    )
    return Recipe(request, "1.0", 2, 9, {"device": "cpu"}, ("made small",), "0.1")


def make(path: Path, media_type: str) -> None:
    """Write a real, small file of a type."""
    rng = np.random.default_rng(1)
    if media_type.startswith("image/"):
        pixels = rng.integers(0, 255, (37, 53, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    elif media_type.startswith("audio/"):
        samples = rng.normal(0, 0.1, (4801, 2))
        soundfile.write(path, samples, 48_000, format=SUFFIX[media_type].upper())
    elif media_type == "application/json":
        path.write_bytes('{\n  "headline": "Tea, made.",\n  "正文": "水"\n}\n'.encode())
    else:
        path.write_bytes("First line\r\n\nLast — line".encode())


def content(path: Path, media_type: str) -> object:
    """Return what a person sees, hears or reads in a file."""
    if media_type.startswith("image/"):
        with Image.open(path) as image:
            return image.mode, image.size, image.convert("RGBA").tobytes()
    if media_type.startswith("audio/"):
        samples, rate = soundfile.read(path)
        return rate, samples.tobytes()
    return plain_text(path, media_type)
