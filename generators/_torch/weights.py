"""How large the weights of a checkpoint are: on disk, and as the libraries load them.

A folder often holds the same weights several times: as 32 and as 16 bits, whole and in shards, for
training and for use, and once more as a single file for other programs. One set of them is loaded.
Nothing here reads more than a file's header.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from generators._torch.safety import read_json, safetensors_header, shards
from generators.api import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path

_VARIANTS = ("fp16", "bf16")
#: Files that the libraries look for: those of diffusers, of transformers, and of a LoRA's folder.
_NAMES = ("diffusion_pytorch_model", "model", "pytorch_lora_weights")


def variant_of(folder: Path) -> str | None:
    """Return ``fp16`` where a folder holds only such files (``….fp16.safetensors``)."""
    names = [file.name for file in folder.glob("*.safetensors")]
    for variant in _VARIANTS:
        if names and all(f".{variant}" in name for name in names):
            return variant
    return None


def parts_of(path: Path, index: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """Return (library, class) of a pipeline's components by name, of those that are there.

    Args:
        path: The pipeline's folder.
        index: Its ``model_index.json``.
    """
    return {
        name: (spec[0], spec[1])
        for name, spec in index.items()
        if isinstance(spec, list)
        and len(spec) == 2
        and isinstance(spec[0], str)
        and isinstance(spec[1], str)
        and (path / name).is_dir()
    }


def loaded_files(folder: Path) -> list[Path]:
    """Return the safetensors files of a component that are loaded, others beside them left out.

    All there are where none has a name that the libraries look for.
    """
    variant = variant_of(folder)
    end = f".{variant}" if variant else ""
    for name in _NAMES:
        whole = folder / f"{name}{end}.safetensors"
        index = folder / f"{name}.safetensors.index{end}.json"
        sharded = index.is_file()
        # with both there diffusers takes the shards, and transformers the whole file
        if whole.is_file() and not (sharded and name == _NAMES[0]):
            return [whole]
        if sharded:
            try:
                return [folder / shard for shard in shards(index)]
            except CheckpointError:
                break  # loading says what is wrong with it
    return sorted(folder.glob("*.safetensors"))


def weight_bytes(path: Path) -> int:
    """Return the bytes of all safetensors (or the one file) at a path; 0 when there are none."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*.safetensors"))


def weight_numbers(path: Path, prefix: str = "") -> int:
    """Return how many numbers are loaded from a path, by the headers of its files.

    What cannot be read counts nothing: loading says what is wrong with it.

    Args:
        path: A file, a component's folder or a pipeline's.
        prefix: Count only tensors whose names begin so.
    """
    return sum(numbers_by_part(path, prefix).values())


def numbers_by_part(path: Path, prefix: str = "") -> dict[str, int]:
    """Return what ``weight_numbers`` counts by component; under "" what is no pipeline's folder."""
    if path.is_file():
        return {"": _numbers([path], prefix)}
    try:
        index = read_json(path / "model_index.json")
    except CheckpointError:
        index = None
    if not isinstance(index, dict):
        return {"": _numbers(loaded_files(path), prefix)}
    return {name: _numbers(loaded_files(path / name), prefix) for name in parts_of(path, index)}


def _numbers(files: list[Path], prefix: str) -> int:
    total = 0
    for file in files:
        try:
            header = safetensors_header(file)
        except CheckpointError:
            continue
        total += sum(
            math.prod(item["shape"])
            for name, item in header.items()
            if name != "__metadata__" and name.startswith(prefix)
        )
    return total
