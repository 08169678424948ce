"""What only the engine may do to the queue: claim, report, end an attempt.

Every attempt has a token. ``finish``, ``fail`` and the like look it up inside their transaction, so
a late worker of an older attempt can commit nothing.

Overtaking. The scheduler may take a job from the middle of a lane. To count for each waiting job
how often that happened without updating the many that were passed, a claim that passes somebody
leaves one row in ``overtakes`` (lane, position, sequence number). A job was overtaken as often as
there are rows of its lane behind its position and younger than its place in the queue. Rows that
no queued job lies before any more are deleted, and ``OVERTAKES_KEPT`` bounds what is left, so the
count is exact up to that number.
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from studio.core.job import Job, JobStatus
from studio.store import dependencies, job_rows, new_jobs
from studio.store.errors import StaleAttempt
from studio.store.job_rows import BY_QUEUE, COLUMNS, OVERTAKEN
from studio.store.outcome import assets_of, commit_outcome
from studio.store.records import clean, now, to_json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generators.api import JsonValue
    from studio.core.steps import StepOutcome
    from studio.store.asset_store import AssetStore
    from studio.store.campaign_store import CampaignStore
    from studio.store.database import Database
    from studio.store.records import NewAsset

MAX_DEATHS = 3
OVERTAKES_KEPT = 256
STREAM_KEPT = 100_000  # characters of streamed text that the progress row holds
_TIMINGS_KEPT = 100

_CLAIM = f"""
UPDATE jobs SET status = 'running', seq = :seq, token = :token, worker_key = :worker,
    attempt = attempt + 1, started_at = :now, changed_at = :now, reason = '', hint = '',
    overtaken = {OVERTAKEN}
WHERE id = ({{which}}) AND NOT EXISTS (
    SELECT 1 FROM state WHERE key = 'queue_paused' AND value <> 'null')
RETURNING {COLUMNS}
"""
_CLAIM_FIRST = _CLAIM.format(
    which=f"SELECT id FROM {BY_QUEUE} WHERE status = 'queued'"
    " ORDER BY rank, position, number LIMIT 1"
)
_CLAIM_ONE = _CLAIM.format(which="SELECT id FROM jobs WHERE status = 'queued' AND id = :id")
_REPORT = """
INSERT INTO progress SELECT id, :seq, :done, :total, :phase, :message, :preview, :text, :eta, :now
FROM jobs WHERE token = :token AND token <> ''
ON CONFLICT (job_id) DO UPDATE SET seq = excluded.seq, done = excluded.done,
    total = excluded.total, phase = excluded.phase, message = excluded.message,
    preview = excluded.preview, text = excluded.text, eta_seconds = excluded.eta_seconds,
    updated_at = excluded.updated_at
