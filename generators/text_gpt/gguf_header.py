"""Reads the header of a GGUF file, and refuses what would make llama.cpp abort.

llama.cpp ends its process on some damaged files. So header, tensor table and length are checked
here first, in Python; see https://github.com/ggml-org/ggml/blob/master/docs/gguf.md for the format.
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

from generators.api import CheckpointError, JsonValue

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAGIC = b"GGUF"
MAX_COUNT = 10_000_000  # entries of a table or an array; the largest vocabularies have 300,000
MAX_STRING = 16_000_000  # bytes
_AGAIN = "Copy or download it again."
_NUMBERS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q",
            11: "<q", 12: "<d"}  # fmt: skip
_STRING, _ARRAY = 8, 9
# ggml type -> (name, elements of a block, bytes of a block); ggml.h and ggml-common.h
TYPES: dict[int, tuple[str, int, int]] = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34),
    10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210), 16: ("IQ2_XXS", 256, 66),
    17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50),
    20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82),
    23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4),
    27: ("I64", 1, 8), 28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2),
    34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """What a GGUF file says of itself.

    Attributes:
        values: Key-value pairs; of arrays only the length, except short arrays of strings.
        types: How many elements lie in each number format, by its name.
        size: Length of the file in bytes.
    """

    values: Mapping[str, JsonValue]
    types: Mapping[str, int] = field(default_factory=dict)
    size: int = 0

    @property
    def architecture(self) -> str:
        """Return such as ``llama``."""
        return str(self.values.get("general.architecture", ""))

    def number(self, key: str) -> int:
        """Return a whole number of this architecture, such as ``context_length``; else 0."""
        value = self.values.get(f"{self.architecture}.{key}", 0)
        return int(value) if isinstance(value, int | float) else 0

    @property
    def languages(self) -> tuple[str, ...]:
        """Return the languages that the file names."""
        found = self.values.get("general.languages")
        return tuple(str(item) for item in found) if isinstance(found, list) else ()

    @property
    def dtype(self) -> str:
        """Return the number format of most weights."""
        return max(self.types, key=lambda name: self.types[name], default="")


def read_header(path: Path) -> GgufHeader:
    """Read and check a GGUF file; of a split one, all of its parts.

    Raises:
        CheckpointError: Missing, truncated, without tensors or tokenizer, or damaged.
    """
    header = _read_one(path)
    parts = header.values.get("split.count", 0)
    types, size = dict(header.types), header.size
    if isinstance(parts, int) and parts > 1:
        for part in _parts(path, parts):
            other = _read_one(part)
            size += other.size
            for name, count in other.types.items():
                types[name] = types.get(name, 0) + count
    if not types:
        raise CheckpointError(f"{path.name} holds no weights: it has no tensors.", _AGAIN)
    if not header.architecture:
        raise CheckpointError(f"{path.name} does not say what architecture it is.", _AGAIN)
    if not header.values.get("tokenizer.ggml.tokens"):
        raise CheckpointError(
            f"{path.name} has no tokenizer.", "Use a GGUF file with its tokenizer inside."
        )
    return GgufHeader(header.values, types, size)


def _parts(path: Path, count: int) -> list[Path]:
    match = re.fullmatch(r"(.*)-(\d{5})-of-(\d{5})\.gguf", path.name)
    if match is None or int(match[2]) != 1 or count > 1000:
        raise CheckpointError(
            f"{path.name} is one of {count} parts, and not the first.",
            "Choose the file whose name ends in -00001-of-….gguf.",
        )
    others = [
        path.with_name(f"{match[1]}-{index:05}-of-{match[3]}.gguf") for index in range(2, count + 1)
    ]
    for other in others:
        if not other.is_file():
            raise CheckpointError(f"The part {other.name} is missing.", "Copy all parts together.")
    return others


def _read_one(path: Path) -> GgufHeader:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            return _Reader(file, size, path.name).header()
    except FileNotFoundError:
        raise CheckpointError(
            f"The file {path.name} is not there.",
            "It was moved or deleted: put it back, or add it again under Models.",
        ) from None
    except OSError as error:
        raise CheckpointError(f"{path.name} cannot be read: {error.strerror or error}.") from error


class _Reader:
    def __init__(self, file: BinaryIO, size: int, name: str) -> None:
        self.file, self.size, self.name = file, size, name

    def header(self) -> GgufHeader:
        if self.file.read(4) != MAGIC:
            raise CheckpointError(f"{self.name} is not a GGUF file.", "Choose another file.")
        version = self.number("<I")
        if version not in (2, 3):
            raise CheckpointError(
                f"{self.name} is of GGUF version {version}; 2 and 3 are known.",
                "Get a newer conversion of it.",
            )
        tensors, pairs = self.count("<Q"), self.count("<Q")
        values: dict[str, JsonValue] = {}
        for _ in range(pairs):
            key = self.string()
            values[key] = self.value(int(self.number("<I")))
        types, end = self.tensors(tensors)
        alignment = values.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20:
            raise self.damaged("its alignment is out of range")
        start = -(-self.file.tell() // alignment) * alignment
        if tensors and start + end > self.size:
            raise CheckpointError(
                f"{self.name} is cut short: it has {self.size:,} bytes and should have "
                f"{start + end:,}.",
                f"The copy or download did not finish. {_AGAIN}",
            )
        return GgufHeader(values, types, self.size)

    def tensors(self, count: int) -> tuple[dict[str, int], int]:
        types: dict[str, int] = {}
        end = 0
        for _ in range(count):
            name = self.string()
            sides = int(self.number("<I"))
            if not 0 < sides <= 4:
                raise self.damaged(f"tensor {name:.60} has {sides} dimensions")
            elements = math.prod(int(self.number("<Q")) for _ in range(sides))
            kind, offset = int(self.number("<I")), int(self.number("<Q"))
            known, block, block_bytes = TYPES.get(kind, (f"type {kind}", 1, 0))
            if elements <= 0 or elements > 1 << 48 or elements % block:
                raise self.damaged(f"tensor {name:.60} has an impossible size")
            types[known] = types.get(known, 0) + elements
            end = max(end, offset + elements // block * block_bytes)
        return types, end

    def value(self, kind: int) -> JsonValue:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            return self.array()
        if kind not in _NUMBERS:
            raise self.damaged(f"it holds a value of unknown type {kind}")
        return self.number(_NUMBERS[kind])

    def array(self) -> JsonValue:
        kind, count = int(self.number("<I")), self.count("<Q")
        if kind in _NUMBERS:
            self.take(struct.calcsize(_NUMBERS[kind]) * count, keep=False)
            return count
        if kind != _STRING:  # arrays of arrays occur in no real file
            raise self.damaged(f"it holds an array of unknown type {kind}")
        if count <= 64:
            return [self.string() for _ in range(count)]
        for _ in range(count):
            self.string()
        return count

    def string(self) -> str:
        length = int(self.number("<Q"))
        if length > MAX_STRING:
            raise self.damaged("it holds an impossibly long string")
        return self.take(length).decode("utf-8", "replace")

    def count(self, form: str) -> int:
        value = int(self.number(form))
        if value > MAX_COUNT:
            raise self.damaged("it claims an impossible number of entries")
        return value

    def number(self, form: str) -> int | float | bool:
        value: int | float | bool = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return value

    def take(self, count: int, *, keep: bool = True) -> bytes:
        if self.file.tell() + count > self.size:
            raise CheckpointError(
                f"{self.name} is cut short within its header, at {self.size:,} bytes.",
                f"The copy or download did not finish. {_AGAIN}",
            )
        if keep:
            return self.file.read(count)
        self.file.seek(count, 1)
        return b""

    def damaged(self, why: str) -> CheckpointError:
        return CheckpointError(f"{self.name} is damaged: {why}.", _AGAIN)
