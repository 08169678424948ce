"""Recipes inside files: every format carries one, content stays, hostile files are harmless."""

from __future__ import annotations

import io
import json
import random
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from generators.api import CheckpointRef, InputRef, Request
from studio.core.errors import RecipeError
from studio.core.recipe import MAX_RECIPE_BYTES, Recipe
from studio.services.files import textfile
from studio.services.files.embed import embed_recipe, plain_text, read_recipe
from studio.services.files.sniff import sniff

ASKED = {"generator": "g", "mode": "m"}
HEADS = (
    b"",
    b"\x89PNG\r\n\x1a\n",
    b"\xff\xd8\xff",
    b"RIFF\xff\xff\0\0WEBP",
    b"RIFF\xff\xff\0\0WAVE",
    b"fLaC",
    b"ID3\4\0\0\0\0\1\0",
    b"ID3\3\0\0\0\0\1\0",
    b"\xff\xfb\x90",
    b"{",
    b"\n<!-- brandloom:recipe ",
)
SHARED_FOLDER = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None
)
PROMPT = "a red kettle -- steaming --> 红色水壶 ☕ \x07"
SUFFIX = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "audio/wav": "wav",
    "audio/flac": "flac",
    "audio/mpeg": "mp3",
    "text/plain": "txt",
    "text/markdown": "md",
    "application/json": "json",
}
BINARIES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "audio/wav",
    "audio/flac",
)  # an MP3 is a stream


def recipe(prompt: str = PROMPT) -> Recipe:
    checkpoint = CheckpointRef("c1", "tiny", "/home/someone/models/tiny", "sdxl", "diffusers")
    request = Request(
        "image_diffusion",
        "image_to_image",
        {"prompt": prompt, "seed": 7},
        checkpoint,
        inputs=(InputRef("image", "a1", "/home/someone/cat.png"),),
    )
    return Recipe(request, "1.0", 2, 9, {"device": "cpu"}, ("made small",), "0.1")


def make(path: Path, media_type: str) -> None:
    """Write a real, small file of a type."""
    rng = np.random.default_rng(1)
    if media_type.startswith("image/"):
        pixels = rng.integers(0, 255, (37, 53, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(path)
    elif media_type.startswith("audio/"):
        samples = rng.normal(0, 0.1, (4801, 2))
        soundfile.write(path, samples, 48_000, format=SUFFIX[media_type].upper())
    elif media_type == "application/json":
        path.write_bytes('{\n  "headline": "Tea, made.",\n  "正文": "水"\n}\n'.encode())
    else:
        path.write_bytes("First line\r\n\nLast — line".encode())


def content(path: Path, media_type: str) -> object:
    if media_type.startswith("image/"):
        with Image.open(path) as image:
            return image.mode, image.size, image.convert("RGBA").tobytes()
    if media_type.startswith("audio/"):
        samples, rate = soundfile.read(path)
        return rate, samples.tobytes()
    return plain_text(path, media_type)


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


def test_a_recipe_in_a_compressed_png_text_is_found_but_no_bomb(tmp_path: Path) -> None:
    def with_text(body: bytes) -> Path:
        path = tmp_path / "a.png"
        make(path, "image/png")
        data = path.read_bytes()
        chunk = b"iTXt" + b"brandloom:recipe\0\x01\0\0\0" + zlib.compress(body, 9)
        raw = struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        path.write_bytes(data[:33] + raw + data[33:])
        return path

    found = read_recipe(with_text(recipe().dumps().encode()))
    assert found is not None
    with pytest.raises(RecipeError, match="too long"):
        read_recipe(with_text(b"x" * 50_000_000))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"brandloom_recipe": 2}, "version 2"),
        ({"brandloom_recipe": 10**30}, "version"),
        ({"seed": float("inf")}, "values"),
        ({"seed": "9" * 5000}, "part|values"),
        ({"request": []}, "part"),
        (
            {"request": {"generator": "g", "mode": "m", "adapters": [{"id": "x", "weight": []}]}},
            "values",
        ),
        ({"request": {"generator": "g", "mode": "m", "inputs": [{"role": 3}]}}, "values"),
        ({"request": {"generator": "g", "mode": "m", "params": {"prompt": "\ud800"}}}, "values"),
        ({"request": {"generator": "g", "mode": "m", "params": {"x": float("nan")}}}, "values"),
    ],
)
def test_a_recipe_that_is_none(tmp_path: Path, change: dict[str, object], said: str) -> None:
    path = tmp_path / "a.txt"
    data = {**recipe().to_json(), **change}
    path.write_bytes(f"copy\n<!-- brandloom:recipe {json.dumps(data)} -->\n".encode())
    with pytest.raises(RecipeError, match=said):
        read_recipe(path)


def test_a_deep_recipe_is_refused(tmp_path: Path) -> None:
    for depth in (300, 900, 5_000, 100_000):
        deep = '{"a":' * depth + "1" + "}" * depth
        body = recipe().dumps()[:-1] + f', "execution": {deep}}}'
        path = tmp_path / "a.txt"
        path.write_bytes(f"copy\n<!-- brandloom:recipe {body} -->\n".encode())
        try:
            found = read_recipe(path)
        except RecipeError:
            continue
        assert found is not None
        assert json.dumps(found.to_json())


