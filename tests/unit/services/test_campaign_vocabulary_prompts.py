"""Image prompts in a checkpoint's own words: product, brand colours, room for copy, honesty."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.campaigns import SAMPLE, add_checkpoints
from helpers.vocabularies import declare, words

from generators.registry import Registry
from studio.core.brand import Palette
from studio.core.campaign import VisualPlan
from studio.services.brief import load_brief
from studio.services.campaign.planning import plan_pieces
from studio.services.campaign.run import _maker
from studio.services.campaign.vocabulary_prompts import (
    colours_for,
    known_part,
    subject_of,
    vocabulary_prompt,
)
from studio.services.campaigns import plan_campaign
from studio.services.vocabulary.reading import read_prompt
from studio.store.library import Library

BRIEF = load_brief(SAMPLE / "brief.toml")
WORDS = words()
REGISTRY = Registry.discover()


def prompts(brief):
    return {v.key: vocabulary_prompt(brief, v, WORDS) for v in plan_pieces(brief).visuals}


def test_the_sample_campaign_stays_in_the_vocabulary_and_differs_by_variant():
    found = prompts(replace(BRIEF, variants=6))
    for key, prompt in found.items():
        reading = read_prompt(WORDS, prompt)
        assert not reading.unknown, (key, prompt)
        assert all(word.known for word in reading.words)
        assert reading.id_of("subject") == "water bottle"
    assert len({prompt for key, prompt in found.items() if key.startswith("visual/square")}) == 6
    assert found["visual/square/1"].startswith("a matte teal water bottle on a white gradient")


@pytest.mark.parametrize(
    ("shape", "size", "layouts", "place"),
    [
        ("wide", (1200, 628), ("overlay",), "right"),
        ("wide", (1200, 628), ("split",), "centre"),
        ("square", (1080, 1080), ("overlay",), "right"),
        ("square", (1080, 1080), ("split",), "centre"),
        ("strip", (900, 383), ("overlay",), "right"),
        ("tall", (1080, 1920), ("framed",), "centre"),
    ],
)
def test_the_subject_leaves_room_where_the_layout_puts_text(shape, size, layouts, place):
    visual = VisualPlan(f"visual/{shape}/1", shape, 1, *size)
    prompt = vocabulary_prompt(replace(BRIEF, layouts=layouts), visual, WORDS)
    assert read_prompt(WORDS, prompt).id_of("place") == place


@pytest.mark.parametrize(
    ("product", "subject", "fit"),
    [
        ("The Halden bottle, an insulated steel bottle", "water bottle", "known"),
        ("A mountain bicycle with a bell", "car", "near"),
        ("Organic coffee from Peru", "coffee cup", "near"),
        ("保温杯，十二小时保温", "water bottle", "near"),
        ("Online tax advice for freelancers", "box", "neutral"),
    ],
)
def test_the_product_is_shown_by_what_it_names_first(product, subject, fit):
    found = subject_of(product, WORDS)
    assert (found.entry.id, found.fit) == (subject, fit)


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#808080", "#12403a", "#f2a541"])
def test_subject_and_background_stand_apart_whatever_the_brand(colour):
    from studio.services.campaign.vocabulary_prompts import APART, distance, lab

    for variant in range(1, 7):
        subject, ground = colours_for(Palette(*[colour] * 4), variant, WORDS)
        assert distance(lab(subject.rgb), lab(ground.rgb)) >= APART


def test_the_negative_prompt_keeps_only_known_parts():
    assert known_part(WORDS, "people's faces, confetti, watermark, dramatic light") == (
        "confetti, dramatic light"
    )


def test_the_plan_says_what_stands_in_for_the_product(tmp_path):
    with Library.open(tmp_path / "library") as library:
        ids = add_checkpoints(library)
        without = plan_campaign(library, REGISTRY, BRIEF)
        declare(library.root / "weights" / "image")
        assert plan_campaign(library, REGISTRY, BRIEF).warnings == without.warnings
        for product, said in (
            ("A bicycle for the city", "does not know “bicycle”: pictures show its nearest, car"),
            ("Online tax advice", "nothing like the product: pictures show a plain box"),
        ):
            warnings = plan_campaign(library, REGISTRY, replace(BRIEF, product=product)).warnings
            assert any(said in warning for warning in warnings), warnings
        checkpoints = {key: library.models.get(one) for key, one in ids.items()}
        maker = _maker("c", BRIEF, REGISTRY, checkpoints)
        params = maker.visual(plan_pieces(BRIEF).visuals[0], "Hot coffee").request.params
    assert not read_prompt(WORDS, params["prompt"]).unknown
    assert params["negative_prompt"] == ""
