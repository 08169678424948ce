"""The music generator over a tiny real MusicGen: conformance, seeds, windows, faults."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
import torch
from transformers import MusicgenForConditionalGeneration

from generators.api import (
    CheckpointError,
    CheckpointRef,
    DeviceInfo,
    InvalidParameter,
    JobCancelled,
    Request,
)
from generators.audio_music import musicgen, tiny
from generators.audio_music.backend import FAMILIES, Asked, family_of, licence_of
from generators.audio_music.generator import AudioMusic
from generators.audio_music.musicgen import MusicGen
from generators.audio_music.sampling import SeededSampler
from generators.registry import Registry
from generators.testing import CHECKS, Conformance, RecordingContext

if TYPE_CHECKING:
    from collections.abc import Iterator

MANIFEST = Registry.discover().get("audio_music")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.make_untrained_checkpoint(tmp_path_factory.mktemp("音乐 models") / "tiny", seed=1)


@pytest.fixture(scope="module")
def checkpoint(folder: Path) -> CheckpointRef:
    return CheckpointRef("c1", "tiny", str(folder), "musicgen", "transformers")


@pytest.fixture(scope="module")
def suite(checkpoint: CheckpointRef) -> Iterator[Conformance]:
    request = Request(
        "audio_music", "text_to_music", {"prompt": "a calm piano", "duration": 1.0}, checkpoint
    )
    made = Conformance(MANIFEST, request)
    yield made
    made.close()


@pytest.fixture(scope="module")
def music(checkpoint: CheckpointRef, tmp_path_factory: pytest.TempPathFactory) -> AudioMusic:
    context = RecordingContext(tmp_path_factory.mktemp("load"))
    made = AudioMusic.load(checkpoint, (), "cpu", "auto", context)
    assert context.reports[-1][0] == context.reports[-1][1]
    return made


def ask(checkpoint: CheckpointRef, **params: object) -> Request:
    values = MANIFEST.check_params("text_to_music", {"duration": 1.0, "seed": 5, **params})
    return Request("audio_music", "text_to_music", values, checkpoint)


@pytest.mark.parametrize("check", CHECKS)
def test_conformance(suite: Conformance, check: str, tmp_path: Path) -> None:
    getattr(suite, check)(tmp_path)


def test_the_manifest_and_the_family_table_name_the_same() -> None:
    assert {family.id for family in MANIFEST.families} == set(FAMILIES)


@pytest.mark.parametrize("form", ["wav", "flac", "mp3"])
def test_variations_have_the_length_the_format_and_their_seeds(
    music: AudioMusic, checkpoint: CheckpointRef, tmp_path: Path, form: str
) -> None:
    request = ask(
        checkpoint, prompt="水 🎵 \u202emusic", duration=1.3, num_variations=3, format=form,
        sample_rate="48000", channels="mono", loudness=-20.0, seed=4294967294,
    )  # fmt: skip
    made = list(music.run(request, RecordingContext(tmp_path)))
    assert [item.metadata["seed"] for item in made] == [4294967294, 4294967295, 0]
    assert [item.metadata["index"] for item in made] == [0, 1, 2]
    for item in made:
        info = soundfile.info(item.path)
        assert (info.frames, info.samplerate, info.channels) == (62_400, 48_000, 1)
        assert item.metadata["duration"] == 1.3
        assert item.metadata["loudness"] == pytest.approx(-20, abs=0.5)
        assert item.metadata["true_peak"] <= -1.0
        assert "untrained" in item.metadata["note"]
        assert item.metadata["commercial_use"] is True
    assert music.execution_record()["batch"] == 3


def test_a_random_seed_is_told_and_repeats(
    music: AudioMusic, checkpoint: CheckpointRef, tmp_path: Path
) -> None:
    first = next(music.run(ask(checkpoint, seed=-1), RecordingContext(tmp_path / "a")))
    seed = first.metadata["seed"]
    again = next(music.run(ask(checkpoint, seed=seed), RecordingContext(tmp_path / "b")))
    assert first.path.read_bytes() == again.path.read_bytes()


def test_a_seed_gives_the_same_piece_in_any_batch(music: AudioMusic) -> None:
    assert isinstance(music.backend, MusicGen)

    def made(seeds: tuple[int, ...], level: int = 0) -> dict[int, np.ndarray]:
        asked = Asked("calm", 2.0, seeds, {}, level)
        return {
            sound.seed: sound.samples
            for sound in music.backend.compose(asked, lambda _share, _said: None)
        }

    alone, together = made((8,))[8], made((7, 8, 9))
    assert np.abs(alone - together[8]).max() < 2e-3
    assert np.abs(together[7] - together[8]).max() > 1e-2
    for level in (1, 2):
        assert np.abs(alone - made((7, 8, 9), level)[8]).max() < 2e-3


def test_a_long_piece_goes_on_from_window_to_window(
    music: AudioMusic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.audio_music.musicgen.WINDOW_SECONDS", 4.0)
    shares: list[float] = []
    asked = Asked("calm", 9.0, (3, 4), {"guidance_scale": 3.0})
    made = list(music.backend.compose(asked, lambda share, _said: shares.append(share)))
    rate = made[0].rate
    assert [sound.samples.shape for sound in made] == [(9 * rate, 1)] * 2
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    step = np.abs(np.diff(made[0].samples[:, 0]))
    for seam in (4.0, 6.8):
        near = step[int((seam - 0.1) * rate) : int((seam + 0.1) * rate)].max()
        assert near <= step.max() * 1.01
        assert near < 0.2, "no click at a seam"


def test_the_tokens_of_a_window_are_kept_by_the_next(music: AudioMusic) -> None:
    """What the model is given to continue from comes back unchanged, and new tokens follow."""
    backend = music.backend
    assert isinstance(backend, MusicGen)
    tokens, _ = backend._tokens("calm")
    sampler = SeededSampler((1,), temperature=1.0, top_k=0, guidance_scale=3.0)
    with torch.inference_mode():
        sound, codes = backend._window(tokens, 1, 20, None, sampler, lambda _step: None)
        assert codes.shape == (1, 4, 20)
        assert sound.shape[-1] == 20 * backend.shape.hop
        again, more = backend._window(tokens, 1, 30, codes[..., -8:], sampler, lambda _step: None)
        assert torch.equal(more[..., :8], codes[..., -8:])
        assert more.shape == (1, 4, 30)
        assert again.shape[-1] == 30 * backend.shape.hop
        decoded = backend.model.audio_encoder.decode(more[None], audio_scales=[None]).audio_values
        assert torch.allclose(decoded, again, atol=1e-4), "these are the tokens that were heard"
    assert int(more.max()) < tiny.CODES


@pytest.mark.parametrize("guidance", [1.0, 3.0])
def test_the_sampler_follows_the_distribution(guidance: float) -> None:
    """Drawn often enough, tokens come as often as their probability says; top-k cuts the rest."""
    logits = torch.tensor([[2.0, 1.0, 0.0, -1.0]]).repeat(4000, 1)
    sampler = SeededSampler((3,), temperature=1.0, top_k=3, guidance_scale=guidance)
    scores = torch.cat([logits, logits]) if guidance > 1 else logits
    made = sampler(torch.zeros(1), scores)[:4000]
    counts = torch.bincount(made.argmax(1), minlength=4) / 4000
    wanted = torch.softmax(logits[0, :3], 0)
    assert torch.allclose(counts[:3], wanted, atol=0.03)
    assert counts[3] == 0
    assert torch.isfinite(made).all()


def test_a_stereo_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "stereo"
    config = tiny._config()
    config.decoder.audio_channels = 2
    config.decoder.num_codebooks = 8
    torch.manual_seed(0)
    MusicgenForConditionalGeneration(config).save_pretrained(folder)
    tiny._tokenizer().save_pretrained(folder)
    backend = MusicGen.load(folder, "cpu", "auto", RecordingContext(tmp_path / "s"))
    for duration in (1.0, 14.0):
        asked = Asked("calm", duration, (1, 2), {"top_k": 5}, 2)
        made = list(backend.compose(asked, lambda _share, _said: None))
        assert [sound.samples.shape[1] for sound in made] == [2, 2]
        assert len(made[0].samples) >= duration * made[0].rate


def test_a_smaller_number_format(folder: Path, tmp_path: Path) -> None:
    backend = MusicGen.load(folder, "cpu", "bfloat16", RecordingContext(tmp_path))
    made = next(backend.compose(Asked("calm", 1.0, (1,)), lambda _share, _said: None))
    assert np.isfinite(made.samples).all()
    assert backend.record()["dtype"] == "bfloat16"
    assert backend.model.audio_encoder.dtype == torch.float32


def test_cancel_leaves_at_the_next_step(
    music: AudioMusic, checkpoint: CheckpointRef, tmp_path: Path
) -> None:
    whole = RecordingContext(tmp_path / "whole")
    list(music.run(ask(checkpoint, duration=4.0), whole))
    assert len(whole.reports) > 20
    for at in (2, 10, len(whole.reports) - 1):
        context = RecordingContext(tmp_path / f"{at}", cancel_at=at)
        with pytest.raises(JobCancelled):
            list(music.run(ask(checkpoint, duration=4.0), context))
        assert len(context.reports) == at


def test_estimates_grow_with_what_is_asked(checkpoint: CheckpointRef, folder: Path) -> None:
    weights = (folder / "model.safetensors").stat().st_size
    one = AudioMusic.estimate_bytes(ask(checkpoint, duration=5))
    assert weights < one < AudioMusic.estimate_bytes(ask(checkpoint, duration=30))
    assert one < AudioMusic.estimate_bytes(ask(checkpoint, duration=5, num_variations=4))
    assert AudioMusic.estimate_bytes(Request("audio_music", "text_to_music")) == 0


def test_a_gpu_needs_half_and_the_codec_whole(
    music: AudioMusic,
    checkpoint: CheckpointRef,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever the files hold, and however often."""
    twice = Path(shutil.copytree(folder, tmp_path / "twice"))
    shutil.copy(twice / "model.safetensors", twice / "again.safetensors")
    once = ask(checkpoint)
    again = ask(replace(checkpoint, path=str(twice)))
    cpu = AudioMusic.estimate_bytes(once)
    assert AudioMusic.estimate_bytes(again) == cpu
    monkeypatch.setattr(musicgen, "devices", lambda: (DeviceInfo("cuda:0", "A card"),))
    model = music.backend.model
    halved = sum(
        part.numel() * 2 for name, part in model.state_dict().items() if "audio_encoder" not in name
    )
    gpu = AudioMusic.estimate_bytes(once)
    assert cpu * 0.4 < gpu < cpu - halved * 0.9
    assert gpu > sum(part.numel() * 4 for part in model.audio_encoder.parameters())


