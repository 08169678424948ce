"""What one text must be to be chosen. Nothing is repaired: it passes or it is dropped."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING

from studio.services.copywriting.words import contains, display_width, folded, likeness, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.core.brand import Brand
    from studio.core.campaign import TextSpec

#: Share of common letter groups that "Warm all day" and "Warm all day long" just reach.
NEAR_DUPLICATE = 0.8
#: Scripts in which a language is written; a text with none of their letters is not in it.
SCRIPTS = {
    "zh": ("CJK",), "ja": ("CJK", "HIRAGANA", "KATAKANA"), "ko": ("HANGUL",),
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk", "ky", "tg", "mn"), ("CYRILLIC",)),
    **dict.fromkeys(("sr", "kk", "uz", "az"), ("CYRILLIC", "LATIN")),
    "el": ("GREEK",), "he": ("HEBREW",), "yi": ("HEBREW",), "ka": ("GEORGIAN",),
    "hy": ("ARMENIAN",), "th": ("THAI",), "lo": ("LAO",), "km": ("KHMER",), "my": ("MYANMAR",),
    **dict.fromkeys(("ar", "fa", "ur", "ps", "sd", "ug", "ckb"), ("ARABIC",)),
    **dict.fromkeys(("hi", "mr", "ne"), ("DEVANAGARI",)), "pa": ("GURMUKHI", "ARABIC"),
    "bn": ("BENGALI",), "as": ("BENGALI",), "gu": ("GUJARATI",), "or": ("ORIYA",),
    "ta": ("TAMIL",), "te": ("TELUGU",), "kn": ("KANNADA",), "ml": ("MALAYALAM",),
    "si": ("SINHALA",), "am": ("ETHIOPIC",), "ti": ("ETHIOPIC",),
}  # fmt: skip
#: Codes of ISO 15924 that a language's code may name (``sr-Latn``), where they are told apart.
_SCRIPT_CODES = {"latn": ("LATIN",), "cyrl": ("CYRILLIC",), "arab": ("ARABIC",), "deva":
                 ("DEVANAGARI",), "hans": ("CJK",), "hant": ("CJK",)}  # fmt: skip
_LATIN = frozenset(
    ("en", "de", "fr", "es", "it", "pt", "nl", "pl", "cs", "sk", "sl", "hr", "bs", "hu", "ro", "sq",
     "sv", "da", "no", "nb", "nn", "fi", "et", "lv", "lt", "is", "fo", "mt", "lb", "ga", "cy", "eu",
     "ca", "gl", "af", "tr", "id", "ms", "vi", "tl", "fil", "sw", "so", "ha", "yo", "ig", "zu",
     "xh", "la")
)  # fmt: skip
_PLACEHOLDER = re.compile(
    r"[\[{<][^\]}>]{0,40}[\]}>]|lorem ipsum|\binsert\b.{0,20}\bhere\b|\bxxx+|_{3,}", re.I
)
_LABEL = re.compile(
    r"^\W*(headline|description|title|body|summary|primary text|call to action|cta|ad copy|text"
    r"|intro(ductory text)?|hook|tagline|slogan|option|variant)s?\s*(#?\d+)?\s*[:=\-–]",
    re.I,
)
_NUMBER_WORDS = frozenset(
    {
        "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
        "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundred", "thousand",
        "million", "billion", "half", "double", "triple", "dozen",
    }
)  # fmt: skip
_UNFINISHED = frozenset(
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
        "but",
        "with",
        "your",
        "our",
        "their",
        "its",
        "my",
        "his",
        "her",
        "this",
        "that",
        "these",
        "those",
        "is",
        "are",
        "was",
        "be",
        "as",
        "from",
        "into",
        "than",
        "if",
        "when",
        "der",
        "die",
        "das",
        "und",
        "oder",
        "mit",
        "für",
        "ein",
        "eine",
        "le",
        "la",
        "les",
        "et",
        "ou",
        "un",
        "une",
        "de",
        "du",
        "des",
        "el",
        "los",
        "las",
        "y",
        "o",
        "con",
    ]
)


def broken_limits(text: str, spec: TextSpec, brand: Brand) -> list[str]:
    """Return which limits of brand and placement a text breaks: they hold for people's too."""
    if not text.strip():
        return ["It is empty."]
    found = [*_size(text, spec), *_words(text, brand)]
    if any(unicodedata.category(c) in ("Cc", "Co", "Cs", "Cn") for c in text):
        found.append("It holds characters that cannot be shown.")
    if spec.pattern and not re.fullmatch(spec.pattern, text):
        found.append("It has characters that this placement does not take.")
    return found


