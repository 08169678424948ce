"""What the network adds to a piece: drums as people play them, and themes as people write them.

It is asked for four bars, once for a piece, and what it gives is laid over the form by the rules:
so key, length, hits, loops and endings stay exact, one seed keeps its tune at any length and
intensity, and drawing takes as long for six seconds as for a minute. What comes out unfit is drawn
again, and after a few times left to the rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import fmean
from typing import TYPE_CHECKING

from generators.audio_music.network.scores import DRUM_BRIGHTNESS, STROKE
from generators.audio_music.network.tokens import (
    DRUMS,
    LENGTHS,
    LEVELS,
    STEPS,
    Event,
    Measure,
    Piece,
    chord_kind,
    vocabulary,
)
from generators.audio_music.symbolic.ideas import Motif, Played, Stroke, Theme
from generators.audio_music.symbolic.melody import tune_of
from generators.audio_music.symbolic.patterns import (
    CLOSED,
    KICK,
    OPEN,
    PEDAL,
    RIDE,
    RIM,
    SNARE,
)
from generators.audio_music.symbolic.theory import PROGRESSIONS, chord

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from generators.audio_music.network.sampling import Sampler
    from generators.audio_music.symbolic.dice import Dice
    from generators.audio_music.symbolic.plan import Plan

    Bars = list[list[Event]]

PARTS = ("melody", "drums")
BARS = 4
TUNE_TRIES, GROOVE_TRIES = 8, 4  # a groove takes a second
#: Genres whose drums people play, and the genre of the performances that they take after.
PLAYED = {"rock": "rock", "pop": "rock", "corporate": "rock", "funk": "funk", "jazz": "jazz",
          "bossa": "bossa", "lofi": "hiphop"}  # fmt: skip
#: What the network is told for still and for full bars: energy and level of a calm piece, and of a
#: driving one. The level is a third of the strokes in a bar (``scores.drum_pieces``).
_STRENGTHS = {"light": ((0.32, 2), (0.48, 5)), "full": ((0.42, 3), (0.75, 7))}
_TOMS = (43, 45, 48)
_HATS = (CLOSED, PEDAL, OPEN)
_BELL = 53  # of the ride, which few soundfonts have
#: What a groove is played on; cymbals crash where the form says so.
KIT = (KICK, SNARE, RIM, RIDE, _BELL, *_HATS, *_TOMS)
_STEADIER = 0.85
_EVENER = 0.6  # by how much a driving player's weak strokes come nearer to the strong ones
#: Notes of a tune by how busy it is: fewest and most in a bar, fewest in all.
_NOTES = {0: (1, 4, 5), 1: (1, 6, 9), 2: (2, 9, 15)}
#: Energy and level that the network is told for a tune, by how busy it is.
_TUNES = {0: (0.3, 3), 1: (0.45, 5), 2: (0.8, 6)}
_SCHOOLS = ("lied", "quartet")  # whose tunes it takes after
_SAID_AGAIN = 0.4  # of the notes, at most, that repeat the one before
_WIDEST = 9  # semitones from the middle of a tune
_SWINGING = {4: 3, 8: 6}  # steps of a triplet, as swung sixteenths and eighths are written
_RESTING = 1.0  # least beats of a phrase's last note


@dataclass(frozen=True, slots=True)
class NetworkIdeas:
    """Ideas drawn from a network, for some of ``PARTS``."""

    sampler: Sampler
    parts: Collection[str]

    def drums(self, plan: Plan, dice: Dice) -> Played | None:
        """Return how the drums are played, in the genres that the network has heard."""
        genre = PLAYED.get(plan.genre)
        if "drums" not in self.parts or genre is None or plan.metre != 4:
            return None
        full = self._groove(plan, genre, "full", dice)
        light = self._groove(plan, genre, "light", dice) if full else None
        return Played(light, full) if light and full else None

    def _groove(
        self, plan: Plan, genre: str, name: str, dice: Dice
    ) -> tuple[tuple[Stroke, ...], ...] | None:
        energy, level = strength(name, plan.energy)
        piece = Piece(genre, "major", 4, plan.grid.tempo, energy, DRUM_BRIGHTNESS, ("drums",))
        piece.measures += [Measure(4, level, 0, "other") for _ in range(BARS)]
        seeds = _seeds(dice, f"groove {name}", GROOVE_TRIES)
        bars = self._fit(seeds, piece, lambda bars: is_groove(genre, bars), barred(), _STEADIER)
        if bars is None:
            return None
        swinging = plan.style.swing > 0
        loudest = max(event.velocity for bar in bars for event in bar)
        even = 1 - _EVENER * plan.energy
        return tuple(
            tuple(
                Stroke(_straight(event.step, swinging=swinging) / STEPS,
                       RIDE if event.key == _BELL else event.key,
                       (event.velocity / loudest) ** even)
                for event in bar
            ) for bar in bars
        )  # fmt: skip

    def theme(self, plan: Plan, metre: int, dice: Dice) -> Theme | None:
        """Return a theme over the piece's progression, the way songs were written."""
        bars = self.tune(plan, metre, dice) if "melody" in self.parts else None
        return theme_of(bars, metre) if bars else None

    def tune(self, plan: Plan, metre: int, dice: Dice) -> Bars | None:
        """Return four bars of a tune as they were drawn, tonic as C."""
        bright = 0.5 if plan.mode == "major" else -0.3
        energy, level = _TUNES[plan.busy]
        school = dice.of(tune_of(plan, "school")).choice(_SCHOOLS)
        piece = Piece(school, plan.mode, metre, plan.style.tempo[1], energy, bright, ("melody",))
        progression = dice.of("chords").choice(PROGRESSIONS[plan.colour])
        for degree in progression[:BARS]:
            item = chord(degree, 0, plan.mode)
            piece.measures.append(Measure(metre, level, item.root, chord_kind(item)))
        name = tune_of(plan, f"theme {metre} drawn")
        return self._fit(
            _seeds(dice, name, TUNE_TRIES), piece, lambda bars: is_tune(bars, plan.busy)
        )

    def _fit(
        self,
        seeds: Sequence[int],
        piece: Piece,
        fits: Callable[[Bars], bool],
        barred: Sequence[int] = (),
        steadier: float = 1.0,
    ) -> Bars | None:
        """Return the first draw that fits; what cannot fit any more is not finished."""
        for seed in seeds:
            bars = self.sampler.draw(piece, seed, barred, steadier, fits)
            if len(bars) == len(piece.measures) and fits(bars):
                return bars
        return None


