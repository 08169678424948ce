"""A U-Net for twice the pixels each way that begins with what a smaller one has learnt.

The larger one has one finer level, outside the levels of the smaller one (progressive growing,
Karras and others, 2018). What the words and the coarse grids mean is kept; what is new are the
finest level and the seams to it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import torch
from diffusers.models.embeddings import get_timestep_embedding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from diffusers import UNet2DConditionModel

_TIMES = "time_embedding.linear_1.weight"
_OUTER = ("conv_in.", "conv_out.", "conv_norm_out.")
_RIDGE = 1e-3  # keeps the fit's weights near the size of those it stands for
_LEVEL = re.compile(r"^down_blocks\.(\d+)\.")


def grow(
    smaller: Mapping[str, torch.Tensor], larger: UNet2DConditionModel, signal: torch.Tensor
) -> set[str]:
    """Fill ``larger`` with the weights of a U-Net of one level less; return their names.

    Where a seam is wider or narrower, what both have is copied; its name is not returned.

    Args:
        smaller: The state of the trained one.
        larger: Untrained; its time embedding is as wide as the smaller one's.
        signal: The schedule's cumulative signal (steps,), of both.

    Raises:
        ValueError: ``larger`` is not one level larger.
    """
    state = larger.state_dict()
    names = {_moved(name): name for name in smaller if not name.startswith(_OUTER)}
    if not names.keys() <= state.keys():
        raise ValueError("the larger U-Net must have one level more")
    kept = set()
    for name, old in names.items():
        target, values = state[name], smaller[old].float()
        if name == _TIMES:
            target.copy_(_times(values, target.shape[1], signal))
        else:
            shared = tuple(
                slice(min(pair)) for pair in zip(target.shape, values.shape, strict=True)
            )
            target[shared] = values[shared]
        if target.shape == values.shape or name == _TIMES:
            kept.add(name)
    larger.load_state_dict(state)
    return kept


def _moved(name: str) -> str:
    """Return a weight's name in the larger network: its way down begins one level later."""
    return _LEVEL.sub(lambda level: f"down_blocks.{int(level[1]) + 1}.", name)


def _times(weights: torch.Tensor, width: int, signal: torch.Tensor) -> torch.Tensor:
    """Return (n, ``width``): the old network's answers at the times that it would tell.

    Four cells of noise, averaged, are half as strong: seen from the coarse grids, a time of the
    larger latents is an earlier one. The answers are fitted by ridge regression.
    """
    levels = (signal.double() / (1 - signal.double())).log()
    last = len(signal) - 1
    wanted = levels + torch.log(torch.tensor(4.0, dtype=torch.float64))
    after = torch.searchsorted(-levels, -wanted).clamp(1, last)  # levels fall
    high, low = levels[after - 1], levels[after]
    earlier = (after - 1 + ((high - wanted) / (high - low)).clamp(0, 1)).float()
    old = _sinusoids(earlier, weights.shape[1]) @ weights.double().T
    new = _sinusoids(torch.arange(last + 1).float(), width)
    against = _RIDGE * len(new) * torch.eye(width, dtype=torch.float64)
    fitted: torch.Tensor = torch.linalg.solve(new.T @ new + against, new.T @ old)
    return fitted.T.float()


def _sinusoids(times: torch.Tensor, width: int) -> torch.Tensor:
    """Return (n, ``width``) as ``UNet2DConditionModel`` makes them of (n,) times."""
    made: torch.Tensor = get_timestep_embedding(
        times, width, flip_sin_to_cos=True, downscale_freq_shift=0
    )
    return made.double()
