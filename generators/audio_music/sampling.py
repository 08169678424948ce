"""Choosing the next token reproducibly, reporting each step, stopping when asked.

These are passed to transformers' ``generate``, which calls them and asks for no base class.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class SeededSampler:
    """Draws each variation's tokens from a random generator of its own (Gumbel-max trick).

    ``generate`` draws a whole batch from one generator, so that a seed would give another piece in
    another batch. Here every row gets its noise from its own seed, on the CPU, and ``generate``
    merely takes the largest score. Temperature, top-k and guidance are applied here, before the
    noise. With guidance, ``generate`` appends its own processor behind this one and combines the
    two halves of the batch: both halves are returned equal, which leaves them as they are.
    """

    def __init__(
        self,
        seeds: Sequence[int],
        *,
        temperature: float,
        top_k: int,
        guidance_scale: float,
    ) -> None:
        self.generators = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]
        self.temperature = temperature
        self.top_k = top_k
        self.guidance_scale = guidance_scale

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return scores of shape (rows, vocabulary) whose largest is the token drawn."""
        scores = scores.float()
        guided = self.guidance_scale > 1
        if guided:
            with_prompt, without = scores.chunk(2)
            scores = without + (with_prompt - without) * self.guidance_scale
        scores = scores / self.temperature
        if 0 < self.top_k < scores.shape[-1]:
            smallest = scores.topk(self.top_k).values[..., -1:]
            # Finite, because the difference of two infinities is no number.
            scores = scores.masked_fill(scores < smallest, -1e9)
        scores = scores + self._noise(scores.shape[0], scores.shape[-1]).to(scores.device)
        return torch.cat([scores, scores]) if guided else scores

    def _noise(self, rows: int, width: int) -> torch.Tensor:
        each = rows // len(self.generators)
        drawn = [torch.rand(each, width, generator=item) for item in self.generators]
        uniform = torch.cat(drawn).clamp(1e-10, 1 - 1e-7)
        return -torch.log(-torch.log(uniform))


class StepWatch:
    """Reports each step and keeps the tokens; a cancel leaves by the exception of ``report``.

    Returning True here would end the loop early, which the model's reshape does not survive.
    """

    def __init__(self, report: Callable[[int], None]) -> None:
        self.report = report
        self.steps = 0
        self.tokens: torch.Tensor | None = None

    def __call__(self, input_ids: torch.Tensor, scores: object, **_more: object) -> torch.Tensor:
        """Return that no row is finished."""
        self.steps += 1
        self.tokens = input_ids
        self.report(self.steps)
        return torch.zeros(input_ids.shape[0], dtype=torch.bool, device=input_ids.device)
