"""Making an asset again: with a new seed, or turned into something near it."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from studio.core.errors import NotFound
from studio.services.generation import Materials, build_request, enqueue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generators.api import AdapterRef, JsonValue
    from generators.manifest import Manifest
    from generators.registry import Registry
    from studio.core.job import Job
    from studio.store.library import Library

#: What a request's parameters become.
Changes: TypeAlias = "Callable[[Mapping[str, JsonValue]], dict[str, JsonValue]]"
COUNT_KEYS = ("num_images_per_prompt", "num_return_sequences", "num_variations")


def count_key(manifest: Manifest, mode: str) -> str:
    """Return the parameter that says how many to make, or an empty string."""
    keys = {spec.key for spec in manifest.params_for(mode)}
    return next((key for key in COUNT_KEYS if key in keys), "")


def make_again(
    library: Library,
    registry: Registry,
    asset_id: str,
    changes: Changes | None = None,
    said: str = "",
) -> Job:
    """Make an asset's request again, once: with a new seed, or with its own and what is changed.

    ``said`` stands before the job's title, where a narrow cell shows it: what was changed.

    Raises:
        NotFound: The asset has no recipe, or its checkpoint is no longer listed.
        UserFacingError: Its generator is not here, or its parameters fit no more.
    """
    asset = library.assets.get(asset_id)
    if asset.recipe is None:
        raise NotFound("This asset has no recipe.", "Write a prompt for it on Create.")
    request = asset.recipe.request
    manifest = registry.get(request.generator)
    specs = {spec.key: spec for spec in manifest.params_for(request.mode)}
    params = {key: value for key, value in request.params.items() if key in specs}
    for key, spec in specs.items():
        if spec.type == "seed":
            params[key] = asset.recipe.seed if changes and asset.recipe.seed is not None else -1
    many = count_key(manifest, request.mode)
    if many:
        params[many] = 1
    if changes:
        params |= changes(params)
    checkpoint = library.models.get(request.checkpoint.id) if request.checkpoint else None
    adapters = tuple(_adapter(library, ref) for ref in request.adapters)
    materials = Materials(checkpoint, adapters, request.inputs, request.upscaler)
    made = build_request(library, manifest, request.mode, params, materials)
    return enqueue(library, made, said=said)


def _adapter(library: Library, ref: AdapterRef) -> AdapterRef:
    return library.models.get_adapter(ref.id).ref(ref.weight)
