"""Prompts for the starter model, pictures made by the ordinary generator, and contact sheets."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from generators.api import CheckpointRef, Request
from generators.image_diffusion.generator import DiffusionGenerator
from generators.image_diffusion.starter.renders import draw_shard
from generators.image_diffusion.starter.wishes import Wish, caption, draw_wish
from generators.testing import RecordingContext

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parents[2]
FONT = ROOT / "assets" / "fonts" / "NotoSansSC-Regular.otf"
SHARDS = (*range(1, 84), *range(100, 160))  # that the shipped checkpoint was trained on
_PROMPT_SEED = 20261127
_CHINESE = 0.15


@dataclass(frozen=True)
class Prompt:
    """A wish, what is written of it, and the seed of its picture."""

    wish: Wish
    text: str
    seed: int


def draw_prompts(count: int, trained: Collection[Wish]) -> list[Prompt]:
    """Return prompts that name everything of a wish and whose wish is not among ``trained``."""
    rng = np.random.default_rng(_PROMPT_SEED)
    prompts: list[Prompt] = []
    while len(prompts) < count:
        wish = draw_wish(rng)
        text = caption(wish, rng, chinese=bool(rng.random() < _CHINESE), full=True)
        if wish not in trained:
            prompts.append(Prompt(wish, text, len(prompts)))
    return prompts


class Studio:
    """One checkpoint, loaded and run as the app's worker does it."""

    def __init__(self, checkpoint: Path, staging: Path, upscaler: Path | None = None) -> None:
        self.checkpoint = CheckpointRef("starter", "starter", str(checkpoint), "sd15", "diffusers")
        self.staging = staging
        self.upscaler = upscaler
        self.generator = DiffusionGenerator.load(
            self.checkpoint, (), "cpu", "auto", RecordingContext(staging)
        )

    def make(self, text: str, seed: int, **params: Any) -> tuple[NDArray[np.uint8], str]:
        """Return the picture of a prompt and the note that a person reads."""
        values = {"prompt": text, "seed": seed, "preview_every": 0, **params}
        extra: dict[str, Any] = {}
        if self.upscaler is not None:
            extra["upscaler"] = CheckpointRef("upscaler", "upscaler", str(self.upscaler))
        request = Request("image_diffusion", "text_to_image", values, self.checkpoint, **extra)
        [artifact] = self.generator.run(request, RecordingContext(self.staging))
        with Image.open(artifact.path) as picture:
            pixels = np.asarray(picture.convert("RGB"))
        return pixels, str(artifact.metadata["note"])


class Training:
    """Pictures that the generator was trained on: all of a folder of shards, or a part drawn again.

    Attributes:
        small: (n, 32, 32, 3) float32, of the square ones.
        pixels: Some of them whole.
        wishes: Of all that are known.
    """

    def __init__(self, folder: Path | None, redrawn: int, scratch: Path, scale: int = 1) -> None:
        """Read ``folder``, or draw ``redrawn`` pictures of ``SHARDS`` again.

        ``scale`` is how many times the pixels of ``wishes.BUCKETS`` they have, each way.
        """
        self.wishes: set[Wish] = set()
        small: list[NDArray[np.float32]] = []
        pixels: list[NDArray[np.uint8]] = []
        if folder:
            paths = sorted(folder.glob("shard-?????.npz"))[1:]
        else:
            paths = _redraw(redrawn, scratch, scale)
        for path in paths:
            found, wishes = read_shard(path)
            self.wishes.update(wishes)
            if found.shape[1] == found.shape[2]:
                small.append(shrunk(found))
                pixels.append(found[:8])
        self.small = np.concatenate(small)
        self.pixels = np.concatenate(pixels)


def read_shard(path: Path) -> tuple[NDArray[np.uint8], list[Wish]]:
    """Return a shard's pictures and wishes."""
    import json

    with np.load(path) as data:
        return data["pixels"], [Wish(**entry) for entry in json.loads(str(data["wishes"]))]


def _redraw(count: int, scratch: Path, scale: int) -> list[Path]:
    """Draw the first pictures of the square shards again; a shard's number says its size."""
    (scratch / "probe").mkdir(parents=True, exist_ok=True)
    (scratch / "part").mkdir(parents=True, exist_ok=True)
    square = []
    for number in SHARDS:
        found, _ = read_shard(draw_shard(scratch / "probe", number, 1))
        if found.shape[1] == found.shape[2]:
            square.append(number)
    each = -(-count // len(square))
    return [draw_shard(scratch / "part", number, each, scale=scale) for number in square]


def shrunk(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (n, s, s, 3) pictures, ``s`` a multiple of 32, as (n, 32, 32, 3) means."""
    count, side = len(pixels), pixels.shape[1] // 32
    return pixels.reshape(count, 32, side, 32, side, 3).mean((2, 4), dtype=np.float32)


def nearest(made: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return for each of ``made`` the least RMS distance to any of ``known``, in levels."""
    a = made.reshape(len(made), -1)
    least = np.full(len(a), np.inf)
    for start in range(0, len(known), 2000):
        b = known[start : start + 2000].reshape(-1, a.shape[1])
        squares = (a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T
        least = np.minimum(least, squares.min(1))
    return np.sqrt(np.maximum(least, 0) / a.shape[1])


def contact_sheet(
    pictures: Sequence[NDArray[np.uint8]], captions: Sequence[str], columns: int = 10
) -> Image.Image:
    """Return pictures with their number and, where there is one, a caption below."""
    font = ImageFont.truetype(FONT, 11)
    side, room = 160, 66 if any(captions) else 16
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * (side + 6), rows * (side + room)), "white")
    pen = ImageDraw.Draw(sheet)
    for index, (pixels, words) in enumerate(zip(pictures, captions, strict=True)):
        x, y = index % columns * (side + 6), index // columns * (side + room)
        picture = Image.fromarray(pixels)
        picture.thumbnail((side, side)) if max(picture.size) > side else None
        picture = picture.resize((side, side * picture.height // picture.width))
        sheet.paste(picture, (x, y))
        wide = 15 if any(ord(letter) > 0x2E80 for letter in words) else 30
        lines = textwrap.wrap(f"{index + 1} {words}", wide)[:4]
        pen.multiline_text((x + 1, y + side), "\n".join(lines), "black", font, spacing=1)
    return sheet
