"""What the grid shows of one asset, and how a new list of ids differs from the old. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Literal, get_args

from studio.core.asset import AssetQuery
from studio.services.music_prompt import reads_wishes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from generators.api import JsonValue
    from studio.core.asset import Asset
    from studio.store.library import Library

SNIPPET = 600  # characters of a text that a card can show
FEW = 400  # runs of rows that go one by one; with more the list is shown anew
Order = Literal["newest", "oldest", "rating", "title"]
ORDERS: tuple[Order, ...] = get_args(Order)


@dataclass(frozen=True, slots=True)
class AssetItem:
    """An asset as a cell shows it; small, because thousands are kept.

    Attributes:
        file: Absolute path of its file.
        text: The beginning of a text asset.
        composed: Music whose prompt was read by the composer: it can be turned and go on.
    """

    id: str
    seq: int
    sha256: str
    modality: str
    media_type: str
    file: str
    title: str
    prompt: str
    model: str
    width: int
    height: int
    duration: float
    rating: int
    text: str
    missing: bool
    trashed: bool
    has_recipe: bool
    composed: bool = False

    @property
    def name(self) -> str:
        """What people call it."""
        return self.title or self.prompt or self.id


def make_item(library: Library, asset: Asset, most: int = SNIPPET) -> AssetItem:
    """Return what a cell shows of an asset, with ``most`` characters of its text."""
    return AssetItem(
        id=asset.id,
        seq=asset.seq,
        sha256=asset.sha256,
        modality=asset.modality,
        media_type=asset.media_type,
        file=str(library.assets.file(asset)),
        title=asset.title,
        prompt=asset.prompt[:SNIPPET],
        model=asset.model,
        width=asset.width,
        height=asset.height,
        duration=asset.duration,
        rating=asset.rating,
        text=asset.text[:most],
        missing=asset.missing,
        trashed=bool(asset.trashed_at),
        has_recipe=asset.recipe is not None,
        composed=_is_composed(asset),
    )


def _is_composed(asset: Asset) -> bool:
    checkpoint = asset.recipe.request.checkpoint if asset.recipe else None
    return asset.modality == "audio" and checkpoint is not None and reads_wishes(checkpoint.family)


def read_items(library: Library, ids: Iterable[str]) -> list[AssetItem]:
    """Return the items of some ids; unknown ones are left out."""
    return [make_item(library, asset) for asset in library.assets.get_many(ids)]


@dataclass(frozen=True, slots=True)
class Listing:
    """The ids that a query found, and how to come there from what was listed before.

    Attributes:
        rows: Place of each id.
        steps: ``(first, last, what)`` with what = ``insert`` or ``remove``, to be done in order;
            None when the list is to be shown anew.
    """

    ids: list[str]
    rows: dict[str, int]
    steps: tuple[tuple[int, int, str], ...] | None


def read_listing(library: Library, query: AssetQuery, before: Sequence[str]) -> Listing:
    """Ask for the ids of a query."""
    ids = library.assets.ids(query)
    return Listing(ids, {asset_id: row for row, asset_id in enumerate(ids)}, steps(before, ids))


def steps(before: Sequence[str], after: Sequence[str]) -> tuple[tuple[int, int, str], ...] | None:
    """Return how to turn one list into the other by removing and inserting runs, or None.

    None when what stays is in another order, or too many runs change.
    """
    if before == after:
        return ()
    if not before:
        return None
    old, new = set(before), set(after)
    if [item for item in before if item in new] != [item for item in after if item in old]:
        return None
    gone = _runs([row for row, item in enumerate(before) if item not in new])
    come = _runs([row for row, item in enumerate(after) if item not in old])
    if len(gone) + len(come) > FEW:
        return None
    removals = tuple((first, last, "remove") for first, last in reversed(gone))
    return removals + tuple((first, last, "insert") for first, last in come)


def _runs(rows: list[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = (runs[-1][0], row)
        else:
            runs.append((row, row))
    return runs


def query_to_json(query: AssetQuery) -> dict[str, JsonValue]:
    """Return what of a query is not as at first."""
    plain = AssetQuery()
    return {
        item.name: getattr(query, item.name)
        for item in fields(AssetQuery)
        if getattr(query, item.name) != getattr(plain, item.name)
    }


def query_from_json(data: Mapping[str, JsonValue]) -> AssetQuery:
    """Read what ``query_to_json`` wrote; whatever does not fit is left out."""
    plain = AssetQuery()
    values: dict[str, JsonValue] = {}
    for item in fields(AssetQuery):
        value = data.get(item.name)
        if type(value) is type(getattr(plain, item.name)):
            values[item.name] = value
    if values.get("order", "newest") not in ORDERS:
        del values["order"]
    values["minimum_rating"] = min(5, max(0, values.get("minimum_rating", 0)))
    return AssetQuery(**values)
