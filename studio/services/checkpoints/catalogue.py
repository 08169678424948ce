"""The library's list of weights: add in place, verify, choose a default, forget."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.checkpoint import Adapter, Checkpoint
from studio.core.errors import CheckpointError, NotFound
from studio.core.ids import new_id
from studio.services.checkpoints.adapters import inspect_adapter, looks_like_adapter
from studio.services.checkpoints.inspection import inspect_path
from studio.services.files.folders import unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generators.manifest import Manifest
    from generators.registry import Registry
    from studio.services.checkpoints.inspection import Inspection
    from studio.store.library import Library


def add_weights(
    library: Library,
    registry: Registry,
    path: Path,
    *,
    name: str = "",
    family: str = "",
) -> Checkpoint | Adapter:
    """Put weights on the library's list; they stay where they are.

    A ZIP, such as an adapter that was trained here, is unpacked into the library first.
    Without a name they get that of their file or folder, with a number where it is taken.

    Adding a path again reads it anew and keeps its id.

    Raises:
        CheckpointError: Damaged, unsafe, nothing that an installed generator can load, or it may
            not be read.
        ArchiveError: A ZIP that cannot be unpacked safely.
    """
    with _reading(path):
        path = _place(library, path)
        own_name = path.name if path.is_dir() else path.stem  # in a folder's name a dot is a dot
        if path.suffix.lower() == ".zip" and path.is_file():
            path = unpack(library.paths, path)
        if path.exists() and looks_like_adapter(path):
            found = inspect_adapter(path, registry, family)
        else:
            found = inspect_path(path, registry)
    name = name or _free_name(library, own_name, path)
    if found.kind == "adapter":
        return _add_adapter(library, found, path, name)
    return _add_checkpoint(library, found, path, name)


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Say in words what cannot be read: what lies on a person's disk is no bug of this program."""
    try:
        yield
    except (OSError, RuntimeError) as error:  # RuntimeError: no home folder, or nested too deeply
        named = getattr(error, "filename", None) or path
        why = getattr(error, "strerror", None) or error
        raise CheckpointError(
            f"{named} cannot be read: {why}.",
            "Check the path, and that you may read everything that lies there.",
        ) from error


def _place(library: Library, path: Path) -> Path:
    """Return the path to list: the one that the same weights are listed at, or as it was given.

    Links are kept, since a file in the Hugging Face cache is a link to one without an ending.
    """
    path = Path(os.path.abspath(path.expanduser()))  # noqa: PTH100 - resolve() would follow links
    real = os.path.realpath(path)
    known = (item.path for item in _listed(library) if os.path.realpath(item.path) == real)
    return Path(next(known, path))


def _listed(library: Library) -> list[Checkpoint | Adapter]:
    return [*library.models.list(), *library.models.adapters()]


def _free_name(library: Library, name: str, path: Path) -> str:
    """Return a name, with a number where weights at another path have it already."""
    taken = {item.name for item in _listed(library) if item.path != str(path)}
    found, number = name, 2
    while found in taken:
        found, number = f"{name} ({number})", number + 1
    return found


def _add_checkpoint(library: Library, found: Inspection, path: Path, name: str) -> Checkpoint:
    checkpoint = Checkpoint(
        id=new_id(),
        name=name,
        generator=found.generator,
        modality=found.modality,
        family=found.family,
        format=found.format,
        path=str(path),
        bytes=found.bytes,
        licence=found.licence,
        commercial_use=found.commercial_use,
        languages=found.languages,
        details=found.details,
        source="file" if path.is_file() else "folder",
        untrained=found.untrained,
        added_at=time.time(),
    )
    return library.models.add(checkpoint)


def _add_adapter(library: Library, found: Inspection, path: Path, name: str) -> Adapter:
    return library.models.add_adapter(
        Adapter(
            id=new_id(), name=name, generator=found.generator, family=found.family,
            path=str(path), bytes=found.bytes, licence=found.licence,
            commercial_use=found.commercial_use, added_at=time.time(),
        )
    )  # fmt: skip


def find_checkpoint(library: Library, name_or_id: str, *, modality: str = "") -> Checkpoint:
    """Return the checkpoint of an id, a name, or an unambiguous beginning of either.

    Raises:
        NotFound: None, or several; the hint lists them.
    """
    listed = library.models.list(modality=modality)
    exact = [item for item in listed if name_or_id in (item.id, item.name)]
    wanted = name_or_id.casefold()
    begun = [item for item in listed if item.name.casefold().startswith(wanted)
             or item.id.casefold().startswith(wanted)]  # fmt: skip
    found = exact or begun
    if len(found) == 1:
        return found[0]
    names = ", ".join(item.name for item in (found or listed)) or "none"
    several = "Several checkpoints are" if found else "No checkpoint is"
    raise NotFound(f"{several} called {name_or_id!r:.80}.", f"Listed: {names}.")


def find_adapter(library: Library, name_or_id: str) -> Adapter:
    """Return the adapter of an id or a name.

    Raises:
        NotFound: There is none.
    """
    listed = library.models.adapters()
    for item in listed:
        if name_or_id in (item.id, item.name):
            return item
    names = ", ".join(item.name for item in listed) or "none"
    raise NotFound(f"No adapter is called {name_or_id!r:.80}.", f"Listed: {names}.")


def default_checkpoint(library: Library, manifest: Manifest) -> Checkpoint | None:
    """Return the checkpoint to use when none is named: the newest trained one that is there."""
    listed = [item for item in library.models.list(generator=manifest.id) if not item.missing]
    return max(listed, key=lambda item: (not item.untrained, item.added_at), default=None)


def verify(
    library: Library, checkpoint: Checkpoint, progress: Callable[[int, int], None]
) -> tuple[Checkpoint, bool]:
    """Hash the weights; return the row with its hash, and whether it is as it was before.

    The first time there is nothing to compare with, which counts as unchanged.

    Raises:
        CheckpointError: The path is gone.
    """
    path = Path(checkpoint.path)
    if not path.exists():
        library.models.update(checkpoint.id, missing=True)
        raise CheckpointError(
            f"{checkpoint.name} is no longer at {path}.", "Put it back, or remove it from the list."
        )
    found = hash_weights(path, progress)
    same = not checkpoint.sha256 or checkpoint.sha256 == found
    if not checkpoint.sha256:
        library.models.update(checkpoint.id, sha256=found, missing=False)
    return replace(checkpoint, sha256=found), same


def hash_weights(path: Path, progress: Callable[[int, int], None]) -> str:
    """Return the SHA-256 of a file, or of a folder's sorted ``hash name`` lines.

    ``progress`` gets bytes read so far and bytes in all.
    """
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    total, done, lines = sum(file.stat().st_size for file in files), 0, []
    for file in files:
        digest = hashlib.sha256()
        with file.open("rb") as source:
            while block := source.read(1 << 22):
                digest.update(block)
                done += len(block)
                progress(done, total)
        if path.is_file():
            return digest.hexdigest()
        lines.append(f"{digest.hexdigest()} {file.relative_to(path).as_posix()}\n")
    return hashlib.sha256("".join(lines).encode()).hexdigest()
