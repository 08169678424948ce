"""Reads on in the lists of jobs that ended: older ones, and the pictures of those in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.core.job import JobStatus
from studio.gui.models.job_list_model import ITEM_ROLE
from studio.gui.models.job_rows import result_paths
from studio.gui.pages.queue.job_list_view import HEIGHTS
from studio.gui.pages.queue.reading import ENDED_LIMIT, read_ended

if TYPE_CHECKING:
    from generators.registry import Registry
    from studio.gui.models.job_rows import JobItem
    from studio.gui.pages.queue.job_list_view import JobListView
    from studio.gui.store_access import StoreAccess

BLOCK = 40  # rows whose pictures are looked up together
MOST = 4000  # jobs read at once where a filter hides most
LEAST = min(HEIGHTS.values())  # no row is lower


class OlderJobs(QObject):
    """Fills one list further, page by page, until it reaches well below what is in sight.

    A filter, or batches that are collapsed, may leave few rows of many jobs: then it goes on until
    there are enough rows, or no more jobs.

    Attributes:
        more: There are older jobs than those read.
    """

    def __init__(self, store: StoreAccess, registry: Registry, view: JobListView) -> None:
        super().__init__(view)
        self._store, self._registry, self._view = store, registry, view
        self._model = view.job_model()
        self._reading = False
        self._looked_up: set[str] = set()
        self.more = True
        bar = view.verticalScrollBar()
        bar.valueChanged.connect(self._on_moved)
        bar.rangeChanged.connect(self._on_moved)

    def begin(self, first_page: list[JobItem]) -> None:
        """Take note that the newest jobs were read, before the list gets them."""
        self.more = len(first_page) >= ENDED_LIMIT
        self._looked_up.clear()

    def look(self) -> None:
        """Read what the list needs now that it is shown or has changed."""
        self._read_on()
        self._find_pictures()

    def _on_moved(self) -> None:
        if self._view.isVisible():
            self.look()

    def _read_on(self) -> None:
        view, model, last = self._view, self._model, self._model.last_item()
        height, rows = view.height(), model.rowCount() * LEAST  # the bar's range may come later
        scarce = rows < 3 * height
        near_end = rows < view.verticalScrollBar().value() + 3 * height
        if not near_end or not self.more or self._reading or last is None:
            return
        self._reading = True
        registry, section = self._registry, model.section
        limit = max(ENDED_LIMIT, min(model.count(), MOST)) if scarce else ENDED_LIMIT

        def take(items: list[JobItem]) -> None:
            self._reading = False
            still = model.last_item()
            if still is None or still.id != last.id:
                self.look()  # the list was read anew meanwhile: these are not the next ones
                return
            self.more = len(items) >= limit
            if items:
                model.put(items)
            else:
                model.rows_changed.emit()

        def failed(error: Exception) -> None:
            self._reading = self.more = False
            self._store.show(error)
            model.rows_changed.emit()

        self._store.read(
            self, lambda library: read_ended(library, registry, section, last, limit), take, failed
        )

    def _find_pictures(self) -> None:
        first = max(0, self._view.rowAt(0)) // BLOCK * BLOCK
        last = first + (self._view.height() // LEAST // BLOCK + 2) * BLOCK
        rows = range(first, min(last, self._model.rowCount()))
        items: list[JobItem | None] = [self._model.index(row).data(ITEM_ROLE) for row in rows]
        wanted = [
            item
            for item in items
            if item is not None
            and item.status is JobStatus.SUCCEEDED
            and item.modality == "image"
            and item.id not in self._looked_up
        ]
        if wanted:
            self._looked_up.update(item.id for item in wanted)
            self._store.read(
                self, lambda library: result_paths(library, wanted), self._model.set_results
            )
