"""The step ``export``: a campaign as a folder (and a ZIP) that is ready to upload.

One sub-folder per placement; pictures at exactly the placement's pixels with the AI mark, copy as
CSV and JSON, music as WAV and MP3, a contact sheet, and ``manifest.json`` with the SHA-256 of every
file and what is missing. The folder appears whole or not at all. Neither brief nor prompts go out.
"""

from __future__ import annotations

import io
import json
import re
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio import __version__
from studio.core.campaign import CreativeStatus
from studio.core.errors import NotFound
from studio.core.job import JobKind, JobStatus
from studio.core.steps import StepOutcome
from studio.services.campaign.ids import round_key
from studio.services.campaign.step_finish import missing_pieces
from studio.services.copywriting.words import display_width
from studio.services.export.contact_sheet import Cell, contact_sheet
from studio.services.export.files import (
    ExportError,
    Folder,
    copy_music,
    copy_picture,
    slug,
    zip_folder,
)
from studio.services.export.licences import refuse_non_commercial, used_weights
from studio.services.export.tables import CopyRow, as_csv, as_json
from studio.services.files.marks import COMPOSITE, GENERATED, mark_ai
from studio.services.placements import placement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generators.api import JsonValue
    from studio.core.campaign import CreativePlan
    from studio.core.job import NewJob
    from studio.services.campaign.view import CampaignView
    from studio.services.steps import StepContext
    from studio.store.records import CreativeRecord

MANIFEST = "manifest.json"


def export_step(context: StepContext) -> StepOutcome:
    """Export a campaign.

    Arguments: folder (absolute, must not be there yet), archive (path of a ZIP, or empty),
    approved_only, with_recipe, override_licence.
    """
    view = context.view()
    told = context.arguments
    override = bool(told.get("override_licence"))
    refuse_non_commercial(view, override=override)
    pending = [job.id for job in view.active(context.job_id) if job.kind is not JobKind.EXPORT]
    if pending and told.get("after_running"):
        return StepOutcome(jobs=(_again(context, view, pending),), campaign_id=view.id)
    target = Path(context.text("folder"))
    if not target.is_absolute():
        raise ExportError("The export needs a whole path to write to.")
    archive = Path(context.text("archive")) if context.text("archive") else None
    listed, ended_well = _earlier(view, target)
    if listed is not None and listed["export"] != context.job_id and ended_well:
        target, archive = _beside(target, archive)  # run again: what is there stays
        listed = None
    if listed is None:  # else a run was killed, or failed, after it had published
        folder = Folder(target, context.job_id)
        try:
            listed = _fill(context, view, folder, override=override)
            folder.publish()
        except BaseException:
            folder.drop()
            raise
    if archive is not None and not archive.exists():
        context.reporter.progress(0.95, 1, "Packing")
        zip_folder(target, archive, context.job_id)
    return _outcome(context, (target, archive), listed, view.id)


def _again(context: StepContext, view: CampaignView, pending: list[str]) -> NewJob:
    """Return the same export, after what came up since it was asked for."""
    number = context.number("round", 1) + 1
    key = f"export/{context.text('export') or context.job_id}"
    told = {**context.arguments, "round": number, "export": key.partition("/")[2]}
    job = view.maker.step("export", round_key(key, number), "Export", arguments=told, needs=pending)
    return replace(job, step_key=key)


def _earlier(view: CampaignView, target: Path) -> tuple[dict[str, JsonValue] | None, bool]:
    """Return the manifest of an export of this campaign that is there, and if its job succeeded."""
    try:
        listed: dict[str, JsonValue] = json.loads((target / MANIFEST).read_text("utf-8"))
        job = view.library.jobs.get(str(listed["export"]))
    except (OSError, ValueError, KeyError, TypeError, NotFound):
        return None, False
    if job.campaign_id != view.id:
        return None, False
    return listed, job.status is JobStatus.SUCCEEDED


def _beside(target: Path, archive: Path | None) -> tuple[Path, Path | None]:
    """Return a folder, and a ZIP if one is wanted, that are not there yet."""
    number = 2
    while True:
        folder = target.with_name(f"{target.name}-{number}")
        packed = folder.with_name(f"{folder.name}.zip")
        if not folder.exists() and not packed.exists():
            return folder, packed if archive is not None else None
        number += 1


