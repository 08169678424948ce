"""Turns an upscaler that comes as a pickle into safetensors, without running anything of it.

    python -m generators.image_upscale.convert FILE.pth [FILE.safetensors]

Most ESRGAN files are published as ``.pth``. The app takes no pickles; this opens one with
``weights_only=True``, which builds tensors and nothing else, checks that it is an upscaler that can
be loaded, and writes its weights anew.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from generators._torch import load_state
from generators._torch.upscaling import detect
from generators.api import UserFacingError


def convert(source: Path, target: Path) -> str:
    """Write ``source`` as safetensors to ``target`` and return what it is in a few words.

    Raises:
        CheckpointError: Damaged, unsafe, or no upscaler that can be loaded.
    """
    from safetensors.torch import save_file

    state = load_state(source)
    layout = detect({key: tuple(value.shape) for key, value in state.items()})
    named = {layout.names[key]: value.clone().contiguous() for key, value in state.items()}
    save_file(named, target, metadata={"format": "pt"})
    made = layout.architecture
    return f"{made.kind} ×{made.scale}, {made.features} features, {made.blocks} blocks"


def main(arguments: list[str] | None = None) -> int:
    """Convert from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m generators.image_upscale.convert",
        description="Convert an ESRGAN upscaler (.pth) to .safetensors.",
    )
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path, nargs="?")
    chosen = parser.parse_args(arguments)
    target = chosen.target or chosen.source.with_suffix(".safetensors")
    if target.exists():
        parser.error(f"{target} is there already")
    try:
        said = convert(chosen.source, target)
    except UserFacingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{target}: {said}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
