"""The wire: whatever goes on comes off the same, and garbage is refused as garbage."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators import protocol
from generators.protocol import Cancel, Configure, Ping, ProtocolError, Ready, Run, decode, encode

# text with lone surrogates, control characters, right-to-left marks, emoji
TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
NUMBERS = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
BY_TYPE: dict[str, st.SearchStrategy[Any]] = {
    "str": TEXT,
    "int": st.integers(-(2**53), 2**53),
    "float": st.floats(allow_nan=False),
    "bool": st.booleans(),
    "tuple[str, ...]": st.lists(TEXT, max_size=3).map(tuple),
    "Mapping[str, str]": st.dictionaries(TEXT, TEXT, max_size=3),
    "Mapping[str, JsonValue]": st.dictionaries(TEXT, JSON, max_size=3),
    "tuple[Mapping[str, JsonValue], ...]": st.lists(
        st.dictionaries(TEXT, JSON, max_size=2), max_size=2
    ).map(tuple),
}


def messages() -> st.SearchStrategy[Any]:
    """Any message of any kind, each field by its declared type."""
    return st.one_of(
        st.builds(kind, **{item.name: BY_TYPE[str(item.type)] for item in fields(kind)})
        for kind in protocol._KINDS.values()
    )


@given(messages())
def test_round_trip(message: Any) -> None:
    line = encode(message)
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    line.decode("utf-8")  # strictly
    assert decode(line) == message


@given(st.binary(max_size=200))
def test_garbage_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(line)


@given(JSON)
def test_json_that_is_no_message_is_refused(value: Any) -> None:
    with pytest.raises(ProtocolError):
        decode(json.dumps(value))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b'{"kind": "Nonsense"}',
        b'{"kind": ["Run"]}',
        b'{"kind": "Run", "token": "a"}',
        b'{"kind": "Ready", "pid": 1, "devices": 5}',
        b"[" * 100_000,
        b'{"kind": "Ping", "number": 1',
        "{“kind”: “Ping”}".encode(),
    ],
)
def test_near_misses_are_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(line)


def test_refusal_shows_a_short_piece_of_the_line() -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(b"x" * 1_000_000)
    assert len(str(caught.value)) < 300


def test_fields_of_a_newer_partner_are_ignored() -> None:
    assert decode(b'{"kind": "Cancel", "token": "t", "since": 3}') == Cancel("t")


def test_missing_fields_of_an_older_partner_take_their_defaults() -> None:
    assert decode(b'{"kind": "Configure"}') == Configure()
    assert decode(b'{"kind": "Ready", "pid": 3}') == Ready(3)
    assert decode(b'{"kind": "Ping"}') == Ping()


def test_a_large_prompt_is_one_line() -> None:
    prompt = "面包 🍞 \u202eخبز\u2028\r\n" * 10_000
    message = Run(
        "t", {"generator": "fake", "mode": "text", "params": {"prompt": prompt}}, "/tmp/s"
    )
    line = encode(message)
    assert line.count(b"\n") == 1
    assert decode(line) == message
