"""A grid of cells of one size over a list model, so that 100 000 cost no more than 100.

Instead of QListView: its layout is a division, not a walk over all rows, and scrolling moves the
pixels that are there and draws only what comes into sight.
"""

from __future__ import annotations

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
from PySide6.QtGui import QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.asset_cell import FOOT

Index = QModelIndex | QPersistentModelIndex
SMALLEST, LARGEST, FIRST = 120, 360, 184  # side of a picture
GAP = SIZES.gap
PAD = 6  # of the selection frame round picture and words
Action = QAbstractItemView.CursorAction


class UniformGrid(QAbstractItemView):
    """Where cells lie, how keys move among them, how they scroll. Subclasses draw.

    Signals:
        zoomed: The cells have another size.
    """

    zoomed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.side_ = FIRST

    def wanted(self, first: int, last: int) -> None:
        """Hear which rows are in sight or near it."""

    @property
    def side(self) -> int:
        """Least side of a picture; cells grow to fill the width."""
        return self.side_

    def set_side(self, side: int) -> None:
        """Make the cells larger or smaller, keeping the place."""
        side = max(SMALLEST, min(LARGEST, side))
        if side == self.side_:
            return
        middle = self.line_at(self.viewport().height() // 2) * self.columns()
        self.side_ = side
        self.relayout()
        row = middle // self.columns()
        self.verticalScrollBar().setValue(row * self.pitch() - self.viewport().height() // 2)
        self.zoomed.emit(side)

    def columns(self) -> int:
        """Return how many cells stand side by side."""
        return max(1, (self.viewport().width() - GAP) // (self.side_ + GAP))

    def cell_width(self) -> int:
        columns = self.columns()
        return max(40, (self.viewport().width() - GAP * (columns + 1)) // columns)

    def pitch(self) -> int:
        return self.cell_width() + FOOT + GAP

    def line_at(self, y: int) -> int:
        return max(0, (y + self.verticalOffset() - GAP) // self.pitch())

    def cell(self, row: int) -> QRect:
        """Return where picture and words of a row lie in the viewport."""
        line, place = divmod(row, self.columns())
        width = self.cell_width()
        left = GAP + place * (width + GAP)
        top = GAP + line * self.pitch() - self.verticalOffset()
        return QRect(left, top, width, width + FOOT)

    def visualRect(self, index: Index) -> QRect:
        """Return where a row lies, with its frame."""
        if not index.isValid():
            return QRect()
        return self.cell(index.row()).adjusted(-PAD, -PAD, PAD, PAD)

    def indexAt(self, point: QPoint) -> QModelIndex:
        """Return the row at a place of the viewport."""
        columns, width = self.columns(), self.cell_width()
        place, within = divmod(point.x() - GAP + PAD, width + GAP)
        if not 0 <= place < columns or within > width + 2 * PAD:
            return QModelIndex()
        row = self.line_at(point.y() + PAD) * columns + place
        index = self.model().index(row, 0)
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
        model, columns = self.model(), self.columns()
        count = model.rowCount()
        if count == 0:
            return QModelIndex()
        row = self.currentIndex().row()
        if row < 0:
            return model.index(0, 0)
        page = max(1, self.viewport().height() // self.pitch()) * columns
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
        return model.index(max(0, min(count - 1, target)), 0)

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select what lies between two corners (a rubber band), or from cell to cell."""
        model, columns, width = self.model(), self.columns(), self.cell_width()
        area = rect.normalized()
        first, last = self.line_at(area.top()), self.line_at(area.bottom())
        left = max(0, (area.left() - GAP) // (width + GAP))
        right = min(columns - 1, (area.right() - GAP) // (width + GAP))
        selection, count = QItemSelection(), model.rowCount()
        for line in range(first, min(last, (count - 1) // columns) + 1):
            start, end = line * columns + left, min(line * columns + right, count - 1)
            if start <= end:
                selection.select(model.index(start, 0), model.index(end, 0))
        self.selectionModel().select(selection, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return everything: the whole is drawn anew at a change."""
        return QRegion(self.viewport().rect()) if selection.count() else QRegion()

    def updateGeometries(self) -> None:
        """Fit the scroll bar to the rows."""
        super().updateGeometries()
        self.relayout()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew, keeping what is at the top."""
        super().resizeEvent(event)
        self.relayout()

    def relayout(self) -> None:
        if self.model() is None:
            return
        lines = -(-self.model().rowCount() // self.columns())
        total = GAP + lines * self.pitch()
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setRange(0, max(0, total - height))
        bar.setPageStep(height)
        bar.setSingleStep(max(24, self.pitch() // 3))
        self.viewport().update()
        self._tell_wanted()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Move the pixels that are there; only the rest is drawn."""
        self.scrollDirtyRegion(dx, dy)
        self.viewport().scroll(dx, dy)
        self._tell_wanted()

    def _tell_wanted(self) -> None:
        columns, height = self.columns(), self.viewport().height()
        first = self.line_at(-height // 2) * columns
        last = (self.line_at(4 * height) + 1) * columns
        self.wanted(first, last)
