"""JPEG: the recipe in comment segments (64 kB each, numbered), the XMP packet in APP1.

Source: ITU-T T.81, annex B; XMP part 3, "JPEG".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from studio.services.files.splice import MAX_BLOCKS, Damaged, Notes, Piece, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.services.files.splice import Source

_RECIPE = b"brandloom:recipe "
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF = b"Exif\0"
_APP0, _APP1, _APP15, _COM, _SOS, _EOI = 0xE0, 0xE1, 0xEF, 0xFE, 0xDA, 0xD9
_KEPT_WHEN_BARE = (0xE2, 0xEE)  # colour profile; Adobe's, without which CMYK comes out wrong
_ORIENTATION = 0x0112
_MAX_PARTS = 100
_PART_BYTES = 65_000  # of the 65,533 that a segment holds, less our own header


def read(source: Source) -> Notes:
    """Return the notes of a JPEG; only the part before the picture's data is looked at."""
    xmp = None
    parts: dict[int, bytes] = {}
    total = 0
    for marker, start, length in _segments(source):
        if marker == _COM and length < 66_000:
            body = source.read(start, length)
            if body.startswith(_RECIPE):
                number, total, text = _part(body)
                parts[number] = text
        elif marker == _APP1 and xmp is None:
            body = source.read(start, length)
            if body.startswith(_XMP):
                xmp = body[len(_XMP) :]
    if not parts:
        return Notes(None, xmp)
    if sorted(parts) != list(range(1, total + 1)):
        raise Damaged("a part of the recipe is missing")
    return Notes(b"".join(parts[number] for number in sorted(parts)), xmp)


def pieces(source: Source, notes: Notes, *, bare: bool) -> list[Piece]:
    """Return the file with these notes.

    ``bare`` drops comments and all application segments but JFIF, the colour profile and Adobe's;
    of EXIF, the orientation stays, because the picture would turn without it.
    """
    first: list[Piece] = [b"\xff\xd8"]
    rest: list[Piece] = []
    end = 0
    for marker, start, length in _segments(source):
        end = start + length
        if marker == _SOS:
            rest.append(Span(start - 4, source.size - (start - 4)))
            break
        body = source.read(start, min(length, 64))
        if _is_dropped(marker, body, bare=bare):
            first += _orientation(source, start, length) if body.startswith(_EXIF) else []
            continue
        is_head = marker == _APP0 or (marker == _APP1 and body.startswith(_EXIF))
        (first if is_head else rest).append(Span(start - 4, length + 4))
    else:
        raise Damaged(f"the picture ends at byte {end:,}, before its data")
    return [*first, *_segments_for(notes), *rest]


def _is_dropped(marker: int, body: bytes, *, bare: bool) -> bool:
    if bare:
        return marker == _COM or (_APP0 < marker <= _APP15 and marker not in _KEPT_WHEN_BARE)
    return (marker == _COM and body.startswith(_RECIPE)) or (
        marker == _APP1 and body.startswith(_XMP)
    )


def _orientation(source: Source, start: int, length: int) -> list[Piece]:
    """Return an EXIF segment with nothing but the orientation, where there is one to keep."""
    tiff = source.read(start + 6, length - 6) if length >= 14 else b""
    order: Literal["big", "little"] = "big" if tiff[:2] == b"MM" else "little"
    at = int.from_bytes(tiff[4:8], order)
    for entry in range(at + 2, at + 2 + 12 * int.from_bytes(tiff[at : at + 2], order), 12):
        if int.from_bytes(tiff[entry : entry + 2], order) == _ORIENTATION:
            value = int.from_bytes(tiff[entry + 8 : entry + 10], order)
            if not 2 <= value <= 8:
                return []
            field = b"\x01\x12\0\x03\0\0\0\x01" + value.to_bytes(2, "big") + b"\0\0"
            body = _EXIF + b"\0MM\0*\0\0\0\x08\0\x01" + field + b"\0\0\0\0"
            return [_segment(_APP1, body)]
    return []


def _segments(source: Source) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start of data, length of data) up to and with the start of scan."""
    if source.read(0, min(2, source.size)) != b"\xff\xd8":
        raise Damaged("this is not a JPEG")
    at = 2
    for _ in range(MAX_BLOCKS):
        if at + 4 > source.size:
            return
        head = source.read(at, 4)
        if head[0] != 0xFF:
            raise Damaged("a segment is damaged")
        if head[1] == 0xFF:  # fill byte
            at += 1
            continue
        length = int.from_bytes(head[2:], "big")
        if head[1] == _EOI or length < 2 or at + 2 + length > source.size:
            return
        yield head[1], at + 4, length - 2
        if head[1] == _SOS:
            return
        at += 2 + length
    raise Damaged("too many segments")


def _part(body: bytes) -> tuple[int, int, bytes]:
    head, newline, text = body[len(_RECIPE) :].partition(b"\n")
    number, slash, total = head.partition(b"/")
    if not (newline and slash and number.isdigit() and total.isdigit() and len(head) < 10):
        raise Damaged("the recipe is damaged")
    if not 1 <= int(number) <= int(total) <= _MAX_PARTS:
        raise Damaged("the recipe is damaged")
    return int(number), int(total), text


def _segments_for(notes: Notes) -> list[Piece]:
    out: list[Piece] = []
    if notes.xmp is not None:
        if len(notes.xmp) > _PART_BYTES:
            raise Damaged("the XMP packet is too long for a JPEG")
        out.append(_segment(_APP1, _XMP + notes.xmp))
    if notes.recipe is not None:
        texts = [
            notes.recipe[at : at + _PART_BYTES] for at in range(0, len(notes.recipe), _PART_BYTES)
        ]
        if len(texts) > _MAX_PARTS:
            raise Damaged("the recipe is too long for a JPEG")
        out += [
            _segment(_COM, b"%s%d/%d\n%s" % (_RECIPE, number, len(texts), text))
            for number, text in enumerate(texts, 1)
        ]
    return out


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + (len(body) + 2).to_bytes(2, "big") + body