def test_a_prompt_beyond_the_text_encoder_is_refused_by_name(
    music: AudioMusic, checkpoint: CheckpointRef, tmp_path: Path
) -> None:
    with pytest.raises(InvalidParameter, match="tokens") as caught:
        list(music.run(ask(checkpoint, prompt="piano " * 600), RecordingContext(tmp_path)))
    assert caught.value.key == "prompt"
    with pytest.raises(InvalidParameter, match="characters"):
        ask(checkpoint, prompt="x" * 100_000)
    assert list(music.run(ask(checkpoint, prompt=""), RecordingContext(tmp_path)))


def test_licences(folder: Path, tmp_path: Path) -> None:
    bare = CheckpointRef("c", path=str(tmp_path), family="musicgen")
    official = licence_of(bare, family_of(bare))
    assert (official.name, official.commercial_use) == ("CC-BY-NC-4.0", False)
    assert "Non-commercial" in official.notes[0]
    for name, free in (("cc-by-nc-4.0", False), ("mit", True), ("cc-by-4.0", True)):
        (tmp_path / "README.md").write_text(f"---\nlicense: {name}\n---\n# A card\n")
        found = licence_of(bare, family_of(bare))
        assert (found.name, found.commercial_use, found.untrained) == (name, free, False)
    own = replace(bare, path=str(folder))
    assert licence_of(own, family_of(own)).untrained


