"""What a training leaves for people: a log, a plot of the losses, sheets, and the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from generators.image_upscale.training.degrade import SCALE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from torch import nn

_COLUMNS = ("distance", "edges", "judge", "against")
_COLOURS = ((86, 98, 246), (18, 161, 80), (214, 64, 69), (222, 142, 0))
_SIZE, _ROOM = (1200, 480), 24
_SHOWN = 8  # pictures on a sheet


class Log:
    """Losses by step in a CSV file, smoothed over the steps between two lines."""

    def __init__(self, path: Path, step: int, every: int = 25) -> None:
        """Go on behind ``step``: later lines are of a run that was not kept."""
        self._path, self._every = path, every
        self._sums: dict[str, list[float]] = {}
        head = ",".join(("step", *_COLUMNS))
        lines = path.read_text(encoding="utf-8").splitlines()[1:] if path.is_file() else []
        kept = [line for line in lines if int(line.split(",")[0]) <= step]
        path.write_text("\n".join((head, *kept)) + "\n", encoding="utf-8")

    def add(self, step: int, losses: Mapping[str, float]) -> None:
        """Note the losses of a step."""
        for name, value in losses.items():
            self._sums.setdefault(name, []).append(value)
        if step % self._every:
            return
        means = [self._sums.get(name) for name in _COLUMNS]
        cells = [f"{sum(each) / len(each):.5f}" if each else "" for each in means]
        with self._path.open("a", encoding="utf-8") as file:
            file.write(",".join((str(step), *cells)) + "\n")
        self._sums.clear()

    def draw(self, target: Path) -> None:
        """Draw every column as a line, each on its own scale, named at its end."""
        rows = [line.split(",") for line in self._path.read_text(encoding="utf-8").splitlines()[1:]]
        sheet = Image.new("RGB", _SIZE, "white")
        pen = ImageDraw.Draw(sheet)
        last = max((int(row[0]) for row in rows), default=1)
        for at, (name, colour) in enumerate(zip(_COLUMNS, _COLOURS, strict=True), 1):
            points = [(int(row[0]), float(row[at])) for row in rows if row[at]]
            if len(points) < 2:
                continue
            low, high = min(y for _, y in points), max(y for _, y in points)
            wide, tall = _SIZE[0] - 9 * _ROOM, _SIZE[1] - 2 * _ROOM
            line = [
                (_ROOM + wide * x / last, _ROOM + tall * (1 - (y - low) / (high - low or 1)))
                for x, y in points
            ]
            pen.line(line, fill=colour, width=2)
            words = f"{name} {low:.4f} to {high:.4f}"
            pen.text((wide + _ROOM * 1.5, _ROOM * at), words, fill=colour)
        sheet.save(target)


def show(folder: Path, step: int, held: np.ndarray, made: Sequence[np.ndarray]) -> None:
    """Write a sheet with a row for each of the first pictures: bicubic, made, original."""
    rows = []
    for original, answer in list(zip(held, made, strict=True))[:_SHOWN]:
        picture = Image.fromarray(np.asarray(original))
        small = picture.resize(
            (picture.width // SCALE, picture.height // SCALE), Image.Resampling.BOX
        )
        cubic = small.resize(picture.size, Image.Resampling.BICUBIC)
        rows.append(np.concatenate((np.asarray(cubic), answer, np.asarray(picture)), 1))
    Image.fromarray(np.concatenate(rows, 0)).save(folder / f"sheet-{step:06d}.png")


def export(network: nn.Module, target: Path) -> None:
    """Write a network as float16 safetensors, under the names that every reader knows."""
    import torch
    from safetensors.torch import save_file

    state = {
        name: value.detach().to("cpu", torch.float16).contiguous()
        for name, value in network.state_dict().items()
    }
    target.parent.mkdir(parents=True, exist_ok=True)
    about = {"license": "Apache-2.0", "title": "Brandloom starter upscaler", "scale": str(SCALE)}
    save_file(state, target, metadata={"format": "pt", **about})
