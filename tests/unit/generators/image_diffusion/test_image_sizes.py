from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators._torch.pictures import cover_box
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
