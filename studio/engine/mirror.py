"""The queued jobs in memory, kept up with the database by what changed since last time.

Only a copy: the claim decides. It spares reading thousands of rows for each job that is started.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from studio.core.job import JobStatus
from studio.engine.scheduler import Candidate, Overtaken

if TYPE_CHECKING:
    from studio.core.job import Job
    from studio.engine.catalogue import Catalogue
    from studio.engine.scheduler import Ledger
    from studio.store.library import Library

LIMIT = 2000  # queued jobs that are looked at; those behind them come as these go
MANY = 300  # with more changes than this, reading the queue anew is cheaper


class QueueMirror:
    """Queued jobs by worker group, in queue order.

    Attributes:
        asked: Running jobs of which a client has asked to cancel or pause, by id.
        waiting: Whether jobs are queued at all.
    """

    def __init__(self, library: Library, catalogue: Catalogue, ledger: Ledger) -> None:
        self._library = library
        self._catalogue = catalogue
        self._ledger = ledger
        self._jobs: dict[str, Job] = {}
        self._candidates: dict[str, Candidate] = {}
        self._groups: dict[str, list[Candidate]] = {}
        self._seq = -1
        self._last: tuple[int, float, str] | None = None  # of the rows that were read
        self._version = catalogue.version
        self._stale = False
        self.asked: dict[str, Job] = {}
        self.state_changed = True

    @property
    def groups(self) -> list[str]:
        """Return the groups with work, the one whose first job is due earliest first."""
        filled = [(jobs[0].order(), group) for group, jobs in self._groups.items() if jobs]
        return [group for _, group in sorted(filled)]

    @property
    def count(self) -> int:
        """Return how many queued jobs are known."""
        return len(self._jobs)

    def queue(self, group: str) -> list[Candidate]:
        """Return the queued jobs of a group in queue order (not to be changed)."""
        return self._groups.get(group, [])

    def all(self) -> list[Candidate]:
        """Return all queued jobs that are known."""
        return list(self._candidates.values())

    def drop(self, job_id: str) -> None:
        """Forget a job: it was claimed."""
        self._jobs.pop(job_id, None)
        candidate = self._candidates.pop(job_id, None)
        if candidate is None:
            return
        queue = self._groups[candidate.group]
        place = bisect_left(queue, candidate.order(), key=Candidate.order)
        if place < len(queue) and queue[place].id == job_id:
            del queue[place]

    def distrust(self) -> None:
        """Read the whole queue at the next refresh: the database did not agree with what is here.

        Its row need not have changed, so that what changed since last time does not tell.
        """
        self._stale = True

    def refresh(self) -> None:
        """Take in everything that changed since the last call."""
        if self._seq < 0:
            self._reload()
            return
        changed: list[str] = []
        more = True
        while more:
            changes = self._library.changes_since(self._seq)
            self._seq, more = changes.seq, changes.more
            changed += changes.jobs
            self.state_changed = self.state_changed or changes.state
            if changes.models:
                self._catalogue.models_changed()
        short = self._last is not None and len(self._jobs) < LIMIT // 2
        if len(changed) > MANY or short or self._stale:
            self._reload()
        elif changed:
            for job in self._library.jobs.get_many(dict.fromkeys(changed)):
                self._take(job)
        if self._version != self._catalogue.version:
            self._value_anew()

    def _reload(self) -> None:
        self._stale = False
        self._seq = self._library.sequence()  # first: what changes meanwhile is read again
        jobs = self._library.jobs.claimable(LIMIT)
        first = not self._jobs
        self._jobs = {job.id: job for job in jobs}
        self._value_anew()
        order = [self._candidates[job.id].order() for job in jobs]
        self._last = order[-1] if len(jobs) >= LIMIT else None
        if first:
            for job in jobs:
                if job.overtaken:
                    self._ledger.past.setdefault(job.id, Overtaken(job.overtaken))
        self._ledger.keep_only(self._jobs.keys())
        self.asked = {
            job.id: job
            for job in self._library.jobs.running()
            if job.cancel_requested or job.pause_requested
        }

    def _value_anew(self) -> None:
        self._version = self._catalogue.version
        self._candidates = {
            job_id: self._catalogue.candidate(job) for job_id, job in self._jobs.items()
        }
        self._groups = {}
        for candidate in sorted(self._candidates.values(), key=Candidate.order):
            self._groups.setdefault(candidate.group, []).append(candidate)

    def _take(self, job: Job) -> None:
        self.drop(job.id)
        self.asked.pop(job.id, None)
        if job.status is JobStatus.QUEUED:
            candidate = self._catalogue.candidate(job)
            if self._last is None or candidate.order() <= self._last:
                self._jobs[job.id] = job
                self._candidates[job.id] = candidate
                insort(self._groups.setdefault(candidate.group, []), candidate, key=Candidate.order)
        elif job.status is JobStatus.RUNNING and (job.cancel_requested or job.pause_requested):
            self.asked[job.id] = job
