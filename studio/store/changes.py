"""What changed after a sequence number: how windows and the engine follow the library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.store.records import Changes

if TYPE_CHECKING:
    from studio.store.database import Database

#: (kind, query for (seq, id) after :seq in order); each uses an index on seq.
_SOURCES = (
    ("jobs", "SELECT seq, id FROM jobs WHERE seq > :seq ORDER BY seq LIMIT :limit"),
    ("progress", "SELECT seq, job_id FROM progress WHERE seq > :seq ORDER BY seq LIMIT :limit"),
    ("assets", "SELECT seq, id FROM assets WHERE seq > :seq ORDER BY seq LIMIT :limit"),
    (
        "removed",
        "SELECT seq, kind || ' ' || id FROM removed WHERE seq > :seq ORDER BY seq LIMIT :limit",
    ),
    ("campaigns", "SELECT seq, id FROM campaigns WHERE seq > :seq ORDER BY seq LIMIT :limit"),
    (
        "campaigns",
        "SELECT seq, campaign_id FROM creatives WHERE seq > :seq ORDER BY seq LIMIT :limit",
    ),
    ("models", "SELECT seq, '' FROM checkpoints WHERE seq > :seq ORDER BY seq LIMIT :limit"),
    ("models", "SELECT seq, '' FROM adapters WHERE seq > :seq ORDER BY seq LIMIT :limit"),
    ("boards", "SELECT seq, '' FROM boards WHERE seq > :seq ORDER BY seq LIMIT :limit"),
    ("state", "SELECT seq, '' FROM state WHERE seq > :seq ORDER BY seq LIMIT :limit"),
    ("state", "SELECT seq, '' FROM engine WHERE seq > :seq"),
)
_MODELS = ("checkpoints", "adapters")


def changes_since(db: Database, seq: int, limit: int) -> Changes:
    """Return what changed after ``seq``, oldest first, at most ``limit`` rows."""
    found: list[tuple[int, str, str]] = []
    with db.snapshot():
        newest = db.sequence()
        for kind, sql in _SOURCES:
            values = {"seq": seq, "limit": limit + 1} if ":limit" in sql else {"seq": seq}
            found += [(row[0], kind, row[1]) for row in db.rows(sql, values)]
    found.sort()
    more = len(found) > limit
    found = found[:limit]
    ids: dict[str, dict[str, None]] = {}
    for _, kind, row_id in found:
        ids.setdefault(kind, {})[row_id] = None
    removed = tuple(_tombstone(entry) for entry in ids.get("removed", ()))
    return Changes(
        seq=found[-1][0] if more else newest,
        jobs=tuple(ids.get("jobs", ())),
        progress=tuple(ids.get("progress", ())),
        assets=tuple(ids.get("assets", ())),
        removed=removed,
        campaigns=tuple(ids.get("campaigns", ())),
        models="models" in ids or any(kind in _MODELS for kind, _ in removed),
        state="state" in ids,
        boards="boards" in ids or any(kind == "boards" for kind, _ in removed),
        more=more,
    )


def _tombstone(entry: str) -> tuple[str, str]:
    kind, _, row_id = entry.partition(" ")
    return kind, row_id
