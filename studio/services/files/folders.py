"""A folder as one file: how a trained adapter becomes an asset. Standard library only.

The library keeps files: one name, one hash, moved and trashed at once. So a folder goes in as a ZIP
without compression (weights do not shrink), which is the same, byte by byte, for the same content;
``unpack`` brings it back, whole or not at all.
"""

from __future__ import annotations

import os
import secrets
import shutil
import stat
import zipfile
from typing import TYPE_CHECKING

from generators.api import UserFacingError
from studio.core.paths import IMPORT_PREFIX
from studio.services.files.archives import Limits, safe_extract
from studio.services.files.names import safe_stem
from studio.store.asset_files import sha256_of, sync_folder
from studio.store.errors import file_writes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from studio.core.paths import LibraryPaths

FOLDER_TYPE = "application/zip"
RECIPE_NAME = "brandloom_recipe.json"
_LARGEST = 50_000_000_000  # bytes of weights in one archive
WEIGHTS = Limits(files=2_000, total_bytes=_LARGEST, file_bytes=_LARGEST)
_BLOCK = 1 << 20
_DAY_ZERO = (1980, 1, 1, 0, 0, 0)  # the earliest that a ZIP can say; the same for every file


def pack_folder(folder: Path, target: Path, more: Mapping[str, bytes]) -> None:
    """Write all files of ``folder`` and those of ``more`` into one file.

    Raises:
        UserFacingError: It is empty, or holds a link or a device.
        OSError: It cannot be read, or the disk is full.
    """
    files = sorted(path for path in folder.rglob("*") if not stat.S_ISDIR(path.lstat().st_mode))
    for path in files:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise UserFacingError(
                f"The folder that was made holds a link or a device ({path.name}).",
                "Report this to whoever made the generator.",
            )
    if not files:
        raise UserFacingError(
            f"The folder that was made is empty ({folder.name}).",
            "Report this to whoever made the generator.",
        )
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        for path in files:
            with (
                path.open("rb") as source,
                out.open(
                    _entry(path.relative_to(folder).as_posix()), "w", force_zip64=True
                ) as entry,
            ):
                shutil.copyfileobj(source, entry, _BLOCK)
        for name, content in more.items():
            out.writestr(_entry(name), content)


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _DAY_ZERO)
    info.create_system = 3  # as on Linux, wherever it is written
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    return info


def unpack(paths: LibraryPaths, archive: Path) -> Path:
    """Unpack an archive of weights into the library's folder of models, and return the folder.

    One that was unpacked before is not unpacked again.

    Raises:
        ArchiveError: It cannot be unpacked safely.
        LibraryError: The library is read-only, or its disk is full.
    """
    target = paths.models / f"{safe_stem(archive.stem)[:40]}-{sha256_of(archive)[:12]}"
    if target.is_dir():
        return target
    draft = paths.staging / f"{IMPORT_PREFIX}{secrets.token_hex(8)}"
    try:
        with file_writes(paths.root):
            for path in safe_extract(archive, draft, WEIGHTS):
                _flush(path)
            paths.models.mkdir(parents=True, exist_ok=True)
            draft.rename(target)
            sync_folder(paths.models)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