def test_the_untrained_checkpoint_is_repeatable_and_says_what_it_is(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tiny.main([str(tmp_path / "again"), "--seed", "1"]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "again")
    same = (tmp_path / "again" / "model.safetensors").read_bytes()
    assert same == (folder / "model.safetensors").read_bytes()
    assert "Nothing was trained" in (folder / "README.md").read_text(encoding="utf-8")
    assert tiny.main([str(tmp_path / "again")]) == 1, "what is there is never overwritten"
    assert [path.name for path in tmp_path.iterdir()] == ["again"]


def test_broken_checkpoints_are_refused_in_words(
    folder: Path, checkpoint: CheckpointRef, tmp_path: Path
) -> None:
    def load(path: Path, family: str = "musicgen") -> None:
        ref = replace(checkpoint, path=str(path), family=family)
        AudioMusic.load(ref, (), "cpu", "auto", RecordingContext(tmp_path / "s"))

    def copy(name: str) -> Path:
        made: Path = shutil.copytree(folder, tmp_path / name)
        return made

    with pytest.raises(CheckpointError, match="needs a checkpoint"):
        AudioMusic.load(None, (), "cpu", "auto", RecordingContext(tmp_path / "s"))
    with pytest.raises(CheckpointError, match="No music backend"):
        load(folder, "ace_step")
    with pytest.raises(CheckpointError, match="not there"):
        load(tmp_path / "gone")
    cut = copy("cut")
    data = (cut / "model.safetensors").read_bytes()
    (cut / "model.safetensors").write_bytes(data[:-1000])
    with pytest.raises(CheckpointError, match="cut short"):
        load(cut)
    pickled = copy("pickled")
    (pickled / "model.safetensors").rename(pickled / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match="pickle"):
        load(pickled)
    own = copy("own")
    config = json.loads((own / "config.json").read_text())
    (own / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "x.Y"}}))
    with pytest.raises(CheckpointError, match="code of its own"):
        load(own)
    other = copy("other")
    (other / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(CheckpointError, match="not a MusicGen"):
        load(other)
    speechless = copy("speechless")
    (speechless / "tokenizer.json").unlink()
    with pytest.raises(CheckpointError, match="tokenizer"):
        load(speechless)
    bigger = copy("bigger")
    config["decoder"]["num_hidden_layers"] = 3
    (bigger / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="lacks"):
        load(bigger)
