"""Rules for one line of copy: how wide it is, and why it can't be used. Pure functions.

Width counts what a reader sees as one character (a letter with its accents, an emoji with its
modifiers) as one. Under the rule ``cjk2``, used by Chinese and Japanese ad platforms, a wide one
(East Asian Width W or F: CJK, kana, Hangul, full-width signs, and every emoji) counts two.
"""

from __future__ import annotations

import difflib
import itertools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.text_gpt.copy_sense import sense_faults
from generators.text_gpt.structure import ENDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = ("plain", "cjk2")
NEAR = 0.82  # share of matching characters from which two lines are near-duplicates
_JOINERS = {"\u200d", "\ufe0e", "\ufe0f"}  # zero-width joiner, text and emoji presentation
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_MARKUP = re.compile(r"[\[\]{}<>]|\b(?:brand|product|audience|message|tone|goal)\s*[:：]", re.I)
# Lines that say how to speak, to whom, and what the button says: not what is advertised.
_ASIDE = re.compile(
    r"^\W*(?:audience|tone|voice|call to action|language|goal)\s*[:：].*$", re.I | re.M
)
_LABEL = re.compile(r"^\W*[^\W\d][\w ]{1,20}[:：]", re.M)
_OPENING = re.compile(r"[^\W\d_]+(?=,)")  # "Lavonne, a light bicycle": someone is addressed
_CLOSERS = "\"'”’）)】」』"
_QUOTES = {"“": "”", "‘": "’", '"': '"', "'": "'", "「": "」", "«": "»"}


@cache
def copy_data() -> dict[str, Any]:
    """Return ``configs/copy_kinds.toml``."""
    path = Path(__file__).with_name("configs") / "copy_kinds.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _words_of(name: str) -> frozenset[str]:
    return frozenset(copy_data()["words"][name])


def width(text: str, rule: str = "plain") -> int:
    """Return the display width of a text under a rule of ``RULES``."""
    total, joined, flag = 0, False, False
    for char in text:
        if char in _JOINERS:
            joined = char == "\u200d" or joined
            continue
        if unicodedata.category(char) in ("Mn", "Me", "Cf") or "\U0001f3fb" <= char <= "\U0001f3ff":
            continue  # accents, invisible marks of direction, skin tones
        if joined:  # the next part of one emoji
            joined = False
            continue
        if "\U0001f1e6" <= char <= "\U0001f1ff":  # two regional letters are one flag
            flag = not flag
            if not flag:
                continue
        else:
            flag = False
        wide = unicodedata.east_asian_width(char) in "WF" or "\U0001f1e6" <= char <= "\U0001f1ff"
        total += 2 if wide and rule == "cjk2" else 1
    return total


def fits(text: str, longest: int, shortest: int = 0, rule: str = "plain") -> bool:
    """Tell whether a text keeps a limit; 0 means no limit."""
    size = width(text, rule)
    return size >= shortest and (not longest or size <= longest)


def clean(text: str, *, full_stop: bool = True) -> str:
    """Return one line without the marks that models put round it; words are never changed."""
    line = " ".join(text.split()).strip("*_`# ").strip()
    closing = _QUOTES.get(line[:1])
    if closing and len(line) > 2 and line.endswith(closing) and closing not in line[1:-1]:
        line = line[1:-1].strip()
    if not full_stop and line[-1:] in (".", "。") and not line.endswith(".."):
        line = line[:-1].rstrip()
    return line


def truncated(text: str, longest: int = 0) -> bool:
    """Tell whether a text breaks off: at ``longest`` characters unended, or on a small word."""
    bare = text.rstrip(_CLOSERS + " ")
    if not bare or bare[-1] in ",;:-–—，、：；&/(（":
        return True
    if longest and len(text) >= longest and bare[-1] not in ENDINGS:
        return True
    words = _WORD.findall(bare.rstrip(ENDINGS))
    return bool(words) and words[-1].lower() in _words_of("dangling")


