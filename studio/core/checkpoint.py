"""Checkpoints and adapters as the library lists them: weights on disk, used in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generators.api import AdapterRef, CheckpointRef, JsonValue

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Weights that a generator can load.

    Attributes:
        generator: Id of the generator whose family it is.
        family, format: As in that generator's manifest.
        bytes: On disk.
        sha256: Of the file, or of the folder's sorted (name, hash) lines; empty until verified.
        licence: SPDX id or the licence's own name; empty when unknown.
        commercial_use: False stops a campaign export until a person overrides it.
        languages: BCP 47 codes that it writes well; empty when it does not apply or is unknown.
        untrained: Random weights of the real architecture, made by set-up; said plainly to people.
        missing: The path is gone at the moment.
    """

    id: str
    name: str
    generator: str
    modality: str
    family: str
    format: str
    path: str
    bytes: int = 0
    sha256: str = ""
    licence: str = ""
    commercial_use: bool = True
    languages: tuple[str, ...] = ()
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    source: str = ""
    untrained: bool = False
    added_at: float = 0.0
    missing: bool = False

    def ref(self) -> CheckpointRef:
        """Return the reference that a request carries, path included."""
        return CheckpointRef(
            id=self.id,
            name=self.name,
            path=self.path,
            family=self.family,
            format=self.format,
            sha256=self.sha256,
            details={"languages": list(self.languages), **self.details},
        )


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA that a generator can put on a checkpoint of one family."""

    id: str
    name: str
    generator: str
    family: str
    path: str
    bytes: int = 0
    sha256: str = ""
    licence: str = ""
    commercial_use: bool = True
    trigger: str = ""
    added_at: float = 0.0
    missing: bool = False

    def ref(self, weight: float = 1.0) -> AdapterRef:
        """Return the reference that a request carries, path included."""
        return AdapterRef(self.id, self.name, self.path, weight, self.sha256)
