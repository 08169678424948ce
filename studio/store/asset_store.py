"""The assets of a library: adding, finding, rating, tagging, lineage."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from studio.core.ids import new_id
from studio.store import asset_rows, check
from studio.store.asset_files import AssetFiles
from studio.store.asset_trash import AssetTrash
from studio.store.boards import BoardStore
from studio.store.records import CheckReport, NewAsset, clean, now, to_json
from studio.store.search import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from studio.core.asset import Asset, AssetQuery
    from studio.core.paths import LibraryPaths
    from studio.store.database import Database

_TEXT_KEPT = 20_000  # characters
_MAX_TAG = 60


class AssetStore(AssetTrash, BoardStore):
    """The assets of one library."""

    def __init__(self, db: Database, paths: LibraryPaths) -> None:
        self._db = db
        self._files = AssetFiles(paths)
        self._paths = paths

    # files --------------------------------------------------------------------------------------

    def add_file(self, staged: Path, sha256: str | None = None) -> tuple[str, str]:
        """Move a whole file into the library, flushed to disk; return SHA-256 and relative path.

        Do this before ``add`` or ``finish``. Bytes that are there already are not stored again. A
        ``sha256`` that is given is believed.

        Raises:
            DiskFull, LibraryReadOnly: The staged file is left as it was.
        """
        return self._files.add(staged, sha256)

    def discard_file(self, sha256: str) -> bool:
        """Take back an ``add_file`` whose ``add`` never came; tell whether a file was deleted.

        A file that an asset names stays.
        """
        with self._db.write():
            named = self._db.row("SELECT 1 FROM assets WHERE sha256 = ?", (sha256,))
            return not named and self._files.delete(sha256)

    def copy_file(self, source: Path) -> tuple[str, str]:
        """Copy a file into the library, for an import; as ``add_file`` else."""
        return self._files.copy_in(source)

    def file(self, asset: Asset) -> Path:
        """Return the absolute path of an asset's file, wherever it lies, trash included."""
        return self._files.find(asset.path)

    # adding and changing ------------------------------------------------------------------------

    def add(self, new: NewAsset) -> Asset:
        """Add an asset whose file is at its place.

        Raises:
            LibraryError: The file is not there.
        """
        with self._db.write():
            self._files.ensure(new.path)
            asset_id = new.id or new_id()
            self._db.rows(
                "INSERT INTO assets (id, seq, sha256, media_type, modality, path, bytes, title,"
                " model, width, height, duration, created_at, job_id, attempt, campaign_id, source)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    asset_id,
                    self._db.next_seq(),
                    new.sha256,
                    new.media_type,
                    new.modality,
                    new.path,
                    new.bytes,
                    clean(new.title),
                    clean(new.model),
                    new.width,
                    new.height,
                    float(new.duration),
                    now(),
                    new.job_id or None,
                    new.attempt,
                    new.campaign_id,
                    new.source,
                ),
            )
            number = asset_rows.number_of(self._db, asset_id)
            self._db.rows(
                "INSERT INTO asset_details VALUES (?, ?, ?, ?)",
                (
                    number,
                    clean(new.prompt),
                    clean(new.text[:_TEXT_KEPT]),
                    to_json(new.recipe.to_json()) if new.recipe else None,
                ),
            )
            self._set_tags(number, new.tags)
            self._link(number, new)
            self._index(number)
            return self.get(asset_id)

    def _link(self, number: int, new: NewAsset) -> None:
        inputs = new.recipe.request.inputs if new.recipe else ()
        parents = [*new.parents, *(item.asset_id for item in inputs if item.asset_id)]
        if parents:
            self._db.rows(
                "INSERT OR IGNORE INTO asset_parents SELECT :child, number FROM assets"
                " WHERE id IN (SELECT value FROM json_each(:ids)) AND number <> :child",
                {"child": number, "ids": json.dumps(parents)},
            )

    def _set_tags(self, number: int, tags: Iterable[str]) -> None:
        kept: dict[str, str] = {}
        for tag in tags:
            tidy = " ".join(clean(tag).split())[:_MAX_TAG]
            if tidy:
                kept.setdefault(tidy.casefold(), tidy)
        self._db.rows("DELETE FROM asset_tags WHERE number = ?", (number,))
        self._db.many(
            "INSERT OR IGNORE INTO asset_tags VALUES (?, ?)",
            ((number, tag) for tag in kept.values()),
        )

    def _index(self, number: int) -> None:
        row = self._db.row(
            "SELECT a.title, d.prompt, a.model FROM assets a JOIN asset_details d"
            " ON d.number = a.number WHERE a.number = ?",
            (number,),
        )
        tags = self._db.column("SELECT tag FROM asset_tags WHERE number = ?", (number,))
        title, prompt, model = row or ("", "", "")
        self._db.rows(
            "INSERT OR REPLACE INTO asset_search (rowid, title, prompt, tags, model)"
            " VALUES (?, ?, ?, ?, ?)",
            (number, words_of(title), words_of(prompt), words_of(" . ".join(tags)),
             words_of(model)),
        )  # fmt: skip

    def update(
        self,
        asset_id: str,
        *,
        title: str | None = None,
        rating: int | None = None,
        tags: Iterable[str] | None = None,
    ) -> Asset:
        """Change title, rating (0 to 5) or tags (all of them at once); None leaves one as it is.

        Raises:
            NotFound: There is none of that id.
            ValueError: The rating is out of range.
        """
        if rating is not None and not 0 <= rating <= 5:
            raise ValueError(f"a rating is 0 to 5, not {rating}")
        with self._db.write():
            number = asset_rows.number_of(self._db, asset_id)
            self._db.rows(
                "UPDATE assets SET seq = ?, title = coalesce(?, title),"
                " rating = coalesce(?, rating) WHERE number = ?",
                (self._db.next_seq(), None if title is None else clean(title), rating, number),
            )
            if tags is not None:
                self._set_tags(number, tags)
            if title is not None or tags is not None:
                self._index(number)
            return self.get(asset_id)

    # reading ------------------------------------------------------------------------------------

    def get(self, asset_id: str) -> Asset:
        """Return one asset.

        Raises:
            NotFound: There is none of that id.
        """
        number = asset_rows.number_of(self._db, asset_id)
        rows = self._db.rows(f"{asset_rows.SELECT} WHERE a.number = ?", (number,))
        return asset_rows.assets_of(self._db, rows)[0]

    def get_many(self, ids: Iterable[str]) -> list[Asset]:
        """Return assets in the order of ``ids``; unknown ids are left out."""
        wanted = list(ids)
        rows = self._db.rows(
            f"{asset_rows.SELECT} WHERE a.id IN (SELECT value FROM json_each(?))",
            (json.dumps(wanted),),
        )
        found = {asset.id: asset for asset in asset_rows.assets_of(self._db, rows)}
        return [found[asset_id] for asset_id in wanted if asset_id in found]

    def page(self, query: AssetQuery, *, limit: int, offset: int = 0) -> list[Asset]:
        """Return a part of what a query finds, in its order."""
        condition, values = asset_rows.where(query)
        rows = self._db.rows(
            f"{asset_rows.SELECT} WHERE {condition} ORDER BY {asset_rows.order(query)}"
            " LIMIT :limit OFFSET :offset",
            {**values, "limit": limit, "offset": offset},
        )
        return asset_rows.assets_of(self._db, rows)

    def count(self, query: AssetQuery) -> int:
        """Return how many assets a query finds."""
        condition, values = asset_rows.where(query)
        return int(self._db.value(f"SELECT count(*) FROM assets a WHERE {condition}", values))

    def ids(self, query: AssetQuery) -> list[str]:
        """Return the ids of all that a query finds, in its order."""
        condition, values = asset_rows.where(query)
        return self._db.column(
            f"SELECT a.id FROM assets a WHERE {condition} ORDER BY {asset_rows.order(query)}",
            values,
        )

    def tags(self) -> list[tuple[str, int]]:
        """Return the tags of living assets with how many have them, most used first."""
        rows = self._db.rows(
            "SELECT min(t.tag), count(*) FROM asset_tags t JOIN assets a ON a.number = t.number"
            " WHERE a.trashed_at = 0 GROUP BY t.tag ORDER BY 2 DESC, 1"
        )
        return [(row[0], row[1]) for row in rows]

    def models(self) -> list[tuple[str, int]]:
        """Return the names of what made living assets, with how many, most used first."""
        rows = self._db.rows(
            "SELECT model, count(*) FROM assets WHERE trashed_at = 0 AND model <> ''"
            " GROUP BY model ORDER BY 2 DESC, 1"
        )
        return [(row[0], row[1]) for row in rows]

    def by_sha(self, sha256: str) -> list[Asset]:
        """Return the assets with these bytes, oldest first, trashed ones included."""
        return self._select("a.sha256 = ? ORDER BY a.number", sha256)

    def parents(self, asset_id: str) -> list[Asset]:
        """Return what an asset was made from."""
        return self._select(
            "a.number IN (SELECT parent FROM asset_parents WHERE child ="
            " (SELECT number FROM assets WHERE id = ?)) ORDER BY a.number",
            asset_id,
        )

    def children(self, asset_id: str) -> list[Asset]:
        """Return what was made from an asset."""
        return self._select(
            "a.number IN (SELECT child FROM asset_parents WHERE parent ="
            " (SELECT number FROM assets WHERE id = ?)) ORDER BY a.number",
            asset_id,
        )

    def _select(self, condition: str, value: str) -> list[Asset]:
        rows = self._db.rows(f"{asset_rows.SELECT} WHERE {condition}", (value,))
        return asset_rows.assets_of(self._db, rows)

    # check --------------------------------------------------------------------------------------

    def check(
        self,
        *,
        repair: bool = False,
        deep: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> CheckReport:
        """Compare rows and files; with ``repair`` put right what can be.

        Args:
            repair: Put files back, mark what is lost, move extra files to ``trash/extra``.
            deep: Read every file and compare its SHA-256; else existence and size only.
            progress: Called with (files looked at, files in all).
        """
        run = check.Check(self._db, self._paths, self._files, deep=deep, progress=progress)
        report = run.look()
        if repair and not report.clean:
            report = replace(report, repaired=run.repair(report))
        return report
