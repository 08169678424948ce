"""Prompts for the music starter: drawn with what they ask for, and twelve beds to look at."""

from __future__ import annotations

import random
from dataclasses import dataclass

from generators.musical.words import GENRES, INSTRUMENTS, MOODS, Word

_SEED = 20261128
_CHINESE = 0.3
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_NAMES_ZH = ("C", "升C", "D", "降E", "E", "F", "升F", "G", "降A", "A", "降B", "B")
_LENGTHS = (6.0, 10.0, 15.0, 15.0, 20.0, 30.0, 60.0, 12.5, 17.3)
#: Beats a minute that suit a genre: nobody asks for a ballad at 200.
_TEMPI = {"ambient": (56, 90), "lofi": (66, 94), "piano": (60, 120), "hiphop": (70, 104),
          "guofeng": (62, 116), "reggae": (68, 100), "electronic": (100, 140)}  # fmt: skip


@dataclass(frozen=True)
class MusicPrompt:
    """A prompt, and what its sound must have; None where nothing is asked."""

    text: str
    duration: float
    seed: int
    key: tuple[int, str] | None = None
    tempo: float | None = None
    loop: bool = False
    loudness: float = -16.0


BEDS = (
    MusicPrompt("acoustic guitar and soft percussion, morning, unhurried, 92 bpm", 8, 7),
    MusicPrompt("energetic electronic, drop at 7.5 s, end on the logo at 14 s, F# minor", 15, 7),
    MusicPrompt("epic cinematic in C minor, hit at 9 s", 20, 7),
    MusicPrompt("happy pop loop, 120 bpm, in G major", 16, 7),
    MusicPrompt("calm ambient in D major", 30, 7),
    MusicPrompt("欢快的国风，古筝和竹笛，G大调", 15, 7),
    MusicPrompt("elegant jazz lounge, saxophone, B flat major, 120 bpm", 15, 7),
    MusicPrompt("lo-fi hip hop, 80 bpm, in F major", 20, 7),
    MusicPrompt("inspiring corporate, building, in A major", 30, 7),
    MusicPrompt("sad solo piano in E minor", 15, 7),
    MusicPrompt("romantic orchestral waltz in D major", 20, 7),
    MusicPrompt("energetic rock, E minor, 140 bpm", 10, 7),
)


def draw_prompts(count: int) -> list[MusicPrompt]:
    """Return prompts of all kinds; the same count, the same prompts."""
    rng = random.Random(_SEED)
    return [_draw(rng, number) for number in range(count)]


def _draw(rng: random.Random, number: int) -> MusicPrompt:
    chinese = rng.random() < _CHINESE
    genre, mood = rng.choice(GENRES), rng.choice(MOODS)
    words = [_said(mood, rng, chinese=chinese), _said(genre, rng, chinese=chinese)]
    if rng.random() < 0.35 and genre.id != "piano":
        words.append(_said(rng.choice(INSTRUMENTS), rng, chinese=chinese))
    duration = rng.choice(_LENGTHS)
    loop = number % 8 == 7
    key = tempo = None
    if rng.random() < 0.7:
        key = (rng.randrange(12), rng.choice(("major", "minor")))
        words.append(_key(key, chinese=chinese))
    if rng.random() < 0.7:
        tempo = _tempo(rng, genre.id, duration, loop=loop)
        words.append(f"每分钟{tempo:.0f}拍" if chinese else f"{tempo:.0f} bpm")
    if loop:
        words.append("循环" if chinese else "seamless loop")
    elif rng.random() < 0.25 and duration >= 10:
        words.append(_moments(duration, chinese=chinese))
    text = ("，" if chinese else ", ").join(words)
    loudness = rng.choice((-14.0, -16.0, -16.0, -18.0, -23.0))
    return MusicPrompt(text, duration, rng.randrange(1 << 32), key, tempo, loop, loudness)


def _tempo(rng: random.Random, genre: str, duration: float, *, loop: bool) -> float:
    """Return a tempo; for a loop one that fills its length with whole beats, to the nearest 1."""
    tempo = float(rng.randint(*_TEMPI.get(genre, (72, 144))))
    if loop:
        tempo = float(round(round(duration * tempo / 240) * 240 / duration))
    return tempo


def _said(word: Word, rng: random.Random, *, chinese: bool) -> str:
    return rng.choice(word.zh if chinese else word.en)


def _key(key: tuple[int, str], *, chinese: bool) -> str:
    tonic, mode = key
    if chinese:
        return f"{_NAMES_ZH[tonic]}{'大调' if mode == 'major' else '小调'}"
    return f"in {_NAMES[tonic]} {mode}"


def _moments(duration: float, *, chinese: bool) -> str:
    drop, end = round(0.45 * duration, 1), round(0.92 * duration, 1)
    if chinese:
        return f"{drop}秒爆发，{end}秒处落在标志上"
    return f"drop at {drop} s, end on the logo at {end} s"
