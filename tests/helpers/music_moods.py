"""Moods as sound has them: real scores with a mood by their tempo words, features, a classifier.

What is written over a score ("Langsam", "Allegro con fuoco"), how fast it goes and whether it is in
major or minor say what it is meant to feel like, before any of this program's rules.
"""

from __future__ import annotations

import re
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

import numpy as np

from generators.audio_music.network.scores import read_root, score_pieces
from generators.audio_music.network.tokens import STEPS, Piece
from generators.audio_music.symbolic.composer import PLACES, Score, compose
from generators.audio_music.symbolic.dice import Dice
from generators.audio_music.symbolic.mix import render
from generators.audio_music.symbolic.notes import Note, Track
from generators.audio_music.symbolic.plan import decide
from generators.audio_music.symbolic.sounds import SOUNDS
from generators.musical.reading import read_prompt
from helpers.music_measures import MAJOR_PROFILE, MINOR_PROFILE, chroma, flux, onsets_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from generators.audio_music.symbolic.soundfont import SoundFont

RATE, SECONDS = 22_050, 12.0
ARCHIVES = {"openscore_lieder.zip": "lied", "openscore_quartets.zip": "quartet"}
_FAST = {"allegro", "presto", "vivace", "lebhaft", "schnell", "rasch", "feurig", "geschwind", "vif",
         "agitato", "animato", "animé", "fuoco", "munter", "vivo"}  # fmt: skip
_SLOW = {"adagio", "largo", "lento", "langsam", "ruhig", "tranquillo", "calme", "lent", "breit",
         "larghetto", "grave", "innig"}  # fmt: skip
_MOODS = ("calm", "energetic", "dark", "happy")
_INSTRUMENTS = {"lied": ("piano",) * 4, "quartet": ("violin", "strings", "strings", "cello")}


@dataclass(frozen=True, slots=True)
class Real:
    """A passage of a real score, and what it is meant to feel like, as pairs of moods name it."""

    piece: Piece
    moods: frozenset[str]


def read_moods(music: Path, most: int) -> list[Real]:
    """Return passages with a clear mood, ``most`` of each if there are, drawn by chance."""
    counts = dict.fromkeys(_MOODS, 0)
    found: list[Real] = []
    for real in _spread(music):
        if any(counts[mood] < most for mood in real.moods):
            found.append(real)
            for mood in real.moods:
                counts[mood] += 1
        if min(counts.values()) >= most:
            break
    return found


def _spread(music: Path) -> Iterator[Real]:
    """Yield the first passage of each score that has a clear mood, in an order drawn by chance."""
    with ExitStack() as stack:
        corpora = {
            archive: stack.enter_context(zipfile.ZipFile(music / archive)) for archive in ARCHIVES
        }
        names = [
            (archive, name)
            for archive, corpus in corpora.items()
            for name in sorted(corpus.namelist())
            if name.endswith(".mxl")
        ]
        for index in np.random.default_rng(11).permutation(len(names)):
            archive, name = names[index]
            if (real := _real(corpora[archive].read(name), ARCHIVES[archive], name)) is not None:
                yield real


def _real(raw: bytes, genre: str, name: str) -> Real | None:
    """Return a score's first passage and its moods; None where it has none or cannot be read."""
    try:
        root = read_root(raw)
        words = " ".join(item.text or "" for item in list(root.iter("words"))[:3])
        piece = next(iter(score_pieces(root, genre, name, name)), None)
    except (ValueError, KeyError, StopIteration, ParseError, zipfile.BadZipFile):
        return None
    moods = moods_of(words, piece.tempo, piece.mode) if piece else frozenset()
    return Real(piece, moods) if piece and moods else None


def moods_of(words: str, tempo: float, mode: str) -> frozenset[str]:
    """Return ``calm`` or ``energetic``, ``happy`` or ``dark``, or neither where it is not clear."""
    said = set(re.findall(r"[^\W\d_]+", words.lower()))
    fast, slow = bool(said & _FAST), bool(said & _SLOW)
    if fast == slow:
        fast, slow = tempo >= 126, tempo <= 66
    if fast == slow:
        return frozenset()
    moods = {"energetic" if fast else "calm"}
    if fast and mode == "major":
        moods.add("happy")
    if slow and mode == "minor":
        moods.add("dark")
    return frozenset(moods)


