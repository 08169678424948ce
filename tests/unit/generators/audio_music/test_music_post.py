"""Finishing: exact length, loudness, true peak, fades, files; for any sound."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.api import JobCancelled, UserFacingError
from generators.audio_music import loudness, writing
from generators.audio_music.loudness import integrated, limit, measure, reach, true_peak
from generators.audio_music.post import Bed, Finish, fade, finish, fit, join, resample
from generators.audio_music.writing import write

if TYPE_CHECKING:
    from pathlib import Path

QUICK = settings(max_examples=25, deadline=None)


def tone(seconds: float, rate: int, frequency: float = 440.0, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * frequency * np.arange(int(seconds * rate)) / rate)[:, None]


@QUICK
@given(
    kind=st.sampled_from(["noise", "tone", "clicks", "square", "loud"]),
    made=st.floats(0.05, 4.0),
    duration=st.floats(0.5, 3.0),
    source_rate=st.sampled_from([16_000, 32_000, 44_100, 48_000]),
    rate=st.sampled_from([44_100, 48_000]),
    channels=st.sampled_from([1, 2]),
    source_channels=st.sampled_from([1, 2]),
    target=st.floats(-30, -12),
    fades=st.tuples(st.floats(0, 2), st.floats(0, 2)),
)
def test_any_sound_becomes_exactly_what_was_asked(  # noqa: PLR0917 - one per property
    kind: str,
    made: float,
    duration: float,
    source_rate: int,
    rate: int,
    channels: int,
    source_channels: int,
    target: float,
    fades: tuple[float, float],
) -> None:
    rng = np.random.default_rng(1)
    frames = int(made * source_rate)
    sound = {
        "noise": rng.normal(0, 0.2, (frames, source_channels)),
        "tone": np.repeat(tone(made, source_rate), source_channels, axis=1),
        "clicks": (rng.random((frames, source_channels)) < 0.001).astype(float),
        "square": np.sign(np.repeat(tone(made, source_rate, 100), source_channels, axis=1)),
        "loud": rng.normal(0, 50.0, (frames, source_channels)),
    }[kind]
    wanted = Finish(duration, rate, channels, target, *fades)
    bed = finish(sound, source_rate, wanted)
    assert bed.samples.shape == (round(duration * rate), channels)
    assert np.isfinite(bed.samples).all()
    assert true_peak(bed.samples) <= 10 ** (-1 / 20)
    off = abs(bed.level.loudness - target)
    assert off <= 0.5 or bed.notes, "what could not be reached is said"
    if kind in ("noise", "tone") and max(fades) == 0 and made >= duration:
        assert off <= 0.5


def test_loudness_is_the_standards_own() -> None:
    """EBU Tech 3341, case 1: a stereo sine of 1 kHz at -23 dBFS measures -23 LUFS."""
    rate = 48_000
    sine = np.repeat(tone(20, rate, 1000, 10 ** (-23 / 20)), 2, axis=1)
    assert integrated(sine, rate) == pytest.approx(-23.0, abs=0.1)


def test_true_peak_sees_between_the_samples() -> None:
    """A sine at a quarter of the rate, 45° off: the samples say -3 dB, the wave is at 0 dB."""
    rate = 48_000
    sine = np.sin(np.pi / 2 * np.arange(rate) + np.pi / 4)[:, None]
    assert np.abs(sine).max() == pytest.approx(math.sqrt(0.5))
    assert true_peak(sine[1000:-1000]) == pytest.approx(1.0, abs=0.08)


def test_the_limiter_leaves_the_quiet_alone_and_holds_the_loud() -> None:
    rate = 44_100
    quiet = tone(1, rate, level=0.3)
    assert limit(quiet, rate) is quiet
    sound = tone(2, rate, level=0.3)
    sound[rate : rate + 200] *= 8
    limited = limit(sound, rate)
    assert true_peak(limited) <= 10 ** (-1 / 20)
    away = np.abs(np.arange(len(sound)) - rate - 100) > rate * 0.02
    assert np.allclose(limited[away], sound[away], atol=1e-6)


def test_peaks_are_found_block_by_block(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = np.random.default_rng(3).normal(0, 0.3, (5000, 2))
    whole = limit(sound, 44_100), true_peak(sound), true_peak(sound[:3])
    monkeypatch.setattr(loudness, "_BLOCK", 700)
    assert true_peak(sound) == whole[1]
    assert true_peak(sound[:3]) == whole[2]
    assert np.array_equal(limit(sound, 44_100), whole[0])


def test_finishing_and_writing_can_be_stopped_at_every_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loudness, "_BLOCK", 4000)
    monkeypatch.setattr(writing, "_BLOCK", 4000)
    sound = np.random.default_rng(3).normal(0, 0.3, (40_000, 2))
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    bed = finish(sound, 44_100, Finish(0.9, loudness=-9.0), watch=count)
    assert calls > 40  # a few rounds of ten blocks
    calls = 0
    write(tmp_path / "a.wav", bed, "wav", 16, count)
    assert calls >= 20

    def stop() -> None:
        raise JobCancelled

    with pytest.raises(JobCancelled):
        finish(sound, 44_100, Finish(0.9), watch=stop)


def test_a_target_that_the_peaks_forbid_is_said() -> None:
    rate = 44_100
    clicks = np.zeros((rate * 3, 1))
    clicks[:: rate // 2] = 1.0
    bed = finish(clicks, rate, Finish(3.0, rate, 1, loudness=-9.0))
    assert any("LUFS" in note for note in bed.notes)
    assert true_peak(bed.samples) <= 10 ** (-1 / 20)


def test_silence_stays_silence_and_is_said(tmp_path: Path) -> None:
    bed = finish(np.zeros((1000, 1)), 32_000, Finish(2.0))
    assert not bed.samples.any()
    assert bed.level.loudness == -math.inf
    assert "The sound is silent." in bed.notes
    for form in ("wav", "flac", "mp3"):
        assert write(tmp_path / f"a.{form}", bed, form, 16).frames == 88_200
    assert finish(np.zeros((0, 1)), 32_000, Finish(1.0)).samples.shape == (44_100, 2)
    assert not reach(np.zeros((500, 2)), 44_100, -14).any()


def test_what_is_no_number_is_refused() -> None:
    for value in (math.nan, math.inf):
        with pytest.raises(UserFacingError, match="no valid numbers"):
            finish(np.full((500, 1), value), 32_000, Finish(1.0))


def test_a_shorter_piece_is_looped_without_a_click() -> None:
    rate = 44_100
    piece = tone(2, rate, 441)
    made, notes = fit(piece, 5 * rate, rate)
    assert len(made) == 5 * rate
    assert notes
    assert "Looped" in notes[0]
    step = np.abs(np.diff(made[:, 0])).max()
    assert step <= np.abs(np.diff(piece[:, 0])).max() * 1.5
    made, notes = fit(tone(0.3, rate), rate, rate)
    assert "silence" in notes[0]
    assert not made[int(0.31 * rate) :].any()
    same, notes = fit(piece, 2 * rate, rate)
    assert np.array_equal(same, piece)
    assert not notes


@QUICK
@given(st.integers(1, 400), st.integers(0, 400), st.booleans())
def test_a_join_has_the_length_of_both_less_the_seam(size: int, seam: int, power: bool) -> None:
    seam = min(seam, size)
    made = join(np.ones((size, 2)), np.ones((size, 2)), seam, equal_power=power)
    assert len(made) == 2 * size - seam
    if not power:
        assert np.allclose(made, 1.0)


@QUICK
@given(st.integers(1, 5000), st.floats(0, 3), st.floats(0, 3))
def test_fades_never_lift_and_end_at_zero(frames: int, fade_in: float, fade_out: float) -> None:
    made = fade(np.ones((frames, 1)), 1000, fade_in, fade_out)
    assert len(made) == frames
    assert made.max() <= 1.0
    assert made.min() >= 0.0
    share = min(1.0, frames / 1000 / max(fade_in + fade_out, 1e-9))
    if int(fade_in * share * 1000):
        assert made[0, 0] == 0.0
    if int(fade_out * share * 1000):
        assert made[-1, 0] == 0.0


@pytest.mark.parametrize("rate", [16_000, 32_000, 44_100, 48_000])
def test_resampling_keeps_the_pitch(rate: int) -> None:
    made = resample(tone(1, rate, 1000), rate, 44_100)
    assert abs(len(made) - 44_100) <= 1
    spectrum = np.abs(np.fft.rfft(made[:44_000, 0]))
    assert np.argmax(spectrum) * 44_100 / 44_000 == pytest.approx(1000, abs=1.5)


@pytest.mark.parametrize("form", ["wav", "flac", "mp3"])
@pytest.mark.parametrize("depth", [16, 24])
@pytest.mark.parametrize(("rate", "channels"), [(44_100, 2), (48_000, 1)])
def test_the_file_has_the_exact_length_and_level(
    tmp_path: Path, form: str, depth: int, rate: int, channels: int
) -> None:
    rng = np.random.default_rng(5)
    sound = np.cumsum(rng.normal(0, 0.2, (64_000, 1)), axis=0)
    sound -= np.convolve(sound[:, 0], np.ones(80) / 80, "same")[:, None]
    for duration in (0.5, 1.2345, 2.0):
        bed = finish(sound, 32_000, Finish(duration, rate, channels, -14.0, 0.05, 0.3))
        path = tmp_path / f"a.{form}"
        written = write(path, bed, form, depth)
        info = soundfile.info(path)
        assert (info.frames, info.samplerate, info.channels) == (
            round(duration * rate), rate, channels,
        )  # fmt: skip
        assert written.frames == info.frames
        assert written.level.true_peak <= -1.0
        assert written.level.loudness == pytest.approx(-14.0, abs=0.5)
        if form != "mp3":
            assert info.subtype == f"PCM_{depth}"


def test_a_full_scale_bed_comes_out_of_mp3_below_the_ceiling(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    noise = np.sign(rng.normal(0, 1, (44_100, 1))) * 0.85
    bed = Bed(noise, 44_100, measure(noise, 44_100))
    assert write(tmp_path / "a.mp3", bed, "mp3", 16).level.true_peak <= -1.0


def test_a_folder_that_cannot_be_written_is_an_os_error(tmp_path: Path) -> None:
    bed = finish(np.ones((100, 1)), 44_100, Finish(0.5))
    with pytest.raises(OSError, match="No such file"):
        write(tmp_path / "none" / "a.wav", bed, "wav", 16)
