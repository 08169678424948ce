"""The instruments that judge the starter's pictures, on renders whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import starter_colours as colours
from helpers.starter_pictures import draw_prompts, nearest, shrunk

from generators.image_diffusion.starter.classifier import load_classifier
from generators.image_diffusion.starter.subjects import SUBJECTS
from generators.image_diffusion.starter.wishes import Wish, draw_picture

PLAIN = Wish("mug", "red", "matte", "plain", "light blue", "soft", "front", "centre", "one")
WEIGHTS = Path(__file__).parents[3] / "benchmarks" / "data" / "starter_classifier.safetensors"


def picture(wish, seed=3):
    return draw_picture(wish, (128, 128), np.random.default_rng(seed))


@pytest.mark.parametrize("name", colours.NAMES)
def test_a_subject_is_said_to_have_its_colour_and_not_another(name):
    wish = replace(PLAIN, colour=name, backdrop="light blue" if name != "light blue" else "red")
    pixels = picture(wish).pixels
    assert colours.subject_is_as_asked(pixels, wish)
    opposite = "green" if name in ("red", "orange", "pink", "purple") else "purple"
    assert not colours.subject_is_as_asked(pixels, wish, opposite)
    assert colours.background_is_as_asked(pixels, wish)
    assert not colours.background_is_as_asked(pixels, replace(wish, backdrop="purple"))


def test_a_sky_is_told_from_a_wall():
    sky = replace(PLAIN, background="sky")
    assert colours.background_is_as_asked(picture(sky).pixels, sky)
    assert not colours.background_is_as_asked(picture(replace(PLAIN, backdrop="beige")).pixels, sky)


@pytest.mark.parametrize("place", ["left", "centre", "right"])
def test_the_subject_is_found_where_it_stands(place):
    drawn = picture(replace(PLAIN, place=place, background="studio"))
    found = colours.subject_mask(colours.lab_of(drawn.pixels), place)
    truth = drawn.coverage > 0.5
    assert (found & truth).sum() > 0.85 * truth.sum()
    assert (found & truth).sum() > 0.7 * found.sum()


def test_the_classifier_names_fresh_renders_even_when_they_are_soft():
    from PIL import Image, ImageFilter

    network, facts = load_classifier(WEIGHTS)
    assert float(facts["held_out_accuracy"]) >= 0.95
    names = list(SUBJECTS)
    drawn = [picture(replace(PLAIN, subject=name), 50 + n).pixels for n, name in enumerate(names)]
    soft = [
        np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(1.5)))
        for pixels in drawn
    ]
    for pictures in (drawn, soft):
        ranked = network.ranked(pictures)
        right = [row[0] == name for row, name in zip(ranked, names, strict=True)]
        assert np.mean(right) > 0.93


def test_a_copy_is_nearest_to_its_original():
    pixels = np.stack([picture(PLAIN, seed).pixels for seed in range(4)])
    known = shrunk(pixels[:3])
    noisy = pixels.astype(int) + np.random.default_rng(0).integers(-6, 7, pixels.shape)
    far = nearest(shrunk(noisy.clip(0, 255).astype(np.uint8)), known)
    assert (far[:3] < 2).all()
    assert far[3] > 4


def test_prompts_repeat_and_leave_out_what_was_trained():
    first = draw_prompts(20, ())
    again = draw_prompts(20, {first[3].wish})
    assert [prompt.text for prompt in first[:3]] == [prompt.text for prompt in again[:3]]
    assert first[3].wish not in {prompt.wish for prompt in again}