def _outcome(
    context: StepContext,
    written: tuple[Path, Path | None],
    listed: dict[str, JsonValue],
    campaign_id: str,
) -> StepOutcome:
    target, archive = written
    noted = {
        "folder": str(target),
        "archive": str(archive) if archive is not None else "",
        "files": len(listed["files"]),
        "missing": listed["missing"],
        "left_out": listed["left_out"],
        "licence_override": listed["licence_override"],
        "made_at": listed["made_at"],
    }
    return StepOutcome(campaign_id=campaign_id, campaign={f"export/{context.job_id}": noted})


def _fill(
    context: StepContext, view: CampaignView, folder: Folder, *, override: bool
) -> dict[str, JsonValue]:
    """Write everything and return the manifest."""
    approved_only = bool(context.arguments.get("approved_only"))
    with_recipe = bool(context.arguments.get("with_recipe"))
    chosen, left_out = _choose(view, approved_only=approved_only)
    missing = missing_pieces(view)
    if all(item.kind == "logo" for item, _ in chosen):  # logos alone are nothing to upload
        raise ExportError(
            "There is nothing to export.",
            "Approve some creatives first." if approved_only else "Nothing was made.",
        )
    rows: list[CopyRow] = []
    cells: list[Cell] = []
    for at, (item, creative) in enumerate(chosen):
        context.reporter.progress(at, len(chosen) + 4, f"Writing {item.key}")
        name = _picture(view, folder, item, creative, with_recipe=with_recipe)
        rows += copy_rows(item, creative, name)
        cells.append(_cell(folder, item, creative, name))
    _copy_files(folder, rows)
    context.reporter.progress(len(chosen), len(chosen) + 4, "Writing music")
    missing += _music(view, folder, with_recipe=with_recipe)
    context.reporter.progress(len(chosen) + 2, len(chosen) + 4, "Drawing the contact sheet")
    _sheet(view, folder, cells)
    manifest = _manifest(context, view, folder, (missing, left_out), override=override)
    body = json.dumps(manifest, ensure_ascii=False, indent=2).encode() + b"\n"
    folder.place(MANIFEST).write_bytes(body)
    return manifest


def _choose(
    view: CampaignView, *, approved_only: bool
) -> tuple[list[tuple[CreativePlan, CreativeRecord]], list[JsonValue]]:
    """Return what goes out, and what is there but does not (with why)."""
    chosen: list[tuple[CreativePlan, CreativeRecord]] = []
    left_out: list[JsonValue] = []
    for item in view.plan.creatives:
        creative = view.creatives.get(item.key)
        if creative is None or creative.status == CreativeStatus.MISSING:
            continue
        if view.lost_picture(creative):  # missing_pieces says so
            continue
        logo = item.kind == "logo"  # nothing in it was generated; there is nothing to approve
        wanted = creative.status == CreativeStatus.APPROVED or (
            creative.status == CreativeStatus.DRAFT and (logo or not approved_only)
        )
        if view.in_trash(str(creative.data.get("asset_id") or "")):
            status, reason = "trashed", "Its picture is in the trash."
        elif wanted:
            chosen.append((item, creative))
            continue
        else:
            status = str(creative.status)
            reason = f"It is {status}."
        left_out.append({"piece": item.key, "reason": reason, "status": status})
    return chosen, left_out


def _name(view: CampaignView, item: CreativePlan, suffix: str) -> str:
    """Return ``placement/campaign_placement_1080x1080_en_v1.jpg``."""
    parts = [slug(view.brief.name), item.placement.replace("_", "-"), item.size]
    parts += ["logo"] if item.kind == "logo" else [item.language.lower(), f"v{item.variant}"]
    return f"{item.placement}/{'_'.join(part for part in parts if part)}{suffix}"


def _picture(
    view: CampaignView,
    folder: Folder,
    item: CreativePlan,
    creative: CreativeRecord,
    *,
    with_recipe: bool,
) -> str:
    """Write the picture of a creative and return its path; empty for text alone."""
    asset_id = str(creative.data.get("asset_id") or "")
    if not asset_id:
        return ""
    asset = view.library.assets.get(asset_id)
    name = _name(view, item, ".jpg" if asset.media_type == "image/jpeg" else ".png")
    place = folder.place(name)
    ai = item.kind != "logo"
    source = view.library.assets.file(asset)
    size = copy_picture(source, place, asset, with_recipe=with_recipe, ai=ai)
    if f"{size[0]}x{size[1]}" != item.size:
        raise ExportError(f"{item.key} has {size[0]}x{size[1]} pixels instead of {item.size}.")
    spec = placement(item.placement).image(item.size, item.kind)
    if spec is not None and place.stat().st_size > spec.max_kb * 1024:
        raise ExportError(f"{item.key} is larger than {spec.max_kb} KB.", "Remake this creative.")
    folder.add(
        place, asset.media_type, placement=item.placement, size=item.size, language=item.language,
        variant=item.variant, status=creative.status, asset_id=asset.id, ai_mark=ai,
    )  # fmt: skip
    return name


