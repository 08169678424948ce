"""Writing a bed: WAV, FLAC, MP3, by libsndfile. What is written is measured, not hoped for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import soundfile

from generators.audio_music.loudness import CEILING, amplitude, decibels, measure, true_peak

if TYPE_CHECKING:
    from pathlib import Path

    from generators.audio_music.loudness import Level
    from generators.audio_music.post import Bed, Samples

MEDIA_TYPES = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg"}
_MP3_QUALITY = 0.0  # libsndfile: 0 is the best of LAME's variable bit rates
_MP3_ROUNDS = 4


class Written(NamedTuple):
    """What came back from reading the file again."""

    frames: int
    level: Level


def write(path: Path, bed: Bed, form: str, bit_depth: int) -> Written:
    """Write the bed and return its exact length and level, read back from the file.

    MP3 changes the wave form: where that lifts a true peak above the ceiling, it is written again a
    little quieter.

    Args:
        path: Of the file.
        bed: What to write.
        form: ``wav``, ``flac`` or ``mp3``.
        bit_depth: 16 or 24, for WAV and FLAC.

    Raises:
        OSError: The disk is full, or the folder cannot be written.
    """
    samples = bed.samples
    if form != "mp3":
        _write(path, samples, bed.rate, form, f"PCM_{bit_depth}")
        return _read(path, bed)
    for _ in range(_MP3_ROUNDS):
        _write(path, samples, bed.rate, form, "MPEG_LAYER_III")
        made = soundfile.read(path, always_2d=True)[0]
        over = decibels(true_peak(made)) - CEILING
        if over <= 0:
            break
        samples = samples * amplitude(-over - 0.05)
    return _read(path, bed)


def _write(path: Path, samples: Samples, rate: int, form: str, subtype: str) -> None:
    try:
        with path.open("wb") as raw, soundfile.SoundFile(
            raw, "w", rate, samples.shape[1], subtype, format=form.upper(),
            **({"compression_level": _MP3_QUALITY, "bitrate_mode": "VARIABLE"}
               if form == "mp3" else {}),
        ) as file:  # fmt: skip
            file.write(np.clip(samples, -1.0, 1.0))
    except soundfile.LibsndfileError as error:
        raise OSError(f"{path.name} cannot be written: {error.error_string}") from error


def _read(path: Path, bed: Bed) -> Written:
    made, _ = soundfile.read(path, always_2d=True)
    return Written(len(made), measure(made, bed.rate))
