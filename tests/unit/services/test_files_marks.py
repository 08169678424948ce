"""AI marks in deliverables, and that nothing of the brief leaves with them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from generators.api import Request
from studio.core.errors import RecipeError
from studio.core.recipe import Recipe
from studio.services.files.embed import embed_recipe, read_recipe
from studio.services.files.marks import COMPOSITE, GENERATED, mark_ai, read_marks, strip_notes

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "Kettle-launch-in-March-secret"
RECIPE = Recipe(Request("image_diffusion", "text_to_image", {"prompt": SECRET}))
MARKED = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "webp": "image/webp",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
}
SPELLINGS = ("utf-8", "utf-16-le", "utf-16-be")


def make(folder: Path, suffix: str) -> Path:
    """Write a file whose every corner holds the secret."""
    path = folder / f"a.{suffix}"
    image = Image.fromarray(np.arange(48 * 30 * 3, dtype=np.uint8).reshape(30, 48, 3))
    exif = Image.Exif()
    exif[0x010E] = SECRET
    if suffix == "png":
        info = PngInfo()
        info.add_text("parameters", SECRET)
        info.add_itxt("workflow", SECRET)
        info.add_text("Copyright", "ACME")
        image.save(path, pnginfo=info, exif=exif)
    elif suffix in ("jpg", "webp"):
        more = {"comment": SECRET.encode()} if suffix == "jpg" else {}
        exif[0x0112] = 6
        image.save(path, exif=exif, xmp=f"<x>{SECRET}</x>".encode(), **more)
    else:
        with soundfile.SoundFile(path, "w", 44_100, 2, format=suffix.upper()) as file:
            file.title = SECRET
            file.comment = SECRET
            file.write(np.random.default_rng(0).normal(0, 0.1, (9000, 2)))
    embed_recipe(path, MARKED[suffix], RECIPE)
    return path


def content(path: Path) -> object:
    if path.suffix in (".png", ".jpg", ".webp"):
        with Image.open(path) as image:
            return image.size, image.tobytes()
    samples, rate = soundfile.read(path)
    return rate, samples.tobytes()


@pytest.mark.parametrize("composite", [False, True])
@pytest.mark.parametrize("suffix", list(MARKED))
def test_the_mark_goes_in_and_the_brief_stays_home(
    tmp_path: Path, suffix: str, composite: bool
) -> None:
    path = make(tmp_path, suffix)
    before = content(path)
    assert SECRET.encode() in path.read_bytes()

    assert mark_ai(path, MARKED[suffix], composite=composite, asset_id="01HX&<Y")

    data = path.read_bytes()
    assert not any(SECRET.encode(spelling) in data for spelling in SPELLINGS)
    assert content(path) == before
    assert read_recipe(path) is None
    marks = read_marks(path)
    assert marks is not None
    assert marks.source_type == (COMPOSITE if composite else GENERATED)
    assert marks.is_ai
    assert marks.composite is composite
    assert marks.asset_id == "01HX&<Y"


@pytest.mark.parametrize("suffix", list(MARKED))
def test_the_recipe_goes_along_when_asked(tmp_path: Path, suffix: str) -> None:
    path = make(tmp_path, suffix)
    mark_ai(path, MARKED[suffix], composite=False, asset_id="a", recipe=RECIPE)
    found = read_recipe(path)
    assert found is not None
    assert found.to_json() == RECIPE.to_json()
    assert read_marks(path) is not None
    embed_recipe(path, MARKED[suffix], None)
    assert read_marks(path) is not None, "changing the recipe leaves the mark alone"


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_other_software_reads_the_packet(tmp_path: Path, suffix: str) -> None:
    path = make(tmp_path, suffix)
    mark_ai(path, MARKED[suffix], composite=True, asset_id="id-1")
    with Image.open(path) as image:
        image.load()
        packet = image.info.get("xmp") or image.info["XML:com.adobe.xmp"]
    text = packet.decode() if isinstance(packet, bytes) else packet
    root = ET.fromstring(text[text.index("<x:xmpmeta") : text.index("<?xpacket end")])
    found = root.find(".//{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType")
    assert found is not None
    assert found.text == COMPOSITE


def test_a_picture_is_not_turned_and_keeps_its_copyright(tmp_path: Path) -> None:
    path = make(tmp_path, "jpg")
    mark_ai(path, "image/jpeg", composite=False, asset_id="a")
    with Image.open(path) as image:
        assert dict(image.getexif()) == {0x0112: 6}
    path = make(tmp_path, "png")
    mark_ai(path, "image/png", composite=False, asset_id="a")
    with Image.open(path) as image:
        assert image.text["Copyright"] == "ACME"


@pytest.mark.parametrize("suffix", list(MARKED))
def test_strip_without_a_mark(tmp_path: Path, suffix: str) -> None:
    path = make(tmp_path, suffix)
    mark_ai(path, MARKED[suffix], composite=False, asset_id="a", recipe=RECIPE)
    strip_notes(path, MARKED[suffix])
    assert read_marks(path) is None
    assert read_recipe(path) is None
    assert SECRET.encode() not in path.read_bytes()


def test_text_loses_its_recipe_and_says_that_it_has_no_mark(tmp_path: Path) -> None:
    for name, media_type, body in (
        ("a.txt", "text/plain", "Tea, made."),
        ("a.json", "application/json", '{"headline": "Tea"}'),
    ):
        path = tmp_path / name
        path.write_text(body)
        embed_recipe(path, media_type, RECIPE)
        assert not mark_ai(path, media_type, composite=False, asset_id="a")
        assert path.read_text() == body
        mark_ai(path, media_type, composite=False, asset_id="a", recipe=RECIPE)
        assert SECRET in path.read_text()
    assert json.loads((tmp_path / "a.json").read_text())["headline"] == "Tea"


@pytest.mark.parametrize(
    "body",
    [
        '<rdf:Description Iptc4xmpExt:DigitalSourceType="{}"/>',
        "<Iptc4xmpExt:DigitalSourceType rdf:resource='{}'/>",
        "<Iptc4xmpExt:DigitalSourceType>\n {}\n</Iptc4xmpExt:DigitalSourceType>",
    ],
)
def test_marks_of_other_software_are_read(tmp_path: Path, body: str) -> None:
    path = tmp_path / "a.jpg"
    Image.new("RGB", (8, 8)).save(path, xmp=f"<x>{body.format(GENERATED)}</x>".encode())
    marks = read_marks(path)
    assert marks is not None
    assert (marks.source_type, marks.asset_id) == (GENERATED, "")


def test_a_photo_is_not_called_ai(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    body = GENERATED.replace("trainedAlgorithmicMedia", "digitalCapture")
    Image.new("RGB", (8, 8)).save(path, xmp=f'<x DigitalSourceType="{body}"/>'.encode())
    marks = read_marks(path)
    assert marks is not None
    assert not marks.is_ai


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None
)
@given(
    suffix=st.sampled_from(list(MARKED)),
    place=st.floats(0, 1, exclude_max=True),
    junk=st.binary(max_size=40),
)
def test_mutated_files_are_harmless(tmp_path: Path, suffix: str, place: float, junk: bytes) -> None:
    path = make(tmp_path, suffix)
    data = bytearray(path.read_bytes())
    at = int(place * len(data))
    data[at : at + len(junk)] = junk
    path.write_bytes(data)
    for attempt in (
        lambda: read_marks(path),
        lambda: mark_ai(path, MARKED[suffix], composite=False, asset_id="a"),
        lambda: read_marks(path),
    ):
        try:
            attempt()
        except RecipeError:
            continue
