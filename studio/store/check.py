"""Comparing the rows of the library with its files, and putting right what can be.

Nothing is ever deleted: a file that no asset names, or whose bytes are not what they should be,
moves to ``trash/extra``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.store.asset_files import sha256_of
from studio.store.errors import file_writes
from studio.store.records import CheckReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from studio.core.paths import LibraryPaths
    from studio.store.asset_files import AssetFiles
    from studio.store.database import Database


@dataclass(frozen=True, slots=True)
class _Stored:
    """A file that assets name."""

    path: str
    sha256: str
    bytes: int
    living: bool
    marked: bool
    ids: tuple[str, ...]


class Check:
    """One run over the library."""

    def __init__(
        self,
        db: Database,
        paths: LibraryPaths,
        files: AssetFiles,
        *,
        deep: bool,
        progress: Callable[[int, int], None] | None,
    ) -> None:
        self._db = db
        self._paths = paths
        self._files = files
        self._deep = deep
        self._progress = progress
        self._bad: dict[str, list[_Stored]] = {"missing": [], "altered": [], "misplaced": []}

    # looking ------------------------------------------------------------------------------------

    def look(self) -> CheckReport:
        """Compare everything and change nothing."""
        stored = self._stored()
        for number, item in enumerate(stored, start=1):
            fault = self._fault(item)
            if fault:
                self._bad[fault].append(item)
            if self._progress:
                self._progress(number, len(stored))
        ids = {name: tuple(i for item in bad for i in item.ids) for name, bad in self._bad.items()}
        return CheckReport(
            missing=ids["missing"],
            altered=ids["altered"],
            misplaced=ids["misplaced"],
            extra=tuple(path.relative_to(self._paths.root).as_posix() for path in self._extra()),
            database=self._database_faults(),
            checked=len(stored),
        )

    def _stored(self) -> list[_Stored]:
        rows = self._db.rows(
            "SELECT path, sha256, max(bytes), max(trashed_at = 0), max(missing),"
            " json_group_array(id) FROM assets GROUP BY path, sha256 ORDER BY path"
        )
        return [
            _Stored(path, sha256, size, bool(living), bool(marked), tuple(json.loads(ids)))
            for path, sha256, size, living, marked, ids in rows
        ]

    def _fault(self, item: _Stored) -> str:
        found = self._files.find(item.path)
        if not found.is_file():
            return "missing"
        if not self._is_good(found, item):
            return "altered"
        home = self._files.place(item.path) if item.living else self._files.trash_place(item.path)
        return "misplaced" if found != home or item.marked else ""

    def _is_good(self, path: Path, item: _Stored) -> bool:
        if path.stat().st_size != item.bytes:
            return False
        return not self._deep or sha256_of(path) == item.sha256

    def _extra(self) -> Iterator[Path]:
        known = {row[0] for row in self._db.rows("SELECT DISTINCT path FROM assets")}
        names = {path.rpartition("/")[2] for path in known}
        for path in sorted(self._paths.assets.rglob("*")):
            if path.is_file() and path.relative_to(self._paths.root).as_posix() not in known:
                yield path
        if self._paths.trash.is_dir():
            for path in sorted(self._paths.trash.iterdir()):
                if path.is_file() and path.name not in names:
                    yield path

    def _database_faults(self) -> tuple[str, ...]:
        pragma = "integrity_check" if self._deep else "quick_check"
        found = [str(line) for line in self._db.column(f"PRAGMA {pragma}(20)") if line != "ok"]
        found += [
            f"table {table}: row {row} names a row of {parent} that is not there"
            for table, row, parent, _ in self._db.rows("PRAGMA foreign_key_check")
        ]
        return tuple(found)

    # putting right ------------------------------------------------------------------------------

    def repair(self, report: CheckReport) -> tuple[str, ...]:
        """Put right what ``look`` found; return one line for each thing done."""
        done: list[str] = []
        for item in self._bad["misplaced"]:
            with self._db.write():
                done.append(self._put_home(item))
        for item in [*self._bad["altered"], *self._bad["missing"]]:
            with self._db.write():
                done.append(self._replace(item))
        for name in report.extra:
            with self._db.write():
                line = self._put_aside(name)
                done += [line] if line else []
        return tuple(done)

    def _put_home(self, item: _Stored) -> str:
        if item.living:
            self._files.ensure(item.path)
        else:
            self._files.to_trash(item.path)
        self._mark(item, missing=False)
        return f"{item.path}: put where it belongs"

    def _replace(self, item: _Stored) -> str:
        """Put a good copy in place of a lost or altered file, or mark its assets as missing."""
        found = self._files.find(item.path)
        good = next((path for path in self._copies(item) if self._is_good(path, item)), None)
        if found.is_file() and found != good:
            self._files.to_lost_and_found(found)
        if good is None:
            self._mark(item, missing=True)
            return f"{item.path}: no good copy is left, marked as missing"
        home = self._files.place(item.path) if item.living else self._files.trash_place(item.path)
        with file_writes(self._paths.root):
            home.parent.mkdir(parents=True, exist_ok=True)
            good.replace(home)
        self._mark(item, missing=False)
        return f"{item.path}: restored from {good.parent.name}"

    def _copies(self, item: _Stored) -> list[Path]:
        lost = self._files.lost_and_found
        return [
            path
            for path in (
                self._files.place(item.path),
                self._files.trash_place(item.path),
                *sorted(lost.glob(f"{item.sha256}*")),
            )
            if path.is_file()
        ]

    def _mark(self, item: _Stored, *, missing: bool) -> None:
        for asset_id in item.ids:
            self._db.rows(
                "UPDATE assets SET missing = ?, seq = ? WHERE id = ? AND missing <> ?",
                (int(missing), self._db.next_seq(), asset_id, int(missing)),
            )

    def _put_aside(self, name: str) -> str:
        """Move an extra file aside, unless an asset has come to name it since."""
        path = self._paths.root / name
        named = self._db.value(
            "SELECT 1 FROM assets WHERE path = ? OR path LIKE '%/' || ?", (name, path.name)
        )
        if named or not path.is_file():
            return ""
        target = self._files.to_lost_and_found(path)
        return f"{name}: moved to {target.relative_to(self._paths.root).as_posix()}"
