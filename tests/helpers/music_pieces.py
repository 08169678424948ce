"""Pieces by the ordinary music generator and the shipped starter, for benchmarks."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import soundfile

from generators.api import CheckpointRef, Request
from generators.audio_music.generator import AudioMusic
from generators.registry import Registry
from generators.testing import RecordingContext

if TYPE_CHECKING:
    import numpy as np

    from generators.api import JsonValue

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "starter" / "music"
CHECKPOINT = CheckpointRef("starter", "Starter music", str(SHIPPED), "symbolic", "soundfont")


@dataclass(frozen=True)
class Made:
    """A piece as it was read back from its file."""

    path: Path
    samples: np.ndarray
    rate: int
    seconds: float  # that it took


def load_starter() -> AudioMusic:
    """Load the shipped starter."""
    return AudioMusic.load(CHECKPOINT, (), "cpu", "auto", RecordingContext(Path()))


def make_piece(music: AudioMusic, wanted: dict[str, JsonValue], folder: Path) -> Made:
    """Make a piece; ``wanted`` are parameters, what is left out is as by default."""
    params = Registry.discover().get("audio_music").check_params("text_to_music", wanted)
    request = Request("audio_music", "text_to_music", params, CHECKPOINT)
    began = time.perf_counter()
    artifact = next(music.run(request, RecordingContext(folder)))
    took = time.perf_counter() - began
    samples, rate = soundfile.read(artifact.path, always_2d=True)
    return Made(artifact.path, samples, rate, took)
