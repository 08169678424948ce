"""Reads ``vocabulary.json`` of a checkpoint folder: data of others, so everything is checked.

The file (every list but ``subjects`` may be left out)::

    {"version": 1, "languages": ["en", "zh"],
     "subjects": [{"id": "car", "en": ["car"], "zh": ["汽车"],
                   "related": {"en": ["bicycle"], "zh": ["自行车"]}}],
     "colours": [{"id": "red", "en": ["red"], "zh": ["红色"], "rgb": [205, 38, 42]}],
     "materials": [], "backgrounds": [{"id": "podium", "en": ["on a {} podium"], "zh": []}],
     "lights": [], "views": [], "places": [], "counts": [],
     "ignored": {"en": ["beautiful"]}, "neutral": ["box"]}
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import CheckpointError
from studio.core.vocabulary import KINDS, LANGUAGES, SLOT, Entry, Vocabulary

if TYPE_CHECKING:
    from generators.api import JsonValue

FILE = "vocabulary.json"
MAX_BYTES = 1_000_000
MAX_ENTRIES = 2000  # in one list
MAX_WORDS = 200  # of one entry in one language
MAX_LENGTH = 80  # characters of a word
LISTS = {kind: f"{kind}s" for kind in KINDS}


class _Wrong(ValueError):
    """The file is not as it should be; the message says where."""


def vocabulary_of(checkpoint_path: str | Path) -> Vocabulary | None:
    """Return the words of a checkpoint, or None where it declares none.

    Raises:
        CheckpointError: The file is damaged or not a vocabulary.
    """
    path = Path(checkpoint_path) / FILE
    try:
        stat = path.stat()
        if not path.is_file():
            return None
        return _read(path, stat.st_mtime_ns, stat.st_size)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        why = f": {error}" if isinstance(error, _Wrong) else ""
        raise CheckpointError(
            f"The list of words of {path.parent.name} cannot be used{why}.",
            f"The checkpoint works without {FILE}; only suggestions are missing.",
        ) from error


def vocabulary_or_none(checkpoint_path: str | Path) -> Vocabulary | None:
    """Return the words of a checkpoint; None also where the file is damaged.

    For places that only help with writing: a checkpoint is no worse for a list that cannot be read.
    """
    try:
        return vocabulary_of(checkpoint_path)
    except CheckpointError:
        return None


@lru_cache(maxsize=16)
def _read(path: Path, _changed: int, size: int) -> Vocabulary:
    if size > MAX_BYTES:
        raise _Wrong(f"it is larger than {MAX_BYTES:,} bytes")
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    return parse_vocabulary(json.loads(content[:MAX_BYTES].decode("utf-8")))


def parse_vocabulary(data: JsonValue) -> Vocabulary:
    """Return a vocabulary from plain data.

    Raises:
        ValueError: Says what is wrong.
    """
    if not isinstance(data, dict):
        raise _Wrong("it is no JSON object")
    if data.get("version") != 1:
        raise _Wrong("its version is not 1")
    entries = {kind: _entries(data.get(name), kind) for kind, name in LISTS.items()}
    if not entries["subject"]:
        raise _Wrong("it has no subjects")
    neutral = _words(data.get("neutral"), "neutral")
    return Vocabulary(entries, _by_language(data.get("ignored"), "ignored"), neutral)


def _entries(value: JsonValue, kind: str) -> tuple[Entry, ...]:
    name = LISTS[kind]
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_ENTRIES:
        raise _Wrong(f"{name} is no list of at most {MAX_ENTRIES}")
    found: dict[str, Entry] = {}
    for at, item in enumerate(value):
        made = _entry(item, kind, f"{name}[{at}]")
        if made.id in found:
            raise _Wrong(f"{name} has {made.id!r} twice")
        found[made.id] = made
    return tuple(found.values())


def _entry(value: JsonValue, kind: str, where: str) -> Entry:
    if not isinstance(value, dict):
        raise _Wrong(f"{where} is no object")
    entry_id = _word(value.get("id"), f"{where}.id")
    words = _by_language({key: value.get(key) for key in LANGUAGES}, where)
    if not words:
        raise _Wrong(f"{where} has no words")
    if kind != "background" and any(SLOT in word for texts in words.values() for word in texts):
        raise _Wrong(f"{where} has a place for a colour, which only backgrounds have")
    return Entry(entry_id, kind, words, _by_language(value.get("related"), where), _rgb(value))


def _rgb(value: dict[str, JsonValue]) -> tuple[int, int, int] | None:
    given = value.get("rgb")
    if given is None:
        return None
    whole = isinstance(given, list) and len(given) == 3
    if not whole or not all(type(part) is int and 0 <= part <= 255 for part in given):
        raise _Wrong("rgb is not three numbers from 0 to 255")
    return given[0], given[1], given[2]


def _by_language(value: JsonValue, where: str) -> dict[str, tuple[str, ...]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _Wrong(f"{where} is no object")
    found = {key: _words(value.get(key), f"{where}.{key}") for key in LANGUAGES}
    return {key: words for key, words in found.items() if words}


def _words(value: JsonValue, where: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_WORDS:
        raise _Wrong(f"{where} is no list of at most {MAX_WORDS}")
    return tuple(_word(item, where) for item in value)


def _word(value: JsonValue, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_LENGTH:
        raise _Wrong(f"{where} is no text of 1 to {MAX_LENGTH} characters")
    if not value.isprintable() or value.count(SLOT) > 1:
        raise _Wrong(f"{where} has characters that no word has")
    return value.strip()
