"""What a retry makes again: the job itself, what was lost with it, what went on without it.

A job and its repeats, and repeats of those, are the tries of one job. What waited for one of them
is meant for whichever comes last.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.core.ids import new_id
from studio.core.job import FINAL, Job, JobKind, JobStatus, Need, NewJob
from studio.store import dependencies, job_rows, new_jobs

if TYPE_CHECKING:
    from generators.api import Request
    from studio.core.job import StepRequest
    from studio.store.database import Database

_NOT_BEGUN = frozenset({JobStatus.WAITING, JobStatus.QUEUED, JobStatus.PAUSED})
_TRIES = (
    "WITH RECURSIVE older (id, retry_of) AS ("
    " SELECT id, retry_of FROM jobs WHERE id = ?"
    " UNION SELECT jobs.id, jobs.retry_of FROM older JOIN jobs ON jobs.id = older.retry_of"
    "), tries (id) AS ("
    " SELECT id FROM older"
    " UNION SELECT jobs.id FROM tries JOIN jobs"
    " ON jobs.retry_of = tries.id AND jobs.retry_of <> ''"
    ")"
)


@dataclass(slots=True)
class _Again:
    """What is made again, as it is found.

    Attributes:
        jobs: The newest try of each; grows while it is walked.
        ids: The id of the new try, by the id of every earlier one.
        waits: (job that has not begun, new try that it has to wait for as well).
    """

    jobs: list[Job] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    waits: list[tuple[str, str]] = field(default_factory=list)

    def add(self, db: Database, job: Job) -> None:
        """Plan a new try of a job."""
        new = new_id()
        self.ids |= dict.fromkeys(_tries(db, job.id), new)
        self.jobs.append(job)


def retry(db: Database, old: Job, request: Request | StepRequest | None) -> str:
    """Enqueue a new try of a job that has ended, and all that follows; return the new id.

    Steps look at what is there when they run, so those that went on without this job run once
    more. A step that is to run again already is not asked for twice.
    """
    newest = job_rows.read(db, newest_retry(db, old.id))
    if newest.kind is JobKind.EXPAND and newest.status in _NOT_BEGUN and request is None:
        return newest.id
    again = _Again()
    again.add(db, old)
    for job in again.jobs:
        for lost in job_rows.read_many(db, _lost_with(db, job.id)):
            if lost.id not in again.ids:
                again.add(db, lost)
        if job.id != old.id or old.status is not JobStatus.SUCCEEDED:
            _follow(db, job, again)
    changed = {old.id: request} if request else {}
    new_jobs.add(db, [_new_try(db, job, again, changed.get(job.id)) for job in again.jobs])
    for job_id, need_id in again.waits:
        dependencies.wait_for(db, job_id, Need(need_id, success=False))
    return again.ids[old.id]


def _follow(db: Database, job: Job, again: _Again) -> None:
    """Plan new tries of the steps that went on without a job; those still to come wait for it."""
    ids = db.column(
        f"{_TRIES} SELECT DISTINCT jobs.id FROM tries JOIN job_needs n ON n.need_id = tries.id"
        " JOIN jobs ON jobs.id = n.job_id WHERE NOT n.success AND jobs.kind = 'expand'"
        " ORDER BY jobs.number",
        (job.id,),
    )
    newest = dict.fromkeys(newest_retry(db, job_id) for job_id in ids)
    for step in job_rows.read_many(db, newest):
        if step.id in again.ids or step.status is JobStatus.CANCELLED:
            continue
        if step.status in (JobStatus.WAITING, JobStatus.PAUSED):
            again.waits.append((step.id, again.ids[job.id]))
        else:
            again.add(db, step)


def _new_try(
    db: Database, job: Job, again: _Again, request: Request | StepRequest | None
) -> NewJob:
    return NewJob(
        request=request or job.request,
        kind=job.kind,
        lane=job.lane,
        id=again.ids[job.id],
        title="" if request else job.title,
        needs=_needs_again(db, job, again.ids),
        batch_id=job.batch_id,
        campaign_id=job.campaign_id,
        step_key=job.step_key,
        retry_of=job.id,
    )


def _needs_again(db: Database, job: Job, remade: dict[str, str]) -> tuple[Need, ...]:
    """Return the needs of a repeat: repeated jobs by their repeat, and so for failed ones.

    Also where success is not asked for: what waits for the end of a job waits for that of its
    repeat, else an undone “cancel all” would run the steps of a campaign before their pieces.
    """
    wanted: dict[str, bool] = {}
    for need in dependencies.needs(db, job.id):
        there = remade.get(need.job_id) or _standing(db, need.job_id)
        wanted[there] = wanted.get(there, False) or need.success
    wanted.pop(remade[job.id], None)  # an earlier try of its own
    if not job.is_final:  # what it finds would overwrite what the repeat found
        wanted[job.id] = False
    return tuple(Need(job_id, success) for job_id, success in wanted.items())


def _standing(db: Database, job_id: str) -> str:
    """Return what stands for a needed job: the newest repeat of one that did not succeed."""
    status = JobStatus(db.value("SELECT status FROM jobs WHERE id = ?", (job_id,)))
    lost = status in FINAL and status is not JobStatus.SUCCEEDED
    return newest_retry(db, job_id) if lost else job_id


def _tries(db: Database, job_id: str) -> list[str]:
    return db.column(f"{_TRIES} SELECT id FROM tries", (job_id,))


def newest_retry(db: Database, job_id: str) -> str:
    """Return the newest repeat of a job (through repeats of repeats), or the job itself."""
    while True:
        newer = db.value(
            "SELECT id FROM jobs WHERE retry_of = ? AND retry_of <> ''"
            " ORDER BY number DESC LIMIT 1",
            (job_id,),
        )
        if newer is None:
            return job_id
        job_id = newer


def _lost_with(db: Database, job_id: str) -> list[str]:
    """Return the jobs that were cancelled because a job did not succeed."""
    return db.column(
        "SELECT jobs.id FROM job_needs n JOIN jobs ON jobs.id = n.job_id"
        " WHERE n.need_id = :id AND jobs.status = 'cancelled' AND jobs.cancelled_by = :id"
        " ORDER BY jobs.number",
        {"id": job_id},
    )
