"""MP3: text fields in the ID3v2 tag before the audio; the recipe is one of them.

A tag of version 2.3 or 2.4 keeps its other frames. One of version 2.2, or with unsynchronisation or
an extended header, is replaced whole. Source: id3.org, "id3v2.4.0-structure" and "-frames".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.services.files.splice import MAX_NOTE_BYTES, Damaged, Notes, Piece, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from studio.services.files.splice import Source

_RECIPE = "BRANDLOOM_RECIPE"
OUR_TAGS = ("DigitalSourceType", "BRANDLOOM_ASSET_ID")
_KEPT_WHEN_BARE = (b"TCOP", b"TPE1", b"TLEN", b"TSSE")  # a title may quote the prompt
_ENCODINGS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_MAX_TAG_BYTES = MAX_NOTE_BYTES


def read(source: Source) -> Notes:
    """Return the notes of an MP3."""
    length = _tag_length(source)
    fields = _fields(source.read(0, length)) if length else {}
    recipe = fields.get(_RECIPE)
    return Notes(
        None if recipe is None else recipe.encode("utf-8", "replace"),
        None,
        {key: fields[key] for key in OUR_TAGS if key in fields},
    )


def pieces(source: Source, notes: Notes, *, bare: bool) -> list[Piece]:
    """Return the MP3 with these notes; ``bare`` drops all texts but artist and copyright."""
    length = _tag_length(source)
    if length >= source.size:
        raise Damaged("there is no audio in the file")
    kept: list[bytes] = []
    version = 4
    if length:
        data = source.read(0, length)
        version = data[3] if _is_plain(data) else 4
        for kind, frame, body in _frames(data):
            ours = kind == b"TXXX" and _text_field(body)[0] in (_RECIPE, *OUR_TAGS)
            if not ours and (not bare or kind in _KEPT_WHEN_BARE):
                kept.append(frame)
    fields = dict(notes.tags)
    if notes.recipe is not None:
        fields[_RECIPE] = notes.recipe.decode("utf-8", "replace")
    old_tag = 128 if bare and _has_id3v1(source, length) else 0
    audio = Span(length, source.size - length - old_tag)
    if not kept and not fields:
        return [audio]
    return [tag(fields, kept, version), audio]


def texts(data: bytes) -> dict[str, str]:
    """Return our own text fields of a tag that stands alone (the ``id3 `` chunk of a WAV)."""
    fields = _fields(data)
    return {key: fields[key] for key in OUR_TAGS if key in fields}


def tag(fields: Mapping[str, str], kept: list[bytes] | None = None, version: int = 4) -> bytes:
    """Return a whole tag with these fields as TXXX frames behind the frames that are kept."""
    frames = b"".join(kept or ())
    for key, value in fields.items():
        if version == 4:
            body = b"\x03" + key.encode() + b"\0" + value.encode("utf-8", "replace")
            size = _syncsafe(len(body))
        else:
            text = value.encode("utf-16-le", "replace")
            body = b"\x01\xff\xfe" + key.encode("utf-16-le") + b"\0\0\xff\xfe" + text
            size = len(body).to_bytes(4, "big")
        frames += b"TXXX" + size + b"\0\0" + body
    return b"ID3" + bytes((version, 0, 0)) + _syncsafe(len(frames)) + frames


def _syncsafe(number: int) -> bytes:
    if number >= 1 << 28:
        raise Damaged("the tag is too long")
    return bytes(number >> shift & 0x7F for shift in (21, 14, 7, 0))


def _unsafe(data: bytes) -> int:
    number = 0
    for byte in data:
        number = number << 7 | byte & 0x7F
    return number


def _tag_length(source: Source) -> int:
    """Return the bytes of the tag at the start, 0 for none."""
    head = source.read(0, min(10, source.size))
    if head[:3] != b"ID3" or len(head) < 10:
        return 0
    length = 10 + _unsafe(head[6:]) + (10 if head[5] & 0x10 else 0)
    if length > min(source.size, _MAX_TAG_BYTES + 20):
        raise Damaged("the tag is cut off, or far too long")
    return length


def _has_id3v1(source: Source, audio: int) -> bool:
    return source.size - 128 > audio and source.read(source.size - 128, 3) == b"TAG"


def _is_plain(data: bytes) -> bool:
    return data[3] in (3, 4) and not data[5] & 0xEF  # the footer flag alone is harmless


def _frames(data: bytes) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Yield (id, whole frame, body) of each whole frame."""
    if len(data) < 10 or data[:3] != b"ID3" or not _is_plain(data):
        return
    at, end = 10, min(len(data), 10 + _unsafe(data[6:10]))
    while at + 10 <= end and data[at : at + 1].isalnum():
        size = data[at + 4 : at + 8]
        length = _unsafe(size) if data[3] == 4 else int.from_bytes(size, "big")
        if at + 10 + length > end:
            return
        yield data[at : at + 4], data[at : at + 10 + length], data[at + 10 : at + 10 + length]
        at += 10 + length


def _fields(data: bytes) -> dict[str, str]:
    return dict(_text_field(body) for kind, _, body in _frames(data) if kind == b"TXXX")


def _text_field(body: bytes) -> tuple[str, str]:
    """Return description and value of a TXXX frame; two empty strings when it is damaged."""
    if not body or body[0] >= len(_ENCODINGS):
        return "", ""
    encoding, text = _ENCODINGS[body[0]], body[1:]
    try:
        if body[0] in (0, 3):
            key, _, value = text.partition(b"\0")
        else:
            cut = next((at for at in range(0, len(text), 2) if text[at : at + 2] == b"\0\0"), None)
            if cut is None:
                return "", ""
            key, value = text[:cut], text[cut + 2 :]
        return key.decode(encoding), value.decode(encoding).rstrip("\0")
    except UnicodeDecodeError:
        return "", ""
