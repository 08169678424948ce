"""Recipes inside files: every format carries one, and its content stays as it was."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from helpers.library_files import SUFFIX, content, make, recipe
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studio.core.errors import RecipeError
from studio.core.recipe import MAX_RECIPE_BYTES, Recipe
from studio.services.files import textfile
from studio.services.files.embed import embed_recipe, plain_text, read_recipe
from studio.services.files.sniff import sniff

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("media_type", list(SUFFIX))
def test_a_recipe_goes_in_and_comes_out_and_the_content_stays(
    tmp_path: Path, media_type: str
) -> None:
    path = tmp_path / f"原图 1.{SUFFIX[media_type]}"
    make(path, media_type)
    before, original = content(path, media_type), path.read_bytes()
    assert sniff(path) == media_type
    assert read_recipe(path) is None

    assert embed_recipe(path, media_type, recipe())
    assert embed_recipe(path, media_type, recipe()), "a second time replaces the first"

    found = read_recipe(path)
    assert found is not None
    assert found.to_json() == recipe().to_json()
    assert "someone" not in path.read_bytes().decode("latin-1")
    assert content(path, media_type) == before
    assert sniff(path) == media_type
    assert list(tmp_path.iterdir()) == [path], "no temporary file is left"

    assert embed_recipe(path, media_type, None)
    assert read_recipe(path) is None
    assert content(path, media_type) == before
    if media_type.startswith("text/") or media_type == "application/json":
        assert path.read_bytes() == original


@pytest.mark.parametrize("media_type", list(SUFFIX))
def test_a_long_recipe_fits(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / f"a.{SUFFIX[media_type]}"
    make(path, media_type)
    before = content(path, media_type)
    long = recipe("长" * 100_000)
    assert embed_recipe(path, media_type, long)
    found = read_recipe(path)
    assert found is not None
    assert found.request.params["prompt"] == "长" * 100_000
    assert content(path, media_type) == before


def test_a_recipe_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    make(path, "image/png")
    before = path.read_bytes()
    with pytest.raises(RecipeError, match="more than"):
        embed_recipe(path, "image/png", recipe("x" * MAX_RECIPE_BYTES))
    assert path.read_bytes() == before


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[1, 2]")
    assert not embed_recipe(path, "application/json", recipe())
    assert path.read_text() == "[1, 2]"
    other = tmp_path / "a.bin"
    other.write_bytes(b"\0\1\2")
    assert not embed_recipe(other, "application/octet-stream", recipe())
    assert read_recipe(other) is None


def test_the_json_with_a_recipe_is_still_json(tmp_path: Path) -> None:
    for body in ("{}", '{"a":1}', '{"a":[{"b":"}"}]}  \n'):
        path = tmp_path / "a.json"
        path.write_text(body)
        assert embed_recipe(path, "application/json", recipe())
        data = json.loads(path.read_text())
        assert data.pop("brandloom_recipe")["seed"] == 9
        assert data == json.loads(body)
        assert plain_text(path, "application/json") == body


def test_the_text_is_still_hidden_in_markdown(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    make(path, "text/markdown")
    embed_recipe(path, "text/markdown", recipe())
    line = path.read_text(encoding="utf-8").splitlines()[-1]
    assert line.startswith("<!--")
    assert line.count("--") == 2, "nothing in the recipe ends the comment early"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])), st.booleans())
def test_any_text_survives(text: str, markdown: bool) -> None:
    media_type = "text/markdown" if markdown else "text/plain"
    bare = textfile.plain(text, media_type)
    changed = textfile.with_recipe(text, media_type, recipe(text).dumps())
    assert changed is not None
    assert textfile.plain(changed, media_type) == bare
    found = textfile.read(changed, media_type)
    assert found is not None
    assert Recipe.loads(found).request.params["prompt"] == text


@pytest.mark.parametrize(
    "options", [{"lossless": True}, {"exif": b"Exif\0\0II*\0\x08\0\0\0\0\0"}, {"xmp": b"<x/>"}]
)
def test_every_kind_of_webp(tmp_path: Path, options: dict[str, object]) -> None:
    path = tmp_path / "a.webp"
    image = Image.new("RGBA", (33, 20), (10, 200, 30, 128))
    image.save(path, **options)
    before = content(path, "image/webp")
    assert embed_recipe(path, "image/webp", recipe())
    assert content(path, "image/webp") == before
    assert read_recipe(path) is not None
    with Image.open(path) as again:
        assert again.info.get("xmp") == options.get("xmp")


def test_what_others_wrote_into_a_file_stays(tmp_path: Path) -> None:
    png = tmp_path / "a.png"
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Software", "Krita")
    info.add_itxt("Title", "水", zip=True)
    Image.new("RGB", (4, 4)).save(png, pnginfo=info)
    embed_recipe(png, "image/png", recipe())
    with Image.open(png) as image:
        assert image.text["Software"] == "Krita"
        assert image.text["Title"] == "水"

    jpeg = tmp_path / "a.jpg"
    exif = Image.Exif()
    exif[0x010E] = "a kettle"
    Image.new("RGB", (4, 4)).save(jpeg, exif=exif, comment=b"mine", icc_profile=b"profile" * 20)
    embed_recipe(jpeg, "image/jpeg", recipe())
    with Image.open(jpeg) as image:
        assert image.getexif()[0x010E] == "a kettle"
        assert image.info["icc_profile"] == b"profile" * 20
    assert b"mine" in jpeg.read_bytes()

    for kind in ("flac", "mp3", "wav"):
        audio = tmp_path / f"a.{kind}"
        with soundfile.SoundFile(audio, "w", 44_100, 1, format=kind.upper()) as file:
            file.title = "Kettle song"
            file.write(np.zeros(3000))
        embed_recipe(audio, f"audio/{kind.replace('mp3', 'mpeg')}", recipe())
        with soundfile.SoundFile(audio) as file:
            assert file.title == "Kettle song"
