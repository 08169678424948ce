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
    from collections.abc import Callable

    from numpy.typing import NDArray

    from generators.audio_music.post import Samples

    Watch = Callable[[], None]

CEILING = -1.0  # dBTP
OVERSAMPLING = 4
TOLERANCE = 0.1  # LU that the search for the gain may be off
_SAFETY = 0.1  # dB below the ceiling: 16 bit rounding and other meters' filters differ by that
_BLOCK_SECONDS = 0.4  # the measure's gating block; a shorter sound is repeated for measuring
_LOOKAHEAD_SECONDS = 0.005
_QUIETEST = -70.0  # LUFS; the measure's absolute gate: below it a sound counts as silent
_ROUNDS = 6
_BLOCK = 1 << 18  # frames that are oversampled at a time: minutes at once would take gigabytes
_AROUND = 16  # frames around a block that the oversampling filter looks at, and a few more


@dataclass(frozen=True, slots=True)
class Level:
    """What a sound measures.

    Attributes:
        loudness: LUFS, integrated; ``-inf`` for silence.
        true_peak: dBTP; ``-inf`` for silence.
    """

    loudness: float
    true_peak: float


def unwatched() -> None:
    """Stand in where nobody waits for an answer."""


def measure(samples: Samples, rate: int, watch: Watch = unwatched) -> Level:
    """Measure a sound of shape (frames, channels) at ``rate`` Hz.

    Here and below ``watch`` is called every few seconds of sound; it may raise to stop.
    """
    return Level(integrated(samples, rate), decibels(true_peak(samples, watch)))


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


def true_peak(samples: Samples, watch: Watch = unwatched) -> float:
    """Return the highest absolute value between the samples too (1.0 is full scale)."""
    return float(_peaks(samples, watch).max(initial=0.0))


def decibels(value: float) -> float:
    """Return an amplitude in dB of full scale; ``-inf`` for 0."""
    return 20 * math.log10(value) if value > 0 else -math.inf


def amplitude(decibel: float) -> float:
    """Return the amplitude of a level in dB of full scale."""
    return float(10.0 ** (decibel / 20))


def limit(
    samples: Samples, rate: int, ceiling: float = CEILING, watch: Watch = unwatched
) -> Samples:
    """Return the sound with no true peak above ``ceiling`` dBTP.

    A look-ahead limiter: the gain that each peak asks for is held over a window around it and then
    averaged over that window, so that it falls and rises smoothly and is low enough in time.
    """
    allowed = amplitude(ceiling - _SAFETY)
    peaks = _peaks(samples, watch)
    if peaks.max(initial=0.0) <= allowed:
        return samples
    wanted = np.minimum(1.0, allowed / np.maximum(peaks, 1e-12))
    window = 2 * max(1, round(_LOOKAHEAD_SECONDS * rate)) + 1
    gain = uniform_filter1d(
        minimum_filter1d(wanted, window, mode="nearest"), window, mode="nearest"
    )
    limited = samples * gain[:, None]
    return np.asarray(limited / max(1.0, true_peak(limited, watch) / allowed))


def reach(
    samples: Samples,
    rate: int,
    target: float,
    ceiling: float = CEILING,
    *,
    around: int = 0,
    watch: Watch = unwatched,
) -> Samples:
    """Return the sound at ``target`` LUFS with no true peak above ``ceiling`` dBTP.

    A loop's peaks are limited with ``around`` frames of its other end before and behind it.

    Limiting takes loudness away, so the gain is searched for. Where even that does not reach the
    target (a few clicks in silence), the closest is returned: measure it. Silence stays silence.
    """

    def limited(sound: Samples) -> Samples:
        if not around:
            return limit(sound, rate, ceiling, watch)
        turned = np.concatenate([sound[-around:], sound, sound[:around]])
        return limit(turned, rate, ceiling, watch)[around:-around]

    gain, best, nearest = 0.0, limited(samples), math.inf
    if integrated(samples, rate) == -math.inf:
        return best
    for _ in range(_ROUNDS):
        watch()
        made = limited(samples * amplitude(gain))
        off = target - integrated(made, rate)
        if abs(off) < nearest:
            best, nearest = made, abs(off)
        if nearest <= TOLERANCE or not math.isfinite(off):
            break
        gain += off
    return best


def _peaks(samples: Samples, watch: Watch) -> NDArray[np.float64]:
    """Return the highest absolute value at each frame and up to the next, of all channels."""
    frames = len(samples)
    peaks = np.zeros(frames)
    for start in range(0, frames, _BLOCK):
        watch()
        end = min(frames, start + _BLOCK)
        first = max(0, start - _AROUND)
        fine = resample_poly(samples[first : end + _AROUND], OVERSAMPLING, 1, axis=0)
        fine = fine[(start - first) * OVERSAMPLING :][: (end - start) * OVERSAMPLING]
        peaks[start:end] = np.abs(fine).reshape(end - start, -1).max(axis=1)
        np.maximum(peaks[start:end], np.abs(samples[start:end]).max(axis=1), out=peaks[start:end])
    return peaks
