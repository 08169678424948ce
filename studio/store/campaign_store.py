"""Campaigns and creatives as documents; their meaning is the campaign services' business."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from studio.core.errors import NotFound
from studio.store.records import CampaignRecord, CreativeRecord, clean, now, to_json

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable, Mapping

    from generators.api import JsonValue
    from studio.store.database import Database, Row

_CAMPAIGN = "id, name, status, brief, plan, data, created_at, updated_at, seq"
_CREATIVE = "id, campaign_id, placement, variant, size, language, status, data, seq"


class CampaignStore:
    """The campaigns of one library."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def save(self, campaign: CampaignRecord) -> CampaignRecord:
        """Insert or replace a campaign by its id; return it as it stands."""
        with self._db.write():
            self._db.rows(
                f"INSERT INTO campaigns ({_CAMPAIGN}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status,"
                " brief = excluded.brief, plan = excluded.plan, data = excluded.data,"
                " updated_at = excluded.updated_at, seq = excluded.seq",
                (
                    campaign.id,
                    clean(campaign.name),
                    campaign.status,
                    to_json(dict(campaign.brief)),
                    to_json(dict(campaign.plan)),
                    to_json(dict(campaign.data)),
                    campaign.created_at or now(),
                    now(),
                    self._db.next_seq(),
                ),
            )
            return self.get(campaign.id)

    def patch(self, campaign_id: str, keys: Mapping[str, JsonValue]) -> CampaignRecord:
        """Set keys of a campaign's ``data``; the key ``status`` sets its status instead.

        Raises:
            NotFound: There is no such campaign.
        """
        with self._db.write():
            campaign = self.get(campaign_id)
            data = {**campaign.data, **{k: v for k, v in keys.items() if k != "status"}}
            self._db.rows(
                "UPDATE campaigns SET data = ?, status = ?, updated_at = ?, seq = ? WHERE id = ?",
                (
                    to_json(data),
                    str(keys.get("status", campaign.status)),
                    now(),
                    self._db.next_seq(),
                    campaign_id,
                ),
            )
            return self.get(campaign_id)

    def exists(self, campaign_id: str) -> bool:
        """Tell whether there is such a campaign."""
        return self._db.row("SELECT 1 FROM campaigns WHERE id = ?", (campaign_id,)) is not None

    def get(self, campaign_id: str) -> CampaignRecord:
        """Return one campaign.

        Raises:
            NotFound: There is none of that id.
        """
        row = self._db.row(f"SELECT {_CAMPAIGN} FROM campaigns WHERE id = ?", (campaign_id,))
        if row is None:
            raise NotFound(f"There is no campaign {campaign_id}.")
        return _campaign(row)

    def list(self) -> builtins.list[CampaignRecord]:
        """Return all campaigns, newest change first."""
        rows = self._db.rows(f"SELECT {_CAMPAIGN} FROM campaigns ORDER BY seq DESC")
        return [_campaign(row) for row in rows]

    def remove(self, campaign_id: str) -> None:
        """Delete a campaign and its creatives; its assets and jobs stay.

        Raises:
            NotFound: There is none of that id.
        """
        with self._db.write():
            self.get(campaign_id)
            for creative in self.creatives(campaign_id):
                self._db.tombstone("creatives", creative.id)
            self._db.rows("DELETE FROM campaigns WHERE id = ?", (campaign_id,))
            self._db.tombstone("campaigns", campaign_id)

    def creatives(self, campaign_id: str) -> builtins.list[CreativeRecord]:
        """Return the creatives of a campaign by placement, variant, size and language."""
        rows = self._db.rows(
            f"SELECT {_CREATIVE} FROM creatives WHERE campaign_id = ?"
            " ORDER BY placement, variant, size, language, id",
            (campaign_id,),
        )
        return [_creative(row) for row in rows]

    def get_creative(self, creative_id: str) -> CreativeRecord:
        """Return one creative.

        Raises:
            NotFound: There is none of that id.
        """
        row = self._db.row(f"SELECT {_CREATIVE} FROM creatives WHERE id = ?", (creative_id,))
        if row is None:
            raise NotFound(f"There is no creative {creative_id}.")
        return _creative(row)

    def save_creatives(self, creatives: Iterable[CreativeRecord]) -> builtins.list[CreativeRecord]:
        """Insert or replace creatives by their ids; return them as they stand.

        Raises:
            NotFound: One belongs to a campaign that does not exist.
        """
        wanted = list(creatives)
        with self._db.write():
            for campaign_id in {creative.campaign_id for creative in wanted}:
                self.get(campaign_id)
            self._db.many(
                f"INSERT INTO creatives ({_CREATIVE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (id) DO UPDATE SET campaign_id = excluded.campaign_id,"
                " placement = excluded.placement, variant = excluded.variant,"
                " size = excluded.size, language = excluded.language, status = excluded.status,"
                " data = excluded.data, seq = excluded.seq",
                [
                    (
                        creative.id,
                        creative.campaign_id,
                        creative.placement,
                        creative.variant,
                        creative.size,
                        creative.language,
                        creative.status,
                        to_json(dict(creative.data)),
                        self._db.next_seq(),
                    )
                    for creative in wanted
                ],
            )
            return [self.get_creative(creative.id) for creative in wanted]

    def remove_creative(self, creative_id: str) -> None:
        """Delete one creative; its assets stay.

        Raises:
            NotFound: There is none of that id.
        """
        with self._db.write():
            self.get_creative(creative_id)
            self._db.rows("DELETE FROM creatives WHERE id = ?", (creative_id,))
            self._db.tombstone("creatives", creative_id)


def _campaign(row: Row) -> CampaignRecord:
    values = list(row)
    values[3:6] = (json.loads(text) for text in row[3:6])
    return CampaignRecord(*values)


def _creative(row: Row) -> CreativeRecord:
    values = list(row)
    values[7] = json.loads(row[7])
    return CreativeRecord(*values)
