"""What the Queue page asks of the library, on background threads."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from studio.core.asset import Asset, AssetQuery
from studio.core.errors import NotFound
from studio.core.job import FINAL, Job, JobEvent, JobProgress, JobStatus
from studio.gui.models.job_rows import SECTIONS, JobItem, Section, make_item

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from generators.api import JsonValue
    from generators.registry import Registry
    from studio.store.library import Library

PAGE = 2000
ENDED_LIMIT = 400  # jobs that ended are read so many at a time, as a person scrolls
RUNNING = (JobStatus.RUNNING, JobStatus.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """Everything that the page shows when it is entered."""

    running: list[tuple[JobItem, JobProgress | None]]
    sections: dict[Section, list[JobItem]]
    batches: dict[str, str]


@dataclass(frozen=True, slots=True)
class QueuePatch:
    """What changed since."""

    items: list[JobItem]
    progress: dict[str, JobProgress]
    batches: dict[str, str]


@dataclass(frozen=True, slots=True)
class JobDetails:
    """Everything about one job."""

    job: Job
    needs: list[Job] = field(default_factory=list)
    events: list[JobEvent] = field(default_factory=list)
    code: str = ""
    traceback: str = ""
    results: list[Asset] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    retried_as: str = ""
    execution: dict[str, JsonValue] = field(default_factory=dict)


def read_queue(library: Library, registry: Registry) -> QueueSnapshot:
    """Return the whole queue and the newest of what ended."""
    running = [
        (make_item(job, registry), library.jobs.progress(job.id))
        for job in library.jobs.list(statuses=(JobStatus.RUNNING,))
    ]
    sections: dict[Section, list[JobItem]] = {
        "next": _all_open(library, registry),
        "ended": read_ended(library, registry, "ended"),
        "failed": read_ended(library, registry, "failed"),
    }
    return QueueSnapshot(running, sections, _batches(library))


def _all_open(library: Library, registry: Registry) -> list[JobItem]:
    found: list[JobItem] = []
    before: tuple[Any, ...] | None = None
    while True:
        jobs = library.jobs.list(statuses=SECTIONS["next"], limit=PAGE, before=before)
        found += [make_item(job, registry) for job in jobs]
        if len(jobs) < PAGE:
            return found
        before = library.jobs.cursor(jobs[-1])


def read_ended(
    library: Library,
    registry: Registry,
    section: Section,
    after: JobItem | None = None,
    limit: int = ENDED_LIMIT,
) -> list[JobItem]:
    """Return jobs that ended, newest first, at most ``limit`` of them after ``after``."""
    before = None if after is None else (2, int(-after.order[1]))
    jobs = library.jobs.list(statuses=SECTIONS[section], limit=limit, before=before)
    return [make_item(job, registry) for job in jobs]


def _batches(library: Library) -> dict[str, str]:
    return {batch.id: batch.title for batch in library.jobs.batches(limit=200)}


def read_patch(
    library: Library,
    registry: Registry,
    jobs: Iterable[str],
    progress: Iterable[str],
    known_batches: Collection[str],
) -> QueuePatch:
    """Return the jobs of some ids as they stand, and how far the running ones are."""
    items = [make_item(job, registry) for job in library.jobs.get_many(jobs)]
    found = {job_id: library.jobs.progress(job_id) for job_id in progress}
    known = {job_id: value for job_id, value in found.items() if value is not None}
    new = any(item.batch_id and item.batch_id not in known_batches for item in items)
    return QueuePatch(items, known, _batches(library) if new else {})


def read_details(library: Library, job_id: str) -> JobDetails:
    """Return everything about a job.

    Raises:
        NotFound: It is gone.
    """
    job = library.jobs.get(job_id)
    needs = library.jobs.get_many(need.job_id for need in library.jobs.needs(job_id))
    events = library.jobs.events(job_id)
    if job.status not in FINAL:
        return JobDetails(job, needs, events)
    code, traceback = library.jobs.error_details(job_id)
    results = library.assets.page(AssetQuery(job_id=job_id), limit=8)
    retries = library.jobs.retries(job_id)
    return JobDetails(
        job,
        needs,
        events,
        code,
        traceback,
        results,
        [str(library.assets.file(asset)) for asset in results],
        retries[-1] if retries else "",
        _execution(library, job),
    )


def _execution(library: Library, job: Job) -> dict[str, JsonValue]:
    if job.status is not JobStatus.SUCCEEDED:
        return {}
    try:
        return library.jobs.execution(job.id)[0]
    except NotFound:
        return {}
