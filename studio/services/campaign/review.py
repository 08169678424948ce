"""What people do with creatives: approve, reject, edit the copy, remake a part, try a layout."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from studio.core.campaign import CreativeStatus
from studio.core.errors import IllegalMove, InvalidParameter, NotFound
from studio.core.job import Lane
from studio.services.campaign.creatives import record, shown
from studio.services.campaign.step_finish import finalise_job
from studio.services.campaign.view import CampaignView
from studio.services.compose.layouts import layout as find_layout
from studio.services.copywriting.rules import broken_limits
from studio.services.placements import placement
from studio.store.records import CreativeRecord

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from generators.api import JsonValue
    from generators.registry import Registry
    from studio.core.campaign import CreativePlan
    from studio.core.job import Job, NewJob
    from studio.store.library import Library

REVIEWS = (CreativeStatus.DRAFT, CreativeStatus.APPROVED, CreativeStatus.REJECTED)


def set_status(
    library: Library, creative_ids: Iterable[str], status: CreativeStatus | str
) -> list[CreativeRecord]:
    """Approve, reject or take back creatives, and count them anew.

    Raises:
        IllegalMove: One is missing: there is nothing to approve.
        InvalidParameter: Another status than draft, approved or rejected.
    """
    if status not in REVIEWS:
        allowed = f"Allowed: {', '.join(REVIEWS)}."
        raise InvalidParameter("status", f"A creative cannot be set to {status!r:.40}.", allowed)
    with library.transaction():
        found = [library.campaigns.get_creative(item) for item in creative_ids]
        for creative in found:
            if creative.status == CreativeStatus.MISSING:
                raise IllegalMove(
                    f"The creative for {creative.placement} is missing.", "Remake it first."
                )
        changed = [{**item.to_json(), "status": str(status)} for item in found]
        saved = library.campaigns.save_creatives([CreativeRecord.from_json(c) for c in changed])
        for campaign_id in {creative.campaign_id for creative in saved}:
            counts = Counter(item.status for item in library.campaigns.creatives(campaign_id))
            library.campaigns.patch(campaign_id, {"counts": dict(counts)})
    return saved


def edit_copy(
    library: Library,
    creative_id: str,
    texts: Mapping[str, Sequence[str]],
    *,
    cta: str | None = None,
    registry: Registry | None = None,
) -> list[Job]:
    """Change the texts of a creative; a picture is composed again. Return the jobs, maybe none.

    Args:
        library: Where it is.
        creative_id: Which.
        texts: By field; fields that are left out stay as they are.
        cta: Another label for the button.
        registry: Generators, when the caller has them at hand.

    Raises:
        InvalidParameter: A text breaks a limit of its placement; all faults are named.
        NotFound: There is no such creative.
    """
    view, item, old = _open(library, creative_id, registry)
    place = placement(item.placement)
    specs = {spec.key: spec for spec in place.texts}
    kept = {key: list(values) for key, values in (old.data.get("texts") or {}).items()}
    for key, values in texts.items():
        if key not in specs:
            allowed = f"Allowed: {', '.join(specs)}."
            raise InvalidParameter(key, f"{place.name} has no field {key!r:.40}.", allowed)
        kept[key] = [" ".join(value.split()) for value in values if value.strip()]
        for value in kept[key]:
            wrong = broken_limits(value, specs[key], view.brief.brand)
            if wrong:
                raise InvalidParameter(key, f"{specs[key].label}: {wrong[0]}", " ".join(wrong[1:]))
        if not specs[key].count_min <= len(kept[key]) <= specs[key].count_max:
            low, high = specs[key].count_min, specs[key].count_max
            message = f"{specs[key].label}: {len(kept[key])} texts."
            raise InvalidParameter(key, message, f"Allowed: {low} to {high}.")
    if item.kind == "text":
        made = record(view, item, CreativeStatus.DRAFT, texts=kept, old=old)
        library.campaigns.save_creatives([CreativeRecord.from_json(made)])
        return []
    headline, body = shown(item, kept)
    label = str(old.data.get("cta") or view.brief.cta(item.language)) if cta is None else cta
    told = {"texts": kept, "headline": headline, "body": body, "cta": label}
    return _recompose(view, item, told)


def change_layout(
    library: Library, creative_id: str, layout: str, *, registry: Registry | None = None
) -> list[Job]:
    """Compose a creative again in another layout.

    Raises:
        NotFound: There is no such creative or layout.
        IllegalMove: It has no picture.
    """
    view, item, _ = _open(library, creative_id, registry)
    if item.kind != "creative":
        raise IllegalMove("Only a creative with a picture has a layout.")
    return _recompose(view, item, {"layout": find_layout(layout).id})


def remake(
    library: Library,
    creative_id: str,
    what: Literal["copy", "visual"],
    *,
    registry: Registry | None = None,
) -> list[Job]:
    """Have the copy or the visual of one creative made anew; others keep theirs. Return the jobs.

    Raises:
        IllegalMove: A creative without a visual has none to remake.
        NotFound: There is no such creative.
    """
    view, item, old = _open(library, creative_id, registry)
    revision = _next_revision(view)
    if what == "copy":
        write = view.maker.copy(
            item.placement, item.language, 1, revision=revision, lane=Lane.INTERACTIVE
        )
        choose = view.maker.select(
            item.placement, item.language, 1, arguments={"creative": item.key},
            revision=revision, lane=Lane.INTERACTIVE,
        )  # fmt: skip
        return _enqueue(view, revision, [write, choose], {f"compose/{item.key}": revision})
    visual = view.visual_for(item)
    if visual is None:
        raise IllegalMove("This creative has no visual.")
    headline = str(old.data.get("headline") or "")
    picture = view.maker.visual(visual, headline, revision=revision, lane=Lane.INTERACTIVE)
    composed = view.maker.compose(
        item, revision=revision, needs=[picture.id], lane=Lane.INTERACTIVE
    )
    changes = {f"visual/{item.key}": revision, f"compose/{item.key}": revision}
    return _enqueue(view, revision, [picture, composed], changes)


def remake_music(
    library: Library, campaign_id: str, *, registry: Registry | None = None
) -> list[Job]:
    """Have the music bed made anew.

    Raises:
        IllegalMove: The brief wants none.
    """
    view = CampaignView(library, campaign_id, registry)
    if not view.plan.music:
        raise IllegalMove("This campaign has no music.", "Set wanted = true under [music].")
    revision = _next_revision(view)
    job = view.maker.music(revision=revision, lane=Lane.INTERACTIVE)
    return _enqueue(view, revision, [job], {"music": revision})


def remake_missing(
    library: Library, campaign_id: str, *, registry: Registry | None = None
) -> list[Job]:
    """Ask again for everything that is missing: copy where there is none, else the visual."""
    view = CampaignView(library, campaign_id, registry)
    jobs: list[Job] = []
    for item in view.plan.creatives:
        creative = view.creatives.get(item.key)
        if creative is None or creative.status != CreativeStatus.MISSING or item.kind == "logo":
            continue
        noted = view.data.get(f"copy/{item.placement}/{item.language}") or {}
        has_copy = bool(creative.data.get("texts") or noted.get("sets"))
        what: Literal["copy", "visual"] = (
            "visual" if has_copy and item.kind == "creative" else "copy"
        )
        jobs += remake(library, creative.id, what, registry=registry)
    if view.plan.music and view.made_by(view.music_key()) is None:
        jobs += remake_music(library, campaign_id, registry=registry)
    return jobs


def _open(
    library: Library, creative_id: str, registry: Registry | None
) -> tuple[CampaignView, CreativePlan, CreativeRecord]:
    old = library.campaigns.get_creative(creative_id)
    view = CampaignView(library, old.campaign_id, registry)
    key = str(old.data.get("key") or "")
    if not key:
        raise NotFound("This creative is not part of the campaign's plan.")
    return view, view.creative_plan(key), old


def _next_revision(view: CampaignView) -> int:
    return int(view.data.get("revision") or 0) + 1


def _recompose(view: CampaignView, item: CreativePlan, told: Mapping[str, JsonValue]) -> list[Job]:
    revision = _next_revision(view)
    job = view.maker.compose(
        item, revision=revision, arguments=told, needs=view.visual_pending(item),
        lane=Lane.INTERACTIVE,
    )  # fmt: skip
    return _enqueue(view, revision, [job], {f"compose/{item.key}": revision})


def _enqueue(
    view: CampaignView, revision: int, jobs: list[NewJob], changes: Mapping[str, int]
) -> list[Job]:
    """Enqueue jobs with a new check of the whole, and note the revisions; all or nothing."""
    last = finalise_job(view, 1, [job.id for job in jobs], revision)
    with view.library.transaction():
        fresh = view.library.campaigns.get(view.id)
        revisions = {**(fresh.data.get("revisions") or {}), **changes}
        view.library.campaigns.patch(view.id, {"revision": revision, "revisions": revisions})
        return view.library.jobs.enqueue([*jobs, last], batch_title=view.record.name)
