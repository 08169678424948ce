"""Importing into and exporting from a real library."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from PIL import Image

from generators.api import CheckpointRef, Request, UserFacingError
from studio.core.errors import LibraryError
from studio.core.recipe import Recipe
from studio.services.files.archives import ArchiveError
from studio.services.files.embed import embed_recipe, plain_text, read_recipe
from studio.services.files.exporting import (
    ExportIncomplete,
    export_assets,
    export_each,
    export_stem,
)
from studio.services.files.importing import import_archive, import_file
from studio.services.files.marks import COMPOSITE, GENERATED, mark_ai, read_marks
from studio.services.files.probe import UnusableFile
from studio.store.library import Library
from studio.store.records import NewAsset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from studio.core.asset import Asset

PROMPT = "secret kettle launch 春"
RECIPE = Recipe(
    Request(
        "image_diffusion",
        "text_to_image",
        {"prompt": PROMPT, "seed": 7},
        CheckpointRef("c1", "SDXL base"),
    ),
    seed=7,
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "我的 library") as opened:
        yield opened


def picture(path: Path, size: tuple[int, int] = (64, 48)) -> Path:
    seed = sum(path.name.encode())
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def sound(path: Path) -> Path:
    noise = np.random.default_rng(1).normal(0, 0.1, (24_000, 2))
    soundfile.write(path, noise, 48_000)
    return path


def put(library: Library, path: Path, source: str, title: str = "", prompt: str = "") -> Asset:
    """Add an asset as the engine does: the recipe inside, at its final place."""
    media_type = {".png": "image/png", ".wav": "audio/wav", ".txt": "text/plain"}[path.suffix]
    embed_recipe(path, media_type, RECIPE)
    size = path.stat().st_size
    sha256, relative = library.assets.add_file(path)
    modality = media_type.partition("/")[0]
    return library.assets.add(
        NewAsset(
            sha256,
            relative,
            media_type,
            modality,
            size,
            title=title,
            prompt=prompt,
            source=source,
            recipe=RECIPE,
        )
    )


def test_a_picture_with_its_recipe(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "Titel ①.png")
    embed_recipe(path, "image/png", RECIPE)
    before = path.read_bytes()
    imported = import_file(library, path)
    asset = imported.asset
    assert imported.warnings == ()
    assert not imported.known
    assert asset.recipe is not None
    assert asset.recipe.to_json() == RECIPE.to_json()
    assert (asset.prompt, asset.model, asset.source) == (PROMPT, "SDXL base", "imported")
    assert (asset.width, asset.height, asset.modality) == (64, 48, "image")
    assert asset.title == "Titel ①"
    assert path.read_bytes() == before
    assert library.assets.file(asset).read_bytes() == before
    again = import_file(library, path)
    assert again.known
    assert again.asset.id == asset.id
    assert library.assets.check().clean
    assert not list(library.paths.staging.iterdir())


def test_sound_and_text(library: Library, tmp_path: Path) -> None:
    for name in ("a.wav", "b.flac", "c.mp3", "d.ogg"):
        asset = import_file(library, sound(tmp_path / name)).asset
        assert asset.modality == "audio"
        assert asset.duration == pytest.approx(0.5, abs=0.01)
        assert asset.recipe is None
    text = tmp_path / "slogan.txt"
    text.write_text("Tee, heiß. 茶", encoding="utf-8")
    embed_recipe(text, "text/plain", RECIPE)
    asset = import_file(library, text).asset
    assert asset.text == "Tee, heiß. 茶"
    assert asset.recipe is not None


def test_the_content_decides_not_the_name(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png").rename(tmp_path / "a.wav.exe")
    asset = import_file(library, path).asset
    assert asset.media_type == "image/png"
    assert library.assets.file(asset).suffix == ".png"


def test_a_recipe_of_a_newer_version_is_a_warning(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    data = {**RECIPE.to_json(), "brandloom_recipe": 99}
    path.write_text(f"Hello\n<!-- brandloom:recipe {json.dumps(data)} -->\n")
    imported = import_file(library, path)
    assert imported.asset.recipe is None
    assert "version 99" in imported.warning
    assert "Update Brandloom" in imported.warning


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("empty.png", b"", "empty"),
        ("program.png", b"\x7fELF\0\1\2", "not a kind"),
        ("zip.png", b"PK\x03\x04aaaa", "not a kind"),
        ("cut.png", None, "damaged"),
        ("false.wav", b"RIFF\x10\0\0\0WAVEnothing", "damaged"),
        ("false.webp", b"RIFF\x10\0\0\0WEBPnothing", "damaged"),
        ("latin.txt", "Käse".encode("latin-1"), "not a kind"),
        ("long.txt", b"x" * 2_000_001, "not a kind"),
    ],
)
def test_unusable_files_leave_nothing(
    library: Library, tmp_path: Path, name: str, body: bytes | None, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(picture(tmp_path / "p.png").read_bytes()[:3000] if body is None else body)
    with pytest.raises(UnusableFile, match=said):
        import_file(library, path)
    assert library.assets.check().clean
    assert not [item for item in library.paths.assets.rglob("*") if item.is_file()]
    assert not list(library.paths.staging.iterdir())


def test_what_is_no_file(library: Library, tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.png", Path("/dev/zero")):
        with pytest.raises(UnusableFile, match="cannot be read"):
            import_file(library, path)


def test_a_file_in_the_trash_comes_back_as_a_new_asset(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    first = import_file(library, path).asset
    library.assets.trash([first.id])
    second = import_file(library, path)
    assert not second.known
    assert second.asset.id != first.id
    assert library.assets.file(second.asset).exists()
    library.assets.empty_trash()
    assert library.assets.file(second.asset).exists()
    assert library.assets.check().clean


def test_a_large_file_goes_to_the_disk_before_the_lock_is_taken(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the transaction there is little left to flush, and others wait but a moment."""
    flushed: list[bool] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        flushed.append(library._db._depth > 0)
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    import_file(library, picture(tmp_path / "a.png"))
    assert flushed[0] is False


