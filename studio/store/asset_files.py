"""Files of assets: stored by their SHA-256, whole or not at all.

A file lies in ``assets/`` while a living asset names it, else in ``trash/``. Two assets with the
same bytes share one file. Everything here can be done twice, and reading looks in both places, so a
process that dies between the file and the row does no harm.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from studio.core.errors import LibraryError
from studio.core.ids import new_id
from studio.store.errors import file_writes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from studio.core.paths import LibraryPaths

_BLOCK = 1 << 20
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sync_folder(folder: Path) -> None:
    """Flush a folder's entries to disk, where the platform can."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class AssetFiles:
    """The files of one library."""

    def __init__(self, paths: LibraryPaths) -> None:
        self._paths = paths

    @property
    def lost_and_found(self) -> Path:
        """Where files go that no asset names; nothing is ever deleted from there by itself."""
        return self._paths.trash / "extra"

    def place(self, path: str) -> Path:
        """Return the absolute path of a living asset's file."""
        return self._paths.root / PurePosixPath(path)

    def trash_place(self, path: str) -> Path:
        """Return the absolute path of a trashed asset's file."""
        return self._paths.trash / PurePosixPath(path).name

    def find(self, path: str) -> Path:
        """Return where a file lies: its place, or the trash. Its place when it is nowhere."""
        place = self.place(path)
        if place.exists():
            return place
        trashed = self.trash_place(path)
        return trashed if trashed.exists() else place

    def add(self, staged: Path, sha256: str | None = None) -> tuple[str, str]:
        """Move a file to its place, flushed to disk; return its SHA-256 and relative path.

        A file on another disk is copied. Bytes that are there already are not stored again.

        Raises:
            DiskFull, LibraryReadOnly: Nothing is left half done.
            FileNotFoundError: There is no staged file.
        """
        sha256 = sha256 or sha256_of(staged)
        folder = self._paths.assets / sha256[:2]
        with file_writes(self._paths.root):
            known = self._stored(folder, sha256)
            if known is not None and known.stat().st_size == staged.stat().st_size:
                if not known.samefile(staged):
                    staged.unlink()
                return sha256, self._relative(known)
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                sync_folder(self._paths.assets)
            suffix = staged.suffix.lower()
            target = known or folder / (sha256 + (suffix if _SUFFIX.fullmatch(suffix) else ""))
            self._move_flushed(staged, target)
        return sha256, self._relative(target)

    def copy_in(self, source: Path) -> tuple[str, str]:
        """Add a copy of a file that stays where it is.

        Raises:
            DiskFull, LibraryReadOnly: Nothing is left half done.
            FileNotFoundError: There is no such file.
        """
        with file_writes(self._paths.root):
            self._paths.staging.mkdir(parents=True, exist_ok=True)
            part = self._paths.staging / f"import-{new_id()}{source.suffix.lower()}"
            try:
                shutil.copyfile(source, part)
                return self.add(part)
            finally:
                part.unlink(missing_ok=True)

    def _stored(self, folder: Path, sha256: str) -> Path | None:
        return next((path for path in folder.glob(f"{sha256}*") if path.stem == sha256), None)

    def _relative(self, path: Path) -> str:
        return path.relative_to(self._paths.root).as_posix()

    def _move_flushed(self, source: Path, target: Path) -> None:
        """Flush a file, rename it to its place, flush the folder."""
        if source.stat().st_dev != target.parent.stat().st_dev:
            self._paths.staging.mkdir(parents=True, exist_ok=True)
            near = self._paths.staging / f"move-{new_id()}"
            try:
                shutil.copyfile(source, near)
                self._move_flushed(near, target)
            finally:
                near.unlink(missing_ok=True)
            source.unlink()
            return
        with source.open("rb+") as file:
            os.fsync(file.fileno())
        source.replace(target)
        sync_folder(target.parent)

    def ensure(self, path: str) -> None:
        """See to it that a living asset's file lies at its place, fetching it from the trash.

        Raises:
            LibraryError: It is nowhere.
        """
        self.ensure_all([path])

    def ensure_all(self, paths: Iterable[str]) -> None:
        """Do what ``ensure`` does for several files, flushing each folder once.

        Raises:
            LibraryError: One is nowhere; those before it are at their places.
        """
        folders: dict[Path, None] = {}
        try:
            for path in paths:
                found, place = self.located(path), self.place(path)
                if found != place:
                    with file_writes(self._paths.root):
                        place.parent.mkdir(parents=True, exist_ok=True)
                        found.replace(place)
                    folders[place.parent] = None
        finally:
            with file_writes(self._paths.root):
                for folder in folders:
                    sync_folder(folder)

    def located(self, path: str) -> Path:
        """Return where the bytes of an asset lie: at their place, in the trash, or set aside.

        Raises:
            LibraryError: They are nowhere.
        """
        place = self.place(path)
        found = next((item for item in (place, self.trash_place(path)) if item.exists()), None)
        found = found or next(self._set_aside(place), None)
        if found is None:
            raise LibraryError(
                f"The file {path} is not in the library.", "Run “studio library check --repair”."
            )
        return found

    def _set_aside(self, place: Path) -> Iterator[Path]:
        """Yield files that a check set aside and that hold these very bytes."""
        for path in sorted(self.lost_and_found.glob(f"{place.stem}*")):
            if sha256_of(path) == place.stem:
                yield path

    def delete(self, sha256: str) -> bool:
        """Delete a file that no asset came to name; tell whether it was there."""
        known = self._stored(self._paths.assets / sha256[:2], sha256)
        with file_writes(self._paths.root):
            if known is not None:
                known.unlink(missing_ok=True)
        return known is not None

    def to_trash(self, path: str) -> None:
        """Move a file that no living asset names to the trash, if it is there."""
        place = self.place(path)
        with file_writes(self._paths.root):
            if place.exists():
                self._paths.trash.mkdir(parents=True, exist_ok=True)
                place.replace(self.trash_place(path))

    def to_lost_and_found(self, path: Path) -> Path:
        """Move a file that no asset names aside, under a free name; return where it is."""
        with file_writes(self._paths.root):
            self.lost_and_found.mkdir(parents=True, exist_ok=True)
            target = self.lost_and_found / path.name
            if target.exists():
                target = target.with_name(f"{path.stem}-{new_id()}{path.suffix}")
            path.replace(target)
        return target

    def delete_trashed(self, path: str) -> None:
        """Delete a file from the trash for good."""
        with file_writes(self._paths.root):
            self.trash_place(path).unlink(missing_ok=True)
