"""Creatives as records: what each shows, where its texts come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.services.copywriting.selecting import takes_many
from studio.services.placements import placement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generators.api import JsonValue
    from studio.core.campaign import Brief, CreativePlan, CreativeStatus
    from studio.services.campaign.view import CampaignView
    from studio.store.records import CreativeRecord


def record(
    view: CampaignView,
    item: CreativePlan,
    status: CreativeStatus,
    *,
    texts: Mapping[str, Sequence[str]] | None = None,
    old: CreativeRecord | None = None,
    data: Mapping[str, JsonValue] | None = None,
) -> dict[str, JsonValue]:
    """Return a creative as ``StepOutcome.creatives`` wants it.

    Args:
        view: Its campaign.
        item: Its plan.
        status: Where it stands.
        texts: Its copy by field; the old one's otherwise.
        old: What is replaced.
        data: Further keys; ``reason`` says why it is missing.
    """
    kept = dict(old.data) if old else {}
    if texts is not None:
        kept["texts"] = {key: list(values) for key, values in texts.items()}
    return {
        "id": view.creative_id(item.key),
        "campaign_id": view.id,
        "placement": item.placement,
        "variant": item.variant,
        "size": item.size,
        "language": item.language,
        "status": str(status),
        "data": {
            **kept, **(data or {}), "key": item.key, "kind": item.kind,
            "reason": (data or {}).get("reason") or "",
            "layout": (data or {}).get("layout") or kept.get("layout") or item.layout,
        },
    }  # fmt: skip


def shown(item: CreativePlan, texts: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Return headline and body that a composed creative shows.

    A placement that takes many texts shows another one in each variant.
    """
    place = placement(item.placement)
    found = {"headline": "", "body": ""}
    for spec in place.texts:
        values = list(texts.get(spec.key) or ())
        if spec.role and values:
            at = (item.variant - 1) % len(values) if takes_many(place) else 0
            found[spec.role] = values[at]
    return found["headline"], found["body"]


def texts_for(
    item: CreativePlan, sets: Sequence[Mapping[str, Sequence[str]]], brief: Brief
) -> dict[str, JsonValue]:
    """Return what a creative shows, from the chosen sets; empty when its variant has no copy."""
    many = takes_many(placement(item.placement))
    index = 0 if many or len(sets) == 1 else item.variant - 1
    if index >= len(sets):
        return {}
    headline, body = shown(item, sets[index])
    return {"headline": headline, "body": body, "cta": brief.cta(item.language)}


def chosen_set(
    view: CampaignView, item: CreativePlan
) -> tuple[Mapping[str, Sequence[str]] | None, str]:
    """Return the copy that was chosen for a creative, or None and why there is none."""
    noted = view.data.get(f"copy/{item.placement}/{item.language}")
    if not isinstance(noted, dict):
        return None, "No copy: " + view.why_not(f"select/{item.placement}/{item.language}#1")
    sets = noted.get("sets") or []
    index = 0 if takes_many(placement(item.placement)) else item.variant - 1
    if index < len(sets):
        return sets[index], ""
    return None, "No candidate: " + " ".join(noted.get("lacking") or ["none was chosen."])
