"""What people do with creatives: approve, reject, edit the copy, remake a part, try a layout."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from studio.core.campaign import CreativeStatus
from studio.core.errors import IllegalMove, InvalidParameter, NotFound
from studio.core.job import Lane
from studio.services.campaign.creatives import chosen_set, record, shown
from studio.services.campaign.step_finish import finalise_job, missing_pieces
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

What = Literal["copy", "visual"]
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
    library: Library, creative_id: str, what: What, *, registry: Registry | None = None
) -> list[Job]:
    """Have the copy or the visual of one creative made anew; others keep theirs. Return the jobs.

    Raises:
        IllegalMove: A creative without a visual has none to remake.
        NotFound: There is no such creative.
    """
    view, item, _ = _open(library, creative_id, registry)
    return _remake(view, item, what)


def remake_piece(
    library: Library, campaign_id: str, key: str, what: What, *, registry: Registry | None = None
) -> list[Job]:
    """Do the same for a piece of the plan, which may have come to nothing so far.

    Raises:
        IllegalMove: It has no visual, or is still being made for the first time.
        NotFound: There is no such campaign, or no such piece in its plan.
    """
    view = CampaignView(library, campaign_id, registry)
    item = view.creative_plan(key)
    if key not in view.creatives:
        _refuse_while_made(view)
    return _remake(view, item, what)


def _remake(view: CampaignView, item: CreativePlan, what: What) -> list[Job]:
    revision = _next_revision(view)
    if what == "copy":
        if item.kind == "logo":
            raise IllegalMove("A logo has no copy.")
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
    picture = view.maker.visual(
        visual, _headline(view, item), revision=revision, lane=Lane.INTERACTIVE
    )
    composed = view.maker.compose(
        item, revision=revision, needs=[picture.id], lane=Lane.INTERACTIVE
    )
    changes = {f"visual/{item.key}": revision, f"compose/{item.key}": revision}
    return _enqueue(view, revision, [picture, composed], changes)


def _headline(view: CampaignView, item: CreativePlan) -> str:
    """Return the headline that a creative shows, or would."""
    old = view.creatives.get(item.key)
    if old is not None and old.data.get("headline"):
        return str(old.data["headline"])
    chosen, _ = chosen_set(view, item)
    return shown(item, chosen)[0] if chosen else ""


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
    """Ask again for everything that is missing, and for no more: copy, visuals, composition, music.

    Raises:
        IllegalMove: Something is still being made.
        NotFound: There is no such campaign.
    """
    view = CampaignView(library, campaign_id, registry)
    _refuse_while_made(view)
    lacking = [str(item["piece"]) for item in missing_pieces(view)]
    items = [item for item in view.plan.creatives if item.key in lacking]
    unwritten = [item for item in items if not _can_be_composed(view, item)]
    composed = [item for item in items if item not in unwritten]
    jobs = _remake_pictures(view, composed) if composed else []
    for item in unwritten:  # a new view for each: every remake has a revision of its own
        jobs += _remake(CampaignView(library, campaign_id, registry), item, "copy")
    if "music" in lacking:
        jobs += remake_music(library, campaign_id, registry=registry)
    return jobs


def _can_be_composed(view: CampaignView, item: CreativePlan) -> bool:
    """Tell whether all that a piece lacks is a visual, or the composition itself."""
    if item.kind != "creative":
        return item.kind == "logo"
    made = view.creatives.get(item.key)
    has_copy = bool(made and made.data.get("texts")) or chosen_set(view, item)[0] is not None
    tried = made is not None and not view.lost_picture(made)
    return has_copy and not (tried and view.has_visual(item))  # then the text does not fit


def _remake_pictures(view: CampaignView, items: Sequence[CreativePlan]) -> list[Job]:
    """Compose pieces again; one new visual for all that lack the same."""
    revision = _next_revision(view)
    pictures: dict[str, NewJob] = {}
    composed: list[NewJob] = []
    changes: dict[str, int] = {}
    for item in items:
        visual = view.visual_for(item)
        needs: list[str] = []
        if visual is not None and not view.has_visual(item):
            if visual.key not in pictures:
                pictures[visual.key] = view.maker.visual(
                    visual, _headline(view, item), revision=revision, lane=Lane.INTERACTIVE
                )
            needs = [pictures[visual.key].id]
            changes[f"visual/{item.key}"] = revision
        changes[f"compose/{item.key}"] = revision
        composed.append(
            view.maker.compose(item, revision=revision, needs=needs, lane=Lane.INTERACTIVE)
        )
    return _enqueue(view, revision, [*pictures.values(), *composed], changes)


def _refuse_while_made(view: CampaignView) -> None:
    if any(not job.step_key.startswith("export") for job in view.active()):
        raise IllegalMove(
            "Parts of this campaign are still being made.", "Ask again when they are there."
        )


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
