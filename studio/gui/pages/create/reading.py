"""The jobs that Create shows with what came of them, read in the background."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generators.api import Request
from studio.core.asset import AssetQuery
from studio.core.job import Job, JobKind, JobProgress, JobStatus, Lane
from studio.gui.models.asset_rows import AssetItem, make_item
from studio.gui.models.job_rows import JobItem
from studio.gui.models.job_rows import make_item as make_job_item
from studio.services.files.texts import KEPT_IN_ROW

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generators.registry import Registry
    from studio.store.library import Library

SHOWN = 20  # jobs of those that are open, and of those that ended
MOST_RESULTS = 64


@dataclass(frozen=True, slots=True)
class MadeJob:
    """A job as Create shows it."""

    item: JobItem
    progress: JobProgress | None = None
    results: list[AssetItem] = field(default_factory=list)
    expected: int = 1


def read_recent(library: Library, registry: Registry) -> list[MadeJob]:
    """Return what people asked for: what runs, what comes next, what ended, newest first."""
    return [_made(library, registry, job) for job in library.jobs.by_hand(SHOWN)]


def read_jobs(library: Library, registry: Registry, ids: Iterable[str]) -> list[MadeJob]:
    """Return some jobs, those that belong here."""
    return [_made(library, registry, job) for job in library.jobs.get_many(ids) if belongs(job)]


def read_progress(library: Library, ids: Iterable[str]) -> dict[str, JobProgress]:
    """Return how far some jobs are."""
    found = {job_id: library.jobs.progress(job_id) for job_id in ids}
    return {job_id: value for job_id, value in found.items() if value is not None}


def belongs(job: Job) -> bool:
    """Tell of one job what ``by_hand`` asks for: a person wanted it, and it was not cancelled."""
    return (
        job.kind is JobKind.GENERATE
        and job.lane is Lane.INTERACTIVE
        and not job.campaign_id
        and job.status is not JobStatus.CANCELLED
    )


def _made(library: Library, registry: Registry, job: Job) -> MadeJob:
    progress = library.jobs.progress(job.id) if job.status is JobStatus.RUNNING else None
    results: list[AssetItem] = []
    if job.status is JobStatus.SUCCEEDED:
        query = AssetQuery(job_id=job.id, order="oldest")
        results = [
            make_item(library, one, KEPT_IN_ROW)
            for one in library.assets.page(query, limit=MOST_RESULTS)
        ]
    expected = 1
    if isinstance(job.request, Request):
        for key in ("num_images_per_prompt", "num_return_sequences", "num_variations"):
            value = job.request.params.get(key)
            if isinstance(value, int):
                expected = max(1, value)
    return MadeJob(make_job_item(job, registry), progress, results, expected)
