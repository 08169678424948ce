"""The list of jobs of one section of the Queue page, kept up to date row by row."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QByteArray,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from studio.gui.models.job_rows import JobItem, Row, Section, layout, matches
from studio.gui.models.job_words import lane_words, status_names, status_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Index = QModelIndex | QPersistentModelIndex
JOBS_MIME = "application/x-brandloom-jobs"
ITEM_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = ITEM_ROLE + 1
RESULT_ROLE = ITEM_ROLE + 2
CHUNK = 256  # rows compared at once
BULK = 200  # from so many changes on, sorting anew is quicker than inserting one by one


class JobListModel(QAbstractListModel):
    """Jobs with headers for lanes and batches.

    Changes come in by ``put`` and ``drop``; only the rows between the first and the last difference
    are touched, so that selection and scrolling stay.

    Signals:
        moved: Ids that a person dropped, the id that they go before, the id that they go after
            (one of the two is empty).
        rows_will_change, rows_changed: Round a change of the rows, so that a view can keep its
            selection on jobs that move.
    """

    moved = Signal(list, str, str)
    rows_will_change = Signal()
    rows_changed = Signal()

    def __init__(self, section: Section) -> None:
        super().__init__()
        self.section = section
        self._items: dict[str, JobItem] = {}
        self._order: list[tuple[tuple[float, float, str], str]] = []
        self._rows: list[Row] = []
        self._words: tuple[str, ...] = ()
        self._expanded: dict[str, bool] = {}
        self._known: dict[str, Row] = {}
        self._batches: dict[str, str] = {}
        self._results: dict[str, str] = {}

    # what Qt asks -------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        """Return the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the row, its job, or its words."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == ITEM_ROLE:
            return self._items.get(row.key) if row.kind == "job" else None
        if role == RESULT_ROLE:
            return self._results.get(row.key, "")
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._words_of(row)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let waiting jobs and batches be dragged, and dropped between rows."""
        flags = super().flags(index)
        if self.section != "next":
            return flags
        if not index.isValid():
            return flags | Qt.ItemFlag.ItemIsDropEnabled
        if self._rows[index.row()].kind != "lane":
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def supportedDropActions(self) -> Qt.DropAction:
        """Jobs are moved, never copied."""
        return Qt.DropAction.MoveAction

    def mimeTypes(self) -> list[str]:
        """Return the private type of dragged jobs."""
        return [JOBS_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Carry the ids of the jobs under ``indexes``."""
        data = QMimeData()
        ids = self.ids_at(index.row() for index in indexes)
        data.setData(JOBS_MIME, QByteArray("\n".join(ids).encode()))
        return data

    def canDropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, _parent: Index
    ) -> bool:
        """Take jobs between rows, without a filter that hides some."""
        return data.hasFormat(JOBS_MIME) and row >= 0 and not self._words

    def dropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        """Tell of the new place; the rows follow once the library has changed."""
        if parent.isValid():
            row = parent.row()
        ids = [part for part in bytes(data.data(JOBS_MIME).data()).decode().split("\n") if part]
        if ids:
            self.moved.emit(ids, *self._neighbour(row, set(ids)))
        return False  # so that the view removes nothing by itself

    # what the page asks -------------------------------------------------------------------------

    def item(self, job_id: str) -> JobItem | None:
        """Return a job by id."""
        return self._items.get(job_id)

    def count(self) -> int:
        """Return the number of jobs, filtered or not."""
        return len(self._items)

    def shown(self) -> int:
        """Return the number of jobs that the filter lets through."""
        return len(self._visible())

    def last_item(self) -> JobItem | None:
        """Return the last job in order, or None."""
        return self._items[self._order[-1][1]] if self._order else None

    def neighbours(self, ids: Sequence[str], step: int) -> tuple[str, str]:
        """Return where jobs of one lane go when they move one place: (before, after), one empty.

        Both are empty where they are first or last in their lane already.
        """
        lane = self._items[ids[0]].lane
        order = [job_id for _order, job_id in self._order if self._items[job_id].lane is lane]
        moving = set(ids)
        if step < 0:
            first = min(order.index(job_id) for job_id in ids)
            return (order[first - 1], "") if first > 0 else ("", "")
        last = max(order.index(job_id) for job_id in ids)
        following = [job_id for job_id in order[last + 1 :] if job_id not in moving]
        return ("", following[0]) if following else ("", "")

    def row_at(self, number: int) -> Row:
        """Return a row."""
        return self._rows[number]

    def number_of(self, job_id: str) -> int:
        """Return the row number of a job, or -1 when it is not in sight."""
        for number, row in enumerate(self._rows):
            if row.key == job_id and row.kind == "job":
                return number
        return -1

    def numbers_of(self, keys: set[str]) -> dict[str, int]:
        """Return the row numbers of jobs and headers that are in sight, by key."""
        return {row.key: number for number, row in enumerate(self._rows) if row.key in keys}

    def ids_at(self, numbers: Iterable[int]) -> list[str]:
        """Return the ids of jobs at rows, in queue order; a header means all jobs below it."""
        wanted: dict[str, None] = {}
        for number in sorted(set(numbers)):
            row = self._rows[number]
            if row.kind == "job":
                wanted[row.key] = None
            else:
                wanted.update(dict.fromkeys(self._below(row)))
        return list(wanted)

    def position(self, job_id: str) -> int:
        """Return a job's place among all of its section, from 1."""
        item = self._items[job_id]
        return bisect_left(self._order, (item.order, job_id)) + 1

    def batch_title(self, batch_id: str) -> str:
        """Return what a batch is called."""
        return self._batches.get(batch_id, "")

    # what changes it ----------------------------------------------------------------------------

    def replace(self, items: Iterable[JobItem]) -> None:
        """Show these jobs and no others."""
        self._items = {item.id: item for item in items if item.section() == self.section}
        self._known.clear()
        self._order = sorted((item.order, item.id) for item in self._items.values())
        self._relayout()

    def put(self, items: Iterable[JobItem]) -> None:
        """Take in jobs as they stand now; those of other sections leave this one."""
        items = list(items)
        if not any(item.id in self._items or item.section() == self.section for item in items):
            return
        touched: list[str] = []
        if len(items) > BULK:
            self.replace([*(self._items | {item.id: item for item in items}).values()])
            self._announce({item.id for item in items})
            return
        for item in items:
            old = self._items.get(item.id)
            if old is not None:
                self._forget(old)
            if item.section() == self.section:
                self._items[item.id] = item
                entry = (item.order, item.id)
                self._order.insert(bisect_left(self._order, entry), entry)
                touched.append(item.id)
        self._relayout()
        self._announce(set(touched))

    def drop(self, ids: Iterable[str]) -> None:
        """Take jobs out that are no longer in the library."""
        gone = [item for job_id in ids if (item := self._items.get(job_id)) is not None]
        for item in gone:
            self._forget(item)
        if gone:
            self._relayout()

    def set_batches(self, titles: Mapping[str, str]) -> None:
        """Learn what batches are called."""
        if titles:
            self._batches.update(titles)
            self._announce_headers()

    def batch_ids(self) -> frozenset[str]:
        """Return the batches whose titles are known."""
        return frozenset(self._batches)

    def set_results(self, paths: Mapping[str, str]) -> None:
        """Learn the pictures that jobs made."""
        self._results.update(paths)
        self._announce(set(paths))

    def set_filter(self, text: str) -> None:
        """Show only rows in which every word occurs."""
        words = tuple(text.casefold().split())
        if words != self._words:
            self._words = words
            self._relayout()

    def toggle(self, batch_id: str) -> None:
        """Open or close a batch."""
        is_open = any(row.grouped and row.batch_id == batch_id for row in self._rows)
        self._expanded[batch_id] = not is_open
        self._relayout()
        self._announce_headers()

    def is_expanded(self, number: int) -> bool:
        """Tell whether the batch at a row shows its jobs."""
        following = number + 1
        return following < len(self._rows) and self._rows[following].grouped

    # inside -------------------------------------------------------------------------------------

    def _forget(self, item: JobItem) -> None:
        del self._items[item.id]
        self._known.pop(item.id, None)
        place = bisect_left(self._order, (item.order, item.id))
        del self._order[place]

    def _visible(self) -> list[JobItem]:
        items = [self._items[job_id] for _order, job_id in self._order]
        if not self._words:
            return items
        statuses = status_names()
        return [item for item in items if matches(item, self._words, statuses)]

    def _relayout(self) -> None:
        lanes = self.section == "next"
        rows = layout(self._visible(), lanes=lanes, expanded=self._expanded, known=self._known)
        if rows != self._rows:
            self.rows_will_change.emit()
        self._swap(rows)
        self.rows_changed.emit()

    def _swap(self, new: list[Row]) -> None:
        """Change the rows between the first and the last difference."""
        old = self._rows
        same = _common(old, new)
        tail = _common(old[same:][::-1], new[same:][::-1])
        old_end, new_end = len(old) - tail, len(new) - tail
        if old_end > same:
            self.beginRemoveRows(QModelIndex(), same, old_end - 1)
            self._rows = old[:same] + old[old_end:]
            self.endRemoveRows()
        if new_end > same:
            self.beginInsertRows(QModelIndex(), same, new_end - 1)
            self._rows = self._rows[:same] + new[same:new_end] + self._rows[same:]
            self.endInsertRows()
        self._rows = new
        self._announce_counts(old, new)

    def _announce(self, ids: set[str]) -> None:
        if not ids:
            return
        numbers = [n for n, row in enumerate(self._rows) if row.kind == "job" and row.key in ids]
        if numbers:
            self.dataChanged.emit(self.index(numbers[0]), self.index(numbers[-1]))

    def _announce_counts(self, old: list[Row], new: list[Row]) -> None:
        before = {row.key: row.count for row in old if row.kind != "job"}
        for number, row in enumerate(new):
            if row.kind != "job" and before.get(row.key, row.count) != row.count:
                self.dataChanged.emit(self.index(number), self.index(number))

    def _announce_headers(self) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def _below(self, header: Row) -> list[str]:
        if header.kind == "batch":
            return list(header.jobs)
        return [item.id for item in self._visible() if item.lane == header.key]

    def _neighbour(self, number: int, moving: set[str]) -> tuple[str, str]:
        """Return the job to go before, or else the one to go after, in the lane dropped into."""
        for row in self._rows[max(number, 0) :]:
            if row.kind == "lane":
                break
            free = [job_id for job_id in self._ids(row) if job_id not in moving]
            if free:
                return free[0], ""
        for row in reversed(self._rows[: max(number, 0)]):
            free = [job_id for job_id in self._ids(row) if job_id not in moving]
            if free and row.kind != "lane":
                return "", free[-1]
        return "", ""

    def _ids(self, row: Row) -> list[str]:
        return [row.key] if row.kind == "job" else self._below(row)

    def _words_of(self, row: Row) -> str:
        if row.kind == "job":
            item = self._items.get(row.key)
            return f"{item.title}, {item.what}, {status_words(item)[0]}" if item else ""
        name = self.batch_title(row.batch_id) if row.kind == "batch" else lane_words(row.key)
        return self.tr("%n job(s)", "", row.count) + (f", {name}" if name else "")


def _common(left: list[Row], right: list[Row]) -> int:
    """Return how many rows two lists share from their start."""
    shortest = min(len(left), len(right))
    start = 0
    while start < shortest and left[start : start + CHUNK] == right[start : start + CHUNK]:
        start += CHUNK
    for place in range(start, shortest):
        if left[place] != right[place]:
            return place
    return shortest
