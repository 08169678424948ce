"""What the starter's trainings share: a state that is kept, averages, captions; the classifier."""

from __future__ import annotations

import numpy as np
import torch

from generators.image_diffusion.starter import latents, train_classifier
from generators.image_diffusion.starter.classifier import load_classifier
from generators.image_diffusion.starter.subjects import SUBJECTS
from generators.image_diffusion.starter.training import Average, Run
from generators.image_diffusion.starter.wishes import draw_wish


def test_a_state_from_before_the_random_state_was_kept_is_taken_up(tmp_path):
    model = torch.nn.Linear(2, 2)
    torch.save({"model": model.state_dict(), "step": 5}, tmp_path / "state.pt")
    other = torch.nn.Linear(2, 2)
    run = Run(tmp_path, last=6, threads=1)
    run.keep(model=other)
    assert torch.equal(other.weight, model.weight)
    assert list(run.steps()) == [5]
    assert "random" in torch.load(tmp_path / "state.pt", weights_only=True)


def test_the_average_forgets_the_start_and_lags_behind():
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(0.0)
    average = Average(model, 0.9)
    with torch.no_grad():
        model.weight.fill_(1.0)
    seen = []
    for _ in range(60):
        average.update(model)
        seen.append(float(average.weights["weight"]))
    assert seen == sorted(seen)
    assert 0.5 < seen[0] < 1 - 1e-6
    assert seen[-1] > 0.99


def test_captions_are_in_both_languages():
    rng = np.random.default_rng(0)
    said = latents.captions_of([draw_wish(rng) for _ in range(600)], rng)
    chinese = sum(any(ord(letter) > 0x2E80 for letter in text) for text in said)
    assert 0.2 < chinese / len(said) < 0.4
    assert all(said)


def test_the_classifier_learns_saves_and_names(tmp_path, capfd):
    target = tmp_path / "classifier.safetensors"
    arguments = [str(tmp_path / "run"), str(target), "--pictures", "200", "--held-out", "70"]
    assert train_classifier.main([*arguments, "--steps", "3", "--batch", "16"]) == 0
    assert "70 held-out renders" in capfd.readouterr().out
    network, facts = load_classifier(target)
    assert facts["held_out_pictures"] == "70"
    pixels, numbers = train_classifier.draw_part((3,), 70, 128)
    assert list(numbers) == list(range(70))
    ranked = network.ranked([*pixels[:5], pixels[5][:, :96]])
    assert [sorted(row) for row in ranked] == [sorted(SUBJECTS)] * 6
