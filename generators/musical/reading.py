"""Reads a music prompt: what it asks for, word by word, and what it leaves open.

Nothing is guessed here: a wish that the prompt does not name stays empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from generators.musical.refusing import NO, REFUSAL, alone, refusal
from generators.musical.words import COURSES, GENRES, INSTRUMENTS, MOODS, TEMPI, Word

if TYPE_CHECKING:
    from collections.abc import Iterable

_PITCH = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_EVENTS = {
    "end": ("end", "ends", "ending", "logo", "finish", "finishes", "final hit", "close",
            "结尾", "结束", "收尾", "标志", "落版"),
    "drop": ("drop", "drops", "climax", "peak", "explode", "explodes", "chorus", "kick in",
             "kicks in", "高潮", "爆发", "副歌", "进入主歌"),
    "hit": ("hit", "hits", "accent", "accents", "stab", "stabs", "impact",
            "impacts", "cut", "cuts", "reveal", "reveals", "重音", "重拍", "强调",
            "卡点", "切换", "亮相", "转场"),
}  # fmt: skip
#: Characters of a prompt that are read: people write a few hundred, and it is read as they type.
READ = 4_000
#: Bounded, and begun at a number's first digit: a page of digits is read in one go.
_NUMBER = r"(?<![\d.:])(?:\d{1,3}:\d{1,2}(?:\.\d{1,6})?|\d{1,5}(?:\.\d{1,6})?)"
_SECONDS = r"\s*(?:s|secs?|seconds?)\b"
#: A further time of a list, "3 s, 6 s and 9 s"; "80s" is a decade, "30 seconds long" a length.
_ITEM = (
    rf"(?![6-9]0s\b){_NUMBER}(?:{_SECONDS}(?!\s*(?:long|total|in total|fade|spot|ads?|piece|track"
    r"|version|intro|outro|cut|loop|video|film|of|music|bed|jingle)\b)"
    r"|(?=\s{0,4}(?:[,;.&]|and\b|$)))"
)
_AND_EN = (
    rf"(?:(?:\s{{0,4}},\s{{0,4}}{_ITEM}){{0,12}}\s{{0,4}},?\s{{0,4}}(?:and\b|&)\s{{0,4}}{_ITEM})"
)
_COMMAS_EN = rf"(?:\s{{0,4}},\s{{0,4}}{_ITEM}){{1,12}}"
_WHEN_ZH = r"(?:在\s{0,4})?(?:第\s{0,4})?(?:\d{1,2}\s{0,4}分钟?\s{0,4})?"
_TIME_ZH = rf"{_WHEN_ZH}{_NUMBER}\s{{0,4}}(?:秒钟?|s)"
_TIMES_ZH = rf"{_TIME_ZH}(?:\s{{0,4}}[、和与及]\s{{0,4}}{_TIME_ZH}){{0,12}}"
_ONE_TIME = re.compile(rf"(?:(\d{{1,2}})\s{{0,4}}分钟?\s{{0,4}})?({_NUMBER})")
_BPM = re.compile(
    r"(?<!\d)(\d{2,3}(?:\.\d{1,6})?)\s*(?:bpm|beats per minute|拍(?:每分钟)?)"
    r"|每分钟\s*(\d{2,3})\s*拍"
    r"|(?:\bbpm|(?<![\w-])tempo(?:\s+of)?|速度)\s{0,4}[:：=为]?\s{0,4}"
    r"((?:[3-9]\d|[12]\d{2})(?:\.\d{1,6})?)(?![\d:%])"
    r"(?!\s{0,4}(?:['’]?s\b|secs?\b|seconds?\b|min(?:ute)?s?\b|秒|分|年代|s\b))",
    re.IGNORECASE,
)
_KEY_EN = re.compile(
    r"\b(?:(?:[Ii]n|[Kk]ey of|[Kk]ey:)\s+(?:the\s+key\s+of\s+)?)?([a-gA-G])\s*"
    r"(#|♯|b|♭|-?\s?(?i:sharp)|-?\s?(?i:flat))?[\s-]+((?i:major|minor|maj|min))\b"
)
_KEY_ZH = re.compile(r"(?:(升|降)\s{0,4})?([A-Ga-g])\s{0,4}(#|♯|b|♭)?\s{0,4}(大调|小调)")
_METRE = re.compile(r"(?<!\d)([346])\s*/\s*([48])(?!\d)")
_WORDS_EN, _WORDS_ZH = (
    "|".join(sorted((re.escape(word) for words in _EVENTS.values() for word in words
                     if word.isascii() is english), key=len, reverse=True))
    for english in (True, False)
)  # fmt: skip
_AT_EN = (
    r"((?:\s+(?:on|with|of|the|a|an|your|our|logo|in|big|brand|sting|title|product|card|shot))*)"
    rf"\s*(?:(?:at|@|by|comes at)\s+{_NUMBER}(?:{_SECONDS})?|on\s+{_NUMBER}{_SECONDS})"
)
#: Of several a list goes on with commas alone; after one moment a comma begins something else.
_HITS_EN = re.compile(
    rf"\b(hits|drops|accents|stabs|impacts|cuts|reveals)\b{_AT_EN}{_COMMAS_EN}(?:{_AND_EN})?",
    re.IGNORECASE,
)
_HIT_EN = re.compile(rf"\b({_WORDS_EN})\b{_AT_EN}(?:{_AND_EN})?", re.IGNORECASE)
_HIT_ZH = re.compile(
    rf"({_TIMES_ZH})\s{{0,4}}(?:处|时|左右|的时候)?\s{{0,4}}[^,，。;；\d]{{0,6}}?({_WORDS_ZH})"
    rf"|({_WORDS_ZH})\s{{0,4}}(?:点|位置)?\s{{0,4}}(?:[:：是为]\s{{0,4}}|(?=[在第]))({_TIMES_ZH})"
    rf"(?!\s{{0,4}}(?:处|时|左右|的时候)?\s{{0,4}}[^,，。;；\d]{{0,6}}?(?:{_WORDS_ZH}))"
)
_LOOP = re.compile(
    r"\b(?:seamless(?:ly)?\s+)?(?<!drum )(?<!drums )(?<!beat )(?<!guitar )(?<!vocal )"
    r"loop(?:s|ing|ed|able)?\b"
    r"|\bseamless(?:ly)?\b(?!\s+(?:transition|blend|flow|mix|drum))|(?:无缝)?循环",
    re.IGNORECASE,
)
#: What a refusal goes on over: "no drums or guitar", "without drums and piano", "不要鼓和钢琴".
GOES_ON = re.compile(
    r"\s*(?:,?\s*\b(?:or|nor)\b|\band\b|[&/、和与或及])\s*(?:any\s+|a\s+)?", re.IGNORECASE
)
_SCALE = re.compile(r"\b(?:major|minor) key\b|大调|小调", re.IGNORECASE)
_WALTZ = re.compile(r"\bwaltz(?:es)?\b|圆舞曲|华尔兹|三拍子", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A moment that a picture is cut to.

    Attributes:
        kind: ``drop`` (everything comes in), ``hit`` (an accent) or ``end`` (the last chord).
        time: Seconds.
    """

    kind: str
    time: float


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a prompt asks for; empty or None is left open.

    Attributes:
        tempo: Beats a minute.
        pace: Of ``words.TEMPI``, where no number is given.
        tonic: 0 for C to 11 for B.
        scale: ``major`` or ``minor``.
        metre: Beats in a bar, 3 or 4 (6/8 counts as 3, twice as fast).
        without: Instruments that shall not be heard.
        only: No instruments but those named.
    """

    moods: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    course: str = ""
    tempo: float | None = None
    pace: str = ""
    tonic: int | None = None
    scale: str = ""
    metre: int | None = None
    hits: tuple[Hit, ...] = ()
    loop: bool = False
    only: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a prompt that asks for something.

    Attributes:
        kind: ``mood``, ``genre``, ``instrument``, ``course``, ``pace``, ``tempo``, ``key``,
            ``metre``, ``hit`` or ``loop``.
        value: An id of ``words``; for the others their sense, such as ``92``, ``6 minor``,
            ``drop 7.5`` or ``hit 3 6 9``.
        start, end: Where it stands in the prompt.
        no: It shall not be: "no drums".
    """

    kind: str
    value: str
    start: int
    end: int
    no: bool = False


