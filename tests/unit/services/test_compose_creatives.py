"""Composed creatives: exact pixels, legible text, safe zones, layers that say what was drawn."""

from __future__ import annotations

import io
import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from helpers import scenes
from PIL import Image, ImageCms

from studio.core.brand import Brand, Palette
from studio.core.campaign import ImageSpec, SafeZone
from studio.services.compose.canvas import Design, PictureError, open_picture
from studio.services.compose.colour import TEXT_CONTRAST, contrast, readable_on, rgb
from studio.services.compose.composer import compose
from studio.services.compose.encode import MARK_BYTES, TooLarge, compose_logo, encode
from studio.services.compose.layouts import (
    LayoutError,
    layout_names,
    layouts,
    load_layout,
    shape_of,
)
from studio.services.compose.stack import DoesNotFit

SAMPLE = Path(__file__).parents[3] / "assets" / "sample_campaign"
BRAND = Brand(
    "Halden",
    Palette("#12403a", "#f2a541", "#0f1f1c", "#fbf7ef"),
    heading_font="Bricolage Grotesque",
    logo=str(SAMPLE / "logo.png"),
    logo_on_dark=str(SAMPLE / "logo_on_dark.png"),
)
STORY = SafeZone(top=0.14, bottom=0.20)
SIZES = [
    (1080, 1080), (1080, 1920), (1200, 628), (900, 383), (960, 1200), (1080, 1350), (1200, 1200),
]  # fmt: skip
HEAD, BODY = "Hot at sunrise. Still hot at noon.", "One steel bottle, twelve hours of warmth."


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")

    @cache
    def made(name: str) -> Path:
        path = folder / f"{name}.png"
        getattr(scenes, name)(640, 640).save(path)
        return path

    return made


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("layout", layout_names())
def test_every_layout_at_every_size(layout, size, pictures):
    safe = STORY if size == (1080, 1920) else SafeZone()
    design = Design(
        ImageSpec(*size, safe=safe), layout, BRAND, HEAD, BODY, "Find yours", pictures("mountains")
    )
    made = compose(design)
    assert made.image.size == size
    roles = {layer.get("role") or layer["kind"]: layer for layer in made.layers}
    assert {"headline", "body", "cta", "logo", "visual"} <= set(roles)
    top, bottom = safe.top * size[1], (1 - safe.bottom) * size[1]
    for role in ("headline", "body", "cta", "logo"):
        left, high, right, low = roles[role]["box"]
        assert 0 <= left < right <= size[0]
        assert top - 1 <= high < low <= bottom + 1, role
    for role in ("headline", "body", "cta"):
        assert roles[role]["contrast"] >= TEXT_CONTRAST, role
    assert " ".join(roles["headline"]["lines"]) == HEAD
    json.dumps(made.layers)


@pytest.mark.parametrize("scene", ["noise", "still_life", "bokeh"])
def test_text_is_legible_on_any_picture(scene, pictures):
    for layout in ("overlay",):
        design = Design(ImageSpec(1080, 1080), layout, BRAND, HEAD, BODY, "Go", pictures(scene))
        for layer in compose(design).layers:
            assert layer.get("contrast", 99) >= TEXT_CONTRAST


@pytest.mark.parametrize("palette", [
    Palette("#ffffff", "#ffffff", "#ffffff", "#ffffff"),
    Palette("#000000", "#000000", "#000000", "#000000"),
    Palette("#808080", "#d9480f", "#777777", "#888888"),
    Palette("#f4d35e", "#ee964b", "#0d3b66", "#faf0ca"),
])  # fmt: skip
@pytest.mark.parametrize("layout", layout_names())
def test_text_is_legible_in_any_brand_colours(palette, layout, pictures):
    brand = Brand("Umbra", palette)
    design = Design(ImageSpec(1200, 628), layout, brand, HEAD, BODY, "Go", pictures("bokeh"))
    for layer in compose(design).layers:
        assert layer.get("contrast", 99) >= TEXT_CONTRAST, layer


def product(path, size, ground, top=0.1, bottom=0.9):
    """Save a picture of something with stripes in the middle of a plain ground."""
    width, height = size
    picture = Image.new("RGB", size, ground)
    for number, y in enumerate(range(round(top * height), round(bottom * height), 12)):
        stripe = ("#12403a", "#f2a541")[number % 2]
        picture.paste(stripe, (round(0.4 * width), y, round(0.6 * width), y + 12))
    picture.save(path)
    return path


