"""The list of jobs: selection, keys, buttons in the row, drag to reorder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QDragMoveEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from studio.gui.models.job_list_model import ITEM_ROLE, ROW_ROLE, JobListModel
from studio.gui.pages.queue.row_delegate import ROW_HEIGHT, JobRowDelegate
from studio.gui.theme.manager import color

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent

    from studio.gui.images import ImageLoader

Index = QModelIndex | QPersistentModelIndex
MOST_KEPT = 500  # selected rows that are followed when they move
HEIGHTS = {"lane": 40, "batch": 44}  # pixels; jobs have ROW_HEIGHT


class JobListView(QTableView):
    """Rows of a ``JobListModel``; a table of one column, because only tables stay fast when long.

    Signals:
        picked: The ids of the selected jobs changed.
        acted: A row's button: name of the action, ids it is for.
        opened: A job was double-clicked or Return pressed on it.
        menu_wanted: Where the context menu should open.
    """

    picked = Signal(list)
    acted = Signal(str, list)
    opened = Signal(str)
    menu_wanted = Signal(QPoint)

    def __init__(self, images: ImageLoader, name: str) -> None:
        super().__init__()
        self.setObjectName("jobs")
        self.setAccessibleName(name)
        self.delegate = JobRowDelegate(images, self)
        self.setItemDelegate(self.delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._be_plain()
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(False)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.menu_wanted)
        images.loaded.connect(self._on_loaded)
        self._drop_at: int | None = None
        self._kept: tuple[list[str], str] | None = None

    def _on_loaded(self, _path: str) -> None:
        """Draw again; a method, not a lambda, so that Qt lets go of it together with the view."""
        self.viewport().update()

    def watch(self, model: JobListModel) -> None:
        """Show a model, and keep the selection on jobs that move in it."""
        self.setModel(model)
        model.rows_will_change.connect(self._keep_selection)
        model.rows_changed.connect(self._restore_selection)

    def _keep_selection(self) -> None:
        rows = self.selectionModel().selectedRows()
        if 0 < len(rows) <= MOST_KEPT:
            keys = [index.data(ROW_ROLE).key for index in rows]
            current = self.currentIndex().data(ROW_ROLE)
            self._kept = keys, current.key if current is not None else ""

    def _restore_selection(self) -> None:
        kept, self._kept = self._kept, None
        if kept is None:
            return
        found = self.job_model().numbers_of({*kept[0], kept[1]})
        selection = QItemSelection()
        for key in kept[0]:
            if key in found:
                index = self.model().index(found[key], 0)
                selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        if kept[1] in found:
            place = self.model().index(found[kept[1]], 0)
            self.selectionModel().setCurrentIndex(place, flags.NoUpdate)
        self.selectionModel().select(selection, flags.ClearAndSelect)

    def _be_plain(self) -> None:
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.verticalHeader().setMinimumSectionSize(min(HEIGHTS.values()))

    def job_model(self) -> JobListModel:
        """Return the model."""
        model = self.model()
        assert isinstance(model, JobListModel)
        return model

    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        """Make headers lower than jobs."""
        super().rowsInserted(parent, start, end)
        model = self.job_model()
        for number in range(start, end + 1):
            height = HEIGHTS.get(model.row_at(number).kind)
            if height is not None:
                self.setRowHeight(number, height)

    def selected_ids(self) -> list[str]:
        """Return the ids of the selected jobs; a header stands for all below it."""
        rows = {index.row() for index in self.selectionModel().selectedIndexes()}
        return self.job_model().ids_at(rows)

    def select_job(self, job_id: str) -> None:
        """Select one job and bring it into sight."""
        number = self.job_model().number_of(job_id)
        if number >= 0:
            index = self.model().index(number, 0)
            self.setCurrentIndex(index)
            self.scrollTo(index)

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Tell what is selected now."""
        super().selectionChanged(selected, deselected)
        self.picked.emit(self.selected_ids())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open on Return; open and close batches with the arrow keys."""
        index = self.currentIndex()
        row = index.data(ROW_ROLE) if index.isValid() else None
        sideways = event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Space)
        if row is not None and row.kind == "batch" and sideways:
            is_open = self.job_model().is_expanded(index.row())
            if event.key() == Qt.Key.Key_Space or is_open == (event.key() == Qt.Key.Key_Left):
                self.job_model().toggle(row.batch_id)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row is not None:
            if row.kind == "job":
                self.opened.emit(row.key)
            elif row.kind == "batch":
                self.job_model().toggle(row.batch_id)
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Press a row's button, or open a batch."""
        index, action = self._hit(event.position().toPoint())
        super().mouseReleaseEvent(event)
        if event.button() is not Qt.MouseButton.LeftButton or not index.isValid():
            return
        row = index.data(ROW_ROLE)
        if action:
            self.acted.emit(action, [row.key])
        elif row.kind == "batch" and event.position().x() < 36:
            self.job_model().toggle(row.batch_id)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a job or a batch."""
        index, action = self._hit(event.position().toPoint())
        row = index.data(ROW_ROLE) if index.isValid() else None
        if row is None or action:
            return
        if row.kind == "batch":
            self.job_model().toggle(row.batch_id)
        elif row.kind == "job":
            self.opened.emit(row.key)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the button under the pointer."""
        super().mouseMoveEvent(event)
        _index, action = self._hit(event.position().toPoint())
        if action != self.delegate.hovered_action:
            self.delegate.hovered_action = action
            self.setToolTip(self._tip(action))
            self.viewport().update()

    def leaveEvent(self, event: QEvent) -> None:
        """Forget the pointer."""
        super().leaveEvent(event)
        self.delegate.hovered_action = ""
        self.viewport().update()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show between which rows the jobs would go."""
        super().dragMoveEvent(event)
        number = self._gap(event.position().toPoint())
        model = self.job_model()
        takes = model.canDropMimeData(
            event.mimeData(), Qt.DropAction.MoveAction, number, 0, QModelIndex()
        )
        self._drop_at = number if takes else None
        event.setAccepted(takes)
        self.viewport().update()

    def dragLeaveEvent(self, event: QEvent) -> None:
        """Hide the mark."""
        super().dragLeaveEvent(event)  # type: ignore[arg-type]
        self._drop_at = None
        self.viewport().update()

    def dropEvent(self, event: QEvent) -> None:
        """Hand the jobs over to the model at the gap that was shown."""
        number, self._drop_at = self._drop_at, None
        self.viewport().update()
        if number is not None:
            data = event.mimeData()  # type: ignore[attr-defined]
            model = self.job_model()
            model.dropMimeData(data, Qt.DropAction.MoveAction, number, 0, QModelIndex())
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the rows, then the mark between two of them while something is dragged."""
        super().paintEvent(event)
        if self._drop_at is None:
            return
        count = self.model().rowCount()
        if self._drop_at < count:
            y = self._rect(self._drop_at).top()
        else:
            y = self._rect(count - 1).bottom()
        painter = QPainter(self.viewport())
        painter.fillRect(QRect(8, max(0, y - 1), self.viewport().width() - 16, 2), color("accent"))

    def _rect(self, number: int) -> QRect:
        return self.visualRect(self.model().index(number, 0))

    def _gap(self, point: QPoint) -> int:
        index = self.indexAt(point)
        if not index.isValid():
            return self.model().rowCount()
        below = point.y() > self.visualRect(index).center().y()
        return index.row() + (1 if below else 0)

    def _hit(self, point: QPoint) -> tuple[QModelIndex, str]:
        index = self.indexAt(point)
        item = index.data(ITEM_ROLE) if index.isValid() else None
        if item is None:
            return index, ""
        return index, self.delegate.action_at(self.visualRect(index), item, point)

    def _tip(self, action: str) -> str:
        return {
            "": "",
            "pause": self.tr("Pause"),
            "resume": self.tr("Resume"),
            "top": self.tr("Move to the top"),
            "cancel": self.tr("Cancel"),
            "retry": self.tr("Retry"),
            "show": self.tr("Show result"),
        }[action]
