"""Cutting text into words for full-text search, and a person's words into a query.

SQLite's tokenizers take a run of Chinese for one word. So the words are cut here, in the same way
for what is stored and for what is asked: letters, digits and their marks make words, without case,
width or accents; scripts that are written without spaces are cut into overlapping pairs ("夏日特卖"
→ 夏日 日特 特卖 卖), the last character alone, so that a single character is found as the
beginning of a pair. Emoji are words of their own. What comes out holds no character that means
something to FTS5, so no input can make a query fail.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_INDEXED = 20_000  # characters of a prompt that are indexed
_MAX_WORDS = 32  # words of a query that count
_MAX_QUERY = 1_000  # characters of a query that are read

#: Scripts written without spaces between words: kana, Han, Hangul, Thai, Lao, Myanmar, Khmer.
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x2E80, 0x2FDF), (0x3005, 0x3007),
    (0x3021, 0x3029), (0x3031, 0x3035), (0x3038, 0x303C), (0x3040, 0x30FF), (0x3100, 0x312F),
    (0x3130, 0x318F), (0x31A0, 0x31BF), (0x31F0, 0x31FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF),
    (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0x1B000, 0x1B16F),
    (0x20000, 0x3FFFD),
)  # fmt: skip
_ACCENTS = re.compile("[\u0300-\u036f]")


def _is_unspaced(char: str) -> bool:
    code = ord(char)
    return code >= 0x0E00 and any(low <= code <= high for low, high in _UNSPACED)


def _kind(char: str) -> str:
    """Return ``w`` for a letter of a spaced script, ``c`` for an unspaced one, ``s`` for a sign."""
    if char.isascii():
        return "w" if char.isalnum() else ""
    category = unicodedata.category(char)
    if category[0] in "LNM":
        return "c" if _is_unspaced(char) else "w"
    return "s" if category in ("So", "Sc") else ""


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", _ACCENTS.sub("", folded)).casefold()


def runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield ``(kind, run)`` of text: words, unspaced runs, single signs."""
    kind, run = "", ""
    for char in _fold(text):
        new = _kind(char)
        if new and new == kind and new != "s":
            run += char
            continue
        if kind:
            yield kind, run
        kind, run = new, char
    if kind:
        yield kind, run


def words_of(text: str) -> str:
    """Return the words of a text as they are stored, parted by blanks."""
    found: list[str] = []
    for kind, run in runs(text[:MAX_INDEXED]):
        found += _pairs(run) if kind == "c" else [run]
    return " ".join(found)


def _pairs(run: str) -> list[str]:
    return [first + second for first, second in pairwise(run)] + [run[-1]]


def query_of(text: str) -> str:
    """Return an FTS5 query that finds all words of ``text``; empty when it holds none.

    Words of spaced scripts are found by their beginnings; an unspaced run as it is written.
    """
    parts: list[str] = []
    for kind, run in runs(text[:_MAX_QUERY]):
        if kind == "c" and len(run) > 1:
            parts.append('"' + " ".join(_pairs(run)[:-1]) + '"')
        else:
            parts.append(f'"{run}"*')
        if len(parts) == _MAX_WORDS:
            break
    return " AND ".join(dict.fromkeys(parts))
