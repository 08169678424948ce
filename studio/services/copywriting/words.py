"""Words as copy rules see them: display width, inflected forms, likeness. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Endings that make another form of the same word, not another word (English, German, French,
#: Spanish; adverbs and comparatives included). Tried from the longest.
ENDINGS = tuple(
    sorted(
        {
            "", "s", "es", "ed", "d", "ing", "er", "ers", "est", "ly", "ness", "nesses", "en", "e",
            "em", "n", "in", "innen", "ere", "eren", "erem", "erer", "eres", "ste", "sten",
            "ment", "ments", "ee", "a", "as", "o", "os", "amente", "mente", "r", "st", "iert",
        },
        key=len,
        reverse=True,
    )
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFE0E, 0xFE0F))


def display_width(text: str, rule: str) -> int:
    """Return the width that a platform counts.

    Args:
        text: Normalised to NFC first, as platforms store it.
        rule: ``plain`` counts characters; ``cjk2`` counts a full-width one (CJK, emoji) as two.
    """
    text = unicodedata.normalize("NFC", text)
    if rule == "plain":
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in ("W", "F") else 1 for c in text)


def is_cjk(text: str) -> bool:
    """Tell whether a text holds characters of scripts that are written without spaces."""
    return any("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in text)


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return a text for comparing: case, accents, width and invisible characters do not count."""
    plain = unicodedata.normalize("NFKD", text.translate(_INVISIBLE).casefold())
    return "".join(c for c in plain if unicodedata.category(c) != "Mn")


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, folded; an apostrophe-s is taken off."""
    return tuple(_WORD.findall(re.sub(r"['’]s\b", "", folded(text))))


@lru_cache(maxsize=1024)
def _forms(word: str) -> frozenset[str]:
    """Return the stems to which an ending may be added: cheap, luxur-y/-i, guarante-e, big-g."""
    forms = {word}
    if len(word) > 3 and word.endswith("e"):
        forms.add(word[:-1])
    if len(word) > 3 and word.endswith("y"):
        forms.add(word[:-1] + "i")
    if len(word) > 2 and word[-1] not in "aeiouy" and word[-2] in "aeiouy":
        forms.add(word + word[-1])
    return frozenset(forms)


def same_word(found: str, wanted: str) -> bool:
    """Tell whether ``found`` is a form of ``wanted`` (both folded): cheaper is one of cheap."""
    if found == wanted:
        return True
    if len(wanted) < 3:  # with so short a stem, endings would hit other words
        return False
    return any(
        found.startswith(stem) and found[len(stem) :] in ENDINGS
        for stem in _forms(wanted)
        if len(found) - len(stem) <= 7
    )


def contains(text: str, wanted: str) -> bool:
    """Tell whether a text contains a word or phrase in any of its forms.

    Chinese, Japanese and Korean are looked for as they stand, whatever stands around them.
    """
    if is_cjk(wanted):
        return "".join(folded(wanted).split()) in "".join(folded(text).split())
    needle, words = words_of(wanted), words_of(text)
    if not needle:  # only signs, such as "%": literally
        return bool(wanted.strip()) and folded(wanted.strip()) in folded(text)
    if any(_runs_with(words[at:], needle) for at in range(len(words))):
        return True
    # To a reader "c h e a p" is the same word: look once more at letters that stand alone.
    return len(needle) == 1 and any(same_word(run, needle[0]) for run in _spelled_out(words))


def _runs_with(words: tuple[str, ...], needle: tuple[str, ...]) -> bool:
    return len(words) >= len(needle) and all(
        same_word(word, wanted) for word, wanted in zip(words, needle, strict=False)
    )


def _spelled_out(words: tuple[str, ...]) -> list[str]:
    """Return the words that are spelled out letter by letter."""
    letters = "".join(word if len(word) == 1 else " " for word in words)
    return [run for run in letters.split() if len(run) > 2]


def likeness(one: str, other: str) -> float:
    """Return how alike two texts read, 0.0 to 1.0: the share of letter groups that they share."""
    first, second = _grams(one), _grams(other)
    if not first or not second:
        return float(folded(one) == folded(other))
    shared = len(first & second)
    return 2 * shared / (len(first) + len(second))


@lru_cache(maxsize=4096)
def _grams(text: str) -> frozenset[str]:
    joined = "".join(words_of(text)) if is_cjk(text) else " ".join(words_of(text))
    length = 2 if is_cjk(text) else 3
    return frozenset(joined[at : at + length] for at in range(max(0, len(joined) - length + 1)))
