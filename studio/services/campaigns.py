"""Campaigns for window, command line and scripts: plan, run, look, review, export.

Everything here is quick and writes rows; the work is done by jobs (see ``studio.engine``). The
caller starts an engine where none runs (``studio.services.engine_control.ensure_engine``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.ids import new_id
from studio.core.job import JobKind, Lane, Need, NewJob, StepRequest
from studio.services.brief import load_brief, parse_brief
from studio.services.campaign.checkpoints import choose_checkpoints
from studio.services.campaign.review import (
    change_layout,
    edit_copy,
    remake,
    remake_missing,
    remake_music,
    remake_piece,
    set_status,
)
from studio.services.campaign.run import plan_campaign, run_campaign
from studio.services.campaign.state import CampaignState, Piece, campaign_state
from studio.services.campaign.view import CampaignView
from studio.services.export.files import slug
from studio.services.export.licences import refuse_non_commercial

if TYPE_CHECKING:
    from pathlib import Path

    from studio.core.job import Job
    from studio.store.library import Library

__all__ = [
    "CampaignState",
    "ExportOptions",
    "Piece",
    "campaign_state",
    "change_layout",
    "choose_checkpoints",
    "edit_copy",
    "export_campaign",
    "load_brief",
    "parse_brief",
    "plan_campaign",
    "remake",
    "remake_missing",
    "remake_music",
    "remake_piece",
    "run_campaign",
    "set_status",
    "stop_campaign",
]


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How to export.

    Attributes:
        archive: Write a ZIP beside the folder as well.
        approved_only: Leave drafts out.
        with_recipe: Leave recipes in the files (they hold prompts).
        override_licence: A person confirmed that non-commercial weights may be used for this.
    """

    archive: bool = True
    approved_only: bool = False
    with_recipe: bool = False
    override_licence: bool = False


def export_campaign(
    library: Library,
    campaign_id: str,
    into: Path,
    options: ExportOptions | None = None,
    *,
    after_running: bool = False,
) -> tuple[Job, Path]:
    """Enqueue an export and return its job and the folder that it will make inside ``into``.

    Args:
        library: Where the campaign is.
        campaign_id: Which.
        into: A folder; the export gets a new one in it, named after the campaign.
        options: What goes out.
        after_running: Wait for the jobs of the campaign that are still to come.

    Raises:
        NotFound: There is no such campaign.
        ExportError: Its weights are for non-commercial use, and nobody has overridden that.
    """
    options = options or ExportOptions()
    view = CampaignView(library, campaign_id)
    if not after_running:
        refuse_non_commercial(view, override=options.override_licence)
    into = into.expanduser().absolute()
    folder = _free_folder(library, into, slug(view.brief.name))
    job_id = new_id()
    told = {
        "folder": str(folder),
        "archive": str(folder.with_name(folder.name + ".zip")) if options.archive else "",
        "approved_only": options.approved_only,
        "with_recipe": options.with_recipe,
        "override_licence": options.override_licence,
        "after_running": after_running,
    }
    needs = tuple(Need(job.id, success=False) for job in view.active())
    job = NewJob(
        request=StepRequest("export", told),
        kind=JobKind.EXPORT,
        lane=Lane.BATCH if after_running else Lane.INTERACTIVE,
        id=job_id,
        title=f"{view.brief.name}: Export",
        needs=needs if after_running else (),
        campaign_id=campaign_id,
        step_key=f"export/{job_id}",
    )
    with library.transaction():
        if options.override_licence:
            library.campaigns.patch(campaign_id, {"licence_override": True})
        return library.jobs.enqueue([job])[0], folder


def _free_folder(library: Library, into: Path, name: str) -> Path:
    """Return a folder that is neither there nor promised to another export that waits."""
    promised = {
        str(job.request.arguments.get("folder"))
        for job in library.jobs.list(limit=2000)
        if not job.is_final and isinstance(job.request, StepRequest)
    }
    number, folder = 1, into / name
    while (
        folder.exists()
        or folder.with_name(folder.name + ".zip").exists()
        or (str(folder) in promised)
    ):
        number += 1
        folder = into / f"{name}-{number}"
    return folder


def stop_campaign(library: Library, campaign_id: str) -> int:
    """Cancel all jobs of a campaign that are not over; return how many. What was made stays."""
    ids = [job.id for job in CampaignView(library, campaign_id).active()]
    library.jobs.cancel(ids)
    return len(ids)
