"""``vocabulary.json`` of others: what is refused, in words, and without harm."""

from __future__ import annotations

import json
import os

import pytest
from helpers.vocabularies import declare
from hypothesis import given
from hypothesis import strategies as st

from studio.core.errors import CheckpointError
from studio.services.vocabulary.loading import (
    FILE,
    MAX_BYTES,
    parse_vocabulary,
    vocabulary_of,
    vocabulary_or_none,
)

SUBJECT = {"id": "car", "en": ["car"]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def test_a_declared_vocabulary_is_read_anew_when_it_changes(tmp_path):
    folder = declare(tmp_path / "模型")
    assert len(vocabulary_of(folder).of("subject")) >= 60
    assert vocabulary_of(folder) is vocabulary_of(folder)
    declare(folder, subjects=[SUBJECT])
    os.utime(folder / FILE, ns=(1, 1))
    assert [entry.id for entry in vocabulary_of(folder).of("subject")] == ["car"]


def test_a_checkpoint_without_one_has_none(tmp_path):
    (tmp_path / "one.safetensors").touch()
    assert vocabulary_of(tmp_path) is None
    assert vocabulary_of(tmp_path / "one.safetensors") is None
    assert vocabulary_of(tmp_path / "gone") is None


MANY = [{"id": f"{number}", "en": ["a"]} for number in range(2001)]
WRONG: dict[str, object] = {
    "newer": {"version": 2, "subjects": [SUBJECT]},
    "none": {"version": 1},
    "twice": {"version": 1, "subjects": [SUBJECT] * 2},
    "long": {"version": 1, "subjects": [{"id": "x", "en": ["a" * 81]}]},
    "escape": {"version": 1, "subjects": [{"id": "x", "en": ["a\x1b[31m"]}]},
    "slot": {"version": 1, "subjects": [{"id": "x", "en": ["{} car"]}]},
    "rgb": {"version": 1, "subjects": [{**SUBJECT, "rgb": [1, 2, 256]}]},
    "many": {"version": 1, "subjects": MANY},
}
BYTES = [b"", b"\xff\xfe\x00", b"[" * 200_000, b" " * (MAX_BYTES + 1)]


@pytest.mark.parametrize(
    "content", [*BYTES, *(json.dumps(item).encode() for item in WRONG.values())]
)
def test_what_is_no_vocabulary_is_refused_in_words(tmp_path, content):
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(CheckpointError, match="words of"):
        vocabulary_of(tmp_path)
    assert vocabulary_or_none(tmp_path) is None


@given(JSON, st.sampled_from(["subjects", "colours", "ignored", "neutral", "version"]))
def test_any_data_is_read_or_refused(value, key):
    data = {"version": 1, "subjects": [SUBJECT], key: value}
    try:
        made = parse_vocabulary(data)
    except ValueError:
        return
    assert made.of("subject")
