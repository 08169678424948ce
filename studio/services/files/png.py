"""PNG: the recipe and the XMP packet in iTXt chunks before the picture's data.

Source: PNG third edition, sections 5.3 and 11.3.3.4; XMP part 3, "PNG".
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from studio.services.files.splice import MAX_BLOCKS, MAX_NOTE_BYTES, Damaged, Notes, Piece, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.services.files.splice import Source

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_RECIPE = b"brandloom:recipe"
_XMP = b"XML:com.adobe.xmp"
_TEXT_KINDS = (b"tEXt", b"zTXt", b"iTXt")
_KEPT_TEXTS = (b"Copyright", b"Author")  # of deliverables; every other text may hold a prompt


def read(source: Source) -> Notes:
    """Return the notes of a PNG, from the whole part of it."""
    recipe = xmp = None
    for kind, start, length in _chunks(source):
        if kind == b"iTXt":
            keyword = _keyword(source, start, length)
            if keyword == _RECIPE and recipe is None:
                recipe = _itxt(source, start, length)
            elif keyword == _XMP and xmp is None:
                xmp = _itxt(source, start, length)
    return Notes(recipe, xmp)


def pieces(source: Source, notes: Notes, *, bare: bool) -> list[Piece]:
    """Return the file with these notes; ``bare`` drops all other texts but copyright."""
    out: list[Piece] = [_SIGNATURE]
    ended = False
    for kind, start, length in _chunks(source):
        if not _is_dropped(source, kind, start, length, bare=bare):
            out.append(Span(start - 8, length + 12))
        if kind == b"IHDR":
            if notes.recipe is not None:
                out.append(_itxt_chunk(_RECIPE, notes.recipe))
            if notes.xmp is not None:
                out.append(_itxt_chunk(_XMP, notes.xmp))
        ended = kind == b"IEND"
    if not ended:
        raise Damaged("the picture ends too early")
    return out


def _chunks(source: Source) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start of data, length of data) of each whole chunk up to IEND."""
    if source.read(0, min(8, source.size)) != _SIGNATURE:
        raise Damaged("this is not a PNG")
    at = 8
    for number in range(MAX_BLOCKS):
        if at + 12 > source.size:
            return
        head = source.read(at, 8)
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if (number == 0) != (kind == b"IHDR"):
            raise Damaged("the header is missing or repeated")
        if at + 12 + length > source.size:
            return
        yield kind, at + 8, length
        if kind == b"IEND":
            return
        at += 12 + length
    raise Damaged("too many chunks")


def _keyword(source: Source, start: int, length: int) -> bytes:
    return source.read(start, min(length, 80)).partition(b"\0")[0]


def _is_dropped(source: Source, kind: bytes, start: int, length: int, *, bare: bool) -> bool:
    if kind == b"eXIf":
        return bare
    if kind not in _TEXT_KINDS:
        return False
    keyword = _keyword(source, start, length)
    return keyword in (_RECIPE, _XMP) or (bare and keyword not in _KEPT_TEXTS)


def _itxt(source: Source, start: int, length: int) -> bytes:
    body = source.read(start, length)
    checksum = int.from_bytes(source.read(start + length, 4), "big")
    if zlib.crc32(b"iTXt" + body) != checksum:
        raise Damaged("a text in the picture is damaged")
    _, _, rest = body.partition(b"\0")
    if len(rest) < 2 or rest[1] != 0 or rest[0] > 1:
        raise Damaged("a text in the picture is damaged")
    parts = rest[2:].split(b"\0", 2)  # language, translated keyword, text
    if len(parts) != 3:
        raise Damaged("a text in the picture is damaged")
    return _inflate(parts[2]) if rest[0] else parts[2]


def _inflate(data: bytes) -> bytes:
    """Decompress at most ``MAX_NOTE_BYTES``: a few bytes can stand for gigabytes."""
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(data, MAX_NOTE_BYTES)
    except zlib.error as error:
        raise Damaged("a text in the picture is damaged") from error
    if not inflater.eof:
        raise Damaged("a text in the picture is far too long, or cut off")
    return text


def _itxt_chunk(keyword: bytes, text: bytes) -> bytes:
    body = keyword + b"\0\0\0\0\0" + text
    checksum = zlib.crc32(b"iTXt" + body)
    return len(body).to_bytes(4, "big") + b"iTXt" + body + checksum.to_bytes(4, "big")
