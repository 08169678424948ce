"""What the starter checkpoint declares: its words, its sizes, its steps. Without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from generators.image_diffusion.starter import related
from generators.image_diffusion.starter import vocabulary as words
from generators.image_diffusion.starter.subjects import SUBJECTS
from generators.image_diffusion.starter.wishes import BUCKETS, FILLERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generators.image_diffusion.starter.vocabulary import Word


def wishes_for(scale: int) -> dict[str, Any]:
    """Return what the generator takes where the person leaves it open.

    ``scale`` is how many times the pixels of ``wishes.BUCKETS`` the U-Net is for, each way.
    """
    return {
        "num_inference_steps": 12,
        "guidance_scale": 4.0,
        "sizes": [[width * scale, height * scale] for (width, height), _ in BUCKETS],
    }


def vocabulary_json() -> dict[str, Any]:
    """Return the declared vocabulary as plain data, as the checkpoint carries it."""
    colours = [
        {**_plain(word, related.COLOURS), "rgb": list(words.COLOURS[word.id])}
        for word in words.COLOUR_WORDS
    ]
    return {
        "version": 1,
        "languages": ["en", "zh"],
        "subjects": [_plain(word, related.SUBJECTS) for word in SUBJECTS.values()],
        "colours": colours,
        "materials": _list(words.MATERIALS),
        "backgrounds": _list(words.BACKGROUNDS),
        "lights": _list(words.LIGHTS),
        "views": _list(words.VIEWS),
        "places": _list(words.PLACES),
        "counts": _list(words.COUNTS),
        "ignored": {
            "en": [*related.IGNORED_ENGLISH, *FILLERS],
            "zh": list(related.IGNORED_CHINESE),
        },
        "neutral": list(related.NEUTRAL),
    }


def _plain(word: Word, near: Mapping[str, tuple[str, str]] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": word.id, "en": list(word.english), "zh": list(word.chinese)}
    if near and word.id in near:
        english, chinese = near[word.id]
        found["related"] = {"en": english.split("|"), "zh": chinese.split("|")}
    return found


def _list(entries: Iterable[Word]) -> list[dict[str, Any]]:
    return [_plain(entry) for entry in entries]
