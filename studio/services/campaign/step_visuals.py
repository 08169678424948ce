"""The step ``image_prompts``: when all copy is chosen, asks for visuals and creatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.campaign import CreativeStatus
from studio.core.steps import StepOutcome
from studio.services.campaign.creatives import chosen_set, record, shown
from studio.services.campaign.ids import piece_key, round_key

if TYPE_CHECKING:
    from generators.api import JsonValue
    from studio.core.job import NewJob
    from studio.services.campaign.view import CampaignView
    from studio.services.steps import StepContext


def image_prompts(context: StepContext) -> StepOutcome:
    """Write image prompts from chosen copy and brief; enqueue visuals and compositions.

    Where copy is being asked for again, the step asks to be run once more after that.
    Arguments: round (from 1).
    """
    view = context.view()
    number = context.number("round", 1)
    pending = _copy_pending(view)
    if pending:
        again = prompts_job(view, view.free_round(piece_key("prompts"), number + 1), pending)
        return StepOutcome(jobs=(again,), campaign_id=view.id)
    jobs: list[NewJob] = []
    missing: list[dict[str, JsonValue]] = []
    headlines: dict[str, str] = {}
    for at, item in enumerate(view.plan.creatives):
        context.reporter.progress(at, len(view.plan.creatives), "Writing image prompts")
        if item.kind == "logo":
            jobs.append(view.maker.compose(item))
        if item.kind != "creative":
            continue
        copy, reason = chosen_set(view, item)
        if copy is None:
            if item.key in view.creatives:  # run again, after a person had it made in another way
                continue
            missing.append(record(view, item, CreativeStatus.MISSING, data={"reason": reason}))
            continue
        visual = view.visual_for(item)
        needs = []
        if visual is not None:
            headlines.setdefault(visual.key, shown(item, copy)[0])
            needs.append(view.maker.id(visual.key))
        jobs.append(view.maker.compose(item, needs=needs))
    visuals = [
        view.maker.visual(item, headlines[item.key])
        for item in view.plan.visuals
        if item.key in headlines
    ]
    return StepOutcome(
        jobs=(*visuals, *jobs),
        campaign_id=view.id,
        campaign={"prompts": {job.step_key: _prompt(job) for job in visuals}},
        creatives=tuple(missing),
    )


def _prompt(job: NewJob) -> str:
    params = getattr(job.request, "params", {})
    return str(params.get("prompt") or "")


def prompts_job(view: CampaignView, number: int, needs: list[str]) -> NewJob:
    """Return the job of this step for a round."""
    key = round_key(piece_key("prompts"), number)
    return view.maker.step(
        "image_prompts", key, "Write image prompts", arguments={"round": number}, needs=needs
    )


def _copy_pending(view: CampaignView) -> list[str]:
    """Return the ids of selections that are still to come."""
    active = {job.id for job in view.active()}
    waits = []
    for place, language in view.plan.copies:
        noted = view.data.get(f"copy/{place}/{language}")
        if isinstance(noted, dict) and noted.get("status") == "asking":
            following = str(noted.get("next") or "")
            if following in active:
                waits.append(following)
    return waits
