from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators._torch.pictures import cover_box
from generators.api import CheckpointRef
from generators.image_diffusion.settings import trained_sizes
from generators.image_diffusion.sizes import MAX_AREA, MAX_ASPECT, SizeRules, plan_size

SD15 = SizeRules(step=8, grid=64, native=512)
SDXL = SizeRules(step=8, grid=32, native=1024)
TINY = SizeRules(step=8, grid=16, native=128)
SIDES = st.integers(min_value=1, max_value=8192)
RULES = st.sampled_from([SD15, SDXL, TINY, SizeRules(16, 16, 64), SizeRules(16, 16, 1024)])


@pytest.mark.parametrize(
    ("asked", "rules", "made"),
    [
        ((512, 512), SD15, (512, 512)),
        ((768, 512), SD15, (768, 512)),
        ((1080, 1080), SD15, (512, 512)),
        ((1080, 1080), SDXL, (1080, 1080)),
        ((1200, 628), SDXL, (1216, 640)),
        ((64, 64), SD15, (512, 512)),
        ((1080, 1920), SD15, (384, 704)),
    ],
)
def test_known_placements(asked, rules, made):
    plan = plan_size(*asked, rules)
    assert (plan.made_width, plan.made_height) == made


def test_the_note_says_what_was_done():
    assert plan_size(1080, 1080, SD15).note == "made at 512×512, fitted to 1080×1080"
    assert plan_size(512, 512, SD15).note == ""


@given(SIDES, SIDES, RULES)
def test_any_size_is_made_where_the_checkpoint_can(width, height, rules):
    plan = plan_size(width, height, rules)
    made = plan.made_width * plan.made_height / rules.native**2
    assert (plan.width, plan.height) == (width, height)
    assert plan.made_width % rules.step == plan.made_height % rules.step == 0
    assert 0.3 <= made <= MAX_AREA * 1.35
    assert max(plan.made_width, plan.made_height) <= 1.5 * MAX_ASPECT * min(
        plan.made_width, plan.made_height
    )


@given(SIDES, SIDES, RULES)
def test_a_made_size_is_made_as_it_is(width, height, rules):
    plan = plan_size(width, height, rules)
    again = plan_size(plan.made_width, plan.made_height, rules)
    if not plan.fitted:
        assert again == plan
    else:
        assert abs(again.made_width - plan.made_width) <= 2 * rules.grid


@given(SIDES, SIDES, st.sampled_from([SD15, SDXL]))
def test_little_is_cropped_at_usual_aspects(width, height, rules):
    aspect = max(width, height) / min(width, height)
    if aspect > 2:
        return
    plan = plan_size(width, height, rules)
    off = (plan.made_width / plan.made_height) / (width / height)
    assert max(off, 1 / off) < 1.15


@given(SIDES, SIDES, SIDES, SIDES)
def test_the_crop_lies_inside_and_has_the_aspect(width, height, wide, high):
    left, top, right, bottom = cover_box((width, height), (wide, high))
    assert 0 <= left < right <= width + 1e-6
    assert 0 <= top < bottom <= height + 1e-6
    assert (right - left) / (bottom - top) == pytest.approx(wide / high, rel=1e-6)
    assert right - left == pytest.approx(width) or bottom - top == pytest.approx(height)


STARTER = SizeRules(step=8, grid=32, native=128)
BUCKETS = ((128, 128), (96, 160), (192, 96), (128, 160), (224, 96), (160, 128))


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        ((1080, 1080), (128, 128)), ((1200, 1200), (128, 128)), ((1080, 1350), (128, 160)),
        ((960, 1200), (128, 160)), ((1200, 628), (192, 96)), ((1080, 1920), (96, 160)),
        ((720, 1280), (96, 160)), ((900, 383), (224, 96)), ((1080, 1440), (128, 160)),
    ],
)  # fmt: skip
def test_placements_are_made_at_the_sizes_that_a_checkpoint_declares(asked, made):
    plan = plan_size(*asked, replace(STARTER, trained=BUCKETS))
    assert (plan.made_width, plan.made_height) == made


@given(SIDES, SIDES)
def test_declared_sizes_are_kept_to(width, height):
    plan = plan_size(width, height, replace(STARTER, trained=BUCKETS))
    assert (plan.made_width, plan.made_height) in BUCKETS


@pytest.mark.parametrize(
    ("sizes", "read"),
    [
        ([[128, 128], [96, 160]], ((128, 128), (96, 160))),
        ([[128, 128], [100, 160]], ()),  # no multiple of the step
        ([[128, 128.0]], ()),
        ([[True, 8]], ()),
        ([[8] * 3], ()),
        ([[1 << 40, 8]], ()),
        ([[8, 8]] * 257, ()),
        ([], ()),
        ("128", ()),
    ],
)
def test_declared_sizes_are_checked(tmp_path, sizes, read):
    (tmp_path / "generation_config.json").write_text(json.dumps({"sizes": sizes}))
    assert trained_sizes(CheckpointRef("x", "x", str(tmp_path)), 8) == read
