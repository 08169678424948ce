"""Reads typed fields out of a TOML table and says, when one is wrong, in which line it stands."""

from __future__ import annotations

import difflib
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NoReturn

from studio.core.errors import BriefError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_PATH = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*\[\[?[ \t]*({_PATH})[ \t]*\]\]?")
_ASSIGN = re.compile(rf"[ \t]*({_PATH})[ \t]*=")
_QUOTES = ('"""', "'''")


def field_lines(text: str) -> dict[str, int]:
    """Return the line (from 1) of every key and table, by dotted path; the first one counts."""
    lines: dict[str, int] = {}
    table: tuple[str, ...] = ()
    inside = ""
    for number, line in enumerate(text.split("\n"), 1):
        if inside:
            inside = _after(line, inside)
            continue
        if header := _HEADER.match(line):
            table = _parts(header.group(1))
            lines.setdefault(".".join(table), number)
            continue
        if assign := _ASSIGN.match(line):
            path = (*table, *_parts(assign.group(1)))
            for end in range(len(table) + 1, len(path) + 1):
                lines.setdefault(".".join(path[:end]), number)
        inside = _after(line, "")
    return lines


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in re.findall(_KEY, path))


def _after(line: str, inside: str) -> str:
    """Return which multi-line quotes are open after a line."""
    at = 0
    while True:
        if inside:
            at = line.find(inside, at)
            if at < 0:
                return inside
            at, inside = at + 3, ""
            continue
        starts = [(line.find(quotes, at), quotes) for quotes in _QUOTES]
        found = min((start for start in starts if start[0] >= 0), default=None)
        if found is None:
            return ""
        at, inside = found[0] + 3, found[1]


class Fields:
    """One table of a brief. Every getter checks type and size; ``done`` refuses what is unknown.

    Attributes:
        values: The table.
        where: Its dotted path, empty for the top.
        lines: From ``field_lines``.
    """

    def __init__(
        self, values: Mapping[str, Any], lines: Mapping[str, int], where: str = ""
    ) -> None:
        self.values = values
        self.lines = lines
        self.where = where
        self._known: list[str] = []

    def path(self, key: str) -> str:
        """Return the dotted path of a key."""
        return f"{self.where}.{key}" if self.where else key

    def fail(self, key: str, message: str, hint: str = "") -> NoReturn:
        """Raise a BriefError that names line and field."""
        path = self.path(key)
        line = self.lines.get(path) or self.lines.get(self.where)
        place = f"Line {line}, {path}" if line else path
        raise BriefError(f"{place}: {message}", hint)

    def take(self, key: str) -> Any:  # noqa: ANN401 - a value as TOML gave it
        """Return a raw value or None, and remember that the key is known."""
        self._known.append(key)
        return self.values.get(key)

    def done(self) -> None:
        """Refuse keys that nobody asked for."""
        for key in self.values:
            if key not in self._known:
                near = difflib.get_close_matches(key, self._known, 1)
                hint = f"Did you mean {near[0]}?" if near else ""
                self.fail(key, "there is no such field.", hint or self._allowed_keys())

    def _allowed_keys(self) -> str:
        return f"Known here: {', '.join(self._known)}."

    def text(self, key: str, *, need: bool = False, longest: int = 1000, default: str = "") -> str:
        """Return text without control characters, stripped."""
        value = self.take(key)
        if value is None or value == "":
            if need:
                self.fail(key, "this field is needed.", f'Write {key} = "…".')
            return default
        return self._checked_text(key, value, longest)

    def _checked_text(self, key: str, value: object, longest: int) -> str:
        if not isinstance(value, str):
            self.fail(key, f"must be text in quotes, not {_kind(value)}.", f'Write {key} = "…".')
        if len(value) > longest:
            self.fail(key, f"has {len(value):,} characters; {longest:,} are allowed.")
        bad = next((c for c in value if _hostile(c)), None)
        if bad is not None:
            self.fail(key, f"holds the invisible character U+{ord(bad):04X}.", "Remove it.")
        return value.strip()

    def texts(
        self, key: str, *, most: int, longest: int = 200, need: bool = False
    ) -> tuple[str, ...]:
        """Return a list of different texts, in order, empty ones left out."""
        value = self.take(key)
        if value is None:
            value = []
        if isinstance(value, str) or not isinstance(value, list):
            hint = f'Write {key} = ["…", "…"].'
            self.fail(key, f"must be a list of texts, not {_kind(value)}.", hint)
        if len(value) > most:
            self.fail(key, f"has {len(value):,} entries; {most} are allowed.")
        items = (self._checked_text(key, item, longest) for item in value)
        found = tuple(dict.fromkeys(item for item in items if item))
        if need and not found:
            self.fail(key, "at least one is needed.", f'Write {key} = ["…"].')
        return found

    def number(
        self, key: str, default: float, low: float, high: float, *, whole: bool = False
    ) -> float:
        """Return a number within bounds (both allowed)."""
        value: Any = self.take(key)
        if value is None:
            return default
        word = "a whole number" if whole else "a number"
        wrong = isinstance(value, bool) or not isinstance(value, int | float)
        if wrong or (whole and not isinstance(value, int)):
            self.fail(key, f"must be {word}, not {_kind(value)}.", f"Allowed: {low:g} to {high:g}.")
        if not low <= value <= high:  # false for nan too
            self.fail(key, f"{str(value)[:30]} is not allowed.", f"Allowed: {low:g} to {high:g}.")
        number: int | float = value
        return number

    def flag(self, key: str, *, default: bool) -> bool:
        """Return true or false."""
        value = self.take(key)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.fail(key, f"must be true or false, not {_kind(value)}.")
        return value

    def choices(self, key: str, values: Iterable[str], allowed: Iterable[str]) -> None:
        """Refuse values that are not allowed."""
        known = tuple(allowed)
        for value in values:
            if value not in known:
                near = difflib.get_close_matches(value, known, 1)
                guess = f"Did you mean {near[0]}? " if near else ""
                self.fail(
                    key, f"{value!r:.80} is not known.", f"{guess}Allowed: {', '.join(known)}."
                )

    def table(self, key: str) -> Fields:
        """Return a sub-table, empty when it is missing."""
        value = self.take(key)
        if value is None:
            value = {}
        if not isinstance(value, dict):
            self.fail(key, f"must be a table, not {_kind(value)}.", f"Write [{self.path(key)}].")
        return Fields(value, self.lines, self.path(key))

    def checked(self, key: str, value: str, ok: Callable[[str], object], hint: str) -> str:
        """Return ``value`` when it is empty or ``ok``; else fail with the hint."""
        if value and not ok(value):
            self.fail(key, f"{value!r:.80} is not allowed.", hint)
        return value


def _hostile(character: str) -> bool:
    """Tell whether a character hides or reorders what a person reads (line breaks do not)."""
    if character in "\n\t":
        return False
    category = unicodedata.category(character)
    return category == "Cc" or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {str(value)[:30]}"
    names: dict[type, str] = {str: "text", list: "a list", dict: "a table"}
    return names.get(type(value), f"a {type(value).__name__}")
