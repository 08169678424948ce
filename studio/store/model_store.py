"""Checkpoints and adapters that the library knows: where they lie and what they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.checkpoint import Adapter, Checkpoint
from studio.core.errors import NotFound
from studio.core.ids import new_id
from studio.store.records import clean, now, to_json

if TYPE_CHECKING:
    import builtins

    from studio.store.database import Database, Row

_CHECKPOINT = (
    "id, name, generator, modality, family, format, path, bytes, sha256, licence, commercial_use,"
    " languages, details, source, untrained, added_at"
)
_ADAPTER = (
    "id, name, generator, family, path, bytes, sha256, licence, commercial_use, trigger, added_at"
)


class ModelStore:
    """The weights that a library knows. ``missing`` is looked up on disk at every read."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # checkpoints --------------------------------------------------------------------------------

    def list(self, modality: str = "", generator: str = "") -> builtins.list[Checkpoint]:
        """Return checkpoints by name, of one modality or generator when asked."""
        rows = self._db.rows(
            f"SELECT {_CHECKPOINT} FROM checkpoints WHERE :modality IN ('', modality)"
            " AND :generator IN ('', generator) ORDER BY name COLLATE NOCASE, id",
            {"modality": modality, "generator": generator},
        )
        return [_checkpoint(row) for row in rows]

    def get(self, checkpoint_id: str) -> Checkpoint:
        """Return one checkpoint.

        Raises:
            NotFound: There is none of that id.
        """
        row = self._db.row(f"SELECT {_CHECKPOINT} FROM checkpoints WHERE id = ?", (checkpoint_id,))
        if row is None:
            raise NotFound(f"There is no checkpoint {checkpoint_id}.")
        return _checkpoint(row)

    def at_path(self, path: Path | str) -> Checkpoint | None:
        """Return the checkpoint that lies at a path, or None."""
        row = self._db.row(f"SELECT {_CHECKPOINT} FROM checkpoints WHERE path = ?", (str(path),))
        return _checkpoint(row) if row else None

    def add(self, checkpoint: Checkpoint) -> Checkpoint:
        """Add a checkpoint; one at the same path (or of the same id) is updated and keeps its id.

        An empty id is made.
        """
        with self._db.write():
            old = self.at_path(checkpoint.path)
            new = replace(
                checkpoint,
                id=old.id if old else checkpoint.id or new_id(),
                added_at=old.added_at if old else checkpoint.added_at or now(),
            )
            self._put("checkpoints", _checkpoint_values(new))
            return self.get(new.id)

    def update(self, checkpoint_id: str, **fields: Any) -> Checkpoint:  # noqa: ANN401
        """Set fields of a checkpoint, such as ``name``, ``licence`` or ``commercial_use``.

        Raises:
            NotFound: There is none of that id.
            TypeError: A field that a checkpoint does not have.
        """
        with self._db.write():
            new = replace(self.get(checkpoint_id), **{**fields, "id": checkpoint_id})
            self._put("checkpoints", _checkpoint_values(new))
            return self.get(checkpoint_id)

    def remove(self, checkpoint_id: str) -> None:
        """Forget a checkpoint; its files stay where they are.

        Raises:
            NotFound: There is none of that id.
        """
        with self._db.write():
            self.get(checkpoint_id)
            self._db.rows("DELETE FROM checkpoints WHERE id = ?", (checkpoint_id,))
            self._db.tombstone("checkpoints", checkpoint_id)

    # adapters -----------------------------------------------------------------------------------

    def adapters(self, generator: str = "", family: str = "") -> builtins.list[Adapter]:
        """Return adapters by name, of one generator or family when asked."""
        rows = self._db.rows(
            f"SELECT {_ADAPTER} FROM adapters WHERE :generator IN ('', generator)"
            " AND :family IN ('', family) ORDER BY name COLLATE NOCASE, id",
            {"generator": generator, "family": family},
        )
        return [_adapter(row) for row in rows]

    def get_adapter(self, adapter_id: str) -> Adapter:
        """Return one adapter.

        Raises:
            NotFound: There is none of that id.
        """
        row = self._db.row(f"SELECT {_ADAPTER} FROM adapters WHERE id = ?", (adapter_id,))
        if row is None:
            raise NotFound(f"There is no adapter {adapter_id}.")
        return _adapter(row)

    def add_adapter(self, adapter: Adapter) -> Adapter:
        """Add an adapter; one at the same path (or of the same id) is updated and keeps its id."""
        with self._db.write():
            row = self._db.row(f"SELECT {_ADAPTER} FROM adapters WHERE path = ?", (adapter.path,))
            old = _adapter(row) if row else None
            new = replace(
                adapter,
                id=old.id if old else adapter.id or new_id(),
                added_at=old.added_at if old else adapter.added_at or now(),
            )
            self._put("adapters", _adapter_values(new))
            return self.get_adapter(new.id)

    def update_adapter(self, adapter_id: str, **fields: Any) -> Adapter:  # noqa: ANN401
        """Set fields of an adapter, such as ``name`` or ``trigger``.

        Raises:
            NotFound: There is none of that id.
            TypeError: A field that an adapter does not have.
        """
        with self._db.write():
            new = replace(self.get_adapter(adapter_id), **{**fields, "id": adapter_id})
            self._put("adapters", _adapter_values(new))
            return self.get_adapter(adapter_id)

    def remove_adapter(self, adapter_id: str) -> None:
        """Forget an adapter; its files stay where they are.

        Raises:
            NotFound: There is none of that id.
        """
        with self._db.write():
            self.get_adapter(adapter_id)
            self._db.rows("DELETE FROM adapters WHERE id = ?", (adapter_id,))
            self._db.tombstone("adapters", adapter_id)

    def _put(self, table: str, values: dict[str, Any]) -> None:
        values = {**values, "seq": self._db.next_seq()}
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        sets = ", ".join(f"{name} = excluded.{name}" for name in values if name != "id")
        self._db.rows(
            f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT (id) DO UPDATE SET {sets}",
            values,
        )


def _checkpoint(row: Row) -> Checkpoint:
    values = list(row)
    values[10] = bool(row[10])
    values[11:13] = tuple(json.loads(row[11])), json.loads(row[12])
    values[14] = bool(row[14])
    values.append(not _is_there(row[6]))
    return Checkpoint(*values)


def _checkpoint_values(item: Checkpoint) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": clean(item.name),
        "generator": item.generator,
        "modality": item.modality,
        "family": item.family,
        "format": item.format,
        "path": item.path,
        "bytes": item.bytes,
        "sha256": item.sha256,
        "licence": clean(item.licence),
        "commercial_use": int(item.commercial_use),
        "languages": to_json(list(item.languages)),
        "details": to_json(dict(item.details)),
        "source": clean(item.source),
        "untrained": int(item.untrained),
        "added_at": item.added_at,
    }


def _adapter(row: Row) -> Adapter:
    values = list(row)
    values[8] = bool(row[8])
    values.append(not _is_there(row[4]))
    return Adapter(*values)


def _adapter_values(item: Adapter) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": clean(item.name),
        "generator": item.generator,
        "family": item.family,
        "path": item.path,
        "bytes": item.bytes,
        "sha256": item.sha256,
        "licence": clean(item.licence),
        "commercial_use": int(item.commercial_use),
        "trigger": clean(item.trigger),
        "added_at": item.added_at,
    }


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except OSError:  # a folder on the way may not be entered
        return False