def test_a_read_only_library_refuses_in_words(tmp_path: Path) -> None:
    Library.open(tmp_path / "lib").close()
    path = picture(tmp_path / "a.png")
    with (
        Library.open(tmp_path / "lib", read_only=True) as library,
        pytest.raises(LibraryError),
    ):
        import_file(library, path)
    with Library.open(tmp_path / "lib") as library:
        assert library.assets.check().clean


def test_an_archive_comes_in_file_by_file(library: Library, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    one = picture(tmp_path / "one.png")
    embed_recipe(one, "image/png", RECIPE)
    with zipfile.ZipFile(archive, "w") as out:
        out.write(one, "sub/one.png")
        out.write(sound(tmp_path / "two.wav"), "two.wav")
        out.writestr("broken.png", b"\x89PNG\r\n\x1a\nnothing")
        out.writestr("__MACOSX/._one.png", b"\0\0")
    done = import_archive(library, archive)
    assert [item.asset.title for item in done.imported] == ["one", "two"]
    assert done.imported[0].asset.recipe is not None
    assert len(done.problems) == 1
    assert "broken.png" in done.problems[0]
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("../evil.png", one.read_bytes())
    with pytest.raises(ArchiveError, match="unsafe name"):
        import_archive(library, archive)
    assert not list(library.paths.staging.iterdir())
    assert not (library.paths.root / "evil.png").exists()
    assert library.assets.check().clean


def test_export_marks_and_keeps_the_brief_at_home(library: Library, tmp_path: Path) -> None:
    assets = [
        put(library, picture(tmp_path / "a.png"), "generated", "Kettle", PROMPT),
        put(library, picture(tmp_path / "b.png"), "composed", "Kettle"),
        put(library, sound(tmp_path / "c.wav"), "generated", PROMPT[:12] + "…", PROMPT),
        import_file(library, picture(tmp_path / "photo.png")).asset,
    ]
    note = tmp_path / "d.txt"
    note.write_text("Tea.")
    assets.append(put(library, note, "generated", "CON"))
    folder = tmp_path / "出口" / "x"
    done = export_each(library, [asset.id for asset in assets], folder)
    names = [item.path.name for item in done if item.path]
    tail = assets[2].id[-8:].lower()
    assert names == ["Kettle.png", "Kettle-2.png", f"audio-{tail}.wav", "photo.png", "_CON.txt"]
    assert [item.marked for item in done] == [True, True, True, False, False]
    kinds = [read_marks(folder / name) for name in names]
    assert [mark.source_type if mark else "" for mark in kinds] == [
        GENERATED, COMPOSITE, GENERATED, "", "",
    ]  # fmt: skip
    assert kinds[0] is not None
    assert kinds[0].asset_id == assets[0].id
    for name in names:
        data = (folder / name).read_bytes()
        assert not any(word in data for word in (b"secret", b"kettle", "春".encode()))
        assert read_recipe(folder / name) is None
    assert sorted(item.name for item in folder.iterdir()) == sorted(names), (
        "no temporary file is left"
    )
    assert (folder / "_CON.txt").read_text() == "Tea."
    assert library.assets.check().clean, "the library's own files are as they were"


def test_export_with_the_recipe_when_asked(library: Library, tmp_path: Path) -> None:
    asset = put(library, picture(tmp_path / "a.png"), "generated", "Kettle", PROMPT)
    (path,) = export_assets(library, [asset.id], tmp_path / "out", with_recipe=True)
    found = read_recipe(path)
    assert found is not None
    assert found.request.params["prompt"] == PROMPT
    assert read_marks(path) is not None
    (path,) = export_assets(library, [asset.id], tmp_path / "out", marked=False)
    assert path.name == "Kettle-2.png"
    assert read_marks(path) is None
    assert read_recipe(path) is None


def test_the_mark_of_an_imported_picture_stays(library: Library, tmp_path: Path) -> None:
    path = picture(tmp_path / "from elsewhere.png")
    mark_ai(path, "image/png", composite=False, asset_id="theirs", recipe=RECIPE)
    asset = import_file(library, path).asset
    (out,) = export_assets(library, [asset.id], tmp_path / "out")
    marks = read_marks(out)
    assert marks is not None
    assert marks.asset_id == "theirs"
    assert read_recipe(out) is None


def test_nothing_is_overwritten(library: Library, tmp_path: Path) -> None:
    asset = put(library, picture(tmp_path / "a.png"), "generated", "Kettle")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "KETTLE.PNG").write_bytes(b"mine")
    (path,) = export_assets(library, [asset.id], folder)
    assert path.name == "Kettle-2.png"
    assert (folder / "KETTLE.PNG").read_bytes() == b"mine"


