"""The mix: each part at its loudness, whatever plays it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generators.audio_music.loudness import integrated
from generators.audio_music.symbolic.composer import compose
from generators.audio_music.symbolic.dice import Dice
from generators.audio_music.symbolic.mix import BALANCE, render
from generators.audio_music.symbolic.plan import decide
from generators.audio_music.symbolic.soundfont import SoundFont, read_soundfont
from generators.musical.reading import read_prompt

STARTER = Path(__file__).resolve().parents[4] / "assets" / "starter" / "music"
RATE = 22_050


@pytest.fixture(scope="module")
def font() -> SoundFont:
    return read_soundfont(next(STARTER.glob("*.sf3")))


def levels(font: SoundFont, prompt: str, intensity: float = 0.0) -> dict[str, float]:
    """Return the loudness of each part of a mix, LU over the tune."""
    dice = Dice(7)
    score = compose(decide(read_prompt(prompt), 12.0, dice, intensity), dice)
    mixed = render(score, font, RATE, lambda _share: None, stems=True)
    waves = zip(score.tracks, mixed.stems.values(), strict=True)
    heard = {track.role: integrated(wave.astype(np.float64), RATE) for track, wave in waves}
    return {role: level - heard["melody"] for role, level in heard.items()}


@pytest.mark.parametrize(
    "prompt",
    [
        "calm cinematic, pizzicato and choir",  # 17 dB between them as they are sampled
        "funk, organ and brass",
        "jazz, brushes and vibraphone",
        "inspiring corporate, marimba and strings",
    ],
)
def test_no_part_drowns_and_none_drowns_others(font: SoundFont, prompt: str) -> None:
    heard = levels(font, prompt)
    assert len(heard) >= 4
    for role, level in heard.items():
        if role not in ("drums", "effects"):  # the one follows the energy, the others are swells
            assert level == pytest.approx(BALANCE[role], abs=2.5), role


def test_drums_come_forward_with_the_energy(font: SoundFont) -> None:
    soft, loud = (levels(font, "pop", shift)["drums"] for shift in (-0.6, 0.7))
    assert loud > soft + 1.5
