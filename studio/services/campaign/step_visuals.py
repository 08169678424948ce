"""The step ``image_prompts``: when all copy is chosen, asks for visuals and creatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.campaign import CreativeStatus
from studio.core.steps import StepOutcome
from studio.services.campaign.creatives import chosen_set, record, shown
from studio.services.campaign.ids import piece_key, round_key

if TYPE_CHECKING:
    from generators.api import JsonValue
    from studio.core.campaign import CreativePlan
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
        if copy is None and not _is_there(view, item):
            missing.append(record(view, item, CreativeStatus.MISSING, data={"reason": reason}))
        if copy is None or _made_otherwise(view, item):
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


def _is_there(view: CampaignView, item: CreativePlan) -> bool:
    """Tell whether a creative has been made, or has copy that a person asked for alone."""
    made = view.creatives.get(item.key)
    if made is None:
        return False
    return made.status != CreativeStatus.MISSING or bool(made.data.get("texts"))


def _made_otherwise(view: CampaignView, item: CreativePlan) -> bool:
    """Tell whether a person had a creative made before this step could ask for it."""
    return _is_there(view, item) and view.job_for(piece_key("compose", item.key)) is None


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
