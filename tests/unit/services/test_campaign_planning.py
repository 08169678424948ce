"""Plans: what is made, in which sizes, with which checkpoints, in how much time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from helpers.campaigns import SAMPLE, add_checkpoints

from generators.registry import Registry
from studio.core.campaign import Music, Plan
from studio.core.errors import BriefError
from studio.services.brief import load_brief
from studio.services.campaign.ids import derived_id, derived_seed, piece_key
from studio.services.campaign.planning import picture_size, plan_pieces, visual_groups
from studio.services.campaign.prompts import colour_name, image_prompt
from studio.services.campaigns import plan_campaign, run_campaign
from studio.store.library import Library

BRIEF = load_brief(SAMPLE / "brief.toml")
REGISTRY = Registry.discover()


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        yield opened


def test_the_sample_plan():
    plan = plan_pieces(BRIEF)
    assert plan.jobs == {
        "copy": 4, "select": 4, "prompts": 1, "visual": 8, "compose": 8, "music": 1, "finalise": 1,
    }  # fmt: skip
    assert plan.job_count == 27
    keys = [item.key for item in plan.creatives]
    assert len(keys) == len(set(keys)) == 9
    assert keys[0] == "google_rsa/text/en/1"
    assert Plan.from_json(plan.to_json()) == plan


def test_sizes_of_one_shape_share_a_visual():
    brief = replace(BRIEF, placements=("google_pmax", "meta_feed", "linkedin_image"), sizes={})
    assert visual_groups(brief) == {
        "square": (1200, 1200), "portrait": (1080, 1350), "wide": (1200, 628),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("layout", "leaves_room", "size"),
    [
        ("overlay", True, (1080, 1350)),
        ("overlay", False, (1080, 837)),
        ("split", True, (1080, 743)),
        ("framed", False, (942, 694)),
    ],
)
def test_a_visual_is_made_for_the_part_that_shows_it(layout, leaves_room, size):
    brief = replace(BRIEF, layouts=(layout,))
    visual = next(item for item in plan_pieces(brief).visuals if item.group == "portrait")
    assert picture_size(brief, visual, leaves_room=leaves_room) == size


def test_logos_are_made_once_whatever_the_languages():
    brief = replace(BRIEF, placements=("google_pmax",), languages=("en", "de"), sizes={})
    logos = [item for item in plan_pieces(brief).creatives if item.kind == "logo"]
    assert sorted(item.key for item in logos) == [
        "google_pmax/logo_1200x1200", "google_pmax/logo_1200x300",
    ]  # fmt: skip
    without = replace(brief, brand=replace(brief.brand, logo=""))
    assert not [item for item in plan_pieces(without).creatives if item.kind == "logo"]


def test_variants_take_layouts_in_turn():
    layouts = [c.layout for c in plan_pieces(replace(BRIEF, variants=4)).creatives if c.layout]
    assert set(layouts) == {"overlay", "split", "framed"}
    only = [c.layout for c in plan_pieces(replace(BRIEF, layouts=("framed",))).creatives if c.size]
    assert set(only) == {"framed"}


def test_missing_weights_are_said_with_what_to_install(library):
    plan = plan_campaign(library, REGISTRY, BRIEF)
    assert len(plan.problems) == 3
    assert all("studio models add" in problem for problem in plan.problems)
    with pytest.raises(BriefError, match="no checkpoint for writing"):
        run_campaign(library, REGISTRY, BRIEF)
    assert library.campaigns.list() == []
    assert library.jobs.counts() == {} or not any(library.jobs.counts().values())


def test_no_music_needs_no_music_weights(library):
    add_checkpoints(library)
    for checkpoint in library.models.list(modality="audio"):
        library.models.remove(checkpoint.id)
    silent = replace(BRIEF, music=Music(wanted=False))
    assert plan_campaign(library, REGISTRY, silent).problems == ()
    assert "wanted = false" in plan_campaign(library, REGISTRY, BRIEF).problems[0]


def test_a_language_that_the_checkpoint_does_not_write_is_refused_kindly(library):
    made = add_checkpoints(library)
    listed = library.models.get(made["text"])
    library.models.remove(listed.id)
    starter = Path(listed.path) / "SmolLM2-135M-Instruct-Q4_1.gguf"
    starter.touch()
    library.models.add(replace(listed, path=str(starter)))
    problems = plan_campaign(library, REGISTRY, replace(BRIEF, languages=("en", "zh"))).problems
    assert "tiny text does not write Chinese" in problems[0]
    assert "studio models add" in problems[0]


def test_a_language_that_only_the_card_lacks_is_asked_for_with_a_warning(library):
    """The card of Qwen2.5 Instruct names English alone, or thirteen by three letters."""
    add_checkpoints(library)
    brief = replace(BRIEF, languages=("en", "zh-CN"))
    plan = plan_campaign(library, REGISTRY, brief)
    assert plan.problems == ()
    (said,) = [text for text in plan.warnings if "Chinese" in text]
    assert said.startswith("The card of tiny text lists English;")
    add_checkpoints(library, languages=("zho", "eng"))  # the same paths, read anew
    plan = plan_campaign(library, REGISTRY, brief)
    assert plan.problems == ()
    assert not any("Chinese" in text for text in plan.warnings)


def test_checkpoints_named_in_the_brief(library):
    add_checkpoints(library)
    named = replace(BRIEF, checkpoints={"image": "nothing"})
    assert "'nothing'" in plan_campaign(library, REGISTRY, named).problems[0]
    assert "tiny image" in plan_campaign(library, REGISTRY, named).problems[0]
    named = replace(BRIEF, checkpoints={"image": "tiny image"})
    assert plan_campaign(library, REGISTRY, named).problems == ()


def test_warnings_of_untrained_and_non_commercial_weights(library):
    add_checkpoints(library, untrained=True, commercial_use=False, licence="CC-BY-NC-4.0")
    warnings = " ".join(plan_campaign(library, REGISTRY, BRIEF).warnings)
    assert "untrained" in warnings
    assert "CC-BY-NC-4.0" in warnings


def test_time_comes_from_history(library):
    ids = add_checkpoints(library)
    plan = plan_campaign(library, REGISTRY, BRIEF)
    assert plan.seconds is None
    assert set(plan.unknown) == {"copy", "select", "visual", "compose", "music"}
    for checkpoint, generator, mode in (
        (ids["text"], "text_gpt", "copy"),
        (ids["image"], "image_diffusion", "text_to_image"),
        (ids["audio"], "audio_music", "text_to_music"),
    ):
        library.jobs.note_timing(f"run/{generator}/{checkpoint}/cpu/{mode}", 100.0, 10.0)
    plan = plan_campaign(library, REGISTRY, BRIEF)
    assert plan.seconds is not None
    assert plan.seconds > 5
    assert set(plan.unknown) == {"select", "compose"}


def test_ids_follow_from_campaign_and_key():
    one = derived_id("01M85FAPYKV832Q7RXHGXN8ZJP", "visual/wide/1")
    assert one == derived_id("01M85FAPYKV832Q7RXHGXN8ZJP", "visual/wide/1")
    assert one != derived_id(
        "01M85FAPYKV832Q7RXHGXN8ZJP", piece_key("visual", "wide", 1, revision=1)
    )
    assert len(one) == 26
    assert one.startswith("01M85FAPYK")
    assert 0 <= derived_seed(7, "x") < 2**31


def test_image_prompts_hold_product_colours_and_room_for_text():
    visual = plan_pieces(BRIEF).visuals[0]
    prompt = image_prompt(BRIEF, visual, "Hot from sunrise to noon")
    assert "Halden bottle" in prompt
    assert "forest green and amber" in prompt
    assert "calm" in prompt or "empty space" in prompt
    assert len(prompt) <= 700
    assert colour_name("#ff0000") == "red"


def test_the_plan_says_in_which_languages_a_button_is_foreign(library):
    add_checkpoints(library)
    brief = replace(BRIEF, languages=("en", "de"))  # its call to action is one English text
    told = " ".join(plan_campaign(library, REGISTRY, brief).warnings)
    assert "The button says “Find yours” in de too." in told
