"""From what a backend made to a finished music bed: length, fades, channels, rate, loudness.

The same for every backend. Sounds are arrays of shape (frames, channels), 1.0 is full scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.signal import resample_poly

from generators.api import UserFacingError
from generators.audio_music.loudness import Level, measure, reach, unwatched

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generators.audio_music.loudness import Watch

    Samples = NDArray[np.float64]

_CROSSFADE_SECONDS = 0.25  # of a loop's seam, at most
_SHORTEST_LOOP_SECONDS = 1.0  # a shorter piece repeated is a buzz, so silence follows it instead
_LOUDNESS_TOLD = 0.5  # LU off the target that the person is told of
_AROUND_SECONDS = 0.5  # of a loop's other end that is heard while its peaks are limited


@dataclass(frozen=True, slots=True)
class Finish:
    """What the bed shall be.

    Attributes:
        duration: Seconds; the result has exactly ``frames`` frames.
        rate: Hz.
        channels: 1 or 2.
        loudness: LUFS.
        fade_in, fade_out: Seconds; shortened together where they do not fit.
    """

    duration: float
    rate: int = 44_100
    channels: int = 2
    loudness: float = -16.0
    fade_in: float = 0.0
    fade_out: float = 0.0

    @property
    def frames(self) -> int:
        """The exact length in samples per channel."""
        return max(1, round(self.duration * self.rate))


@dataclass(frozen=True, slots=True)
class Bed:
    """A finished piece.

    Attributes:
        samples: Shape (``Finish.frames``, channels).
        notes: What a person should know, such as that it was looped.
    """

    samples: Samples
    rate: int
    level: Level
    notes: tuple[str, ...] = field(default=())


def finish(
    sound: NDArray[np.floating],
    rate: int,
    wanted: Finish,
    *,
    loop: bool = False,
    watch: Watch = unwatched,
) -> Bed:
    """Make a bed of a backend's sound at ``rate`` Hz.

    A loop that has the wanted length already is not faded, and its peaks are limited as if it went
    round: the last sample goes on leading into the first. ``watch`` is called all the while, and
    may raise to stop.

    Raises:
        UserFacingError: The sound holds values that are no numbers.
    """
    samples: Samples = np.asarray(sound, np.float64)
    if samples.ndim == 1:
        samples = samples[:, None]
    if not np.isfinite(samples).all():
        raise UserFacingError(
            "The checkpoint made a sound that holds no valid numbers.",
            "Run it in float32; some checkpoints overflow in float16.",
        )
    samples = samples - samples.mean(axis=0) if len(samples) else samples
    doubled = samples.shape[1] == 1 and wanted.channels == 2
    if not doubled:
        samples = with_channels(samples, wanted.channels)
    samples, notes = fit(resample(samples, rate, wanted.rate), wanted.frames, wanted.rate)
    around = min(len(samples), round(_AROUND_SECONDS * wanted.rate)) if loop else 0
    if not loop:
        samples = fade(samples, wanted.rate, wanted.fade_in, wanted.fade_out)
    # Two equal channels measure twice the power of one: half the work for the same result.
    target = wanted.loudness - (10 * math.log10(2) if doubled else 0.0)
    samples = reach(samples, wanted.rate, target, around=around, watch=watch)
    samples = with_channels(samples, wanted.channels)
    level = measure(samples, wanted.rate, watch)
    if level.loudness == -math.inf:
        notes = (*notes, "The sound is silent.")
    elif abs(level.loudness - wanted.loudness) > _LOUDNESS_TOLD:
        notes = (
            *notes,
            f"Its loudness is {level.loudness:.1f} LUFS: its peaks allow no {wanted.loudness:g}.",
        )
    return Bed(samples, wanted.rate, level, notes)


def resample(samples: Samples, rate: int, wanted: int) -> Samples:
    """Return the sound at another rate (polyphase filter; the length follows, rounded up)."""
    if rate == wanted or not len(samples):
        return samples
    common = math.gcd(rate, wanted)
    made: Samples = resample_poly(samples, wanted // common, rate // common, axis=0)
    return made


def with_channels(samples: Samples, channels: int) -> Samples:
    """Return the sound in one or two channels; to mono by the mean, to stereo by doubling."""
    if samples.shape[1] == channels:
        return samples
    middle = samples.mean(axis=1, keepdims=True)
    return np.repeat(middle, channels, axis=1)


def fit(samples: Samples, frames: int, rate: int) -> tuple[Samples, tuple[str, ...]]:
    """Return the sound in exactly ``frames`` frames, and what had to be done for it.

    A longer one is cut. A shorter one is looped with a crossfade at the seam; one that is too short
    for that is followed by silence. Both are said in the notes.
    """
    have = len(samples)
    if have >= frames:
        return samples[:frames], ()
    missing = (frames - have) / rate
    if have < _SHORTEST_LOOP_SECONDS * rate or not np.any(samples):
        silence = np.zeros((frames - have, samples.shape[1]))
        note = f"The last {missing:.2f} s are silence: what was made is shorter."
        return np.concatenate([samples, silence]), (note,) if missing > 0.05 else ()
    made, seam = samples, min(round(_CROSSFADE_SECONDS * rate), have // 4)
    while len(made) < frames:
        made = join(made, samples, seam)
    return made[:frames], (f"Looped: what was made is {missing:.1f} s shorter.",)


def join(first: Samples, second: Samples, seam: int, *, equal_power: bool = True) -> Samples:
    """Return two sounds one after the other, crossfaded over ``seam`` frames.

    At equal power for two different sounds; linearly for two takes of the same, which would
    otherwise swell by 3 dB.
    """
    if seam < 1:
        return np.concatenate([first, second])
    rise = (np.arange(seam)[:, None] + 0.5) / seam
    if equal_power:
        down, up = np.cos(rise * (math.pi / 2)), np.sin(rise * (math.pi / 2))
    else:
        down, up = 1 - rise, rise
    middle = first[-seam:] * down + second[:seam] * up
    return np.concatenate([first[:-seam], middle, second[seam:]])


def fade(samples: Samples, rate: int, fade_in: float, fade_out: float) -> Samples:
    """Return the sound with a raised-cosine fade at each end; the outermost sample is zero."""
    total = fade_in + fade_out
    share = min(1.0, len(samples) / rate / total) if total > 0 else 0.0
    made = samples.copy()
    count = int(fade_in * share * rate)
    if count:
        made[:count] *= _rise(count)
    count = int(fade_out * share * rate)
    if count:
        made[-count:] *= _rise(count)[::-1]
    return made


def _rise(count: int) -> Samples:
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(count) / count))[:, None]
