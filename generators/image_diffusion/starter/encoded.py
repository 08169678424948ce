"""The encoded pictures that a U-Net learns from, held on the device that trains it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from generators.image_diffusion.starter.objective import NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Parts = tuple[torch.Tensor, ...]

_KEYS = ("latents", "coverage", "ids", "numbers")
_EMPTY = 0.1  # share of captions left out, for classifier-free guidance (Ho and Salimans, 2022)
EMPTY_IDS = (2, 3)  # what the tokenizer makes of no words: a beginning and an end


@dataclass(frozen=True, slots=True)
class Drawn:
    """Some pictures of one size: what each step's batch is made of.

    Attributes:
        latents: (n, 4, h, w) float32.
        coverage: (n, h, w) uint8, 255ths that the subject takes.
        ids: (n, 48) int64, tokens of one caption each; some are empty.
        numbers: (n, 9) int64, what their wishes are.
    """

    latents: torch.Tensor
    coverage: torch.Tensor
    ids: torch.Tensor
    numbers: torch.Tensor


class Encoded:
    """The shards that are encoded so far, by size; those that come later join in."""

    def __init__(self, folder: Path, device: str, oftener: Mapping[str, float]) -> None:
        """Watch ``folder``; a subject in ``oftener`` is drawn so many times as often as others."""
        self._folder, self._device = folder, device
        self._seen: set[str] = set()
        self._sizes: dict[tuple[int, ...], Parts] = {}
        self._weights = torch.ones(len(NAMES["subject"]), device=device)
        for subject, weight in oftener.items():
            self._weights[NAMES["subject"].index(subject)] = weight
        self._even = not oftener

    def __len__(self) -> int:
        return sum(len(parts[0]) for parts in self._sizes.values())

    def join(self) -> None:
        """Take in what was encoded since; the first shard stays apart, for measuring."""
        new: dict[tuple[int, ...], list[Parts]] = {}
        for path in sorted(self._folder.glob("shard-?????.npz"))[1:]:
            if path.name in self._seen:
                continue
            self._seen.add(path.name)
            with np.load(path) as data:
                parts = tuple(torch.from_numpy(data[key]).to(self._device) for key in _KEYS)
            new.setdefault(tuple(parts[0].shape[2:]), []).append(parts)
        for size, found in new.items():
            there = [self._sizes[size]] if size in self._sizes else []
            self._sizes[size] = tuple(map(torch.cat, zip(*there, *found, strict=True)))

    def draw(self, count: int, rng: np.random.Generator) -> Drawn:
        """Return ``count`` pictures of one size, a size as often as there are pictures of it."""
        sizes = sorted(self._sizes)
        totals = np.array([len(self._sizes[size][0]) for size in sizes])
        size = sizes[int(rng.choice(len(sizes), p=totals / totals.sum()))]
        latents, coverage, ids, numbers = self._sizes[size]
        chance = torch.from_numpy(rng.random((3, count), dtype=np.float32)).to(self._device)
        if self._even:
            chosen = (chance[0] * len(latents)).long()
        else:
            summed = self._weights[numbers[:, 0].long()].double().cumsum(0)
            chosen = torch.searchsorted(summed, chance[0].double() * summed[-1])
        chosen = chosen.clamp(max=len(latents) - 1)
        said = ids[chosen, (chance[1] * ids.shape[1]).long()].long()
        nothing = torch.zeros_like(said[:1])
        nothing[0, :2] = torch.tensor(EMPTY_IDS)
        said = torch.where((chance[2] < _EMPTY)[:, None], nothing, said)
        return Drawn(latents[chosen].float(), coverage[chosen], said, numbers[chosen].long())
