"""FLAC: text fields in the Vorbis comment; the recipe is one of them.

Source: RFC 9639, sections 8 and 8.6.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.services.files.id3 import OUR_TAGS
from studio.services.files.splice import MAX_BLOCKS, MAX_NOTE_BYTES, Damaged, Notes, Piece, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.services.files.splice import Source

_RECIPE = "BRANDLOOM_RECIPE"
_COMMENT, _INVALID = 4, 127
_MAX_COMMENTS = 10_000
_KEPT_WHEN_BARE = ("COPYRIGHT", "ARTIST", "ENCODER")  # a title may quote the prompt
_NAMES = {name.upper(): name for name in OUR_TAGS}


def read(source: Source) -> Notes:
    """Return the notes of a FLAC."""
    for kind, start, length, _ in _blocks(source):
        if kind == _COMMENT:
            fields: dict[str, str] = {}
            for comment in _comments(source.read(start, length))[1]:
                key, _, value = comment.partition("=")
                fields.setdefault(key.upper(), value)
            recipe = fields.get(_RECIPE)
            return Notes(
                None if recipe is None else recipe.encode("utf-8", "replace"),
                None,
                {name: fields[key] for key, name in _NAMES.items() if key in fields},
            )
    return Notes()


def pieces(source: Source, notes: Notes, *, bare: bool) -> list[Piece]:
    """Return the FLAC with these notes; ``bare`` drops comments but artist and copyright."""
    blocks: list[tuple[int, Piece]] = []
    vendor, kept = b"", []
    ended, audio = False, 0
    for kind, start, length, last in _blocks(source):
        ended, audio = last, start + length
        if kind == _COMMENT:
            vendor, comments = _comments(source.read(start, length))
            kept = [comment for comment in comments if _is_kept(comment, bare=bare)]
        else:
            blocks.append((kind, Span(start, length)))
    if not ended or not blocks:
        raise Damaged("the file ends before its audio")
    kept += [f"{key.upper()}={value}" for key, value in notes.tags.items()]
    if notes.recipe is not None:
        kept.append(f"{_RECIPE}={notes.recipe.decode('utf-8', 'replace')}")
    blocks.insert(1, (_COMMENT, _comment_block(vendor, kept)))
    out: list[Piece] = [b"fLaC"]
    for number, (kind, body) in enumerate(blocks, 1):
        length = body.length if isinstance(body, Span) else len(body)
        flag = 0x80 if number == len(blocks) else 0
        out += [bytes((kind | flag,)) + length.to_bytes(3, "big"), body]
    return [*out, Span(audio, source.size - audio)]


def _is_kept(comment: str, *, bare: bool) -> bool:
    key = comment.partition("=")[0].upper()
    return key in _KEPT_WHEN_BARE if bare else key != _RECIPE and key not in _NAMES


def _blocks(source: Source) -> Iterator[tuple[int, int, int, bool]]:
    """Yield (type, start of data, length, whether it is the last) of each whole block."""
    if source.read(0, min(4, source.size)) != b"fLaC":
        raise Damaged("this is not a FLAC")
    at = 4
    for _ in range(MAX_BLOCKS):
        if at + 4 > source.size:
            return
        head = source.read(at, 4)
        kind, length = head[0] & 0x7F, int.from_bytes(head[1:], "big")
        if kind == _INVALID or at + 4 + length > source.size:
            return
        last = bool(head[0] & 0x80)
        yield kind, at + 4, length, last
        if last:
            return
        at += 4 + length
    raise Damaged("too many blocks")


def _comments(data: bytes) -> tuple[bytes, list[str]]:
    """Return the vendor string and the whole comments; what is no UTF-8 is left out."""
    vendor, at = _counted(data, 0)
    count = int.from_bytes(data[at : at + 4], "little")
    if count > _MAX_COMMENTS:
        raise Damaged("too many comments")
    at += 4
    out: list[str] = []
    for _ in range(count):
        raw, at = _counted(data, at)
        try:
            out.append(raw.decode())
        except UnicodeDecodeError:
            continue
    return vendor, out


def _counted(data: bytes, at: int) -> tuple[bytes, int]:
    length = int.from_bytes(data[at : at + 4], "little")
    if at + 4 + length > len(data):
        raise Damaged("a comment is cut off")
    return data[at + 4 : at + 4 + length], at + 4 + length


def _comment_block(vendor: bytes, comments: list[str]) -> bytes:
    raw = [comment.encode("utf-8", "replace") for comment in comments]
    body = len(vendor).to_bytes(4, "little") + vendor + len(raw).to_bytes(4, "little")
    body += b"".join(len(item).to_bytes(4, "little") + item for item in raw)
    if len(body) > MAX_NOTE_BYTES:
        raise Damaged("the comments are too long")
    return body
