"""What is damaged, incomplete, unsafe or foreign is refused in words that name it."""

from __future__ import annotations

import json
import pickle

import pytest
from helpers import tiny_diffusion

from generators.api import CheckpointError

WEIGHTS = "diffusion_pytorch_model.safetensors"


@pytest.fixture
def broken(studio, tmp_path):
    """A copy of the tiny SD 1.5 to be damaged."""
    return tiny_diffusion.copy(studio.folder("sd15"), tmp_path / "model")


def _edit(path, change):
    data = json.loads(path.read_text())
    change(data)
    path.write_text(json.dumps(data))


def test_a_cut_short_file_is_named(studio, broken):
    file = broken / "unet" / WEIGHTS
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(CheckpointError, match="cut short"):
        studio.load(broken)


@pytest.mark.parametrize("component", ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
def test_a_missing_component_is_named(studio, broken, component):
    (broken / component).rename(broken.parent / component)
    with pytest.raises(CheckpointError, match=component):
        studio.load(broken)


def test_a_component_with_tensors_missing_is_named(studio, broken):
    from safetensors.torch import load_file, save_file

    file = broken / "vae" / WEIGHTS
    state = load_file(file)
    del state["decoder.conv_in.weight"]
    save_file(state, file)
    with pytest.raises(CheckpointError, match=r"vae.*decoder\.conv_in\.weight|vae"):
        studio.load(broken)


def test_a_component_of_another_shape_is_named(studio, broken):
    _edit(broken / "unet" / "config.json", lambda data: data.update(cross_attention_dim=64))
    with pytest.raises(CheckpointError, match="unet"):
        studio.load(broken)


def test_pickles_are_never_opened(studio, broken, tmp_path):
    class Bomb:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    (broken / "unet" / WEIGHTS).unlink()
    (broken / "unet" / "diffusion_pytorch_model.bin").write_bytes(pickle.dumps(Bomb()))
    alone = tmp_path / "model.ckpt"
    alone.write_bytes(pickle.dumps(Bomb()))
    for path in (broken, alone):
        with pytest.raises(CheckpointError, match="pickle"):
            studio.load(path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(_class_name=["pipeline", "MyPipeline"]),
        lambda data: data.update(unet=["my_code", "MyUNet"]),
        lambda data: data.update(unet=["os", "system"]),
        lambda data: data.update(unet=["builtins", "eval"]),
    ],
)
def test_code_of_a_checkpoint_is_never_run(studio, broken, tmp_path, change):
    mark = tmp_path / "ran"
    code = f"open({str(mark)!r}, 'w')\nclass MyPipeline: pass\nclass MyUNet: pass\n"
    _edit(broken / "model_index.json", change)
    for place in (broken / "pipeline.py", broken / "unet" / "my_code.py", broken / "my_code.py"):
        place.write_text(code)
    with pytest.raises(CheckpointError, match="code of its own"):
        studio.load(broken)
    for place in (broken / "pipeline.py", broken / "unet" / "my_code.py", broken / "my_code.py"):
        place.unlink()
    with pytest.raises(CheckpointError, match="code of its own"):
        studio.load(broken)
    assert not mark.exists()


def test_an_unknown_pipeline_is_named(studio, broken):
    _edit(broken / "model_index.json", lambda data: data.update(_class_name="FutureImagePipeline"))
    with pytest.raises(CheckpointError, match="FutureImagePipeline"):
        studio.load(broken)


def test_what_is_no_checkpoint_is_refused(studio, tmp_path):
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "empty", tmp_path / "gone"):
        with pytest.raises(CheckpointError, match=path.name):
            studio.load(path)


def test_half_precision_variants_load(studio, broken):
    for component, name in (
        ("unet", WEIGHTS),
        ("vae", WEIGHTS),
        ("text_encoder", "model.safetensors"),
    ):
        file = broken / component / name
        file.rename(file.with_name(name.replace(".safetensors", ".fp16.safetensors")))
    [(pixels, _)] = studio.run(studio.load(broken))
    [(same, _)] = studio.run(studio.generator("sd15"))
    assert (pixels == same).all()


def test_a_checkpoint_says_its_own_defaults(studio, broken):
    (broken / "generation_config.json").write_text('{"num_inference_steps": 4}')
    context = studio.context()
    studio.run(studio.load(broken), num_inference_steps=None, context=context)
    assert any("of 4" in report[2] or "of 5" in report[2] for report in context.reports)
