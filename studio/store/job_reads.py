"""Reading the queue: one job, lists, counts, progress, history. Writes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio.core.errors import NotFound
from studio.core.job import FINAL, Job, JobEvent, JobProgress, JobStatus, Need
from studio.store import dependencies, job_rows
from studio.store.job_rows import BY_QUEUE, COLUMNS, IS_OPEN

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable

    from generators.api import JsonValue
    from studio.store.database import Database

_RUNNING, _OPEN, _FINAL = 0, 1, 2
_RANK = {"interactive": 0, "batch": 1, "training": 2}
_SECTIONS = {
    _RUNNING: (JobStatus.RUNNING, JobStatus.INTERRUPTED),
    _OPEN: (JobStatus.WAITING, JobStatus.QUEUED, JobStatus.PAUSED),
    _FINAL: (JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED),
}


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

    def get_many(self, ids: Iterable[str]) -> builtins.list[Job]:
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
    ) -> builtins.list[Job]:
        """Return jobs: what runs, then what is open in queue order, then what ended, newest first.

        Args:
            statuses: Only these; all when empty.
            batch_id: Only those of this batch, when not empty.
            campaign_id: Only those of this campaign, when not empty.
            limit: At most so many.
            before: The page after a row: ``cursor(last_job)`` of the page before.
        """
        chosen = {JobStatus(status) for status in statuses} or set(JobStatus)
        filters, values = _filters(batch_id, campaign_id)
        found: builtins.list[Job] = []
        with self._db.snapshot():
            for section, its_own in _SECTIONS.items():
                wanted = [status for status in its_own if status in chosen]
                after = _after(section, before)
                if not wanted or after is None or len(found) >= limit:
                    continue
                condition, more = f"{filters}{after[0]}", {**values, **after[1]}
                read = self._open if section == _OPEN else self._by_seq
                found += read(wanted, condition, {**more, "limit": limit - len(found)})
        return found

    def by_hand(self, each: int) -> builtins.list[Job]:
        """Return what people had generated one by one, in the order of ``list``.

        What belongs to a campaign, and what was cancelled, is not among it.

        Args:
            each: At most so many that run, so many that are open, and so many that ended.
        """
        condition = " AND kind = 'generate' AND lane = 'interactive' AND campaign_id = ''"
        found: builtins.list[Job] = []
        with self._db.snapshot():
            for section, its_own in _SECTIONS.items():
                chosen = set(its_own) - {JobStatus.CANCELLED}
                wanted = [status for status in JobStatus if status in chosen]
                read = self._open if section == _OPEN else self._by_seq
                found += read(wanted, condition, {"limit": each})
        return found

    def _open(
        self, statuses: builtins.list[JobStatus], condition: str, values: dict[str, Any]
    ) -> builtins.list[Job]:
        """Return open jobs in queue order."""
        source, among = "jobs", _among(statuses)
        if values.keys().isdisjoint({"batch_id", "campaign_id"}):  # those have indexes of their own
            if statuses == [JobStatus.QUEUED]:
                source, among = BY_QUEUE, "status = 'queued'"
            elif JobStatus.QUEUED in statuses:
                source, among = "jobs INDEXED BY jobs_open", f"{IS_OPEN} AND {among}"
        rows = self._db.rows(
            f"SELECT {COLUMNS} FROM {source} WHERE {among}{condition}"
            " ORDER BY rank, position, number LIMIT :limit",
            values,
        )
        return [job_rows.job_from_row(row) for row in rows]

    def _by_seq(
        self, statuses: builtins.list[JobStatus], condition: str, values: dict[str, Any]
    ) -> builtins.list[Job]:
        """Return running jobs oldest first, or ended ones newest first.

        One query for each status, so that each is read from its index in order and none is sorted.
        """
        newest_first = statuses[0] in FINAL
        order = "seq DESC" if newest_first else "seq"
        rows = [
            row
            for status in statuses
            for row in self._db.rows(
                f"SELECT {COLUMNS} FROM jobs WHERE status = '{status}'{condition}"
                f" ORDER BY {order} LIMIT :limit",
                values,
            )
        ]
        rows.sort(key=lambda row: int(row[1]), reverse=newest_first)
        return [job_rows.job_from_row(row) for row in rows[: values["limit"]]]

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
        filters, values = _filters(batch_id, campaign_id)
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

    def events(self, job_id: str) -> builtins.list[JobEvent]:
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

    def dependants(self, job_id: str) -> builtins.list[str]:
        """Return the ids of jobs that wait, or waited, for this one."""
        return dependencies.dependants(self._db, job_id)

    def needs(self, job_id: str) -> builtins.list[Need]:
        """Return what the job waits for, or waited for."""
        return dependencies.needs(self._db, job_id)

    def retries(self, job_id: str) -> builtins.list[str]:
        """Return the ids of jobs that repeat this one, oldest first."""
        return self._db.column(
            "SELECT id FROM jobs WHERE retry_of = ? AND retry_of <> '' ORDER BY number", (job_id,)
        )

    def running(self) -> builtins.list[Job]:
        """Return the jobs that run."""
        rows = self._db.rows(f"SELECT {COLUMNS} FROM jobs WHERE status = 'running' ORDER BY seq")
        return [job_rows.job_from_row(row) for row in rows]

    def claimable(self, limit: int = 2000) -> builtins.list[Job]:
        """Return queued jobs in queue order, for the scheduler."""
        rows = self._db.rows(
            f"SELECT {COLUMNS} FROM {BY_QUEUE} WHERE status = 'queued'"
            " ORDER BY rank, position, number LIMIT ?",
            (limit,),
        )
        return [job_rows.job_from_row(row) for row in rows]

    def batches(self, limit: int = 100) -> builtins.list[BatchSummary]:
        """Return the newest batches with the counts of their jobs."""
        rows = self._db.rows(
            "SELECT id, title, created_at FROM batches ORDER BY number DESC LIMIT ?",
            (limit,),
        )
        return [BatchSummary(row[0], row[1], row[2], self.counts(batch_id=row[0])) for row in rows]

    def timings(self, key: str, limit: int = 20) -> builtins.list[tuple[float, float]]:
        """Return the newest measurements of a key, newest first, as (units, seconds)."""
        rows = self._db.rows(
            "SELECT units, seconds FROM timings WHERE key = ? ORDER BY number DESC LIMIT ?",
            (key, limit),
        )
        return [(row[0], row[1]) for row in rows]


def _among(statuses: Iterable[JobStatus]) -> str:
    return "status IN (" + ", ".join(f"'{status}'" for status in statuses) + ")"


def _filters(batch_id: str, campaign_id: str) -> tuple[str, dict[str, Any]]:
    sql, values = "", dict[str, Any]()
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
