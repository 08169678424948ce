"""Finds the font file that can draw a text: the brand's, a shipped one, or one of this machine."""

from __future__ import annotations

import os
import sys
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from fontTools.ttLib import TTFont, TTLibError
from PIL import ImageFont

from studio.core.errors import UserFacingError
from studio.core.paths import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FONTS = REPOSITORY / "assets" / "fonts"
FONTS_FILE = REPOSITORY / "assets" / "layouts" / "fonts.toml"
CJK_FALLBACK = "Noto Sans SC"
MAX_SYSTEM_FONTS = 600  # files looked at on this machine before giving up

Use = Literal["heading", "body", "button"]


class NoFont(UserFacingError):
    """No font here can draw the text."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file for one text.

    Attributes:
        leading: Line height in sizes.
        ascent: From the baseline to the top of a capital (or of a CJK character), in sizes.
        descent: From the baseline down to where letters such as g end, in sizes.
    """

    name: str
    path: str
    leading: float
    ascent: float
    descent: float

    def at(self, size: float) -> ImageFont.FreeTypeFont:
        """Return the font at a size in pixels."""
        return _truetype(self.path, round(size, 2))


@lru_cache(maxsize=64)
def _truetype(path: str, size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size)


@cache
def _table() -> Mapping[str, Mapping[str, str | float]]:
    return tomllib.loads(FONTS_FILE.read_text(encoding="utf-8"))


def shipped_fonts() -> tuple[str, ...]:
    """Return the names that a brief may use."""
    return tuple(_table())


def face_for(text: str, name: str, use: Use) -> Face:
    """Return a face that has every visible character of ``text``.

    Args:
        text: What will be drawn.
        name: A shipped font's name or the path of a font file; used when it can draw the text.
        use: Which weight of a shipped font.

    Raises:
        NoFont: Nothing here can draw it; the message shows the characters.
    """
    needed = {ord(c) for c in text if _visible(c)}
    for candidate in (name, "Inter Display" if use == "heading" else "Inter", CJK_FALLBACK):
        face = _named(candidate, use)
        if face is not None and needed <= characters(face.path):
            return face
    best = _best_on_this_machine(frozenset(needed))
    if best is not None:
        return best
    known = characters(_file(CJK_FALLBACK, use)) | characters(_file("Inter", use))
    lacking = "".join(sorted(chr(code) for code in needed - known))[:20]
    raise NoFont(
        f"No font here has the characters {lacking!r}.",
        "Name a font file that has them under [brand.fonts] in the brief.",
    )


def drawable(text: str, name: str, use: Use) -> tuple[str, str]:
    """Return the text without emoji that no font here has in one colour, and what was left out."""
    needed = {c for c in text if _visible(c)}
    known = characters(_file(CJK_FALLBACK, use)) | characters(_file("Inter", use))
    face = _named(name, use)
    known = known | (characters(face.path) if face else frozenset())
    out = {c for c in needed if is_emoji(c) and ord(c) not in known}
    if not out:
        return text, ""
    kept = "".join(c for c in text if c not in out and c not in "\u200d\ufe0f\ufe0e")
    return " ".join(kept.split()), "".join(sorted(out))


def is_emoji(character: str) -> bool:
    """Tell whether a character is a pictograph (or a part of one)."""
    code = ord(character)
    return (
        0x1F000 <= code <= 0x1FAFF
        or 0x2600 <= code <= 0x27BF
        or 0x2B00 <= code <= 0x2BFF
        or 0xE0020 <= code <= 0xE007F
        or (unicodedata.category(character) == "Sk" and code >= 0x1F3FB)
    )


def _visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cf", "Mn", "Cc")


def _file(name: str, use: Use) -> str:
    return str(FONTS / str(_table()[name][use]))


def _named(name: str, use: Use) -> Face | None:
    if name in _table():
        return _face(name, _file(name, use), float(_table()[name]["leading"]), use)
    if name.lower().endswith((".ttf", ".otf")) and Path(name).is_file():
        return _face(Path(name).stem, name, 1.1, use)
    return None


def _face(name: str, path: str, leading: float, use: Use) -> Face | None:
    metrics = _metrics(path)
    if metrics is None:
        return None
    ascent, descent = metrics
    body = 1.42 if use == "body" else leading
    return Face(name, path, max(leading, body), ascent, descent)


@lru_cache(maxsize=128)
def _metrics(path: str) -> tuple[float, float] | None:
    """Return (cap height, descent) in sizes, or None for a file that is no font."""
    try:
        with TTFont(path, lazy=True) as font:
            units = font["head"].unitsPerEm
            cap = getattr(font["OS/2"], "sCapHeight", 0) or units * 0.72
            wide = ord("国") in (font.getBestCmap() or {})
    except (TTLibError, OSError, KeyError, AttributeError, ValueError):
        return None
    return (0.84, 0.16) if wide else (cap / units, 0.21)


@lru_cache(maxsize=256)
def characters(path: str) -> frozenset[int]:
    """Return the code points that a font file has; empty for a file that is no font."""
    try:
        with TTFont(path, lazy=True, fontNumber=0) as font:
            return frozenset(font.getBestCmap() or ())
    except (TTLibError, OSError, KeyError, AttributeError, ValueError, AssertionError):
        return frozenset()


@lru_cache(maxsize=32)
def _best_on_this_machine(needed: frozenset[int]) -> Face | None:
    for path in _system_fonts():
        if needed <= characters(path):
            return _face(Path(path).stem, path, 1.2, "heading")
    return None


@cache
def _system_fonts() -> tuple[str, ...]:
    """Return font files of this machine, bold sans faces of broad families first."""

    def order(path: str) -> tuple[bool, bool, bool, str]:
        name = Path(path).name.lower()
        good = any(part in name for part in ("noto", "dejavu", "arial", "segoe", "sans"))
        odd = any(part in name for part in ("mono", "italic", "oblique", "condensed", "serif"))
        return (not good, odd, "bold" not in name, path)

    return tuple(sorted(_font_files(), key=order)[:MAX_SYSTEM_FONTS])


def _font_files() -> Iterator[str]:
    folders = {
        "win32": [Path(os.environ.get("WINDIR", "C:/Windows")) / "Fonts"],
        "darwin": [Path("/System/Library/Fonts"), Path("/Library/Fonts")],
    }.get(sys.platform, [Path("/usr/share/fonts"), Path("/usr/local/share/fonts")])
    for folder in (*folders, Path.home() / ".fonts", Path.home() / ".local/share/fonts"):
        for root, _, files in os.walk(folder):
            yield from (str(Path(root, f)) for f in files if f.lower().endswith((".ttf", ".otf")))
