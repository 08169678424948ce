"""Which job runs next: a pure function of what is queued, what is resident and what was measured.

Lanes are strict: interactive before batch before training. Within a lane, jobs whose checkpoint is
resident go before older ones that would need a load, but only so far: nobody is overtaken by more
than ``Bounds.jobs`` jobs, nor for longer than ``Bounds.seconds`` of estimated work. A job that a
person put in front is never overtaken.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studio.core.job import Lane

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

LANE_RANK = {Lane.INTERACTIVE: 0, Lane.BATCH: 1, Lane.TRAINING: 2}
UNKNOWN_LOAD = 10.0  # seconds; a load that was never measured is taken to be worth batching for


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far batching by checkpoint may go.

    Attributes:
        jobs: How many younger jobs may be claimed before one.
        seconds: How much estimated work of younger jobs may go before one, at most.
        per_load_second: A job may wait this many seconds for each second that its load takes:
            saving a short load is not worth a long wait.
        floor: Seconds that it may wait however short its load is.
        worthwhile: Loads shorter than this (seconds) are not worth any overtaking.
        lookahead: How many jobs of a lane are looked at.
    """

    jobs: int = 20
    seconds: float = 600.0
    per_load_second: float = 20.0
    floor: float = 60.0
    worthwhile: float = 0.05
    lookahead: int = 200


@dataclass(frozen=True, slots=True)
class Candidate:
    """A queued job as the scheduler sees it.

    Attributes:
        group: Worker group that must run it.
        checkpoint_id: Empty for a job that loads nothing.
        position: Order within the lane; smaller first.
        created_at: Unix seconds; tells a job that a person moved up from one that is simply old.
        seconds: Estimated run time, 0.0 when unknown.
        load_seconds: Measured load time of its checkpoint, None when never measured.
    """

    id: str
    group: str
    lane: Lane
    position: float
    checkpoint_id: str = ""
    created_at: float = 0.0
    seconds: float = 0.0
    load_seconds: float | None = None

    def order(self) -> tuple[int, float, str]:
        """Return the sort key of the queue."""
        return LANE_RANK[self.lane], self.position, self.id


@dataclass(frozen=True, slots=True)
class Overtaken:
    """How often, and for how many seconds of estimated work, a job was overtaken so far."""

    jobs: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Choice:
    """The job to run next in a group, and the older jobs that it overtakes."""

    job: Candidate
    overtakes: tuple[str, ...] = ()


NEVER = Overtaken()


def choose(
    candidates: Sequence[Candidate],
    resident: Collection[str] = (),
    overtaken: Mapping[str, Overtaken] | None = None,
    bounds: Bounds | None = None,
) -> Choice | None:
    """Return what an idle worker should do next, or None when there is nothing.

    Args:
        candidates: Jobs of this worker's group, sorted by ``Candidate.order``.
        resident: Checkpoint ids that the worker holds.
        overtaken: What earlier claims did to the candidates, by id; missing means never.
        bounds: See ``Bounds``.
    """
    if not candidates:
        return None
    limits = bounds or Bounds()
    history = overtaken or {}
    lane = candidates[0].lane
    head = candidates[0]
    if _free(head, resident, limits) or _put_in_front(candidates):
        return Choice(head)
    ahead: list[str] = []
    spare = limits.seconds
    for job in candidates[: limits.lookahead]:
        if job.lane is not lane:
            break
        if _resident(job, resident):
            return Choice(job, tuple(ahead)) if job.seconds <= spare else Choice(head)
        past = history.get(job.id, NEVER)
        if past.jobs >= limits.jobs:
            break
        spare = min(spare, _patience(job, limits) - past.seconds)
        ahead.append(job.id)
    return Choice(head)


def _resident(job: Candidate, resident: Collection[str]) -> bool:
    return not job.checkpoint_id or job.checkpoint_id in resident


def _free(job: Candidate, resident: Collection[str], bounds: Bounds) -> bool:
    """Tell whether running it now costs no load to speak of."""
    if _resident(job, resident):
        return True
    return job.load_seconds is not None and job.load_seconds < bounds.worthwhile


def _patience(job: Candidate, bounds: Bounds) -> float:
    """Return how many seconds of younger work may go before a job."""
    load = UNKNOWN_LOAD if job.load_seconds is None else job.load_seconds
    return min(bounds.seconds, max(bounds.floor, bounds.per_load_second * load))


def _put_in_front(candidates: Sequence[Candidate], reach: int = 20) -> bool:
    """Tell whether a person moved the first job up: it is younger than what follows it.

    Jobs enqueued together share their time, so the next one of another time is compared.
    """
    head = candidates[0]
    for job in candidates[1 : reach + 1]:
        if job.lane is not head.lane:
            return False
        if job.created_at != head.created_at:
            return job.created_at < head.created_at
    return False


@dataclass(slots=True)
class Ledger:
    """Who was overtaken how far, kept from claim to claim. Forgets jobs that left the queue."""

    past: dict[str, Overtaken] = field(default_factory=dict)

    def claimed(self, choice: Choice) -> None:
        """Record a claim."""
        self.past.pop(choice.job.id, None)
        self.add(choice.overtakes, choice.job.seconds)

    def add(self, ids: Iterable[str], seconds: float, jobs: int = 1) -> None:
        """Add to what jobs suffered; ``jobs=0`` corrects an estimate by what was measured."""
        for job_id in ids:
            old = self.past.get(job_id, NEVER)
            self.past[job_id] = Overtaken(old.jobs + jobs, max(0.0, old.seconds + seconds))

    def keep_only(self, ids: Collection[str]) -> None:
        """Forget every other job."""
        for job_id in [known for known in self.past if known not in ids]:
            del self.past[job_id]


def preempts(waiting: Iterable[Candidate], group: str, running_lane: Lane) -> bool:
    """Tell whether a running training of a group must make way for interactive work."""
    return running_lane is Lane.TRAINING and any(
        job.group == group and job.lane is Lane.INTERACTIVE for job in waiting
    )
