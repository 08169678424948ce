"""Writing a bed: WAV, FLAC, MP3, by libsndfile. What is written is measured, not hoped for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soundfile

from generators.audio_music.loudness import (
    CEILING,
    amplitude,
    decibels,
    measure,
    true_peak,
    unwatched,
)

if TYPE_CHECKING:
    from pathlib import Path

    from generators.audio_music.loudness import Level, Watch
    from generators.audio_music.post import Bed, Samples

MEDIA_TYPES = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg"}
_MP3_QUALITY = 0.0  # libsndfile: 0 is the best of LAME's variable bit rates
_MP3_ROUNDS = 4
_BLOCK = 1 << 19  # frames that are written at a time


class Written(NamedTuple):
    """What came back from reading the file again."""

    frames: int
    level: Level


def write(path: Path, bed: Bed, form: str, bit_depth: int, watch: Watch = unwatched) -> Written:
    """Write the bed and return its exact length and level, read back from the file.

    MP3 changes the wave form: where that lifts a true peak above the ceiling, it is written again a
    little quieter.

    Args:
        path: Of the file.
        bed: What to write.
        form: ``wav``, ``flac`` or ``mp3``.
        bit_depth: 16 or 24, for WAV and FLAC.
        watch: Called every few seconds of sound; may raise to stop.

    Raises:
        OSError: The disk is full, or the folder cannot be written.
    """
    samples = bed.samples
    if form != "mp3":
        _write(path, samples, bed.rate, form, f"PCM_{bit_depth}", watch)
        return _read(path, bed, watch)
    for _ in range(_MP3_ROUNDS):
        _write(path, samples, bed.rate, form, "MPEG_LAYER_III", watch)
        made = soundfile.read(path, always_2d=True)[0]
        over = decibels(true_peak(made, watch)) - CEILING
        if over <= 0:
            break
        samples = samples * amplitude(-over - 0.05)
    return _read(path, bed, watch)


def _write(path: Path, samples: Samples, rate: int, form: str, subtype: str, watch: Watch) -> None:
    try:
        with path.open("wb") as raw, soundfile.SoundFile(
            raw, "w", rate, samples.shape[1], subtype, format=form.upper(),
            **({"compression_level": _MP3_QUALITY, "bitrate_mode": "VARIABLE"}
               if form == "mp3" else {}),
        ) as file:  # fmt: skip
            for start in range(0, len(samples), _BLOCK):
                watch()
                file.write(np.clip(samples[start : start + _BLOCK], -1.0, 1.0))
    except soundfile.LibsndfileError as error:
        raise OSError(f"{path.name} cannot be written: {error.error_string}") from error


def _read(path: Path, bed: Bed, watch: Watch) -> Written:
    made, _ = soundfile.read(path, always_2d=True)
    return Written(len(made), measure(made, bed.rate, watch))
