"""The two networks of the ESRGAN family, written from their papers and published layouts.

RRDB: Wang et al., "ESRGAN" (arXiv:1809.00219). Compact: Wang et al., "Real-ESRGAN"
(arXiv:2107.10833) and its SRVGGNetCompact. Only what inference and our own training need; the
names of the parameters are those of BasicSR, so that published files load by name.

The last convolution runs in float32 whatever the rest computes in: a bfloat16 has eight bits, so a
picture that left the network in it would show bands in every soft gradient.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from generators.esrgan import Architecture

_SLOPE = 0.2  # of the leaky ReLUs
_RESIDUAL = 0.2  # share of a block's answer that is added to its input


class _Dense(nn.Module):
    """Five convolutions, each of which sees what all before it made."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        for number in range(1, 5):
            layer = nn.Conv2d(features + (number - 1) * growth, growth, 3, 1, 1)
            self.add_module(f"conv{number}", layer)
        self.conv5 = nn.Conv2d(features + 4 * growth, features, 3, 1, 1)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        seen = given
        for number in range(1, 5):
            made = functional.leaky_relu(self.get_submodule(f"conv{number}")(seen), _SLOPE)
            seen = torch.cat((seen, made), 1)
        answer: torch.Tensor = self.conv5(seen) * _RESIDUAL + given
        return answer


class _Block(nn.Module):
    """Three dense blocks in a residual."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = _Dense(features, growth)
        self.rdb2 = _Dense(features, growth)
        self.rdb3 = _Dense(features, growth)

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        answer: torch.Tensor = self.rdb3(self.rdb2(self.rdb1(given))) * _RESIDUAL + given
        return answer


class Rrdb(nn.Module):
    """ESRGAN's generator. Takes and gives float32 (N, 3, height, width) in 0…1."""

    def __init__(self, made: Architecture) -> None:
        super().__init__()
        self._fold, self._doublings = made.fold, made.doublings
        taken = 3 * made.fold * made.fold
        self.conv_first = nn.Conv2d(taken, made.features, 3, 1, 1)
        self.body = nn.ModuleList(_Block(made.features, made.growth) for _ in range(made.blocks))
        self.conv_body = nn.Conv2d(made.features, made.features, 3, 1, 1)
        for at in range(1, made.doublings + 1):
            self.add_module(f"conv_up{at}", nn.Conv2d(made.features, made.features, 3, 1, 1))
        self.conv_hr = nn.Conv2d(made.features, made.features, 3, 1, 1)
        self.conv_last = nn.Conv2d(made.features, 3, 3, 1, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        dtype = self.conv_first.weight.dtype
        height, width = picture.shape[-2:]
        given = _folded(picture, self._fold).to(dtype)
        first = self.conv_first(given)
        seen = first
        for block in self.body:
            seen = block(seen)
        seen = first + self.conv_body(seen)
        for at in range(1, self._doublings + 1):
            larger = functional.interpolate(seen, scale_factor=2, mode="nearest")
            seen = functional.leaky_relu(self.get_submodule(f"conv_up{at}")(larger), _SLOPE)
        seen = functional.leaky_relu(self.conv_hr(seen), _SLOPE)
        made = _in_float32(self.conv_last, seen)
        scale = 2**self._doublings // self._fold
        return made[..., : height * scale, : width * scale]


class Compact(nn.Module):
    """A row of convolutions at the small size, then pixels out of channels.

    What it makes is added to the picture enlarged by repetition, in float32.
    """

    def __init__(self, made: Architecture) -> None:
        super().__init__()
        self._scale = made.scale
        layers: list[nn.Module] = [nn.Conv2d(3, made.features, 3, 1, 1), nn.PReLU(made.features)]
        for _ in range(made.blocks):
            layers += [nn.Conv2d(made.features, made.features, 3, 1, 1), nn.PReLU(made.features)]
        layers.append(nn.Conv2d(made.features, 3 * made.scale * made.scale, 3, 1, 1))
        self.body = nn.ModuleList(layers)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        first, last = self.body[0], self.body[-1]
        assert isinstance(first, nn.Conv2d)
        assert isinstance(last, nn.Conv2d)
        seen = picture.to(first.weight.dtype)
        for layer in list(self.body)[:-1]:
            seen = layer(seen)
        detail = functional.pixel_shuffle(_in_float32(last, seen), self._scale)
        return detail + functional.interpolate(
            picture.float(), scale_factor=self._scale, mode="nearest"
        )


def build(made: Architecture) -> nn.Module:
    """Return an untrained network of an architecture."""
    return Rrdb(made) if made.kind == "rrdb" else Compact(made)


def _in_float32(layer: nn.Conv2d, seen: torch.Tensor) -> torch.Tensor:
    bias = layer.bias.float() if layer.bias is not None else None
    with torch.autocast(seen.device.type, enabled=False):
        return functional.conv2d(seen.float(), layer.weight.float(), bias, padding=1)


def _folded(picture: torch.Tensor, fold: int) -> torch.Tensor:
    """Fold ``fold`` × ``fold`` pixels into channels; an odd edge is mirrored to fit."""
    if fold == 1:
        return picture
    height, width = picture.shape[-2:]
    wide, high = -width % fold, -height % fold
    if wide or high:
        picture = functional.pad(picture, (0, wide, 0, high), mode="replicate")
    return functional.pixel_unshuffle(picture, fold)
