"""Tiny upscalers with random weights, in the layouts that published files have.

The modules here are laid out as the original projects lay theirs out (xinntao/ESRGAN's first
release with its numbered layers, its second one with names, BasicSR's, SRVGGNetCompact), with
forward passes of their own, so that what ours makes of a file can be held against them.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from pathlib import Path

FEATURES, GROWTH = 8, 4


def _conv(taken: int, made: int) -> nn.Conv2d:
    return nn.Conv2d(taken, made, 3, 1, 1)


class NumberedDense(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for number in range(1, 6):
            made = FEATURES if number == 5 else GROWTH
            layers = [_conv(FEATURES + (number - 1) * GROWTH, made)]
            if number < 5:
                layers.append(nn.LeakyReLU(0.2))
            setattr(self, f"conv{number}", nn.Sequential(*layers))

    def forward(self, x):
        seen = [x]
        for number in range(1, 6):
            seen.append(getattr(self, f"conv{number}")(torch.cat(seen, 1)))
        return seen[-1] * 0.2 + x


class NumberedBlock(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.RDB1, self.RDB2, self.RDB3 = NumberedDense(), NumberedDense(), NumberedDense()

    def forward(self, x):
        return self.RDB3(self.RDB2(self.RDB1(x))) * 0.2 + x


class Shortcut(nn.Module):
    def __init__(self, sub: nn.Module) -> None:
        super().__init__()
        self.sub = sub

    def forward(self, x):
        return x + self.sub(x)


class NumberedRrdb(nn.Module):
    """The first layout: ``model.1.sub.0.RDB1.conv1.0.weight``."""

    def __init__(self, scale: int = 4, blocks: int = 2) -> None:
        super().__init__()
        body = [NumberedBlock() for _ in range(blocks)]
        layers: list[nn.Module] = [_conv(3, FEATURES)]
        layers.append(Shortcut(nn.Sequential(*body, _conv(FEATURES, FEATURES))))
        for _ in range({1: 0, 2: 1, 4: 2, 8: 3}[scale]):
            layers += [nn.Upsample(scale_factor=2), _conv(FEATURES, FEATURES), nn.LeakyReLU(0.2)]
        layers += [_conv(FEATURES, FEATURES), nn.LeakyReLU(0.2), _conv(FEATURES, 3)]
        self.model = nn.Sequential(*layers)

    def forward(self, x):
        return self.model(x)


class NamedDense(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        for number in range(1, 5):
            setattr(self, f"conv{number}", _conv(FEATURES + (number - 1) * GROWTH, GROWTH))
        self.conv5 = _conv(FEATURES + 4 * GROWTH, FEATURES)

    def forward(self, x):
        seen = [x]
        for number in range(1, 5):
            made = getattr(self, f"conv{number}")(torch.cat(seen, 1))
            seen.append(functional.leaky_relu(made, 0.2))
        return self.conv5(torch.cat(seen, 1)) * 0.2 + x


class NamedBlock(nn.Module):
    def __init__(self, upper: bool) -> None:
        super().__init__()
        self.names = [f"RDB{n}" if upper else f"rdb{n}" for n in (1, 2, 3)]
        for name in self.names:
            setattr(self, name, NamedDense())

    def forward(self, x):
        made = x
        for name in self.names:
            made = getattr(self, name)(made)
        return made * 0.2 + x


class NamedRrdb(nn.Module):
    """BasicSR's layout (``upper`` False) or that of ESRGAN's second release.

    ``fold`` is what Real-ESRGAN does for its ×2 and ×1 networks.
    """

    def __init__(self, fold: int = 1, blocks: int = 2, upper: bool = False) -> None:
        super().__init__()
        self.fold = fold
        words = ("RRDB_trunk", "trunk_conv", "upconv1", "upconv2", "HRconv") if upper else (
            "body", "conv_body", "conv_up1", "conv_up2", "conv_hr")  # fmt: skip
        self.words = words
        self.conv_first = _conv(3 * fold * fold, FEATURES)
        setattr(self, words[0], nn.Sequential(*(NamedBlock(upper) for _ in range(blocks))))
        for word in words[1:]:
            setattr(self, word, _conv(FEATURES, FEATURES))
        self.conv_last = _conv(FEATURES, 3)

    def forward(self, x):
        body, trunk, up1, up2, last = (getattr(self, word) for word in self.words)
        if self.fold > 1:
            x = functional.pixel_unshuffle(x, self.fold)
        first = self.conv_first(x)
        seen = first + trunk(body(first))
        for layer in (up1, up2):
            larger = functional.interpolate(seen, scale_factor=2, mode="nearest")
            seen = functional.leaky_relu(layer(larger), 0.2)
        return self.conv_last(functional.leaky_relu(last(seen), 0.2))


class CompactNet(nn.Module):
    """SRVGGNetCompact."""

    def __init__(self, scale: int = 4, blocks: int = 2) -> None:
        super().__init__()
        self.scale = scale
        layers: list[nn.Module] = [_conv(3, FEATURES), nn.PReLU(FEATURES)]
        for _ in range(blocks):
            layers += [_conv(FEATURES, FEATURES), nn.PReLU(FEATURES)]
        layers.append(_conv(FEATURES, 3 * scale * scale))
        self.body = nn.ModuleList(layers)

    def forward(self, x):
        seen = x
        for layer in self.body:
            seen = layer(seen)
        base = functional.interpolate(x, scale_factor=self.scale, mode="nearest")
        return functional.pixel_shuffle(seen, self.scale) + base


LAYOUTS = {
    "compact x4": (lambda: CompactNet(4), 4),
    "compact x2": (lambda: CompactNet(2, blocks=3), 2),
    "basicsr x4": (NamedRrdb, 4),
    "basicsr x2": (lambda: NamedRrdb(fold=2), 2),
    "second release x4": (lambda: NamedRrdb(upper=True), 4),
    "first release x4": (lambda: NumberedRrdb(4), 4),
    "first release x2": (lambda: NumberedRrdb(2), 2),
    "first release x8": (lambda: NumberedRrdb(8, blocks=1), 8),
}
#: Networks that clean a picture up at its own size.
RESTORERS = {
    "compact x1": (lambda: CompactNet(1), 1),
    "basicsr x1": (lambda: NamedRrdb(fold=4), 1),
    "first release x1": (lambda: NumberedRrdb(1, blocks=1), 1),
}


def make(layout: str, seed: int = 0) -> nn.Module:
    """Return a network with random weights whose answers fill the range from 0 to 1."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        network = (LAYOUTS | RESTORERS)[layout][0]()
    with torch.no_grad():
        for value in network.parameters():
            if value.ndim == 4:
                value.mul_(2.0)  # else random weights answer with next to nothing
        last = [value for value in network.parameters() if value.ndim == 1][-1]
        if not layout.startswith("compact"):
            last.fill_(0.5)
    return network.eval()


def write(path: Path, layout: str = "compact x4", *, prefix: str = "", seed: int = 0) -> nn.Module:
    """Write a network to ``path`` and return it; ``prefix`` goes before every name."""
    network = make(layout, seed)
    state = OrderedDict(
        (prefix + name, value.detach().clone()) for name, value in network.state_dict().items()
    )
    if path.suffix == ".safetensors":
        save_file(state, path, metadata={"format": "pt"})
    else:
        torch.save({"params_ema": state}, path)
    return network
