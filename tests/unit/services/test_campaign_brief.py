"""Briefs: good ones, wrong ones (by line and field), hostile ones."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from generators.language_tags import base
from studio.core.campaign import Brief
from studio.core.errors import BriefError
from studio.services.brief import MAX_BRIEF_BYTES, brief_from_table, load_brief, parse_brief
from studio.services.brief_fields import field_lines
from studio.services.button_labels import label_warnings, shipped_labels
from studio.services.campaign.planning import plan_pieces

SAMPLE = Path(__file__).parents[3] / "assets" / "sample_campaign"
GOOD = """\
name = "Launch"
product = "A bottle"
audience = "hikers"
message = "Hot at noon"
placements = ["meta_feed"]

[brand]
name = "Halden"
"""


def test_the_sample_is_read():
    brief = load_brief(SAMPLE / "brief.toml")
    assert brief.brand.name == "Halden"
    assert brief.brand.palette.accent == "#f2a541"
    assert Path(brief.brand.logo).name == "logo.png"
    assert brief.sizes["meta_feed"] == ("1080x1080", "1080x1350")


def test_a_brief_survives_the_library():
    brief = load_brief(SAMPLE / "brief.toml")
    assert Brief.from_json(brief.to_json()) == brief


def test_defaults(tmp_path):
    brief = parse_brief(GOOD, tmp_path)
    assert (brief.variants, brief.languages, brief.call_to_action) == (2, ("en",), "Learn more")


@pytest.mark.parametrize(
    ("placement", "table", "wanted"),
    [
        ("meta_feed", "", False),  # takes no sound
        ("tiktok_infeed", "", True),
        ("meta_feed", "[music]\nwanted = true\n", True),
        ("meta_feed", '[music]\nmood = "calm"\n', True),
        ("tiktok_infeed", "[music]\nwanted = false\n", False),
    ],
)
def test_music_is_for_placements_that_take_sound_unless_the_brief_says_so(
    tmp_path, placement, table, wanted
):
    brief = parse_brief(GOOD.replace("meta_feed", placement) + table, tmp_path)
    assert brief.music.wanted is wanted
    assert plan_pieces(brief).jobs["music"] == int(wanted)


def test_calls_to_action_by_language(tmp_path):
    more = 'languages = ["en", "de"]\ncall_to_action = { en = "Shop", de = "Kaufen" }\n'
    brief = parse_brief(more + GOOD, tmp_path)
    assert (brief.cta("de"), brief.cta("en"), brief.cta("fr")) == ("Kaufen", "Shop", "Shop")


@pytest.mark.parametrize(
    ("given", "says", "warned"),
    [
        ('languages = ["de"]', {"de": "Mehr erfahren"}, ""),
        ('languages = ["zh-CN", "pt-BR", "nb"]', {"zh-CN": "了解更多", "nb": "Les mer"}, ""),
        ('languages = ["sw"]', {"sw": "Learn more"}, "“Learn more” in sw. "),
        ('languages = ["de", "sw", "xh"]', {"de": "Mehr erfahren"}, "“Learn more” in sw, xh too. "),
        ('languages = ["de", "fr"]\ncall_to_action = "Los"', {"fr": "Los"}, "“Los” in fr too. "),
        ('languages = ["de-DE", "de-AT"]\ncall_to_action = "Los"', {"de-AT": "Los"}, ""),
        ('languages = ["en", "de"]\ncall_to_action = ""', {"de": ""}, ""),
        (
            'languages = ["en-US", "en-GB", "de", "sw"]\ncall_to_action = { en-US = "Shop" }',
            {"en-GB": "Shop", "de": "Mehr erfahren", "sw": "Shop"},
            "“Shop” in sw too. ",
        ),
    ],
)
def test_a_button_speaks_the_language_or_the_plan_warns(tmp_path, given, says, warned):
    brief = parse_brief(f"{given}\n{GOOD}", tmp_path)
    assert {tag: brief.cta(tag) for tag in says} == says
    told = label_warnings(brief)
    assert bool(told) == bool(warned)
    assert not warned or warned in told[0]


def test_shipped_labels_fit_a_button():
    for tag, text in shipped_labels().items():
        assert (base(tag), " ".join(text.split())) == (tag, text)
        assert 0 < len(text) <= 30


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "Launch"', "name = 3", r"Line 1, name: must be text in quotes, not the number 3"),
        ('product = "A bottle"', "", r"product: this field is needed"),
        ('audience = "hikers"', "audience = []", r"Line 3, audience: .*not a list"),
        (
            'placements = ["meta_feed"]',
            'placements = ["meta_fed"]',
            r"Line 5, placements.*meta_feed",
        ),
        ('placements = ["meta_feed"]', 'placements = "meta_feed"', r"Line 5, .*must be a list"),
        ('placements = ["meta_feed"]', "placements = []", r"Line 5, placements: at least one"),
        ('name = "Halden"', 'name = "Halden"\nlogo = "../x.png"', r"Line 9, brand.logo: .*outside"),
        ('name = "Halden"', 'name = "Halden"\nlogo = "no.png"', r"Line 9, brand.logo: there is no"),
        ('name = "Halden"', 'name = "Halden"\nlogo = "/etc/passwd"', r"brand.logo: .*outside"),
        (
            "[brand]",
            "variants = 7\n[brand]",
            r"Line 7, variants: 7 is not allowed. Allowed: 1 to 6",
        ),
        ("[brand]", "variants = 1.5\n[brand]", r"Line 7, variants: must be a whole number"),
        ("[brand]", "variants = true\n[brand]", r"Line 7, variants: .*not true"),
        ("[brand]", "colour = 1\n[brand]", r"Line 7, colour: there is no such field"),
        ("[brand]", 'tonne = "x"\n[brand]', r"Did you mean tone\?"),
        ("[brand]", 'url = "javascript:alert(1)"\n[brand]', r"Line 7, url: .*https://"),
        ("[brand]", 'languages = ["English"]\n[brand]', r"Line 7, languages: .*codes such as en"),
        ("[brand]", 'layouts = ["mosaic"]\n[brand]', r"Line 7, layouts: .*overlay"),
        (
            "[brand]",
            '[sizes]\nmeta_feed = ["1x1"]\n[brand]',
            r"Line 8, sizes.meta_feed: .*1080x1080",
        ),
        ("[brand]", "[music]\nduration = 900\n[brand]", r"Line 8, music.duration: .*5 to 60"),
        ("[brand]", "[music]\nduration = nan\n[brand]", r"Line 8, music.duration"),
        (
            "[brand]",
            '[brand.palette]\nink = "red"\n[brand]',
            r"Line 8, brand.palette.ink: .*#1f6f5c",
        ),
        ("[brand]", '[brand.fonts]\nbody = "Comic"\n[brand]', r"Line 8, brand.fonts.body: .*Inter"),
        ('name = "Halden"', "name = ", r"Line 8, column \d+: "),
    ],
)
def test_errors_name_line_and_field(tmp_path, old, new, says):
    with pytest.raises(BriefError) as caught:
        parse_brief(GOOD.replace(old, new), tmp_path)
    assert re.search(says, str(caught.value)), str(caught.value)


def test_a_word_cannot_be_both_required_and_banned(tmp_path):
    words = 'banned_words = ["Hot"]\nrequired_words = ["hot"]\n'
    with pytest.raises(BriefError, match="banned as well"):
        parse_brief(GOOD + words, tmp_path)


def test_right_to_left_text_and_emoji_are_welcome(tmp_path):
    brief = parse_brief(GOOD.replace("A bottle", "قارورة ☕ 水瓶"), tmp_path)
    assert brief.product == "قارورة ☕ 水瓶"


def test_characters_that_hide_or_reorder_are_refused(tmp_path):
    with pytest.raises(BriefError, match=r"Line 2, product: .*U\+202E"):
        parse_brief(GOOD.replace("A bottle", "gnp.\\u202Eexe"), tmp_path)


def test_a_text_of_100_kb_is_refused_by_name(tmp_path):
    with pytest.raises(BriefError, match=r"Line 2, product: has 100,000 characters; 2,000"):
        parse_brief(GOOD.replace("A bottle", "x" * 100_000), tmp_path)


def test_a_huge_file_is_not_read_whole(tmp_path):
    path = tmp_path / "brief.toml"
    path.write_bytes(b"#" * (MAX_BRIEF_BYTES + 1))
    with pytest.raises(BriefError, match="larger than"):
        load_brief(path)


def test_deep_nesting_is_refused(tmp_path):
    with pytest.raises(BriefError):
        parse_brief("x = " + "[" * 50_000, tmp_path)


def test_not_utf8_names_the_line(tmp_path):
    path = tmp_path / "brief.toml"
    path.write_bytes(GOOD.encode() + b'voice = "\xff"')
    with pytest.raises(BriefError, match=r"Line 9: .*UTF-8"):
        load_brief(path)


def test_a_folder_or_a_missing_file_is_said_plainly(tmp_path):
    for path in (tmp_path, tmp_path / "none.toml"):
        with pytest.raises(BriefError, match="cannot be read"):
            load_brief(path)


def test_a_byte_order_mark_is_no_trouble(tmp_path):
    path = tmp_path / "brief.toml"
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert load_brief(path).name == "Launch"


def test_a_logo_must_be_a_picture(tmp_path):
    (tmp_path / "logo.png").write_text("<svg/>")
    with pytest.raises(BriefError, match=r"brand.logo: .*not a PNG"):
        parse_brief(GOOD + 'logo = "logo.png"\n', tmp_path)
    Image.new("L", (9000, 10)).save(tmp_path / "logo.png")
    with pytest.raises(BriefError, match="9000×10"):
        parse_brief(GOOD + 'logo = "logo.png"\n', tmp_path)
    Image.new("CMYK", (90, 10)).save(tmp_path / "logo.jpg")
    with pytest.raises(BriefError, match="which inks"):
        parse_brief(GOOD + 'logo = "logo.jpg"\n', tmp_path)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    inside = tmp_path / "brief"
    inside.mkdir()
    Image.new("L", (10, 10)).save(tmp_path / "secret.png")
    (inside / "logo.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(BriefError, match="outside"):
        parse_brief(GOOD + 'logo = "logo.png"\n', inside)


def test_lines_are_found_past_multi_line_texts():
    text = "a = \"\"\"\nb = 1\n\"\"\"\nc = '''x\n[d]'''\n[e]\nf.g = 2\n"
    lines = field_lines(text)
    assert lines == {"a": 1, "c": 4, "e": 6, "e.f": 7, "e.f.g": 7}


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda children: (
        st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=12), children, max_size=4)
    ),
    max_leaves=12,
)
keys = st.sampled_from(
    ["name", "product", "audience", "message", "placements", "brand", "sizes", "music", "variants",
     "languages", "url", "seed", "quality", "checkpoints", "call_to_action", "layouts", "x"]
)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=st.dictionaries(keys, values, max_size=12))
def test_whatever_the_values_are_there_is_a_brief_or_a_brief_error(table):
    with contextlib.suppress(BriefError):  # anything else would be a bug
        assert brief_from_table(table, Path("/nowhere")).name


@settings(max_examples=150, deadline=None)
@given(text=st.text(max_size=300))
def test_whatever_the_text_is_there_is_a_brief_or_a_brief_error(text):
    with contextlib.suppress(BriefError):
        assert parse_brief(text, Path("/nowhere")).name
