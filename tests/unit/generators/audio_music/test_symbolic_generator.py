"""The shipped music starter through the ordinary generator: conformance, lengths, loops, hits."""

from __future__ import annotations

import json
import shutil
import struct
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from helpers.music_measures import chroma, join_of, key_of, tempo_of

from generators.api import CheckpointError, CheckpointRef, InvalidParameter, JobCancelled, Request
from generators.audio_music.generator import AudioMusic
from generators.audio_music.loudness import measure
from generators.audio_music.post import Finish, finish
from generators.audio_music.symbolic.model import VERSION
from generators.registry import Registry
from generators.testing import CHECKS, Conformance, RecordingContext
from studio.services.files.markers import read_markers

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTER = Path(__file__).resolve().parents[4] / "assets" / "starter" / "music"
CHECKPOINT = CheckpointRef("m1", "Starter music", str(STARTER), "symbolic", "soundfont")
MANIFEST = Registry.discover().get("audio_music")
RATE = 44_100


@pytest.fixture(scope="module")
def suite() -> Iterator[Conformance]:
    params = {"prompt": "calm piano", "duration": 2.0}
    made = Conformance(MANIFEST, Request("audio_music", "text_to_music", params, CHECKPOINT))
    yield made
    made.close()


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> AudioMusic:
    context = RecordingContext(tmp_path_factory.mktemp("load"))
    return AudioMusic.load(CHECKPOINT, (), "auto", "auto", context)


def ask(**params: object) -> Request:
    values = MANIFEST.check_params("text_to_music", {"seed": 5, "duration": 6.0, **params})
    return Request("audio_music", "text_to_music", values, CHECKPOINT)


@pytest.mark.parametrize("check", CHECKS)
def test_conformance(suite: Conformance, check: str, tmp_path: Path) -> None:
    getattr(suite, check)(tmp_path)


@pytest.mark.parametrize(
    ("duration", "rate", "channels", "form"),
    [
        (6.0, "44100", "stereo", "wav"),
        (7.33, "48000", "mono", "flac"),
        (0.5, "44100", "mono", "mp3"),
    ],
)
def test_a_piece_has_its_length_to_the_sample_and_its_loudness(
    music: AudioMusic, tmp_path: Path, duration: float, rate: str, channels: str, form: str
) -> None:
    request = ask(prompt="happy pop", duration=duration, sample_rate=rate, channels=channels,
                  format=form, loudness=-18.0)  # fmt: skip
    made = next(music.run(request, RecordingContext(tmp_path)))
    info = soundfile.info(made.path)
    assert (info.frames, info.samplerate) == (round(duration * int(rate)), int(rate))
    assert info.channels == (1 if channels == "mono" else 2)
    samples, _ = soundfile.read(made.path, always_2d=True)
    level = measure(samples, int(rate))
    assert level.true_peak <= -1.0
    if duration > 1:
        assert level.loudness == pytest.approx(-18.0, abs=0.5)
    assert made.metadata["commercial_use"] is True
    assert made.metadata["untrained"] is False
    assert made.metadata["licence"] == "apache-2.0"


def test_variations_differ_repeat_and_do_not_depend_on_company(
    music: AudioMusic, tmp_path: Path
) -> None:
    together = list(music.run(ask(num_variations=3, seed=7), RecordingContext(tmp_path / "a")))
    alone = next(music.run(ask(seed=8), RecordingContext(tmp_path / "b")))
    raw = [item.path.read_bytes() for item in together]
    assert len(set(raw)) == 3
    assert alone.path.read_bytes() == raw[1]
    assert music.execution_record()["rules"] == VERSION


def test_what_is_asked_is_heard(music: AudioMusic, tmp_path: Path) -> None:
    prompt = "inspiring corporate in A major, 112 bpm, end on the logo at 13 s"
    made = next(music.run(ask(prompt=prompt, duration=15.0), RecordingContext(tmp_path)))
    samples, rate = soundfile.read(made.path, always_2d=True)
    assert key_of(samples, rate)[:2] == (9, "major")
    assert tempo_of(samples, rate, 112.0) == pytest.approx(112.0, rel=0.02)
    facts = made.metadata["music"]
    assert facts["key"] == "A major"
    assert facts["sections"][-1]["name"] == "end"
    assert facts["sections"][-1]["time"] == pytest.approx(13.0, abs=0.03)
    # the last chord rings: louder right after 13 s than a second and a half later, and not silent
    after, later = (
        np.abs(samples[int(at * rate) : int((at + 0.3) * rate)]).mean() for at in (13.05, 14.5)
    )
    assert after > later > 0


