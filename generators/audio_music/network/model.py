"""The network: a decoder-only transformer of six million weights, and its file.

Pre-norm blocks, rotary positions (Su et al., arXiv:2104.09864), SwiGLU (Shazeer,
arXiv:2002.05202), input and output embeddings tied.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from generators.api import CheckpointError
from generators.audio_music.network.tokens import vocabulary

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    Cache = list[tuple[Tensor, Tensor]]


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the network.

    Attributes:
        context: Tokens that it looks back at most.
    """

    tokens: int
    width: int = 256
    layers: int = 8
    heads: int = 8
    context: int = 1536


class Composer(nn.Module):
    """The network."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embed = nn.Embedding(shape.tokens, shape.width)
        nn.init.normal_(self.embed.weight, std=0.02)
        self.blocks = nn.ModuleList(_Block(shape) for _ in range(shape.layers))
        self.norm = nn.RMSNorm(shape.width)

    def forward(self, tokens: Tensor, cache: Cache | None = None) -> Tensor:
        """Return logits of shape (rows, length, tokens).

        With a cache (one pair a layer, changed in place) only new tokens are given.
        """
        start = cache[0][0].shape[2] if cache else 0
        hidden = self.embed(tokens)
        rotation = _rotation(self.shape, start, tokens.shape[1], hidden)
        for number, block in enumerate(self.blocks):
            hidden = block(hidden, rotation, cache, number)
        made: Tensor = functional.linear(self.norm(hidden), self.embed.weight)
        return made


class _Block(nn.Module):
    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.heads = shape.heads
        self.before, self.after = nn.RMSNorm(width), nn.RMSNorm(width)
        self.into = nn.Linear(width, 3 * width, bias=False)
        self.out = nn.Linear(width, width, bias=False)
        inner = 8 * width // 3 // 8 * 8
        self.gate, self.up = (nn.Linear(width, inner, bias=False) for _ in range(2))
        self.down = nn.Linear(inner, width, bias=False)

    def forward(
        self, hidden: Tensor, rotation: tuple[Tensor, Tensor], cache: Cache | None, number: int
    ) -> Tensor:
        rows, length, width = hidden.shape
        query, key, value = (
            part.view(rows, length, self.heads, -1).transpose(1, 2)
            for part in self.into(self.before(hidden)).chunk(3, dim=-1)
        )
        query, key = _turned(query, rotation), _turned(key, rotation)
        if cache is not None:
            if len(cache) > number:
                key = torch.cat([cache[number][0], key], dim=2)
                value = torch.cat([cache[number][1], value], dim=2)
                cache[number] = (key, value)
            else:
                cache.append((key, value))
        past = key.shape[2] - length
        seen = None  # which keys each query may look at, where is_causal would begin at the first
        if past and length > 1:
            seen = torch.ones(length, past + length, dtype=torch.bool, device=key.device).tril(past)
        mixed = functional.scaled_dot_product_attention(
            query, key, value, attn_mask=seen, is_causal=length > 1 and seen is None
        )
        hidden = hidden + self.out(mixed.transpose(1, 2).reshape(rows, length, width))
        inner = self.after(hidden)
        inner = functional.silu(self.gate(inner)) * self.up(inner)
        made: Tensor = hidden + self.down(inner)
        return made


def _rotation(shape: Shape, start: int, length: int, like: Tensor) -> tuple[Tensor, Tensor]:
    half = shape.width // shape.heads // 2
    speeds = 10_000.0 ** (-torch.arange(half, device=like.device) / half)
    angles = torch.arange(start, start + length, device=like.device)[:, None] * speeds
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def _turned(states: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    cosine, sine = (part.to(states.dtype) for part in rotation)
    first, second = states.chunk(2, dim=-1)
    return torch.cat([first * cosine - second * sine, first * sine + second * cosine], dim=-1)


def save(model: Composer, path: Path, **facts: str) -> None:
    """Write the weights in half precision, with the sizes in the header."""
    from safetensors.torch import save_file

    weights = {name: value.detach().half().contiguous().clone()
               for name, value in model.state_dict().items()}  # fmt: skip
    save_file(weights, path, {"shape": json.dumps(asdict(model.shape)), **facts})


def _checked(shape: Shape) -> Shape:
    if shape.tokens != vocabulary().size:
        raise ValueError(f"it knows {shape.tokens} tokens, not {vocabulary().size}")
    return shape


def load(path: Path) -> Composer:
    """Read a network.

    Raises:
        CheckpointError: It is missing, damaged, or written for another vocabulary.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "pt") as file:
            shape = Shape(**json.loads((file.metadata() or {})["shape"]))
            weights = {name: file.get_tensor(name).float() for name in file.keys()}  # noqa: SIM118
        model = Composer(_checked(shape))
        model.load_state_dict(weights)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise CheckpointError(
            f"The network {path.name} cannot be loaded: {error!s:.120}", "Copy the folder again."
        ) from error
    return model.eval()
