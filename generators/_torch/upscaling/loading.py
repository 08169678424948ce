"""From a weights file to an upscaler. Nothing of a file is run; its size is believed only so far.

Safetensors are read by header first, so a file of another kind costs nothing. A pickle (``.pth``,
as most of these networks are published) is opened with ``weights_only=True``, as everywhere here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators._torch.safety import PICKLES, load_state, safetensors_header
from generators._torch.upscaling.enlarging import Upscaler
from generators.api import CheckpointError
from generators.esrgan import detect

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import torch

    from generators.esrgan import Layout


def load_upscaler(path: Path, device: str, dtype: str = "auto", name: str = "") -> Upscaler:
    """Return the upscaler of a file, ready on a device.

    Args:
        path: A ``.safetensors`` or ``.pth`` file.
        device: As torch says it.
        dtype: As in ``Generator.load``; ``auto`` is what is fast and safe for this network there.
        name: What people call it; the file's name when empty.

    Raises:
        CheckpointError: Missing, damaged, unsafe, or no network of the family.
        InvalidParameter: A number format that there is not.
    """
    import torch

    from generators._torch.upscaling.networks import build

    if not path.is_file():
        raise CheckpointError(
            f"The upscaler {name or path.name!r} is not at its place any more.",
            "Put it back, or add it again under Models.",
        )
    layout, state = _read(path)
    network = build(layout.architecture)
    renamed = {layout.names[key]: value for key, value in state.items()}
    _check(path, network.state_dict(), renamed)
    network.load_state_dict(renamed)
    network.requires_grad_(requires_grad=False).eval()
    chosen = _dtype(dtype, device, layout.architecture.kind)
    network.to(device=device, dtype=chosen, memory_format=torch.channels_last)  # type: ignore[call-overload]
    return Upscaler(network, layout.architecture, device, name or path.stem)


def _dtype(name: str, device: str, kind: str) -> torch.dtype:
    """Return what to compute in: as ``choose_dtype``, but see below for a CPU.

    A CPU that computes in bfloat16 takes half the time for a compact network, and what is lost
    stays within a level of 255: such a network only adds detail, in a last layer and a sum of
    float32. An RRDB network makes the whole picture by itself and stays in float32.

    Raises:
        InvalidParameter: Not a number format.
    """
    import torch

    from generators._torch.device import choose_dtype

    if name in ("", "auto") and device == "cpu" and kind == "compact":
        fast = torch.ops.mkldnn._is_mkldnn_bf16_supported()  # noqa: SLF001 - torch asks it so too
        return torch.bfloat16 if fast else torch.float32
    return choose_dtype(name, device)


def _read(path: Path) -> tuple[Layout, Mapping[str, torch.Tensor]]:
    if path.suffix.lower() == ".safetensors":
        header = safetensors_header(path)
        shapes = {
            key: tuple(int(side) for side in item["shape"])
            for key, item in header.items()
            if key != "__metadata__"
        }
        layout = detect(shapes)  # before a tensor is read: it may be gigabytes of something else
        return layout, load_state(path)
    if path.suffix.lower() in PICKLES:
        state = load_state(path)
        return detect({key: tuple(value.shape) for key, value in state.items()}), state
    raise CheckpointError(
        f"{path.name} is not a weights file.", "An upscaler is a .safetensors file."
    )


def _check(
    path: Path, wanted: Mapping[str, torch.Tensor], given: Mapping[str, torch.Tensor]
) -> None:
    """Refuse a file whose tensors are not exactly those of its network."""
    for key in sorted(wanted.keys() | given.keys()):
        mine, theirs = wanted.get(key), given.get(key)
        if mine is None or theirs is None or mine.shape != theirs.shape:
            fault = (
                "lacks" if theirs is None else "has an unknown" if mine is None else "has another"
            )
            raise CheckpointError(
                f"{path.name} is no upscaler that can be loaded: it {fault} layer {key:.80}.",
                "It is damaged, or of a variant of the ESRGAN family that is not known.",
            )
    import torch

    for key, value in given.items():
        if not torch.isfinite(value.float()).all():
            raise CheckpointError(
                f"{path.name} holds numbers that are none (NaN) in {key:.80}.",
                "The file is damaged: copy or download it again.",
            )
