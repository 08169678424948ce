"""Tells an ESRGAN-family network from the names and shapes of its tensors alone.

Two architectures, in every key layout that published files have:

- RRDB (ESRGAN, Real-ESRGAN). The first release numbers its layers (``model.1.sub.0.RDB1.conv1.0``),
  the authors' second one names them (``RRDB_trunk.0.RDB1.conv1``), BasicSR names them again
  (``body.0.rdb1.conv1``). Files for ×2 and ×1 fold 2×2 or 4×4 pixels into channels first.
- Compact (SRVGGNetCompact of Real-ESRGAN): a row of convolutions with PReLU between them.

Networks of the same kinds that clean a picture up at its own size (×1) are told, and refused.
A file may come from anywhere, so every count is bounded before a network of that size is built.
Nothing here imports torch. Layouts as in the repositories xinntao/ESRGAN, xinntao/Real-ESRGAN and
XPixelGroup/BasicSR.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from generators.api import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping

    Shapes = Mapping[str, tuple[int, ...]]

COLOURS = 3
MAX_FEATURES, MAX_GROWTH, MAX_BLOCKS = 512, 128, 128
SCALES = (1, 2, 3, 4, 8, 16)
FOLDS = {COLOURS: 1, COLOURS * 4: 2, COLOURS * 16: 4}  # input channels -> pixels folded per side
_WRAPPINGS = ("module.", "params_ema.", "params.")
_OLD_LAYER = re.compile(r"model\.(\d+)\.weight")
_NAMED = {  # the authors' second layout -> BasicSR's
    "trunk_conv.": "conv_body.", "upconv1.": "conv_up1.", "upconv2.": "conv_up2.",
    "upconv3.": "conv_up3.", "HRconv.": "conv_hr.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Architecture:
    """What to build.

    Attributes:
        kind: ``rrdb`` or ``compact``.
        scale: How many times larger the picture becomes.
        features: Channels inside.
        blocks: RRDB blocks, or convolutions between the first and the last.
        growth: Channels that each layer of a dense block adds; 0 for compact.
        fold: Pixels per side that are folded into channels first (1 for none).
    """

    kind: Literal["rrdb", "compact"]
    scale: int
    features: int
    blocks: int
    growth: int = 0
    fold: int = 1

    @property
    def doublings(self) -> int:
        """How often an RRDB network doubles the picture inside."""
        return int(math.log2(self.scale * self.fold))

    @property
    def reach(self) -> int:
        """How far from a pixel, in input pixels, another one can still change it."""
        if self.kind == "compact":
            return self.blocks + 2
        # three dense blocks of five 3×3 convolutions each, the first and the trunk's last, and
        # those after the doublings, which reach less far the finer the grid is
        return (15 * self.blocks + 2) * self.fold + 4


@dataclass(frozen=True, slots=True)
class Layout:
    """An architecture with the name that each tensor of the file has in our networks."""

    architecture: Architecture
    names: Mapping[str, str]


def detect(shapes: Shapes) -> Layout:
    """Return what network a table of tensors is.

    Raises:
        CheckpointError: None of those that can be loaded, or one of a size that cannot be meant.
    """
    plain = {name: _unwrapped(name) for name in shapes}
    if len(set(plain.values())) != len(plain):
        raise _unknown("two of its tensors have the same name")
    known = {plain[name]: shape for name, shape in shapes.items()}
    if "conv_first.weight" in known:
        renamed = {name: _from_named(name) for name in known}
        architecture = _rrdb({renamed[name]: shape for name, shape in known.items()})
    elif "model.0.weight" in known and any(".RDB1." in name for name in known):
        renamed = _from_numbers(known)
        architecture = _rrdb({renamed[name]: shape for name, shape in known.items()})
    elif "body.0.weight" in known:
        renamed = {name: name for name in known}
        architecture = _compact(known)
    else:
        raise _unknown("it is no ESRGAN, Real-ESRGAN or compact network")
    if architecture.scale == 1:
        raise CheckpointError(
            "This network cleans pictures up at their own size (×1): it enlarges nothing.",
            "Choose an upscaler for ×2 or more.",
        )
    return Layout(architecture, {name: renamed[plain[name]] for name in shapes})


def _unwrapped(name: str) -> str:
    for wrapping in _WRAPPINGS:
        name = name.removeprefix(wrapping)
    return name


def _from_named(name: str) -> str:
    for old, new in _NAMED.items():
        if name.startswith(old):
            return new + name.removeprefix(old)
    return re.sub(r"^RRDB_trunk\.(\d+)\.RDB(\d)\.", r"body.\1.rdb\2.", name)


def _from_numbers(known: Shapes) -> dict[str, str]:
    """Return our name for each name of the first layout, which numbers its layers.

    Behind the first convolution (0) and the trunk (1) come an upsampling, its convolution and an
    activation for each doubling, then two convolutions with an activation between them.
    """
    numbers = sorted(int(found[1]) for name in known if (found := _OLD_LAYER.fullmatch(name)))
    blocks = [
        int(found[1]) for name in known if (found := re.match(r"model\.1\.sub\.(\d+)\.", name))
    ]
    if len(numbers) < 3 or not blocks:
        raise _unknown("its layers are not complete")
    layers = {0: "conv_first", numbers[-2]: "conv_hr", numbers[-1]: "conv_last"}
    layers |= {number: f"conv_up{at}" for at, number in enumerate(numbers[1:-2], 1)}
    trunk = max(blocks)
    renamed = {}
    for name in known:
        new = re.sub(
            r"^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.", r"body.\1.rdb\2.conv\3.", name
        )
        new = re.sub(rf"^model\.1\.sub\.{trunk}\.(weight|bias)$", r"conv_body.\1", new)
        found = re.fullmatch(r"model\.(\d+)\.(weight|bias)", new)
        renamed[name] = f"{layers.get(int(found[1]), 'model')}.{found[2]}" if found else new
    return renamed


def _rrdb(known: Shapes) -> Architecture:
    features, channels = _convolution(known, "conv_first")
    blocks = _count(known, r"body\.(\d+)\.")
    growth, _ = _convolution(known, "body.0.rdb1.conv1")
    colours, _ = _convolution(known, "conv_last")
    doublings = sum(1 for at in range(1, 5) if f"conv_up{at}.weight" in known)
    fold = FOLDS.get(channels, 0)
    if not fold or colours != COLOURS:
        raise _unknown(f"it takes {channels} channels and gives {colours}, not colour pictures")
    scale, rest = divmod(2**doublings, fold)
    if rest or scale not in SCALES:
        raise _unknown("its scale cannot be told")
    made = Architecture("rrdb", scale, features, blocks, growth, fold)
    _check(made)
    return made


def _compact(known: Shapes) -> Architecture:
    features, channels = _convolution(known, "body.0")
    last = _count(known, r"body\.(\d+)\.") - 1
    made_channels, _ = _convolution(known, f"body.{last}")
    blocks, rest = divmod(last - 2, 2)
    scale = math.isqrt(made_channels // COLOURS)
    if channels != COLOURS or scale * scale * COLOURS != made_channels or scale not in SCALES:
        raise _unknown(f"it takes {channels} channels and gives {made_channels}")
    if rest or known.get("body.1.weight") != (features,):
        raise _unknown("its activations are not PReLU")
    made = Architecture("compact", scale, features, blocks)
    _check(made)
    return made


def _convolution(known: Shapes, name: str) -> tuple[int, int]:
    """Return (made, taken) channels of a 3×3 convolution."""
    shape = known.get(f"{name}.weight", ())
    if len(shape) != 4 or shape[2:] != (3, 3) or min(shape) < 1:
        raise _unknown(f"its layer {name} is missing or no 3×3 convolution")
    return shape[0], shape[1]


def _count(known: Shapes, pattern: str) -> int:
    return 1 + max(
        (int(found[1]) for name in known if (found := re.match(pattern, name))), default=-1
    )


def _check(made: Architecture) -> None:
    if (
        made.features > MAX_FEATURES
        or made.growth > MAX_GROWTH
        or not 0 < made.blocks <= MAX_BLOCKS
    ):
        raise _unknown(
            f"it has {made.features} features, {made.blocks} blocks and a growth of {made.growth}, "
            "which no real one has"
        )


def _unknown(why: str) -> CheckpointError:
    return CheckpointError(
        f"This is no upscaler that can be loaded: {why}.",
        "Upscalers of the ESRGAN family (RRDB and compact) can be, as .safetensors files.",
    )
