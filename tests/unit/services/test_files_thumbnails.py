"""Thumbnails and waveforms: made once, right way up, and harmless when the file is broken."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from PIL import Image

from studio.core.asset import Asset
from studio.core.paths import LibraryPaths
from studio.services.files.probe import UnusableFile, probe
from studio.services.files.thumbnails import (
    forget_thumbnails,
    make_thumbnail,
    thumbnail_path,
    waveform_peaks,
)

if TYPE_CHECKING:
    from pathlib import Path


def asset_of(path: Path) -> Asset:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    audio = path.suffix in (".wav", ".flac", ".mp3")
    kind = "audio" if audio else "text" if path.suffix == ".txt" else "image"
    return Asset("a1", 1, sha256, f"{kind}/x", kind, path.name, path.stat().st_size)


def test_a_picture_keeps_its_shape_and_the_second_call_its_file(tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path)
    source = tmp_path / "a.png"
    Image.new("RGBA", (400, 100), (255, 0, 0, 128)).save(source)
    asset = asset_of(source)
    made = make_thumbnail(paths, asset, source, 128)
    assert made.path == thumbnail_path(paths, asset, 128)
    with Image.open(made.path) as image:
        assert image.size == (128, 32)
        assert image.mode == "RGBA"
    stamp = made.path.stat().st_mtime_ns
    assert make_thumbnail(paths, asset, source, 128) == made
    assert made.path.stat().st_mtime_ns == stamp
    assert [path.name for path in paths.thumbnails.iterdir()] == [made.path.name]
    forget_thumbnails(paths, [asset.sha256])
    assert not list(paths.thumbnails.iterdir())


def test_a_turned_photo_is_shown_upright(tmp_path: Path) -> None:
    source = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (300, 200)).save(source, exif=exif)
    made = make_thumbnail(LibraryPaths(tmp_path), asset_of(source), source, 90)
    assert made.path is not None
    with Image.open(made.path) as image:
        assert image.size == (60, 90)
    facts = probe(source)
    assert (facts.width, facts.height) == (200, 300)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3"])
def test_a_waveform_shows_where_the_sound_is(tmp_path: Path, kind: str) -> None:
    rate = 48_000
    samples = np.zeros(rate * 2)
    samples[rate:] = 0.5 * np.sin(np.arange(rate) * 0.05)
    source = tmp_path / f"a.{kind}"
    soundfile.write(source, np.stack([samples, samples * 0.1], 1), rate, format=kind.upper())
    peaks = waveform_peaks(source, 100)
    assert peaks.shape == (100, 2)
    assert np.abs(peaks[:45]).max() < 0.02
    assert peaks[60:95, 1].min() > 0.4
    assert peaks[60:95, 0].max() < -0.4
    made = make_thumbnail(LibraryPaths(tmp_path), asset_of(source), source, 200)
    assert made.path is not None
    with Image.open(made.path) as image:
        assert image.size == (200, 100)
        alpha = np.asarray(image)[..., 3]
    assert (alpha[:, 120:190] > 128).mean() > 0.5
    assert (alpha[:, 10:80] > 128).mean() < 0.1


def test_short_and_silent_sounds(tmp_path: Path) -> None:
    source = tmp_path / "a.wav"
    for samples in (np.zeros(3), np.zeros(0), np.full(1, 0.5)):
        soundfile.write(source, samples, 44_100)
        assert waveform_peaks(source, 50).shape == (50, 2)
        assert make_thumbnail(LibraryPaths(tmp_path), asset_of(source), source, 64).path


def test_broken_files_give_a_reason(tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path)
    whole = tmp_path / "w.png"
    Image.effect_noise((300, 300), 50).save(whole)
    for name, body in (
        ("a.png", b"no picture"),
        ("b.png", whole.read_bytes()[:5000]),
        ("c.wav", b"RIFF no sound"),
        ("d.txt", b"text"),
    ):
        source = tmp_path / name
        source.write_bytes(body)
        made = make_thumbnail(paths, asset_of(source), source, 64)
        assert made.path is None
        assert made.failure
    gone = make_thumbnail(paths, asset_of(whole), tmp_path / "gone.png", 64)
    assert gone.path is None
    assert gone.failure
    assert not paths.thumbnails.exists() or not list(paths.thumbnails.iterdir())


def test_a_decompression_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    for side in (9_000, 12_000, 20_000):
        source = tmp_path / f"{side}.png"
        Image.new("1", (side, side)).save(source)
        made = make_thumbnail(LibraryPaths(tmp_path), asset_of(source), source, 64)
        assert made.path is None
        assert "pixels" in made.failure
        with pytest.raises(UnusableFile, match="pixels"):
            probe(source)


def test_many_threads_at_once(tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path)
    source = tmp_path / "a.png"
    Image.effect_noise((256, 256), 50).save(source)
    asset = asset_of(source)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda n: make_thumbnail(paths, asset, source, 32 + n % 3), range(48)))
    assert all(item.path for item in made)
    assert len(list(paths.thumbnails.iterdir())) == 3
