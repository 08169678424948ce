"""Checkpoints that are damaged, incomplete or unsafe are refused in words."""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save, save_file

from generators import _torch as shared
from generators.api import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS = {"a.weight": torch.arange(12.0).reshape(3, 4), "b": torch.ones(5, dtype=torch.bfloat16)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "模型 one"
    place.mkdir()
    (place / "config.json").write_text('{"model_type": "llama"}')
    save_file(WEIGHTS, place / "model.safetensors")
    return place


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    place = tmp_path / "pipe"
    for part in ("unet", "vae", "tokenizer"):
        (place / part).mkdir(parents=True)
    index = {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "safety_checker": [None, None],
    }
    (place / "model_index.json").write_text(json.dumps(index))
    for part in ("unet", "vae"):
        (place / part / "config.json").write_text("{}")
        save_file(WEIGHTS, place / part / "diffusion_pytorch_model.safetensors")
    (place / "tokenizer" / "tokenizer_config.json").write_text("{}")
    return place


def refusal(place: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        shared.check_folder(place)
    assert caught.value.hint or caught.value.message
    return str(caught.value)


def test_whole_folders_pass(folder: Path, pipeline: Path):
    shared.check_folder(folder)
    shared.check_folder(pipeline)
    assert shared.weight_bytes(folder) == (folder / "model.safetensors").stat().st_size
    assert set(shared.load_state(folder / "model.safetensors")) == set(WEIGHTS)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_truncation_is_seen(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject):
    whole = save(WEIGHTS)
    keep = data.draw(st.integers(0, len(whole) - 1))
    file = tmp_path_factory.mktemp("cut") / "model.safetensors"
    file.write_bytes(whole[:keep])
    with pytest.raises(CheckpointError):
        shared.check_safetensors(file)


def test_a_truncated_file_is_named_with_both_sizes(folder: Path):
    file = folder / "model.safetensors"
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    text = refusal(folder)
    assert "cut short" in text
    assert f"{len(whole):,}" in text


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 8, b"\xff" * 64, (2).to_bytes(8, "little") + b"[]", save({})]
)
def test_files_that_are_no_weights_are_refused(folder: Path, content: bytes):
    (folder / "model.safetensors").write_bytes(content)
    refusal(folder)


def test_a_header_that_lies_about_a_size_is_refused(folder: Path):
    header = {"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 4]}}
    text = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(len(text).to_bytes(8, "little") + text + b"\0" * 4)
    assert "another size" in refusal(folder)


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_a_folder_that_asks_to_run_code_is_refused(folder: Path, name: str):
    (folder / name).write_text('{"auto_map": {"AutoModel": "evil.Model"}}')
    assert "program code" in refusal(folder)


def test_python_files_are_refused(folder: Path, pipeline: Path):
    (folder / "modeling_evil.py").write_text("raise SystemExit")
    assert "program code" in refusal(folder)
    (pipeline / "unet" / "my_unet.py").write_text("raise SystemExit")
    assert "program code" in refusal(pipeline)


def test_a_custom_pipeline_is_refused(pipeline: Path):
    index = json.loads((pipeline / "model_index.json").read_text())
    index["_class_name"] = ["pipeline", "Evil"]
    (pipeline / "model_index.json").write_text(json.dumps(index))
    assert "program code" in refusal(pipeline)


def test_a_missing_component_is_named(pipeline: Path):
    for file in (pipeline / "vae").iterdir():
        file.unlink()
    (pipeline / "vae").rmdir()
    assert "'vae'" in refusal(pipeline)


def test_a_missing_part_is_named(folder: Path):
    index = {"weight_map": {"a": "model.safetensors", "z": "model-00002-of-00002.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "model-00002" in refusal(folder)
    index = {"weight_map": {"a": "../other.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    assert "outside" in refusal(folder)


def test_a_folder_without_weights_or_with_pickles_is_refused(folder: Path):
    (folder / "model.safetensors").unlink()
    assert "no weights" in refusal(folder)
    torch.save(WEIGHTS, folder / "pytorch_model.bin")
    text = refusal(folder)
    assert "pickle" in text
    assert ".safetensors" in text


def test_absent_empty_and_damaged_folders_are_refused(tmp_path: Path, folder: Path):
    assert "not there" in refusal(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    assert "config.json" in refusal(tmp_path / "empty")
    (folder / "config.json").write_text("{")
    assert "config.json" in refusal(folder)


class Payload:
    def __reduce__(self):
        return (print, ("the pickle ran",))


def test_a_pickle_that_runs_code_never_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "model.pt"
    torch.save({"a": Payload()}, file)
    with pytest.raises(CheckpointError, match="pickle"):
        shared.load_state(file)
    file.write_bytes(pickle.dumps(Payload()))
    with pytest.raises(CheckpointError):
        shared.load_state(file)
    assert "ran" not in capsys.readouterr().out


def test_a_pickle_of_plain_tensors_loads(tmp_path: Path):
    file = tmp_path / "model.pt"
    torch.save({"state_dict": WEIGHTS}, file)
    assert torch.equal(shared.load_state(file)["a.weight"], WEIGHTS["a.weight"])
    torch.save([1, 2], file)
    with pytest.raises(CheckpointError, match="table"):
        shared.load_state(file)


def test_every_cut_of_an_old_pickle_is_refused_in_words(tmp_path: Path):
    """As the first ESRGAN files are: not a ZIP but one pickle after another."""
    file = tmp_path / "old.pth"
    torch.save({"params": WEIGHTS}, file, _use_new_zipfile_serialization=False)
    whole = file.read_bytes()
    assert set(shared.load_state(file)) == set(WEIGHTS)
    for length in range(0, len(whole), max(1, len(whole) // 300)):
        file.write_bytes(whole[:length])
        with pytest.raises(CheckpointError):
            shared.load_state(file)


def test_tensors_over_one_another_are_refused_in_words(tmp_path: Path):
    header = {
        name: {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} for name in ("one", "other")
    }
    text = json.dumps(header).encode()
    file = tmp_path / "net.safetensors"
    file.write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
    with pytest.raises(CheckpointError, match="not a usable safetensors"):
        shared.load_state(file)
