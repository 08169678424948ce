"""Finds the font file that can draw a text: the brand's, a shipped one, or one of this machine."""

from __future__ import annotations

import os
import sys
import tomllib
import unicodedata
from contextlib import contextmanager
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
#: Weights of a variable font file (CSS Fonts 4, font-weight), near those of the shipped files.
WEIGHTS: Mapping[Use, int] = {"heading": 700, "body": 400, "button": 600}
_PICTOGRAPHS = (
    (0x203C, 0x203C), (0x2049, 0x2049), (0x20E3, 0x20E3), (0x2190, 0x21FF), (0x231A, 0x231B),
    (0x2328, 0x2328), (0x23CF, 0x23CF), (0x23E9, 0x23FA), (0x25A0, 0x27BF), (0x2900, 0x297F),
    (0x2B00, 0x2BFF), (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3297), (0x3299, 0x3299),
    (0x1F000, 0x1FAFF), (0xE0020, 0xE007F),
)  # fmt: skip


class NoFont(UserFacingError):
    """No font here can draw the text."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file for one text.

    Attributes:
        leading: Line height in sizes.
        ascent: From the baseline to the top of a capital (or of a CJK character), in sizes.
        descent: From the baseline down to where letters such as g end, in sizes.
        axes: Values of a variable font's axes; empty for any other.
    """

    name: str
    path: str
    leading: float
    ascent: float
    descent: float
    axes: tuple[float, ...] = ()

    def at(self, size: float) -> ImageFont.FreeTypeFont:
        """Return the font at a size in pixels."""
        return _truetype(self.path, round(size, 2), self.axes)


@lru_cache(maxsize=64)
def _truetype(path: str, size: float, axes: tuple[float, ...]) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(path, size)
    if axes:
        font.set_variation_by_axes(list(axes))
    return font


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
    for candidate in _candidates(name, use):
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
    """Return the text without pictographs that no font here has in one colour, and those."""
    needed = {c for c in text if _visible(c)}
    faces = [_named(candidate, use) for candidate in _candidates(name, use)]
    known = frozenset[int]().union(*(characters(face.path) for face in faces if face))
    out = {c for c in needed if is_pictograph(c) and ord(c) not in known}
    if not out:
        return text, ""
    kept = "".join(c for c in text if c not in out and c not in "\u200d\ufe0f\ufe0e")
    return " ".join(kept.split()), "".join(sorted(out))


def instead(text: str, name: str, face: Face, use: Use) -> str:
    """Return why a face is not the one that was named, in words for a person; empty if it is.

    A text in another script than the named font's, all of whose letters it lacks, is set in another
    font as a matter of course.
    """
    wished = _named(name, use)
    if wished is None:
        return f"set in {face.name}: the brand's font file is gone, or cannot be read"
    needed = {c for c in text if _visible(c)}
    lacking = sorted(c for c in needed if ord(c) not in characters(wished.path))
    if face.name == wished.name or not lacking or len(lacking) > len(needed) / 2:
        return ""
    return f"set in {face.name}: {wished.name} lacks {''.join(lacking[:8])}"


def is_pictograph(character: str) -> bool:
    """Tell whether a character is an emoji, a dingbat or a part of one (Unicode 16, UTS #51)."""
    code = ord(character)
    return any(low <= code <= high for low, high in _PICTOGRAPHS)


def is_font(path: Path) -> bool:
    """Tell whether a file is a font that texts can be set in: as it is now, not as it was once."""
    name = str(path)
    return bool(characters.__wrapped__(name)) and _metrics.__wrapped__(name) is not None


def _candidates(name: str, use: Use) -> tuple[str, ...]:
    return (name, "Inter Display" if use == "heading" else "Inter", CJK_FALLBACK)


def _visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cf", "Mn", "Cc")


def _file(name: str, use: Use) -> str:
    return str(FONTS / str(_table()[name][use]))


def _named(name: str, use: Use) -> Face | None:
    if name in _table():
        return _face(name, _file(name, use), float(_table()[name]["leading"]), use)
    if name.lower().endswith((".ttf", ".otf")) and Path(name).is_file():
        return _face(_full_name(name), name, 1.1, use)
    return None


@contextmanager
def _opened(path: str) -> Iterator[TTFont]:
    """Open a font file; it is closed also where it turns out to be none."""
    with Path(path).open("rb") as file, TTFont(file, lazy=True, fontNumber=0) as font:
        yield font


@lru_cache(maxsize=32)
def _full_name(path: str) -> str:
    """Return the name that a font file gives itself, else the file's."""
    try:
        with _opened(path) as font:
            return str(font["name"].getBestFullName() or Path(path).stem)[:80]
    except (TTLibError, OSError, KeyError, AttributeError, ValueError):
        return Path(path).stem


def _face(name: str, path: str, leading: float, use: Use) -> Face | None:
    metrics = _metrics(path)
    if metrics is None:
        return None
    ascent, descent = metrics
    body = 1.42 if use == "body" else leading
    return Face(name, path, max(leading, body), ascent, descent, _axes(path, WEIGHTS[use]))


@lru_cache(maxsize=128)
def _axes(path: str, weight: int) -> tuple[float, ...]:
    """Return a variable font's axes in their order: the weight as wished, the others as they are.

    Their defaults are often the lightest weight (OpenType, fvar).
    """
    try:
        with _opened(path) as font:
            axes = font["fvar"].axes if "fvar" in font else ()
            return tuple(
                float(min(max(weight, axis.minValue), axis.maxValue))
                if axis.axisTag == "wght"
                else float(axis.defaultValue)
                for axis in axes
            )
    except (TTLibError, OSError, KeyError, AttributeError, ValueError):
        return ()


@lru_cache(maxsize=128)
def _metrics(path: str) -> tuple[float, float] | None:
    """Return (cap height, descent) in sizes, or None for a file that is no font."""
    try:
        with _opened(path) as font:
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
        with _opened(path) as font:
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
