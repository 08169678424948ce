"""Ranks copy that passed the rules: one pure score per text, the same for the same input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.services.copywriting.words import display_width, is_cjk, words_of

if TYPE_CHECKING:
    from studio.core.campaign import Brief, TextSpec

_STOP = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "for",
        "by",
        "and",
        "or",
        "with",
        "your",
        "our",
        "you",
        "we",
        "it",
        "its",
        "is",
        "are",
        "be",
        "as",
        "that",
        "this",
        "from",
        "who",
        "whom",
        "their",
        "they",
        "them",
        "will",
        "can",
        "what",
        "how",
        "more",
        "most",
        "all",
        "any",
        "every",
        "out",
        "up",
        "so",
        "not",
        "no",
        "than",
        "then",
        "there",
        "has",
        "have",
    ]
)
_CLICHES = (
    "game changer", "take it to the next level", "unlock", "elevate", "revolution", "one stop",
    "world class", "cutting edge", "state of the art", "look no further", "best in class",
)  # fmt: skip
_ACTS = frozenset(
    [
        "try",
        "get",
        "find",
        "see",
        "discover",
        "meet",
        "make",
        "take",
        "start",
        "shop",
        "join",
        "feel",
        "keep",
        "enjoy",
        "save",
        "choose",
        "give",
        "bring",
        "explore",
        "learn",
        "build",
        "carry",
        "pack",
        "fill",
        "love",
    ]
)


def score(text: str, spec: TextSpec, brief: Brief) -> float:
    """Return how good a text is for a field, 0.0 to 1.0.

    Made of: a comfortable length (0.30), saying something of the brief (0.35), speaking to the
    reader (0.15), clean form (0.20).
    """
    return round(
        0.30 * _length(text, spec)
        + 0.35 * _relevance(text, brief)
        + 0.15 * _voice(text)
        + 0.20 * _form(text),
        4,
    )


def _length(text: str, spec: TextSpec) -> float:
    """Best between 45 and 92 percent of the limit: long enough to say something, not crammed."""
    share = display_width(text, spec.width) / min(spec.max_width, 200)
    if share < 0.45:
        return max(0.0, share / 0.45)
    return 1.0 if share <= 0.92 else 0.85


def _relevance(text: str, brief: Brief) -> float:
    """How much of the brief a text takes up, brand and message counting most, less what is foreign.

    A text that says three things of the brief and three of its own is worth less than one that says
    only the three.
    """
    wanted = {
        word: weight
        for weight, source in (
            (0.6, brief.audience),
            (0.9, " ".join(brief.must_haves)),
            (0.8, brief.product),
            (1.0, f"{brief.message} {brief.brand.name}"),
        )
        for word in _content(source)
    }
    said = _content(text)
    if not said:
        return 0.0
    if all(any(_alike(word, name) for name in _content(brief.brand.name)) for word in said):
        return 0.2  # the brand's name alone says nothing
    hits = [max((wanted[w] for w in wanted if _alike(w, word)), default=0.0) for word in said]
    known = sum(hit > 0 for hit in hits) / len(said)
    return min(1.0, sum(hits) / min(len(said), 3)) * (0.5 + 0.5 * known)


def _content(text: str) -> tuple[str, ...]:
    if is_cjk(text):
        joined = "".join(words_of(text))
        return tuple(dict.fromkeys(joined[at : at + 2] for at in range(len(joined) - 1)))
    return tuple(dict.fromkeys(word for word in words_of(text) if word not in _STOP))


def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    shared = min(len(one), len(other))
    return shared >= 5 and one[: shared - 1] == other[: shared - 1]


def _voice(text: str) -> float:
    words = words_of(text)
    if is_cjk(text):
        return 0.8 if any(c in text for c in "你您！？") else 0.5
    acts = bool(words) and words[0] in _ACTS
    return min(1.0, 0.4 + 0.4 * acts + 0.3 * any(word in ("you", "your") for word in words))


def _form(text: str) -> float:
    marks = 1.0
    letters = [c for c in text if c.isalpha()]
    if len(letters) > 6 and sum(c.isupper() for c in letters) > 0.6 * len(letters):
        marks -= 0.5
    if re.search(r"[!?]{2,}", text) or text.count("!") > 1:
        marks -= 0.4
    if letters and letters[0].islower() and not is_cjk(text):
        marks -= 0.3
    low = " ".join(words_of(text))
    marks -= 0.2 * sum(phrase in low for phrase in _CLICHES)
    words = words_of(text)
    if words and len(set(words)) < len(words) * 0.75:
        marks -= 0.3
    return max(0.0, marks)
