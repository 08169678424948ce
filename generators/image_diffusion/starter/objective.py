"""What the U-Net's training minimises: noise levels, what counts most, what the words must tell.

At 10⁵ pictures, not 10⁸, a plain mean over pixels and levels spends itself on textures of
backgrounds. Three things make the same number of pictures teach shapes: levels near pure noise are
drawn more often, for there outlines are decided from the words alone; cells that the subject takes
weigh more; and the pooled words must name every entry of the wish, so that they are told apart long
before pictures could teach it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy, max_pool2d

from generators.image_diffusion.starter import vocabulary as words
from generators.image_diffusion.starter.subjects import SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generators.image_diffusion.starter.wishes import Wish

_SUBJECT_WEIGHT = 3.0  # of a cell that the subject takes, beside 1 for every cell
_TOLD_WEIGHT = 0.2  # of what the words tell, beside the pictures' loss
#: The entries of each field of a wish, in the order of ``Wish``.
NAMES: dict[str, tuple[str, ...]] = {
    "subject": tuple(SUBJECTS),
    "colour": tuple(words.COLOURS),
    "material": tuple(word.id for word in words.MATERIALS),
    "background": tuple(word.id for word in words.BACKGROUNDS),
    "backdrop": tuple(words.COLOURS),
    "light": tuple(word.id for word in words.LIGHTS),
    "view": tuple(word.id for word in words.VIEWS),
    "place": tuple(word.id for word in words.PLACES),
    "count": tuple(word.id for word in words.COUNTS),
}


def draw_times(count: int, rng: np.random.Generator, *, parts: bool = False) -> torch.Tensor:
    """Return (count,) noise levels from 0 to 999: even, logit-normal towards noise, or near noise.

    With ``parts`` most are of the middle, where a picture gets its parts: for networks that know
    outlines. The even part is stratified over the batch. Logit-normal: Esser and others, 2024,
    section 3.1.
    """
    evenly, to_middle, mean, spread = (0.25, 0.93, 0.3, 0.8) if parts else (0.45, 0.8, 0.5, 1.0)
    even = (rng.permutation(count) + rng.random(count)) / count
    normal = 1 / (1 + np.exp(-rng.normal(mean, spread, count)))
    late = 0.8 + 0.2 * rng.random(count)
    kind = rng.random(count)
    share = np.where(kind < evenly, even, np.where(kind < to_middle, normal, late))
    return torch.from_numpy((share * 1000).astype(np.int64).clip(0, 999))


def numbers_of(wishes: Sequence[Wish]) -> NDArray[np.uint8]:
    """Return (n, 9): for each field of each wish the number of its entry."""
    rows = [[NAMES[field].index(getattr(wish, field)) for field in NAMES] for wish in wishes]
    return np.array(rows, np.uint8)


def weighed(errors: torch.Tensor, coverage: torch.Tensor) -> torch.Tensor:
    """Return the mean of (n, c, h, w) squared errors, more of it from where the subject is.

    ``coverage`` is (n, h, w) uint8 in 255ths; the cells around the subject count as it does, for
    there its outline is.
    """
    taken = (coverage.float() / 255)[:, None]
    weights = 1 + _SUBJECT_WEIGHT * max_pool2d(taken, 3, 1, 1)
    return (errors * weights).mean() / weights.mean()


class Told(nn.Module):
    """Reads a wish off the pooled words; it serves in training alone and is not shipped."""

    def __init__(self, width: int) -> None:
        """Read from ``width`` numbers."""
        super().__init__()
        self.names = nn.ModuleDict(
            {name: nn.Linear(width, len(entries)) for name, entries in NAMES.items()}
        )

    def loss(self, pooled: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        """Return how badly (n, width) pooled words tell (n, 9) wishes, times its weight."""
        total = pooled.new_zeros((), dtype=torch.float32)
        for column, read in enumerate(self.names.values()):
            total = total + cross_entropy(read(pooled).float(), numbers[:, column])
        return _TOLD_WEIGHT * total
