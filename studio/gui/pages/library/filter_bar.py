"""Search, filters, order and size of the cells, above the grid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QSlider, QVBoxLayout, QWidget

from studio.core.asset import AssetQuery
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.fields import SearchField
from studio.gui.widgets.labels import restyle
from studio.gui.widgets.uniform_grid import FIRST, LARGEST, SMALLEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QResizeEvent

    from studio.gui.models.asset_rows import Order

ROOMY = 560  # pixels that everything in the bar needs
MOST_LISTED = 40  # tags or models in a menu
NAME, SHORT = 22, 9  # characters of a tag or a model on a button; in a narrow window
WIDE, WIDEST = 360, 1000  # pixels of the search beside and above the buttons


class FilterBar(QWidget):
    """What to list, in which order, how large.

    Signals:
        changed: A new AssetQuery.
        sized: Side of the pictures.
    """

    changed = Signal(object)
    sized = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._query = AssetQuery()
        self._narrow = False
        self._tags: list[tuple[str, int]] = []
        self._models: list[tuple[str, int]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.gap, 0, SIZES.gap, SIZES.step)
        column.setSpacing(SIZES.step)
        self._above, self._row = QHBoxLayout(), QHBoxLayout()
        column.addLayout(self._above)
        column.addLayout(self._row)
        row = self._row
        row.setSpacing(SIZES.step)
        self.search = SearchField(
            self.tr("Search the library"), self.tr("Search prompts, titles, tags")
        )
        self.search.setMinimumWidth(120)
        self.search.setMaximumWidth(WIDE)
        self.search.searched.connect(lambda text: self._set(search=text))
        row.addWidget(self.search, 1)
        self.rating = self._menu_button(self.tr("Rating"), self._fill_rating)
        self.tag = self._menu_button(self.tr("Tag"), self._fill_tag)
        self.model = self._menu_button(self.tr("Model"), self._fill_model)
        self.clear = IconButton("x", self.tr("Clear filters"))
        self.clear.clicked.connect(self.clear_filters)
        for item in (self.rating, self.tag, self.model, self.clear):
            row.addWidget(item)
        row.addStretch(0)
        self.order = self._menu_button("", self._fill_order)
        self.order.setProperty("kind", "ghost")
        row.addWidget(self.order)
        self.sizes = QSlider(Qt.Orientation.Horizontal)
        self.sizes.setRange(SMALLEST, LARGEST)
        self.sizes.setPageStep(48)
        self.sizes.setValue(FIRST)
        self.sizes.setFixedWidth(88)
        self.sizes.setAccessibleName(self.tr("Size of the pictures"))
        self.sizes.setToolTip(self.tr("Size of the pictures (Ctrl and mouse wheel)"))
        self.sizes.valueChanged.connect(self.sized.emit)
        row.addWidget(self.sizes)
        self.show_query(self._query)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the search above the buttons where there is no room beside them."""
        super().resizeEvent(event)
        narrow = self.width() < ROOMY
        if narrow != self._narrow:
            self._narrow = narrow
            self._row.removeWidget(self.search)
            self._above.removeWidget(self.search)
            if narrow:
                self._above.addWidget(self.search, 1)
            else:
                self._row.insertWidget(0, self.search, 1)
            self.search.setMaximumWidth(WIDEST if narrow else WIDE)
            self.sizes.setVisible(not narrow)  # keys and wheel do the same
            self.show_query(self._query)

    def set_known(self, tags: Sequence[tuple[str, int]], models: Sequence[tuple[str, int]]) -> None:
        """Offer these tags and models."""
        self._tags, self._models = list(tags), list(models)
        self.tag.setEnabled(bool(tags) or bool(self._query.tag))
        self.model.setEnabled(bool(models) or bool(self._query.model))

    def show_query(self, query: AssetQuery) -> None:
        """Show what is listed."""
        self._query = query
        if self.search.text().strip() != query.search:
            self.search.blockSignals(True)
            self.search.setText(query.search)
            self.search.blockSignals(False)
        stars = query.minimum_rating
        self._show(
            self.rating,
            self.tr("{0} and up").format("★" * stars) if stars else "",
            self.tr("Rating"),
        )
        self._show(self.tag, query.tag, self.tr("Tag"))
        self._show(self.model, query.model, self.tr("Model"))
        self.order.setText(self._orders()[query.order])
        self.order.setAccessibleName(self.tr("Order: {0}").format(self.order.text()))
        self.clear.setVisible(
            bool(query.search or stars or query.tag or query.model or query.job_id)
        )

    def clear_filters(self) -> None:
        """List everything of this place."""
        self.search.blockSignals(True)
        self.search.clear()
        self.search.blockSignals(False)
        self._set(search="", minimum_rating=0, tag="", model="", job_id="")

    def _orders(self) -> dict[Order, str]:
        return {
            "newest": self.tr("Newest first"),
            "oldest": self.tr("Oldest first"),
            "rating": self.tr("Best rated first"),
            "title": self.tr("By title"),
        }

    def _show(self, item: QPushButton, value: str, name: str) -> None:
        anything = self.tr("any")
        most = SHORT if self._narrow else NAME
        short = value if len(value) <= most else value[: most - 1] + "…"
        item.setText((short or name).replace("&", "&&"))
        item.setAccessibleName(f"{name}: {value or anything}")
        restyle(item, "active", value=bool(value))

    def _set(self, **values: object) -> None:
        query = replace(self._query, **values)  # type: ignore[arg-type]
        if query != self._query:
            self.show_query(query)
            self.changed.emit(query)

    def _menu_button(self, text: str, fill: Callable[[QMenu], None]) -> QPushButton:
        made = button(text)
        made.setProperty("kind", "filter")
        made.clicked.connect(lambda: self._open(made, fill))
        return made

    def _open(self, made: QPushButton, fill: Callable[[QMenu], None]) -> None:
        menu = QMenu(made)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        fill(menu)
        menu.popup(made.mapToGlobal(QPoint(0, made.height() + 4)))

    def _choice(self, menu: QMenu, text: str, on: bool, **values: object) -> None:
        action = menu.addAction(text.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(on)
        action.triggered.connect(lambda: self._set(**values))

    def _fill_rating(self, menu: QMenu) -> None:
        now = self._query.minimum_rating
        self._choice(menu, self.tr("Any rating"), now == 0, minimum_rating=0)
        for stars in range(1, 6):
            words = "★" * stars if stars == 5 else self.tr("{0} and up").format("★" * stars)
            self._choice(menu, words, now == stars, minimum_rating=stars)

    def _fill_tag(self, menu: QMenu) -> None:
        self._choice(menu, self.tr("Any tag"), not self._query.tag, tag="")
        for tag, count in self._tags[:MOST_LISTED]:
            self._choice(menu, f"{tag}  ({count:,})", tag == self._query.tag, tag=tag)

    def _fill_model(self, menu: QMenu) -> None:
        self._choice(menu, self.tr("Any model"), not self._query.model, model="")
        for model, count in self._models[:MOST_LISTED]:
            self._choice(menu, f"{model}  ({count:,})", model == self._query.model, model=model)

    def _fill_order(self, menu: QMenu) -> None:
        for order, words in self._orders().items():
            self._choice(menu, words, order == self._query.order, order=order)
