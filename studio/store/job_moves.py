"""What clients may do to the queue: enqueue, cancel, pause, resume, reorder, edit, retry.

Every move is guarded: it is made only from the states that allow it, inside one transaction, so
that it cannot cross with the engine's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import IllegalMove
from studio.core.job import FINAL, Job, JobStatus, Lane, NewJob, StepRequest
from studio.store import dependencies, job_order, job_rows, new_jobs, retries
from studio.store.job_rows import IS_OPEN
from studio.store.records import clean, to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generators.api import Request
    from studio.store.database import Database
    from studio.store.state_store import StateStore

_AT_REST = frozenset({JobStatus.WAITING, JobStatus.QUEUED, JobStatus.PAUSED})
_WORKING = frozenset({JobStatus.RUNNING, JobStatus.INTERRUPTED})
_BY_PERSON = "Cancelled by you."


class JobMoves:
    """The clients' half of the queue."""

    _db: Database
    _state: StateStore

    def enqueue(self, jobs: Sequence[NewJob], *, batch_title: str = "") -> list[Job]:
        """Add jobs to the end of their lanes, all of them or none; return them as they stand.

        Jobs without an id get one. Several jobs without a batch get a common one.

        Raises:
            NotFound: A need names a job that does not exist.
            ValueError: Jobs wait for one another in a circle, or the request does not fit the kind.
        """
        return new_jobs.add(self._db, jobs, batch_title)

    # cancel -------------------------------------------------------------------------------------

    def cancel(self, ids: Iterable[str], *, reason: str = _BY_PERSON) -> list[Job]:
        """Cancel jobs: at once when they do not run, else at their next step.

        Jobs that have ended are passed over. What waits for a cancelled job is cancelled too.

        Raises:
            NotFound: An id names no job; nothing was cancelled.
            IllegalMove: All of them have ended.
        """
        with self._db.write():
            found = job_rows.require(self._db, ids)
            for job_id, status in found:
                if status in _AT_REST:
                    job_rows.move(self._db, job_id, JobStatus.CANCELLED, reason=reason)
                elif status in _WORKING:
                    job_rows.touch(self._db, job_id, cancel_requested=1)
            dependencies.settle(self._db, [name for name, status in found if status in _AT_REST])
            self._refuse_if_all_final(found, "cancelled")
            return job_rows.read_many(self._db, [job_id for job_id, _ in found])

    @staticmethod
    def _refuse_if_all_final(found: Sequence[tuple[str, JobStatus]], what: str) -> None:
        if found and all(status in FINAL for _, status in found):
            state = found[0][1].value
            raise IllegalMove(
                f"A job that has {state} cannot be {what}."
                if state != JobStatus.CANCELLED
                else f"A job that was cancelled cannot be {what}.",
                "Retry makes a new job of it.",
            )

    def cancel_batch(self, batch_id: str) -> list[Job]:
        """Cancel all jobs of a batch that have not ended."""
        return self._cancel_where(" AND batch_id = ?", (batch_id,))

    def cancel_campaign(self, campaign_id: str) -> list[Job]:
        """Cancel all jobs of a campaign that have not ended."""
        return self._cancel_where(" AND campaign_id = ?", (campaign_id,))

    def cancel_all(self) -> list[Job]:
        """Cancel every job that has not ended."""
        return self._cancel_where("", ())

    def _cancel_where(self, condition: str, values: tuple[str, ...]) -> list[Job]:
        with self._db.write():
            ids = self._db.column(
                f"SELECT id FROM jobs WHERE {IS_OPEN}{condition} ORDER BY number", values
            )
            return self.cancel(ids) if ids else []

    # pause and resume ---------------------------------------------------------------------------

    def pause(self, ids: Iterable[str]) -> list[Job]:
        """Pause jobs: at once when they do not run, else the engine is asked to.

        Raises:
            NotFound: An id names no job; nothing was paused.
            IllegalMove: All of them have ended.
        """
        with self._db.write():
            found = job_rows.require(self._db, ids)
            for job_id, status in found:
                if status in (JobStatus.WAITING, JobStatus.QUEUED):
                    job_rows.move(self._db, job_id, JobStatus.PAUSED, reason="Paused by you.")
                elif status is JobStatus.RUNNING:
                    job_rows.touch(self._db, job_id, pause_requested=1)
            self._refuse_if_all_final(found, "paused")
            return job_rows.read_many(self._db, [job_id for job_id, _ in found])

    def resume(self, ids: Iterable[str]) -> list[Job]:
        """Put paused jobs back into the queue; take back a pause that was only asked for.

        Raises:
            NotFound: An id names no job; nothing was changed.
            IllegalMove: All of them have ended.
        """
        with self._db.write():
            found = job_rows.require(self._db, ids)
            for job_id, status in found:
                if status is JobStatus.PAUSED:
                    there = dependencies.open_status(self._db, job_id)
                    job_rows.move(self._db, job_id, there, reason="")
                elif status is JobStatus.RUNNING:
                    job_rows.touch(self._db, job_id, pause_requested=0)
            self._refuse_if_all_final(found, "resumed")
            return job_rows.read_many(self._db, [job_id for job_id, _ in found])

    def pause_queue(self, reason: str = "") -> None:
        """Let nothing more be claimed; what runs goes on."""
        self._state.pause_queue(reason)

    def resume_queue(self) -> None:
        """Let jobs be claimed again."""
        self._state.resume_queue()

    def queue_paused(self) -> str | None:
        """Return the reason why the queue is paused (may be empty), or None when it is not."""
        return self._state.queue_paused()

    # reorder and edit ---------------------------------------------------------------------------

    def move(
        self,
        job_id: str,
        *,
        before: str | None = None,
        after: str | None = None,
        to_top: bool = False,
        lane: Lane | None = None,
    ) -> Job:
        """Move a job that does not run to another place: next to a job, to a lane's top or end.

        Next to a job means into that job's lane. ``lane`` alone means that lane's end.

        Raises:
            NotFound, IllegalMove: It, or its neighbour, is not there, runs or has ended.
            ValueError: Not exactly one place was named.
        """
        if sum((before is not None, after is not None, to_top)) > 1 or job_id in (before, after):
            raise ValueError("name one place")
        with self._db.write():
            job = self._at_rest(job_id, "moved")
            neighbour = before if before is not None else after
            if neighbour is not None:
                there, position = job_order.beside(
                    self._db, neighbour, job_id, before=before is not None
                )
            else:
                there = lane or job.lane
                position = (
                    job_order.top(self._db, there, job_id)
                    if to_top
                    else job_order.append(self._db, there, 1)[0]
                )
            seq = self._db.next_seq()
            job_rows.change(
                self._db,
                job_id,
                {"seq": seq, "queued_seq": seq, "lane": there.value, "position": position},
            )
            return self._job(job_id)

    def edit(self, job_id: str, request: Request | StepRequest, title: str | None = None) -> Job:
        """Change what a job that does not run will do.

        Raises:
            NotFound: There is no such job.
            IllegalMove: It runs or has ended, or the request is of another kind.
        """
        with self._db.write():
            job = self._at_rest(job_id, "edited")
            if type(request) is not type(job.request):
                raise IllegalMove("A job keeps its kind.", "Add a new job instead.")
            generator, checkpoint_id = job_rows.generator_columns(request)
            was_made = job.title == job_rows.title_of(job.request)
            if title is None:
                title = job_rows.title_of(request) if was_made else job.title
            job_rows.touch(
                self._db,
                job_id,
                request=to_json(request.to_json()),
                title=clean(title) or job_rows.title_of(request),
                generator=generator,
                checkpoint_id=checkpoint_id,
            )
            return self._job(job_id)

    def _at_rest(self, job_id: str, what: str) -> Job:
        job = self._job(job_id)
        if job.status not in _AT_REST:
            raise IllegalMove(
                f"A job that {'has ended' if job.is_final else 'runs'} cannot be {what}.",
                "Retry makes a new job of it." if job.is_final else "Cancel or pause it first.",
            )
        return job

    # retry --------------------------------------------------------------------------------------

    def retry(self, job_id: str, *, request: Request | StepRequest | None = None) -> Job:
        """Make a new job that repeats one that has ended; return the new one.

        Jobs that were cancelled because this one did not succeed are made again too, waiting for
        the new ones, and so are steps that went on without it. A step whose repeat has not begun
        is not repeated twice: that repeat is returned.

        Raises:
            NotFound: There is no such job.
            IllegalMove: It has not ended.
        """
        with self._db.write():
            old = self._job(job_id)
            if not old.is_final:
                raise IllegalMove("Only a job that has ended can be retried.", "Cancel it first.")
            return self._job(retries.retry(self._db, old, request))

    def _job(self, job_id: str) -> Job:
        return job_rows.read(self._db, job_id)
