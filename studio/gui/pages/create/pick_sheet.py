"""Taking a picture from the library without leaving the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.core.asset import AssetQuery
from studio.gui.models.asset_list_model import AssetListModel
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.asset_cell import AssetPainter
from studio.gui.widgets.asset_grid import AssetGrid
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.fields import SearchField
from studio.gui.widgets.labels import label
from studio.gui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from studio.gui.context import AppContext
    from studio.gui.models.asset_thumbnails import AssetThumbnails

WIDTH, HEIGHT = 880, 560


class PickSheet(Sheet):
    """The pictures of the library to choose one from.

    Signals:
        chosen: Id of the asset.
    """

    chosen = Signal(str)

    def __init__(self, over: QWidget, context: AppContext, thumbnails: AssetThumbnails) -> None:
        super().__init__(over, "", WIDTH)
        self.setAccessibleName(self.tr("Choose a picture"))
        self.card.setAccessibleName(self.tr("Choose a picture"))
        self.card.setMinimumHeight(HEIGHT)
        self.model = AssetListModel(context, self)
        self.grid = AssetGrid(AssetPainter(thumbnails), self.tr("Pictures"))
        self.grid.setSelectionMode(AssetGrid.SelectionMode.SingleSelection)
        self.grid.setDragEnabled(False)  # there is no place to drop a picture on
        self.grid.set_side(136)
        self.grid.set_list(self.model)
        self.grid.opened.connect(self._choose)
        self.grid.picked.connect(self._on_picked)
        top = QHBoxLayout()
        top.setSpacing(SIZES.step)
        top.addWidget(label(self.tr("Choose a picture"), "title"))
        self.search = SearchField(self.tr("Search pictures"), self.tr("Search pictures"))
        self.search.searched.connect(self._search)
        self.use = button(self.tr("Use it"), "primary")
        self.use.clicked.connect(lambda: self._choose(self.grid.current_id()))
        close = IconButton("x", self.tr("Close (Escape)"))
        close.clicked.connect(self.close_sheet)
        top.addWidget(self.search, 1)
        top.addWidget(self.use)
        top.addWidget(close)
        self.body.addLayout(top)
        self.body.addWidget(self.grid, 1)

    def start(self) -> None:
        """Open with all pictures."""
        self._search(self.search.text().strip())
        self._on_picked()
        self.open(self.grid)

    def _search(self, text: str) -> None:
        self.model.set_query(AssetQuery(search=text, modality="image"))

    def _on_picked(self) -> None:
        self.use.setEnabled(bool(self.grid.current_id()))

    def _choose(self, asset_id: str) -> None:
        if asset_id:
            self.close_sheet()
            self.chosen.emit(asset_id)
