"""Bringing a file into the library: a picture, a sound, a text, with its recipe when it has one."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from studio.core.errors import LibraryError, RecipeError
from studio.core.paths import IMPORT_PREFIX
from studio.services.files.archives import safe_extract
from studio.services.files.embed import read_recipe
from studio.services.files.names import safe_stem
from studio.services.files.probe import MAX_BYTES, UnusableFile, probe
from studio.services.files.sniff import SUFFIXES
from studio.services.files.texts import KEPT_IN_ROW
from studio.store.errors import file_writes
from studio.store.records import NewAsset

if TYPE_CHECKING:
    from pathlib import Path

    from studio.core.asset import Asset
    from studio.core.recipe import Recipe
    from studio.services.files.probe import Facts
    from studio.store.library import Library

_BLOCK = 1 << 20
_NOT_CONTENT = {"__MACOSX"}  # what macOS adds to a ZIP


@dataclass(frozen=True, slots=True)
class Imported:
    """A file that is in the library now.

    Attributes:
        asset: With its recipe, where the file carried a readable one.
        warnings: Sentences for the person, such as that the recipe is of a newer version.
        known: It was in the library before; nothing was added.
    """

    asset: Asset
    warnings: tuple[str, ...] = ()
    known: bool = False

    @property
    def warning(self) -> str:
        """All warnings in one line."""
        return " ".join(self.warnings)


def import_file(library: Library, path: Path) -> Imported:
    """Copy a file into the library. The file itself is only read, and judged by its content.

    A file whose bytes are there already is not added again.

    Raises:
        UnusableFile: It is damaged, too large, of an unknown kind, or not a file.
        LibraryError: The library is read-only, or its disk is full.
    """
    staged, sha256 = _copy(library, path)
    try:
        facts = probe(staged, path.name)
        known = next((item for item in library.assets.by_sha(sha256) if not item.trashed_at), None)
        recipe, warnings = _recipe(staged, path.name)
        if known is not None:
            return Imported(known, warnings, known=True)
        staged = staged.rename(staged.with_suffix(SUFFIXES[facts.media_type]))
        _flush(library, staged)
        try:
            with library.transaction():  # refuses a read-only library before the file is moved
                _, relative = library.assets.add_file(staged, sha256)
                asset = library.assets.add(_new_asset(path, facts, recipe, sha256, relative))
        except LibraryError:
            with suppress(LibraryError):  # the first error is the one to tell
                library.assets.discard_file(sha256)
            raise
        return Imported(asset, warnings)
    except UnicodeDecodeError as error:
        raise UnusableFile(f"{path.name} is not UTF-8 text.") from error
    finally:
        with suppress(OSError):
            staged.unlink()


@dataclass(frozen=True, slots=True)
class ImportedArchive:
    """What came of a ZIP, or of a single file.

    Attributes:
        problems: One sentence for each file in it that could not be imported.
    """

    imported: tuple[Imported, ...]
    problems: tuple[str, ...] = ()


def import_any(library: Library, path: Path) -> ImportedArchive:
    """Import a file, or what a ZIP holds.

    Raises:
        UnusableFile, ArchiveError, LibraryError: As ``import_file`` and ``import_archive``.
    """
    if path.suffix.lower() == ".zip":
        return import_archive(library, path)
    return ImportedArchive((import_file(library, path),))


def import_archive(library: Library, path: Path) -> ImportedArchive:
    """Import every file of a ZIP; what cannot be imported leaves the others.

    Raises:
        ArchiveError: It cannot be unpacked safely; nothing was imported.
        LibraryError: As ``import_file``.
    """
    folder = library.paths.staging / f"{IMPORT_PREFIX}{secrets.token_hex(8)}"
    imported: list[Imported] = []
    problems: list[str] = []
    try:
        with file_writes(library.paths.root):
            files = safe_extract(path, folder)
        for file in sorted(files):
            if _NOT_CONTENT & {*file.parts} or file.name.startswith("."):
                continue
            try:
                imported.append(import_file(library, file))
            except UnusableFile as error:
                problems.append(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return ImportedArchive(tuple(imported), tuple(problems))


def _new_asset(
    path: Path, facts: Facts, recipe: Recipe | None, sha256: str, relative: str
) -> NewAsset:
    request = recipe.request if recipe else None
    prompt = request.params.get("prompt") if request else ""
    checkpoint = request.checkpoint if request else None
    return NewAsset(
        sha256=sha256,
        path=relative,
        media_type=facts.media_type,
        modality=facts.modality,
        bytes=facts.bytes,
        title=safe_stem(path.stem),
        prompt=prompt if isinstance(prompt, str) else "",
        model=(checkpoint.name if checkpoint else request.generator) if request else "",
        width=facts.width,
        height=facts.height,
        duration=facts.duration,
        recipe=recipe,
        text=facts.text[:KEPT_IN_ROW],
        source="imported",
    )


def _recipe(path: Path, name: str) -> tuple[Recipe | None, tuple[str, ...]]:
    try:
        return read_recipe(path), ()
    except RecipeError as error:
        return None, (f"{name} was imported without its recipe. {error}",)


def _copy(library: Library, path: Path) -> tuple[Path, str]:
    """Copy the file to staging and return the copy with its SHA-256.

    What is judged is the copy: the file may change meanwhile.
    """
    source = _opened(path)
    staged = library.paths.staging / f"{IMPORT_PREFIX}{secrets.token_hex(8)}{path.suffix[:10]}"
    try:
        with source, file_writes(library.paths.root):
            staged.parent.mkdir(parents=True, exist_ok=True)
            return staged, _copy_bytes(source, staged, path.name)
    except BaseException:
        with suppress(OSError):  # in a read-only folder nothing was made, and nothing can go
            staged.unlink()
        raise


def _flush(library: Library, staged: Path) -> None:
    """Bring a copy to the disk before the transaction, in which nobody else can write."""
    with file_writes(library.paths.root), staged.open("rb+") as file:
        os.fsync(file.fileno())


def _opened(path: Path) -> BinaryIO:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise IsADirectoryError(errno.EISDIR, "It is not a file.")
        return path.open("rb")
    except OSError as error:
        raise UnusableFile(f"{path.name} cannot be read.", error.strerror or str(error)) from error


def _copy_bytes(source: BinaryIO, staged: Path, name: str) -> str:
    digest, count, limit = hashlib.sha256(), 0, max(MAX_BYTES.values())
    with staged.open("xb") as out:
        while data := source.read(_BLOCK):
            count += len(data)
            if count > limit:
                raise UnusableFile(f"{name} has more than {limit / 1e6:,.0f} MB.")
            digest.update(data)
            out.write(data)
    return digest.hexdigest()
