"""The contract's values: requests survive JSON; errors say what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.api import (
    AdapterRef,
    CheckpointError,
    CheckpointRef,
    InputRef,
    InvalidParameter,
    NoCandidate,
    Request,
    UserFacingError,
)
from generators.media import extension, sniff

ROOT = Path(__file__).resolve().parents[3]
WORDS = st.text(max_size=20)
JSON = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS
REQUESTS = st.builds(
    Request,
    generator=WORDS,
    mode=WORDS,
    params=st.dictionaries(WORDS, JSON, max_size=4),
    checkpoint=st.none()
    | st.builds(
        CheckpointRef, id=WORDS, path=WORDS, details=st.dictionaries(WORDS, JSON, max_size=2)
    ),
    adapters=st.lists(
        st.builds(AdapterRef, id=WORDS, weight=st.floats(allow_nan=False)), max_size=2
    ).map(tuple),
    inputs=st.lists(st.builds(InputRef, role=WORDS, path=WORDS), max_size=2).map(tuple),
)


@given(REQUESTS)
def test_request_round_trip(request: Request) -> None:
    assert Request.from_json(request.to_json()) == request


def test_request_ignores_keys_of_a_newer_writer() -> None:
    data = Request("fake", "text", checkpoint=CheckpointRef("c")).to_json()
    data["mood"] = "bright"
    data["checkpoint"]["colour"] = "red"
    assert Request.from_json(data).checkpoint == CheckpointRef("c")


@pytest.mark.parametrize("missing", ["generator", "mode"])
def test_request_without_its_head_is_refused(missing: str) -> None:
    data = Request("fake", "text").to_json()
    del data[missing]
    with pytest.raises(KeyError):
        Request.from_json(data)


def test_first_input_of_a_role() -> None:
    request = Request("g", "m", inputs=(InputRef("mask", "a"), InputRef("mask", "b")))
    found = request.input("mask")
    assert found is not None
    assert found.asset_id == "a"
    assert request.input("image") is None


def test_errors_have_a_default_message_and_show_their_hint() -> None:
    assert str(NoCandidate()) == "No candidate met the limits."
    assert str(CheckpointError("It is torn.", "Fetch it again.")) == "It is torn. Fetch it again."
    error = InvalidParameter("steps", "steps is 0.")
    assert (error.key, error.message, error.hint) == ("steps", "steps is 0.", "")
    assert isinstance(error, UserFacingError)


@pytest.mark.parametrize(
    ("data", "role", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n....", "image", "image/png"),
        (b"\xff\xd8\xff\xe0....", "image", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio", "audio/wav"),
        (b"RIFF\0\0\0\0AVI ", "image", "application/octet-stream"),
        (b"fLaC\0\0\0\x22", "audio", "audio/flac"),
        (b"ID3\x04\0", "audio", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio", "application/octet-stream"),  # AAC in ADTS, no MP3
        (b'{"a": [1, 2]}', "text", "application/json"),
        (b"[1, 2", "text", "text/plain"),
        (b"[" * 50_000, "text", "text/plain"),
        ("Brötchen 🍞".encode(), "text", "text/plain"),
        (b"", "text", "text/plain"),
        (b"", "image", "application/octet-stream"),
        (b"a\0b", "text", "application/octet-stream"),
        (b"\xc3\x28", "text", "application/octet-stream"),
    ],
)
def test_media_types(data: bytes, role: str, media_type: str) -> None:
    assert sniff(data, role) == media_type
    assert extension(media_type).startswith(".")
