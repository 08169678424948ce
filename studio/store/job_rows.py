"""Rows of the table ``jobs``: reading and making them, and the one way to move a status."""

from __future__ import annotations

import json
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from studio.core.errors import NotFound
from studio.core.job import FINAL, Job, JobKind, JobStatus, Lane, NewJob, StepRequest
from studio.core.steps import request_from_json
from studio.store.records import clean, now, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generators.api import Request
    from studio.store.database import Database, Row

#: SQL condition of the partial index ``jobs_open``; it must be written as the index writes it.
IS_OPEN = "status IN ('waiting', 'queued', 'running', 'paused', 'interrupted')"
#: Without statistics SQLite prefers ``jobs_status`` and sorts; so the index is named.
BY_QUEUE = "jobs INDEXED BY jobs_queued"

#: Claims that passed a job since it was queued; a handful of rows at most (see job_engine).
OVERTAKEN = (
    "(SELECT count(*) FROM overtakes WHERE overtakes.lane = jobs.lane"
    " AND overtakes.position > jobs.position AND overtakes.seq > jobs.queued_seq)"
)
COLUMNS = (
    "id, seq, kind, status, lane, position, title, request, generator, checkpoint_id, batch_id,"
    " campaign_id, step_key, retry_of, created_at, queued_at, started_at, finished_at,"
    " cancel_requested, pause_requested, attempt, token, worker_deaths, reason, hint,"
    f" CASE status WHEN 'queued' THEN {OVERTAKEN} ELSE overtaken END"
)
_TITLE_LENGTH = 80
_REMEMBERED_LENGTH = 4096  # characters; times 4096 requests, so at most some 20 MB


def _request(kind: JobKind, text: str) -> Request | StepRequest:
    """Parse a request; the same text is read again and again while its job waits."""
    return (_remembered if len(text) <= _REMEMBERED_LENGTH else _parsed)(kind, text)


def _parsed(kind: JobKind, text: str) -> Request | StepRequest:
    return request_from_json(kind, json.loads(text))


_remembered = lru_cache(maxsize=4096)(_parsed)


def job_from_row(row: Row) -> Job:
    """Return the job of a row with COLUMNS."""
    kind = JobKind(row[2])
    values = list(row)
    values[2:5] = kind, JobStatus(row[3]), Lane(row[4])
    values[7] = _request(kind, row[7])
    values[18:20] = bool(row[18]), bool(row[19])
    return Job(*values)


def read(db: Database, job_id: str) -> Job:
    """Return one job.

    Raises:
        NotFound: There is none of that id.
    """
    row = db.row(f"SELECT {COLUMNS} FROM jobs WHERE id = ?", (job_id,))
    if row is None:
        raise NotFound(f"There is no job {job_id}.")
    return job_from_row(row)


def read_many(db: Database, ids: Iterable[str]) -> list[Job]:
    """Return jobs in the order of ``ids``, leaving out ids that are not there."""
    wanted = list(ids)
    rows = db.rows(
        f"SELECT {COLUMNS} FROM jobs WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted),),
    )
    found = {row[0]: job_from_row(row) for row in rows}
    return [found[job_id] for job_id in wanted if job_id in found]


def require(db: Database, ids: Iterable[str]) -> list[tuple[str, JobStatus]]:
    """Return id and status of jobs, each once, in the order of ``ids``.

    Raises:
        NotFound: One is not there.
    """
    wanted = list(dict.fromkeys(ids))
    rows = db.rows(
        "SELECT id, status FROM jobs WHERE id IN (SELECT value FROM json_each(?))",
        (json.dumps(wanted),),
    )
    found = {row[0]: JobStatus(row[1]) for row in rows}
    for job_id in wanted:
        if job_id not in found:
            raise NotFound(f"There is no job {job_id}.")
    return [(job_id, found[job_id]) for job_id in wanted]


