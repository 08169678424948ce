"""Putting new jobs into the queue: ids, batches, places, needs. One transaction for all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.core.ids import new_id
from studio.core.job import FINAL, Job, NewJob
from studio.store import dependencies, job_order, job_rows
from studio.store.records import clean, now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.store.database import Database


def add(db: Database, jobs: Sequence[NewJob], batch_title: str = "") -> list[Job]:
    """Add jobs to the end of their lanes and return them as they stand.

    Raises:
        NotFound: A need names a job that does not exist.
        ValueError: Jobs wait for one another in a circle, or a request does not fit its kind.
    """
    named = [job if job.id else replace(job, id=new_id()) for job in jobs]
    if len(named) > 1 and not all(job.batch_id for job in named):
        batch_id = new_id()
        named = [job if job.batch_id else replace(job, batch_id=batch_id) for job in named]
    with db.write():
        dependencies.check_new(db, named)
        job_rows.insert(db, named, _positions(db, named))
        for batch_id in dict.fromkeys(job.batch_id for job in named if job.batch_id):
            db.rows(
                "INSERT INTO batches (id, title, created_at) VALUES (?, ?, ?)"
                " ON CONFLICT (id) DO NOTHING",
                (batch_id, clean(batch_title), now()),
            )
        _settle_needs_of(db, named)
        return job_rows.read_many(db, [job.id for job in named])


def not_there_yet(db: Database, jobs: Sequence[NewJob]) -> list[NewJob]:
    """Return the jobs whose ids are not taken.

    The ids of what follows from a step come from its key, so a step that a person runs again
    names the jobs that its first run has made.
    """
    ids = [job.id for job in jobs if job.id]
    there = {job.id for job in job_rows.read_many(db, ids)}
    return [job for job in jobs if job.id not in there]


def _positions(db: Database, jobs: Sequence[NewJob]) -> list[float]:
    free = {
        lane: iter(job_order.append(db, lane, len(jobs))) for lane in {job.lane for job in jobs}
    }
    return [next(free[job.lane]) for job in jobs]


def _settle_needs_of(db: Database, jobs: Sequence[NewJob]) -> None:
    needed = {need.job_id for job in jobs for need in job.needs} - {job.id for job in jobs}
    if needed:
        found = job_rows.require(db, sorted(needed))
        dependencies.settle(db, [job_id for job_id, status in found if status in FINAL])
