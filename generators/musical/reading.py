"""Reads a music prompt: what it asks for, word by word, and what it leaves open.

Nothing is guessed here: a wish that the prompt does not name stays empty.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from generators.musical.words import COURSES, GENRES, INSTRUMENTS, MOODS, TEMPI, Word

FIVE = ("C", "D", "E", "F", "G", "A", "B")
_PITCH = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_EVENTS = {
    "end": ("end", "ends", "ending", "logo", "finish", "finishes", "final hit", "close",
            "结尾", "结束", "收尾", "标志", "落版"),
    "drop": ("drop", "drops", "climax", "peak", "explode", "explodes", "chorus", "kick in",
             "kicks in", "高潮", "爆发", "副歌", "进入主歌"),
    "hit": ("hit", "hits", "accent", "stab", "impact", "cut", "reveal", "重音", "重拍", "强调",
            "卡点", "切换", "亮相", "转场"),
}  # fmt: skip
_TIME = r"(\d+:\d{1,2}(?:\.\d+)?|\d+(?:\.\d+)?)"
_BPM = re.compile(
    r"(\d{2,3}(?:\.\d+)?)\s*(?:bpm|beats per minute|拍(?:每分钟)?)|每分钟\s*(\d{2,3})\s*拍",
    re.IGNORECASE,
)
_KEY_EN = re.compile(
    r"\b(?:(?:in|key of|key:)\s+(?:the\s+key\s+of\s+)?)?([a-gA-G])\s*"
    r"(#|♯|b|♭|-?\s?sharp|-?\s?flat)?[\s-]+(major|minor|maj|min)\b"
)
_KEY_ZH = re.compile(r"(升|降)?\s*([A-Ga-g])\s*(#|♯|b|♭)?\s*(大调|小调)")
_METRE = re.compile(r"(?<!\d)([346])\s*/\s*([48])(?!\d)")
_HIT_EN = re.compile(
    r"\b(" + "|".join(sorted((re.escape(w) for words in _EVENTS.values() for w in words
                              if w.isascii()), key=len, reverse=True))
    + r")\b((?:\s+(?:on|with|of|the|a|an|your|our|logo|in|big|brand|sting|title|product|card"
    r"|shot))*)\s*(?:at|@|by|comes at|on)\s+" + _TIME + r"(?:\s*(?:s|sec|secs|seconds?)\b)?",
    re.IGNORECASE,
)  # fmt: skip
_HIT_ZH = re.compile(
    r"(?:第|在)?\s*" + _TIME + r"\s*(?:秒钟?|s)\s*(?:处|时|左右|的时候)?\s*[^,，。;；\d]{0,6}?("
    + "|".join(w for words in _EVENTS.values() for w in words if not w.isascii()) + ")"
)  # fmt: skip
_LOOP = re.compile(r"\b(?:loop|loops|looping|looped|seamless(?:ly)?)\b|循环", re.IGNORECASE)
_NO = re.compile(
    r"(?:\b(?:no|without|not|never|minus|except)\s+(?:any\s+|a\s+)?"
    r"|不要|没有|无需|无|别用|不用)$",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|just|solo|alone|unaccompanied)\b|独奏|只有|仅", re.IGNORECASE)
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
    unknown: tuple[str, ...] = field(default=())


def read_prompt(prompt: str) -> Wishes:
    """Return what a prompt asks for."""
    text = " ".join(prompt.replace("\u3000", " ").split())
    hits, text = _hits(text)
    tempo, text = _tempo(text)
    tonic, scale, text = _key(text)
    metre, text = _metre(text)
    found = {
        name: _named(text, table)
        for name, table in (("moods", MOODS), ("genres", GENRES), ("instruments", INSTRUMENTS),
                            ("course", COURSES), ("pace", TEMPI))
    }  # fmt: skip
    instruments, without = found["instruments"]
    return Wishes(
        moods=found["moods"][0],
        genres=found["genres"][0],
        instruments=instruments,
        without=without,
        course=next(iter(found["course"][0]), ""),
        pace=next(iter(found["pace"][0]), ""),
        tempo=tempo,
        tonic=tonic,
        scale=scale,
        metre=metre,
        hits=hits,
        loop=bool(_LOOP.search(text)),
        only=bool(_ONLY.search(text)) and bool(instruments),
    )


def _seconds(text: str) -> float:
    minutes, _, seconds = text.rpartition(":")
    return 60 * float(minutes or 0) + float(seconds)


def _hits(text: str) -> tuple[tuple[Hit, ...], str]:
    found: list[Hit] = []
    for match in _HIT_EN.finditer(text):
        words = f"{match[1]}{match[2]}".lower().split()
        kind = "end" if "logo" in words else _kind(match[1])
        found.append(Hit(kind, _seconds(match[3])))
    found += [Hit(_kind(match[2]), _seconds(match[1])) for match in _HIT_ZH.finditer(text)]
    rest = _HIT_ZH.sub(" ", _HIT_EN.sub(" ", text))
    unique = {(hit.kind, hit.time): hit for hit in found}
    return tuple(sorted(unique.values(), key=lambda hit: hit.time)), rest


def _kind(word: str) -> str:
    return next(kind for kind, words in _EVENTS.items() if word.lower() in words)


def _tempo(text: str) -> tuple[float | None, str]:
    match = _BPM.search(text)
    if match is None:
        return None, text
    return float(match[1] or match[2]), _BPM.sub(" ", text)


def _key(text: str) -> tuple[int | None, str, str]:
    if match := _KEY_ZH.search(text):
        shift = {"升": 1, "降": -1}.get(match[1] or "", 0)
        shift += {"#": 1, "♯": 1, "b": -1, "♭": -1}.get(match[3] or "", 0)
        scale = "major" if match[4] == "大调" else "minor"
        return (_PITCH[match[2].lower()] + shift) % 12, scale, text.replace(match[0], " ")
    match = _KEY_EN.search(text)
    if match is None or _is_article(match, text):
        scale = _scale_alone(text)
        return None, scale, text
    sign = (match[2] or "").strip(" -").lower()
    shift = 1 if sign in ("#", "♯", "sharp") else -1 if sign else 0
    scale = "major" if match[3].lower().startswith("maj") else "minor"
    return (_PITCH[match[1].lower()] + shift) % 12, scale, text.replace(match[0], " ")


def _is_article(match: re.Match[str], text: str) -> bool:
    """Tell "a minor problem" and "in a minor key" from "in a minor"."""
    bare = match[1] == "a" and not match[2]
    return bare and (match[0].startswith("a") or text[match.end() :].lstrip().startswith("key"))


def _scale_alone(text: str) -> str:
    if re.search(r"\bmajor key\b|大调", text, re.IGNORECASE):
        return "major"
    return "minor" if re.search(r"\bminor key\b|小调", text, re.IGNORECASE) else ""


def _metre(text: str) -> tuple[int | None, str]:
    if match := _METRE.search(text):
        return (4 if match[1] == "4" else 3), _WALTZ.sub(" ", text.replace(match[0], " "))
    return (3, _WALTZ.sub(" ", text)) if _WALTZ.search(text) else (None, text)


def _named(text: str, table: tuple[Word, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids that a text names, in its order, and those that it names with "no" before.

    The longest words are looked for first, and each place in the text counts once: "electric piano"
    is no piano.
    """
    low = text.lower()
    words = [(word, item.id) for item in table for word in (*item.en, *item.zh)]
    places: dict[int, tuple[str, bool]] = {}
    for word, name in sorted(words, key=lambda pair: -len(pair[0])):
        pattern = rf"(?<![\w-]){re.escape(word)}s?(?![\w-])" if word.isascii() else re.escape(word)
        while match := re.search(pattern, low):
            places[match.start()] = (name, bool(_NO.search(low[: match.start()])))
            low = low[: match.start()] + "\0" * len(match[0]) + low[match.end() :]
    wanted: dict[str, None] = {}
    refused: dict[str, None] = {}
    for at in sorted(places):
        name, no = places[at]
        (refused if no else wanted)[name] = None
    return tuple(name for name in wanted if name not in refused), tuple(refused)
