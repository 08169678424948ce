"""Reading the queue: one job, lists, counts, progress, history. Writes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.core.errors import NotFound
from studio.core.job import FINAL, Job, JobEvent, JobProgress, JobStatus, Need
from studio.store import dependencies, job_rows
from studio.store.job_rows import COLUMNS, IS_FINAL, IS_OPEN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generators.api import JsonValue
    from studio.store.database import Database

_RUNNING, _OPEN, _FINAL = 0, 1, 2
_RANK = {"interactive": 0, "batch": 1, "training": 2}
_SECTIONS = {
    _RUNNING: "status IN ('running', 'interrupted')",
    _OPEN: IS_OPEN + " AND status IN ('waiting', 'queued', 'paused')",
    _FINAL: IS_FINAL,
}
_ORDER = {_RUNNING: "seq", _OPEN: "rank, position, number", _FINAL: "seq DESC"}


@dataclass(frozen=True, slots=True)
class BatchSummary:
    """A batch and how its jobs stand. ``created_at`` in Unix seconds."""

    id: str
    title: str
    created_at: float
    counts: dict[JobStatus, int]


class JobReads:
    """The reading half of the queue."""

    _db: Database

    def get(self, job_id: str) -> Job:
        """Return one job.

        Raises:
            NotFound: There is none of that id.
        """
        return job_rows.read(self._db, job_id)

    def get_many(self, ids: Iterable[str]) -> list[Job]:
        """Return jobs in the order of ``ids``; unknown ids are left out."""
        return job_rows.read_many(self._db, ids)

    def list(
        self,
        *,
        statuses: Iterable[JobStatus] = (),
        batch_id: str = "",
        campaign_id: str = "",
        limit: int = 500,
        before: tuple[Any, ...] | None = None,
    ) -> list[Job]:
        """Return jobs: what runs, then what is open in queue order, then what ended, newest first.

        Args:
            statuses: Only these; all when empty.
            batch_id, campaign_id: Only those of it, when not empty.
            limit: At most so many.
            before: The page after a row: ``cursor(last_job)`` of the page before.
        """
        wanted = {JobStatus(status) for status in statuses}
        filters, values = _filters(wanted, batch_id, campaign_id)
        found: list[Job] = []
        with self._db.snapshot():
            for section, condition in _SECTIONS.items():
                if len(found) >= limit:
                    break
                after = _after(section, before)
                if after is None:
                    continue
                rows = self._db.rows(
                    f"SELECT {COLUMNS} FROM jobs WHERE {condition}{filters}{after[0]}"
                    f" ORDER BY {_ORDER[section]} LIMIT :limit",
                    {**values, **after[1], "limit": limit - len(found)},
                )
                found += map(job_rows.job_from_row, rows)
        return found

    @staticmethod
    def cursor(job: Job) -> tuple[Any, ...]:
        """Return where a job stands in ``list``, to ask for the page after it."""
        if job.status in FINAL:
            return (_FINAL, job.seq)
        if job.status in (JobStatus.RUNNING, JobStatus.INTERRUPTED):
            return (_RUNNING, job.seq)
        return (_OPEN, _RANK[job.lane], job.position)

    def counts(self, *, batch_id: str = "", campaign_id: str = "") -> dict[JobStatus, int]:
        """Return how many jobs stand where; every status has an entry."""
        filters, values = _filters(set(), batch_id, campaign_id)
        rows = self._db.rows(
            f"SELECT status, count(*) FROM jobs WHERE true{filters} GROUP BY status", values
        )
        return dict.fromkeys(JobStatus, 0) | {JobStatus(row[0]): row[1] for row in rows}

    def progress(self, job_id: str) -> JobProgress | None:
        """Return how far a running job is, or None when nothing was reported."""
        row = self._db.row(
            "SELECT job_id, seq, done, total, phase, message, preview, text, eta_seconds,"
            " updated_at FROM progress WHERE job_id = ?",
            (job_id,),
        )
        return JobProgress(*row) if row else None

    def events(self, job_id: str) -> list[JobEvent]:
        """Return the history of a job, oldest first."""
        rows = self._db.rows(
            "SELECT seq, job_id, at, before, after, reason FROM job_events WHERE job_id = ?"
            " ORDER BY seq",
            (job_id,),
        )
        return [JobEvent(*row) for row in rows]

    def error_details(self, job_id: str) -> tuple[str, str]:
        """Return error code and traceback of a failed job; empty for any other.

        Raises:
            NotFound: There is no such job.
        """
        row = self._row("error_code, traceback", job_id)
        return row[0], row[1]

    def execution(self, job_id: str) -> tuple[dict[str, JsonValue], float]:
        """Return the execution record of a job that succeeded, and its running time in seconds.

        Raises:
            NotFound: There is no such job.
        """
        row = self._row("execution, run_seconds", job_id)
        return dict(json.loads(row[0])), row[1]

    def _row(self, columns: str, job_id: str) -> tuple[Any, ...]:
        row = self._db.row(f"SELECT {columns} FROM jobs WHERE id = ?", (job_id,))
        if row is None:
            raise NotFound(f"There is no job {job_id}.")
        return row

    def dependants(self, job_id: str) -> list[str]:
        """Return the ids of jobs that wait, or waited, for this one."""
        return dependencies.dependants(self._db, job_id)

    def needs(self, job_id: str) -> list[Need]:
        """Return what the job waits for, or waited for."""
        return dependencies.needs(self._db, job_id)

    def retries(self, job_id: str) -> list[str]:
        """Return the ids of jobs that repeat this one, oldest first."""
        return self._db.column(
            "SELECT id FROM jobs WHERE retry_of = ? AND retry_of <> '' ORDER BY number", (job_id,)
        )

    def running(self) -> list[Job]:
        """Return the jobs that run."""
        rows = self._db.rows(f"SELECT {COLUMNS} FROM jobs WHERE status = 'running' ORDER BY seq")
        return [job_rows.job_from_row(row) for row in rows]

    def claimable(self, limit: int = 2000) -> list[Job]:
        """Return queued jobs in queue order, for the scheduler."""
        rows = self._db.rows(
            f"SELECT {COLUMNS} FROM jobs WHERE status = 'queued'"
            " ORDER BY rank, position, number LIMIT ?",
            (limit,),
        )
        return [job_rows.job_from_row(row) for row in rows]

    def batches(self, limit: int = 100) -> list[BatchSummary]:
        """Return the newest batches with the counts of their jobs."""
        rows = self._db.rows(
            "SELECT id, title, created_at FROM batches ORDER BY number DESC LIMIT ?",
            (limit,),
        )
        return [BatchSummary(*row, self.counts(batch_id=row[0])) for row in rows]

    def timings(self, key: str, limit: int = 20) -> list[tuple[float, float]]:
        """Return the newest measurements of a key, newest first, as (units, seconds)."""
        rows = self._db.rows(
            "SELECT units, seconds FROM timings WHERE key = ? ORDER BY number DESC LIMIT ?",
            (key, limit),
        )
        return [(row[0], row[1]) for row in rows]


def _filters(wanted: set[JobStatus], batch_id: str, campaign_id: str) -> tuple[str, dict[str, Any]]:
    sql, values = "", dict[str, Any]()
    if wanted:
        sql += " AND status IN (SELECT value FROM json_each(:statuses))"
        values["statuses"] = json.dumps(sorted(wanted))
    if batch_id:
        sql += " AND batch_id = :batch_id AND batch_id <> ''"
        values["batch_id"] = batch_id
    if campaign_id:
        sql += " AND campaign_id = :campaign_id AND campaign_id <> ''"
        values["campaign_id"] = campaign_id
    return sql, values


def _after(section: int, before: tuple[Any, ...] | None) -> tuple[str, dict[str, Any]] | None:
    """Return the condition for the rows of a section after a cursor; None when it has none."""
    if before is None or before[0] < section:
        return "", {}
    if before[0] > section:
        return None
    if section == _OPEN:
        condition = " AND (rank, position) > (:after_rank, :after_position)"
        return condition, {"after_rank": before[1], "after_position": before[2]}
    comparison = "<" if section == _FINAL else ">"
    return f" AND seq {comparison} :after_seq", {"after_seq": before[1]}
