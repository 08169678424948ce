"""What every training here shares: shards, a state that can be taken up again, a loss plot.

A training keeps everything in one folder outside the repository: ``state.pt`` (weights, optimiser,
step, random state), ``losses.csv``, ``losses.png`` and previews. Started again, it goes on.
"""

from __future__ import annotations

import json
import math
import os
import time
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from PIL import Image, ImageDraw

from generators.image_diffusion.starter.wishes import Wish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_NOTED_EVERY = 50  # steps
_SAVE_SECONDS = 400.0  # a state of 400 MB: oftener would slow what else uses the disk


class Shards:
    """The pictures that were drawn so far; those that are drawn later join in."""

    def __init__(self, folder: Path, *, hold_out: int = 1) -> None:
        """Watch ``folder``; the first ``hold_out`` shards are kept for measuring."""
        self._folder = folder
        self._hold_out = hold_out
        self._loaded: dict[str, tuple[NDArray[np.uint8], list[Wish]]] = {}

    def training(self) -> list[tuple[NDArray[np.uint8], list[Wish]]]:
        """Return (pixels, wishes) of each shard to train on."""
        return self._load(self._paths()[self._hold_out :])

    def held_out(self) -> list[tuple[NDArray[np.uint8], list[Wish]]]:
        """Return the shards that no training sees."""
        return self._load(self._paths()[: self._hold_out])

    def _paths(self) -> list[Path]:
        paths = sorted(self._folder.glob("shard-*.npz"))
        return [path for path in paths if not path.name.endswith(".part.npz")]

    def _load(self, paths: Sequence[Path]) -> list[tuple[NDArray[np.uint8], list[Wish]]]:
        for path in paths:
            if path.name not in self._loaded:
                with np.load(path) as data:
                    wishes = [Wish(**entry) for entry in json.loads(str(data["wishes"]))]
                    self._loaded[path.name] = (data["pixels"], wishes)
        return [self._loaded[path.name] for path in paths]


class Run:
    """A training's folder, clock and losses.

    Attributes:
        step: Steps done, over all starts.
    """

    def __init__(
        self, folder: Path, *, last: int, threads: int, pause_after: int = 0, seconds: float = 0
    ) -> None:
        """Open ``folder``; the training ends at step ``last``.

        With ``pause_after`` it leaves after so many steps of this start, to be taken up later; with
        ``seconds`` it ends after so many of this start, if ``last`` does not come first.
        """
        folder.mkdir(parents=True, exist_ok=True)
        torch.set_num_threads(threads)
        self.folder, self.last, self.step = folder, last, 0
        self._parts: dict[str, Any] = {}
        self._saved = self._begun = time.monotonic()
        self._first, self._pause_after, self._seconds = 0, pause_after, seconds
        self._sums: dict[str, list[torch.Tensor]] = {}

    def keep(self, **parts: Any) -> None:  # noqa: ANN401 - anything with state_dict
        """Name what the state consists of, and take up an earlier state if there is one."""
        self._parts = parts
        path = self.folder / "state.pt"
        if path.exists():
            state = torch.load(path, weights_only=True, map_location="cpu")
            for name, part in parts.items():
                part.load_state_dict(state[name])
            self.step = self._first = int(state["step"])
            if "random" in state:
                torch.set_rng_state(state["random"])

    def steps(self) -> Iterator[int]:
        """Yield each step that is left, saving now and then and at the end."""
        end = self.last
        if self._pause_after:
            end = min(end, self._first + self._pause_after)
        self._begun = time.monotonic()
        while self.step < end and self._spent() < 1:
            yield self.step
            self.step += 1
            if time.monotonic() - self._saved > _SAVE_SECONDS:
                self.save()
        self.save()

    def _spent(self) -> float:
        """Return the share of the seconds that are given which have passed."""
        return (time.monotonic() - self._begun) / self._seconds if self._seconds else 0.0

    def rate(self, peak: float, warm: int = 200) -> float:
        """Return this step's rate (see ``learning_rate``), by the clock where that is nearer."""
        at = self.step
        if at >= warm:
            at = max(at, warm + round(self._spent() * (self.last - warm)))
        return learning_rate(at, self.last, peak, warm)

    def save(self) -> None:
        """Write the state, whole or not at all, and the plot."""
        state = {name: part.state_dict() for name, part in self._parts.items()}
        partial = self.folder / "state.part"
        state |= {"step": self.step, "random": torch.get_rng_state()}
        torch.save(state, partial)
        partial.replace(self.folder / "state.pt")
        plot(self.folder / "losses.csv", self.folder / "losses.png")
        self._saved = time.monotonic()

    def note(self, **losses: torch.Tensor) -> None:
        """Count losses; write their means every ``_NOTED_EVERY`` steps."""
        for name, value in losses.items():
            self._sums.setdefault(name, []).append(value.detach())
        if (self.step + 1) % _NOTED_EVERY:
            return
        means = {name: float(torch.stack(values).mean()) for name, values in self._sums.items()}
        self._sums.clear()
        path = self.folder / "losses.csv"
        if not path.exists():
            path.write_text("step," + ",".join(means) + "\n", encoding="utf-8")
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{self.step + 1}," + ",".join(f"{v:.6f}" for v in means.values()) + "\n")
        pace = (self.step + 1 - self._first) / max(1e-9, time.monotonic() - self._begun)
        left = (self.last - self.step - 1) / pace
        if self._seconds:
            left = min(left, self._seconds * (1 - self._spent()))
        words = ", ".join(f"{name} {value:.4f}" for name, value in means.items())
        os.write(1, f"{self.step + 1} of {self.last}: {words}; {left / 60:.0f} min left\n".encode())


