"""A job: one unit of work in the queue, its states and the moves between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue, Request


class JobStatus(StrEnum):
    """Where a job stands. The last three are final and never change."""

    WAITING = "waiting"  # for other jobs
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    INTERRUPTED = "interrupted"  # its process is gone; becomes queued when the engine recovers
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(StrEnum):
    """What does the work: a generator, a trainer, or a step on services."""

    GENERATE = "generate"
    FINETUNE = "finetune"
    EXPAND = "expand"
    EXPORT = "export"


class Lane(StrEnum):
    """Priority: every interactive job before any batch job before any training."""

    INTERACTIVE = "interactive"
    BATCH = "batch"
    TRAINING = "training"


FINAL = frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED})
#: Moves that are legal at all, whoever makes them.
MOVES: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.WAITING: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED, JobStatus.PAUSED}),
    JobStatus.QUEUED: frozenset(
        {JobStatus.RUNNING, JobStatus.CANCELLED, JobStatus.PAUSED, JobStatus.FAILED}
    ),
    JobStatus.RUNNING: frozenset(
        {*FINAL, JobStatus.PAUSED, JobStatus.INTERRUPTED, JobStatus.QUEUED}
    ),
    JobStatus.PAUSED: frozenset({JobStatus.QUEUED, JobStatus.CANCELLED, JobStatus.WAITING}),
    JobStatus.INTERRUPTED: frozenset({JobStatus.QUEUED, JobStatus.FAILED, JobStatus.CANCELLED}),
    JobStatus.SUCCEEDED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}
#: Moves that a client may make by itself; everything else is the engine's.
CLIENT_MOVES: Mapping[JobStatus, frozenset[JobStatus]] = {
    JobStatus.WAITING: frozenset({JobStatus.CANCELLED, JobStatus.PAUSED}),
    JobStatus.QUEUED: frozenset({JobStatus.CANCELLED, JobStatus.PAUSED}),
    JobStatus.PAUSED: frozenset({JobStatus.CANCELLED, JobStatus.QUEUED, JobStatus.WAITING}),
}


def may_move(start: JobStatus, end: JobStatus) -> bool:
    """Tell whether a job may ever move from ``start`` to ``end``."""
    return end in MOVES[start]


@dataclass(frozen=True, slots=True)
class StepRequest:
    """What an ``expand`` or ``export`` job does, on services, without torch.

    Attributes:
        step: Name of a registered step, such as ``copy_select``.
        arguments: Plain JSON values.
    """

    step: str
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        return {"step": self.step, "arguments": dict(self.arguments)}

    @classmethod
    def from_json(cls, data: Mapping[str, JsonValue]) -> StepRequest:
        """Read what ``to_json`` wrote."""
        return cls(str(data["step"]), dict(data.get("arguments") or {}))


@dataclass(frozen=True, slots=True)
class Need:
    """A job that must end first. ``success``: it must succeed; else any final state will do."""

    job_id: str
    success: bool = True


@dataclass(frozen=True, slots=True)
class NewJob:
    """A job to be enqueued.

    Attributes:
        request: What to do; its kind follows from the type unless ``kind`` says finetune/export.
        id: Given by the caller when others must name it before it exists; else made.
        title: One line for people; made from the prompt when empty.
        needs: Jobs that must end before it; with any, it starts as ``waiting``.
        campaign_id, step_key: For campaign steps (``step_key`` such as ``visual/meta_feed/1``).
        retry_of: The job that this one repeats.
        paused: Start as ``paused``.
    """

    request: Request | StepRequest
    kind: JobKind = JobKind.GENERATE
    lane: Lane = Lane.INTERACTIVE
    id: str = ""
    title: str = ""
    needs: tuple[Need, ...] = ()
    batch_id: str = ""
    campaign_id: str = ""
    step_key: str = ""
    retry_of: str = ""
    paused: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A row of the queue, as last read. Times are Unix seconds, 0.0 for "not yet".

    Attributes:
        seq: Rises with every change of the library; newer rows have larger ones.
        position: Order within a lane; smaller first.
        attempt: How many times it was claimed.
        token: Of the current attempt; empty unless running.
        worker_deaths: Unexplained deaths of its worker so far.
        reason: Why it is where it is (failed, cancelled, interrupted), one sentence.
        hint: What a person can do about it.
        overtaken: How many younger jobs were claimed before it.
    """

    id: str
    seq: int
    kind: JobKind
    status: JobStatus
    lane: Lane
    position: float
    title: str
    request: Request | StepRequest
    generator: str = ""
    checkpoint_id: str = ""
    batch_id: str = ""
    campaign_id: str = ""
    step_key: str = ""
    retry_of: str = ""
    created_at: float = 0.0
    queued_at: float = 0.0
    started_at: float = 0.0
    finished_at: float = 0.0
    cancel_requested: bool = False
    pause_requested: bool = False
    attempt: int = 0
    token: str = ""
    worker_deaths: int = 0
    reason: str = ""
    hint: str = ""
    overtaken: int = 0

    @property
    def is_final(self) -> bool:
        """Tell whether it can change no more."""
        return self.status in FINAL


@dataclass(frozen=True, slots=True)
class JobProgress:
    """The mutable side of a running job, at most four times a second.

    Attributes:
        phase: ``loading`` or ``running``.
        preview: Absolute path of the newest preview picture, or empty.
        text: What was streamed so far (its last 100 kB).
        eta_seconds: Time left, or None when there is no history for it.
    """

    job_id: str
    seq: int
    done: float = 0.0
    total: float = 0.0
    phase: str = ""
    message: str = ""
    preview: str = ""
    text: str = ""
    eta_seconds: float | None = None
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class JobEvent:
    """One line of history: a change of status, never overwritten."""

    seq: int
    job_id: str
    at: float
    before: str
    after: str
    reason: str = ""
