"""The test-card generator keeps the contract that every other one keeps."""

from __future__ import annotations

import io
import json
import wave
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from generators.api import CheckpointError, CheckpointRef, OutOfMemory, Request, UserFacingError
from generators.fake.cards import png_card, text_card, wav_card
from generators.fake.generator import FakeGenerator
from generators.fake.trainer import FakeTrainer
from generators.registry import Registry
from generators.testing import CHECKS, Conformance, RecordingContext

if TYPE_CHECKING:
    from pathlib import Path

PARAMS = {"prompt": "Fresh bread", "steps": 3, "step_seconds": 0.001}
CHECKPOINT = CheckpointRef("c1", "Card A", family="fake_a", details={"memory_bytes": 5})


@pytest.fixture(scope="module", params=["text", "image", "audio"])
def suite(request: pytest.FixtureRequest) -> Conformance:
    extra = {"audio": {"duration": 0.2}, "image": {"size": 32}}.get(request.param, {})
    wanted = Request("fake", request.param, {**PARAMS, **extra}, CHECKPOINT)
    return Conformance(Registry.discover().get("fake"), wanted)


@pytest.mark.parametrize("check", CHECKS)
def test_conformance(suite: Conformance, check: str, tmp_path: Path) -> None:
    getattr(suite, check)(tmp_path)


def test_picture_is_a_picture_of_its_size() -> None:
    for size in (16, 17, 255):
        picture = Image.open(io.BytesIO(png_card("bread", 1, size)))
        picture.load()
        assert (picture.size, picture.mode) == ((size, size), "RGB")
    assert png_card("bread", 1, 64) != png_card("bread", 2, 64)


def test_sound_has_its_length() -> None:
    with wave.open(io.BytesIO(wav_card("bread", 1, 1.5)), "rb") as file:
        assert file.getnframes() / file.getframerate() == pytest.approx(1.5, abs=1e-3)


def test_text_size() -> None:
    assert len(text_card("bread", 1, 5000)) >= 5000
    assert "\n" not in text_card("bread", 1)


def load(details: dict[str, object], tmp: Path, family: str = "fake_a") -> FakeGenerator:
    checkpoint = CheckpointRef("c", family=family, details=details)
    return FakeGenerator.load(checkpoint, (), "cpu", "auto", RecordingContext(tmp))


def test_reads_its_checkpoint_folder(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"memory_bytes": 7}))
    ref = CheckpointRef("c", path=str(tmp_path), family="fake_b")
    assert (
        FakeGenerator.load(ref, (), "cpu", "auto", RecordingContext(tmp_path)).memory_bytes() == 7
    )
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match=r"config\.json"):
        FakeGenerator.load(ref, (), "cpu", "auto", RecordingContext(tmp_path))


def test_refuses_another_family(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="sdxl"):
        load({}, tmp_path, family="sdxl")


@pytest.mark.parametrize(
    ("how", "error"), [("user", UserFacingError), ("bug", RuntimeError), ("oom", OutOfMemory)]
)
def test_fails_as_asked(how: str, error: type[Exception], tmp_path: Path) -> None:
    generator = load({}, tmp_path)
    request = Request("fake", "text", {**PARAMS, "fail": how})
    with pytest.raises(error):
        list(generator.run(request, RecordingContext(tmp_path)))


def test_needs_a_memory_level_when_told(tmp_path: Path) -> None:
    generator = load({"memory_levels_needed": 1}, tmp_path)
    with pytest.raises(OutOfMemory):
        list(generator.run(Request("fake", "text", PARAMS), RecordingContext(tmp_path / "a")))
    smaller = RecordingContext(tmp_path / "b", memory_level=1)
    assert list(generator.run(Request("fake", "text", PARAMS), smaller))


def test_variants_have_seeds_of_their_own(tmp_path: Path) -> None:
    request = Request("fake", "text", {**PARAMS, "num_return_sequences": 3, "seed": 5})
    made = list(load({}, tmp_path).run(request, RecordingContext(tmp_path)))
    assert [item.metadata["seed"] for item in made] == [5, 6, 7]
    assert len({item.path.read_bytes() for item in made}) == 3


def test_training_resumes_to_the_same_adapter(tmp_path: Path) -> None:
    request = Request("fake", "finetune", {"max_train_steps": 5, "step_seconds": 0.0, "seed": 9})
    whole = RecordingContext(tmp_path / "whole")
    adapter, report = FakeTrainer().train(request, whole)
    assert adapter.role == "adapter"
    assert json.loads(report.path.read_text())["resumed_at"] == 0

    parts = RecordingContext(tmp_path / "parts")
    parts.pause = True
    for step in range(1, 5):
        assert list(FakeTrainer().train(request, parts)) == []
        assert json.loads((parts.checkpoints / "state.json").read_text())["step"] == step
    again, resumed = FakeTrainer().train(request, parts)
    weights = [item.path / "adapter_model.safetensors" for item in (again, adapter)]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    assert json.loads(resumed.path.read_text())["resumed_at"] == 4


class Deaf(FakeGenerator):
    """Swallows the cancel, as a careless generator would."""

    def run(self, request, context):
        try:
            yield from super().run(request, context)
        except BaseException:  # noqa: BLE001 - that is the fault
            yield context.save(b"too late", "text")


class Random(FakeGenerator):
    """Ignores its seed."""

    def run(self, request, context):
        yield from super().run(replace(request, params={**request.params, "seed": -1}), context)


class Hoarder(FakeGenerator):
    """Stays in memory after unload."""

    kept: list[object] = []  # noqa: RUF012 - that is the fault

    def unload(self) -> None:
        self.kept.append(self)


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        (Deaf, "stops_when_cancelled"),
        (Random, "repeats_by_seed"),
        (Hoarder, "lets_go_when_unloaded"),
    ],
)
def test_the_suite_finds_a_bad_generator(
    kind: type[FakeGenerator], check: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from generators.fake import generator

    monkeypatch.setattr(generator, "FakeGenerator", kind)
    bad = Conformance(Registry.discover().get("fake"), Request("fake", "text", PARAMS))
    with pytest.raises(AssertionError):
        getattr(bad, check)(tmp_path)