def test_a_loop_leads_into_itself(music: AudioMusic, tmp_path: Path) -> None:
    prompt = "happy pop, seamless loop, 120 bpm"
    for loudness in (-16.0, -9.0):  # the latter is reached by hard limiting
        request = ask(prompt=prompt, duration=8.0, loudness=loudness)
        made = next(music.run(request, RecordingContext(tmp_path / str(loudness))))
        samples, _ = soundfile.read(made.path, always_2d=True)
        join = join_of(samples)
        assert join.step <= -60
        assert join.click <= -60
        assert made.metadata["music"]["loop"] is True
        # not faded: its edges are as loud as the rest of it
        edges = np.concatenate([samples[:2_000], samples[-2_000:]])
        assert np.sqrt((edges**2).mean()) > 0.2 * np.sqrt((samples**2).mean())
    mp3 = next(
        music.run(ask(prompt=prompt, duration=8.0, format="mp3"), RecordingContext(tmp_path))
    )
    assert "WAV or FLAC" in mp3.metadata["note"]


def test_the_join_is_measured_where_there_is_one() -> None:
    time = np.arange(RATE) / RATE
    tone = 0.3 * np.sin(2 * np.pi * 220 * time)[:, None]
    assert join_of(tone).step <= -100
    assert join_of(tone[:-57]).step > -60
    bed = finish(tone, RATE, Finish(1.0, fade_in=0.2, fade_out=0.2), loop=True)
    assert join_of(bed.samples).step <= -60
    faded = finish(tone, RATE, Finish(1.0, fade_in=0.2, fade_out=0.2))
    assert np.abs(faded.samples[-200:]).max() < 0.05 < np.abs(bed.samples[-200:]).max()


def test_a_chroma_tells_notes_from_overtones() -> None:
    time = np.arange(2 * RATE) / RATE
    tone = sum(0.6**n * np.sin(2 * np.pi * 130.81 * n * time) for n in range(1, 9))
    found = chroma(np.stack([tone, tone], axis=1), RATE)
    assert found.argmax() == 0
    assert found[0] > 0.7


def test_a_loop_that_cannot_have_its_tempo_says_so(music: AudioMusic, tmp_path: Path) -> None:
    made = next(music.run(ask(prompt="loop, 78 bpm", duration=6.0), RecordingContext(tmp_path)))
    assert "beats a minute" in made.metadata["note"]


def test_stems_sum_to_the_mix(music: AudioMusic, tmp_path: Path) -> None:
    request = ask(prompt="calm piano and strings, no drums", stems=True, bit_depth="24",
                  loudness=-26.0)  # fmt: skip
    mix, *stems = music.run(request, RecordingContext(tmp_path))
    names = [item.metadata["stem"] for item in stems]
    assert {"piano", "strings"} <= {name.split("_")[0] for name in names} | set(names)
    assert len(names) == len(set(names))
    whole, _ = soundfile.read(mix.path, always_2d=True)
    parts = [soundfile.read(item.path, always_2d=True)[0] for item in stems]
    assert all(part.shape == whole.shape for part in parts)
    rest = np.sqrt(np.mean((sum(parts) - whole) ** 2) / np.mean(whole**2))
    assert 20 * np.log10(rest) < -30  # but for the mean that is taken away, and rounded peaks
    assert all("Stem" in item.metadata["title"] for item in stems)


@pytest.mark.parametrize("stems", [False, True])
def test_a_second_of_music_takes_no_more_memory_than_estimated(
    music: AudioMusic, tmp_path: Path, stems: bool
) -> None:
    peaks, estimates = [], []
    for seconds in (2.0, 6.0):
        request = ask(prompt="epic cinematic", duration=seconds, stems=stems, sample_rate="48000")
        for _ in music.run(request, RecordingContext(tmp_path / "warm")):  # decodes its samples
            pass
        tracemalloc.start()
        for _ in music.run(request, RecordingContext(tmp_path / "measured")):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        estimates.append(AudioMusic.estimate_bytes(request))
    assert peaks[1] - peaks[0] < estimates[1] - estimates[0]


def test_finishing_reports_and_hears_a_cancel(music: AudioMusic, tmp_path: Path) -> None:
    context = RecordingContext(tmp_path)
    shares: list[float] = []

    def progress(done: float, total: float, message: str = "") -> None:
        if message == "Finishing":
            shares.append(done / total)
            if len(shares) == 9:
                raise JobCancelled

    context.progress = progress  # type: ignore[method-assign]
    with pytest.raises(JobCancelled):
        next(music.run(ask(prompt="calm piano", duration=3.0), context))
    assert shares == sorted(set(shares))
    assert shares[-1] < 1


def test_midi_holds_the_notes(music: AudioMusic, tmp_path: Path) -> None:
    prompt = "happy pop in Eb major, 120 bpm, drop at 4 s"
    _, midi = music.run(ask(prompt=prompt, duration=10.0, midi=True), RecordingContext(tmp_path))
    assert midi.media_type == "application/x-midi"
    head, tracks = read_midi(midi.path.read_bytes())
    assert head == (1, len(tracks), 480)
    meta = dict(item[1:3] for item in tracks[0] if item[1] != 0x06)
    assert 60e6 / int.from_bytes(meta[0x51], "big") == pytest.approx(120, rel=0.02)
    assert meta[0x59] == bytes([0xFD, 0])  # three flats, major
    assert meta[0x58][0] == 4
    marks = [item[2].decode() for item in tracks[0] if item[1] == 0x06]
    assert {"drop", "end"} <= set(marks)
    for track in tracks[1:]:
        on = [item for item in track if item[1] >> 4 == 9]
        off = [item for item in track if item[1] >> 4 == 8]
        assert len(on) == len(off) > 0
        assert len({item[1] & 15 for item in on}) == 1