def move(db: Database, job_id: str, status: JobStatus, **columns: Any) -> None:  # noqa: ANN401
    """Move a job to another status; the event is appended by the schema.

    Args:
        db: Inside a write transaction.
        job_id: The job.
        status: Where it goes; the schema refuses an illegal move.
        columns: Further columns to set, such as ``reason``.
    """
    at = now()
    values: dict[str, Any] = {"status": status.value, "seq": db.next_seq(), "changed_at": at}
    if status is not JobStatus.RUNNING:
        values |= {"token": "", "worker_key": "", "pause_requested": 0}
    if status in FINAL:
        values["finished_at"] = at
    if status is JobStatus.QUEUED:
        values |= {"queued_at": at, "queued_seq": values["seq"], "cancel_requested": 0}
    values |= columns
    change(db, job_id, values)
    if status is not JobStatus.RUNNING:
        db.rows("DELETE FROM progress WHERE job_id = ?", (job_id,))


def touch(db: Database, job_id: str, **columns: Any) -> None:  # noqa: ANN401 - any column
    """Change columns of a job that keeps its status."""
    change(db, job_id, {"seq": db.next_seq(), **columns})


def change(db: Database, job_id: str, values: dict[str, Any]) -> None:
    """Set columns of one job; names come from this package, never from outside."""
    sets = ", ".join(f"{name} = :{name}" for name in values)
    db.rows(f"UPDATE jobs SET {sets} WHERE id = :the_job", {**values, "the_job": job_id})


def insert(db: Database, jobs: Sequence[NewJob], positions: Sequence[float]) -> None:
    """Insert jobs that have ids; those with needs start as ``waiting``."""
    at = now()
    db.many(
        "INSERT INTO jobs (id, seq, kind, status, lane, position, title, generator, checkpoint_id,"
        " batch_id, campaign_id, step_key, retry_of, created_at, queued_at, changed_at, queued_seq,"
        " request) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _insert_values(job, position, db.next_seq(), at)
            for job, position in zip(jobs, positions, strict=True)
        ),
    )
    db.many(
        "INSERT INTO job_needs VALUES (?, ?, ?)",
        ((job.id, need.job_id, int(need.success)) for job in jobs for need in job.needs),
    )


def _insert_values(job: NewJob, position: float, seq: int, at: float) -> tuple[Any, ...]:
    status = first_status(job)
    queued = status is JobStatus.QUEUED
    return (
        job.id,
        seq,
        kind_of(job).value,
        status.value,
        job.lane.value,
        position,
        clean(job.title) or title_of(job.request),
        *generator_columns(job.request),
        job.batch_id,
        job.campaign_id,
        job.step_key,
        job.retry_of,
        at,
        at if queued else 0.0,
        at,
        seq if queued else 0,
        to_json(job.request.to_json()),
    )


def first_status(job: NewJob) -> JobStatus:
    """Return the status in which a new job starts."""
    if job.paused:
        return JobStatus.PAUSED
    return JobStatus.WAITING if job.needs else JobStatus.QUEUED


def kind_of(job: NewJob) -> JobKind:
    """Return the job's kind: a step is ``expand`` unless it says ``export``.

    Raises:
        ValueError: The kind does not fit the request.
    """
    if isinstance(job.request, StepRequest):
        if job.kind is JobKind.FINETUNE:
            raise ValueError("a step cannot be a fine-tune")
        return JobKind.EXPORT if job.kind is JobKind.EXPORT else JobKind.EXPAND
    if job.kind in (JobKind.EXPAND, JobKind.EXPORT):
        raise ValueError(f"a job of kind {job.kind} needs a StepRequest")
    return job.kind


def generator_columns(request: Request | StepRequest) -> tuple[str, str]:
    """Return generator and checkpoint id, empty where there are none."""
    if isinstance(request, StepRequest):
        return "", ""
    return request.generator, request.checkpoint.id if request.checkpoint else ""


def title_of(request: Request | StepRequest) -> str:
    """Return one line for people: the beginning of the prompt, or the step's name."""
    if isinstance(request, StepRequest):
        return clean(request.step.replace("_", " ").capitalize())
    line = " ".join(str(request.params.get("prompt") or request.mode)[:400].split())
    if len(line) > _TITLE_LENGTH:
        line = line[: _TITLE_LENGTH - 1].rstrip() + "…"
    return clean(line)


def new_token() -> str:
    """Return a name for one attempt that was never used before."""
    return secrets.token_hex(16)