class Average:
    """An exponential moving average of weights (Polyak)."""

    def __init__(self, model: torch.nn.Module, decay: float) -> None:
        """Follow ``model``; early on the decay is smaller, so that the start is forgotten."""
        self._decay = decay
        self._count = 0
        self.weights = {k: v.detach().clone() for k, v in model.state_dict().items()}

    def update(self, model: torch.nn.Module) -> None:
        """Take in the present weights."""
        self._count += 1
        decay = min(self._decay, (1 + self._count) / (10 + self._count))
        now = {k: v for k, v in model.state_dict().items() if v.dtype.is_floating_point}
        with torch.no_grad():
            kept = [self.weights[name] for name in now]
            torch._foreach_lerp_(kept, list(now.values()), 1 - decay)

    def state_dict(self) -> dict[str, Any]:
        """Return what a later start needs."""
        return {"count": self._count, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take up an earlier state."""
        self._count = int(state["count"])
        for name, value in state["weights"].items():
            self.weights[name] = value.to(self.weights[name].device)


def learning_rate(step: int, last: int, peak: float, warm: int = 200) -> float:
    """Return a rate that rises linearly, then falls as half a cosine to a twentieth."""
    if step < warm:
        return peak * (step + 1) / warm
    share = (step - warm) / max(1, last - warm)
    return peak * (0.05 + 0.95 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


class Grouped(Protocol):
    """An optimiser, as far as its rate goes."""

    @property
    def param_groups(self) -> list[dict[str, Any]]:
        """Its groups; each has its rate at ``lr``."""
        ...


def set_rate(optimiser: Grouped, rate: float) -> None:
    """Give every group of an optimiser the rate, or the ``share`` of it that the group names."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("share", 1.0)


def plot(table: Path, picture: Path) -> None:
    """Draw each column of a losses table against the step, on a logarithmic scale."""
    if not table.exists():
        return
    lines = table.read_text(encoding="utf-8").splitlines()
    names = lines[0].split(",")[1:]
    rows = np.array([[float(v) for v in line.split(",")] for line in lines[1:]])
    if len(rows) < 2:
        return
    sheet = Image.new("RGB", (800, 60 + 180 * len(names)), "white")
    pen = ImageDraw.Draw(sheet)
    for index, name in enumerate(names):
        values = np.log10(np.maximum(np.abs(rows[:, 1 + index]), 1e-9))
        low, high = float(values.min()), float(values.max())
        top = 40 + 180 * index
        x = 60 + 720 * (rows[:, 0] - rows[0, 0]) / max(1.0, float(np.ptp(rows[:, 0])))
        y = top + 140 * (high - values) / max(1e-9, high - low)
        pen.rectangle((60, top, 780, top + 140), outline="#bbbbbb")
        pen.line([(float(a), float(b)) for a, b in zip(x, y, strict=True)], fill="#2060c0", width=2)
        words = f"{name}: {10**high:.4f} to {10**low:.4f}, last {abs(rows[-1, 1 + index]):.4f}"
        pen.text((60, top - 14), words, fill="black")
    sheet.save(picture)


def sheet_of(pictures: Sequence[NDArray[np.uint8]], columns: int) -> Image.Image:
    """Return pictures of one size side by side, ``columns`` in a row."""
    height, width = pictures[0].shape[:2]
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * width, rows * height), "white")
    for index, picture in enumerate(pictures):
        sheet.paste(Image.fromarray(picture), (index % columns * width, index // columns * height))
    return sheet


def to_tensor(pixels: NDArray[np.uint8], device: str = "cpu") -> torch.Tensor:
    """Return (n, h, w, 3) bytes as (n, 3, h, w) floats from -1 to 1."""
    return torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2).contiguous().float() / 127.5 - 1


def to_pixels(values: torch.Tensor) -> NDArray[np.uint8]:
    """Return (n, 3, h, w) floats from -1 to 1 as (n, h, w, 3) bytes."""
    bytes_ = ((values.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return np.asarray(bytes_.permute(0, 2, 3, 1).cpu().numpy())
