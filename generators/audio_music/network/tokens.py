"""Music as tokens: conditions, then bars with their level and chord, then notes in order.

Everything is written as if the tonic were C: a piece and its transpositions are the same tokens,
and the key that is asked for is exact. Twelve steps make a beat: it holds sixteenths and triplets.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from generators.musical.words import GENRES as GENRE_WORDS

if TYPE_CHECKING:
    from generators.audio_music.symbolic.theory import Chord

ROLES = ("melody", "counter", "chords", "arp", "pad", "bass", "drums", "boom")
STEPS = 12  # to a beat
MOST_BEATS = 5  # of a bar
PITCHES = range(24, 108)
DRUMS = range(35, 88)
#: The keys that a part is drawn in, tonic as C.
RANGES = {
    "melody": (55, 96), "counter": (45, 92), "chords": (40, 88), "arp": (45, 100), "pad": (40, 88),
    "bass": (24, 60), "boom": (28, 60),
}  # fmt: skip
LENGTHS = (1, 2, 3, 4, 6, 8, 9, 12, 15, 18, 24, 30, 36, 42, 48, 60)  # steps
VELOCITIES = (16, 32, 46, 58, 70, 82, 96, 112)
KINDS = ("maj", "min", "maj7", "min7", "7", "sus", "dim", "other")
#: Genres of the starter, and those of the scores and drums that the network also learns from.
GENRES = (*(item.id for item in GENRE_WORDS), "lied", "quartet", "drumming")
TEMPI = (50, 60, 70, 80, 90, 100, 110, 120, 130, 145, 160)  # where the next bin begins
LEVELS = 8
ENERGIES, BRIGHTNESSES = 6, 5


class Event(NamedTuple):
    """A note in a bar: step, part, key (tonic as C), length in steps, velocity."""

    step: int
    role: str
    key: int
    length: int
    velocity: int


@dataclass(slots=True)
class Measure:
    """A bar."""

    beats: int
    level: int
    root: int  # above the tonic
    kind: str
    events: list[Event] = field(default_factory=list)


@dataclass(slots=True)
class Piece:
    """What is written down of a piece.

    Attributes:
        source: ``rules``, or the file that it comes from.
        group: What may not stand on both sides of a split: a composer, a drummer, a progression.
    """

    genre: str
    mode: str
    metre: int
    tempo: float
    energy: float
    brightness: float
    roles: tuple[str, ...]
    measures: list[Measure] = field(default_factory=list)
    source: str = "rules"
    group: str = ""


class Vocabulary:
    """Token ids by name; names are ``kind:value``."""

    def __init__(self) -> None:
        self.names: list[str] = ["pad", "start", "end"]
        self.spans: dict[str, range] = {}
        for kind, values in (
            ("genre", GENRES), ("mode", ("major", "minor")), ("metre", (3, 4)),
            ("tempo", range(len(TEMPI) + 1)), ("energy", range(ENERGIES)),
            ("brightness", range(BRIGHTNESSES)), ("has", ROLES), ("bar", range(1, MOST_BEATS + 1)),
            ("level", range(LEVELS)), ("root", range(12)), ("kind", KINDS),
            ("step", range(STEPS * MOST_BEATS)), ("role", ROLES), ("pitch", PITCHES),
            ("drum", DRUMS), ("length", LENGTHS), ("velocity", range(len(VELOCITIES))),
        ):  # fmt: skip
            first = len(self.names)
            self.names += [f"{kind}:{value}" for value in values]
            self.spans[kind] = range(first, len(self.names))
        self.ids = {name: number for number, name in enumerate(self.names)}

    @property
    def size(self) -> int:
        """How many tokens there are."""
        return len(self.names)

    def id(self, kind: str, value: object) -> int:
        """Return a token's id."""
        return self.ids[f"{kind}:{value}"]

    def split(self, token: int) -> tuple[str, str]:
        """Return kind and value of a token."""
        kind, _, value = self.names[token].partition(":")
        return kind, value


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the one vocabulary; a change of it needs a new training."""
    return Vocabulary()


PAD, START, END = 0, 1, 2
CONDITIONS = ("genre", "mode", "metre", "tempo", "energy", "brightness")


def head(piece: Piece) -> list[int]:
    """Return the tokens that say what a piece shall be."""
    words = vocabulary()
    return [
        START,
        words.id("genre", piece.genre),
        words.id("mode", piece.mode),
        words.id("metre", piece.metre),
        words.id("tempo", bisect_right(TEMPI, piece.tempo)),
        words.id("energy", _bin(piece.energy, ENERGIES)),
        words.id("brightness", _bin((piece.brightness + 1) / 2, BRIGHTNESSES)),
        *(words.id("has", role) for role in ROLES if role in piece.roles),
    ]


def measure_head(measure: Measure) -> list[int]:
    """Return the tokens that begin a bar."""
    words = vocabulary()
    return [words.id("bar", measure.beats), words.id("level", measure.level),
            words.id("root", measure.root), words.id("kind", measure.kind)]  # fmt: skip


def encode(piece: Piece) -> list[int]:
    """Return a piece as tokens; a part's notes outside its range are brought in by octaves."""
    words, made = vocabulary(), head(piece)
    for measure in piece.measures:
        made += measure_head(measure)
        before = -1
        events = {_inside(event) for event in measure.events if event.role in piece.roles}
        for event in sorted(events, key=_order):
            if not _fits(event, measure):
                continue
            if event.step != before:
                made.append(words.id("step", event.step))
                before = event.step
            kind = "drum" if event.role == "drums" else "pitch"
            made += [
                words.id("role", event.role), words.id(kind, event.key),
                words.id("length", nearest(LENGTHS, event.length)),
                words.id("velocity", VELOCITIES.index(nearest(VELOCITIES, event.velocity))),
            ]  # fmt: skip
    made.append(END)
    return without_doubles(made)