_TABLES = {"mood": MOODS, "genre": GENRES, "instrument": INSTRUMENTS, "course": COURSES,
           "pace": TEMPI}  # fmt: skip


def read_prompt(prompt: str) -> Wishes:
    """Return what a prompt asks for."""
    found = find_wishes(prompt)
    values: dict[str, list[str]] = {}
    for item in found:
        if not item.no and item.value not in values.setdefault(item.kind, []):
            values[item.kind].append(item.value)
    refused = {item.value for item in found if item.no and item.kind == "instrument"}
    instruments = tuple(name for name in values.get("instrument", ()) if name not in refused)
    tonic, _, scale = values.get("key", [""])[0].rpartition(" ")
    tempo, metre = values.get("tempo", [""])[0], values.get("metre", [""])[0]
    return Wishes(
        moods=tuple(values.get("mood", ())),
        genres=tuple(values.get("genre", ())),
        instruments=instruments,
        without=tuple(dict.fromkeys(item.value for item in found if item.value in refused)),
        course=values.get("course", [""])[0],
        pace=values.get("pace", [""])[0],
        tempo=float(tempo) if tempo else None,
        tonic=int(tonic) if tonic else None,
        scale=scale,
        metre=int(metre) if metre else None,
        hits=_hits(values.get("hit", ())),
        loop="loop" in values,
        only=_alone(prompt[:READ], found, instruments),
    )


