"""The assets that a query finds, as a list model: ids at once, rows by pages in the background."""

from __future__ import annotations

from collections import OrderedDict
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QUrl,
    Signal,
)

from studio.core.asset import AssetQuery
from studio.gui.models.asset_rows import AssetItem, Listing, read_items, read_listing
from studio.gui.translating import translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from studio.gui.context import AppContext

Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ID_ROLE = ITEM_ROLE + 1
KEPT = 6000  # rows in memory
READ_AT_ONCE = 120
ASSET_IDS = "application/x-brandloom-assets"


class AssetListModel(QAbstractListModel):
    """Ids of all, rows of those in sight. ``want`` says which rows are in sight.

    Signals:
        about_to_show_anew: The rows are replaced as a whole next.
        listed: An answer to a query is shown now; whether it was shown anew.
        items_changed: Ids whose rows were read.
    """

    about_to_show_anew = Signal()
    listed = Signal(bool)
    items_changed = Signal(object)

    def __init__(self, context: AppContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._query = AssetQuery()
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._items: OrderedDict[str, AssetItem] = OrderedDict()
        self._wanted = (0, -1)
        self._reading = False
        self._listing = False
        self._again = False
        self._old: set[str] = set()
        self.loaded = False

    # Qt's side ----------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Return how many assets the query found."""
        return 0 if parent.isValid() else len(self._ids)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:  # noqa: ANN401
        """Return the item, its id, or its name (for screen readers)."""
        row = index.row()
        if not 0 <= row < len(self._ids):
            return None
        asset_id = self._ids[row]
        if role == ID_ROLE:
            return asset_id
        item = self._items.get(asset_id)
        if role == ITEM_ROLE:
            return item
        text_role = role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole)
        if item is None:
            return self.tr("Loading") if text_role else None
        if text_role:
            return spoken(item)
        return item.prompt[:300] if role == Qt.ItemDataRole.ToolTipRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Rows can be selected and dragged out."""
        kept = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled
        return kept | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else kept

    def mimeTypes(self) -> list[str]:
        """Return what a drag carries."""
        return ["text/uri-list", ASSET_IDS]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return files for other programs, and ids for this one."""
        return self.mime_of([self._ids[index.row()] for index in indexes])

    def mime_of(self, ids: Sequence[str]) -> QMimeData:
        """Return a drag of assets."""
        data = QMimeData()
        found = [item for asset_id in ids if (item := self._items.get(asset_id)) is not None]
        data.setUrls([QUrl.fromLocalFile(item.file) for item in found if not item.missing])
        data.setData(ASSET_IDS, "\n".join(ids).encode())
        return data

    # the page's side ----------------------------------------------------------------------------

    @property
    def query(self) -> AssetQuery:
        """What is listed, or is being asked for."""
        return self._query

    def set_query(self, query: AssetQuery) -> None:
        """List something else."""
        self._query = query
        self.refresh()

    def refresh(self) -> None:
        """Ask the query anew; what is asked while it runs becomes one more asking."""
        if self._listing:
            self._again = True
            return
        self._listing, self._again = True, False
        query, before = self._query, self._ids
        self._context.store.read(
            self,
            lambda library: read_listing(library, query, before),
            lambda listing: self._take_listing(query, listing),
            self._listing_failed,
        )

    def changed(self, ids: Iterable[str]) -> None:
        """Read rows again that changed in the library."""
        self._old.update(asset_id for asset_id in ids if asset_id in self._items)
        self._read_wanted()

    def read_anew(self) -> None:
        """Read every row again: changes of the library were missed."""
        self.changed(list(self._items))
        self.refresh()

    def want(self, first: int, last: int) -> None:
        """Say which rows are in sight (and near it)."""
        self._wanted = (first, last)
        self._read_wanted()

    def read_all(self, ids: Iterable[str]) -> bool:
        """Have rows read wherever they are; tell whether all of them are known already."""
        unread = [one for one in ids if one not in self._items and one in self._rows]
        self._old.update(unread)
        self._read_wanted()
        return not unread

    def id_at(self, row: int) -> str:
        """Return the id of a row, or an empty string."""
        return self._ids[row] if 0 <= row < len(self._ids) else ""

    def ids_between(self, first: int, last: int) -> list[str]:
        """Return the ids of a run of rows."""
        return self._ids[max(0, first) : last + 1]

    def row_of(self, asset_id: str) -> int:
        """Return the row of an asset, or -1."""
        return self._rows.get(asset_id, -1)

    def item(self, asset_id: str) -> AssetItem | None:
        """Return what is known of an asset."""
        return self._items.get(asset_id)

    def item_at(self, row: int) -> AssetItem | None:
        """Return what is known of a row."""
        return self._items.get(self.id_at(row))

    # answers ------------------------------------------------------------------------------------

    def _listing_failed(self, error: Exception) -> None:
        self._listing = False
        self._context.store.show(error)

    def _take_listing(self, query: AssetQuery, listing: Listing) -> None:
        self._listing = False
        if query == self._query:
            self._show(listing)
        if self._again or query != self._query:
            self.refresh()

    def _show(self, listing: Listing) -> None:
        anew = listing.steps is None
        self.loaded = True
        if anew:
            self.about_to_show_anew.emit()
            self.beginResetModel()
            self._ids, self._rows = listing.ids, listing.rows
            self.endResetModel()
        else:
            self._walk(listing)
        self.listed.emit(anew)
        self._read_wanted()

    def _walk(self, listing: Listing) -> None:
        none = QModelIndex()
        ids = self._ids if not listing.steps else list(self._ids)
        for first, last, what in listing.steps or ():
            if what == "remove":
                self.beginRemoveRows(none, first, last)
                del ids[first : last + 1]
                self._ids = ids
                self.endRemoveRows()
            else:
                self.beginInsertRows(none, first, last)
                ids[first:first] = listing.ids[first : last + 1]
                self._ids = ids
                self.endInsertRows()
        if listing.steps:
            self._ids, self._rows = listing.ids, listing.rows

    def _read_wanted(self) -> None:
        if self._reading:
            return
        first, last = self._wanted
        near = self.ids_between(first, last)
        urgent = (one for one in near if one not in self._items or one in self._old)
        missing = list(islice(dict.fromkeys(chain(urgent, self._old)), READ_AT_ONCE))
        if not missing:
            return
        self._reading = True
        self._old.difference_update(missing)
        self._context.store.read(
            self,
            lambda library: read_items(library, missing),
            lambda items: self._take_items(items),  # noqa: PLW0108 - bound late, checked by owner
            self._reading_failed,
        )

    def _reading_failed(self, error: Exception) -> None:
        self._reading = False
        self._wanted = (0, -1)
        self._context.store.show(error)

    def _take_items(self, items: list[AssetItem]) -> None:
        self._reading = False
        rows = []
        for item in items:
            self._items[item.id] = item
            self._items.move_to_end(item.id)
            row = self._rows.get(item.id, -1)
            if 0 <= row < len(self._ids):
                rows.append(row)
        while len(self._items) > KEPT:
            self._items.popitem(last=False)
        if rows:
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))
        self.items_changed.emit([item.id for item in items])
        if items:
            self._read_wanted()


def spoken(item: AssetItem) -> str:
    """Return what a screen reader says of an asset."""
    kinds = {
        "image": translate("AssetWords", "picture"),
        "text": translate("AssetWords", "text"),
        "audio": translate("AssetWords", "sound"),
    }
    parts = [item.name, kinds.get(item.modality, translate("AssetWords", "file"))]
    if item.rating:
        parts.append(translate("AssetWords", "{0} of 5").format(item.rating))
    return ", ".join(parts)
