"""What music measures from its sound alone: key, tempo, and how a loop joins.

Sources: key profiles of Krumhansl & Kessler (1982) as in Temperley's revision (2007), correlated
with a chroma (Fujishima 1999); tempo by the autocorrelation of spectral flux, octaves settled by a
preference around 115 beats a minute (Ellis 2007); onsets by SuperFlux (Böck & Widmer 2013).
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.optimize import nnls
from scipy.signal import stft

MAJOR_PROFILE = (5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0)
MINOR_PROFILE = (5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0)
_WINDOW = 16_384  # frames of a look at the harmony
_LOW, _TOP, _HIGH = 31, 92, 112  # MIDI keys: lowest and highest note, highest overtone
_HOP = 512  # frames between two looks at the flux, at 44.1 kHz: 11.6 ms
_LOOKS = 100  # a second, for onsets
_BANDS = 24  # an octave, over ``_OCTAVES`` from ``_LOWEST`` Hz
_LOWEST, _OCTAVES = 27.5, 9
_RISE = 1.1  # that an onset stands out by, the published threshold
_HEARD = 0.1  # of full scale, the mean square that sound is brought to for it


class Key(NamedTuple):
    """A key as measured."""

    tonic: int
    mode: str
    margin: float  # correlation ahead of the next best key


def chroma(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the share of each pitch class (C first) in the sound.

    Each look's spectrum is explained by notes with overtones (non-negative least squares, Mauch &
    Dixon 2010), so that the fifth that every low tone carries does not count as a note.
    """
    mono = samples.mean(axis=1)
    frequencies, _, spectrum = stft(mono, rate, nperseg=_WINDOW, noverlap=_WINDOW - 6_144)
    bins = 440 * 2 ** ((np.arange(3 * _LOW, 3 * _HIGH) / 3 - 69) / 12)
    power = np.abs(spectrum)
    looks = np.stack([np.interp(bins, frequencies, look) for look in power.T])
    # what stands out of its surroundings is a tone; drums are broad
    smooth = uniform_filter1d(looks, 37, axis=1)
    looks = np.maximum(0, looks - smooth)
    made = np.zeros(12)
    notes = np.arange(_LOW, _TOP)
    for look in looks:
        strength = look.max()
        if strength > 1e-5:
            found = nnls(_templates(), look / strength)[0]
            made += np.bincount(notes % 12, weights=np.sqrt(found), minlength=12) * strength**0.5
    return made / max(made.sum(), 1e-12)


@lru_cache(maxsize=1)
def _templates() -> np.ndarray:
    """Return the spectra of notes, overtones falling off by 0.7 each, in thirds of semitones."""
    bins = np.arange(3 * _LOW, 3 * _HIGH) / 3
    table = np.zeros((len(bins), _TOP - _LOW))
    for column, note in enumerate(range(_LOW, _TOP)):
        for partial in range(1, 11):
            place = note + 12 * math.log2(partial)
            table[:, column] += 0.7 ** (partial - 1) * np.exp(-0.5 * ((bins - place) / 0.25) ** 2)
    return table


def key_of(samples: np.ndarray, rate: int, *, loop: bool = False) -> Key:
    """Return the key that a sound is in.

    Relative keys share their notes; what tells them apart is the chord that a piece begins with and
    comes to rest on, so the tonic triad in the first and the last seconds counts beside the scale.
    A loop has no last chord; it comes to rest where it begins.
    """
    edge = min(len(samples), round(1.5 * rate))
    whole = chroma(samples, rate)
    first = chroma(samples[:edge], rate)
    last = first if loop else chroma(samples[-edge:], rate)
    scores = {}
    for mode, profile, triad in (
        ("major", MAJOR_PROFILE, (0, 4, 7)),
        ("minor", MINOR_PROFILE, (0, 3, 7)),
    ):
        for tonic in range(12):
            scale = np.roll(profile, tonic)
            rest = np.zeros(12)
            rest[[(tonic + step) % 12 for step in triad]] = (1.5, 1, 1)
            scores[tonic, mode] = (
                _alike(scale, whole) + 0.35 * _alike(rest, last) + 0.15 * _alike(rest, first)
            )
    ranked = sorted(scores, key=lambda key: -scores[key])
    return Key(*ranked[0], scores[ranked[0]] - scores[ranked[1]])


def _alike(profile: np.ndarray, heard: np.ndarray) -> float:
    return float(np.corrcoef(profile, heard)[0, 1]) if heard.std() > 0 else 0.0


def flux(samples: np.ndarray, rate: int) -> tuple[np.ndarray, float]:
    """Return how much the spectrum grows from look to look, and looks a second."""
    mono = samples.mean(axis=1)
    _, _, spectrum = stft(mono, rate, nperseg=2_048, noverlap=2_048 - _HOP)
    level = np.log1p(1_000 * np.abs(spectrum))
    grown = np.maximum(0, np.diff(level, axis=1)).sum(axis=0)
    return grown - grown.mean(), rate / _HOP


