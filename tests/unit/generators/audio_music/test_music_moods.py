"""The instruments that judge moods: they tell what is plainly apart, and nothing from noise."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.music_measures import onsets_of
from helpers.music_moods import RATE, Judge, features, moods_of, starts_of

from generators.audio_music.network.tokens import Event, Measure, Piece

TIMES = np.arange(6 * RATE) / RATE


def plucked(per_second: float, tones: tuple[float, ...]) -> np.ndarray:
    """Return six seconds of a chord struck again and again."""
    fading = np.exp(-4 * (TIMES % (1 / per_second)))
    chord = sum(np.sin(2 * np.pi * tone * TIMES) / n for tone in tones for n in (1, 2))
    return np.repeat((0.1 * fading * chord)[:, None], 2, axis=1)


@pytest.mark.parametrize(
    ("words", "tempo", "mode", "moods"),
    [
        ("Langsam und zart", 92, "minor", {"calm", "dark"}),
        ("Allegro con fuoco", 92, "major", {"energetic", "happy"}),
        ("", 140, "minor", {"energetic"}),
        ("", 60, "major", {"calm"}),
        ("Andante", 92, "major", set()),
        ("Adagio – Allegro", 92, "major", set()),
    ],
)
def test_what_is_written_over_a_score_says_its_mood(words, tempo, mode, moods):
    assert moods_of(words, tempo, mode) == moods


def test_soft_notes_beside_loud_drums_begin_and_a_quivering_chord_does_not():
    """A count by the loudest rise alone hears the drums and misses the notes."""
    rng = np.random.default_rng(3)
    soft = 0.2 * plucked(4, (262, 330, 392))
    drums = np.exp(-30 * (TIMES % 1.0)) * 0.4 * rng.standard_normal(len(TIMES))
    heard = onsets_of(soft + drums[:, None], RATE)
    assert abs(len(heard) - 24) <= 3
    assert all(min(abs(heard - beat)) < 0.03 for beat in range(1, 6))
    phase = 2 * np.pi * 440 * TIMES + 0.8 * np.sin(2 * np.pi * 5.5 * TIMES)
    chord = np.sin(phase) + 0.5 * np.sin(1.5 * phase)
    assert len(onsets_of(0.2 * np.repeat(chord[:, None], 2, axis=1), RATE)) <= 2


def test_starts_are_counted_as_they_are_written():
    piece = Piece("lied", "major", 4, 120.0, 0.5, 0.5, ("melody",))
    bar = Measure(4, 3, 0, "major")
    bar.events += [Event(step, "melody", 60, 12, 80) for step in (0, 0, 12, 24)]
    piece.measures += [bar] * 20
    assert starts_of(piece) == pytest.approx(1.5)  # three in a bar of two seconds, chords once


def test_features_hear_how_much_happens_and_the_mode():
    slow, fast = (features(plucked(rate, (262, 330, 392)), RATE) for rate in (1, 6))
    assert fast[0] > slow[0] + 0.5
    minor = features(plucked(1, (262, 311, 392)), RATE)
    assert slow[5] > 0 > minor[5]


def test_a_judge_tells_what_it_learnt_and_guesses_the_rest():
    rng = np.random.default_rng(1)
    rows = [rng.normal(0, 1, 6) + 4 * (n % 2) * np.eye(6)[0] for n in range(60)]
    judge = Judge(rows, [bool(n % 2) for n in range(60)])
    assert judge.score(4 * np.eye(6)[0]) > 1 > -1 > judge.score(np.zeros(6))
    blind = Judge([rng.normal(0, 1, 6) for _ in range(400)], [bool(n % 2) for n in range(400)])
    right = [(blind.score(rng.normal(0, 1, 6)) > 0) == bool(n % 2) for n in range(400)]
    assert 0.35 < np.mean(right) < 0.65