def test_what_fails_leaves_the_others(library: Library, tmp_path: Path) -> None:
    one = put(library, picture(tmp_path / "a.png"), "generated", "One")
    two = put(library, picture(tmp_path / "b.png"), "generated", "Two")
    three = put(library, picture(tmp_path / "c.png"), "generated", "Three")
    library.assets.file(one).unlink()
    whole = library.assets.file(two).read_bytes()
    library.assets.file(two).write_bytes(whole[:200])
    folder = tmp_path / "out"
    with pytest.raises(ExportIncomplete, match="2 of 3") as caught:
        export_assets(library, [one.id, two.id, three.id], folder)
    assert [path.name for path in caught.value.paths] == ["Three.png"]
    assert [item.name for item in folder.iterdir()] == ["Three.png"]
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserFacingError, match="cannot be used"):
        export_assets(library, [three.id], tmp_path / "file" / "sub")


def test_a_title_that_repeats_the_prompt_is_no_file_name(library: Library, tmp_path: Path) -> None:
    asset = put(library, picture(tmp_path / "a.png"), "generated", "secret kettle…", PROMPT)
    assert export_stem(asset) == f"image-{asset.id[-8:].lower()}"
    assert export_stem(replace(asset, title="Autumn: hero?")) == "Autumn hero"


def test_the_content_of_a_text_asset_is_read_without_its_recipe(
    library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Tea.")
    asset = put(library, path, "generated")
    assert plain_text(library.assets.file(asset), asset.media_type) == "Tea."
