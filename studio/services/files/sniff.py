"""What a file is, by its content and never by its name. Standard library only."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

MAX_TEXT_BYTES = 2_000_000  # a larger text file is not a piece of copy
_HEAD = 64
_MP3_VERSIONS = (0xFA, 0xFB, 0xF2, 0xF3, 0xE2, 0xE3)  # MPEG 1, 2, 2.5, layer III, CRC or not

SUFFIXES = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/mpeg": ".mp3",
    "audio/ogg": ".ogg",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "application/json": ".json",
    "application/zip": ".zip",
    "application/x-midi": ".mid",
}
ALIASES = {
    "image/jpg": "image/jpeg",
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/mp3": "audio/mpeg",
    "text/x-markdown": "text/markdown",
}


def canonical(media_type: str) -> str:
    """Return a media type without parameters, in the spelling that is used here."""
    bare = media_type.partition(";")[0].strip().lower()
    return ALIASES.get(bare, bare)


def sniff(path: Path) -> str:
    """Return the media type, or "" for anything that Brandloom does not know.

    Raises:
        OSError: The file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
        return _binary(head) or _text(path, head)


def _binary(head: bytes) -> str:
    for magic, media_type in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"fLaC", "audio/flac"),
        (b"OggS", "audio/ogg"),
        (b"ID3", "audio/mpeg"),
        (b"PK\x03\x04", "application/zip"),
        (b"MThd", "application/x-midi"),
    ):
        if head.startswith(magic):
            return media_type
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12], "")
    if len(head) > 3 and head[0] == 0xFF and head[1] in _MP3_VERSIONS and head[2] >> 4 != 0xF:
        return "audio/mpeg"
    return ""


def _text(path: Path, head: bytes) -> str:
    if b"\0" in head or path.stat().st_size > MAX_TEXT_BYTES:
        return ""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return ""
    if "\0" in text or not text.strip():
        return ""
    if text.lstrip()[0] in "{[" and _is_json(text):
        return "application/json"
    return "text/markdown" if path.suffix.lower() in (".md", ".markdown") else "text/plain"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
