"""Reading, cutting down and playing soundfonts, on a small one whose truth is known."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from generators.api import CheckpointError
from generators.audio_music.symbolic import subset
from generators.audio_music.symbolic.player import Player, Sounding, add_at
from generators.audio_music.symbolic.soundfont import (
    COMPRESSED,
    INSTRUMENT,
    KEY_RANGE,
    SAMPLE_ID,
    VELOCITY_RANGE,
    Instrument,
    Preset,
    SampleHead,
    SoundFont,
    read_soundfont,
)

if TYPE_CHECKING:
    from pathlib import Path

RATE = 44_100
ROOT_KEY = 69  # the sample is a sine of 441 Hz, a hundred frames a turn
TURN = 100


def sine(frames: int = 40 * TURN) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * np.arange(frames) / TURN)


def ogg(wave: np.ndarray) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, wave, RATE, format="OGG", subtype="VORBIS")
    return file.getvalue()


def font_of(*zones: dict[int, int], bank: int = 0, modulators: tuple[bytes, ...] = ()) -> SoundFont:
    data = ogg(sine())
    sample = SampleHead("Sine", data, (10 * TURN, 30 * TURN), RATE, ROOT_KEY, 0, 0, 1 | COMPRESSED)
    bags = [(sorted({**zone, SAMPLE_ID: 0}.items(), key=lambda item: item[0] == SAMPLE_ID),
             list(modulators)) for zone in zones]  # fmt: skip
    return SoundFont(
        {b"ifil": b"\3\0\1\0"}, [Preset("One", bank, 0, [([(INSTRUMENT, 0)], [])])],
        [Instrument("One", bags)], [sample],
    )  # fmt: skip


def played(font: SoundFont, *notes: Sounding, frames: int = RATE, **options: bool) -> np.ndarray:
    loop = options.get("loop", False)
    return Player(font, RATE, lambda: None).play(0, 0, notes, frames, loop=loop)


def pitch(wave: np.ndarray) -> float:
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 1 << 19))
    return float(np.argmax(spectrum) * RATE / (1 << 19))


def test_what_is_written_is_read_again(tmp_path: Path):
    font = font_of(
        {KEY_RANGE: 0 | 127 << 8, 48: 100, 54: 1}, modulators=(b"\2\1\10\0\0\0\0\0\0\0",)
    )
    subset.write(font, tmp_path / "one.sf3")
    read = read_soundfont(tmp_path / "one.sf3")
    assert (read.presets, read.instruments, read.samples) == (
        font.presets, font.instruments, font.samples,
    )  # fmt: skip
    region = read.regions(0, 0)[0]
    assert (region.keys, region.velocities) == ((0, 127), (0, 127))
    assert region.values[48] == 100
    assert read.regions(0, 1) == ()


@pytest.mark.parametrize("cut", [0, 4, 11, 40, 300, -1, -60])
def test_a_damaged_file_is_named(tmp_path: Path, cut: int):
    subset.write(font_of({54: 1}), tmp_path / "one.sf3")
    raw = (tmp_path / "one.sf3").read_bytes()
    (tmp_path / "two.sf3").write_bytes(raw[:cut])
    with pytest.raises(CheckpointError, match="soundfont"):
        read_soundfont(tmp_path / "two.sf3")
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_soundfont(tmp_path / "nothing.sf3")


def test_a_damaged_sample_is_named():
    font = font_of({54: 1})
    font.samples[0].data = b"OggS" + b"\0" * 60
    with pytest.raises(CheckpointError, match="Sine"):
        font.wave(0)


@pytest.mark.parametrize(("key", "hertz"), [(69, 441.0), (57, 220.5), (81, 882.0), (76, 660.75)])
@pytest.mark.parametrize("looped", [0, 1])
def test_a_note_has_its_pitch_at_any_rate(key: int, hertz: float, looped: int):
    font = font_of({54: looped})
    wave = played(font, Sounding(0, 8_000, key, 100))[:3_000, 0]
    assert pitch(wave) == pytest.approx(hertz, rel=2e-3)
    player = Player(font, 48_000, lambda: None)
    wave = player.play(0, 0, [Sounding(0, 8_000, key, 100)], 48_000, loop=False)[:3_000, 0]
    assert pitch(wave) * 48_000 / RATE == pytest.approx(hertz, rel=2e-3)


def test_a_looped_tone_is_held_and_released():
    wave = played(font_of({54: 1, 38: 0x10000 - 1200}), Sounding(0, RATE // 2, 69, 127))[:, 0]
    held, released = wave[RATE // 2 - 4_000 : RATE // 2], wave[RATE // 2 + 21_500 :]
    assert np.abs(held).max() == pytest.approx(0.5, abs=0.02)
    assert np.abs(released).max() < 1e-3
    assert np.abs(np.diff(wave)).max() < 0.05  # a sine of 441 Hz at 0.5 moves by 0.032 a frame


def test_velocity_pan_attenuation_and_ranges():
    font = font_of({54: 1, VELOCITY_RANGE: 10 | 127 << 8, KEY_RANGE: 60 | 80 << 8, 17: 500})
    loud = played(font, Sounding(0, 9_000, 69, 127))
    soft = played(font, Sounding(0, 9_000, 69, 64))
    assert np.abs(loud[:, 0]).max() < 1e-6  # hard right
    # 960 centibels, concave: half the velocity is 40 log(2) dB less
    ratio = np.abs(soft[:, 1]).max() / np.abs(loud[:, 1]).max()
    assert 20 * np.log10(ratio) == pytest.approx(-11.9, abs=0.5)
    assert not played(font, Sounding(0, 9_000, 59, 100), Sounding(0, 9_000, 69, 9)).any()
    quiet = played(font_of({54: 1, 48: 100}), Sounding(0, 9_000, 69, 127))
    assert 20 * np.log10(np.abs(quiet).max() / 0.5) == pytest.approx(-4.0, abs=0.3)


def test_a_filter_takes_the_highs():
    dull = played(font_of({54: 1, 8: 4_500}), Sounding(0, 9_000, 69, 127))  # 110 Hz
    bright = played(font_of({54: 1}), Sounding(0, 9_000, 69, 127))
    assert np.abs(dull[4_000:]).max() < 0.15 * np.abs(bright[4_000:]).max()


def test_an_exclusive_class_cuts_off():
    font = font_of({54: 1, 57: 1})
    wave = played(font, Sounding(0, 30_000, 69, 127), Sounding(10_000, 200, 69, 127))
    assert np.abs(wave[:9_000]).max() > 0.4
    assert np.abs(wave[14_000:]).max() < 1e-3


def test_a_loop_takes_what_rings_over_to_its_start():
    out = np.zeros((10, 2), np.float32)
    add_at(out, np.arange(1, 24, dtype=np.float32)[:, None].repeat(2, 1), 7, loop=True)
    assert out[:, 0].tolist() == [4 + 14, 5 + 15, 6 + 16, 7 + 17, 8 + 18, 9 + 19, 10 + 20,
                                  1 + 11 + 21, 2 + 12 + 22, 3 + 13 + 23]  # fmt: skip
    out[:] = 0
    add_at(out, np.ones((5, 2), np.float32), -2, loop=False)
    assert out[:, 0].tolist() == [1, 1, 1, 0, 0, 0, 0, 0, 0, 0]


def test_thinned_zones_cover_what_the_others_covered():
    font = font_of(*({KEY_RANGE: low | low + 2 << 8} for low in range(30, 90, 3)))
    zones = font.instruments[0].bags
    kept = subset.thinned(font, zones, 9)
    ranges = [dict(generators)[KEY_RANGE] for generators, _ in kept]
    assert len(kept) == 7
    covered = [key for item in ranges for key in range(item & 0xFF, (item >> 8) + 1)]
    assert covered == list(range(30, 90))


def test_a_stream_ends_at_a_page_and_its_pages_stay():
    whole = ogg(np.tile(sine(), 60))
    cut = subset.ogg_until(whole, 1.5 * RATE)
    assert whole.startswith(cut)
    assert len(cut) < 0.7 * len(whole)
    wave, _ = soundfile.read(io.BytesIO(cut))
    assert len(wave) >= 1.5 * RATE
    assert struct.unpack_from("<4s", cut)[0] == b"OggS"
