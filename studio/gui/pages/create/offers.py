"""What can be made on Create, and what a person asked for: plain values, no widgets."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Literal

from generators.api import InputRef, Request
from studio.core.errors import NotFound
from studio.core.paths import resources
from studio.services.generation import OPTIONAL, Materials, build_request, enqueue
from studio.services.vocabulary.loading import vocabulary_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from generators.manifest import Manifest, ModeSpec
    from generators.registry import Registry
    from studio.core.asset import Asset
    from studio.core.checkpoint import Adapter, Checkpoint
    from studio.core.job import Job
    from studio.core.vocabulary import Vocabulary
    from studio.store.library import Library

Kind = Literal["text", "image", "audio"]
KINDS: tuple[Kind, ...] = ("image", "text", "audio")
TEST = "test"  # capability of a generator that makes nothing real


@dataclass(frozen=True, slots=True)
class Template:
    """A start for a prompt."""

    title: str
    prompt: str


@cache
def templates() -> Mapping[str, tuple[Template, ...]]:
    """Return the shipped templates by kind."""
    data = tomllib.loads((resources() / "prompts" / "templates.toml").read_text(encoding="utf-8"))
    return {kind: tuple(Template(**item) for item in items) for kind, items in data.items()}


def modes_for(manifest: Manifest, kind: str) -> list[ModeSpec]:
    """Return the modes of a generator that make a kind of thing."""
    return [mode for mode in manifest.modes if (mode.output or manifest.modality) == kind]


def generators_for(registry: Registry, kind: str) -> list[Manifest]:
    """Return the generators that make a kind of thing, real ones first."""
    found = [manifest for manifest in registry.manifests if modes_for(manifest, kind)]
    return sorted(found, key=lambda manifest: TEST in manifest.capabilities)


def needs_checkpoint(manifest: Manifest) -> bool:
    """Tell whether a generator can do nothing without weights."""
    return bool(manifest.families) and OPTIONAL not in manifest.capabilities


@dataclass(frozen=True, slots=True)
class Models:
    """The weights that the library lists."""

    checkpoints: list[Checkpoint] = field(default_factory=list)
    adapters: list[Adapter] = field(default_factory=list)
    vocabularies: Mapping[str, Vocabulary] = field(default_factory=dict)  # by id of a checkpoint

    def for_generator(self, generator_id: str) -> list[Checkpoint]:
        """Return a generator's checkpoints, the best guess first: there, trained, newest."""
        mine = [item for item in self.checkpoints if item.generator == generator_id]
        return sorted(mine, key=lambda item: (item.missing, item.untrained, -item.added_at))


def read_models(library: Library) -> Models:
    """Ask for them."""
    checkpoints = library.models.list()
    declared = {
        item.id: vocabulary_or_none(item.path) for item in checkpoints if item.modality == "image"
    }
    vocabularies = {key: words for key, words in declared.items() if words is not None}
    return Models(checkpoints, library.models.adapters(), vocabularies)


@dataclass(frozen=True, slots=True)
class Order:
    """What a person asked for.

    Attributes:
        adapters: Ids and weights.
        inputs: Ids of assets by role.
    """

    manifest: Manifest
    mode: str
    params: Mapping[str, JsonValue]
    checkpoint_id: str = ""
    adapters: tuple[tuple[str, float], ...] = ()
    inputs: tuple[tuple[str, str], ...] = ()


def place_order(library: Library, order: Order) -> Job:
    """Put it into the queue.

    Raises:
        InvalidParameter: A value that the generator does not allow.
        NotFound: The checkpoint or an adapter is gone, or there is none.
    """
    checkpoint = library.models.get(order.checkpoint_id) if order.checkpoint_id else None
    adapters = tuple(library.models.get_adapter(one).ref(weight) for one, weight in order.adapters)
    inputs = tuple(InputRef(role, asset_id) for role, asset_id in order.inputs)
    request = build_request(
        library, order.manifest, order.mode, order.params, Materials(checkpoint, adapters, inputs)
    )
    return enqueue(library, request)


@dataclass(frozen=True, slots=True)
class Draft:
    """A recipe as the form takes it.

    Attributes:
        inputs: Assets by role that are still there.
        lost: What of the recipe is not here any more, in words of the recipe.
    """

    request: Request
    seed: int | None
    inputs: dict[str, Asset]
    files: dict[str, str]
    lost: tuple[str, ...] = ()


def read_draft(library: Library, asset_id: str) -> Draft:
    """Return how an asset was made.

    Raises:
        NotFound: It is gone, or has no recipe.
    """
    asset = library.assets.get(asset_id)
    if asset.recipe is None:
        raise NotFound("This asset has no recipe.", "Use it as a reference instead.")
    request = asset.recipe.request
    inputs: dict[str, Asset] = {}
    lost: list[str] = []
    for ref in request.inputs:
        found = library.assets.get_many([ref.asset_id] if ref.asset_id else [])
        if found and not found[0].trashed_at:
            inputs[ref.role] = found[0]
        else:
            lost.append(ref.role)
    listed = {item.id: item for item in library.models.list()}
    wanted = request.checkpoint
    if wanted is not None and wanted.id not in listed:
        same = [item for item in listed.values() if item.name == wanted.name]
        if same:
            request = _with_checkpoint(request, same[0])
        else:
            lost.append(wanted.name or wanted.id)
    known = {item.id for item in library.models.adapters()}
    lost += [ref.name or ref.id for ref in request.adapters if ref.id not in known]
    files = {role: str(library.assets.file(item)) for role, item in inputs.items()}
    return Draft(request, asset.recipe.seed, inputs, files, tuple(lost))


def _with_checkpoint(request: Request, checkpoint: Checkpoint) -> Request:
    return replace(request, checkpoint=checkpoint.ref())
