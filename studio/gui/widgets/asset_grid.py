"""The grid of assets: every cell has the same size, so that 100 000 cost no more than 100.

A view of its own instead of QListView: its layout is a division, not a walk over all rows, and
scrolling moves the pixels that are there and draws only what comes into sight.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QWidget

from studio.gui.models.asset_list_model import AssetListModel
from studio.gui.theme.manager import theme
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.asset_cell import FOOT, AssetPainter, draw_frame

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Index = QModelIndex | QPersistentModelIndex
SMALLEST, LARGEST, FIRST = 120, 360, 184  # side of a picture
GAP = SIZES.gap
PAD = 6  # of the selection frame round picture and words
MOST_DRAGGED = 500
Action = QAbstractItemView.CursorAction


class AssetGrid(QAbstractItemView):
    """Shows an AssetListModel.

    Signals:
        opened: Id of the asset to look at large (Space, Return, double click).
        picked: The selection or the current asset changed.
        menu_wanted: Where the context menu shall open, in global coordinates.
        rated: Stars from 0 to 5, by key.
        zoomed: The cells have another size.
    """

    opened = Signal(str)
    picked = Signal()
    menu_wanted = Signal(QPoint)
    rated = Signal(int)
    zoomed = Signal(int)

    def __init__(self, painter: AssetPainter, name: str) -> None:
        super().__init__()
        self._painter = painter
        self._side = FIRST
        self._hover = -1
        self._pressed: QPoint | None = None
        self._kept: tuple[list[str], str, int] = ([], "", 0)
        self._anchor = -1
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.verticalScrollBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        painter.thumbnails.changed.connect(self._on_thumbnail)
        theme().changed.connect(self.viewport().update)

    def set_list(self, model: AssetListModel) -> None:
        """Show a model."""
        self.setModel(model)
        model.about_to_show_anew.connect(self._keep)
        model.listed.connect(self._on_listed)
        model.rowsInserted.connect(lambda *_args: self._relayout())
        model.rowsRemoved.connect(lambda *_args: self._relayout())

    def assets(self) -> AssetListModel:
        """Return the model."""
        model = self.model()
        assert isinstance(model, AssetListModel)
        return model

    # selection ----------------------------------------------------------------------------------

    def selected_ids(self) -> list[str]:
        """Return the ids of the selected assets, in order."""
        runs = sorted((run.top(), run.bottom()) for run in self._runs())
        found: list[str] = []
        for first, last in runs:
            found += self.assets().ids_between(first, last)
        return found

    def selected_count(self) -> int:
        """Return how many are selected."""
        return sum(run.height() for run in self._runs())

    def _runs(self) -> list[QItemSelectionRange]:
        selection = self.selectionModel().selection()
        return [selection.at(place) for place in range(selection.count())]

    def current_id(self) -> str:
        """Return the id of the asset that the keyboard is on, or an empty string."""
        return self.assets().id_at(self.currentIndex().row())

    def select_ids(self, ids: Iterable[str], current: str = "") -> None:
        """Select some assets and go to one of them."""
        model = self.assets()
        selection = QItemSelection()
        rows = sorted(row for asset_id in ids if (row := model.row_of(asset_id)) >= 0)
        start = 0
        for place, row in enumerate(rows):
            if place + 1 == len(rows) or rows[place + 1] != row + 1:
                selection.select(model.index(rows[start]), model.index(row))
                start = place + 1
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(selection, flags.ClearAndSelect)
        row = model.row_of(current)
        if row < 0 and rows:
            row = rows[0]
        if row >= 0:
            self.selectionModel().setCurrentIndex(model.index(row), flags.NoUpdate)
            self.scrollTo(model.index(row))

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Draw and tell."""
        super().selectionChanged(selected, deselected)
        self.viewport().update()
        self.picked.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Draw and tell."""
        super().currentChanged(current, previous)
        self.viewport().update()
        self.picked.emit()

    def _keep(self) -> None:
        ids = self.selected_ids() if self.selected_count() <= MOST_DRAGGED else []
        self._kept = (ids, self.current_id(), self.verticalScrollBar().value())

    def _on_listed(self, anew: bool) -> None:
        self._relayout()
        if anew:
            ids, current, value = self._kept
            kept = [asset_id for asset_id in ids if self.assets().row_of(asset_id) >= 0]
            self.verticalScrollBar().setValue(value if kept or not ids else 0)
            if kept:
                self.select_ids(kept, current)
        self.picked.emit()

    # geometry -----------------------------------------------------------------------------------

    @property
    def side(self) -> int:
        """Least side of a picture; cells grow to fill the width."""
        return self._side

    def set_side(self, side: int) -> None:
        """Make the cells larger or smaller, keeping the place."""
        side = max(SMALLEST, min(LARGEST, side))
        if side == self._side:
            return
        middle = self._row_at(self.viewport().height() // 2) * self.columns()
        self._side = side
        self._relayout()
        row = middle // self.columns()
        self.verticalScrollBar().setValue(row * self._pitch() - self.viewport().height() // 2)
        self.zoomed.emit(side)

    def columns(self) -> int:
        """Return how many cells stand side by side."""
        return max(1, (self.viewport().width() - GAP) // (self._side + GAP))

    def _width(self) -> int:
        columns = self.columns()
        return max(40, (self.viewport().width() - GAP * (columns + 1)) // columns)

    def _pitch(self) -> int:
        return self._width() + FOOT + GAP

    def _row_at(self, y: int) -> int:
        return max(0, (y + self.verticalOffset() - GAP) // self._pitch())

    def cell(self, row: int) -> QRect:
        """Return where picture and words of a row lie in the viewport."""
        line, place = divmod(row, self.columns())
        width = self._width()
        left = GAP + place * (width + GAP)
        top = GAP + line * self._pitch() - self.verticalOffset()
        return QRect(left, top, width, width + FOOT)

    def visualRect(self, index: Index) -> QRect:
        """Return where a row lies, with its frame."""
        if not index.isValid():
            return QRect()
        return self.cell(index.row()).adjusted(-PAD, -PAD, PAD, PAD)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the row at a place of the viewport."""
        columns, width = self.columns(), self._width()
        place, within = divmod(point.x() - GAP + PAD, width + GAP)
        if not 0 <= place < columns or within > width + 2 * PAD:
            return QModelIndex()
        row = self._row_at(point.y() + PAD) * columns + place
        index = self.assets().index(row)
        return index if self.visualRect(index).contains(point) else QModelIndex()

    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Bring a row into sight."""
        if not index.isValid():
            return
        area, height, bar = (
            self.visualRect(index),
            self.viewport().height(),
            self.verticalScrollBar(),
        )
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            bar.setValue(bar.value() + area.center().y() - height // 2)
        elif area.top() < 0:
            bar.setValue(bar.value() + area.top() - SIZES.half)
        elif area.bottom() > height:
            bar.setValue(bar.value() + area.bottom() - height + SIZES.half)

    def horizontalOffset(self) -> int:
        """Return 0: nothing moves sideways."""
        return 0

    def verticalOffset(self) -> int:
        """Return how far it is scrolled."""
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: Index) -> bool:
        """Tell that nothing is hidden."""
        return False

    def moveCursor(self, action: Action, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Return where a key leads to."""
        model, columns = self.assets(), self.columns()
        count = model.rowCount()
        if count == 0:
            return QModelIndex()
        row = self.currentIndex().row()
        if row < 0:
            return model.index(0)
        page = max(1, self.viewport().height() // self._pitch()) * columns
        target = row + {
            Action.MoveUp: -columns,
            Action.MoveDown: columns,
            Action.MoveLeft: -1,
            Action.MovePrevious: -1,
            Action.MoveRight: 1,
            Action.MoveNext: 1,
            Action.MovePageUp: -page,
            Action.MovePageDown: page,
            Action.MoveHome: -count,
            Action.MoveEnd: count,
        }.get(action, 0)
        if target < 0 and action in (Action.MoveUp, Action.MovePageUp):
            target = row % columns if action == Action.MovePageUp else row
        return model.index(max(0, min(count - 1, target)))

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what lies between two corners (a rubber band), or from cell to cell."""
        model, columns, width = self.assets(), self.columns(), self._width()
        area = rect.normalized()
        first, last = self._row_at(area.top()), self._row_at(area.bottom())
        left = max(0, (area.left() - GAP) // (width + GAP))
        right = min(columns - 1, (area.right() - GAP) // (width + GAP))
        selection, count = QItemSelection(), model.rowCount()
        for line in range(first, min(last, (count - 1) // columns) + 1):
            start, end = line * columns + left, min(line * columns + right, count - 1)
            if start <= end:
                selection.select(model.index(start), model.index(end))
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return everything: the whole is drawn anew at a change."""
        return QRegion(self.viewport().rect()) if selection.count() else QRegion()

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the rows."""
        super().updateGeometries()
        self._relayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew, keeping what is at the top."""
        super().resizeEvent(event)
        self._relayout()

    def _relayout(self) -> None:
        if self.model() is None:
            return
        lines = -(-self.model().rowCount() // self.columns())
        total = GAP + lines * self._pitch()
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, total - height))
        bar.setPageStep(height)
        bar.setSingleStep(max(24, self._pitch() // 3))
        self.viewport().update()
        self._tell_wanted()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move the pixels that are there; only the rest is drawn."""
        self.scrollDirtyRegion(dx, dy)
        self.viewport().scroll(dx, dy)
        self._tell_wanted()

    def _tell_wanted(self) -> None:
        columns, height = self.columns(), self.viewport().height()
        first = self._row_at(-height // 2) * columns
        last = (self._row_at(height + height // 2) + 1) * columns
        self.assets().want(first, last)

    # drawing ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells that the event touches."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, count = self.columns(), self.assets().rowCount()
        region = event.region()
        area = event.rect()
        first = self._row_at(area.top() - PAD) * columns
        last = min(count, (self._row_at(area.bottom() + PAD) + 1) * columns)
        chosen = self.selectionModel()
        for row in range(first, last):
            cell = self.cell(row)
            if region.intersects(cell.adjusted(-PAD, -PAD, PAD, PAD)):
                self._draw(painter, row, cell, selected=chosen.isRowSelected(row, QModelIndex()))

    def _draw(self, painter: QPainter, row: int, cell: QRect, *, selected: bool) -> None:
        item = self.assets().item_at(row)
        square = QRect(cell.x(), cell.y(), cell.width(), cell.width())
        draw_frame(
            painter,
            cell.adjusted(-PAD, -PAD, PAD, PAD),
            selected=selected,
            current=self.hasFocus() and row == self.currentIndex().row(),
            hover=row == self._hover,
        )
        if item is None:
            self._painter.draw_loading(painter, square)
            return
        self._painter.draw_picture(painter, square, item, dpr=self.devicePixelRatioF())
        foot = QRect(cell.x(), square.bottom() + 1, cell.width(), FOOT)
        self._painter.draw_foot(painter, foot, item)

    def _on_thumbnail(self, sha256: str) -> None:
        columns = self.columns()
        first = self._row_at(0) * columns
        last = (self._row_at(self.viewport().height()) + 1) * columns
        for row in range(first, last):
            item = self.assets().item_at(row)
            if item is not None and item.sha256 == sha256:
                self.viewport().update(self.cell(row))

    def dataChanged(self, _first: Index, _last: Index, _roles: Sequence[int] = ()) -> None:
        """Draw anew; what is out of sight costs nothing."""
        self.viewport().update()

    # keys and mouse -----------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open by Space and Return, rate by 0 to 5; Qt does the arrows."""
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier
        )  # fmt: skip
        if plain and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.current_id():
                self.opened.emit(self.current_id())
        elif plain and event.text() and event.text() in "012345":
            self.rated.emit(int(event.text()))
        elif event.key() == Qt.Key.Key_Escape and self.selected_count():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters are not searched here; there is a search field."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag may begin."""
        self._pressed = (
            event.position().toPoint() if event.button() == Qt.MouseButton.LeftButton else None
        )
        index = self.indexAt(event.position().toPoint())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if index.isValid() and shift and event.button() == Qt.MouseButton.LeftButton:
            self._select_range(index.row())
            return
        if index.isValid():
            self._anchor = index.row()
        super().mousePressEvent(event)

    def _select_range(self, row: int) -> None:
        start = self._anchor if self._anchor >= 0 else max(0, self.currentIndex().row())
        first, last = sorted((start, row))
        model, flags = self.assets(), QItemSelectionModel.SelectionFlag
        selection = QItemSelection(model.index(first), model.index(last))
        self.selectionModel().select(selection, flags.ClearAndSelect)
        self.selectionModel().setCurrentIndex(model.index(row), flags.NoUpdate)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Look at it large."""
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(self.assets().id_at(index.row()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light up the cell below the pointer; Qt drags and selects."""
        row = self.indexAt(event.position().toPoint()).row()
        if row != self._hover:
            for changed in (row, self._hover):
                if changed >= 0:
                    self.viewport().update(self.cell(changed).adjusted(-PAD, -PAD, PAD, PAD))
            self._hover = row
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: object) -> None:
        """Nothing is below the pointer any more."""
        self._hover = -1
        self.viewport().update()
        super().leaveEvent(event)  # type: ignore[arg-type]

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; with Ctrl, make the cells larger or smaller."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.set_side(self._side + (24 if event.angleDelta().y() > 0 else -24))
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu, at the pointer or at the current cell."""
        point = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            point = self.visualRect(self.currentIndex()).center()
        self.menu_wanted.emit(self.viewport().mapToGlobal(point))

    def startDrag(self, _actions: Qt.DropAction) -> None:
        """Drag files out, with the pictures as the pointer's picture."""
        ids = self.selected_ids()[:MOST_DRAGGED]
        if ids:
            run_drag(self, self.assets().mime_of(ids), self._drag_picture(ids))

    def _drag_picture(self, ids: list[str]) -> QPixmap | None:
        item = self.assets().item(ids[0])
        if item is None or item.modality == "text":
            return None
        dpr = self.devicePixelRatioF()
        picture = self._painter.thumbnails.get(item, round(self._width() * dpr))
        if picture is None:
            return None
        return picture.scaled(
            96, 96, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )


def run_drag(source: QWidget, data: QMimeData, picture: QPixmap | None) -> None:
    """Drag something out of the window, by copy."""
    drag = QDrag(source)
    drag.setMimeData(data)
    if picture is not None:
        drag.setPixmap(picture)
        drag.setHotSpot(QPoint(picture.width() // 2, picture.height() // 2))
    if QApplication.platformName() != "offscreen":
        drag.exec(Qt.DropAction.CopyAction)
