"""Loudness and true peak as broadcasters and platforms measure them, and reaching a target.

Sources: ITU-R BS.1770-5 (loudness by pyloudnorm; annex 2 for true peak at four times the rate);
EBU R 128 for the ceiling of -1 dBTP.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

if TYPE_CHECKING:
    from generators.audio_music.post import Samples

CEILING = -1.0  # dBTP
OVERSAMPLING = 4
TOLERANCE = 0.1  # LU that the search for the gain may be off
_SAFETY = 0.1  # dB below the ceiling: 16 bit rounding and other meters' filters differ by that
_BLOCK_SECONDS = 0.4  # the measure's gating block; a shorter sound is repeated for measuring
_LOOKAHEAD_SECONDS = 0.005
_QUIETEST = -70.0  # LUFS; the measure's absolute gate: below it a sound counts as silent
_ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Level:
    """What a sound measures.

    Attributes:
        loudness: LUFS, integrated; ``-inf`` for silence.
        true_peak: dBTP; ``-inf`` for silence.
    """

    loudness: float
    true_peak: float


def measure(samples: Samples, rate: int) -> Level:
    """Measure a sound of shape (frames, channels) at ``rate`` Hz."""
    return Level(integrated(samples, rate), decibels(true_peak(samples)))


def integrated(samples: Samples, rate: int) -> float:
    """Return the integrated loudness in LUFS; ``-inf`` for silence."""
    import pyloudnorm

    if not samples.size or not np.any(samples):
        return -math.inf
    shortest = math.ceil(_BLOCK_SECONDS * rate) + 1
    if len(samples) < shortest:
        samples = np.tile(samples, (math.ceil(shortest / len(samples)), 1))
    with warnings.catch_warnings(), np.errstate(divide="ignore", invalid="ignore"):
        warnings.simplefilter("ignore")  # a mean over no block above the gate: that is silence
        value = float(pyloudnorm.Meter(rate).integrated_loudness(samples.astype(np.float64)))
    return value if value > _QUIETEST else -math.inf


def true_peak(samples: Samples) -> float:
    """Return the highest absolute value between the samples too (1.0 is full scale)."""
    if not len(samples):
        return 0.0
    return max(float(np.abs(samples).max()), float(np.abs(_oversampled(samples)).max()))


def decibels(value: float) -> float:
    """Return an amplitude in dB of full scale; ``-inf`` for 0."""
    return 20 * math.log10(value) if value > 0 else -math.inf


def amplitude(decibel: float) -> float:
    """Return the amplitude of a level in dB of full scale."""
    return float(10.0 ** (decibel / 20))


def limit(samples: Samples, rate: int, ceiling: float = CEILING) -> Samples:
    """Return the sound with no true peak above ``ceiling`` dBTP.

    A look-ahead limiter: the gain that each peak asks for is held over a window around it and then
    averaged over that window, so that it falls and rises smoothly and is low enough in time.
    """
    allowed = amplitude(ceiling - _SAFETY)
    if not len(samples) or true_peak(samples) <= allowed:
        return samples
    up = np.abs(_oversampled(samples)).max(axis=1)
    peaks = up[: len(samples) * OVERSAMPLING].reshape(len(samples), OVERSAMPLING).max(axis=1)
    peaks = np.maximum(peaks, np.abs(samples).max(axis=1))
    wanted = np.minimum(1.0, allowed / np.maximum(peaks, 1e-12))
    window = 2 * max(1, round(_LOOKAHEAD_SECONDS * rate)) + 1
    gain = uniform_filter1d(
        minimum_filter1d(wanted, window, mode="nearest"), window, mode="nearest"
    )
    limited = samples * gain[:, None]
    return np.asarray(limited / max(1.0, true_peak(limited) / allowed))


def reach(
    samples: Samples, rate: int, target: float, ceiling: float = CEILING, *, around: int = 0
) -> Samples:
    """Return the sound at ``target`` LUFS with no true peak above ``ceiling`` dBTP.

    A loop's peaks are limited with ``around`` frames of its other end before and behind it.

    Limiting takes loudness away, so the gain is searched for. Where even that does not reach the
    target (a few clicks in silence), the closest is returned: measure it. Silence stays silence.
    """

    def limited(sound: Samples) -> Samples:
        if not around:
            return limit(sound, rate, ceiling)
        turned = np.concatenate([sound[-around:], sound, sound[:around]])
        return limit(turned, rate, ceiling)[around:-around]

    gain, best, nearest = 0.0, limited(samples), math.inf
    if integrated(samples, rate) == -math.inf:
        return best
    for _ in range(_ROUNDS):
        made = limited(samples * amplitude(gain))
        off = target - integrated(made, rate)
        if abs(off) < nearest:
            best, nearest = made, abs(off)
        if nearest <= TOLERANCE or not math.isfinite(off):
            break
        gain += off
    return best


def _oversampled(samples: Samples) -> Samples:
    made: Samples = resample_poly(samples, OVERSAMPLING, 1, axis=0)
    return made
