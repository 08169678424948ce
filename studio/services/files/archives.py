"""Unpacking a ZIP that may come from anywhere. Standard library only."""

from __future__ import annotations

import errno
import lzma
import shutil
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from generators.api import UserFacingError
from studio.services.files.names import is_reserved, key

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLOCK = 1 << 16
_ENCRYPTED = 0x1
_FORBIDDEN = set('<>:"|?*\\') | {chr(code) for code in range(32)}

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)


class ArchiveError(UserFacingError):
    """The archive cannot be unpacked safely."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may hold.

    Attributes:
        files: Entries, folders included.
        total_bytes, file_bytes: Unpacked; counted while unpacking, not believed.
        ratio: Unpacked to packed bytes of one entry; honest pictures stay below 20, a bomb is
            near 1,000.
        depth: Folders within folders.
    """

    files: int = 5_000
    total_bytes: int = 2_000_000_000
    file_bytes: int = 500_000_000
    ratio: int = 200
    depth: int = 16


def safe_extract(archive: Path, folder: Path, limits: Limits | None = None) -> list[Path]:
    """Unpack all files of a ZIP below ``folder``, or none.

    Nothing is written outside ``folder``, no link is made, nothing there is overwritten; every
    entry is checked before the first byte is written. When anything is wrong, what was unpacked is
    removed.

    Raises:
        ArchiveError: It is no ZIP, damaged, encrypted, holds an unsafe name, or is over a limit.
        OSError: The folder cannot be written, or the disk is full.
    """
    limits = limits or Limits()
    existed = folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    try:
        with zipfile.ZipFile(archive) as opened:
            places = _checked(opened.infolist(), folder, limits)
            left = limits.total_bytes
            for info, place in places:
                place.parent.mkdir(parents=True, exist_ok=True)
                written.append(place)
                left -= _unpack(opened, info, place, min(left, limits.file_bytes), limits.ratio)
    except BaseException as error:
        _remove(written, folder, existed=existed)
        # A position beyond what the file can have gives EINVAL from the seek.
        if isinstance(error, _DAMAGE) or getattr(error, "errno", None) == errno.EINVAL:
            raise ArchiveError(
                f"{archive.name} is damaged or not a ZIP file.", str(error)[:200]
            ) from error
        raise
    return written


def _checked(
    entries: Iterable[zipfile.ZipInfo], folder: Path, limits: Limits
) -> list[tuple[zipfile.ZipInfo, Path]]:
    root = folder.resolve()
    seen: set[str] = set()
    out: list[tuple[zipfile.ZipInfo, Path]] = []
    declared = 0
    for number, info in enumerate(entries, 1):
        if number > limits.files:
            raise ArchiveError(f"The archive holds more than {limits.files:,} files.")
        place = root.joinpath(*_parts(info, limits))
        if info.is_dir():
            continue
        declared += info.file_size
        if declared > limits.total_bytes or info.file_size > limits.file_bytes:
            raise _too_large(info.filename)
        if not place.resolve().is_relative_to(root):  # a link that lay there before
            raise _unsafe(info.filename)
        name = key(str(place))
        if name in seen or place.exists() or place.is_symlink():
            raise ArchiveError(f"The archive holds {info.filename!r:.100} twice.")
        seen.add(name)
        out.append((info, place))
    return out


def _parts(info: zipfile.ZipInfo, limits: Limits) -> tuple[str, ...]:
    """Return the parts of an entry's name, when each is a plain name that every system takes."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise ArchiveError(f"The archive holds a link or a device: {info.filename!r:.100}.")
    if info.flag_bits & _ENCRYPTED:
        raise ArchiveError("The archive is encrypted.", "Unpack it with its password first.")
    # Python cuts a name at a zero byte; the name as stored is the one to judge.
    if info.filename.startswith("/") or _FORBIDDEN & set(info.orig_filename):
        raise _unsafe(info.filename)
    parts = PurePosixPath(info.filename).parts
    if not parts or len(parts) > limits.depth:
        raise _unsafe(info.filename)
    for part in parts:
        if part == ".." or part != part.rstrip(". ") or is_reserved(part) or len(part) > 200:
            raise _unsafe(info.filename)
    return parts


def _unsafe(name: str) -> ArchiveError:
    return ArchiveError(f"The archive holds an unsafe name: {name!r:.100}.", "It was not unpacked.")


def _too_large(name: str) -> ArchiveError:
    return ArchiveError(
        f"{name!r:.100} would unpack to more than is allowed.", "It was not unpacked."
    )


def _unpack(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, place: Path, limit: int, ratio: int
) -> int:
    """Write one entry and return its bytes; what the directory says of its size is not believed."""
    limit = min(limit, max(1_000_000, info.compress_size * ratio))
    count = 0
    with opened.open(info) as source, place.open("xb") as out:
        while data := source.read(_BLOCK):
            count += len(data)
            if count > limit:
                raise _too_large(info.filename)
            out.write(data)
    return count


def _remove(written: list[Path], folder: Path, *, existed: bool) -> None:
    if not existed:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for place in written:
        place.unlink(missing_ok=True)
        for parent in place.parents:
            if parent == folder.resolve():
                break
            if not parent.is_dir() or any(parent.iterdir()):
                break
            parent.rmdir()