def test_paths_in_a_recipe_from_outside_are_blanked(tmp_path: Path) -> None:
    data = recipe().to_json()
    data["request"]["checkpoint"]["path"] = "../../etc"
    data["request"]["inputs"][0]["path"] = "/etc/passwd"
    path = tmp_path / "a.txt"
    path.write_bytes(f"copy\n<!-- brandloom:recipe {json.dumps(data)} -->\n".encode())
    found = read_recipe(path)
    assert found is not None
    assert found.request.checkpoint is not None
    assert (found.request.checkpoint.path, found.request.inputs[0].path) == ("", "")


def test_a_missing_file_is_a_recipe_error(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        read_recipe(tmp_path / "none.png")


@pytest.mark.parametrize("media_type", BINARIES)
def test_a_truncated_file_is_refused_and_unharmed(tmp_path: Path, media_type: str) -> None:
    path = tmp_path / f"a.{SUFFIX[media_type]}"
    make(path, media_type)
    data = path.read_bytes()
    cut = data[: 60 if media_type in ("image/jpeg", "audio/flac") else len(data) - 5]
    path.write_bytes(cut)
    with pytest.raises(RecipeError, match="damaged"):
        embed_recipe(path, media_type, recipe())
    assert path.read_bytes() == cut
    assert list(tmp_path.iterdir()) == [path]


def _samples() -> dict[str, bytes]:
    import tempfile

    out = {}
    with tempfile.TemporaryDirectory() as folder:
        for media_type, suffix in SUFFIX.items():
            path = Path(folder, f"a.{suffix}")
            make(path, media_type)
            embed_recipe(path, media_type, recipe())
            out[media_type] = path.read_bytes()
    return out


SAMPLES = _samples()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=250, deadline=None
)
@given(
    media_type=st.sampled_from(list(SUFFIX)),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=12
    ),
    near=st.booleans(),
    cut=st.one_of(st.none(), st.floats(0, 1)),
)
def test_a_mutated_file_is_harmless(
    tmp_path: Path,
    media_type: str,
    changes: list[tuple[float, int]],
    near: bool,
    cut: float | None,
) -> None:
    data = bytearray(SAMPLES[media_type])
    for place, value in changes:
        data[int(place * (min(300, len(data)) if near else len(data)))] = value
    if cut is not None:
        del data[int(cut * len(data)) :]
    path = tmp_path / "a"
    path.write_bytes(data)
    for attempt in (
        lambda: read_recipe(path),
        lambda: embed_recipe(path, media_type, recipe()),
        lambda: read_recipe(path),
    ):
        try:
            result = attempt()
        except RecipeError:
            continue
        assert result is None or isinstance(result, Recipe | bool)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
@given(
    head=st.sampled_from(HEADS),
    tail=st.binary(max_size=400),
)
def test_garbage_is_harmless(tmp_path: Path, head: bytes, tail: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(head + tail)
    try:
        found = read_recipe(path)
    except RecipeError:
        return
    assert found is None or isinstance(found, Recipe)


def test_a_chunk_flood_ends_quickly(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    make(path, "image/png")
    data = path.read_bytes()
    path.write_bytes(data[:33] + (b"\0\0\0\0teSt" + b"\0\0\0\0") * 300_000 + data[33:])
    with pytest.raises(RecipeError, match="too many"):
        read_recipe(path)


def test_a_large_file_is_never_held_in_memory(tmp_path: Path) -> None:
    """Peak memory of a fresh process stays far below the 60 MB of the file."""
    path = tmp_path / "a.wav"
    size = 60_000_000
    buffer = io.BytesIO()
    soundfile.write(buffer, np.zeros(10), 48_000, format="WAV", subtype="PCM_16")
    head = bytearray(buffer.getvalue()[:44])
    head[4:8] = struct.pack("<I", 36 + size)
    head[40:44] = struct.pack("<I", size)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(44 + size)
    code = (
        "import sys, tracemalloc; from pathlib import Path\n"
        "from studio.services.files.embed import embed_recipe\n"
        "from studio.core.recipe import Recipe; from generators.api import Request\n"
        "tracemalloc.start()\n"
        "embed_recipe(Path(sys.argv[1]), 'audio/wav', Recipe(Request('g', 'm')))\n"
        "heavy = {'numpy', 'PIL', 'soundfile', 'torch', 'PySide6'} & set(sys.modules)\n"
        "print(tracemalloc.get_traced_memory()[1], len(heavy))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, cwd=root, check=True
    )
    peak, heavy = map(int, done.stdout.split())
    assert peak < 8_000_000
    assert heavy == 0
    assert read_recipe(path) is not None


def test_random_flips_in_the_recipe_never_give_another_prompt_unnoticed(tmp_path: Path) -> None:
    """PNG checks its checksum: a flipped bit in the recipe is an error, not another prompt."""
    data = SAMPLES["image/png"]
    start = data.index(b"brandloom:recipe\0") + 30
    rng = random.Random(4)
    path = tmp_path / "a.png"
    for _ in range(40):
        flipped = bytearray(data)
        flipped[start + rng.randrange(200)] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        with pytest.raises(RecipeError):
            read_recipe(path)
