"""What a music backend is, and which one loads which checkpoint family.

A backend turns a prompt into sound at its own rate; length, fades, loudness and files come after it
and are the same for all (``post``, ``writing``). A new backend is a module and a line in
``FAMILIES``, with its ``[[family]]`` in ``manifest.toml``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from generators.api import CheckpointError, JsonValue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from generators.api import CheckpointRef, LoadContext, Request

    Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to a backend.

    Attributes:
        duration: Seconds that are needed at least.
        seeds: One per variation; a seed gives the same piece however many are made with it.
        params: All parameters of the request, for those that only one backend knows.
        memory_level: See ``Backend.memory_levels``.
    """

    prompt: str
    duration: float
    seeds: tuple[int, ...]
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    memory_level: int = 0


@dataclass(frozen=True, slots=True)
class Sound:
    """What a backend made for one seed: shape (frames, channels), at ``rate`` Hz.

    Attributes:
        loop: Its end leads into its start: it is not faded, and finished as if it went round.
        facts: What a person is shown of how it is made: tempo, key, sections, ...
        marks: Seconds and names of its sections, for players and editors.
        stems: Its instruments apart by name, at the level that they have in it, if asked for.
        midi: Its notes as a MIDI file, if asked for.
    """

    seed: int
    samples: NDArray[np.float32]
    rate: int
    notes: tuple[str, ...] = ()
    loop: bool = False
    facts: Mapping[str, JsonValue] = field(default_factory=dict)
    marks: tuple[tuple[float, str], ...] = ()
    stems: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    midi: bytes = b""


class Backend(Protocol):
    """A loaded music model."""

    @classmethod
    def load(cls, path: Path, device: str, dtype: str, context: LoadContext) -> Backend:
        """Load a checkpoint folder; raises CheckpointError, OutOfMemory, JobCancelled."""

    def compose(self, asked: Asked, progress: Progress) -> Iterator[Sound]:
        """Make a sound per seed; ``progress(share of all, message)`` raises JobCancelled."""

    def record(self) -> dict[str, JsonValue]:
        """Return what an exact repeat needs."""

    def memory_bytes(self) -> int:
        """Return the bytes of the weights."""

    def unload(self) -> None:
        """Let go of the weights."""

    @classmethod
    def estimate_bytes(cls, path: Path, request: Request) -> int:
        """Return the bytes that loading and running would need."""


@dataclass(frozen=True, slots=True)
class Family:
    """A checkpoint family.

    Attributes:
        id: As in ``manifest.toml``.
        backend: ``module:Class``.
        licence: Of the published weights; a model card in the folder says more precisely.
        commercial_use: Whether that licence allows it.
    """

    id: str
    backend: str
    licence: str = ""
    commercial_use: bool = True


FAMILIES = {
    family.id: family
    for family in (
        # Source: https://huggingface.co/facebook/musicgen-small, "Licence": code MIT, weights NC.
        Family("musicgen", "generators.audio_music.musicgen:MusicGen", "CC-BY-NC-4.0", False),
        Family("symbolic", "generators.audio_music.symbolic.model:Symbolic", "Apache-2.0"),
    )
}


def family_of(checkpoint: CheckpointRef | None) -> Family:
    """Return the family of a checkpoint.

    Raises:
        CheckpointError: None was given, or of a family that no backend here loads.
    """
    if checkpoint is None or not checkpoint.path:
        raise CheckpointError(
            "Music needs a checkpoint.", "Add one under Models, then choose it in the form."
        )
    family = FAMILIES.get(checkpoint.family or "musicgen")
    if family is None:
        raise CheckpointError(
            f"No music backend loads a checkpoint of family {checkpoint.family!r:.40}.",
            f"Known: {', '.join(FAMILIES)}.",
        )
    return family


def backend_class(family: Family) -> type[Backend]:
    """Import a family's backend."""
    module, _, name = family.backend.partition(":")
    return cast("type[Backend]", getattr(import_module(module), name))


@dataclass(frozen=True, slots=True)
class Licence:
    """Under what terms a checkpoint's music may be used.

    Attributes:
        name: SPDX id or the licence's own name.
        untrained: The model card says so: what it makes means nothing.
    """

    name: str
    commercial_use: bool
    untrained: bool = False

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences for the person who gets the music."""
        out: list[str] = []
        if self.untrained:
            out.append("Made by an untrained model: it follows no prompt and stands in for music.")
        if not self.commercial_use:
            out.append(f"Non-commercial: the checkpoint's licence is {self.name}.")
        return tuple(out)


def licence_of(checkpoint: CheckpointRef, family: Family) -> Licence:
    """Read the licence from the folder's model card; without one the family's own holds."""
    card = _front_matter(Path(checkpoint.path) / "README.md")
    name = card.get("license", "") or str(checkpoint.details.get("licence", ""))
    tags = card.get("tags", "")
    if not name:
        return Licence(family.licence, family.commercial_use, "untrained" in tags)
    words = name.lower().replace("_", "-").split("-")
    commercial = "nc" not in words and "noncommercial" not in name.lower().replace("-", "")
    return Licence(name, commercial, "untrained" in tags)


def _front_matter(card: Path) -> dict[str, str]:
    """Return the simple keys of a model card's front matter; lists as one string."""
    try:
        lines = card.read_text(encoding="utf-8", errors="replace")[:100_000].splitlines()
    except OSError:
        return {}
    out: dict[str, str] = {}
    key = ""
    for number, line in enumerate(lines):
        if line.strip() == "---":
            if number:
                return out
        elif line.lstrip().startswith("- ") and key:
            out[key] += " " + line.lstrip()[2:].strip().strip("'\"")
        elif ":" in line and not line.startswith(" "):
            key, _, value = line.partition(":")
            out[key] = value.strip().strip("[]'\"")
    return {}
