"""Reads the headers of weight files, and nothing behind them. Standard library only.

Sources: safetensors, https://github.com/huggingface/safetensors#format ; GGUF,
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md . A file from outside may hold anything,
so every count is bounded before it is believed.
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from studio.core.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from generators.api import JsonValue

MAX_HEADER = 100_000_000  # bytes; the safetensors library's own bound
MAX_GGUF_ITEMS = 1_000_000
MAX_GGUF_STRING = 10_000_000
PICKLE_SUFFIXES = frozenset({".ckpt", ".bin", ".pt", ".pth", ".pkl"})

_ALIKE = ("model", "diffusion_pytorch_model")
_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q",
            11: "<q", 12: "<d"}  # fmt: skip
_STRING, _ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says of itself: its tensor count and its scalar and string keys."""

    tensors: int
    keys: Mapping[str, JsonValue] = field(default_factory=dict)


def safetensors_names(path: Path) -> dict[str, tuple[int, ...]]:
    """Return tensor names with their shapes.

    Raises:
        CheckpointError: The file is cut off, or is not safetensors.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > min(MAX_HEADER, size - 8):
                raise CheckpointError(*_damaged(path, "its header is cut off"))
            header = json.loads(file.read(length))
        tensors = {name: info for name, info in header.items() if name != "__metadata__"}
        end = max((int(info["data_offsets"][1]) for info in tensors.values()), default=0)
        names = {name: tuple(int(n) for n in info["shape"]) for name, info in tensors.items()}
    except (
        struct.error, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError,
    ) as error:  # fmt: skip
        raise CheckpointError(*_damaged(path, "its header is not safetensors")) from error
    if 8 + length + end > size:
        missing = 8 + length + end - size
        raise CheckpointError(*_damaged(path, f"{missing:,} bytes are missing at its end"))
    if not names:
        raise CheckpointError(*_damaged(path, "it holds no tensors"))
    return names


def safetensors_licence(path: Path) -> str:
    """Return the licence that a safetensors file's own metadata names, or an empty string.

    ``safetensors_names`` has read the file before: its header is whole.
    """
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        about = json.loads(file.read(length)).get("__metadata__")
    if not isinstance(about, dict):
        return ""
    return str(about.get("license") or about.get("modelspec.license") or "")[:100]


def gguf_header(path: Path) -> GgufHeader:
    """Return a GGUF file's tensor count and keys (arrays are skipped, their length is kept).

    Raises:
        CheckpointError: The file is cut off, is not GGUF, or holds no tensors.
    """
    try:
        with path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise CheckpointError(*_damaged(path, "it is not a GGUF file"))
            version = _scalar(file, "<I")
            tensors, count = int(_scalar(file, "<Q")), int(_scalar(file, "<Q"))
            if not 2 <= version <= 3 or count > MAX_GGUF_ITEMS or tensors > MAX_GGUF_ITEMS:
                raise CheckpointError(*_damaged(path, "its header makes no sense"))
            keys = {}
            for _ in range(count):
                name = _string(file)
                keys[name] = _value(file, int(_scalar(file, "<I")))
    except (struct.error, UnicodeDecodeError, KeyError, EOFError) as error:
        raise CheckpointError(*_damaged(path, "its header is cut off")) from error
    if tensors == 0:
        raise CheckpointError(*_damaged(path, "it holds no tensors"))
    return GgufHeader(tensors, keys)


def _scalar(file: BinaryIO, form: str) -> float:
    (value,) = struct.unpack(form, file.read(struct.calcsize(form)))
    return value  # type: ignore[no-any-return]


def _string(file: BinaryIO) -> str:
    length = int(_scalar(file, "<Q"))
    if length > MAX_GGUF_STRING:
        raise EOFError
    data = file.read(length)
    if len(data) < length:
        raise EOFError
    return data.decode("utf-8")


def _value(file: BinaryIO, kind: int) -> JsonValue:
    if kind == _STRING:
        return _string(file)
    if kind != _ARRAY:
        return _scalar(file, _SCALARS[kind])
    item, count = int(_scalar(file, "<I")), int(_scalar(file, "<Q"))
    if count > 100 * MAX_GGUF_ITEMS:
        raise EOFError
    if item == _STRING:
        values = [_string(file) for _ in range(count)]
        return values if count <= 64 else count
    if item == _ARRAY:
        raise EOFError  # nested arrays are allowed by the format and used by no model
    file.seek(count * struct.calcsize(_SCALARS[item]), 1)
    return count


def _damaged(path: Path, why: str) -> tuple[str, str]:
    # in a model folder every component has a file of the same name
    name = f"{path.parent.name}/{path.name}" if path.name.startswith(_ALIKE) else path.name
    return f"{name} cannot be used: {why}.", "Fetch the file again from where it came from."
