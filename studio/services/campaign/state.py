"""How a campaign stands, for window and command line: pieces, counts, what lacks, time left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from generators.registry import Registry
from studio.core.campaign import CampaignStatus, CreativeStatus
from studio.core.errors import UserFacingError
from studio.services.campaign.run import estimate_jobs
from studio.services.campaign.step_finish import missing_pieces
from studio.services.campaign.view import CampaignView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue, Request
    from studio.core.job import StepRequest
    from studio.store.library import Library


@dataclass(frozen=True, slots=True)
class Piece:
    """One creative of the plan, or the music bed.

    Attributes:
        key: As in the plan; ``music`` for the music bed.
        kind: creative, text, logo or music.
        status: draft, approved, rejected, missing, or ``making``.
        reason: Why it is missing.
        asset_id: The composed picture or the music; empty for text and while it is made.
        texts: Copy by field.
        notes: What a person should know of it.
    """

    key: str
    kind: str
    status: str
    placement: str = ""
    size: str = ""
    language: str = ""
    variant: int = 1
    creative_id: str = ""
    asset_id: str = ""
    reason: str = ""
    texts: Mapping[str, JsonValue] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignState:
    """A campaign at one moment.

    Attributes:
        status: running, ready, incomplete or stopped.
        pieces: In the plan's order, the music bed last.
        counts: Pieces by status.
        jobs: Jobs by status.
        missing: (piece, reason), only when nothing is on its way any more.
        dropped: Candidates that were not taken: placement, language, field, text, reasons.
        eta_seconds: Time left by history; None when unknown or over.
        exports: What was exported: folder, zip, files, missing.
    """

    id: str
    name: str
    status: str
    pieces: tuple[Piece, ...]
    counts: Mapping[str, int]
    jobs: Mapping[str, int]
    missing: tuple[tuple[str, str], ...]
    dropped: tuple[Mapping[str, JsonValue], ...]
    warnings: tuple[str, ...]
    eta_seconds: float | None
    exports: tuple[Mapping[str, JsonValue], ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "pieces": [
                {name: getattr(piece, name) for name in Piece.__dataclass_fields__}
                for piece in self.pieces
            ],
            "counts": dict(self.counts),
            "jobs": dict(self.jobs),
            "missing": [{"piece": piece, "reason": reason} for piece, reason in self.missing],
            "dropped": [dict(item) for item in self.dropped],
            "warnings": list(self.warnings),
            "eta_seconds": self.eta_seconds,
            "exports": [dict(item) for item in self.exports],
        }


def campaign_state(
    library: Library, campaign_id: str, registry: Registry | None = None
) -> CampaignState:
    """Return how a campaign stands.

    Raises:
        NotFound: There is no such campaign.
    """
    view = CampaignView(library, campaign_id, registry)
    active = view.active()
    making = [job for job in active if not job.step_key.startswith("export")]
    status = view.record.status
    if status == CampaignStatus.RUNNING and not making:
        status = str(CampaignStatus.STOPPED)
    pieces = (*_creatives(view, busy=bool(making)), *_music(view, busy=bool(making)))
    missing = [] if making else missing_pieces(view)
    exports = [value for key, value in view.data.items() if key.startswith("export/")]
    return CampaignState(
        id=view.id,
        name=view.record.name,
        status=str(status),
        pieces=pieces,
        counts=Counter(piece.status for piece in pieces),
        jobs=Counter(str(job.status) for job in view.jobs),
        missing=tuple((str(m["piece"]), str(m["reason"])) for m in missing),
        dropped=tuple(_dropped(view)),
        warnings=view.plan.warnings,
        eta_seconds=_eta(view, registry) if active else None,
        exports=tuple(exports),
    )


def _creatives(view: CampaignView, *, busy: bool) -> list[Piece]:
    found = []
    for item in view.plan.creatives:
        stored = view.creatives.get(item.key)
        data = stored.data if stored else {}
        lost = view.lost_picture(stored) if stored else ""
        status = stored.status if stored else ("making" if busy else str(CreativeStatus.MISSING))
        found.append(
            Piece(
                item.key, item.kind, str(CreativeStatus.MISSING) if lost else status,
                item.placement, item.size, item.language, item.variant,
                creative_id=stored.id if stored else "",
                asset_id="" if lost else str(data.get("asset_id") or ""),
                reason=lost or str(data.get("reason") or ""),
                texts=data.get("texts") or {},
                notes=tuple(data.get("notes") or ()),
            )
        )  # fmt: skip
    return found


def _music(view: CampaignView, *, busy: bool) -> list[Piece]:
    if not view.plan.music:
        return []
    key = view.music_key()
    asset = view.made_by(key)
    if asset is not None:
        return [Piece("music", "music", str(CreativeStatus.DRAFT), asset_id=asset.id)]
    job = view.job_for(key)
    if busy and job is not None and not job.is_final:
        return [Piece("music", "music", "making")]
    return [Piece("music", "music", str(CreativeStatus.MISSING), reason=view.why_not(key))]


def _dropped(view: CampaignView) -> list[Mapping[str, JsonValue]]:
    found: list[Mapping[str, JsonValue]] = []
    for place, language in view.plan.copies:
        noted = view.data.get(f"copy/{place}/{language}")
        if isinstance(noted, dict):
            where = {"placement": place, "language": language}
            found.extend({**where, **item} for item in noted.get("dropped") or ())
    return found


def _eta(view: CampaignView, registry: Registry | None) -> float | None:
    """Return the time left: jobs that are not over, and those that will follow from them."""
    requests: list[tuple[str, Request | StepRequest]] = [
        (job.step_key.partition("/")[0], job.request) for job in view.active()
    ]
    try:
        if not any(job.step_key.startswith("compose/") for job in view.jobs):
            requests += [("visual", view.maker.visual(v, "").request) for v in view.plan.visuals]
            composed = [item for item in view.plan.creatives if item.size]
            requests += [("compose", view.maker.compose(item).request) for item in composed]
        known = registry or Registry.discover()
        return estimate_jobs(view.library, known, requests)[0]
    except UserFacingError:  # a checkpoint was removed meanwhile: no estimate
        return None
