"""What a campaign step asks to be committed, together with its job's ``succeeded``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generators.api import JsonValue, Request
from studio.core.job import JobKind, Lane, Need, NewJob, StepRequest

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """The result of an ``expand`` or ``export`` job; the store commits all of it or nothing.

    Attributes:
        jobs: Jobs that follow from it.
        campaign_id: The campaign that ``campaign`` and ``creatives`` belong to.
        campaign: Keys to set in the campaign's ``data``, with ``status`` for its status.
        creatives: Creatives to insert or replace, as ``CreativeRecord`` in JSON.
    """

    jobs: tuple[NewJob, ...] = ()
    campaign_id: str = ""
    campaign: Mapping[str, JsonValue] = field(default_factory=dict)
    creatives: tuple[Mapping[str, JsonValue], ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        return {
            "jobs": [job_to_json(job) for job in self.jobs],
            "campaign_id": self.campaign_id,
            "campaign": dict(self.campaign),
            "creatives": [dict(creative) for creative in self.creatives],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, JsonValue]) -> StepOutcome:
        """Read what ``to_json`` wrote."""
        return cls(
            jobs=tuple(job_from_json(item) for item in data.get("jobs") or ()),
            campaign_id=str(data.get("campaign_id", "")),
            campaign=dict(data.get("campaign") or {}),
            creatives=tuple(dict(item) for item in data.get("creatives") or ()),
        )


def job_to_json(job: NewJob) -> dict[str, JsonValue]:
    """Return a new job as plain JSON values."""
    return {
        "request": job.request.to_json(),
        "kind": job.kind.value,
        "lane": job.lane.value,
        "id": job.id,
        "title": job.title,
        "needs": [[need.job_id, need.success] for need in job.needs],
        "batch_id": job.batch_id,
        "campaign_id": job.campaign_id,
        "step_key": job.step_key,
        "retry_of": job.retry_of,
        "paused": job.paused,
    }


def request_from_json(kind: JobKind, data: Mapping[str, JsonValue]) -> Request | StepRequest:
    """Read a job's request: a step for ``expand`` and ``export``, else a generator's."""
    if kind in (JobKind.EXPAND, JobKind.EXPORT):
        return StepRequest.from_json(data)
    return Request.from_json(data)


def job_from_json(data: Mapping[str, JsonValue]) -> NewJob:
    """Read what ``job_to_json`` wrote."""
    kind = JobKind(data["kind"])
    return NewJob(
        request=request_from_json(kind, data["request"]),
        kind=kind,
        lane=Lane(data["lane"]),
        id=str(data.get("id", "")),
        title=str(data.get("title", "")),
        needs=tuple(Need(str(job_id), bool(ok)) for job_id, ok in data.get("needs") or ()),
        batch_id=str(data.get("batch_id", "")),
        campaign_id=str(data.get("campaign_id", "")),
        step_key=str(data.get("step_key", "")),
        retry_of=str(data.get("retry_of", "")),
        paused=bool(data.get("paused", False)),
    )
