"""The library's list of weights: what is noted of what a person adds."""

from __future__ import annotations

import errno
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from generators.registry import Registry
from studio.core.checkpoint import Adapter
from studio.core.errors import CheckpointError
from studio.services.checkpoints.catalogue import add_weights, find_checkpoint
from studio.store.library import Library

LORA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight"


@pytest.fixture(scope="module")
def registry():
    return Registry.discover()


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        yield opened


def lora(path, **metadata):
    save_file({LORA: np.zeros((4, 768), np.float32)}, path, metadata=metadata or None)
    return path


@pytest.mark.parametrize(
    ("metadata", "licence", "commercial"),
    [
        ({"modelspec.license": "CC-BY-NC-4.0"}, "CC-BY-NC-4.0", False),
        ({"license": "mit"}, "mit", True),
        ({}, "", True),
    ],
)
def test_the_licence_of_a_lora_in_one_file(
    library, registry, tmp_path, metadata, licence, commercial
):
    added = add_weights(library, registry, lora(tmp_path / "style.safetensors", **metadata))
    assert isinstance(added, Adapter)
    assert (added.licence, added.commercial_use) == (licence, commercial)


def llama(folder):
    folder.mkdir(parents=True)
    (folder / "config.json").write_text('{"model_type": "llama"}')
    save_file({"a": np.zeros((2, 2), np.float32)}, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize("name", ["Llama-3.2-1B-Instruct", "FLUX.1-dev", "小模型 v1.5"])
def test_a_folder_keeps_its_whole_name(library, registry, tmp_path, name):
    assert add_weights(library, registry, llama(tmp_path / name)).name == name


def test_a_file_is_listed_without_its_ending(library, registry, tmp_path):
    added = add_weights(library, registry, lora(tmp_path / "style.v2.safetensors"))
    assert added.name == "style.v2"


def test_a_name_that_is_taken_gets_a_number(library, registry, tmp_path):
    places = [llama(tmp_path / where / "model") for where in ("a", "b", "c")]
    added = [add_weights(library, registry, path) for path in places]
    assert [item.name for item in added] == ["model", "model (2)", "model (3)"]
    added.append(add_weights(library, registry, lora(tmp_path / "model.safetensors")))
    assert added[-1].name == "model (4)"
    for path, before in zip(places, added, strict=False):  # the same place: the same row
        again = add_weights(library, registry, path)
        assert (again.id, again.name) == (before.id, before.name)
    assert find_checkpoint(library, "model").id == added[0].id


def test_a_person_s_own_name_is_kept(library, registry, tmp_path):
    for where in ("a", "b"):
        assert add_weights(library, registry, llama(tmp_path / where), name="mine").name == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_file_in_the_hugging_face_cache(library, registry, tmp_path):
    blob = tmp_path / "blobs" / "5f1d0a"
    blob.parent.mkdir()
    lora(blob)
    link = tmp_path / "snapshots" / "abc" / "style.safetensors"
    link.parent.mkdir(parents=True)
    link.symlink_to("../../blobs/5f1d0a")
    added = add_weights(library, registry, link)
    assert (added.name, added.path) == ("style", str(link))


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_weights_that_are_listed_keep_their_row_by_whatever_way(library, registry, tmp_path):
    first = add_weights(library, registry, llama(tmp_path / "disk" / "model"))
    (tmp_path / "models").symlink_to(tmp_path / "disk")
    again = add_weights(library, registry, tmp_path / "models" / ".." / "models" / "model")
    assert (again.id, again.path) == (first.id, first.path)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_loop_of_links_is_nothing(library, registry, tmp_path):
    (tmp_path / "a.gguf").symlink_to(tmp_path / "b.gguf")
    (tmp_path / "b.gguf").symlink_to(tmp_path / "a.gguf")
    with pytest.raises(CheckpointError, match="There is nothing at"):
        add_weights(library, registry, tmp_path / "a.gguf")


@pytest.mark.skipif(sys.platform == "win32", reason="such paths are merely not there")
@pytest.mark.parametrize("path", ["~nobody-of-that-name/model.gguf", "x" * 300])
def test_a_path_that_cannot_be_followed(library, registry, path):
    with pytest.raises(CheckpointError, match="cannot be read: "):
        add_weights(library, registry, Path(path))


@pytest.mark.parametrize("name", ["config.json", "model.safetensors"])
def test_a_file_that_may_not_be_read_is_named(library, registry, tmp_path, monkeypatch, name):
    folder = llama(tmp_path / "model")
    real = Path.open

    def refuse(path, *arguments, **options):
        if path.name == name:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(CheckpointError, match=f"{name} cannot be read: Permission denied"):
        add_weights(library, registry, folder)


def test_the_licence_of_a_lora_in_a_folder(library, registry, tmp_path):
    folder = tmp_path / "style"
    folder.mkdir()
    config = {"task_type": "CAUSAL_LM", "peft_type": "LORA", "r": 8}  # as peft writes it
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "README.md").write_text("---\nlicense: other\nlicense_name: x-noncommercial\n---\n")
    added = add_weights(library, registry, folder)
    assert isinstance(added, Adapter)
    assert added.family == "causal_lm"
    assert (added.licence, added.commercial_use) == ("x-noncommercial", False)
