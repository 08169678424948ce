"""Weights that are damaged, unsafe or incomplete: refused when listed and when used.

The real image and text workers meet them, through the command line; see ``test_faults.py``.
"""

from __future__ import annotations

import json
import shutil
import struct
from typing import TYPE_CHECKING

import pytest
from helpers import tiny_diffusion
from helpers.command_line import Studio
from helpers.tiny_text import make_gguf

from studio.core.job import JobStatus
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

UNET = "unet/diffusion_pytorch_model.safetensors"
IMAGE = ("generate", "image", "a cup", "--width", "64", "--height", "64")
IMAGE_STEPS = ("--num-inference-steps", "1", "--preview-every", "0")
TEXT = ("generate", "text", "a cup", "--max-new-tokens", "2")
EMPTY_GGUF = b"GGUF" + struct.pack("<IQQ", 3, 0, 0)


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights 权重")
    tiny_diffusion.sd15(folder / "good")
    make_gguf(folder / "good.gguf")
    return folder


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    call = Studio(tmp_path_factory.mktemp("faults") / "library")
    yield call
    call("engine", "stop")


def cut(folder: Path) -> None:
    file = folder / UNET
    file.write_bytes(file.read_bytes()[:-100])


def as_pickles(folder: Path) -> None:
    for file in folder.rglob("*.safetensors"):
        file.with_suffix(".bin").write_bytes(b"\x80\x04cposix\nsystem\n.")
        file.unlink()


def with_code(folder: Path) -> None:
    """Ask to run code that would leave a trace."""
    index = folder / "model_index.json"
    facts = json.loads(index.read_text())
    facts["_class_name"] = ["pipeline", "Evil"]
    index.write_text(json.dumps(facts))
    trace = folder.parent / "trace"
    for place in (folder, folder / "unet"):
        (place / "pipeline.py").write_text(f"open({str(trace)!r}, 'w')")


FAULTS = {
    "truncated": (cut, "unet/diffusion_pytorch_model.safetensors"),
    "pickles": (as_pickles, "pickle"),
    "own code": (with_code, "code of"),
    "no vae": (lambda folder: shutil.rmtree(folder / "vae"), "component 'vae'"),
    "no index": (lambda folder: (folder / "model_index.json").unlink(), "model_index.json"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_folder_is_refused_at_once_and_when_it_went_bad_later(
    studio: Studio, weights: Path, tmp_path: Path, name: str
) -> None:
    spoil: Callable[[Path], object]
    spoil, words = FAULTS[name]
    folder = tmp_path / f"model {name}"
    shutil.copytree(weights / "good", folder)
    studio("models", "add", str(folder), "--name", name)
    spoil(folder)
    said = studio("models", "add", str(folder), code=3)
    assert words in said
    said = studio(*IMAGE, *IMAGE_STEPS, "--checkpoint", name, code=1)
    assert "failed" in said
    assert words in said
    with Library.open(studio.library) as library:
        (job,) = library.jobs.list(limit=1)
        assert (job.status, job.worker_deaths) == (JobStatus.FAILED, 0)
        assert job.hint
        assert library.jobs.error_details(job.id)[0] == "user"
    assert not (tmp_path / "trace").exists()


@pytest.mark.parametrize("content", [EMPTY_GGUF, EMPTY_GGUF[:9], b"", b"\x80\x04."])
def test_a_bad_gguf_is_refused_at_once_and_when_it_went_bad_later(
    studio: Studio, weights: Path, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "a model.gguf"
    shutil.copy(weights / "good.gguf", file)
    studio("models", "add", str(file), "--name", tmp_path.name)
    file.write_bytes(content)
    said = studio("models", "add", str(file), code=3)
    assert "a model.gguf cannot be used" in said
    said = studio(*TEXT, "--checkpoint", tmp_path.name, code=1)
    assert "a model.gguf" in said
    assert "Report" not in said


def test_a_truncated_gguf_is_refused_when_it_is_loaded(
    studio: Studio, weights: Path, tmp_path: Path
) -> None:
    file = tmp_path / "short.gguf"
    shutil.copy(weights / "good.gguf", file)
    studio("models", "add", str(file), "--name", "short")
    file.write_bytes(file.read_bytes()[:-2000])
    assert "short" in studio(*TEXT, "--checkpoint", "short", code=1)


@pytest.mark.parametrize("name", ["evil.ckpt", "evil.pt", "evil.bin"])
def test_a_single_pickle_is_refused(studio: Studio, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x80\x04cposix\nsystem\n.")
    said = studio("models", "add", str(tmp_path / name), code=3)
    assert f"{name} is a pickle: opening one can run any code" in said


def test_the_workers_live_and_good_weights_still_work(studio: Studio, weights: Path) -> None:
    studio("models", "add", str(weights / "good"), "--name", "sound image")
    studio("models", "add", str(weights / "good.gguf"), "--name", "sound text")
    assert studio.json(*IMAGE, *IMAGE_STEPS, "--checkpoint", "sound image")
    assert studio.json(*TEXT, "--checkpoint", "sound text")
    assert "All well." in studio("library", "check")
