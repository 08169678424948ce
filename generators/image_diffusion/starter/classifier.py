"""A small network that names the subject of a picture: the measuring instrument of the starter.

It is trained on renders alone (see ``train_classifier``) and never on what a generator made, so
that it can judge a generator. It is not shipped with the product's resources.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image
from torch import nn

from generators.image_diffusion.starter.subjects import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

SIDE = 64  # px of the square that it looks at
_WIDTHS = (32, 64, 128, 192, 224)


class Classifier(nn.Module):
    """Five convolutions, each followed by halving, then one linear layer over what is left.

    Attributes:
        labels: A subject's id for each output.
    """

    def __init__(self, labels: Sequence[str] | None = None) -> None:
        """Make an untrained network that tells ``labels`` apart, by default all subjects."""
        super().__init__()
        self.labels = tuple(labels if labels is not None else SUBJECTS)
        layers: list[nn.Module] = []
        before = 3
        for index, width in enumerate(_WIDTHS):
            stride = 2 if index < 2 else 1
            layers += [
                nn.Conv2d(before, width, 3, stride, 1, bias=False),
                nn.BatchNorm2d(width),
                nn.ReLU(),
            ]
            if index >= 2:
                layers.append(nn.MaxPool2d(2))
            before = width
        self.look = nn.Sequential(*layers)
        self.name = nn.Linear(before * 4, len(self.labels))

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Return (n, labels) scores of (n, 3, 64, 64) pictures from -1 to 1."""
        seen = self.look(values).float().flatten(1)
        scores: torch.Tensor = self.name(nn.functional.dropout(seen, 0.2, self.training))
        return scores

    def ranked(self, pictures: Sequence[NDArray[np.uint8]]) -> list[list[str]]:
        """Return for each picture, of any size, the subjects from the likeliest to the least."""
        self.eval()
        found: list[list[str]] = []
        with torch.inference_mode():
            for start in range(0, len(pictures), 100):
                pixels = np.stack([squared(item) for item in pictures[start : start + 100]])
                order = self(as_input(pixels)).argsort(1, descending=True)
                found += [[self.labels[i] for i in row] for row in order.tolist()]
        return found

    def save(self, path: Path, facts: dict[str, str]) -> None:
        """Write the weights in 16 bits, with the labels and ``facts`` in the header."""
        from safetensors.torch import save_file

        weights = {
            name: value.detach().half().contiguous() if value.is_floating_point() else value
            for name, value in self.state_dict().items()
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        save_file(weights, path, {"labels": json.dumps(self.labels), **facts})


def load_classifier(path: Path) -> tuple[Classifier, dict[str, str]]:
    """Return a trained network and what its file says of it."""
    from safetensors import safe_open

    with safe_open(path, "pt") as file:
        facts = dict(file.metadata())
        weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no mapping
    network = Classifier(json.loads(facts["labels"]))
    network.load_state_dict(weights)
    return network.eval(), facts


def squared(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a picture as 64 × 64 pixels; what is not square gets its edge repeated."""
    height, width = pixels.shape[:2]
    side = max(height, width)
    down, right = side - height, side - width
    room = ((down // 2, down - down // 2), (right // 2, right - right // 2), (0, 0))
    whole = Image.fromarray(np.pad(pixels, room, mode="edge"))
    return np.asarray(whole.resize((SIDE, SIDE), Image.Resampling.BOX))


def as_input(pixels: NDArray[np.uint8]) -> torch.Tensor:
    """Return (n, h, w, 3) bytes as (n, 3, h, w) floats from -1 to 1, channels last in memory."""
    values = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2)
    return values.float() / 127.5 - 1
