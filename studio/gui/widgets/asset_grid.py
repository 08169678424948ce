"""The grid of assets: cells of one size, drawn as they come into sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QMimeData,
    QModelIndex,
    QPoint,
    QRect,
    Qt,
    QTimer,
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
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QWidget

from studio.gui.models.asset_list_model import AssetListModel
from studio.gui.theme.manager import theme
from studio.gui.widgets.asset_cell import FOOT, AssetPainter, draw_frame, longer_side
from studio.gui.widgets.uniform_grid import PAD, Index, UniformGrid

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST_DRAGGED = 500
AHEAD, AHEAD_MS, AT_ONCE = 3, 40, 4  # screens; after a pause; pictures asked for in one go


class AssetGrid(UniformGrid):
    """Shows an AssetListModel.

    Signals:
        opened: Id of the asset to look at large (Space, Return, double click).
        picked: The selection or the current asset changed.
        menu_wanted: Where the context menu shall open, in global coordinates.
        rated: Stars from 0 to 5, by key.
        not_dragged: Why a drag did not begin, for people.
    """

    opened = Signal(str)
    picked = Signal()
    menu_wanted = Signal(QPoint)
    rated = Signal(int)
    not_dragged = Signal(str)

    def __init__(self, painter: AssetPainter, name: str) -> None:
        super().__init__()
        self._painter = painter
        self._hover = -1
        self._kept: tuple[list[str], str, int] = ([], "", 0)
        self._anchor = ""  # id of the asset that Shift+click selects from
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.setInterval(AHEAD_MS)
        self._idle.timeout.connect(self._look_ahead)
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.verticalScrollBar().setFocusPolicy(Qt.FocusPolicy.NoFocus)
        painter.thumbnails.changed.connect(self._on_thumbnail)
        theme().changed.connect(self.viewport().update)

    def set_list(self, model: AssetListModel) -> None:
        """Show a model."""
        self.setModel(model)
        model.about_to_show_anew.connect(self._keep)
        model.listed.connect(self._on_listed)
        model.rowsInserted.connect(lambda *_args: self.relayout())
        model.rowsRemoved.connect(lambda *_args: self.relayout())

    def assets(self) -> AssetListModel:
        """Return the model."""
        model = self.model()
        assert isinstance(model, AssetListModel)
        return model

    def wanted(self, first: int, last: int) -> None:
        """Have the rows in sight read."""
        self.assets().want(first, last)
        self._idle.start()

    def _look_ahead(self) -> None:
        """Have the pictures of the next screens made while nothing moves."""
        if not self.isVisible():
            return
        if self._painter.thumbnails.busy:
            self._idle.start()
            return
        dpr = self.devicePixelRatioF()
        screen = self.columns() * (self.viewport().height() // self.pitch() + 1)
        start = self.line_at(self.viewport().height()) * self.columns()
        asked = 0
        for row in range(start, min(start + AHEAD * screen, self.assets().rowCount())):
            item = self.assets().item_at(row)
            if item is not None and item.modality == "image" and not item.missing:
                side = round(longer_side(QRect(0, 0, *[self.cell_width()] * 2), item) * dpr)
                asked += self._painter.thumbnails.get(item, side) is None
            if asked >= AT_ONCE:
                self._idle.start()
                return

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
        if self.dragEnabled() and self.selected_count() <= MOST_DRAGGED:
            self.assets().read_all(self.selected_ids())  # a drag needs the files of all of them
        self.picked.emit()

    def currentChanged(self, current: Index, previous: Index) -> None:
        """Draw and tell."""
        super().currentChanged(current, previous)
        if not QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._anchor = self.assets().id_at(current.row())
        self.viewport().update()
        self.picked.emit()

    def _keep(self) -> None:
        ids = self.selected_ids() if self.selected_count() <= MOST_DRAGGED else []
        self._kept = (ids, self.current_id(), self.verticalScrollBar().value())

    def _on_listed(self, anew: bool) -> None:
        self.relayout()
        if anew:
            ids, current, value = self._kept
            kept = [asset_id for asset_id in ids if self.assets().row_of(asset_id) >= 0]
            self.verticalScrollBar().setValue(value if kept or not ids else 0)
            if kept:
                self.select_ids(kept, current)
        self.picked.emit()

    # drawing ------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the cells that the event touches."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        columns, count = self.columns(), self.assets().rowCount()
        region = event.region()
        area = event.rect()
        first = self.line_at(area.top() - PAD) * columns
        last = min(count, (self.line_at(area.bottom() + PAD) + 1) * columns)
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
        first = self.line_at(0) * columns
        last = (self.line_at(self.viewport().height()) + 1) * columns
        for row in range(first, last):
            item = self.assets().item_at(row)
            if item is not None and item.sha256 == sha256:
                self.viewport().update(self.cell(row))

    def dataChanged(self, first: Index, last: Index, _roles: Sequence[int] = ()) -> None:
        """Draw the rows anew that are in sight."""
        columns = self.columns()
        top = self.cell(first.row() - first.row() % columns).top()
        bottom = self.cell(last.row()).bottom()
        area = QRect(0, top - PAD, self.viewport().width(), bottom - top + 2 * PAD + 1)
        self.viewport().update(area.intersected(self.viewport().rect()))

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
        """Select from the anchor with Shift; Qt does the rest."""
        index = self.indexAt(event.position().toPoint())
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if index.isValid() and shift and event.button() == Qt.MouseButton.LeftButton:
            self._select_range(index.row())
            return
        if index.isValid():  # also where it is the current one already
            self._anchor = self.assets().id_at(index.row())
        super().mousePressEvent(event)

    def _select_range(self, row: int) -> None:
        start = self.assets().row_of(self._anchor)
        if start < 0:
            start = max(0, self.currentIndex().row())
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
            self.set_side(self.side_ + (24 if event.angleDelta().y() > 0 else -24))
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
        ids, most = self.selected_ids(), MOST_DRAGGED
        if len(ids) > most:
            words = self.tr("At most %n can be dragged at once. Export takes any number.", "", most)
            self.not_dragged.emit(words)
        elif not self.assets().read_all(ids):
            self.not_dragged.emit(self.tr("The selection is still being read. Drag once more."))
        elif ids:
            run_drag(self, self.assets().mime_of(ids), self._drag_picture(ids))

    def _drag_picture(self, ids: list[str]) -> QPixmap | None:
        item = self.assets().item(ids[0])
        if item is None or item.modality == "text":
            return None
        dpr = self.devicePixelRatioF()
        picture = self._painter.thumbnails.get(item, round(self.cell_width() * dpr))
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
