"""What the list of jobs shows of one job, and the order and grouping of many. No Qt in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from generators.api import Request
from studio.core.asset import AssetQuery
from studio.core.job import FINAL, Job, JobKind, JobStatus, Lane
from studio.gui.models.job_words import step_words
from studio.gui.translating import manifest_words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from generators.registry import Registry
    from studio.store.library import Library

Section = Literal["next", "ended", "failed"]
SECTIONS: Mapping[Section, frozenset[JobStatus]] = {
    "next": frozenset(
        {JobStatus.QUEUED, JobStatus.WAITING, JobStatus.PAUSED, JobStatus.INTERRUPTED}
    ),
    "ended": frozenset({JobStatus.SUCCEEDED, JobStatus.CANCELLED}),
    "failed": frozenset({JobStatus.FAILED}),
}
LANES = tuple(Lane)
COLLAPSE_FROM = 30  # a batch with so many rows starts collapsed


@dataclass(frozen=True, slots=True)
class JobItem:
    """A job as a row shows it; small, because there may be tens of thousands.

    Attributes:
        order: Sorts the rows of a section.
        what: Such as "Image diffusion · Text to image".
        checkpoint: Name of the weights, or empty.
        modality: ``text``, ``image``, ``audio``, or ``step`` for a campaign step.
    """

    id: str
    status: JobStatus
    lane: Lane
    order: tuple[float, float, str]
    title: str
    what: str
    checkpoint: str
    modality: str
    batch_id: str
    created_at: float
    started_at: float
    finished_at: float
    reason: str
    hint: str
    cancel_requested: bool

    def section(self) -> Section | None:
        """Return where it is listed; None while it runs."""
        return next((key for key, kinds in SECTIONS.items() if self.status in kinds), None)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the list.

    Attributes:
        kind: ``lane`` and ``batch`` are headers.
        key: Id of the job, name of the lane, or batch id with the last job of its run: runs begin
            where jobs start to work or have just ended, so their end is what stays.
        count: Jobs below a header; rows that differ in it alone are the same row.
        jobs: Ids of the jobs of a batch's run, in order.
    """

    kind: Literal["lane", "batch", "job"]
    key: str
    count: int = field(default=0, compare=False)
    batch_id: str = ""
    grouped: bool = False
    jobs: tuple[str, ...] = field(default=(), compare=False)


def make_item(job: Job, registry: Registry) -> JobItem:
    """Return what the list shows of a job."""
    modality, what, checkpoint = "step", "", ""
    request = job.request
    if isinstance(request, Request):
        manifest = registry.find(request.generator)
        mode = manifest.mode(request.mode) if manifest else None
        name = manifest_words(manifest.name) if manifest else request.generator
        what = f"{name} · {manifest_words(mode.label) if mode else request.mode}"
        output = mode.output if mode and mode.output else ""
        modality = output if output in ("text", "image", "audio") else _modality(manifest)
        checkpoint = request.checkpoint.name if request.checkpoint else ""
    else:
        what = step_words(request.step)
    if job.kind is JobKind.FINETUNE:
        modality = "training"
    final = job.status in FINAL
    order = (
        (0.0, -float(job.seq), job.id)
        if final
        else (float(LANES.index(job.lane)), job.position, job.id)
    )
    return JobItem(
        id=job.id,
        status=job.status,
        lane=job.lane,
        order=order,
        title=job.title,
        what=what,
        checkpoint=checkpoint,
        modality=modality,
        batch_id=job.batch_id,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        reason=job.reason,
        hint=job.hint,
        cancel_requested=job.cancel_requested,
    )


def _modality(manifest: object) -> str:
    return str(getattr(manifest, "modality", "text"))


def matches(item: JobItem, words: Collection[str], statuses: Mapping[JobStatus, str]) -> bool:
    """Tell whether every word occurs somewhere in the row, whose status ``statuses`` names."""
    if not words:
        return True
    parts = (item.title, item.what, item.checkpoint, item.reason, statuses[item.status])
    text = " ".join(parts).casefold()
    return all(word in text for word in words)


def layout(
    items: Iterable[JobItem],
    *,
    lanes: bool,
    expanded: Mapping[str, bool],
    known: dict[str, Row] | None = None,
) -> list[Row]:
    """Return the rows for items in order: a header per lane, a header per run of one batch.

    Args:
        items: Sorted.
        lanes: Show lane headers (what is still to come; not what ended).
        expanded: What a person opened or closed, by batch id.
        known: Rows of jobs made before, by id, used again and added to: comparing the same
            objects is what keeps long lists quick.
    """
    rows: list[Row] = []
    ordered = list(items)
    known = {} if known is None else known
    start, lane = 0, None
    counts = _lane_counts(ordered) if lanes else {}
    while start < len(ordered):
        first = ordered[start]
        if lanes and first.lane is not lane:
            lane = first.lane
            rows.append(Row("lane", lane.value, counts[lane]))
        end = _end_of_run(ordered, start, lanes=lanes) if first.batch_id else start + 1
        if end == start + 1:
            rows.append(_job_row(first, known, grouped=False))
        else:
            _add_run(rows, ordered[start:end], expanded, known)
        start = end
    return rows


def _end_of_run(ordered: list[JobItem], start: int, *, lanes: bool) -> int:
    batch_id, lane = ordered[start].batch_id, ordered[start].lane
    for end in range(start + 1, len(ordered)):
        item = ordered[end]
        if item.batch_id != batch_id or (lanes and item.lane is not lane):
            return end
    return len(ordered)


def _job_row(item: JobItem, known: dict[str, Row], *, grouped: bool) -> Row:
    row = known.get(item.id)
    if row is None or row.grouped is not grouped:
        row = known[item.id] = Row("job", item.id, batch_id=item.batch_id, grouped=grouped)
    return row


def _lane_counts(items: list[JobItem]) -> dict[Lane, int]:
    counts: dict[Lane, int] = {}
    for item in items:
        counts[item.lane] = counts.get(item.lane, 0) + 1
    return counts


def _add_run(
    rows: list[Row], run: list[JobItem], expanded: Mapping[str, bool], known: dict[str, Row]
) -> None:
    batch_id, ids = run[0].batch_id, tuple(item.id for item in run)
    rows.append(Row("batch", f"{batch_id}/{ids[-1]}", len(run), batch_id, jobs=ids))
    if expanded.get(batch_id, len(run) < COLLAPSE_FROM):
        rows.extend(_job_row(item, known, grouped=True) for item in run)


def result_paths(library: Library, items: Iterable[JobItem]) -> dict[str, str]:
    """Return the file of the first image that a succeeded job made, by job id."""
    found: dict[str, str] = {}
    for item in items:
        if item.status is JobStatus.SUCCEEDED and item.modality == "image":
            assets = library.assets.page(AssetQuery(job_id=item.id), limit=1)
            if assets and assets[0].modality == "image":
                found[item.id] = str(library.assets.file(assets[0]))
    return found
