"""Small values by key, whether the queue is paused, and what the engine says about itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from studio.store.records import EngineState, clean, to_json

if TYPE_CHECKING:
    from generators.api import JsonValue
    from studio.store.database import Database

QUEUE_PAUSED = "queue_paused"  # job_engine names it in SQL too


class StateStore:
    """State of the library that belongs to no job, asset or campaign."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, key: str, default: JsonValue = None) -> JsonValue:
        """Return the value of a key, or ``default`` when it was never set (or set to None)."""
        text = self._db.value("SELECT value FROM state WHERE key = ?", (key,))
        value = None if text is None else json.loads(text)
        return default if value is None else value

    def set(self, key: str, value: JsonValue) -> None:
        """Set the value of a key; None is "not set"."""
        with self._db.write():
            self._db.rows(
                "INSERT INTO state (key, seq, value) VALUES (?, ?, ?) ON CONFLICT (key)"
                " DO UPDATE SET seq = excluded.seq, value = excluded.value",
                (key, self._db.next_seq(), to_json(value)),
            )

    def pause_queue(self, reason: str = "") -> None:
        """Let nothing more be claimed; what runs goes on."""
        self.set(QUEUE_PAUSED, clean(reason))

    def resume_queue(self) -> None:
        """Let jobs be claimed again."""
        self.set(QUEUE_PAUSED, None)

    def queue_paused(self) -> str | None:
        """Return the reason why the queue is paused (may be empty), or None when it is not."""
        reason = self.get(QUEUE_PAUSED)
        return None if reason is None else str(reason)

    def engine_state(self) -> EngineState:
        """Return what the engine last said about itself."""
        row = self._db.row(
            "SELECT pid, status, message, device, resident, rss, updated_at FROM engine"
        )
        if row is None:
            return EngineState()
        values = list(row)
        values[4] = tuple(json.loads(row[4]))
        return EngineState(*values)

    def set_engine_state(self, state: EngineState) -> None:
        """Overwrite what the engine says about itself."""
        with self._db.write(durable=False):
            self._db.rows(
                "INSERT OR REPLACE INTO engine VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    self._db.next_seq(),
                    state.pid,
                    state.status,
                    clean(state.message),
                    state.device,
                    to_json(list(state.resident)),
                    state.rss,
                    state.updated_at,
                ),
            )
