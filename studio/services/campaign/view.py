"""A campaign as it stands in the library: brief, plan, jobs, what was made. Reads only."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from generators.registry import Registry
from studio.core.asset import AssetQuery
from studio.core.campaign import Brief, Plan
from studio.core.errors import NotFound
from studio.core.job import JobStatus
from studio.services.campaign.brand_fonts import FONTS, with_kept_fonts
from studio.services.campaign.ids import derived_id, piece_key, round_key
from studio.services.campaign.requests import JobMaker

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from studio.core.asset import Asset
    from studio.core.brand import Brand
    from studio.core.campaign import CreativePlan, VisualPlan
    from studio.core.job import Job
    from studio.store.library import Library
    from studio.store.records import CreativeRecord

MAX_JOBS = 20_000


class CampaignView:
    """One campaign, read when first asked for and kept: make a new one to see changes.

    Attributes:
        library: Where it is.
        id: Of the campaign.
        record: As stored.
        brief, plan: As values.
    """

    def __init__(
        self, library: Library, campaign_id: str, registry: Registry | None = None
    ) -> None:
        """Read the campaign; raises NotFound."""
        self.library = library
        self.id = campaign_id
        self.record = library.campaigns.get(campaign_id)
        self.brief = Brief.from_json(self.record.brief)
        self.plan = Plan.from_json(self.record.plan)
        self._registry = registry

    @property
    def data(self) -> Mapping[str, JsonValue]:
        """What the steps have noted so far."""
        return self.record.data

    @cached_property
    def maker(self) -> JobMaker:
        """What makes further jobs of this campaign.

        Raises:
            UserFacingError: A generator or checkpoint is gone.
        """
        registry = self._registry or Registry.discover()
        checkpoints = {
            modality: self.library.models.get(checkpoint_id)
            for modality, checkpoint_id in self.plan.checkpoints.items()
        }
        manifests = {key: registry.get(item.generator) for key, item in checkpoints.items()}
        seed = int(self.data.get("seed") or 0)
        return JobMaker(self.id, self.brief, seed, manifests, checkpoints)

    def revision(self, piece: str) -> int:
        """Return the revision of a piece's last remake (``music``, ``compose/KEY``), 0 for none.

        Revisions are counted over the whole campaign, so that none is ever used twice.
        """
        return int((self.data.get("revisions") or {}).get(piece, 0))

    # jobs -----------------------------------------------------------------------------------------

    @cached_property
    def jobs(self) -> list[Job]:
        """All jobs of the campaign."""
        return self.library.jobs.list(campaign_id=self.id, limit=MAX_JOBS)

    def job_for(self, step_key: str) -> Job | None:
        """Return the newest job of a step key: the last retry of it, where there were any."""
        found = [job for job in self.jobs if job.step_key == step_key]
        return max(found, key=lambda job: (job.created_at, job.seq), default=None)

    def free_round(self, key: str, number: int) -> int:
        """Return the first round of a key, from ``number`` on, that no job has been asked for.

        A step that a person runs again finds the rounds that followed its first run.
        """
        while self.job_for(round_key(key, number)) is not None:
            number += 1
        return number

    def active(self, apart_from: str = "") -> list[Job]:
        """Return the jobs that are not over."""
        return [job for job in self.jobs if not job.is_final and job.id != apart_from]

    def made_by(self, step_key: str) -> Asset | None:
        """Return the first asset that a step key's job (or its retry) made, or None."""
        jobs = [job for job in self.jobs if job.step_key == step_key]
        jobs = [job for job in jobs if job.status is JobStatus.SUCCEEDED]
        for job in sorted(jobs, key=lambda job: -job.finished_at):
            found = self.library.assets.page(AssetQuery(job_id=job.id, order="oldest"), limit=1)
            if found:
                return found[0]
        return None

    def why_not(self, step_key: str) -> str:
        """Return why a step key has made nothing, as a sentence."""
        job = self.job_for(step_key)
        if job is None:
            return "It was not asked for."
        reasons = {
            JobStatus.FAILED: job.reason or "It failed.",
            JobStatus.CANCELLED: job.reason or "It was cancelled.",
            JobStatus.SUCCEEDED: "What it made is in the trash, was deleted, or cannot be used.",
        }
        return reasons.get(job.status, "It is not made yet.")

    def music_key(self) -> str:
        """Return the step key of the current music bed."""
        return piece_key("music", revision=self.revision("music"))

    def visual_key(self, item: CreativePlan) -> str:
        """Return the step key of the visual that a creative uses now, or an empty string.

        Creatives of one shape share a visual until it is remade for one of them.
        """
        visual = self.visual_for(item)
        if visual is None:
            return ""
        return piece_key(visual.key, revision=self.revision(f"visual/{item.key}"))

    def visual_pending(self, item: CreativePlan) -> list[str]:
        """Return the id of the job that is still making a creative's visual, if there is one."""
        job = self.job_for(self.visual_key(item)) if item.group else None
        return [job.id] if job is not None and not job.is_final else []

    def compose_key(self, item: CreativePlan) -> str:
        """Return the step key of a creative's last composition."""
        return piece_key("compose", item.key, revision=self.revision(f"compose/{item.key}"))

    def visual(self, item: CreativePlan) -> Asset | None:
        """Return the picture that a creative is composed on: its newest, else the one it shows."""
        made = self.made_by(self.visual_key(item))
        if made is not None and self._asset_path(made.id):
            return made
        old = self.creatives.get(item.key)
        before = str(old.data.get("visual_asset_id") or "") if old else ""
        return self.library.assets.get(before) if before and self._asset_path(before) else None

    def has_visual(self, item: CreativePlan) -> bool:
        """Tell whether a creative has a picture to be composed on."""
        return self.visual(item) is not None

    # pieces ---------------------------------------------------------------------------------------

    def creative_plan(self, key: str) -> CreativePlan:
        """Return the plan of a creative.

        Raises:
            NotFound: The campaign has none of that key.
        """
        found = next((item for item in self.plan.creatives if item.key == key), None)
        if found is None:
            raise NotFound(f"The campaign has no creative {key!r:.80}.")
        return found

    def visual_for(self, item: CreativePlan) -> VisualPlan | None:
        """Return the visual that a creative uses, or None."""
        return next(
            (v for v in self.plan.visuals if (v.group, v.variant) == (item.group, item.variant)),
            None,
        )

    def creative_id(self, key: str) -> str:
        """Return the id of a creative."""
        return derived_id(self.id, f"creative/{key}")

    @cached_property
    def creatives(self) -> dict[str, CreativeRecord]:
        """The stored creatives by key."""
        found = self.library.campaigns.creatives(self.id)
        return {str(item.data.get("key") or item.id): item for item in found}

    def lost_picture(self, creative: CreativeRecord) -> str:
        """Return why the picture of a creative is there no more; nothing when it is."""
        asset_id = str(creative.data.get("asset_id") or "")
        if not asset_id or self._asset_path(asset_id):
            return ""
        return "Its picture was deleted from the library, or its file is lost."

    def in_trash(self, asset_id: str) -> bool:
        """Tell whether an asset lies in the trash: it can come back, until then it is not used."""
        try:
            return bool(asset_id) and self.library.assets.get(asset_id).trashed_at > 0
        except NotFound:
            return False

    def brand(self) -> Brand:
        """Return the brand with its logos and fonts where the library keeps them."""
        brand = with_kept_fonts(self.library, self.brief.brand, self.data.get(FONTS) or {})
        kept = {
            field: self._asset_path(str(self.data[f"{field}_asset"]))
            for field in ("logo", "logo_on_dark")
            if self.data.get(f"{field}_asset")
        }
        logo, on_dark = kept.get("logo", brand.logo), kept.get("logo_on_dark", brand.logo_on_dark)
        return replace(brand, logo=logo, logo_on_dark=on_dark)

    def _asset_path(self, asset_id: str) -> str:
        try:
            path = self.library.assets.file(self.library.assets.get(asset_id))
        except NotFound:
            return ""
        return str(path) if path.is_file() else ""
