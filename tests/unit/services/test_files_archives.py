"""Unpacking a hostile ZIP, and names that every system takes."""

from __future__ import annotations

import os
import shutil
import stat
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.services.files.archives import ArchiveError, Limits, safe_extract
from studio.services.files.names import MAX_NAME_BYTES, free_name, is_reserved, key, safe_stem

if TYPE_CHECKING:
    from pathlib import Path


def zipped(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as out:
        for name, body in entries.items():
            out.writestr(name, body)
    return path


def test_an_honest_archive_is_unpacked_whole(tmp_path: Path) -> None:
    archive = zipped(
        tmp_path / "a.zip", {"字体/标题.ttf": b"1" * 90_000, "b/c/d.txt": b"2", "e/": b""}
    )
    files = safe_extract(archive, tmp_path / "out")
    assert sorted(path.relative_to(tmp_path / "out").as_posix() for path in files) == [
        "b/c/d.txt",
        "字体/标题.ttf",
    ]
    assert (tmp_path / "out/字体/标题.ttf").read_bytes() == b"1" * 90_000


@pytest.mark.parametrize(
    "name",
    [
        "../evil.txt",
        "a/../../evil.txt",
        "/etc/evil",
        "C:/evil",
        "..\\evil",
        "a\\b",
        "con.txt",
        "x/nul",
        "a. /b",
        "a./b",
        "a:stream",
        "a" * 300,
        "/".join("abcdefghijklmnopqrstuvwxyz"),
        ".",
    ],
)
def test_unsafe_names_are_refused_and_nothing_is_left(tmp_path: Path, name: str) -> None:
    archive = zipped(tmp_path / "a.zip", {"good.txt": b"good", name: b"evil"})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ArchiveError, match="unsafe name"):
        safe_extract(archive, tmp_path / "out")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_link_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as out:
        info = zipfile.ZipInfo("link")
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        out.writestr(info, "/etc/passwd")
    with pytest.raises(ArchiveError, match="link"):
        safe_extract(archive, tmp_path / "out")


def test_a_folder_that_is_a_link_does_not_lead_outside(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "sub").symlink_to(outside)
    archive = zipped(tmp_path / "a.zip", {"sub/evil.txt": b"evil"})
    with pytest.raises(ArchiveError):
        safe_extract(archive, folder)
    assert not list(outside.iterdir())


def test_a_bomb_is_stopped_by_what_it_unpacks_to(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"bomb": b"\0" * 30_000_000})
    with pytest.raises(ArchiveError, match="more than is allowed"):
        safe_extract(archive, tmp_path / "out")
    archive = zipped(tmp_path / "b.zip", {"a": b"x" * 600, "b": b"x" * 600})
    with pytest.raises(ArchiveError, match="more than is allowed"):
        safe_extract(archive, tmp_path / "out", Limits(total_bytes=1000))
    with pytest.raises(ArchiveError, match="more than is allowed"):
        safe_extract(archive, tmp_path / "out", Limits(file_bytes=599))
    with pytest.raises(ArchiveError, match="more than 1 files"):
        safe_extract(archive, tmp_path / "out", Limits(files=1))
    assert not (tmp_path / "out").exists()


def test_a_directory_that_lies_about_sizes_is_stopped(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"bomb": b"\0" * 30_000_000})
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(signature)
        data[at + offset : at + offset + 4] = struct.pack("<I", 10)
    archive.write_bytes(data)
    with pytest.raises(ArchiveError):
        safe_extract(archive, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_two_names_for_one_file_and_files_in_the_way(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"Logo.png": b"1", "logo.PNG": b"2"})
    with pytest.raises(ArchiveError, match="twice"):
        safe_extract(archive, tmp_path / "out")
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "Logo.png").write_bytes(b"mine")
    archive = zipped(tmp_path / "b.zip", {"new.txt": b"1", "Logo.png": b"2"})
    with pytest.raises(ArchiveError):
        safe_extract(archive, folder)
    assert [path.name for path in folder.iterdir()] == ["Logo.png"]
    assert (folder / "Logo.png").read_bytes() == b"mine"


def test_a_damaged_entry_leaves_nothing(tmp_path: Path) -> None:
    archive = zipped(tmp_path / "a.zip", {"a/good": b"1" * 1000, "b/bad": os.urandom(5000)})
    data = bytearray(archive.read_bytes())
    data[data.index(b"b/bad") + 200] ^= 0xFF
    archive.write_bytes(data)
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(ArchiveError, match="damaged"):
        safe_extract(archive, folder)
    assert not list(folder.iterdir())
    (tmp_path / "no.zip").write_bytes(b"PK\x03\x04nothing")
    with pytest.raises(ArchiveError, match="not a ZIP"):
        safe_extract(tmp_path / "no.zip", tmp_path / "out")


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=100, deadline=None
)
@given(
    changes=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8)
)
def test_mutated_archives_never_write_outside(
    tmp_path: Path, changes: list[tuple[float, int]]
) -> None:
    base = tmp_path / "base"
    base.mkdir(exist_ok=True)
    archive = zipped(base / "a.zip", {"a/b.txt": b"hello" * 50, "c.txt": b"x"})
    data = bytearray(archive.read_bytes())
    for place, value in changes:
        data[int(place * len(data))] = value
    archive.write_bytes(data)
    try:
        files = safe_extract(archive, base / "out")
    except ArchiveError:
        assert not (base / "out").exists()
    else:
        assert all(path.is_relative_to((base / "out").resolve()) for path in files)
        for path in files:
            path.unlink()
        shutil.rmtree(base / "out")
    assert [path.name for path in base.iterdir()] == ["a.zip"]


@given(st.text(max_size=300))
def test_any_text_gives_a_safe_name(text: str) -> None:
    stem = safe_stem(text)
    assert stem
    assert len(stem.encode()) <= MAX_NAME_BYTES + 1
    assert not set(stem) & set('<>:"/\\|?*\0')
    assert stem == stem.strip(". ")
    assert not is_reserved(stem)
    assert safe_stem(stem) == stem


def test_names() -> None:
    assert safe_stem("春季 新品: 50% off?") == "春季 新品 50% off"
    assert safe_stem("CON") == "_CON"
    assert safe_stem("com1.final") == "_com1.final"
    assert safe_stem("..") == "untitled"
    assert safe_stem("a\u202egnp.exe") == "agnp.exe"
    taken = {key("A.png"), key("a-2.PNG")}
    assert free_name("a", ".png", taken) == "a-3.png"