def _alone(text: str, found: tuple[Found, ...], instruments: tuple[str, ...]) -> bool:
    wanted = [(item.start, item.end) for item in found
              if item.kind == "instrument" and item.value in instruments]  # fmt: skip
    others = [(item.start, item.end) for item in found
              if item.kind != "instrument" and not item.no]  # fmt: skip
    return bool(wanted) and alone(text, wanted, others)


def find_wishes(prompt: str) -> tuple[Found, ...]:
    """Return the parts of a prompt's first ``READ`` characters that ask for something, in order."""
    reader = _Reader(prompt[:READ])
    reader.tempo()  # before the moments: a drop at 128 bpm is none at 128 s
    reader.hits()
    reader.key()
    reader.metre()
    for match in _LOOP.finditer(reader.text):
        reader.take("loop", "loop", match)
    found, text = list(reader.found), reader.text
    for kind, table in _TABLES.items():
        named = _named(text, kind, table)
        found += _refused_on(text, named)
        if kind == "mood":  # a word of several signs holds others: 鼓舞 (inspiring), 鼓 (drums)
            for item in named:
                if not text[item.start : item.end].isascii():
                    text = text[: item.start] + "\0" * (item.end - item.start) + text[item.end :]
    return tuple(sorted(found, key=lambda item: (item.start, item.end)))