@pytest.mark.parametrize("size", [(1080, 1080), (1080, 1350), (1080, 1920)])
@pytest.mark.parametrize("ground", ["#f4f2ee", "#0b2a26"])
def test_text_never_lies_on_what_the_picture_shows(size, ground, tmp_path):
    safe = STORY if size == (1080, 1920) else SafeZone()
    part = layouts()["overlay"].arrangements[shape_of(*size)].shown()
    made_at = (round(part[2] * 900), round(part[3] * 900 * size[1] / size[0]))
    file = product(tmp_path / "p.png", made_at, ground)
    made = compose(Design(ImageSpec(*size, safe=safe), "overlay", BRAND, HEAD, "", "Go", file))
    by_kind = {layer.get("role") or layer["kind"]: layer for layer in made.layers}
    assert "scrim" not in by_kind or by_kind["scrim"]["side"] == "top"
    _, top, right, bottom = by_kind["headline"]["box"]
    assert by_kind["visual"]["box"][3] <= top
    under = made.image.crop((right, top, size[0], bottom))
    assert np.asarray(under, float).std(axis=(0, 1)).max() < 1
    column = np.asarray(made.image.crop((size[0] // 2, 0, size[0] // 2 + 1, top)), float)[:, 0, 0]
    assert (np.abs(np.diff(column)) > 60).sum() >= 8  # the stripes, still whole


def test_a_picture_that_is_calm_under_the_text_fills_the_creative(tmp_path):
    file = product(tmp_path / "p.png", (900, 900), "#0b2a26", 0.05, 0.3)
    made = compose(Design(ImageSpec(1080, 1080), "overlay", BRAND, HEAD, "", "Go", file))
    [visual] = [layer for layer in made.layers if layer["kind"] == "visual"]
    assert visual["box"] == [0, 0, 1080, 1080]


def test_a_ground_without_colour_becomes_the_brands_paper(tmp_path):
    file = product(tmp_path / "p.png", (900, 500), "#c9cdd2")
    made = compose(Design(ImageSpec(1080, 1080), "overlay", BRAND, HEAD, "", "Go", file))
    [ground] = [layer for layer in made.layers if layer["kind"] == "ground"]
    assert min(rgb(ground["colour"])) > 240
    file = product(tmp_path / "q.png", (900, 500), "#06483c")
    made = compose(Design(ImageSpec(1080, 1080), "overlay", BRAND, HEAD, "", "Go", file))
    [ground] = [layer for layer in made.layers if layer["kind"] == "ground"]
    assert ground["colour"] == "#06483c"


def test_the_same_design_gives_the_same_pixels(pictures):
    design = Design(ImageSpec(900, 383), "split", BRAND, HEAD, "", "Go", pictures("bokeh"))
    assert compose(design).image.tobytes() == compose(design).image.tobytes()


@pytest.mark.parametrize(
    ("headline", "cta"),
    [("清晨出发，正午依然滚烫", "立即选购"), ("Hot ☕ now", "Go 🚀"), ("ok", "x" * 30), ("A", "")],
)
def test_many_kinds_of_text(headline, cta, pictures):
    for layout in layout_names():
        design = Design(ImageSpec(900, 383), layout, BRAND, headline, "", cta, pictures("bokeh"))
        boxes = {str(layer.get("role")): layer["box"] for layer in compose(design).layers}
        assert boxes["headline"][2] <= 900


def test_a_long_body_is_left_out_rather_than_cut(pictures):
    design = Design(ImageSpec(900, 383), "split", BRAND, HEAD, BODY * 6, "Go", pictures("bokeh"))
    made = compose(design)
    assert not any(layer.get("role") == "body" for layer in made.layers)
    assert "no room for the second text in this size" in made.notes


def test_a_headline_that_fits_nowhere_is_an_error(pictures):
    design = Design(ImageSpec(900, 383), "split", BRAND, "word " * 80, "", "Go", pictures("bokeh"))
    with pytest.raises(DoesNotFit, match="900x383"):
        compose(design)


def test_a_broken_picture_is_an_error(tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n rest")
    with pytest.raises(PictureError, match=r"bad\.png"):
        compose(Design(ImageSpec(900, 383), "split", BRAND, HEAD, "", "Go", bad))


def test_files_stay_within_the_placement(pictures):
    image = scenes.noise(1200, 1200)
    data, kind = encode(image, ImageSpec(1200, 1200, max_kb=220))
    assert kind == "image/jpeg"
    assert len(data) <= 220 * 1024 - MARK_BYTES
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (1200, 1200)
    grain = Image.effect_noise((1200, 1200), 120).convert("RGB")
    with pytest.raises(TooLarge):
        encode(grain, ImageSpec(1200, 1200, max_kb=50))


def test_png_comes_first_where_the_placement_says_so():
    data, kind = encode(
        Image.new("RGB", (1200, 300)), ImageSpec(1200, 300, formats=("png", "jpeg"))
    )
    assert kind == "image/png"
    assert data.startswith(b"\x89PNG")


def test_a_logo_alone_is_centred_and_whole():
    made = compose_logo(ImageSpec(1200, 300, kind="logo"), BRAND)
    left, top, right, bottom = made.layers[0]["box"]
    assert abs(left - (1200 - right)) <= 1
    assert abs(top - (300 - bottom)) <= 1
    with pytest.raises(PictureError, match="no logo"):
        compose_logo(ImageSpec(1200, 300, kind="logo"), Brand("X"))


@pytest.fixture
def logo(tmp_path):
    """Return what saves a logo of one colour, some transparent room round it."""

    def made(colour, size=(300, 120), **options):
        picture = Image.new("RGBA", size)
        picture.paste(colour, (20, 20, size[0] - 20, size[1] - 20))
        path = tmp_path / f"{colour.strip('#')}-{size[0]}x{size[1]}.png"
        picture.save(path, **options)
        return str(path)

    return made


@pytest.mark.parametrize("colour", ["#12403a", "#c0392b", "#777777"])
@pytest.mark.parametrize("size", [(1200, 628), (900, 383), (1080, 1080)])
def test_a_logo_of_one_colour_leaves_the_text_legible(colour, size, logo, pictures):
    brand = Brand("Halden", BRAND.palette, logo=logo(colour))
    head = "Hot at sunrise. Still hot at noon, and warm when you are back home"
    design = Design(ImageSpec(*size), "overlay", brand, head, BODY, "Go", pictures("mountains"))
    made = compose(design)
    parts = {str(layer.get("role")): layer for layer in made.layers}
    for role in ("headline", "body"):
        if role in parts:
            assert parts[role]["contrast"] >= TEXT_CONTRAST, role
    assert any(layer["kind"] == "logo" for layer in made.layers)


def test_the_logo_for_dark_grounds_is_for_dark_grounds(logo, pictures):
    """Orange, with ink that is not dark enough for it: the text is black, the ground is light."""
    palette = Palette("#ff9900", "#1f3a5f", "#1f3a5f", "#ffffff")
    brand = Brand("Orange", palette, logo=logo("#1f3a5f"), logo_on_dark=logo("#ffffff"))
    design = Design(ImageSpec(1200, 628), "split", brand, HEAD, BODY, "Go", pictures("bokeh"))
    made = compose(design)
    [mark] = [layer for layer in made.layers if layer["kind"] == "logo"]
    assert mark["on_dark"] is False
    assert not any(layer["kind"] == "chip" for layer in made.layers)


@pytest.mark.parametrize("layout", ["split", "framed"])
@pytest.mark.parametrize("size", [(1080, 1080), (1080, 1350), (1080, 1920)])
def test_a_long_button_leaves_the_logo_its_room(layout, size, pictures):
    safe = STORY if size == (1080, 1920) else SafeZone()
    label = "JETZT KOSTENLOS AUSPROBIEREN!!"
    spec = ImageSpec(*size, safe=safe)
    made = compose(Design(spec, layout, BRAND, HEAD, "", label, pictures("bokeh")))
    boxes = {layer.get("role") or layer["kind"]: layer["box"] for layer in made.layers}
    logo, button = boxes["logo"], boxes["cta"]
    assert logo[2] - logo[0] >= 0.15 * size[0]
    assert logo[2] <= button[0] or logo[0] >= button[2] or logo[3] <= button[1]


@pytest.mark.parametrize(
    ("logo_colour", "on_dark", "palette"),
    [
        ("#ffd400", "", Palette("#ffd400", "#000000", "#222222", "#ffffff")),
        ("#ffffff", "", Palette("#fff3c4", "#ff5500", "#333333", "#ffffff")),
        ("#222222", "#ffffff", Palette("#222222", "#ff5500", "#222222", "#2b2b2b")),
        ("#808080", "", Palette("#808080", "#808080", "#7a7a7a", "#868686")),
    ],
)
def test_a_logo_alone_can_be_seen(logo_colour, on_dark, palette, logo):
    dark = logo(on_dark, (310, 120)) if on_dark else ""
    brand = Brand("X", palette, logo=logo(logo_colour), logo_on_dark=dark)
    made = compose_logo(ImageSpec(1200, 1200, kind="logo"), brand)
    mark, ground = made.image.getpixel((600, 600)), made.image.getpixel((5, 5))
    assert contrast(mark, ground) >= 3


def test_right_to_left_text_keeps_its_shade_on_its_own_side(pictures):
    head = "Halden שומר על החום מהזריחה ועד הצהריים"
    spec = ImageSpec(1200, 628)
    design = Design(spec, "overlay", BRAND, head, "", "קנו", pictures("mountains"), language="he")
    made = compose(design)
    layers = {layer.get("role") or layer["kind"]: layer for layer in made.layers}
    box = layers["headline"]["box"]
    assert layers["headline"]["align"] == "right"
    assert layers["scrim"]["side"] == "left"
    assert layers["scrim"]["solid"] * 1200 < box[2] + 60
    assert layers["headline"]["contrast"] >= TEXT_CONTRAST


def test_a_line_that_begins_with_a_latin_word_still_runs_from_right_to_left(pictures):
    def drawn(language):
        spec = ImageSpec(1080, 1080)
        words = ("Halden חם", "", "")
        return compose(Design(spec, "split", BRAND, *words, pictures("bokeh"), "", language))

    made, guessed = drawn("he"), drawn("")
    [head] = [layer for layer in made.layers if layer.get("role") == "headline"]
    assert head["align"] == "right"
    [left] = [layer for layer in guessed.layers if layer.get("role") == "headline"]
    assert left["align"] == "left"
    # the brand's name stands first, and so at the right: the tall letter d makes the difference
    one, other = (
        np.asarray(item.image.crop(tuple(layer["box"])).convert("L"), float)
        for item, layer in ((made, head), (guessed, left))
    )
    assert np.abs(one - other[: one.shape[0], : one.shape[1]]).mean() > 5


def test_a_picture_is_opened_upright_and_in_srgb(tmp_path):
    picture = Image.new("RGB", (40, 20), (200, 30, 30))
    turned = picture.getexif()
    turned[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=turned)
    assert open_picture(tmp_path / "turned.jpg").size == (20, 40)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture.putalpha(90)
    picture.save(tmp_path / "same.png", icc_profile=lab)
    same = open_picture(tmp_path / "same.png").getpixel((5, 5))
    assert np.abs(np.subtract(same, (200, 30, 30, 90))).max() <= 1
    picture.save(tmp_path / "wrong.png", icc_profile=b"no profile")
    assert open_picture(tmp_path / "wrong.png").getpixel((5, 5)) == (200, 30, 30, 90)


def test_shapes():
    names = [shape_of(*size) for size in SIZES]
    assert names == ["square", "tall", "wide", "strip", "portrait", "portrait", "square"]


def test_readable_colours():
    assert readable_on(rgb("#ffffff"), (rgb("#f2a541"), rgb("#12403a"))) == rgb("#12403a")
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)


@pytest.mark.parametrize(
    ("old", "new"),
    [("pad = 0.085", "padd = 0.085"), ('align = "left"', 'align = "up"'), ("1.0]", "1.5]")],
)
def test_a_wrong_layout_is_refused(tmp_path, old, new):
    source = Path(__file__).parents[3] / "assets" / "layouts" / "split.toml"
    path = tmp_path / "l.toml"
    path.write_text(source.read_text().replace(old, new))
    with pytest.raises(LayoutError):
        load_layout(path)
