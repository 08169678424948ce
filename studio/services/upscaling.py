"""The job "Upscale": a picture of the library, enlarged by an upscaler.

An upscaler is a checkpoint like any other. Its other use, as the last step of a generator to the
size that was asked for, is in ``services.checkpoints.upscalers``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.api import InputRef
from studio.core.errors import NotFound, UserFacingError
from studio.core.job import JobKind, Lane, NewJob
from studio.core.paths import resources
from studio.services.checkpoints.catalogue import add_weights, default_checkpoint
from studio.services.generation import Materials, build_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from generators.manifest import Manifest
    from generators.registry import Registry
    from studio.core.checkpoint import Checkpoint
    from studio.core.job import Job
    from studio.store.library import Library

CAPABILITY = "upscaler"  # of a generator whose checkpoints enlarge pictures of others, too
MODE = "upscale"


def upscaling_generator(registry: Registry) -> Manifest:
    """Return the generator that enlarges pictures.

    Raises:
        UserFacingError: None is installed.
    """
    for manifest in registry.manifests:
        if CAPABILITY in manifest.capabilities and manifest.mode(MODE) is not None:
            return manifest
    raise UserFacingError(
        "No installed generator enlarges pictures.", "studio generators list says why."
    )


def upscaling_checkpoint(library: Library, registry: Registry) -> Checkpoint:
    """Return the upscaler for the job "Upscale"; the one that is shipped is listed at first need.

    Raises:
        NotFound: The library lists none and none is shipped.
    """
    manifest = upscaling_generator(registry)
    found = default_checkpoint(library, manifest)
    if found is not None:
        return found
    for file in sorted((resources() / "starter" / "upscaler").glob("*.safetensors")):
        added = add_weights(library, registry, file, name="Starter upscaler")
        return library.models.get(added.id)
    raise NotFound(
        f"{manifest.name} has no checkpoint to work with.",
        "Add an ESRGAN file (.safetensors): studio models add PATH.",
    )


def upscale_asset(
    library: Library,
    registry: Registry,
    asset_id: str,
    params: Mapping[str, JsonValue] | None = None,
    checkpoint: Checkpoint | None = None,
) -> Job:
    """Put the enlarging of a picture of the library into the queue.

    Args:
        library: Where it is.
        registry: The installed generators.
        asset_id: The picture; what is made names it as its parent.
        params: Of the mode; the factor is 4 when nothing is said.
        checkpoint: The upscaler; the library's own when None.

    Raises:
        NotFound: It is gone, or there is no upscaler.
        UserFacingError: It is no picture.
        InvalidParameter: A value that is not allowed.
    """
    asset = library.assets.get(asset_id)
    if asset.modality != "image":
        raise UserFacingError("Only pictures can be enlarged.", "Choose a picture.")
    manifest = upscaling_generator(registry)
    materials = Materials(
        checkpoint=checkpoint or upscaling_checkpoint(library, registry),
        inputs=(InputRef("image", asset_id=asset.id, sha256=asset.sha256),),
    )
    request = build_request(library, manifest, MODE, params or {}, materials)
    title = asset.title or asset.id
    new = NewJob(request=request, kind=JobKind.GENERATE, lane=Lane.INTERACTIVE, title=title)
    return library.jobs.enqueue([new])[0]
