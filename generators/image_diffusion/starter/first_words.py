"""Before any picture: the text encoder learns to tell subjects, colours and all else apart.

A word's part in a picture's error is small, so pictures teach words slowly; captions alone do it in
minutes. What the U-Net then gets are words that are already apart.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from generators.image_diffusion.starter.objective import numbers_of
from generators.image_diffusion.starter.training import learning_rate, set_rate
from generators.image_diffusion.starter.wishes import draw_wish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generators.image_diffusion.starter.objective import Told
    from generators.image_diffusion.starter.wishes import Wish

STEPS = 800


@dataclass(frozen=True, slots=True)
class Pace:
    """How long, how many captions a step, and AdamW's highest rate."""

    steps: int = STEPS
    batch: int = 96
    rate: float = 1e-3


def learn_words(
    pooled: Callable[[torch.Tensor], torch.Tensor],
    parts: Sequence[torch.nn.Module],
    told: Told,
    ids_of: Callable[[Sequence[Wish], np.random.Generator], torch.Tensor],
    pace: Pace,
) -> float:
    """Train what pools the words, and what reads wishes off them; return the last loss.

    Args:
        pooled: Tokens (n, 48) to pooled words (n, width).
        parts: The networks in ``pooled``, whose weights are changed.
        told: Reads the wishes.
        ids_of: Writes captions of wishes and returns their tokens.
        pace: How long and how fast.
    """
    weights = [weight for part in (*parts, told) for weight in part.parameters()]
    device = weights[0].device
    optimiser = torch.optim.AdamW(weights, pace.rate, betas=(0.9, 0.98), weight_decay=0.01)
    recent = 0.0
    for step in range(pace.steps):
        rng = np.random.default_rng((step, 12))
        set_rate(
            optimiser, learning_rate(step, pace.steps, pace.rate, warm=min(100, pace.steps // 5))
        )
        wishes = [draw_wish(rng) for _ in range(pace.batch)]
        ids, numbers = ids_of(wishes, rng).to(device), torch.from_numpy(numbers_of(wishes))
        with torch.autocast(device.type, torch.bfloat16):
            loss = told.loss(pooled(ids), numbers.long().to(device))
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimiser.step()
        recent = loss.item() if step == 0 else 0.95 * recent + 0.05 * loss.item()
        if (step + 1) % 100 == 0:
            os.write(1, f"words, {step + 1} of {pace.steps}: telling {recent:.4f}\n".encode())
    return recent
