"""Markers of WAV files, and files that only look like some."""

from __future__ import annotations

import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from generators.audio_music.markers import add_markers
from studio.services.files.markers import Mark, Markers, read_markers


@pytest.fixture
def wav(tmp_path):
    path = tmp_path / "音乐.wav"
    soundfile.write(path, np.zeros((8_001, 1)), 8_000, subtype="PCM_16")
    return path


def test_what_is_marked_is_read_and_the_sound_stays(wav):
    add_markers(wav, [(0, "intro"), (4_000, "高潮")], loop=(0, 8_000, 8_000))
    assert read_markers(wav) == Markers((Mark(0.0, "intro"), Mark(0.5, "高潮")), loops=True)
    samples, rate = soundfile.read(wav)
    assert (len(samples), rate) == (8_001, 8_000)
    assert struct.unpack("<I", wav.read_bytes()[4:8])[0] == wav.stat().st_size - 8


def test_a_file_without_marks(wav, tmp_path):
    assert read_markers(wav) == Markers()
    assert read_markers(tmp_path / "gone.wav") == Markers()


@given(cut=st.integers(0, 200), at=st.integers(0, 199), value=st.integers(0, 255))
def test_damaged_chunks_give_no_error(tmp_path_factory, cut, at, value):
    path = tmp_path_factory.mktemp("wav") / "one.wav"
    soundfile.write(path, np.zeros((8, 1)), 8_000, subtype="PCM_16")
    add_markers(path, [(0, "a"), (4, "b")], loop=(0, 7, 8_000))
    raw = bytearray(path.read_bytes())
    raw[at % len(raw)] = value
    path.write_bytes(raw[: len(raw) - cut])
    assert isinstance(read_markers(path), Markers)