def near_duplicate(one: str, other: str) -> bool:
    """Tell whether two lines say the same in nearly the same words."""
    first, second = _plain(one), _plain(other)
    if first == second:
        return True
    if not first or not second:
        return False
    matcher = difflib.SequenceMatcher(None, first, second, autojunk=False)
    if matcher.real_quick_ratio() < NEAR or matcher.ratio() < NEAR:
        mine, theirs = set(first.split()), set(second.split())
        return len(mine) > 2 and mine == theirs
    return True


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[\W_]+", " ", text.lower()).split())


def _stem(word: str) -> str:
    return word.lower()[:5]


def has_cjk(text: str) -> bool:
    """Tell whether a text has Chinese, Japanese or Korean characters."""
    return bool(re.search(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]", text))


@dataclass(frozen=True)
class BriefFacts:
    """What a brief says, as far as the rules need it.

    Attributes:
        text: The brief in lower case, without the labels of its lines (``Message: …``).
        stems: Beginnings of its content words (for CJK: pairs of characters).
        names: Words that it writes with a capital letter.
        numbers: Its numbers.
        brands: Its brands, as its lines ``Brand: …`` write them.
        hashtags: It asks for hashtags.
        known: Beginnings of all its words, the asides about tone and audience included.
        product_words: The words that name what is sold.
    """

    text: str
    stems: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    brands: tuple[str, ...]
    hashtags: bool
    known: frozenset[str] = frozenset()
    product_words: frozenset[str] = frozenset()

    @property
    def product(self) -> frozenset[str]:
        """Return the beginnings of the words that name what is sold."""
        return frozenset(_stem(word) for word in self.product_words)


def read_brief(prompt: str) -> BriefFacts:
    """Return what a brief says."""
    words = [word for word in _WORD.findall(_LABEL.sub("", prompt)) if len(word) > 2]
    topic = _WORD.findall(_LABEL.sub("", _ASIDE.sub("", prompt)))
    stop = _words_of("stop")
    stems = {
        _stem(word)
        for word in topic
        if len(word) > 2 and word.lower() not in stop and not has_cjk(word)
    }
    brand_lines = re.findall(
        r"^\W*(?:brand|marke|marque|marca|品牌)(?: name)?\s*[:：]\s*(.+)$", prompt, re.I | re.M
    )
    return BriefFacts(
        text=_LABEL.sub("", prompt).lower(),
        stems=frozenset(stems | set(_pairs(prompt))),
        names=frozenset(word.lower() for word in words if word[0].isupper()),
        numbers=frozenset(_NUMBER.findall(prompt)),
        brands=tuple(line.strip().rstrip(".")[:60] for line in brand_lines[:3] if line.strip(" .")),
        hashtags="#" in prompt or "hashtag" in prompt.lower(),
        known=frozenset(_stem(word) for word in words),
        product_words=_product_words(prompt),
    )


def _product_words(prompt: str) -> frozenset[str]:
    line = re.search(r"^\W*(?:product|produkt|产品)\s*[:：]\s*(.+)$", prompt, re.I | re.M)
    if not line:
        return frozenset()
    named = re.split(r"\b(?:that|which|who|for|to|with|before|after)\b", line[1])[0]
    stop = _words_of("stop")
    return frozenset(
        word.lower() for word in _WORD.findall(named) if len(word) > 2 and word.lower() not in stop
    )


def _pairs(text: str) -> list[str]:
    runs = re.findall(r"[\u3400-\u9fff]+", text)
    return [run[i : i + 2] for run in runs for i in range(len(run) - 1)]


def relevance(text: str, brief: BriefFacts) -> int:
    """Return how many of the brief's content words a line takes up; its brand counts three."""
    stems = {_stem(word) for word in _WORD.findall(text)} | set(_pairs(text))
    return len(stems & brief.stems) + 3 * names_brand(text, brief)


def names_brand(text: str, brief: BriefFacts) -> bool:
    """Tell whether a line names the brand."""
    return any(brand.lower() in text.lower() for brand in brief.brands)


def fault(text: str, brief: BriefFacts, *, english: bool = True) -> str:
    """Return why a line can't be copy for this brief, as one word; empty when it can.

    ``placeholder``, ``hashtag``, ``number`` or ``claim`` that the brief doesn't make, ``repeats``
    itself, ``name`` that the brief doesn't know (English only), ``off_brief``: it takes up nothing;
    in English also those of ``copy_sense``.
    """
    return next((word for word, holds in _faults(text, brief, english=english) if holds), "")


def _faults(text: str, brief: BriefFacts, *, english: bool) -> Iterator[tuple[str, bool]]:
    lower = text.lower()
    marks = bool(_MARKUP.search(text))
    yield "placeholder", marks or _has_word(lower, _words_of("placeholders"), brief.text)
    yield "hashtag", "#" in text and not brief.hashtags
    unknown = bool(set(_NUMBER.findall(text)) - brief.numbers)
    unknown = unknown or _has_word(lower, _words_of("numbers"), brief.text)
    yield "number", unknown or ("%" in text and "%" not in brief.text)
    yield "claim", _has_word(lower, _words_of("claims"), brief.text)
    yield "repeats", repeats_itself(text)
    yield "name", _has_word(lower, _example_brands(), brief.text)
    yield "name", english and _strange_name(text, brief)
    yield "off_brief", len(brief.stems) >= 3 and not relevance(text, brief)
    if english:
        yield from sense_faults(text, brief)


@cache
def _example_brands() -> frozenset[str]:
    groups = copy_data()["example"].values()
    first_lines = (item["brief"].splitlines()[0] for group in groups for item in group)
    return frozenset(re.split(r"[:：]", line)[1].strip().lower() for line in first_lines)


def _has_word(lower: str, words: frozenset[str], allowed: str) -> bool:
    found = (word for word in words if word in lower and word not in allowed)
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", lower) for word in found)


def repeats_itself(text: str) -> bool:
    """Tell whether a word comes twice in a row, two long or three any words in a row come twice."""
    words = [word.lower() for word in _WORD.findall(text)]
    pairs = [pair for pair in itertools.pairwise(words) if min(map(len, pair)) > 3]
    triples = list(zip(words, words[1:], words[2:], strict=False))
    if any(one == other for one, other in itertools.pairwise(words)):
        return True
    if (len(pairs) != len(set(pairs)) and len(words) < 30) or len(triples) != len(set(triples)):
        return True
    return any(words.count(word) > 2 + len(words) // 20 for word in words if len(word) > 3)


def _strange_owner(words: list[str], brief: BriefFacts) -> bool:
    """Tell whether a line begins with "Marlowe's": somebody that the brief doesn't know."""
    if not words or not words[0].lower().endswith(("'s", "’s")):
        return False
    owner = words[0][:-2].lower()
    known = owner in brief.text or owner in _words_of("possessives")
    return not known and owner not in _words_of("openers")


def _strange_name(text: str, brief: BriefFacts) -> bool:
    words = _WORD.findall(text)
    known = set(brief.text.replace("-", " ").split()) | brief.names
    parts = [part for brand in brief.brands for part in brand.lower().split() if len(part) > 3]
    opening = _OPENING.match(text)
    if opening and len(opening[0]) > 3 and _stem(opening[0]) not in brief.stems:
        known_brand = any(opening[0].lower() in brand.lower() for brand in brief.brands)
        if not known_brand and opening[0].lower() not in _words_of("openers"):
            return True
    if _strange_owner(words[:1], brief):
        return True
    first = True
    for match in _WORD.finditer(text):
        word = match[0].removesuffix("'s").removesuffix("’s")
        lower = word.lower()
        sentence = first or text[: match.start()].rstrip()[-1:] in ENDINGS
        first = False
        if lower in known or lower.rstrip("s") in known:
            continue
        if len(words) > 1 and not sentence and word[0].isupper() and word != "I":
            return True
        if any(difflib.SequenceMatcher(None, lower, part).ratio() > 0.7 for part in parts):
            return True  # the brand, misspelt
    return False
