"""The durable job queue: reading it, the clients' moves, the engine's moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store.job_engine import JobEngine
from studio.store.job_moves import JobMoves
from studio.store.job_reads import JobReads

if TYPE_CHECKING:
    from studio.store.asset_store import AssetStore
    from studio.store.campaign_store import CampaignStore
    from studio.store.database import Database
    from studio.store.state_store import StateStore


class JobQueue(JobReads, JobMoves, JobEngine):
    """The queue of one library.

    Clients use ``enqueue``, ``cancel``, ``pause``, ``resume``, ``move``, ``edit`` and ``retry``;
    ``claim``, ``report``, ``finish``, ``fail``, ``cancelled``, ``paused`` and ``requeue`` are the
    engine's alone.
    """

    def __init__(
        self, db: Database, assets: AssetStore, campaigns: CampaignStore, state: StateStore
    ) -> None:
        self._db = db
        self._assets = assets
        self._campaigns = campaigns
        self._state = state
