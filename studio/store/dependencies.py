"""Jobs that wait for jobs, and what happens to them when those end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from studio.core.job import JobStatus, Need
from studio.store import job_rows
from studio.store.records import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from studio.core.job import NewJob
    from studio.store.database import Database

_UNMET = (
    "SELECT 1 FROM job_needs n JOIN jobs need ON need.id = n.need_id WHERE n.job_id = ?"
    " AND (need.status NOT IN ('succeeded', 'failed', 'cancelled')"
    " OR (n.success AND need.status <> 'succeeded'))"
)


def needs(db: Database, job_id: str) -> list[Need]:
    """Return what a job waits for."""
    rows = db.rows(
        "SELECT need_id, success FROM job_needs WHERE job_id = ? ORDER BY need_id", (job_id,)
    )
    return [Need(row[0], bool(row[1])) for row in rows]


def dependants(db: Database, job_id: str) -> list[str]:
    """Return the jobs that wait, or waited, for a job."""
    return db.column(
        "SELECT n.job_id FROM job_needs n JOIN jobs ON jobs.id = n.job_id WHERE n.need_id = ?"
        " ORDER BY jobs.number",
        (job_id,),
    )


def wait_for(db: Database, job_id: str, need: Need) -> None:
    """Let a job that waits or is paused wait for one more."""
    db.rows("INSERT INTO job_needs VALUES (?, ?, ?)", (job_id, need.job_id, int(need.success)))
    job_rows.touch(db, job_id)


def check_new(db: Database, jobs: Sequence[NewJob]) -> None:
    """Refuse needs that name no job, and circles.

    Raises:
        NotFound: A need names a job that is neither in the library nor among ``jobs``.
        ValueError: Jobs wait for one another in a circle, or an id occurs twice.
    """
    new = {job.id: {need.job_id for need in job.needs} for job in jobs}
    if len(new) != len(jobs):
        raise ValueError("two new jobs have the same id")
    named = {need for wanted in new.values() for need in wanted} - new.keys()
    if named:
        job_rows.require(db, sorted(named))
    left = {job_id: wanted & new.keys() for job_id, wanted in new.items()}
    waiters: dict[str, list[str]] = {}
    for job_id, wanted in left.items():
        for need in wanted:
            waiters.setdefault(need, []).append(job_id)
    free = [job_id for job_id, wanted in left.items() if not wanted]
    done = 0
    while free:
        done += 1
        ended = free.pop()
        for job_id in waiters.get(ended, ()):
            left[job_id].discard(ended)
            if not left[job_id]:
                free.append(job_id)
    if done != len(jobs):
        raise ValueError("the new jobs wait for one another in a circle")


def open_status(db: Database, job_id: str) -> JobStatus:
    """Return where a job goes that is no longer paused: ``queued``, or ``waiting``."""
    return JobStatus.WAITING if db.row(_UNMET, (job_id,)) else JobStatus.QUEUED


def settle(db: Database, ended: Iterable[str]) -> list[str]:
    """Let go of the jobs that wait for jobs which are final now; return those that moved.

    A dependant whose needs are met is queued. One that can never start, because a job that had to
    succeed did not, is cancelled with the reason, and so are those that wait for it. The cost
    grows with the number of dependants only.
    """
    moved: list[str] = []
    work = db.column(
        "SELECT DISTINCT need_id FROM job_needs WHERE need_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ended)),),
    )
    while work:
        need_id = work.pop()
        rows = db.rows(
            "SELECT jobs.id, jobs.status, n.success, need.status, need.title, need.reason"
            " FROM job_needs n JOIN jobs ON jobs.id = n.job_id"
            " JOIN jobs need ON need.id = n.need_id"
            " WHERE n.need_id = ? AND jobs.status IN ('waiting', 'paused') ORDER BY jobs.number",
            (need_id,),
        )
        for job_id, status, success, need_status, title, reason in rows:
            if success and need_status != JobStatus.SUCCEEDED:
                why = _because(title, need_status, reason)
                job_rows.move(db, job_id, JobStatus.CANCELLED, reason=why, cancelled_by=need_id)
                work.append(job_id)
                moved.append(job_id)
            elif status == JobStatus.WAITING and not db.row(_UNMET, (job_id,)):
                job_rows.move(db, job_id, JobStatus.QUEUED, reason="")
                moved.append(job_id)
    return moved


def _because(title: str, status: str, reason: str) -> str:
    what = "failed" if status == JobStatus.FAILED else "was cancelled"
    return clean(f"It waits for “{title}”, which {what}. {reason}".strip())[:1000]


def release_waiting(db: Database) -> list[str]:
    """Settle every waiting job anew; return those that moved."""
    return settle(
        db,
        db.column(
            "SELECT DISTINCT n.need_id FROM jobs JOIN job_needs n ON n.job_id = jobs.id"
            " JOIN jobs need ON need.id = n.need_id WHERE jobs.status = 'waiting'"
            " AND need.status IN ('succeeded', 'failed', 'cancelled')"
        ),
    )
