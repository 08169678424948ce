"""What the starter reads in a music prompt, as chips that can be changed.

Each is a part of the text. The prompt stays the only truth: changing a chip changes its words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.musical.reading import GOES_ON, find_wishes
from generators.musical.words import COURSES, GENRES, INSTRUMENTS, MOODS, TEMPI, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from generators.api import JsonValue
    from generators.musical.reading import Found

#: In the order in which they are offered.
KINDS = ("mood", "genre", "instrument", "tempo", "pace", "key", "metre", "course", "hit", "loop")
_TABLES = {"mood": MOODS, "genre": GENRES, "instrument": INSTRUMENTS, "course": COURSES,
           "pace": TEMPI}  # fmt: skip
_TEMPI = (60, 70, 80, 90, 100, 110, 120, 128, 140, 160)
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_NAMES_ZH = ("C", "升C", "D", "降E", "E", "F", "升F", "G", "降A", "A", "降B", "B")
_EVENTS = {
    "en": {"drop": "drop at {} s", "hit": "hit at {} s", "end": "end on the logo at {} s"},
    "zh": {"drop": "{}秒爆发", "hit": "{}秒处重音", "end": "{}秒处落在标志上"},
}
_MOMENTS = {"drop": 0.5, "hit": 0.25, "end": 0.9}  # of the length, where a new one is put
TURNS = ("calmer", "livelier", "go_on")  # what can be made of a piece
_TURN = 0.5  # of the intensity, in a step
_JOINTS = re.compile(r"[\s,，、;；]+$")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a chip may become: what is shown, and the words that are put into the prompt."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Chip:
    """A part of the prompt that was understood.

    Attributes:
        kind: Of ``KINDS``.
        label: What is shown.
        start, end: Where its words stand in the prompt.
        refused: It says what shall not be.
    """

    kind: str
    label: str
    start: int
    end: int
    refused: bool = False


def reads_wishes(family: str) -> bool:
    """Tell whether checkpoints of a family read prompts in this way."""
    return family == "symbolic"


def turned(how: str, params: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return what changes in a piece's parameters: ``calmer``, ``livelier`` or ``go_on``.

    A piece of the same seed keeps its key, chords, tune and instruments in the first two; the last
    asks for the part that follows.
    """
    if how == "go_on":
        return {"part": int(_number(params.get("part"))) + 1}
    by = {"calmer": -_TURN, "livelier": _TURN}[how]
    return {"intensity": max(-1.0, min(1.0, _number(params.get("intensity")) + by))}


def _number(value: JsonValue) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def understood(prompt: str, language: str) -> tuple[Chip, ...]:
    """Return the chips of a prompt in its order; ``language`` is ``en`` or ``zh``."""
    return tuple(
        Chip(item.kind, _label(item, language), item.start, item.end, item.no)
        for item in find_wishes(prompt)
    )


def choices_for(kind: str, language: str, duration: float) -> tuple[Choice, ...]:
    """Return what can be asked for of a kind, in a language."""
    chinese = language == "zh"
    if kind in _TABLES:
        return tuple(Choice(_word(item, language), _word(item, language)) for item in _TABLES[kind])
    if kind == "tempo":
        texts = (f"每分钟{tempo}拍" if chinese else f"{tempo} bpm" for tempo in _TEMPI)
    elif kind == "key":
        texts = (_key(tonic, mode, language) for mode in ("major", "minor") for tonic in range(12))
    elif kind == "metre":
        texts = (text for text in ("4/4", "3/4"))
    elif kind == "hit":
        texts = (
            _EVENTS[language][event].format(f"{share * duration:.1f}".removesuffix(".0"))
            for event, share in _MOMENTS.items()
        )
    else:
        texts = (text for text in (("无缝循环",) if chinese else ("seamless loop",)))
    return tuple(Choice(text.removeprefix("in "), text) for text in texts)


def changed(prompt: str, chip: Chip, text: str) -> str:
    """Return the prompt with a chip's words replaced; taken out, with its comma, for no text."""
    before, after = prompt[: chip.start], prompt[chip.end :]
    if text:
        no = "不要" if _chinese(prompt[chip.start : chip.end]) else "no "
        return before + (no if chip.refused else "") + text + after
    listed = chip.refused and chip.kind in _TABLES
    if listed and (joined := GOES_ON.match(after)):
        no = "不要" if _chinese(after) else "no "  # else what it went on to would be wanted
        return before + no + after[joined.end() :]
    if not before.strip():
        return re.sub(r"^[\s,，、;；]+", "", after)
    return _JOINTS.sub("", before) + after


def added(prompt: str, text: str) -> str:
    """Return the prompt with words put behind it."""
    kept = prompt.rstrip().rstrip(",，")
    if not kept:
        return text
    return kept + ("，" if _chinese(kept) and _chinese(text) else ", ") + text


def _chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def _word(item: Word, language: str) -> str:
    return item.zh[0] if language == "zh" else item.en[0]


def _label(item: Found, language: str) -> str:
    word = _wish_label(item, language)
    return word if not item.no else f"不要{word}" if language == "zh" else f"no {word}"


def _wish_label(item: Found, language: str) -> str:
    chinese = language == "zh"
    if item.kind in _TABLES:
        table: Iterable[Word] = _TABLES[item.kind]
        return next(_word(one, language) for one in table if one.id == item.value)
    if item.kind == "key":
        return _key_label(item.value, language)
    event, _, times = item.value.partition(" ")
    time = ("、" if chinese else ", ").join(times.split())
    labels = {
        "tempo": f"{item.value} 拍/分" if chinese else f"{item.value} bpm",
        "metre": f"{item.value}/4",
        "hit": _EVENTS[language].get(event, "").format(time),
    }
    return labels.get(item.kind) or ("循环" if chinese else "loop")


def _key_label(value: str, language: str) -> str:
    tonic, _, mode = value.rpartition(" ")
    if tonic:
        return _key(int(tonic), mode, language).removeprefix("in ")
    return {"major": "大调", "minor": "小调"}[mode] if language == "zh" else mode


def _key(tonic: int, mode: str, language: str) -> str:
    if language == "zh":
        return f"{_NAMES_ZH[tonic]}{'大调' if mode == 'major' else '小调'}"
    return f"in {_NAMES[tonic]} {mode}"
