"""Pictures of music: a piano roll above a spectrogram, with sections marked."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw
from scipy.signal import stft

if TYPE_CHECKING:
    from pathlib import Path

    from generators.audio_music.symbolic.composer import Score

_WIDTH, _ROLL, _SPECTRUM, _GAP = 1500, 420, 300, 26
_COLOURS = {
    "melody": (230, 90, 60), "chords": (80, 140, 220), "pad": (150, 190, 230),
    "arp": (90, 180, 120), "bass": (120, 80, 190), "counter": (220, 170, 60),
    "drums": (90, 90, 90), "boom": (60, 60, 60), "effects": (190, 190, 190),
}  # fmt: skip


def draw_sheet(score: Score, samples: np.ndarray, rate: int, title: str, path: Path) -> None:
    """Write a PNG."""
    height = _ROLL + _SPECTRUM + 70 + 2 * _GAP
    sheet = Image.new("RGB", (_WIDTH, height), "white")
    pen = ImageDraw.Draw(sheet)
    pen.text((6, 5), title, "black")
    scale = _WIDTH / score.plan.duration
    _draw_roll(pen, score, scale)
    _draw_sections(pen, score, scale)
    top = _GAP + _ROLL + _GAP
    sheet.paste(_spectrogram(samples, rate), (0, top))
    _draw_level(pen, samples, top + _SPECTRUM + 4)
    sheet.save(path)


def _draw_roll(pen: ImageDraw.ImageDraw, score: Score, scale: float) -> None:
    grid = score.plan.grid
    for bar in range(len(grid.bars) + 1):
        x = grid.seconds(grid.start(bar)) * scale
        pen.line([(x, _GAP), (x, _GAP + _ROLL)], (225, 225, 225))
    for track in sorted(score.tracks, key=lambda item: item.role == "melody"):
        for note in track.notes:
            key = note.key if track.bank == 0 else 24 + (note.key - 35) * 0.25
            if track.role == "effects":
                key = 98
            y = _GAP + _ROLL - (key - 20) * _ROLL / 80
            left = grid.seconds(note.start) * scale
            right = max(left + 2, left + note.length * 60 / grid.tempo * scale - 1)
            pale = 1 - note.velocity / 140
            colour = tuple(round(part + (255 - part) * pale * 0.6)
                           for part in _COLOURS.get(track.role, (0, 0, 0)))  # fmt: skip
            pen.rectangle([left, y - 4, right, y], colour)


def _draw_sections(pen: ImageDraw.ImageDraw, score: Score, scale: float) -> None:
    for section in score.sections():
        x = float(str(section["time"])) * scale
        pen.line([(x, _GAP), (x, _GAP + _ROLL + _SPECTRUM)], (200, 60, 60))
        pen.text((x + 4, _GAP + _ROLL + 6), str(section["name"]), (160, 30, 30))
    for bar in score.form.bars:
        x = score.plan.grid.seconds(bar.start) * scale
        pen.text((x + 4, _GAP + 2), bar.chord.name, (120, 120, 120))
    for number, track in enumerate(score.tracks):
        pen.text((_WIDTH - 190, _GAP + 14 + 12 * number), f"{track.role}: {track.name}",
                 _COLOURS.get(track.role, (0, 0, 0)))  # fmt: skip


def _spectrogram(samples: np.ndarray, rate: int) -> Image.Image:
    frequencies, _, spectrum = stft(samples.mean(axis=1), rate, nperseg=4_096)
    power = 20 * np.log10(np.abs(spectrum) + 1e-7)
    rows = np.geomspace(40, min(16_000, rate / 2.1), _SPECTRUM)
    picked = power[np.searchsorted(frequencies, rows).clip(0, len(frequencies) - 1)]
    grey = np.clip((picked + 100) / 80, 0, 1)
    picture = Image.fromarray((255 * (1 - grey[::-1])).astype(np.uint8))
    return picture.resize((_WIDTH, _SPECTRUM)).convert("RGB")


def _draw_level(pen: ImageDraw.ImageDraw, samples: np.ndarray, top: float) -> None:
    edges = np.linspace(0, len(samples), _WIDTH + 1).astype(int)
    for x, (first, last) in enumerate(itertools.pairwise(edges)):
        peak = float(np.abs(samples[first:last]).max()) if last > first else 0.0
        level = max(0.0, 1 + 20 * math.log10(max(peak, 1e-5)) / 60)
        pen.line([(x, top + 60), (x, top + 60 - 56 * level)], (70, 110, 160))
