"""The step ``compose``: one creative from its copy and its visual, in exact pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.campaign import CreativeStatus
from studio.core.errors import UserFacingError
from studio.core.steps import StepOutcome
from studio.services.campaign.creatives import chosen_set, record, shown
from studio.services.campaign.ids import derived_id, piece_key
from studio.services.compose.canvas import Design
from studio.services.compose.composer import Composed, compose
from studio.services.compose.encode import compose_logo, encode
from studio.services.compose.layouts import layout_names
from studio.services.compose.stack import DoesNotFit
from studio.services.placements import placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio.core.asset import Asset
    from studio.core.campaign import CreativePlan, ImageSpec
    from studio.services.campaign.view import CampaignView
    from studio.services.steps import StepContext


@dataclass(frozen=True, slots=True)
class _Parts:
    """What one composition is made of."""

    texts: Mapping[str, Sequence[str]]
    headline: str
    body: str
    cta: str
    layout: str
    visual: Asset | None


class _Missing(Exception):
    """A part is not there; the message says which."""


def compose_creative(context: StepContext) -> StepOutcome:
    """Compose one creative.

    Arguments: creative (its key), revision; and, for a changed one, ``texts`` with ``headline``,
    ``body``, ``cta``, and ``layout``; what is not named stays as the creative has it. What cannot
    be made becomes a creative that is missing, with the reason; a creative that was there before
    stays as it was and the job fails instead.
    """
    view = context.view()
    item = view.creative_plan(context.text("creative"))
    spec = placement(item.placement).image(item.size, item.kind)
    if spec is None:
        raise UserFacingError(f"{item.placement} has no size {item.size} any more.")
    context.reporter.progress(0, 3, "Composing")
    old = view.creatives.get(item.key)
    had_picture = old is not None and bool(old.data.get("asset_id"))
    try:
        parts = _parts(context, view, item)
        composed, layout = _compose(view, item, spec, parts)
        context.reporter.progress(2, 3, "Encoding")
        content, media_type = encode(composed.image, spec)
    except (UserFacingError, _Missing) as error:
        if had_picture:
            if isinstance(error, UserFacingError):
                raise
            raise UserFacingError(str(error)) from error
        made = record(view, item, CreativeStatus.MISSING, data={"reason": str(error)}, old=old)
        return StepOutcome(campaign_id=view.id, creatives=(made,))
    asset_id = _save(context, item, (content, media_type), parts)
    data = {
        "layout": layout,
        "headline": parts.headline,
        "body": parts.body,
        "cta": parts.cta,
        "layers": composed.layers,
        "notes": [*composed.notes, *_kept_visual(view, item, parts)],
        "asset_id": asset_id,
        "visual_asset_id": parts.visual.id if parts.visual else "",
        "visual_key": view.visual_key(item),
        "revision": context.number("revision"),
        "media_type": media_type,
        "width": spec.width,
        "height": spec.height,
    }
    made = record(view, item, CreativeStatus.DRAFT, texts=parts.texts, old=old, data=data)
    return StepOutcome(campaign_id=view.id, creatives=(made,))


def _parts(context: StepContext, view: CampaignView, item: CreativePlan) -> _Parts:
    """Return what the creative is made of; what the job names comes first."""
    told = context.arguments
    old = view.creatives.get(item.key)
    now = old.data if old else {}
    layout = str(told.get("layout") or now.get("layout") or item.layout)
    if item.kind == "logo":
        return _Parts({}, "", "", "", "", None)
    if told.get("texts") is not None:
        texts = told["texts"]
        headline, body = str(told.get("headline") or ""), str(told.get("body") or "")
        cta = str(told.get("cta") or "")
    elif now.get("texts") and "headline" in now:  # what a person sees and may have edited
        texts, headline, body = now["texts"], str(now["headline"]), str(now.get("body") or "")
        cta = str(now.get("cta") or "")
    else:
        chosen, reason = chosen_set(view, item)
        if chosen is None:
            raise _Missing(reason)
        texts, (headline, body) = chosen, shown(item, chosen)
        cta = view.brief.cta(item.language)
    return _Parts(texts, headline, body, cta, layout, _visual(view, item))


def _visual(view: CampaignView, item: CreativePlan) -> Asset | None:
    key = view.visual_key(item)
    if not key:
        return None
    asset = view.visual(item)  # of a remake that failed, the picture that was there
    if asset is not None:
        return asset
    raise _Missing(f"No visual: {view.why_not(key)}")


def _kept_visual(view: CampaignView, item: CreativePlan, parts: _Parts) -> list[str]:
    key = view.visual_key(item)
    made = view.made_by(key)
    if parts.visual is None or (made is not None and made.id == parts.visual.id):
        return []
    return [f"The visual that was there before is used. {view.why_not(key)}"]


def _compose(
    view: CampaignView, item: CreativePlan, spec: ImageSpec, parts: _Parts
) -> tuple[Composed, str]:
    """Compose in the wished layout, else in the first other one that the text fits."""
    brand = view.brand()
    if item.kind == "logo":
        return compose_logo(spec, brand), ""
    path = view.library.assets.file(parts.visual) if parts.visual else None
    visual_id = parts.visual.id if parts.visual else ""
    first: DoesNotFit | None = None
    for name in dict.fromkeys((parts.layout, *layout_names())):
        texts = (parts.headline, parts.body, parts.cta)
        design = Design(spec, name, brand, *texts, path, visual_id, item.language)
        try:
            composed = compose(design)
        except DoesNotFit as error:
            first = first or error
            continue
        if name != parts.layout:
            composed.notes.append(
                f"The text does not fit the layout {parts.layout}; it is in {name}."
            )
        return composed, name
    raise first or DoesNotFit()


def _save(context: StepContext, item: CreativePlan, file: tuple[bytes, str], parts: _Parts) -> str:
    content, media_type = file
    # by its job, not by its key: composed again for a person, it is a picture beside the first one
    asset_id = derived_id(context.campaign_id, piece_key("asset", context.job_id))
    suffix = "jpg" if media_type == "image/jpeg" else "png"
    width, _, height = item.size.partition("x")
    where = placement(item.placement).name
    metadata = {
        "asset_id": asset_id,
        "title": f"{where} {item.size} {item.language} {item.variant}".replace("  ", " "),
        "prompt": parts.headline,
        "width": int(width),
        "height": int(height),
        "source": "composed",
        "tags": ["creative"],
        "parents": [parts.visual.id] if parts.visual else [],
    }
    context.save(f"creative.{suffix}", content, "image", media_type, metadata)
    return asset_id