class _Reader:
    """Takes what it finds out of the text; what is left keeps its places."""

    def __init__(self, text: str) -> None:
        self.whole = self.text = text
        self.found: list[Found] = []

    def take(self, kind: str, value: str, match: re.Match[str]) -> None:
        start, end = match.span()
        said = match[0]
        first = start + len(said) - len(said.lstrip())
        no = refusal(self.whole, first, end, kind)
        if no is not None:
            start = first = no
        self.found.append(
            Found(kind, value, first, end - len(said) + len(said.rstrip()), no is not None)
        )
        self.text = self.text[:start] + " " * (end - start) + self.text[end:]

    def hits(self) -> None:
        for match in (*_HITS_EN.finditer(self.text), *_HIT_EN.finditer(self.text)):
            if not self.text[match.start() : match.end()].strip():
                continue  # a list that was taken as a whole
            words = f"{match[1]}{match[2]}".lower().split()
            kind = "end" if "logo" in words else _kind(match[1])
            self.take("hit", f"{kind} {_times(match[0][len(match[1] + match[2]) :])}", match)
        for match in _HIT_ZH.finditer(self.text):
            kind = _kind(match[2] or match[3])
            self.take("hit", f"{kind} {_times(match[1] or match[4])}", match)

    def tempo(self) -> None:
        for match in _BPM.finditer(self.text):
            self.take("tempo", f"{float(match[1] or match[2] or match[3]):g}", match)

    def key(self) -> None:
        for match in _KEY_ZH.finditer(self.text):
            shift = {"升": 1, "降": -1}.get(match[1] or "", 0)
            shift += {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(match[3] or "", 0)
            scale = "major" if match[4] == "大调" else "minor"
            self.take("key", f"{(_PITCH[match[2].lower()] + shift) % 12} {scale}", match)
        for match in _KEY_EN.finditer(self.text):
            if not _is_article(match, self.text):
                sign = (match[2] or "").strip(" -").lower()
                shift = 1 if sign in ("#", "♯", "sharp") else -1 if sign else 0
                scale = "major" if match[3].lower().startswith("maj") else "minor"
                self.take("key", f"{(_PITCH[match[1].lower()] + shift) % 12} {scale}", match)
        for match in _SCALE.finditer(self.text):
            major = match[0].lower().startswith("major") or match[0] == "大调"
            self.take("key", " major" if major else " minor", match)

    def metre(self) -> None:
        for match in _METRE.finditer(self.text):
            self.take("metre", "4" if match[1] == "4" else "3", match)
        for match in _WALTZ.finditer(self.text):
            self.take("metre", "3", match)


def _seconds(text: str) -> float:
    minutes, _, seconds = text.rpartition(":")
    return 60 * float(minutes or 0) + float(seconds)


def _times(text: str) -> str:
    """Return the seconds of each time in a text, apart by spaces."""
    return " ".join(
        f"{60 * int(found[1] or 0) + _seconds(found[2]):g}" for found in _ONE_TIME.finditer(text)
    )


def _kind(word: str) -> str:
    return next(kind for kind, words in _EVENTS.items() if word.lower() in words)


def _hits(values: Iterable[str]) -> tuple[Hit, ...]:
    said = (value.split() for value in values)
    hits = {Hit(kind, float(time)) for kind, *times in said for time in times}
    return tuple(sorted(hits, key=lambda hit: (hit.time, hit.kind)))


def _is_article(match: re.Match[str], text: str) -> bool:
    """Tell "a minor problem" and "in a minor key" from "in a minor"."""
    bare = match[1] == "a" and not match[2]
    return bare and (match[0].startswith("a") or text[match.end() :].lstrip().startswith("key"))


def _named(text: str, kind: str, table: tuple[Word, ...]) -> list[Found]:
    """Return what a text names of a table.

    The longest words are looked for first, and each place in the text counts once: "electric piano"
    is no piano.
    """
    words = [(word, item.id) for item in table for word in (*item.en, *item.zh)]
    found: list[Found] = []
    left = text
    for word, name in sorted(words, key=lambda pair: -len(pair[0])):
        while match := _pattern(word).search(left):
            before = max(0, match.start() - REFUSAL)
            no = NO.search(text[before : match.start()])
            start = before + no.start() if no else match.start()
            found.append(Found(kind, name, start, match.end(), no is not None))
            left = left[: match.start()] + "\0" * len(match[0]) + left[match.end() :]
    return found


def _refused_on(text: str, named: list[Found]) -> list[Found]:
    """Return what was named, refused too where it goes on from something that is."""
    made: list[Found] = []
    for item in sorted(named, key=lambda one: one.start):
        before = made[-1] if made else None
        joined = before and before.no and GOES_ON.fullmatch(text[before.end : item.start])
        made.append(replace(item, no=True) if joined else item)
    return made


@lru_cache(maxsize=2000)
def _pattern(word: str) -> re.Pattern[str]:
    said = re.escape(word).replace(r"\ ", r"\s+")
    if word.isascii():
        said = rf"(?<![\w-]){said}s?(?![\w-])"
    return re.compile(said, re.IGNORECASE)
