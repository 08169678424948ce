"""Media types of the files that generators make, told from their first bytes. Stdlib only."""

from __future__ import annotations

import json

EXTENSIONS = {
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/webp": ".webp",
    "audio/wav": ".wav",
    "audio/flac": ".flac",
    "audio/mpeg": ".mp3",
    "application/json": ".json",
    "application/x-midi": ".mid",
    "text/plain": ".txt",
    "application/octet-stream": ".bin",
}
FOLDER = "inode/directory"  # an adapter may be a folder
_STARTS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"fLaC", "audio/flac"),
    (b"ID3", "audio/mpeg"),
    (b"MThd", "application/x-midi"),
)


def sniff(data: bytes, role: str = "") -> str:
    """Return the media type of a whole file's bytes.

    Args:
        data: The whole file; only text and JSON are looked at beyond the first bytes.
        role: The artifact's role; decides only that an empty ``text`` is text.
    """
    for start, media_type in _STARTS:
        if data.startswith(start):
            return media_type
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(
            data[8:12], "application/octet-stream"
        )
    if len(data) > 1 and data[0] == 0xFF and _is_mpeg_layer_3(data[1]):
        return "audio/mpeg"
    return _text_type(data, role)


def extension(media_type: str) -> str:
    """Return the file name's end for a media type, dot included."""
    return EXTENSIONS.get(media_type, ".bin")


def _is_mpeg_layer_3(second: int) -> bool:
    """Tell a frame header: 11 bits of sync, a known version, layer III (ISO/IEC 11172-3)."""
    return second & 0xE0 == 0xE0 and second & 0x18 != 0x08 and second & 0x06 == 0x02


def _text_type(data: bytes, role: str) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    if "\0" in text or (not text and role not in ("text", "report")):
        return "application/octet-stream"
    if text.lstrip()[:1] in ("{", "["):
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return "text/plain"
        return "application/json"
    return "text/plain"