def played(piece: Piece, font: SoundFont) -> np.ndarray:
    """Return a passage as sound, (frames, 2) at ``RATE``, by the soundfont of the starter."""
    plan = decide(read_prompt(f"solo piano, {min(200.0, piece.tempo):g} bpm"), SECONDS, Dice(1))
    names = dict(zip(piece.roles, _INSTRUMENTS[piece.genre], strict=False))
    tracks = {}
    start = 0
    for measure in piece.measures:
        for event in measure.events:
            if event.role not in tracks:
                sound = SOUNDS[names.get(event.role, "piano")]
                level, pan, reverb = PLACES[event.role]
                tracks[event.role] = Track(
                    event.role, event.role, sound.bank, sound.program, level, pan, reverb
                )
            note = Note(start + event.step / STEPS, event.length / STEPS, event.key, event.velocity)
            tracks[event.role].notes.append(note)
        start += measure.beats
    form = compose(plan, Dice(1)).form
    score = Score(plan, form, tuple(tracks.values()))
    return render(score, font, RATE, lambda _share: None).samples


def starts_of(piece: Piece) -> float:
    """Return how often something begins in a second of a passage, as it is written."""
    beats = SECONDS * min(200.0, piece.tempo) / 60
    starts, start = set(), 0
    for measure in piece.measures:
        starts |= {start + event.step / STEPS for event in measure.events}
        start += measure.beats
    return len({at for at in starts if at < beats}) / SECONDS


def features(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return what is heard of a mood, whatever plays it: events, pulse, brightness, mode.

    Onsets a second (Juslin and Laukka, 2004: the strongest cue of arousal), how much they stand
    out, spectral centroid and its lows, loudness' unevenness, and how much better a major than a
    minor profile explains the tones.
    """
    grown, _ = flux(samples, rate)
    grown = (grown - grown.min()) / max(1e-9, float(np.percentile(grown, 99) - grown.min()))
    onsets = len(onsets_of(samples, rate)) / (len(samples) / rate)
    mono = samples.mean(axis=1)
    power = np.abs(np.fft.rfft(mono)) ** 2
    hertz = np.fft.rfftfreq(len(mono), 1 / rate)
    centroid = float((power * hertz).sum() / max(power.sum(), 1e-12))
    blocks = np.sqrt((mono[: len(mono) // 2048 * 2048].reshape(-1, 2048) ** 2).mean(1) + 1e-9)
    tones = chroma(samples, rate)
    fits = [
        max(float(np.corrcoef(np.roll(profile, shift), tones)[0, 1]) for shift in range(12))
        for profile in (MAJOR_PROFILE, MINOR_PROFILE)
    ]
    return np.array([
        np.log1p(onsets), float(grown.std()), float(grown.mean()), np.log(centroid + 50),
        float(np.log(blocks).std()), fits[0] - fits[1],
    ])  # fmt: skip


class Judge:
    """Tells two moods apart: logistic regression on standardised features."""

    def __init__(self, rows: Sequence[np.ndarray], second: Sequence[bool]) -> None:
        """Learn from features and whether each is of the second mood."""
        table, wanted = np.stack(rows), np.array(second, float)
        self._middle, self._spread = table.mean(0), table.std(0) + 1e-9
        known = self._ready(table)
        weight = np.where(wanted == 1, 0.5 / wanted.mean(), 0.5 / (1 - wanted.mean()))
        self._weights = np.zeros(known.shape[1])
        for _ in range(2_000):
            off = (1 / (1 + np.exp(-known @ self._weights)) - wanted) * weight
            self._weights -= 0.5 * (known.T @ off / len(known) + 1e-3 * self._weights)

    def _ready(self, table: np.ndarray) -> np.ndarray:
        return np.column_stack([np.ones(len(table)), (table - self._middle) / self._spread])

    def score(self, row: np.ndarray) -> float:
        """Return how much more a sound is of the second mood than of the first; 0: either."""
        return float(self._ready(row[None])[0] @ self._weights)
