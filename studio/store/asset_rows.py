"""Rows of the table ``assets``: reading them, and turning an AssetQuery into SQL."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from studio.core.asset import Asset, AssetQuery
from studio.core.errors import NotFound, RecipeError
from studio.core.recipe import Recipe
from studio.store.search import query_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from studio.store.database import Database, Row

_COLUMNS = (
    "a.number, a.id, a.seq, a.sha256, a.media_type, a.modality, a.path, a.bytes, a.title,"
    " d.prompt, a.model, a.width, a.height, a.duration, a.rating, a.created_at,"
    " coalesce(a.job_id, ''), a.attempt, a.campaign_id, d.recipe, d.text, a.trashed_at, a.source,"
    " a.missing"
)
SELECT = f"SELECT {_COLUMNS} FROM assets a JOIN asset_details d ON d.number = a.number"
_ORDER = {
    "newest": "a.number DESC",
    "oldest": "a.number",
    "rating": "a.rating DESC, a.number DESC",
    "title": "a.title COLLATE NOCASE, a.number",
}
_EQUAL = ("modality", "model", "job_id", "campaign_id", "source")


def assets_of(db: Database, rows: Iterable[Row]) -> list[Asset]:
    """Return the assets of rows that SELECT made, with their tags."""
    rows = list(rows)
    tags: dict[int, list[str]] = {}
    for number, tag in db.rows(
        "SELECT number, tag FROM asset_tags WHERE number IN (SELECT value FROM json_each(?))"
        " ORDER BY tag",
        (json.dumps([row[0] for row in rows]),),
    ):
        tags.setdefault(number, []).append(tag)
    return [
        Asset(
            *[
                *row[1:19],
                _recipe(row[19]),
                tuple(tags.get(row[0], ())),
                *row[20:23],
                bool(row[23]),
            ]
        )
        for row in rows
    ]


def _recipe(text: str | None) -> Recipe | None:
    """Read a stored recipe; one that this version cannot read does not hide the asset."""
    if text is None:
        return None
    try:
        return Recipe.loads(text)
    except RecipeError:
        return None


def number_of(db: Database, asset_id: str) -> int:
    """Return an asset's row number.

    Raises:
        NotFound: There is none of that id.
    """
    number = db.value("SELECT number FROM assets WHERE id = ?", (asset_id,))
    if number is None:
        raise NotFound(f"There is no asset {asset_id}.")
    return int(number)


def where(query: AssetQuery) -> tuple[str, dict[str, Any]]:
    """Return the WHERE clause of a query and its values."""
    parts = ["a.trashed_at <> 0" if query.trashed else "a.trashed_at = 0"]
    values: dict[str, Any] = {}
    for name in _EQUAL:
        value = getattr(query, name)
        if value:
            parts.append(f"a.{name} = :{name}")
            values[name] = value
    if query.minimum_rating > 0:
        parts.append("a.rating >= :rating")
        values["rating"] = query.minimum_rating
    if query.tag:
        parts.append("a.number IN (SELECT number FROM asset_tags WHERE tag = :tag)")
        values["tag"] = query.tag
    if query.board_id:
        parts.append("a.number IN (SELECT number FROM board_assets WHERE board_id = :board)")
        values["board"] = query.board_id
    words = query_of(query.search)
    if words:
        parts.append("a.number IN (SELECT rowid FROM asset_search WHERE asset_search MATCH :words)")
        values["words"] = words
    return " AND ".join(parts), values


def order(query: AssetQuery) -> str:
    """Return the ORDER BY clause of a query. Time plays no part: clocks can be set back."""
    return _ORDER[query.order]