def onsets_of(samples: np.ndarray, rate: int) -> np.ndarray:
    """Return the seconds at which something begins to sound, by SuperFlux.

    A share of the loudest rise, as peaks of ``flux`` would be picked by, hears a drum's strokes
    alone beside it, and every quiver of a held chord where nothing is struck.
    """
    window = 1 << round(math.log2(0.046 * rate))
    hop = rate // _LOOKS
    mono = samples.mean(axis=1)
    mono = mono * (_HEARD / max(1e-9, float(np.sqrt(np.mean(mono**2)))))
    _, _, spectrum = stft(mono, rate, nperseg=window, noverlap=window - hop)
    level = np.log10(1 + _filters(window, rate) @ np.abs(spectrum) * window / 2)
    before = maximum_filter1d(level, 3, axis=0)[:, :-2]  # vibrato moves a band, and does not begin
    rise = np.concatenate([[0.0, 0.0], np.maximum(0, level[:, 2:] - before).sum(axis=0)])
    highest = maximum_filter1d(rise, 7)  # within 30 ms
    stands_out = rise >= uniform_filter1d(rise, 17) + _RISE
    found: list[float] = []
    for look in np.flatnonzero((rise >= highest) & stands_out):
        if not found or look * hop / rate - found[-1] > 0.03:
            found.append(look * hop / rate)
    return np.array(found)


@lru_cache(maxsize=4)
def _filters(window: int, rate: int) -> np.ndarray:
    """Return triangles that gather a spectrum's bins to bands, shape (bands, bins)."""
    hertz = np.fft.rfftfreq(window, 1 / rate)
    edges = _LOWEST * 2 ** (np.arange(_BANDS * _OCTAVES) / _BANDS)
    bins = np.unique(np.searchsorted(hertz, edges[edges < rate / 2]))
    table = np.zeros((len(bins) - 2, len(hertz)))
    for band, (low, middle, high) in enumerate(zip(bins, bins[1:], bins[2:], strict=False)):
        table[band] = np.interp(np.arange(len(hertz)), (low, middle, high), (0, 1, 0), 0, 0)
        table[band, middle] = 1
    return table


def tempo_of(samples: np.ndarray, rate: int, around: float = 115.0) -> float:
    """Return beats a minute.

    Which multiple counts as the beat is convention: the one nearest to ``around`` is taken, so a
    caller that knows what was asked for passes that and measures how far the sound is off.
    """
    signal, per_second = flux(samples, rate)
    size = 1 << (2 * len(signal) - 1).bit_length()
    correlated = np.fft.irfft(np.abs(np.fft.rfft(signal, size)) ** 2)[: len(signal)]
    correlated /= np.arange(len(signal), 0, -1)
    tempi = np.geomspace(around / 1.45, around * 1.45, 1_500)
    support = np.full(len(tempi), -np.inf)
    for multiples in ((1, 2, 4, 8, 16), (1, 3, 6, 12, 24)):  # bars of four and of three
        total = np.zeros(len(tempi))
        for multiple in multiples:  # far ones tell small differences apart
            lags = multiple * 60 / tempi * per_second
            inside = lags < 0.8 * len(signal)
            values = np.interp(lags, np.arange(len(correlated)), correlated)
            total += np.where(inside, values / max(correlated[0], 1e-12), 0)
        support = np.maximum(support, total)
    prefer = np.exp(-0.5 * (np.log2(tempi / around) / 0.4) ** 2)
    return float(tempi[int(np.argmax(support * prefer))])


class Join(NamedTuple):
    """How a loop goes from its last sample to its first.

    Attributes:
        step: dBFS of what the step over the join exceeds the largest step nearby.
        click: dBFS of the residual there: what two samples on each side do not foretell (a cubic
            through them), less the same at the worst place nearby.
    """

    step: float
    click: float


def join_of(samples: np.ndarray, around: int = 2_048) -> Join:
    """Measure the join of a loop against its neighbourhood."""
    turned = np.concatenate([samples[-around:], samples[:around]])
    steps = np.abs(np.diff(turned, axis=0)).max(axis=1)
    others = np.delete(steps, around - 1)
    excess = float(steps[around - 1] - others.max())
    foretold = (
        -turned[:-4] + 4 * turned[1:-3] + 4 * turned[3:-1] - turned[4:]
    ) / 6  # the cubic through the neighbours, at the middle
    residual = np.abs(turned[2:-2] - foretold).max(axis=1)
    at = [around - 3, around - 2]
    spread = float(residual[at].max() - np.delete(residual, at).max())
    return Join(_decibels(excess), _decibels(spread))


def _decibels(value: float) -> float:
    return 20 * math.log10(value) if value > 1e-6 else -120.0
