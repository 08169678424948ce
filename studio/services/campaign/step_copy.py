"""The step ``copy_select``: chooses copy, asks again for what does not fit, says what lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.asset import AssetQuery
from studio.core.campaign import CreativeStatus
from studio.core.job import JobStatus, Lane
from studio.core.steps import StepOutcome
from studio.services.campaign.creatives import record, texts_for
from studio.services.campaign.ids import piece_key, round_key
from studio.services.campaign.planning import COPY_ROUNDS
from studio.services.copywriting.selecting import read_candidates, select, takes_many
from studio.services.files.texts import whole_text
from studio.services.placements import placement

if TYPE_CHECKING:
    from generators.api import JsonValue
    from studio.core.campaign import CreativePlan
    from studio.core.job import NewJob
    from studio.services.campaign.view import CampaignView
    from studio.services.copywriting.selecting import Selection
    from studio.services.steps import StepContext


def copy_select(context: StepContext) -> StepOutcome:
    """Choose copy for one placement and language; see ``studio.services.copywriting``.

    Arguments: placement, language, round (from 1), revision; ``creative`` when the copy of that
    creative alone is remade.
    """
    view = context.view()
    place, language = placement(context.text("placement")), context.text("language")
    revision, number = context.number("revision"), context.number("round", 1)
    only = context.text("creative")
    copy_key = piece_key("copy", place.id, language, revision=revision)
    number = _newest_round(view, copy_key, number)
    texts = _written(view, copy_key, number, context)
    pools = read_candidates(texts, place)
    wanted = 1 if only or takes_many(place) else view.brief.variants
    used = _used(view, place.id, language) if only else ()
    selection = select(place, pools, view.brief, language, sets=wanted, used=used)
    context.reporter.progress(1, 1, f"{len(selection.sets)} of {wanted} chosen")
    noted = _noted(view, copy_key, number, selection)
    if len(selection.sets) < wanted and _can_ask_again(view, copy_key, number):
        return _ask_again(context, view, noted, number)
    if only:
        return _for_one_creative(context, view, selection, noted)
    return StepOutcome(
        campaign_id=view.id,
        campaign={_data_key(place.id, language): {**noted, "status": "done"}},
        creatives=tuple(_text_creatives(view, place.id, language, noted)),
    )


def _data_key(place: str, language: str) -> str:
    return f"copy/{place}/{language}"


def _newest_round(view: CampaignView, copy_key: str, number: int) -> int:
    """Return the round to choose from: run again by a person, there may be later ones by now."""
    while (job := view.job_for(round_key(copy_key, number + 1))) is not None and job.is_final:
        number += 1
    return number


def _written(view: CampaignView, copy_key: str, number: int, context: StepContext) -> list[str]:
    """Return what was written in this round and those before."""
    texts: list[str] = []
    for each in range(1, number + 1):
        key = round_key(copy_key, each)
        ids = [job.id for job in view.jobs if job.step_key == key]
        for job_id in ids:
            assets = view.library.assets.page(AssetQuery(job_id=job_id, order="oldest"), limit=200)
            texts.extend(
                whole_text(view.library, asset) for asset in assets if asset.modality == "text"
            )
        context.reporter.progress(each, number + 1, "Reading candidates")
    return texts


def _used(view: CampaignView, place: str, language: str) -> tuple[str, ...]:
    """Return the texts of all creatives of a placement: a remake must read differently."""
    found = []
    for creative in view.creatives.values():
        if creative.placement == place and creative.language in ("", language):
            for texts in (creative.data.get("texts") or {}).values():
                found.extend(texts)
    brief = view.brief
    return tuple(text for text in dict.fromkeys(found) if text != brief.brand.name)


def _noted(
    view: CampaignView, copy_key: str, number: int, selection: Selection
) -> dict[str, JsonValue]:
    noted = {**selection.to_json(), "round": number}
    job = view.job_for(round_key(copy_key, number))
    if job is not None and job.status is not JobStatus.SUCCEEDED:
        reason = view.why_not(round_key(copy_key, number))
        noted["lacking"] = [f"The copy could not be written. {reason}", *selection.lacking]
    return noted


def _can_ask_again(view: CampaignView, copy_key: str, number: int) -> bool:
    """Tell whether another try makes sense: not after a failure, not more often than agreed."""
    job = view.job_for(round_key(copy_key, number))
    return number < COPY_ROUNDS and job is not None and job.status is JobStatus.SUCCEEDED


def _ask_again(
    context: StepContext, view: CampaignView, noted: dict[str, JsonValue], number: int
) -> StepOutcome:
    """Return the next round after round ``number``."""
    place, language = context.text("placement"), context.text("language")
    revision, following = context.number("revision"), number + 1
    only = context.text("creative")
    lane = Lane.INTERACTIVE if only else Lane.BATCH
    told = {"creative": only} if only else {}
    write = view.maker.copy(place, language, following, revision=revision, lane=lane)
    choose = view.maker.select(
        place, language, following, revision=revision, arguments=told, lane=lane
    )
    changes: dict[str, JsonValue] = {}
    if not only:
        changes[_data_key(place, language)] = {**noted, "status": "asking", "next": choose.id}
    return StepOutcome(jobs=(write, choose), campaign_id=view.id, campaign=changes)


def _text_creatives(
    view: CampaignView, place: str, language: str, noted: dict[str, JsonValue]
) -> list[dict[str, JsonValue]]:
    """Return the creatives of a placement that are text alone."""
    found = []
    for item in view.plan.creatives:
        if item.kind != "text" or (item.placement, item.language) != (place, language):
            continue
        sets = noted["sets"]
        if _was_changed(view, item):
            continue
        if sets:
            found.append(record(view, item, CreativeStatus.DRAFT, texts=sets[0]))
        else:
            reason = "No candidate: " + " ".join(noted["lacking"])
            found.append(record(view, item, CreativeStatus.MISSING, data={"reason": reason}))
    return found


def _was_changed(view: CampaignView, item: CreativePlan) -> bool:
    """Tell whether a person has given a text another wording than was chosen before."""
    old = view.creatives.get(item.key)
    if old is None or old.status == CreativeStatus.MISSING:
        return False
    before = (view.data.get(_data_key(item.placement, item.language)) or {}).get("sets") or []
    return old.data.get("texts") != (before[0] if before else None)


def _for_one_creative(
    context: StepContext, view: CampaignView, selection: Selection, noted: dict[str, JsonValue]
) -> StepOutcome:
    """Return what follows when the copy of one creative was remade."""
    item = view.creative_plan(context.text("creative"))
    old = view.creatives.get(item.key)
    if not selection.sets:  # the old copy stays; the person sees why nothing came of it
        if old is None:
            reason = "No candidate: " + " ".join(noted["lacking"])
            made = record(view, item, CreativeStatus.MISSING, data={"reason": reason})
            return StepOutcome(campaign_id=view.id, creatives=(made,))
        told = {**noted, "revision": context.number("revision")}
        note = {**old.data, "last_remake": told}
        kept = {**old.to_json(), "data": note}
        return StepOutcome(campaign_id=view.id, creatives=(kept,))
    texts = selection.sets[0]
    if item.kind == "text":
        made = record(view, item, CreativeStatus.DRAFT, texts=texts, old=old)
        return StepOutcome(campaign_id=view.id, creatives=(made,))
    told = {"texts": texts, **texts_for(item, [texts], view.brief)}
    return _compose_with(view, item, told, context.number("revision"))


def _compose_with(
    view: CampaignView, item: CreativePlan, told: dict[str, JsonValue], revision: int
) -> StepOutcome:
    """Return the composition, and the visual too where there is none to compose it on."""
    jobs: list[NewJob] = []
    changes: dict[str, JsonValue] = {}
    visual = view.visual_for(item)
    if visual is not None and not view.has_visual(item) and not view.visual_pending(item):
        headline = str(told.get("headline") or "")
        jobs.append(view.maker.visual(visual, headline, revision=revision, lane=Lane.INTERACTIVE))
        known = view.data.get("revisions") or {}
        changes["revisions"] = {**known, f"visual/{item.key}": revision}
    needs = [job.id for job in jobs] + view.visual_pending(item)
    jobs.append(
        view.maker.compose(
            item, revision=revision, arguments=told, needs=needs, lane=Lane.INTERACTIVE
        )
    )
    return StepOutcome(jobs=tuple(jobs), campaign_id=view.id, campaign=changes)