RETURNING job_id
"""


class JobEngine:
    """The engine's half of the queue."""

    _db: Database
    _assets: AssetStore
    _campaigns: CampaignStore

    def claim(self, worker_key: str, *, job_id: str | None = None) -> Job | None:
        """Take the first queued job, or that of the scheduler's choice; None when there is none.

        The job returned runs, with a new token. A claim lost with the power is only made again,
        so it does not wait for the disk.
        """
        with self._db.write(durable=False):
            values = {
                "seq": self._db.next_seq(),
                "token": job_rows.new_token(),
                "worker": worker_key,
                "now": now(),
            }
            if job_id is None:
                rows = self._db.rows(_CLAIM_FIRST, values)
            else:
                rows = self._db.rows(_CLAIM_ONE, {**values, "id": job_id})
            if not rows:
                return None
            job = job_rows.job_from_row(rows[0])
            self._count_overtaken(job)
            return job

    def _count_overtaken(self, job: Job) -> None:
        first = self._db.value(
            f"SELECT position FROM {BY_QUEUE} WHERE status = 'queued'"
            " AND rank = (SELECT rank FROM jobs WHERE id = ?) ORDER BY position LIMIT 1",
            (job.id,),
        )
        if first is not None and first < job.position:
            self._db.rows(
                "INSERT INTO overtakes VALUES (?, ?, ?)", (job.seq, job.lane.value, job.position)
            )
            self._db.rows(
                "DELETE FROM overtakes WHERE seq IN (SELECT seq FROM overtakes WHERE lane = ?"
                " ORDER BY seq DESC LIMIT -1 OFFSET ?)",
                (job.lane.value, OVERTAKES_KEPT),
            )
        self._db.rows(
            "DELETE FROM overtakes WHERE lane = ? AND position <= ?",
            (job.lane.value, float("inf") if first is None else first),
        )

    def report(  # noqa: PLR0913 - the columns of one row
        self,
        token: str,
        *,
        done: float = 0.0,
        total: float = 0.0,
        phase: str = "",
        message: str = "",
        preview: str = "",
        text: str = "",
        eta_seconds: float | None = None,
    ) -> bool:
        """Overwrite the progress of an attempt; False when the token is not current.

        Call it at most four times a second. Of ``text`` the last 100 kB are kept.
        """
        with self._db.write(durable=False):
            rows = self._db.rows(
                _REPORT,
                {
                    "seq": self._db.next_seq(),
                    "done": _finite(done),
                    "total": _finite(total),
                    "phase": phase,
                    "message": clean(message),
                    "preview": preview,
                    "text": clean(text[-STREAM_KEPT:]),
                    "eta": None if eta_seconds is None else _finite(eta_seconds),
                    "now": now(),
                    "token": token,
                },
            )
        return bool(rows)

    def finish(
        self,
        token: str,
        *,
        assets: Sequence[NewAsset] = (),
        execution: Mapping[str, JsonValue] | None = None,
        run_seconds: float = 0.0,
        follow_up: StepOutcome | None = None,
    ) -> Job:
        """Commit assets, recipes, what follows from the job, and ``succeeded``: all or nothing.

        Every asset's file must lie at its place already (``AssetStore.add_file``). Of the jobs that
        follow, those that are there already stay as they are: a repeated step asks for them again.
        A step that was to be cancelled is, with nothing committed, when further jobs would follow.

        Raises:
            StaleAttempt: The token is not current; nothing was committed.
            LibraryError: A file is not there; nothing was committed.
            NotFound, ValueError: The outcome names jobs that do not fit; nothing was committed.
        """
        with self._db.write():
            job = self._attempt(token)
            if job.cancel_requested and follow_up is not None and follow_up.jobs:
                return self.cancelled(token)  # else a cancelled campaign would go on by itself
            for asset in assets_of(job, assets):
                self._assets.add(asset)
            job_rows.move(
                self._db,
                job.id,
                JobStatus.SUCCEEDED,
                reason="",
                execution=to_json(dict(execution or {})),
                run_seconds=float(run_seconds),
            )
            if follow_up is not None:
                following = commit_outcome(self._campaigns, job, follow_up)
                new_jobs.add(self._db, new_jobs.not_there_yet(self._db, following))
            return self._ended(job.id)

    def fail(
        self, token: str, *, code: str, message: str, hint: str = "", traceback: str = ""
    ) -> Job:
        """End an attempt as ``failed``; what waits for its success is cancelled with the reason.

        Raises:
            StaleAttempt: The token is not current.
        """
        with self._db.write():
            job = self._attempt(token)
            job_rows.move(
                self._db,
                job.id,
                JobStatus.FAILED,
                reason=clean(message),
                hint=clean(hint),
                error_code=code,
                traceback=clean(traceback),
            )
            return self._ended(job.id)

    def cancelled(self, token: str, reason: str = "Cancelled by you.") -> Job:
        """End an attempt as ``cancelled``.

        Raises:
            StaleAttempt: The token is not current.
        """
        with self._db.write():
            job = self._attempt(token)
            job_rows.move(self._db, job.id, JobStatus.CANCELLED, reason=clean(reason))
            return self._ended(job.id)

    def paused(self, token: str, reason: str = "Paused by you.") -> Job:
        """End an attempt as ``paused``; one that was to be cancelled is cancelled instead.

        Where the pause was taken back meanwhile, the job is queued again.

        Raises:
            StaleAttempt: The token is not current.
        """
        with self._db.write():
            job = self._attempt(token)
            if job.cancel_requested:
                return self.cancelled(token)
            if job.pause_requested:
                job_rows.move(self._db, job.id, JobStatus.PAUSED, reason=clean(reason))
            else:
                job_rows.move(self._db, job.id, JobStatus.QUEUED, reason="")
            return self._ended(job.id)

    def requeue(self, token: str, reason: str, *, counts_as_death: bool) -> Job:
        """Take an attempt back whose process is gone: interrupted, then queued again.

        After ``MAX_DEATHS`` deaths of its worker the job is failed instead. A job that was to be
        cancelled or paused is cancelled or paused.

        Raises:
            StaleAttempt: The token is not current.
        """
        with self._db.write():
            job = self._attempt(token)
            deaths = job.worker_deaths + int(counts_as_death)
            reason = clean(reason)
            job_rows.move(
                self._db, job.id, JobStatus.INTERRUPTED, reason=reason, worker_deaths=deaths
            )
            if job.cancel_requested:
                job_rows.move(self._db, job.id, JobStatus.CANCELLED, reason="Cancelled by you.")
            elif counts_as_death and deaths >= MAX_DEATHS:
                job_rows.move(
                    self._db,
                    job.id,
                    JobStatus.FAILED,
                    reason=f"Its worker died {deaths} times. {reason}".strip(),
                    hint="Try a smaller size, or another checkpoint.",
                    error_code="worker_died",
                )
            else:
                job_rows.move(self._db, job.id, JobStatus.QUEUED, reason=reason)
                if job.pause_requested:
                    job_rows.move(self._db, job.id, JobStatus.PAUSED, reason="Paused by you.")
            return self._ended(job.id)

    def note_checkpoint(self, token: str) -> None:
        """Forget the deaths so far: the attempt wrote a new training checkpoint.

        Raises:
            StaleAttempt: The token is not current.
        """
        with self._db.write(durable=False):
            job = self._attempt(token)
            if job.worker_deaths:
                job_rows.touch(self._db, job.id, worker_deaths=0)

    def release_waiting(self) -> list[str]:
        """Look at every waiting job again; return the ids of those that moved."""
        with self._db.write():
            return dependencies.release_waiting(self._db)

    def note_timing(self, key: str, units: float, seconds: float) -> None:
        """Remember how long ``units`` of work took; the newest hundred of a key are kept."""
        with self._db.write(durable=False):
            self._db.rows(
                "INSERT INTO timings (key, units, seconds) VALUES (?, ?, ?)",
                (key, max(0.0, float(units)), max(0.0, float(seconds))),
            )
            self._db.rows(
                "DELETE FROM timings WHERE key = :key AND number <= (SELECT number FROM timings"
                " WHERE key = :key ORDER BY number DESC LIMIT 1 OFFSET :kept)",
                {"key": key, "kept": _TIMINGS_KEPT},
            )

    def _attempt(self, token: str) -> Job:
        row = self._db.row(f"SELECT {COLUMNS} FROM jobs WHERE token = ? AND token <> ''", (token,))
        if row is None:
            raise StaleAttempt(token)
        return job_rows.job_from_row(row)

    def _ended(self, job_id: str) -> Job:
        job = job_rows.read(self._db, job_id)
        if job.is_final:
            dependencies.settle(self._db, [job_id])
        return job


def _finite(value: float) -> float:
    """Return a number that can be stored and shown: SQLite keeps no NaN."""
    number = float(value)
    return number if isfinite(number) else 0.0