def read_midi(raw: bytes) -> tuple[tuple[int, ...], list[list[tuple[int, int, bytes]]]]:
    """Return the head, and (tick, status or meta kind, data) of each track's events."""
    assert raw[:8] == b"MThd\0\0\0\6"
    head, at, tracks = struct.unpack(">HHH", raw[8:14]), 14, []
    while at < len(raw):
        assert raw[at : at + 4] == b"MTrk"
        end = at + 8 + int.from_bytes(raw[at + 4 : at + 8], "big")
        at, tick, events = at + 8, 0, []
        while at < end:
            step, at = variable(raw, at)
            tick += step
            status = raw[at]
            if status == 0xFF:
                kind, (length, first) = raw[at + 1], variable(raw, at + 2)
                events.append((tick, kind, raw[first : first + length]))
                at = first + length
            else:
                length = 1 if status >> 4 == 0xC else 2
                events.append((tick, status, raw[at + 1 : at + 1 + length]))
                at += 1 + length
        assert events.pop()[1] == 0x2F
        tracks.append(events)
    return head, tracks


def variable(raw: bytes, at: int) -> tuple[int, int]:
    number = 0
    while True:
        number = number << 7 | raw[at] & 0x7F
        at += 1
        if not raw[at - 1] & 0x80:
            return number, at


def test_a_wav_carries_markers_and_loop_points(music: AudioMusic, tmp_path: Path) -> None:
    request = ask(prompt="pop, drop at 4 s", duration=8.0)
    made = next(music.run(request, RecordingContext(tmp_path / "a")))
    marks = read_markers(made.path)
    assert ("drop", pytest.approx(4.0, abs=0.05)) in [
        (mark.name, mark.time) for mark in marks.marks
    ]
    assert marks.marks[-1].name == "end"
    assert not marks.loops
    looped = next(music.run(ask(prompt="loop", duration=8.0), RecordingContext(tmp_path / "b")))
    assert read_markers(looped.path).loops
    assert soundfile.info(looped.path).frames == 8 * RATE


def test_a_moment_outside_the_length_is_refused(music: AudioMusic, tmp_path: Path) -> None:
    with pytest.raises(InvalidParameter) as caught:
        next(music.run(ask(prompt="drop at 7 s"), RecordingContext(tmp_path)))
    assert caught.value.key == "prompt"
    assert "6 s long" in caught.value.message


def test_cancel_while_it_plays(music: AudioMusic, tmp_path: Path) -> None:
    context = RecordingContext(tmp_path)
    seen: list[str] = []

    def progress(done: float, total: float, message: str = "") -> None:
        seen.append(message)
        if message.startswith("Playing") and len(seen) > 6:
            raise JobCancelled

    context.progress = progress  # type: ignore[method-assign]
    with pytest.raises(JobCancelled):
        list(music.run(ask(prompt="rock", duration=20.0), context))
    assert not list(tmp_path.glob("*.wav"))


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"model_type": "musicgen", "soundfont": "starter.sf3"}, "no starter music"),
        ({"model_type": "brandloom_music"}, "names no soundfont"),
        ({"model_type": "brandloom_music", "soundfont": "../x.sf3"}, "names no soundfont"),
        ({"model_type": "brandloom_music", "soundfont": "gone.sf3"}, "cannot be read"),
    ],
)
def test_a_damaged_folder_is_named(tmp_path: Path, config: dict[str, str], words: str) -> None:
    folder = tmp_path / "music"
    shutil.copytree(STARTER, folder)
    (folder / "config.json").write_text(json.dumps(config))
    checkpoint = CheckpointRef("x", "x", str(folder), "symbolic", "soundfont")
    with pytest.raises(CheckpointError, match=words):
        AudioMusic.load(checkpoint, (), "cpu", "auto", RecordingContext(tmp_path))


def test_it_needs_no_graphics_card(music: AudioMusic) -> None:
    assert [device.id for device in AudioMusic.devices_for(ask())] == ["cpu"]
    assert AudioMusic.estimate_bytes(ask()) > 60_000_000
    assert music.memory_bytes() > 8_000_000


def test_the_shipped_folder_says_what_is_in_it() -> None:
    import hashlib

    config = json.loads((STARTER / "config.json").read_text())
    raw = (STARTER / config["soundfont"]).read_bytes()
    assert hashlib.sha256(raw).hexdigest() == config["soundfont_sha256"]
    assert len(raw) < 9_000_000
    assert "MIT" in (STARTER / "SOUNDFONT_LICENSE.txt").read_text()
