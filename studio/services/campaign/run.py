"""Planning with what this machine has, and starting a campaign."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.campaign import CampaignStatus
from studio.core.errors import BriefError, UserFacingError
from studio.core.estimates import queue_item, queue_remaining
from studio.core.ids import new_id
from studio.services.button_labels import label_warnings
from studio.services.campaign.brand_fonts import FONTS, kept_fonts
from studio.services.campaign.checkpoints import WEIGHTS, as_noted, choose_checkpoints
from studio.services.campaign.ids import piece_key, round_key
from studio.services.campaign.planning import modalities, plan_pieces, with_findings
from studio.services.campaign.requests import JobMaker
from studio.services.campaign.vocabulary_prompts import subject_warnings
from studio.services.copywriting.selecting import brand_problems
from studio.services.files.importing import import_file
from studio.services.placements import placement
from studio.store.records import CampaignRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generators.api import Request
    from generators.registry import Registry
    from studio.core.campaign import Brief, Plan
    from studio.core.checkpoint import Checkpoint
    from studio.core.estimates import QueueItem
    from studio.core.job import NewJob, StepRequest
    from studio.store.library import Library

MAX_SEED = 2**31 - 1
STEP_REQUESTS = ("copy_select", "image_prompts", "compose", "finalise")


def plan_campaign(library: Library, registry: Registry, brief: Brief) -> Plan:
    """Return what a campaign will make, with checkpoints, time from history, and warnings.

    Problems that stop a run are in ``plan.problems``; nothing is raised for them.
    """
    plan = plan_pieces(brief)
    choice = choose_checkpoints(library, registry, brief, modalities(plan))
    problems, warnings = list(choice.problems), list(choice.warnings)
    time: tuple[float | None, float, tuple[str, ...]] = (None, 0.0, tuple(plan.jobs))
    if not problems:
        maker = _maker("", brief, registry, choice.checkpoints)
        try:
            time = estimate_jobs(library, registry, _expected(maker, plan))
        except UserFacingError as error:  # a parameter that a generator does not allow
            problems.append(str(error))
    ids = {modality: item.id for modality, item in choice.checkpoints.items()}
    warnings.extend(_brand_warnings(brief))
    warnings.extend(label_warnings(brief))
    warnings.extend(brand_problems((placement(name) for name in brief.placements), brief))
    if plan.visuals and "image" in choice.checkpoints:
        warnings.extend(subject_warnings(choice.checkpoints["image"], brief))
    return with_findings(plan, ids, warnings, problems, time)


def _brand_warnings(brief: Brief) -> list[str]:
    found = []
    if not brief.brand.logo:
        found.append("The brand has no logo: its name is set in the heading font instead.")
    return found


def _maker(
    campaign_id: str, brief: Brief, registry: Registry, checkpoints: Mapping[str, Checkpoint]
) -> JobMaker:
    manifests = {key: registry.get(item.generator) for key, item in checkpoints.items()}
    return JobMaker(campaign_id, brief, brief.seed, manifests, checkpoints)


def _expected(maker: JobMaker, plan: Plan) -> list[tuple[str, Request | StepRequest]]:
    """Return the requests of a whole run, by kind of piece."""
    found = [("copy", maker.copy(place, code, 1).request) for place, code in plan.copies]
    found += [("select", maker.select(place, code, 1).request) for place, code in plan.copies]
    found += [("visual", maker.visual(item, "").request) for item in plan.visuals]
    found += [("compose", maker.compose(item).request) for item in plan.creatives if item.size]
    if plan.music:
        found.append(("music", maker.music().request))
    return found


def estimate_jobs(
    library: Library,
    registry: Registry,
    requests: Sequence[tuple[str, Request | StepRequest]],
) -> tuple[float | None, float, tuple[str, ...]]:
    """Return (seconds, plus or minus, kinds without history) from what was measured here.

    The seconds leave out what has no history; None when nothing has any.
    """
    device = library.state.engine_state().device or "cpu"
    items: list[QueueItem] = []
    unknown: dict[str, None] = {}
    for kind, request in requests:
        checkpoint = getattr(request, "checkpoint", None)
        size = library.models.get(checkpoint.id).bytes if checkpoint else 0
        item = queue_item(
            request,
            library.jobs.timings,
            device=device,
            manifest=registry.find(getattr(request, "generator", "")),
            checkpoint_gb=size / 1e9 or 1.0,
        )
        if item.run is None:
            unknown[kind] = None
        items.append(item)
    whole = queue_remaining(items)
    if whole is None:
        return None, 0.0, tuple(unknown)
    return whole.seconds, whole.spread, tuple(unknown)


def run_campaign(library: Library, registry: Registry, brief: Brief) -> str:
    """Store a campaign, enqueue its first jobs and return its id; all of it or nothing.

    Raises:
        BriefError: The plan has problems; message and hint say what to do.
        LibraryError: The library cannot be written.
    """
    plan = plan_campaign(library, registry, brief)
    if plan.problems:
        more = f" ({len(plan.problems) - 1} more)" if len(plan.problems) > 1 else ""
        first, _, rest = plan.problems[0].partition(". ")
        raise BriefError(f"{first.rstrip('.')}.{more}", rest)
    campaign_id = new_id()
    seed = brief.seed or secrets.randbelow(MAX_SEED) + 1
    checkpoints = {key: library.models.get(item) for key, item in plan.checkpoints.items()}
    manifests = {key: registry.get(item.generator) for key, item in checkpoints.items()}
    maker = JobMaker(campaign_id, brief, seed, manifests, checkpoints)
    data: dict[str, object] = {"seed": seed, "revisions": {}, "revision": 0}
    data["untrained"] = [item.name for item in checkpoints.values() if item.untrained]
    data[WEIGHTS] = {item.id: as_noted(item) for item in checkpoints.values()}
    for field in ("logo", "logo_on_dark"):  # kept by the library: the file may move or change
        path = getattr(brief.brand, field)
        if path:
            data[f"{field}_asset"] = import_file(library, Path(path)).asset.id
    data[FONTS] = kept_fonts(library, brief.brand)
    record = CampaignRecord(
        id=campaign_id,
        name=brief.name,
        status=str(CampaignStatus.RUNNING),
        brief=brief.to_json(),
        plan=plan.to_json(),
        data=data,
    )
    with library.transaction():
        library.campaigns.save(record)
        library.jobs.enqueue(first_jobs(maker, plan), batch_title=brief.name)
    return campaign_id


def first_jobs(maker: JobMaker, plan: Plan) -> list[NewJob]:
    """Return the jobs that a campaign starts with; the others follow from their results."""
    jobs: list[NewJob] = []
    waits: list[str] = []
    for place, language in plan.copies:
        write, choose = maker.copy(place, language, 1), maker.select(place, language, 1)
        jobs += [write, choose]
        waits.append(choose.id)
    prompts = maker.step(
        "image_prompts",
        round_key(piece_key("prompts"), 1),
        "Write image prompts",
        arguments={"round": 1},
        needs=waits,
    )
    jobs.append(prompts)
    if plan.music:
        jobs.append(maker.music())
    last = maker.step(
        "finalise",
        round_key(piece_key("finalise"), 1),
        "Check what is there",
        arguments={"round": 1},
        needs=[job.id for job in jobs],
    )
    return [*jobs, last]