def _seeds(dice: Dice, name: str, count: int) -> list[int]:
    return [dice.of(f"{name} {number}").randrange(1 << 62) for number in range(count)]


def strength(name: str, energy: float) -> tuple[float, int]:
    """Return energy and level of a groove, ``light`` or ``full``, for a piece of some energy."""
    (calm, few), (driving, many) = _STRENGTHS[name]
    return calm + energy * (driving - calm), round(few + energy * (many - few))


@lru_cache(maxsize=1)
def barred() -> tuple[int, ...]:
    """Return what no groove holds: other drums than ``KIT``, lengths that no stroke was given."""
    words = vocabulary()
    drums = [words.id("drum", key) for key in DRUMS if key not in KIT]
    lengths = [words.id("length", length) for length in LENGTHS if length != STROKE]
    return (*drums, *lengths)


def is_groove(genre: str, bars: Sequence[Sequence[Event]]) -> bool:
    """Tell whether four bars go on as a groove does, or fewer of them begin to.

    There is a beat to follow in every bar (a cymbal or hi-hat on most quarters, or a snare on the
    second and fourth), a kick in most, and no more than a few strokes on the toms.
    """
    events = [event for bar in bars for event in bar]
    if min(len(bar) for bar in bars) < max(5, 0.5 * len(events) / len(bars)):
        return False
    if sum(event.key in _TOMS for event in events) > BARS:
        return False
    if genre != "jazz" and sum(all(e.key != KICK for e in bar) for bar in bars) > 1:
        return False
    if genre in ("rock", "funk", "hiphop"):
        return sum(not _backbeats(bar) for bar in bars) <= 1
    return all(_kept(bar) for bar in bars)


def _backbeats(bar: Sequence[Event]) -> bool:
    snares = {event.step for event in bar if event.key in (SNARE, RIM) and event.velocity >= 50}
    return bool(snares & {STEPS, 3 * STEPS, 2 * STEPS})


def _kept(bar: Sequence[Event]) -> bool:
    steps = {event.step for event in bar if event.key in (*_HATS, RIDE, _BELL, RIM)}
    return sum(any(abs(step - STEPS * beat) <= 2 * STEPS // 3 for step in steps)
               for beat in range(4)) >= 3  # fmt: skip


def is_tune(bars: Sequence[Sequence[Event]], busy: int) -> bool:
    """Tell whether four bars can be sung, or fewer of them begin so.

    They hold notes enough and not too many, in reach of a voice, that move.
    """
    counts = [len({event.step for event in bar}) for bar in bars]
    least, most, all_told = _NOTES[busy]
    if min(counts) < least or max(counts) > most:
        return False
    keys = [event.key for bar in bars for event in bar]
    middle = fmean(keys)
    if len(bars) < BARS:
        return max(keys) - min(keys) <= 2 * _WIDEST
    if sum(counts) < all_told:
        return False
    same = sum(one == other for one, other in pairwise(keys)) / (len(keys) - 1)
    inside = max(abs(key - middle) for key in keys) <= _WIDEST
    return len(set(keys)) >= BARS and inside and same <= _SAID_AGAIN


def theme_of(bars: Sequence[Sequence[Event]], metre: int) -> Theme:
    """Return bars as a theme: the first comes again as the third, the fourth comes to rest."""
    middle = fmean(event.key for bar in bars for event in bar)
    first, second, _, last = (_motif(bar, middle, metre) for bar in bars)
    start, length = last.rhythm[-1]
    held = min(metre - start, max(length, _RESTING))
    return first, second, first, Motif((*last.rhythm[:-1], (start, held)), last.shape)


def _motif(bar: Sequence[Event], middle: float, metre: int) -> Motif:
    highest: dict[int, Event] = {}
    for event in bar:
        if event.step not in highest or event.key > highest[event.step].key:
            highest[event.step] = event
    tune = [highest[step] for step in sorted(highest)]
    rhythm = tuple(
        (event.step / STEPS, min(event.length / STEPS, metre - event.step / STEPS))
        for event in tune
    )  # fmt: skip
    return Motif(rhythm, tuple(round(event.key - middle) for event in tune))


def _straight(step: int, *, swinging: bool) -> int:
    """Return a step of a triplet as the straight one that a swinging style turns into it."""
    beat, place = divmod(step, STEPS)
    return beat * STEPS + _SWINGING.get(place, place) if swinging else step


assert max(level for ends in _STRENGTHS.values() for _, level in ends) < LEVELS
