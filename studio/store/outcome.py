"""What a finished attempt commits besides its status: assets, and the outcome of a step."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.store.records import CreativeRecord

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.core.job import Job, NewJob
    from studio.core.steps import StepOutcome
    from studio.store.campaign_store import CampaignStore
    from studio.store.records import NewAsset


def assets_of(job: Job, assets: Iterable[NewAsset]) -> list[NewAsset]:
    """Return the assets with this job and this attempt as what made them."""
    return [
        replace(
            asset,
            job_id=job.id,
            attempt=job.attempt,
            campaign_id=asset.campaign_id or job.campaign_id,
        )
        for asset in assets
    ]


def commit_outcome(campaigns: CampaignStore, job: Job, outcome: StepOutcome) -> list[NewJob]:
    """Write the campaign's part of an outcome and return the jobs that follow from it.

    Those belong to the step's batch and campaign unless they name their own. When the campaign was
    removed meanwhile, nothing is written and nothing follows.
    """
    campaign_id = outcome.campaign_id or job.campaign_id
    if campaign_id and not campaigns.exists(campaign_id):
        return []
    if outcome.campaign:
        campaigns.patch(campaign_id, outcome.campaign)
    if outcome.creatives:
        campaigns.save_creatives(
            [CreativeRecord.from_json({"campaign_id": campaign_id, **item})
             for item in outcome.creatives]
        )  # fmt: skip
    return [
        replace(
            new,
            batch_id=new.batch_id or job.batch_id,
            campaign_id=new.campaign_id or campaign_id,
        )
        for new in outcome.jobs
    ]
