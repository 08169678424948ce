"""Headers of weight files: whole ones are read, everything else is refused in words."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import gguf
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.numpy import save_file

from studio.core.errors import CheckpointError
from studio.services.checkpoints.headers import gguf_header, safetensors_names

if TYPE_CHECKING:
    from pathlib import Path


def write_gguf(path: Path, *, tensors: int = 1) -> Path:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(2048)
    writer.add_license("apache-2.0")
    writer.add_languages(["en", "zh"])
    writer.add_array("tokenizer.ggml.tokens", [f"t{i}" for i in range(100)])
    for index in range(tensors):
        writer.add_tensor(f"t{index}", np.ones((4, 4), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_safetensors_names_and_shapes(tmp_path):
    save_file({"a.weight": np.zeros((2, 3), np.float32)}, tmp_path / "m.safetensors")
    assert safetensors_names(tmp_path / "m.safetensors") == {"a.weight": (2, 3)}


@pytest.mark.parametrize("cut", [4, 9, 40, -1])
def test_truncated_safetensors_is_refused(tmp_path, cut):
    whole = tmp_path / "m.safetensors"
    save_file({"a": np.zeros((64, 64), np.float32)}, whole)
    data = whole.read_bytes()
    whole.write_bytes(data[:cut])
    with pytest.raises(CheckpointError, match=r"m\.safetensors cannot be used"):
        safetensors_names(whole)


def test_safetensors_header_that_lies_about_its_length(tmp_path):
    path = tmp_path / "m.safetensors"
    path.write_bytes(struct.pack("<Q", 2**60) + b"{}")
    with pytest.raises(CheckpointError, match="cut off"):
        safetensors_names(path)


def test_safetensors_header_that_is_nested_too_deeply(tmp_path):
    path = tmp_path / "m.safetensors"
    header = b'{"a":' + b"[" * 100_000
    path.write_bytes(struct.pack("<Q", len(header)) + header)
    with pytest.raises(CheckpointError, match="not safetensors"):
        safetensors_names(path)


def test_gguf_keys(tmp_path):
    header = gguf_header(write_gguf(tmp_path / "m.gguf"))
    assert header.tensors == 1
    assert header.keys["general.architecture"] == "llama"
    assert header.keys["llama.context_length"] == 2048
    assert header.keys["general.languages"] == ["en", "zh"]
    assert header.keys["tokenizer.ggml.tokens"] == 100


def test_gguf_without_tensors_is_refused(tmp_path):
    with pytest.raises(CheckpointError, match="holds no tensors"):
        gguf_header(write_gguf(tmp_path / "m.gguf", tensors=0))


@given(st.binary(max_size=300))
def test_garbage_is_refused_and_never_crashes(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("garbage") / "m.bin"
    for start in (b"", b"GGUF", b"GGUF\x03\x00\x00\x00", struct.pack("<Q", len(data))):
        path.write_bytes(start + data)
        with pytest.raises(CheckpointError):
            gguf_header(path)
        with pytest.raises(CheckpointError):
            safetensors_names(path)


@given(st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_json_that_is_no_header_is_refused(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("json") / "m.safetensors"
    body = json.dumps(value).encode()
    path.write_bytes(struct.pack("<Q", len(body)) + body)
    with pytest.raises(CheckpointError):
        safetensors_names(path)