def copy_rows(item: CreativePlan, creative: CreativeRecord, file: str = "") -> list[CopyRow]:
    """Return one row for each text of a creative, its button's label included."""
    place = placement(item.placement)
    found = []
    texts = creative.data.get("texts") or {}
    for spec in place.texts:
        for at, text in enumerate(texts.get(spec.key) or (), 1):
            width = display_width(text, spec.width)
            found.append(
                CopyRow(
                    place.id, place.name, item.language, item.size, item.variant, creative.status,
                    spec.key, at, text, width, spec.max_width, file,
                )
            )  # fmt: skip
    label = str(creative.data.get("cta") or "")
    if label:
        found.append(
            CopyRow(
                place.id, place.name, item.language, item.size, item.variant, creative.status,
                "call_to_action", 1, label, len(label), 30, file,
            )
        )  # fmt: skip
    return found


def _copy_files(folder: Folder, rows: Sequence[CopyRow]) -> None:
    folder.write("copy.csv", as_csv(rows), "text/csv")
    folder.write("copy.json", as_json(rows), "application/json")
    for name in dict.fromkeys(row.placement for row in rows):
        own = [row for row in rows if row.placement == name]
        folder.write(f"{name}/copy.csv", as_csv(own), "text/csv", placement=name)
        folder.write(f"{name}/copy.json", as_json(own), "application/json", placement=name)


def _music(view: CampaignView, folder: Folder, *, with_recipe: bool) -> list[JsonValue]:
    """Write the music bed; return what of it is missing."""
    if not view.plan.music:
        return []
    asset = view.made_by(view.music_key())
    if asset is None:  # missing_pieces has said so
        return []
    stem = f"{slug(view.brief.name)}_music"
    source = view.library.assets.file(asset)
    try:
        whole = copy_music(source, folder, stem, asset, with_recipe=with_recipe)
    except ExportError as error:
        return [{"piece": "music", "reason": str(error)}]
    return [] if whole else [{"piece": "music as MP3", "reason": "MP3 has no such sample rate."}]


def _cell(folder: Folder, item: CreativePlan, creative: CreativeRecord, name: str) -> Cell:
    place = placement(item.placement)
    parts = (item.size, "logo" if item.kind == "logo" else item.language, f"v{item.variant}")
    caption = " · ".join(part for part in parts if part)
    texts: list[str] = []
    for values in (creative.data.get("texts") or {}).values():
        texts.extend(values)
    path = folder.root / name if name else None
    return Cell(place.name, caption, creative.status, path, tuple(texts))


def _sheet(view: CampaignView, folder: Folder, cells: Sequence[Cell]) -> None:
    made = time.strftime("%Y-%m-%d")
    untrained = view.data.get("untrained") or []
    note = " · made with untrained models, for trying out only" if untrained else ""
    subtitle = f"{view.brief.brand.name} · {made} · {len(cells)} creatives{note}"
    image = contact_sheet(view.brief.name, subtitle, cells)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    place = folder.place("contact_sheet.png")
    place.write_bytes(buffer.getvalue())
    mark_ai(place, "image/png", composite=True, asset_id="")
    folder.add(place, "image/png", ai_mark=True)


def _manifest(
    context: StepContext,
    view: CampaignView,
    folder: Folder,
    lists: tuple[list[JsonValue], list[JsonValue]],
    *,
    override: bool,
) -> dict[str, JsonValue]:
    missing, left_out = lists
    return {
        "brandloom_export": 1,
        "export": context.job_id,
        "campaign": view.brief.name,
        "brand": view.brief.brand.name,
        "made_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "made_with": f"Brandloom {__version__}",
        "ai_generated": True,
        "ai_marks": {"composed pictures": COMPOSITE, "music": GENERATED},
        "checkpoints": [item.to_json() for item in used_weights(view)],
        "licence_override": override,
        "files": [entry.to_json() for entry in sorted(folder.entries, key=lambda e: e.path)],
        "missing": [_discreet(item) for item in missing],
        "left_out": left_out,
    }


def _discreet(item: JsonValue) -> JsonValue:
    """Return what is missing without words quoted from the brief: it goes out of the house."""
    reason = re.sub(r"“[^”]*”|'[^']{2,}'", "…", str(item["reason"]))
    return {"piece": item["piece"], "reason": reason}
