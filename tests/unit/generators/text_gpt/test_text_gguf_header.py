"""GGUF headers: whole ones are read, damaged ones are refused before llama.cpp sees them."""

from __future__ import annotations

import struct

import gguf
import numpy as np
import pytest
from helpers.tiny_text import make_gguf
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.api import CheckpointError
from generators.text_gpt.gguf_header import TYPES, read_header


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return make_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf", layers=2)


def test_a_whole_file_says_what_it_is(whole):
    header = read_header(whole)
    assert header.architecture == "llama"
    assert header.number("context_length") == 512
    assert header.number("block_count") == 2
    assert header.dtype == "F32"
    assert header.size == whole.stat().st_size
    assert header.values["tokenizer.ggml.tokens"] > 200


def test_the_table_of_number_formats_agrees_with_the_reference():
    for number, (name, block, size) in TYPES.items():
        assert gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType(number)] == (block, size)
        assert gguf.GGMLQuantizationType(number).name == name


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_truncation_is_refused(tmp_path_factory, whole, data):
    content = whole.read_bytes()
    # The file ends with up to 31 bytes of padding, without which nothing is missing.
    keep = data.draw(st.integers(0, len(content) - 64))
    path = tmp_path_factory.mktemp("cut") / "cut.gguf"
    path.write_bytes(content[:keep])
    with pytest.raises(CheckpointError):
        read_header(path)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 400), st.binary(min_size=1, max_size=12))
def test_altered_headers_never_crash_the_reader(tmp_path_factory, whole, at, junk):
    content = bytearray(whole.read_bytes())
    content[at : at + len(junk)] = junk
    path = tmp_path_factory.mktemp("junk") / "junk.gguf"
    path.write_bytes(content)
    try:
        assert read_header(path).types
    except CheckpointError as error:
        assert "junk.gguf" in error.message  # noqa: PT017 - either outcome is right


def write(path, *, tensors=True, tokens=True, architecture="llama"):
    writer = gguf.GGUFWriter(path, architecture)
    if tokens:
        writer.add_token_list(["a", "b"])
    if tensors:
        writer.add_tensor("token_embd.weight", np.zeros((2, 32), np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.mark.parametrize(
    ("options", "words"),
    [({"tensors": False}, "no tensors"), ({"tokens": False}, "no tokenizer")],
)
def test_files_that_lack_something_are_refused_by_name(tmp_path, options, words):
    with pytest.raises(CheckpointError, match=words):
        read_header(write(tmp_path / "lacking.gguf", **options))


def test_claims_of_billions_of_entries_are_refused_at_once(tmp_path):
    path = tmp_path / "claims.gguf"
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 1 << 40, 1) + bytes(100))
    with pytest.raises(CheckpointError, match="impossible"):
        read_header(path)


def test_other_files_and_versions_are_named(tmp_path):
    path = tmp_path / "other.gguf"
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(CheckpointError, match="not a GGUF"):
        read_header(path)
    path.write_bytes(b"GGUF" + struct.pack("<I", 99) + bytes(100))
    with pytest.raises(CheckpointError, match="99"):
        read_header(path)
    with pytest.raises(CheckpointError, match="not there"):
        read_header(tmp_path / "absent.gguf")
