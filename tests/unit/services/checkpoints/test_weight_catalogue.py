"""The library's list of weights: what is noted of what a person adds."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from generators.registry import Registry
from studio.core.checkpoint import Adapter
from studio.services.checkpoints.catalogue import add_weights
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


def test_the_licence_of_a_lora_in_a_folder(library, registry, tmp_path):
    folder = tmp_path / "style"
    folder.mkdir()
    config = {"task_type": "CAUSAL_LM", "model_type": "llama"}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    (folder / "README.md").write_text("---\nlicense: other\nlicense_name: x-noncommercial\n---\n")
    added = add_weights(library, registry, folder, family="causal_lm")
    assert isinstance(added, Adapter)
    assert (added.licence, added.commercial_use) == ("x-noncommercial", False)
