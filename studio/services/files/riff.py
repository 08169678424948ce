"""RIFF containers: WAV and WebP, whose notes are chunks of their own.

WebP carries the packet in ``XMP `` and the recipe in ``BLRC``; the simple file format is turned
into the extended one, as the container specification asks. WAV carries the recipe in ``blrc``, the
packet in ``_PMX`` and text fields in ``id3 ``, all behind the samples, where no reader stumbles.
Source: WebP Container Specification; XMP part 3, "WAV".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.services.files import id3
from studio.services.files.splice import MAX_BLOCKS, Damaged, Notes, Piece, Span, length_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.services.files.splice import Source

_MAX_RIFF = 0xFFFF_FFFF
_WEBP_XMP, _WEBP_RECIPE, _WEBP_EXIF = b"XMP ", b"BLRC", b"EXIF"
_WAV_RECIPE, _WAV_XMP, _WAV_ID3 = b"blrc", b"_PMX", b"id3 "
_WAV_TEXTS = (b"LIST", b"iXML", b"axml", b"ID3 ")
_HAS_XMP, _HAS_EXIF, _HAS_ALPHA = 0x04, 0x08, 0x10


def read_webp(source: Source) -> Notes:
    """Return the notes of a WebP."""
    recipe = xmp = None
    for kind, start, length in _chunks(source, b"WEBP"):
        if kind == _WEBP_RECIPE and recipe is None:
            recipe = source.read(start, length)
        elif kind == _WEBP_XMP and xmp is None:
            xmp = source.read(start, length)
    return Notes(recipe, xmp)


def webp_pieces(source: Source, notes: Notes, *, bare: bool) -> list[Piece]:
    """Return the WebP with these notes; ``bare`` drops EXIF as well."""
    chunks = list(_chunks(source, b"WEBP", whole=True))
    if not chunks:
        raise Damaged("the picture is empty")
    gone = {_WEBP_XMP, _WEBP_RECIPE} | ({_WEBP_EXIF} if bare else set())
    body: list[Piece] = [_vp8x(source, chunks[0], notes, bare=bare)]
    body += [
        piece
        for kind, start, length in chunks
        if kind not in gone and kind != b"VP8X"
        for piece in _kept(start, length)
    ]
    if notes.xmp is not None:
        body.append(_chunk(_WEBP_XMP, notes.xmp))
    if notes.recipe is not None:
        body.append(_chunk(_WEBP_RECIPE, notes.recipe))
    return _wrapped(b"WEBP", body)


def read_wav(source: Source) -> Notes:
    """Return the notes of a WAV."""
    recipe = xmp = None
    tags: dict[str, str] = {}
    for kind, start, length in _chunks(source, b"WAVE"):
        if kind == _WAV_RECIPE and recipe is None:
            recipe = source.read(start, length)
        elif kind == _WAV_XMP and xmp is None:
            xmp = source.read(start, length)
        elif kind == _WAV_ID3 and not tags:
            tags = id3.texts(source.read(start, length))
    return Notes(recipe, xmp, tags)


def wav_pieces(source: Source, notes: Notes, *, bare: bool) -> list[Piece]:
    """Return the WAV with these notes; ``bare`` drops all other texts."""
    gone = {_WAV_XMP, _WAV_RECIPE, _WAV_ID3} | (set(_WAV_TEXTS) if bare else set())
    chunks = list(_chunks(source, b"WAVE", whole=True))
    if not any(kind == b"data" for kind, _, _ in chunks):
        raise Damaged("there are no samples in the file")
    body = [
        piece
        for kind, start, length in chunks
        if kind not in gone
        for piece in _kept(start, length)
    ]
    if notes.tags:
        body.append(_chunk(_WAV_ID3, id3.tag(notes.tags)))
    if notes.xmp is not None:
        body.append(_chunk(_WAV_XMP, notes.xmp))
    if notes.recipe is not None:
        body.append(_chunk(_WAV_RECIPE, notes.recipe))
    return _wrapped(b"WAVE", body)


def _chunks(
    source: Source, form: bytes, *, whole: bool = False
) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, start of data, length of data); a cut-off chunk ends it, or is an error."""
    head = source.read(0, min(12, source.size))
    if head[:4] != b"RIFF" or head[8:] != form:
        raise Damaged(f"this is not a {form.decode()} file")
    at, end = 12, min(source.size, 8 + int.from_bytes(head[4:8], "little"))
    for _ in range(MAX_BLOCKS):
        if at + 8 > end:
            return
        part = source.read(at, 8)
        length = int.from_bytes(part[4:], "little")
        if at + 8 + length > source.size:
            if whole:
                raise Damaged("the file ends too early")
            return
        yield part[:4], at + 8, length
        at += 8 + length + (length & 1)
    raise Damaged("too many chunks")


def _kept(start: int, length: int) -> list[Piece]:
    return [Span(start - 8, length + 8), *([b"\0"] if length & 1 else [])]


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + len(body).to_bytes(4, "little") + body + b"\0" * (len(body) & 1)


def _wrapped(form: bytes, body: list[Piece]) -> list[Piece]:
    length = 4 + length_of(body)
    if length > _MAX_RIFF:
        raise Damaged("the file is larger than its format allows")
    return [b"RIFF" + length.to_bytes(4, "little") + form, *body]


def _vp8x(source: Source, first: tuple[bytes, int, int], notes: Notes, *, bare: bool) -> bytes:
    kind, start, length = first
    if kind == b"VP8X":
        body = bytearray(source.read(start, length))
        if len(body) < 10:
            raise Damaged("the picture's header is damaged")
    else:
        width, height, alpha = _dimensions(kind, source.read(start, min(length, 10)))
        sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        body = bytearray(bytes((_HAS_ALPHA if alpha else 0, 0, 0, 0)) + sides)
    body[0] = body[0] & ~_HAS_XMP | (_HAS_XMP if notes.xmp is not None else 0)
    if bare:
        body[0] &= ~_HAS_EXIF
    return _chunk(b"VP8X", bytes(body))


def _dimensions(kind: bytes, head: bytes) -> tuple[int, int, bool]:
    """Return width, height and whether there is alpha, from a simple file's only chunk."""
    if kind == b"VP8 " and head[3:6] == b"\x9d\x01\x2a" and len(head) == 10:
        sides = int.from_bytes(head[6:], "little")
        width, height, alpha = sides & 0x3FFF, sides >> 16 & 0x3FFF, False
    elif kind == b"VP8L" and head[:1] == b"\x2f" and len(head) >= 5:
        bits = int.from_bytes(head[1:5], "little")
        width, height, alpha = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, bool(bits >> 28 & 1)
    else:
        raise Damaged("the picture's header is damaged")
    if not (width and height):
        raise Damaged("the picture has no size")
    return width, height, alpha
