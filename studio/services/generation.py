"""From what a person asked for to a checked request in the queue. Shared by all clients."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.api import InputRef, InvalidParameter, Request
from studio.core.errors import NotFound
from studio.core.job import JobKind, Lane, NewJob
from studio.services.checkpoints.catalogue import default_checkpoint
from studio.services.checkpoints.starter import starter_checkpoint
from studio.services.checkpoints.upscalers import choose_upscaler

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generators.api import AdapterRef, CheckpointRef, JsonValue
    from generators.manifest import Manifest
    from studio.core.checkpoint import Checkpoint
    from studio.core.job import Job
    from studio.store.library import Library

MAX_SEED = 2**31 - 1
TITLE_LENGTH = 80
OPTIONAL = "optional_checkpoint"  # capability of a generator that can work without weights


@dataclass(frozen=True, slots=True)
class Materials:
    """What a request works with besides its parameters.

    Attributes:
        checkpoint: None takes the library's default for the generator.
        upscaler: Of a recipe that is made again; None chooses one where the generator takes one.
    """

    checkpoint: Checkpoint | None = None
    adapters: tuple[AdapterRef, ...] = ()
    inputs: tuple[InputRef, ...] = ()
    upscaler: CheckpointRef | None = None


def build_request(
    library: Library,
    manifest: Manifest,
    mode: str,
    params: Mapping[str, JsonValue],
    materials: Materials | None = None,
) -> Request:
    """Return a complete, checked request: defaults filled in, a random seed drawn.

    The seed is drawn here, not in the worker, so that a job that is interrupted and run again
    makes the same thing, and the recipe always names it.

    Raises:
        InvalidParameter: A parameter or a mode that the generator does not know or allow.
        NotFound: The generator needs a checkpoint and the library lists none.
    """
    values = manifest.check_params(mode, params)
    for spec in manifest.params_for(mode):
        if spec.type == "seed" and (values.get(spec.key) is None or values[spec.key] < 0):
            values[spec.key] = secrets.randbelow(MAX_SEED)
    materials = materials or Materials()
    chosen = materials.checkpoint
    if manifest.families and chosen is None and OPTIONAL not in manifest.capabilities:
        chosen = default_checkpoint(library, manifest)
        if chosen is None:
            starter = starter_checkpoint(manifest.modality)
            place = f'"{starter}", which comes with Brandloom' if starter else "PATH"
            raise NotFound(
                f"{manifest.name} has no checkpoint to work with.",
                f"Add a model folder or file: studio models add {place}.",
            )
    check_inputs(manifest, mode, materials.inputs)
    return Request(
        generator=manifest.id,
        mode=mode,
        params=values,
        checkpoint=chosen.ref() if chosen else None,
        adapters=materials.adapters,
        inputs=materials.inputs,
        upscaler=_upscaler(library, manifest, mode, values, materials.upscaler),
    )


def _upscaler(
    library: Library,
    manifest: Manifest,
    mode: str,
    values: Mapping[str, JsonValue],
    wanted: CheckpointRef | None,
) -> CheckpointRef | None:
    """Return the upscaler of a request: the one of its recipe, while that is still listed."""
    chosen = choose_upscaler(library, manifest, mode, values)
    if chosen is None:
        return None
    listed = library.models.list() if wanted else []
    same = [item for item in listed if wanted and item.id == wanted.id and not item.missing]
    return (same[0] if same else chosen).ref()


def check_inputs(manifest: Manifest, mode: str, inputs: Sequence[InputRef]) -> None:
    """Check that a mode gets the files that it needs, and no others.

    Raises:
        InvalidParameter: One is missing or not known; it is named.
    """
    spec = manifest.mode(mode)
    assert spec is not None  # check_params has refused an unknown mode
    given = {item.role for item in inputs}
    for role in spec.inputs:
        if role not in given:
            raise InvalidParameter(role, f"{spec.label} needs an input: {role}.", "Give a file.")
    for role in given.difference(spec.inputs, spec.optional_inputs):
        raise InvalidParameter(role, f"{spec.label} takes no input {role!r}.")


def title_for(request: Request) -> str:
    """Return one line that names a request for people."""
    words = " ".join(str(request.params.get("prompt") or "").split())
    if len(words) > TITLE_LENGTH:
        words = words[:TITLE_LENGTH].rsplit(" ", 1)[0] + " …"
    return words or request.mode.replace("_", " ")


def enqueue(
    library: Library, request: Request, *, lane: Lane = Lane.INTERACTIVE, said: str = ""
) -> Job:
    """Put one request into the queue; ``said`` tells it from others of the same title."""
    title = f"{said} · {title_for(request)}" if said else title_for(request)
    new = NewJob(request=request, kind=JobKind.GENERATE, lane=lane, title=title)
    return library.jobs.enqueue([new])[0]