def without_doubles(tokens: list[int]) -> list[int]:
    """Leave out notes that stand twice at one place, which the grammar does not allow."""
    words = vocabulary()
    made: list[int] = []
    seen: set[tuple[int, int]] = set()
    at = 0
    while at < len(tokens):
        kind = words.split(tokens[at])[0]
        if kind in ("bar", "step"):
            seen.clear()
        if kind == "role":
            note = (tokens[at], tokens[at + 1])
            if note not in seen:
                seen.add(note)
                made += tokens[at : at + 4]
            at += 4
            continue
        made.append(tokens[at])
        at += 1
    return made


def _order(event: Event) -> tuple[int, int, int]:
    return event.step, ROLES.index(event.role), event.key


def _inside(event: Event) -> Event:
    if event.role == "drums":
        return event
    low, high = RANGES[event.role]
    key = event.key
    while key < low:
        key += 12
    while key > high:
        key -= 12
    return event._replace(key=key)


def _fits(event: Event, measure: Measure) -> bool:
    keys = DRUMS if event.role == "drums" else PITCHES
    return event.key in keys and 0 <= event.step < measure.beats * STEPS


def _bin(share: float, count: int) -> int:
    return min(count - 1, max(0, int(share * count)))


def chord_kind(item: Chord) -> str:
    """Return the kind of a chord as the vocabulary has it."""
    above = tuple(sorted((tone - item.root) % 12 for tone in item.tones))
    return {
        (0, 4, 7): "maj", (0, 3, 7): "min", (0, 4, 7, 11): "maj7", (0, 3, 7, 10): "min7",
        (0, 4, 7, 10): "7", (0, 5, 7): "sus", (0, 2, 7): "sus", (0, 3, 6): "dim",
    }.get(above, "min" if 3 in above else "maj" if 4 in above else "other")  # fmt: skip


def nearest(values: tuple[int, ...], wanted: float) -> int:
    """Return the value nearest to a wish."""
    return min(values, key=lambda value: abs(value - wanted))


def decode(tokens: list[int]) -> list[Measure]:
    """Return the bars that tokens stand for.

    Raises:
        ValueError: The grammar does not allow them.
    """
    from generators.audio_music.network.grammar import Grammar

    words, grammar = vocabulary(), Grammar()
    made: list[Measure] = []
    said: dict[str, str] = {}
    for token in tokens:
        if not grammar.allows(token):
            raise ValueError(f"{words.names[token]} may not stand there")
        grammar.push(token)
        kind, value = words.split(token)
        said["key" if kind in ("pitch", "drum") else kind] = value
        if kind == "bar":
            made.append(Measure(int(value), 0, 0, "maj"))
        elif kind == "kind":
            made[-1].level, made[-1].root = int(said["level"]), int(said["root"])
            made[-1].kind = value
        elif kind == "velocity":
            made[-1].events.append(
                Event(int(said["step"]), said["role"], int(said["key"]), int(said["length"]),
                      VELOCITIES[int(value)])
            )  # fmt: skip
    return made
