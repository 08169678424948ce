"""The shipped placements, and what the loader refuses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from studio.core.errors import NotFound
from studio.services.placements import PlacementError, load_placements, placement, placements

if TYPE_CHECKING:
    from pathlib import Path

ENTRY = """
[[placement]]
id = "here"
name = "Here"
platform = "P"
source = "https://example.org/specs"
checked = 2026-11-23
  [[placement.text]]
  key = "headline"
  label = "Headline"
  max_width = 30
  [[placement.image]]
  width = 1080
  height = 1080
  max_kb = 500
  formats = ["jpeg"]
"""


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("google_rsa", {"headline": (30, 3, 15), "description": (90, 2, 4), "path": (15, 0, 2)}),
        ("google_pmax", {"headline": (30, 3, 15), "long_headline": (90, 1, 5)}),
        ("meta_feed", {"primary_text": (125, 1, 1), "headline": (27, 1, 1)}),
        ("meta_story", {"headline": (40, 1, 1)}),
        ("linkedin_image", {"intro": (150, 1, 1), "headline": (70, 1, 1)}),
        ("tiktok_infeed", {"description": (100, 1, 1)}),
        ("wechat_article", {"title": (64, 1, 1), "summary": (120, 1, 1)}),
        ("xiaohongshu", {"title": (20, 1, 1), "body": (1000, 1, 1)}),
    ],
)
def test_limits_are_those_of_the_product_page(name, limits):
    texts = {text.key: text for text in placement(name).texts}
    for key, (width, low, high) in limits.items():
        found = texts[key]
        assert (found.max_width, found.count_min, found.count_max) == (width, low, high)


def test_sizes_are_those_of_the_product_page():
    sizes = {
        name: [f"{i.kind} {i.size}" for i in item.images] for name, item in placements().items()
    }
    assert sizes["google_rsa"] == []
    assert sizes["google_pmax"] == [
        "creative 1200x628", "creative 1200x1200", "creative 960x1200", "logo 1200x1200",
        "logo 1200x300",
    ]  # fmt: skip
    assert sizes["meta_feed"] == ["creative 1080x1080", "creative 1080x1350", "creative 1200x628"]
    assert sizes["wechat_article"] == ["creative 900x383"]
    assert sizes["xiaohongshu"] == ["creative 1080x1440"]
    story = placement("meta_story").image("1080x1920")
    assert story is not None
    assert (story.safe.top, story.safe.bottom) == (0.14, 0.20)


def test_every_number_has_a_source_and_a_date():
    for item in placements().values():
        assert item.source.startswith("https://")
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", item.checked)


def test_google_counts_wide_characters_twice():
    assert all(text.width == "cjk2" for text in placement("google_rsa").texts)


def test_an_unknown_placement_names_those_there_are():
    with pytest.raises(NotFound, match="google_rsa"):
        placement("geocities")


def test_a_minimal_file_is_read(tmp_path: Path):
    path = tmp_path / "p.toml"
    path.write_text(ENTRY)
    assert load_placements(path)["here"].images[0].size == "1080x1080"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "here"', 'id = "Not An Id"', "not an id"),
        ("max_width = 30", "max_width = 30\n  min_width = 30", "min_width"),
        ("max_width = 30", "max_width = 30\n  count = [3, 2]", "count"),
        ("max_width = 30", 'max_width = 30\n  width = "wide"', "width must be"),
        ("max_width = 30", 'max_width = 30\n  role = "star"', "role"),
        ("max_kb = 500", "max_kb = 1", "max_kb"),
        ('formats = ["jpeg"]', 'formats = ["gif"]', "formats"),
        ('formats = ["jpeg"]', 'formats = ["jpeg"]\n  safe = { top = 0.5, bottom = 0.5 }', "safe"),
        ("https://example.org/specs", "a colleague", "source"),
        ("checked = 2026-11-23", "", "checked"),
        ("max_width = 30", "max_width = 30\n  colour = 3", "unknown keys"),
    ],
)
def test_a_wrong_file_names_what_is_wrong(tmp_path: Path, old, new, says):
    path = tmp_path / "p.toml"
    path.write_text(ENTRY.replace(old, new))
    with pytest.raises(PlacementError, match=says):
        load_placements(path)
