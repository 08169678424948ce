"""The step ``finalise``: when nothing is to come any more, says what is there and what is not."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from studio.core.campaign import CampaignStatus, CreativeStatus
from studio.core.steps import StepOutcome
from studio.services.campaign.ids import piece_key, round_key

if TYPE_CHECKING:
    from generators.api import JsonValue
    from studio.core.job import NewJob
    from studio.services.campaign.view import CampaignView
    from studio.services.steps import StepContext


def finalise(context: StepContext) -> StepOutcome:
    """Mark the campaign ready or incomplete. Arguments: round (from 1)."""
    view = context.view()
    pending = [
        job.id
        for job in view.active(apart_from=context.job_id)
        if not job.step_key.startswith(("finalise", "export"))
    ]
    if pending:
        revision = context.number("revision")
        key = piece_key("finalise", revision=revision)
        number = view.free_round(key, context.number("round", 1) + 1)
        again = finalise_job(view, number, pending, revision)
        return StepOutcome(jobs=(again,), campaign_id=view.id)
    missing = missing_pieces(view)
    status = CampaignStatus.INCOMPLETE if missing else CampaignStatus.READY
    found = Counter(creative.status for creative in view.creatives.values())
    return StepOutcome(
        campaign_id=view.id,
        campaign={"status": str(status), "missing": missing, "counts": dict(found)},
    )


def finalise_job(view: CampaignView, number: int, needs: list[str], revision: int = 0) -> NewJob:
    """Return the job of this step for a round (of a remake, which has a revision)."""
    key = round_key(piece_key("finalise", revision=revision), number)
    told = {"round": number, "revision": revision}
    return view.maker.step("finalise", key, "Check what is there", arguments=told, needs=needs)


def missing_pieces(view: CampaignView) -> list[JsonValue]:
    """Return what was planned and is not there: what it is, and why."""
    found: list[JsonValue] = []
    for item in view.plan.creatives:
        creative = view.creatives.get(item.key)
        if creative is None:
            reason = view.why_not(view.compose_key(item))
            found.append({"piece": item.key, "reason": reason})
        elif creative.status == CreativeStatus.MISSING:
            found.append({"piece": item.key, "reason": str(creative.data.get("reason") or "")})
        elif lost := view.lost_picture(creative):
            found.append({"piece": item.key, "reason": lost})
    if view.plan.music and view.made_by(view.music_key()) is None:
        found.append({"piece": "music", "reason": view.why_not(view.music_key())})
    return found
