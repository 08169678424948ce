"""Prompts in pieces: words of alphabets, single Chinese characters, grammar. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PIECE = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+")
_HAS_CJK = re.compile(f"[{_CJK}]")
#: Words that only join others. They are grammar, the same for every checkpoint.
_JOINING_TEXT = (
    "a an the of on in with and at for to by from its it is as or into this that "
    "的 了 在 和 与 及 上 里 中 是 着 放 置"
)
JOINING = frozenset(_JOINING_TEXT.split())


@dataclass(frozen=True, slots=True)
class Piece:
    """A word or a Chinese character as it is compared, and where it stands."""

    form: str
    start: int
    end: int


def is_chinese(text: str) -> bool:
    """Tell whether a text has Chinese characters."""
    return bool(_HAS_CJK.search(text))


def language_of(text: str) -> str:
    """Return the language to answer a prompt in."""
    return "zh" if is_chinese(text) else "en"


def pieces_of(text: str) -> list[Piece]:
    """Return the pieces of a text; signs are left out."""
    return [Piece(form_of(m[0]), m.start(), m.end()) for m in _PIECE.finditer(text)]


def forms_of(text: str) -> tuple[str, ...]:
    """Return the compared forms alone."""
    return tuple(piece.form for piece in pieces_of(text))


@lru_cache(maxsize=8192)
def form_of(word: str) -> str:
    """Return how a word is compared: case, width and an English plural do not count."""
    return _singular(unicodedata.normalize("NFKC", word).casefold())


def _singular(word: str) -> str:
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    return word[:-1]


def plural(word: str) -> str:
    """Return an English word for several."""
    if word.endswith("s") and not word.endswith("ss"):
        return word
    return word + ("es" if word.endswith(("ss", "x", "ch", "sh")) else "s")


def joined(*parts: str) -> str:
    """Join the parts of a prompt with a comma of their language, what is empty left out."""
    told = [part for part in parts if part]
    return ("，" if told and is_chinese(told[0]) else ", ").join(told)