def flaws(text: str, spec: TextSpec, brand: Brand, language: str) -> list[str]:
    """Return why a text that a model wrote may not be used; empty when it may."""
    found = broken_limits(text, spec, brand)
    if not text.strip():
        return found
    found += _form(text)
    if not in_language(text, language):
        found.append(f"It is not written in the letters of {language}.")
    return found


def _size(text: str, spec: TextSpec) -> list[str]:
    width = display_width(text, spec.width)
    if width > spec.max_width:
        return [f"It is {width} wide; {spec.max_width} are allowed."]
    if width < spec.min_width:
        return [f"It is {width} wide; at least {spec.min_width} are needed."]
    return []


def _words(text: str, brand: Brand) -> list[str]:
    return [f"It says “{word}”, which is banned." for word in brand.banned if contains(text, word)]


def _form(text: str) -> list[str]:
    found = []
    if _PLACEHOLDER.search(text):
        found.append("It holds a placeholder.")
    if _LABEL.match(text):
        found.append("It repeats the name of the field.")
    if "\ufffd" in text:
        found.append("It holds a broken character.")
    if _babbles(text):
        found.append("It repeats itself.")
    if _unfinished(text):
        found.append("It stops in the middle.")
    return found


def _babbles(text: str) -> bool:
    """Tell whether words or letters are repeated as a stuck model repeats them."""
    words = words_of(text)
    doubled = any(a == b and len(a) > 2 for a, b in itertools.pairwise(words))
    stuck = len(words) >= 6 and len(set(words)) <= len(words) * 0.5
    return doubled or stuck or re.search(r"(.)\1{4,}", text) is not None


def _unfinished(text: str) -> bool:
    body, last = text.rstrip()[:-1], text.rstrip()[-1]
    if last in ",;:(/&+-–—=\\|<„":
        return True
    if (last == "“" and "„" not in body) or (last == "«" and "»" not in body):
        return True  # else they close what began in the German or Danish manner
    quotes = sum(text.count(mark) for mark in "“”„")
    if quotes % 2 or text.count('"') % 2 or text.count("(") != text.count(")"):
        return True
    words = words_of(text)
    ends_bare = last.isalpha()
    return ends_bare and len(words) > 1 and words[-1] in _UNFINISHED


def in_language(text: str, language: str) -> bool:
    """Tell whether a text is in a script of the language (Latin ones are not told apart).

    Of a language that is not known here any script will do.
    """
    letters = [c for c in text if c.isalpha()]
    code, *parts = language.lower().split("-")
    named = next((_SCRIPT_CODES[part] for part in parts if part in _SCRIPT_CODES), None)
    names = named or SCRIPTS.get(code) or (("LATIN",) if code in _LATIN else ())
    if not letters or not names:
        return True
    fitting = sum(unicodedata.name(c, "").startswith(names) for c in letters)
    return fitting >= len(letters) * (0.35 if names != ("LATIN",) else 0.9)


def unfounded_numbers(text: str, known: str) -> list[str]:
    """Return the numbers of a text that the brief does not say: made-up facts, "15 years" or "50%".

    Args:
        text: The candidate; number words are looked for in English.
        known: All that the brief says.
    """
    said = set(_numbers(known))
    return [number for number in _numbers(text) if number not in said]


def _numbers(text: str) -> list[str]:
    plain = folded(text)  # NFKC-like folding turns ½ into 1⁄2
    found = re.findall(r"\d+(?:[.,]\d+)*", plain)
    return [*found, *(word for word in words_of(text) if word in _NUMBER_WORDS)]


def near_duplicate(text: str, others: Iterable[str]) -> str:
    """Return the first of ``others`` that reads almost the same, or an empty string."""
    for other in others:
        if folded(text) == folded(other) or likeness(text, other) >= NEAR_DUPLICATE:
            return other
    return ""
