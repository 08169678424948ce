"""The Library page: every asset, found, looked at, sorted into boards, used again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.core.asset import AssetQuery
from studio.gui.asset_actions import AssetActions
from studio.gui.models.asset_list_model import AssetListModel
from studio.gui.models.asset_rows import query_from_json, query_to_json
from studio.gui.models.asset_thumbnails import AssetThumbnails
from studio.gui.pages.library.details import DetailsPanel
from studio.gui.pages.library.filter_bar import FilterBar
from studio.gui.pages.library.menus import add_commands, open_menu
from studio.gui.pages.library.sheets import LibrarySheets
from studio.gui.pages.library.sidebar import Sidebar, SidebarFacts, read_sidebar
from studio.gui.pages.page import Page
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.asset_cell import AssetPainter
from studio.gui.widgets.asset_grid import AssetGrid
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.surfaces import EmptyState, Skeleton

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generators.api import JsonValue
    from studio.core.asset import Board
    from studio.gui.context import AppContext
    from studio.store.records import Changes

SETTLE_MS = 400  # counts are read again this long after the last change
SKELETON = [(SIZES.gap + column * 200, SIZES.gap + row * 240, 184, 184)
            for row in range(3) for column in range(9)]  # fmt: skip


class LibraryPage(Page):
    """All assets of the library."""

    page_id = "library"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.set_title(self.tr("Library"))
        self.actions_ = AssetActions(context, self)
        self.boards: list[Board] = []
        self._facts: SidebarFacts | None = None
        self._show_id = ""
        self._wants_focus = False
        self._empty: dict[str, EmptyState] = {}
        self.thumbnails = AssetThumbnails(context)
        self.model = AssetListModel(context, self)
        self.sheets = LibrarySheets(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(self._read_facts)

    def build(self) -> Iterator[None]:
        """Make the widgets: places, filters and grid, details."""
        self._add_header()
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.body.addLayout(row, 1)
        yield
        self.sidebar = Sidebar()
        row.addWidget(self.sidebar)
        yield
        middle = QVBoxLayout()
        middle.setSpacing(0)
        row.addLayout(middle, 1)
        self.filters = FilterBar()
        middle.addWidget(self.filters)
        yield
        self.grid = AssetGrid(AssetPainter(self.thumbnails), self.tr("Assets"))
        self.grid.not_dragged.connect(self.context.messages.warn)
        self.grid.set_list(self.model)
        middle.addWidget(self._make_stack(), 1)
        yield
        self.panel = DetailsPanel(self.context, self.actions_)
        row.addWidget(self.panel)
        yield from self.panel.build()
        self._connect()
        yield
        add_commands(self)

    def _add_header(self) -> None:
        self.empty_button = button(self.tr("Empty trash"), icon="trash-2")
        self.empty_button.hide()
        self.import_button = button(self.tr("Import"), icon="import")
        self.import_button.setToolTip(self.tr("Bring in files; dropping them here does the same"))
        self.details_button = IconButton("panel-right", self.tr("Show details"), checkable=True)
        self.details_button.setChecked(True)
        for made in (self.empty_button, self.import_button, self.details_button):
            self.header.addWidget(made)

    def _make_stack(self) -> QStackedWidget:
        self.stack = QStackedWidget()
        skeleton = QWidget()
        inner = QVBoxLayout(skeleton)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(Skeleton(SKELETON))
        inner.addStretch(1)
        self.stack.addWidget(skeleton)
        self.stack.addWidget(self.grid)
        return self.stack

    def empty_state(self, key: str) -> EmptyState:
        """Return what is shown instead of the grid, made when it is first needed."""
        found = self._empty.get(key)
        if found is None:
            found = self._empty[key] = self._make_empty(key)
            self.stack.addWidget(found)
        return found

    def _make_empty(self, key: str) -> EmptyState:
        if key == "library":
            words = self.tr("What you make or import is kept here, with its recipe.")
            creates = self.context.has_page("create")
            action = self.tr("Create something") if creates else self.tr("Import files")
            made = EmptyState("images", words, action)
            made.chosen.connect(self._start)
        elif key == "board":
            words = self.tr("Drag assets here from the library to collect them.")
            made = EmptyState("bookmark", words, self.tr("Show all assets"))
            made.chosen.connect(lambda: self.show_place("", "", trashed=False))
        elif key == "search":
            words = self.tr("Nothing fits these filters.")
            made = EmptyState("search", words, self.tr("Clear filters"))
            made.chosen.connect(self.filters.clear_filters)
        elif key == "trash":
            made = EmptyState("trash-2", self.tr("The trash is empty."))
        else:
            made = EmptyState("images", self.tr("Nothing of this kind yet."))
        return made

    def _start(self) -> None:
        if self.context.has_page("create"):
            self.context.go("create")
        else:
            self.actions_.imports.pick()

    def _connect(self) -> None:
        self.sidebar.chosen.connect(
            lambda kind, board, trashed: self.show_place(kind, board, trashed=trashed)
        )
        self.sidebar.board_dropped.connect(self.actions_.add_to_board)
        self.sidebar.board_made.connect(self._make_board)
        self.sidebar.board_renamed.connect(self.actions_.rename_board)
        self.sidebar.board_deleted.connect(self.actions_.delete_board)
        self.filters.changed.connect(self.set_query)
        self.filters.sized.connect(self.grid.set_side)
        self.grid.zoomed.connect(self._show_size)
        self.grid.picked.connect(self._on_picked)
        self.grid.opened.connect(self.sheets.open_preview)
        self.grid.rated.connect(lambda stars: self.actions_.rate(self.grid.selected_ids(), stars))
        self.grid.menu_wanted.connect(lambda point: open_menu(self, point))
        self.model.listed.connect(self._on_listed)
        self.model.items_changed.connect(self.sheets.refresh)
        self.panel.closed.connect(self.toggle_details)
        self.panel.asked.connect(self.show_asset)
        self.panel.compare_wanted.connect(self.sheets.compare)
        self.import_button.clicked.connect(self.actions_.imports.pick)
        self.empty_button.clicked.connect(self._empty_trash)
        self.details_button.clicked.connect(self.panel.setVisible)

    # the frame's calls --------------------------------------------------------------------------

    def enter(self, what: Mapping[str, JsonValue]) -> None:
        """Show the library; ``asset`` in ``what`` goes to one, ``job`` lists what a job made."""
        job = str(what.get("job", ""))
        if job:
            self.set_query(AssetQuery(job_id=job))
        elif what.get("asset"):
            self.show_asset(str(what["asset"]))
        if self.stale:
            self.model.read_anew()
        elif not self.model.loaded:
            self.model.refresh()
        self._wants_focus = not self.grid.isVisible()
        if self.stale:
            self._read_facts()
            self.panel.refresh()

    def focus_target(self) -> QWidget:
        """Return the grid, so that its keys work at once."""
        return self.grid

    def main_view(self) -> QAbstractScrollArea:
        """Return the grid."""
        return self.grid

    def is_painted(self) -> bool:
        """Tell whether rows, pictures and details have arrived."""
        return self.model.loaded and self.panel.is_filled() and super().is_painted()

    def on_changes(self, changes: Changes) -> None:
        """Read what changed."""
        gone = any(kind == "assets" for kind, _id in changes.removed)
        if changes.assets or gone or changes.boards:
            self.model.changed(changes.assets)
            self.model.refresh()
            self._settle.start()
        if self.panel.asset_id() in changes.assets or changes.boards:
            self.panel.refresh()

    def state(self) -> dict[str, JsonValue]:
        """Remember what is listed, how large, and where."""
        query = replace(self.model.query, job_id="", trashed=False)
        return {
            "query": query_to_json(query),
            "side": self.grid.side,
            "details": self.details_button.isChecked(),
            "asset": self.grid.current_id(),
        }

    def restore(self, state: Mapping[str, JsonValue]) -> None:
        """List what was listed."""
        saved = state.get("query")
        query = query_from_json(saved) if isinstance(saved, dict) else AssetQuery()
        side = state.get("side")
        if isinstance(side, int):
            self.grid.set_side(side)
        details = state.get("details") is not False
        self.details_button.setChecked(details)
        self.panel.setVisible(details)
        self._show_id = str(state.get("asset") or "")
        self.set_query(query)

    # listing ------------------------------------------------------------------------------------

    def set_query(self, query: AssetQuery) -> None:
        """List what a query finds."""
        self.filters.show_query(query)
        self.sidebar.select(query.modality, query.board_id, query.trashed)
        self.import_button.setVisible(not query.trashed)
        self.empty_button.setVisible(query.trashed)
        self.model.set_query(query)

    def show_place(self, modality: str, board_id: str, *, trashed: bool) -> None:
        """List a kind, a board or the trash; search and filters stay."""
        query = replace(
            self.model.query, modality=modality, board_id=board_id, trashed=trashed, job_id=""
        )
        self.set_query(query)

    def show_asset(self, asset_id: str) -> None:
        """Go to one asset, listing everything if need be."""
        if self.model.row_of(asset_id) >= 0:
            self.grid.select_ids([asset_id])
            return
        self._show_id = asset_id
        self.set_query(AssetQuery())

    def _on_listed(self, _anew: bool) -> None:
        count = self.model.rowCount()
        self.remark.setText(self.tr("%n asset(s)", "", count) if count < 1000 else f"{count:,}")
        self.stack.setCurrentWidget(self.grid if count else self.empty_state(self._why_empty()))
        self.empty_button.setEnabled(count > 0)
        if self._wants_focus and self.isVisible():  # before, there was nothing to focus
            self._wants_focus = False
            self.grid.setFocus(Qt.FocusReason.OtherFocusReason)
        if self._show_id and self.model.row_of(self._show_id) >= 0:
            self.grid.select_ids([self._show_id])
        if self.model.query.job_id and count and not self.grid.selected_count():
            self.grid.select_ids([self.model.id_at(0)])
        self._show_id = ""

    def _why_empty(self) -> str:
        query = self.model.query
        if query.search or query.minimum_rating or query.tag or query.model or query.job_id:
            return "search"
        if query.trashed:
            return "trash"
        if query.board_id:
            return "board"
        return "kind" if query.modality else "library"

    def _read_facts(self) -> None:
        self.context.store.read(self, read_sidebar, self._take_facts, key="library.facts")

    def _take_facts(self, facts: SidebarFacts) -> None:
        self._facts = facts
        self.boards = facts.boards
        self.sidebar.show_facts(facts)
        self.filters.set_known(facts.tags, facts.models)
        self.panel.set_known_tags([tag for tag, _count in facts.tags])
        here = self.model.query.board_id
        if here and all(board.id != here for board in facts.boards):
            self.show_place("", "", trashed=False)

    def _show_size(self, side: int) -> None:
        self.filters.sizes.blockSignals(True)
        self.filters.sizes.setValue(side)
        self.filters.sizes.blockSignals(False)

    def _on_picked(self) -> None:
        count = self.grid.selected_count()
        if count == 0:
            self.panel.show_nothing()
        elif count == 1:
            asset_id = self.grid.selected_ids()[0]
            if asset_id != self.panel.asset_id():
                self.panel.show_asset(asset_id)
        else:
            trashed = self.model.query.trashed
            self.panel.show_many(self.grid.selected_ids(), trashed=trashed)

    # acting -------------------------------------------------------------------------------------

    def focus_search(self) -> None:
        """Put the cursor into the search field."""
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()

    def toggle_details(self) -> None:
        """Show or hide the panel at the right."""
        self.details_button.setChecked(self.panel.isHidden())
        self.panel.setVisible(self.panel.isHidden())

    def more_like_this(self) -> None:
        """Open Create with the recipe of the selected asset."""
        item = self.model.item(self.grid.current_id())
        if item is not None and item.has_recipe:
            self.actions_.more_like(item.id)

    def use_as_reference(self) -> None:
        """Open Create with the selected picture to start from."""
        item = self.model.item(self.grid.current_id())
        if item is not None and item.modality == "image" and not item.missing:
            self.actions_.use_as_reference(item.id)

    def copy(self) -> None:
        """Copy the picture, or the text, of the selected asset."""
        item = self.model.item(self.grid.current_id())
        if item is not None and item.modality == "image" and not item.missing:
            self.actions_.copy_image(item.file)
        elif item is not None and item.modality == "text":
            self.actions_.copy_words(item.id)

    def copy_prompt(self) -> None:
        """Copy the prompt of the selected asset."""
        item = self.model.item(self.grid.current_id())
        if item is not None and item.prompt:
            self.actions_.copy_prompt(item.id)

    def reveal(self) -> None:
        """Show the file of the selected asset in its folder."""
        item = self.model.item(self.grid.current_id())
        if item is not None:
            self.actions_.reveal(item.file)

    def delete(self) -> None:
        """Move the selection to the trash; in the trash, ask to delete it for good."""
        ids = self.grid.selected_ids()
        if self.model.query.trashed:
            self.actions_.empty_trash(len(ids), ids)
        else:
            self.actions_.trash(ids)

    def new_board_with_selection(self) -> None:
        """Ask for the name of a board; what is selected goes there."""
        self.sidebar.edit_name("", "")

    def _make_board(self, name: str) -> None:
        self.actions_.create_board(name, self.grid.selected_ids())

    def _empty_trash(self) -> None:
        self.actions_.empty_trash(
            self.model.rowCount() if self._facts is None else self._facts.trashed
        )
