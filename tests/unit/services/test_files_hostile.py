"""Files from anywhere: damaged, cut, mutated, bombs. Never more than an error in words."""

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
from helpers.library_files import SUFFIX, make, recipe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.core.errors import RecipeError
from studio.core.recipe import Recipe
from studio.services.files.embed import embed_recipe, read_recipe

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
BINARIES = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "audio/wav",
    "audio/flac",
)  # an MP3 is a stream


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
