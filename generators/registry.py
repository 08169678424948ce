"""Finds the generators there are, without importing any of their code.

Every generator comes through one door: a distribution's entry point in the group
``brandloom.generators`` whose value names a package that holds ``manifest.toml``. Those beside this
file are listed as well, so that a checkout works that was never installed. A manifest that cannot
be used gives a disabled entry with its reason, never an exception.

A ``Registry`` is an object that its owner keeps; there is no global one. The caller that wants to
see a newly installed generator discovers again.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generators.api import UserFacingError
from generators.manifest import Manifest, RegistryEntry
from generators.manifest_file import FILE_NAME, ManifestError, read_manifest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

GROUP = "brandloom.generators"
BUILT_IN = "built in"
_MODALITIES = ("text", "image", "audio")


class UnknownGenerator(UserFacingError):
    """There is no such generator."""


@dataclass(frozen=True, slots=True)
class _Found:
    name: str
    folder: Path | None
    source: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Registry:
    """The generators that were found at one moment.

    Attributes:
        entries: By modality, built-in ones first, those for tests last; the disabled ones too.
    """

    entries: tuple[RegistryEntry, ...]

    @classmethod
    def discover(cls, built_in: Path | None = None) -> Registry:
        """Look for generators in this environment (a few milliseconds; reads small files only).

        Args:
            built_in: The folder whose sub-folders are the built-in generators; this file's own
                when not given.
        """
        folder = built_in or Path(__file__).resolve().parent
        found = [*_beside(folder), *_installed()]
        entries: list[RegistryEntry] = []
        seen: dict[Path, str] = {}
        owners: dict[str, str] = {}
        for item in found:
            if item.folder is not None:
                key = item.folder.resolve()
                if key in seen:  # a built-in one that is installed as well: one generator
                    continue
                seen[key] = item.name
            entry = _entry(item)
            if entry.manifest is not None and entry.id in owners:
                reason = f"The id {entry.id} belongs to another generator ({owners[entry.id]})."
                entry = RegistryEntry(entry.id, None, reason, entry.source)
            elif entry.manifest is not None:
                owners[entry.id] = entry.source
            entries.append(entry)
        return cls(tuple(sorted(entries, key=_order)))

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The usable generators."""
        return tuple(entry.manifest for entry in self.entries if entry.manifest is not None)

    def find(self, generator_id: str) -> Manifest | None:
        """Return the manifest of a usable generator, or None."""
        return next((item for item in self.manifests if item.id == generator_id), None)

    def get(self, generator_id: str) -> Manifest:
        """Return the manifest of a usable generator.

        Raises:
            UnknownGenerator: There is none of that id, or it is disabled; the message says why.
        """
        manifest = self.find(generator_id)
        if manifest is not None:
            return manifest
        for entry in self.entries:
            if entry.id == generator_id:
                raise UnknownGenerator(f"The generator {generator_id} is disabled.", entry.reason)
        known = ", ".join(item.id for item in self.manifests) or "none"
        raise UnknownGenerator(
            f"There is no generator {generator_id!r:.80}.", f"Installed: {known}."
        )

    def for_modality(self, modality: str) -> tuple[Manifest, ...]:
        """Return the usable generators of a modality, in order of preference."""
        return tuple(item for item in self.manifests if item.modality == modality)

    def worker_entries(self, group: str = "") -> Mapping[str, str]:
        """Return what ``protocol.Configure.entries`` needs: code by generator id.

        Args:
            group: Only generators that this worker group serves; all when empty. A trainer is
                listed under ``ID:trainer``.
        """
        entries: dict[str, str] = {}
        for item in self.manifests:
            if group and group not in _groups(item):
                continue
            entries[item.id] = item.entry
            if item.trainer:
                entries[f"{item.id}:trainer"] = item.trainer
        return entries


def _groups(manifest: Manifest) -> set[str]:
    return {manifest.worker_group(family.id) for family in manifest.families} | {
        manifest.worker_group()
    }


def _order(entry: RegistryEntry) -> tuple[bool, int, bool, str]:
    manifest = entry.manifest
    if manifest is None:
        return (True, len(_MODALITIES), entry.source != BUILT_IN, entry.id)
    modality = _MODALITIES.index(manifest.modality)
    return ("test" in manifest.capabilities, modality, entry.source != BUILT_IN, entry.id)


def _entry(item: _Found) -> RegistryEntry:
    if item.folder is None:
        return RegistryEntry(item.name, None, item.reason, item.source)
    try:
        manifest = read_manifest(item.folder)
    except ManifestError as error:
        return RegistryEntry(item.name, None, str(error), item.source)
    return RegistryEntry(manifest.id, manifest, source=item.source)


def _beside(folder: Path) -> Iterator[_Found]:
    for path in sorted(folder.glob(f"*/{FILE_NAME}")):
        yield _Found(path.parent.name, path.parent, BUILT_IN)


def _installed() -> Iterator[_Found]:
    for point in importlib.metadata.entry_points(group=GROUP):
        distribution = point.dist
        source = BUILT_IN
        if distribution is not None and distribution.name != "brandloom":
            source = f"{distribution.name} {distribution.version}"
        folder, reason = _package_folder(point.value, distribution)
        yield _Found(point.name, folder, source, reason)


def _package_folder(
    package: str, distribution: importlib.metadata.Distribution | None
) -> tuple[Path | None, str]:
    """Return where a package's manifest lies, without importing the package or its parents.

    ``find_spec`` imports the parents of a dotted name; so only the top-level name is looked up.
    """
    parts = package.strip().split(".")
    if not all(part.isidentifier() for part in parts):
        return None, f"Its entry point {package!r:.80} does not name a package."
    tops: list[Path] = []
    try:
        spec = importlib.util.find_spec(parts[0])
    except (ImportError, ValueError):
        spec = None
    if spec is not None:
        tops.extend(Path(place) for place in spec.submodule_search_locations or ())
    if distribution is not None:
        tops.append(Path(str(distribution.locate_file(parts[0]))))
    folders = [top.joinpath(*parts[1:]) for top in tops]
    for folder in folders:
        if (folder / FILE_NAME).is_file():
            return folder, ""
    for folder in folders:
        if folder.is_dir():
            return None, f"The package {package} holds no {FILE_NAME}."
    return None, f"The package {package} is not there."
