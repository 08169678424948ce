from __future__ import annotations

import json

import numpy as np

from generators.image_diffusion.tiny import main, make_untrained_checkpoint
from generators.registry import Registry


def test_the_untrained_checkpoint_is_small_colourful_and_honest(studio, tmp_path):
    folder = make_untrained_checkpoint(tmp_path / "starter", seed=1)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert 5e6 < size < 20e6
    assert "tags: [untrained" in card
    assert "**Untrained.**" in card
    generator = studio.load(folder)
    first = studio.run(generator, num_inference_steps=None, num_images_per_prompt=2)
    [(other, _)] = studio.run(generator, num_inference_steps=None, prompt="a blue bottle")
    pixels = first[0][0]
    assert pixels.shape == (128, 128, 3)
    assert pixels.std() > 15  # not grey mush
    assert np.abs(np.diff(pixels, axis=0)).mean() < 6  # and not grain
    assert np.abs(pixels - first[1][0]).mean() > 15  # the seed counts
    assert np.abs(pixels - other).mean() > 5  # and so does the prompt


def test_the_same_seed_writes_the_same_weights(tmp_path):
    for name in ("a", "b"):
        assert main([str(tmp_path / name), "--seed", "5"]) == 0
    files = list((tmp_path / "a").rglob("*.safetensors"))
    assert len(files) == 3
    for file in files:
        twin = tmp_path / "b" / file.relative_to(tmp_path / "a")
        assert twin.read_bytes() == file.read_bytes()


def test_the_app_takes_it_for_an_untrained_sd15(tmp_path):
    from studio.services.checkpoints.inspection import inspect_path

    folder = make_untrained_checkpoint(tmp_path / "starter", seed=1)
    found = inspect_path(folder, Registry.discover())
    assert (found.generator, found.family, found.untrained) == ("image_diffusion", "sd15", True)
    assert found.licence == "apache-2.0"
    assert json.loads((folder / "generation_config.json").read_text())["num_inference_steps"] == 6
