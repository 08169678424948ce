"""From a claimed job to what a worker is told: validated, with every path resolved.

Whatever is wrong with the request or the world is a ``UserFacingError`` here, which fails this job
with a message and a hint; a worker never sees it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from generators.api import CheckpointRef, Request
from generators.protocol import Run
from studio.core.errors import CheckpointError, NotFound, UserFacingError
from studio.core.job import JobKind
from studio.engine.attempt import Prepared
from studio.engine.memory import estimate_bytes
from studio.services.generation import check_inputs

if TYPE_CHECKING:
    from generators.api import AdapterRef, InputRef, JsonValue
    from generators.manifest import Manifest
    from studio.core.job import Job
    from studio.engine.catalogue import Catalogue
    from studio.store.library import Library

TRAIN_MODE = "finetune"


def training_folder(library: Library, job_id: str) -> Path:
    """Return where a fine-tune keeps what survives a pause or a crash."""
    return library.paths.root / "training" / job_id


def staging_folder(library: Library, token: str) -> Path:
    """Return the folder of one attempt's own."""
    return library.paths.staging / token


def prepare(library: Library, catalogue: Catalogue, job: Job) -> Prepared:
    """Make a claimed job ready.

    Raises:
        UserFacingError: It cannot run as it is; the message says why.
        OSError: The staging folder cannot be made.
    """
    if isinstance(job.request, Request):
        prepared = _generate(library, catalogue, job, job.request)
    else:
        told: dict[str, JsonValue] = {
            **job.request.to_json(),
            "job_id": job.id,
            "campaign_id": job.campaign_id,
        }
        staging = staging_folder(library, job.token)
        run = Run(job.token, told, str(staging))
        prepared = Prepared(run, job.request, None, staging, 0, 1.0)
    prepared.staging.mkdir(parents=True, exist_ok=True)
    return prepared


def _generate(library: Library, catalogue: Catalogue, job: Job, request: Request) -> Prepared:
    manifest = _manifest(catalogue, request)
    trains = job.kind is JobKind.FINETUNE
    if trains and not manifest.trainer:
        raise UserFacingError(f"{manifest.name} cannot fine-tune.")
    params = request.params if trains else manifest.check_params(request.mode, request.params)
    if not trains:
        check_inputs(manifest, request.mode, request.inputs)
    resolved = replace(
        request,
        mode=TRAIN_MODE if trains else request.mode,
        params=params,
        checkpoint=_checkpoint(library, manifest, request.checkpoint),
        adapters=tuple(_adapter(library, item) for item in request.adapters),
        inputs=tuple(_input(library, item) for item in request.inputs),
        upscaler=_upscaler(library, request.upscaler),
    )
    weights = _weights(library, resolved)
    memory = estimate_bytes(weights)
    staging = staging_folder(library, job.token)
    checkpoints = ""
    if trains:
        folder = training_folder(library, job.id)
        folder.mkdir(parents=True, exist_ok=True)
        checkpoints = str(folder)
    run = Run(job.token, resolved.to_json(), str(staging), checkpoints, memory if weights else 0)
    return Prepared(run, resolved, manifest, staging, memory, catalogue.units(resolved))


def _manifest(catalogue: Catalogue, request: Request) -> Manifest:
    if catalogue.registry.find(request.generator) is None:
        catalogue.rediscover()  # it may have been installed since the engine started
    return catalogue.registry.get(request.generator)


def _checkpoint(
    library: Library, manifest: Manifest, wanted: CheckpointRef | None
) -> CheckpointRef | None:
    if wanted is None:
        if manifest.families:
            optional = "test" in manifest.capabilities
            if not optional:
                raise CheckpointError(
                    f"{manifest.name} needs a checkpoint.", "Choose one in the form."
                )
        return None
    found = _listed(library, wanted) if wanted.id else wanted
    if not found.path or not Path(found.path).exists():
        raise CheckpointError(
            f"The checkpoint {found.name or found.id!r} is not where it was ({found.path}).",
            "Put it back, or remove it from the list of models and add it again.",
        )
    if manifest.families and found.family and manifest.family(found.family) is None:
        known = ", ".join(family.id for family in manifest.families)
        raise CheckpointError(
            f"{manifest.name} cannot load checkpoints of family {found.family}.",
            f"It loads: {known}.",
        )
    return found


def _listed(library: Library, wanted: CheckpointRef) -> CheckpointRef:
    try:
        return library.models.get(wanted.id).ref()
    except NotFound as error:
        if wanted.path:  # of a campaign or recipe that names weights which were never listed
            return wanted
        raise CheckpointError(
            f"The checkpoint {wanted.name or wanted.id} is not in the list of models.",
            "Add it: studio models add PATH.",
        ) from error


def _adapter(library: Library, wanted: AdapterRef) -> AdapterRef:
    found = wanted
    if wanted.id:
        try:
            found = library.models.get_adapter(wanted.id).ref(wanted.weight)
        except NotFound as error:
            if not wanted.path:
                raise CheckpointError(
                    f"The LoRA {wanted.name or wanted.id} is not in the list of models.",
                    "Add it, or take it out of the request.",
                ) from error
    if not found.path or not Path(found.path).exists():
        raise CheckpointError(
            f"The LoRA {found.name or found.id!r} is not where it was ({found.path}).",
            "Put it back, or take it out of the request.",
        )
    return found


def _upscaler(library: Library, wanted: CheckpointRef | None) -> CheckpointRef | None:
    if wanted is None:
        return None
    found = _listed(library, wanted) if wanted.id else wanted
    if not found.path or not Path(found.path).exists():
        raise CheckpointError(
            f"The upscaler {found.name or found.id!r} is not where it was ({found.path}).",
            "Put it back, or ask for pictures without an upscaler.",
        )
    return found


def _input(library: Library, wanted: InputRef) -> InputRef:
    if wanted.asset_id:
        try:
            asset = library.assets.get(wanted.asset_id)
        except NotFound as error:
            raise NotFound(
                f"The {wanted.role} that this starts from is not in the library any more.",
                "Choose another one.",
            ) from error
        wanted = replace(wanted, path=str(library.assets.file(asset)), sha256=asset.sha256)
    if not wanted.path or not Path(wanted.path).is_file():
        raise NotFound(
            f"The {wanted.role} that this starts from is not there ({wanted.path}).",
            "Choose another one.",
        )
    return wanted


def _weights(library: Library, request: Request) -> int:
    """Return the bytes of weights that a request loads."""
    checkpoint = request.checkpoint
    if checkpoint is None:
        return 0
    try:
        return library.models.get(checkpoint.id).bytes
    except NotFound:
        path = Path(checkpoint.path)
        files = path.rglob("*") if path.is_dir() else [path]
        return sum(item.stat().st_size for item in files if item.is_file())
