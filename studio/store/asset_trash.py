"""The trash: assets leave the library, come back, or go for good."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar

from studio.store.records import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from studio.store.asset_files import AssetFiles
    from studio.store.database import Database

_T = TypeVar("_T")
_OTHERS = "SELECT trashed_at = 0 FROM assets WHERE sha256 = ? ORDER BY 1 DESC LIMIT 1"
_AT_ONCE = 100  # files; moving them takes time, and nobody else can write meanwhile


class AssetTrash:
    """The trash of one library; a part of AssetStore."""

    _db: Database
    _files: AssetFiles

    def trash(self, ids: Iterable[str]) -> int:
        """Put assets into the trash; return how many went.

        Unknown and trashed ones are passed over. A file moves along when no living asset has the
        same bytes.
        """
        with self._db.write():
            rows = self._rows(ids, "trashed_at = 0")
            for number, _, _ in rows:
                self._db.rows(
                    "UPDATE assets SET trashed_at = ?, seq = ? WHERE number = ?",
                    (now(), self._db.next_seq(), number),
                )
            for _, sha256, path in rows:
                if not self._db.value(_OTHERS, (sha256,)):
                    self._files.to_trash(path)
            return len(rows)

    def restore(self, ids: Iterable[str]) -> int:
        """Take assets out of the trash; return how many came back.

        Raises:
            LibraryError: A file is lost; nothing was restored.
        """
        wanted = list(ids)
        for _, _, path in self._rows(wanted, "trashed_at <> 0"):
            self._files.located(path)
        return sum(self._restore(part) for part in _parts(wanted))

    def _restore(self, ids: Sequence[str]) -> int:
        with self._db.write():
            rows = self._rows(ids, "trashed_at <> 0")
            self._files.ensure_all(path for _, _, path in rows)
            for number, _, _ in rows:
                self._db.rows(
                    "UPDATE assets SET trashed_at = 0, missing = 0, seq = ? WHERE number = ?",
                    (self._db.next_seq(), number),
                )
            return len(rows)

    def empty_trash(self, ids: Iterable[str] | None = None) -> int:
        """Delete trashed assets for good, all or those named; return how many went.

        Rows go first; their files only once that is committed, and only those whose bytes no other
        asset has.
        """
        with self._db.write():
            if ids is None:
                ids = self._db.column("SELECT id FROM assets WHERE trashed_at <> 0")
            rows = self._rows(ids, "trashed_at <> 0")
            for number, _, _ in rows:
                asset_id = self._db.value("SELECT id FROM assets WHERE number = ?", (number,))
                self._db.rows("DELETE FROM asset_search WHERE rowid = ?", (number,))
                self._db.rows("DELETE FROM assets WHERE number = ?", (number,))
                self._db.tombstone("assets", asset_id)
            self._db.after_commit(lambda: self._delete_files(rows))
            return len(rows)

    def _delete_files(self, rows: list[tuple[int, str, str]]) -> None:
        """Delete files that no row names any more, holding the write lock so that none is added.

        Not all at once: an engine that waits for the lock must get it in between.
        """
        for part in _parts(sorted({(row[1], row[2]) for row in rows})):
            with self._db.write():
                for sha256, path in part:
                    others = self._db.value(_OTHERS, (sha256,))
                    if others is None:
                        self._files.delete_trashed(path)
                    elif others:
                        self._files.ensure(path)

    def _rows(self, ids: Iterable[str], condition: str) -> list[tuple[int, str, str]]:
        rows = self._db.rows(
            "SELECT number, sha256, path FROM assets WHERE id IN (SELECT value FROM json_each(?))"
            f" AND {condition} ORDER BY number",
            (json.dumps(list(ids)),),
        )
        return [(row[0], row[1], row[2]) for row in rows]


def _parts(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), _AT_ONCE):
        yield items[start : start + _AT_ONCE]
