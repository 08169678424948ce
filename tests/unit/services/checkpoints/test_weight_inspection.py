"""What a folder or file of weights is, by the rules of the built-in manifests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import gguf
import numpy as np
import pytest
from safetensors.numpy import save_file

from generators.audio_music.backend import FAMILIES
from generators.registry import Registry
from studio.core.errors import CheckpointError
from studio.services.checkpoints.adapters import family_by_shapes, looks_like_adapter
from studio.services.checkpoints.inspection import inspect_path, read_card
from studio.services.checkpoints.starter import starter_checkpoint

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def registry():
    return Registry.discover()


def weights(path: Path, *names: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({name: np.zeros((2, 2), np.float32) for name in names}, path)


@pytest.fixture
def llama_folder(tmp_path):
    folder = tmp_path / "模型 one"
    folder.mkdir()
    config = {"model_type": "llama", "max_position_embeddings": 2048}
    (folder / "config.json").write_text(json.dumps(config))
    weights(folder / "model.safetensors", "model.embed_tokens.weight")
    return folder


def test_a_transformers_folder(llama_folder, registry):
    (llama_folder / "README.md").write_text(
        "---\nlicense: apache-2.0\nlanguage:\n- en\n- zh\ntags: [untrained, demo]\n---\n# Card\n"
    )
    found = inspect_path(llama_folder, registry)
    assert (found.generator, found.format, found.modality) == ("text_gpt", "transformers", "text")
    assert found.licence == "apache-2.0"
    assert found.languages == ("en", "zh")
    assert found.untrained
    assert found.commercial_use
    assert found.details["context_length"] == 2048


@pytest.mark.parametrize(
    ("card", "name"),
    [
        ("license: cc-by-nc-4.0", "cc-by-nc-4.0"),
        (
            "license: other\nlicense_name: flux-1-dev-non-commercial-license",
            "flux-1-dev-non-commercial-license",
        ),
        ("license: Some Non Commercial Licence", "Some Non Commercial Licence"),
        ("license: my_non_commercial", "my_non_commercial"),
        ("license:\n- apache-2.0\n- cc-by-nc-4.0", "apache-2.0"),
    ],
)
def test_a_non_commercial_licence_is_seen(llama_folder, registry, card, name):
    (llama_folder / "README.md").write_text(f"---\n{card}\n---\n")
    found = inspect_path(llama_folder, registry)
    assert (found.licence, found.commercial_use) == (name, False)


@pytest.mark.parametrize(
    "card", ["license: other\nlicense_name: synced-once", "license: nca", "tags: [noncommercial]"]
)
def test_other_licences_stay_commercial(llama_folder, registry, card):
    (llama_folder / "README.md").write_text(f"---\n{card}\n---\n")
    assert inspect_path(llama_folder, registry).commercial_use


def test_the_licence_s_own_name_in_a_gguf_file_is_seen(tmp_path, registry):
    writer = gguf.GGUFWriter(tmp_path / "m.gguf", "llama")
    writer.add_license("other")
    writer.add_license_name("Model Research License, non-commercial")
    writer.add_tensor("t", np.ones((4, 4), dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    found = inspect_path(tmp_path / "m.gguf", registry)
    assert found.licence == "Model Research License, non-commercial"
    assert not found.commercial_use


def test_without_a_card_the_family_s_licence_holds(llama_folder, registry):
    """Published MusicGen weights may not be used commercially; a folder may lack its card."""
    (llama_folder / "config.json").write_text('{"model_type": "musicgen"}')
    found = inspect_path(llama_folder, registry)
    assert (found.family, found.licence, found.commercial_use) == (
        "musicgen", "CC-BY-NC-4.0", False,
    )  # fmt: skip
    (llama_folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n")
    found = inspect_path(llama_folder, registry)
    assert (found.licence, found.commercial_use) == ("apache-2.0", True)


def test_music_s_manifest_and_backend_name_the_same_licences(registry):
    families = registry.get("audio_music").families
    assert {family.id: family.licence for family in families} == {
        family.id: family.licence for family in FAMILIES.values()
    }


def test_a_folder_with_code_of_its_own_is_refused(llama_folder, registry):
    (llama_folder / "modeling_evil.py").write_text("raise SystemExit")
    with pytest.raises(CheckpointError, match="code of its own"):
        inspect_path(llama_folder, registry)


def test_auto_map_is_refused(llama_folder, registry):
    config = {"model_type": "llama", "auto_map": {"AutoModel": "evil.Model"}}
    (llama_folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match="code of its own"):
        inspect_path(llama_folder, registry)


def test_a_folder_with_pickles_only_is_refused(llama_folder, registry):
    (llama_folder / "model.safetensors").unlink()
    (llama_folder / "pytorch_model.bin").write_bytes(b"\x80\x04.")
    with pytest.raises(CheckpointError, match=r"only pickles \(pytorch_model.bin\)"):
        inspect_path(llama_folder, registry)


def test_a_pickle_is_refused(tmp_path, registry):
    (tmp_path / "model.ckpt").write_bytes(b"\x80\x04.")
    with pytest.raises(CheckpointError, match="is a pickle"):
        inspect_path(tmp_path / "model.ckpt", registry)


def test_a_missing_component_is_named(tmp_path, registry):
    index = {
        "_class_name": "StableDiffusionPipeline",
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
        "safety_checker": [None, None],
    }
    (tmp_path / "model_index.json").write_text(json.dumps(index))
    weights(tmp_path / "unet" / "diffusion_pytorch_model.safetensors", "a")
    with pytest.raises(CheckpointError, match="'vae' is missing"):
        inspect_path(tmp_path, registry)


def test_damaged_json_and_unknown_models_are_refused(llama_folder, registry):
    (llama_folder / "config.json").write_text('{"model_type": "no_such_model"}')
    with pytest.raises(CheckpointError, match="No installed generator can load"):
        inspect_path(llama_folder, registry)
    (llama_folder / "config.json").write_text("{" * 5000)
    with pytest.raises(CheckpointError, match="damaged"):
        inspect_path(llama_folder, registry)


def test_nothing_there(tmp_path, registry):
    with pytest.raises(CheckpointError, match="There is nothing at"):
        inspect_path(tmp_path / "none", registry)


def test_a_card_without_front_matter(tmp_path):
    (tmp_path / "README.md").write_text("# no front matter\nlicense: mit\n")
    assert read_card(tmp_path) == {}


def test_lora_families_by_shape(tmp_path):
    name = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k.lora_down.weight"
    assert family_by_shapes({name: (4, 768)}) == "sd15"
    assert family_by_shapes({name: (4, 2048)}) == "sdxl"
    assert family_by_shapes({"x": (4, 768)}) == ""
    weights(tmp_path / "style.safetensors", name)
    assert looks_like_adapter(tmp_path / "style.safetensors")
    weights(tmp_path / "whole.safetensors", "model.diffusion_model.x")
    assert not looks_like_adapter(tmp_path / "whole.safetensors")


@pytest.mark.parametrize(
    ("kind", "denoiser", "vae", "native"),
    [
        ("StableDiffusionPipeline", {"sample_size": 64}, [1, 1, 1, 1], 512),
        ("StableDiffusionPipeline", {"sample_size": 96}, [1, 1, 1, 1], 768),  # such as 2.1
        ("StableDiffusionXLPipeline", {"sample_size": 128}, [1, 1, 1, 1], 1024),
        ("StableDiffusionXLPipeline", {"sample_size": [64, 96]}, [1, 1, 1, 1], 768),
        ("StableDiffusionPipeline", {"sample_size": 32}, [1, 1], 64),
        ("FluxPipeline", {}, [1, 1, 1, 1], 1024),  # it says none: its family's
        ("FluxPipeline", {}, [1, 1], 256),  # with a VAE of its own: what its pipeline assumes
        ("StableDiffusion3Pipeline", {"sample_size": 128}, None, 1024),
        ("StableDiffusionPipeline", {"sample_size": "x"}, "odd", 512),
        ("StableDiffusionPipeline", {"sample_size": True}, [], 512),
    ],
)
def test_the_native_size_is_the_folder_s_own(tmp_path, registry, kind, denoiser, vae, native):
    name = "unet" if "XL" in kind or kind == "StableDiffusionPipeline" else "transformer"
    index = {"_class_name": kind, name: ["diffusers", "X"], "vae": ["diffusers", "Y"]}
    (tmp_path / "model_index.json").write_text(json.dumps(index))
    for part, config in ((name, denoiser), ("vae", {"block_out_channels": vae})):
        weights(tmp_path / part / "diffusion_pytorch_model.safetensors", "a")
        (tmp_path / part / "config.json").write_text(json.dumps(config))
    assert inspect_path(tmp_path, registry).details["native_size"] == native


@pytest.mark.parametrize("family", ["sd15", "sdxl", "sd3", "pixart", "flux"])
def test_the_native_size_agrees_with_the_loaded_pipeline(tmp_path, registry, family):
    """What the window offers is what the generator will make: both read the same folder."""
    from helpers import tiny_diffusion

    from generators.image_diffusion.settings import rules_of

    diffusers = pytest.importorskip("diffusers")
    getattr(tiny_diffusion, family)(tmp_path / "w")
    found = inspect_path(tmp_path / "w", registry)
    pipeline = diffusers.DiffusionPipeline.from_pretrained(
        str(tmp_path / "w"), local_files_only=True
    )
    assert found.details["native_size"] == rules_of(pipeline, None).native


def soundfont_folder(folder, **config):
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps({"model_type": "brandloom_music", **config}))
    (folder / "one.sf3").write_bytes(b"RIFF\4\0\0\0sfbk")
    return folder


def test_a_soundfont_folder(tmp_path, registry):
    folder = soundfont_folder(tmp_path / "music", soundfont="one.sf3")
    found = inspect_path(folder, registry)
    assert (found.generator, found.family, found.format) == ("audio_music", "symbolic", "soundfont")
    assert found.modality == "audio"


@pytest.mark.parametrize(
    ("name", "words"), [("two.sf3", "two.sf3"), ("../music/one.sf3", "is missing")]
)
def test_a_soundfont_folder_that_is_not_whole(tmp_path, registry, name, words):
    folder = soundfont_folder(tmp_path / "music", soundfont=name)
    with pytest.raises(CheckpointError, match=words):
        inspect_path(folder, registry)


def test_a_soundfont_that_is_none(tmp_path, registry):
    folder = soundfont_folder(tmp_path / "music", soundfont="one.sf3")
    (folder / "one.sf3").write_bytes(b"\x80\x04picklesoundfont")
    with pytest.raises(CheckpointError, match="no soundfont"):
        inspect_path(folder, registry)


def test_the_shipped_starters_are_found(registry):
    for modality in ("audio",):
        folder = starter_checkpoint(modality)
        assert folder is not None
        assert inspect_path(folder, registry).modality == modality
    assert starter_checkpoint("video") is None
