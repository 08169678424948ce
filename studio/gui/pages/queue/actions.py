"""What a person can do to jobs, said once: for buttons, menus, keys and the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.core.job import FINAL, JobStatus, Lane, NewJob
from studio.gui.messages import Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generators.api import Request
    from studio.core.job import Job
    from studio.gui.context import AppContext
    from studio.store.library import Library

MANY = 5  # cancelling more jobs than this at once asks first


class QueueActions(QObject):
    """Moves of jobs, in the background, with what they say afterwards."""

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._context = context

    # cancel and retry ---------------------------------------------------------------------------

    def cancel(self, ids: Sequence[str]) -> None:
        """Cancel jobs; asks first when there are many."""
        if len(ids) > MANY:
            self._ask_cancel(len(ids), lambda: self._cancel(list(ids)))
        elif ids:
            self._cancel(list(ids))

    def cancel_all(self) -> None:
        """Cancel everything that has not ended; asks first."""
        facts = self._context.engine.facts
        paused = facts.counts.get(JobStatus.PAUSED, 0) if facts else 0
        count = (facts.active if facts else 0) + paused
        if count:
            self._ask_cancel(count, self._cancel_everything)

    def _ask_cancel(self, count: int, run: Callable[[], None]) -> None:
        self._context.messages.ask(
            self.tr("Cancel %n job(s)?", "", count),
            self.tr("What was made so far stays in the library."),
            (
                Choice(self.tr("Cancel them"), run, "danger"),
                Choice(self.tr("Keep them"), lambda: None),
            ),
            "queue.cancel",
        )

    def _cancel(self, ids: list[str]) -> None:
        self._write(lambda library: library.jobs.cancel(ids), self._cancelled)

    def _cancel_everything(self) -> None:
        self._write(lambda library: library.jobs.cancel_all(), self._cancelled)

    def _cancelled(self, jobs: list[Job]) -> None:
        at_once = [job.id for job in jobs if job.status is JobStatus.CANCELLED]
        running = len(jobs) - len(at_once)
        if at_once:
            self._context.messages.good(
                self.tr("%n job(s) cancelled", "", len(at_once)),
                Choice(self.tr("Undo"), lambda: self.retry(at_once, quiet=True)),
            )
        elif running:
            self._context.messages.good(self.tr("The job stops at its next step"))

    def retry(self, ids: Sequence[str], *, quiet: bool = False) -> None:
        """Make new jobs of some that ended.

        Args:
            ids: Those that have not ended are passed over.
            quiet: Say nothing (an undo speaks for itself).
        """
        wanted = list(ids)

        def run(library: Library) -> list[Job]:
            with library.transaction():
                old = [job for job in library.jobs.get_many(wanted) if job.status in FINAL]
                return [library.jobs.retry(job.id) for job in old]

        def told(jobs: list[Job]) -> None:
            if jobs and not quiet:
                self._context.messages.good(self.tr("%n job(s) queued again", "", len(jobs)))

        self._write(run, told)

    def retry_with(
        self, job_id: str, request: Request, done: Callable[[], None], failed: Callable[[], None]
    ) -> None:
        """Make a new job of one that ended, with other values."""
        self._write_told(
            lambda library: library.jobs.retry(job_id, request=request),
            self.tr("Queued again with your changes"),
            done,
            failed,
        )

    def add_like(
        self, job_id: str, request: Request, done: Callable[[], None], failed: Callable[[], None]
    ) -> None:
        """Queue another job in the lane of one that runs, with other values."""

        def run(library: Library) -> object:
            old = library.jobs.get(job_id)
            return library.jobs.enqueue([NewJob(request, old.kind, old.lane)])

        self._write_told(run, self.tr("Queued as another job"), done, failed)

    # pause, resume, order -----------------------------------------------------------------------

    def pause(self, ids: Sequence[str]) -> None:
        """Pause jobs."""
        wanted = list(ids)
        self._write(lambda library: library.jobs.pause(wanted))

    def resume(self, ids: Sequence[str]) -> None:
        """Put paused jobs back into the queue."""
        wanted = list(ids)
        self._write(lambda library: library.jobs.resume(wanted))

    def to_top(self, ids: Sequence[str]) -> None:
        """Move jobs before all others of their lane, in their order."""
        wanted = list(reversed(ids))

        def run(library: Library) -> None:
            with library.transaction():
                for job_id in wanted:
                    library.jobs.move(job_id, to_top=True)

        self._write(run)

    def place(self, ids: Sequence[str], before: str, after: str) -> None:
        """Move jobs, in their order, before or after another one."""
        wanted = list(ids)

        def run(library: Library) -> None:
            with library.transaction():
                anchor = after
                for job_id in wanted:
                    if before:
                        library.jobs.move(job_id, before=before)
                    elif anchor:
                        library.jobs.move(job_id, after=anchor)
                        anchor = job_id

        self._write(run)

    def step(self, ids: Sequence[str], neighbours: tuple[str, str]) -> None:
        """Move jobs one place: before the first or after the second neighbour, if there is one."""
        before, after = neighbours
        if before or after:
            self.place(ids, before, after)

    def to_lane(self, ids: Sequence[str], lane: Lane) -> None:
        """Move jobs to the end of another lane."""
        wanted = list(ids)

        def run(library: Library) -> None:
            with library.transaction():
                for job_id in wanted:
                    library.jobs.move(job_id, lane=lane)

        self._write(run)

    def edit(
        self, job_id: str, request: Request, done: Callable[[], None], failed: Callable[[], None]
    ) -> None:
        """Change what a waiting job will do."""
        self._write_told(
            lambda library: library.jobs.edit(job_id, request),
            self.tr("Changes saved"),
            done,
            failed,
        )

    # the whole queue ----------------------------------------------------------------------------

    def pause_queue(self) -> None:
        """Let nothing more start."""
        reason = self.tr("Paused by you.")
        self._write(lambda library: library.jobs.pause_queue(reason))

    def resume_queue(self) -> None:
        """Let jobs start again."""
        self._write(lambda library: library.jobs.resume_queue())

    def retry_failed(self) -> None:
        """Queue again every failed job that was not retried yet."""

        def run(library: Library) -> list[Job]:
            with library.transaction():
                failed = library.jobs.list(statuses=(JobStatus.FAILED,), limit=1000)
                fresh = [job for job in failed if not library.jobs.retries(job.id)]
                return [library.jobs.retry(job.id) for job in fresh]

        def told(jobs: list[Job]) -> None:
            self._context.messages.good(self.tr("%n job(s) queued again", "", len(jobs)))

        self._write(run, told)

    def _write(
        self,
        operation: Callable[[Library], object],
        success: Callable[..., None] | None = None,
    ) -> None:
        self._context.store.write(self, operation, success)

    def _write_told(
        self,
        operation: Callable[[Library], object],
        words: str,
        done: Callable[[], None],
        failed: Callable[[], None],
    ) -> None:
        """Write, say that it worked or why it did not, and tell whoever asked."""

        def told(_result: object) -> None:
            self._context.messages.good(words)
            done()

        def refused(error: Exception) -> None:
            self._context.store.show(error)
            failed()

        self._context.store.write(self, operation, told, refused)
