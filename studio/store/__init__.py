"""The only package that speaks SQL: the queue, the assets and everything else in library.db."""

from __future__ import annotations

from studio.store.errors import StaleAttempt
from studio.store.job_reads import BatchSummary
from studio.store.library import Library
from studio.store.records import (
    CampaignRecord,
    Changes,
    CheckReport,
    CreativeRecord,
    EngineState,
    NewAsset,
)

__all__ = [
    "BatchSummary",
    "CampaignRecord",
    "Changes",
    "CheckReport",
    "CreativeRecord",
    "EngineState",
    "Library",
    "NewAsset",
    "StaleAttempt",
]
