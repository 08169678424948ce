"""File names that every system takes: Windows' rules are kept everywhere. Standard library only."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

MAX_NAME_BYTES = 120  # of the stem; ext4 allows 255 bytes, a long folder path needs the rest
# Source: learn.microsoft.com, "Naming Files, Paths, and Namespaces"
RESERVED = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{word}{digit}" for word in ("com", "lpt") for digit in "0123456789¹²³"]
)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # direction marks can disguise a suffix


def is_reserved(name: str) -> bool:
    """Tell whether Windows keeps this name for a device, with or without a suffix."""
    return name.partition(".")[0].rstrip(" ").casefold() in RESERVED


def safe_stem(text: str, fallback: str = "untitled") -> str:
    """Return ``text`` as a file name without suffix; letters of every script stay."""
    text = unicodedata.normalize("NFC", text)
    text = _FORBIDDEN.sub(" ", text)
    text = "".join(sign for sign in text if unicodedata.category(sign) not in _INVISIBLE)
    text = " ".join(text.split()).strip(". ")
    while len(text.encode()) > MAX_NAME_BYTES:
        text = text[:-1]
    text = text.strip(". ")
    if not text:
        text = fallback
    return f"_{text}" if is_reserved(text) else text


def free_name(stem: str, suffix: str, taken: Container[str]) -> str:
    """Return ``stem.suffix``, or the first of ``stem-2.suffix``, … that is not taken.

    ``taken`` holds case-folded NFC names: two names that differ in case alone are one on Windows
    and macOS.
    """
    number, name = 1, f"{stem}{suffix}"
    while key(name) in taken:
        number += 1
        name = f"{stem}-{number}{suffix}"
    return name


def key(name: str) -> str:
    """Return what two names share when a file system may take them for the same."""
    return unicodedata.normalize("NFC", name).casefold()
