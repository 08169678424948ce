"""Small libraries for tests: requests, jobs, assets and what a library's rows must always hold."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from generators.api import CheckpointRef, InputRef, Request
from studio.core.job import JobKind, Lane, Need, NewJob
from studio.core.recipe import Recipe
from studio.store import NewAsset

if TYPE_CHECKING:
    from studio.core.asset import Asset
    from studio.core.job import Job
    from studio.store import Library


def request(prompt: str = "a bottle on a table", **params: Any) -> Request:
    """Return a request for the fake generator."""
    checkpoint = CheckpointRef("checkpoint-1", "Tiny", "/models/tiny", "fake_a", "folder")
    return Request("fake", "text", {"prompt": prompt, **params}, checkpoint)


def new_job(
    name: str = "", *needs: str | Need, lane: Lane = Lane.INTERACTIVE, **fields: Any
) -> NewJob:
    """Return a job that is called by its id; needs that are strings must succeed."""
    wanted = tuple(need if isinstance(need, Need) else Need(need) for need in needs)
    fields.setdefault("title", name or "a job")
    fields.setdefault("kind", JobKind.GENERATE)
    return NewJob(request(name or "a job"), id=name, needs=wanted, lane=lane, **fields)


def start(library: Library, job_id: str) -> Job:
    """Claim a job that is queued."""
    job = library.jobs.claim("test", job_id=job_id)
    assert job is not None, f"{job_id} is not queued: {library.jobs.get(job_id).status}"
    return job


def succeed(library: Library, job_id: str) -> Job:
    """Run a job to its good end."""
    return library.jobs.finish(start(library, job_id).token)


def fail(library: Library, job_id: str, message: str = "It broke.") -> Job:
    """Run a job to its bad end."""
    return library.jobs.fail(start(library, job_id).token, code="user", message=message)


def new_asset(library: Library, content: bytes = b"pixels", **fields: Any) -> NewAsset:
    """Put a file into the library and return what ``add`` or ``finish`` wants."""
    staged = library.paths.staging / f"{hashlib.sha256(content).hexdigest()[:8]}.png"
    staged.write_bytes(content)
    sha256, path = library.assets.add_file(staged)
    values: dict[str, Any] = {"media_type": "image/png", "modality": "image", "source": "imported"}
    return NewAsset(sha256=sha256, path=path, bytes=len(content), **{**values, **fields})


def add_asset(library: Library, content: bytes = b"pixels", **fields: Any) -> Asset:
    """Add an asset with its file."""
    return library.assets.add(new_asset(library, content, **fields))


def recipe_from(*asset_ids: str) -> Recipe:
    """Return a recipe whose inputs are assets."""
    base = request()
    inputs = tuple(InputRef("image", asset_id) for asset_id in asset_ids)
    return Recipe(Request(base.generator, base.mode, base.params, base.checkpoint, (), inputs))
