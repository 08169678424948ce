"""The right side of the Library: everything about one asset, or what to do with several."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui.models.asset_rows import AssetItem, make_item
from studio.gui.pages.library.facts import Execution, facts_of
from studio.gui.pages.queue.job_facts import FactsGrid, ResultTile
from studio.gui.slices import Slices
from studio.gui.theme.tokens import SIZES
from studio.gui.translating import translate
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.fields import GrowingTextEdit
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import label
from studio.gui.widgets.reading_text import make_reading
from studio.gui.widgets.stars import StarsEdit
from studio.gui.widgets.surfaces import ScrollColumn
from studio.gui.widgets.tag_edit import TagEdit, chip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generators.api import JsonValue
    from studio.core.asset import Asset, Board
    from studio.gui.asset_actions import AssetActions
    from studio.gui.context import AppContext
    from studio.store.library import Library

WIDTH = 320
MOST_RELATED = 6


@dataclass(frozen=True, slots=True)
class AssetDetails:
    """Everything about one asset."""

    asset: Asset
    item: AssetItem
    boards: list[Board] = field(default_factory=list)
    parents: list[tuple[Asset, str]] = field(default_factory=list)
    children: list[tuple[Asset, str]] = field(default_factory=list)


def read_asset(library: Library, asset_id: str) -> AssetDetails:
    """Ask for it.

    Raises:
        NotFound: It is gone.
    """
    asset = library.assets.get(asset_id)

    def with_files(assets: list[Asset]) -> list[tuple[Asset, str]]:
        living = [one for one in assets if not one.trashed_at]
        return [(one, str(library.assets.file(one))) for one in living[:MOST_RELATED]]

    return AssetDetails(
        asset,
        make_item(library, asset),
        library.assets.boards_of(asset_id),
        with_files(library.assets.parents(asset_id)),
        with_files(library.assets.children(asset_id)),
    )


class DetailsPanel(QFrame):
    """Shows one asset; ``show_many`` says how many are selected.

    Signals:
        closed: The button was pressed.
        asked: Id of an asset (parent or child) that a person wants to see.
        compare_wanted: Compare what is selected.
    """

    closed = Signal()
    asked = Signal(str)
    compare_wanted = Signal()

    def __init__(self, context: AppContext, actions: AssetActions) -> None:
        super().__init__()
        self._context = context
        self._actions = actions
        self.details: AssetDetails | None = None
        self._ids: list[str] = []
        self._in_trash = False
        self.setProperty("role", "panel")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(self.tr("Details"))
        self._filling = Slices(self)

    def build(self) -> Iterator[None]:
        """Make the widgets, a piece a step."""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(SIZES.gap, SIZES.gap, SIZES.step, SIZES.step)
        outer.setSpacing(SIZES.step)
        top = QHBoxLayout()
        self.heading = label(self.tr("Details"), "title")
        close = IconButton("panel-right-close", self.tr("Hide details"))
        close.clicked.connect(self.closed.emit)
        top.addWidget(self.heading)
        top.addStretch(1)
        top.addWidget(close)
        outer.addLayout(top)
        self._hint = label(self.tr("Select an asset to see how it was made."), "soft", wrap=True)
        outer.addWidget(self._hint)
        self._many = self._build_many()
        outer.addWidget(self._many)
        yield
        self._scroll = ScrollColumn(0, SIZES.gap)
        self._scroll.column.setContentsMargins(0, 0, SIZES.step, 0)
        outer.addWidget(self._scroll, 1)
        self._build_one(self._scroll.column)
        outer.addStretch(0)
        self.show_nothing()

    def _build_one(self, column: QVBoxLayout) -> None:
        self.title = QLineEdit()
        self.title.setAccessibleName(self.tr("Title"))
        self.title.setPlaceholderText(self.tr("Title"))
        self.title.editingFinished.connect(self._save_title)
        column.addWidget(self.title)
        self.stars = StarsEdit()
        self.stars.rated.connect(lambda rating: self._actions.rate(self._ids, rating))
        column.addWidget(self.stars)
        row = QHBoxLayout()
        row.setSpacing(0)
        self.more = button(self.tr("More like this"), "primary", "sparkles")
        self.more.clicked.connect(lambda: self._actions.more_like(self._ids[0]))
        self.reference = IconButton("image-plus", self.tr("Use as reference on Create"), size=28)
        self.reference.clicked.connect(lambda: self._actions.use_as_reference(self._ids[0]))
        self.upscale = IconButton("zoom-in", self.tr("Upscale ×4"), size=28)
        self.upscale.clicked.connect(lambda: self._actions.upscale(self._ids))
        export = IconButton("file-down", self.tr("Export …"), size=28)
        export.clicked.connect(lambda: self._actions.export(self._ids))
        reveal = IconButton("folder-open", self.tr("Show in folder"), size=28)
        reveal.clicked.connect(self._reveal)
        self.restore_one = button(self.tr("Restore"), "primary", "archive-restore")
        self.restore_one.clicked.connect(lambda: self._actions.restore(self._ids))
        row.addWidget(self.more)
        row.addWidget(self.restore_one)
        row.addStretch(1)
        for made in (self.reference, self.upscale, export, reveal):
            row.addWidget(made)
        column.addLayout(row)
        self._recipe_column = _add_box(column, SIZES.gap)
        column.addWidget(label(self.tr("Tags"), "label"))
        self.tags = TagEdit(self.tr("Add a tag"))
        self.tags.changed.connect(lambda tags: self._actions.set_tags(self._ids[0], tags))
        column.addWidget(self.tags)
        self._after_column = _add_box(column, SIZES.step)
        column.addStretch(1)

    def _build_many(self) -> QWidget:
        many = QWidget()
        column = QVBoxLayout(many)
        column.setContentsMargins(0, 0, SIZES.step, 0)
        column.setSpacing(SIZES.gap)
        self.many_stars = StarsEdit()
        self.many_stars.rated.connect(lambda rating: self._actions.rate(self._ids, rating))
        column.addWidget(self.many_stars)
        self.many_tag = QLineEdit()
        self.many_tag.setPlaceholderText(self.tr("Add a tag to all, then Return"))
        self.many_tag.setAccessibleName(self.tr("Add a tag to all"))
        self.many_tag.returnPressed.connect(self._tag_all)
        column.addWidget(self.many_tag)
        self.compare = button(self.tr("Compare"), icon="columns-2")
        self.compare.clicked.connect(self.compare_wanted.emit)
        export = button(self.tr("Export …"), icon="file-down")
        export.clicked.connect(lambda: self._actions.export(self._ids))
        self.restore = button(self.tr("Restore"), icon="archive-restore")
        self.restore.clicked.connect(lambda: self._actions.restore(self._ids))
        self.trash = button(self.tr("Move to trash"), icon="trash-2")
        self.trash.clicked.connect(self._throw_away)
        for made in (self.compare, export, self.restore, self.trash):
            column.addWidget(made)
        return many

    def _throw_away(self) -> None:
        if self._in_trash:
            self._actions.empty_trash(len(self._ids), self._ids)
        else:
            self._actions.trash(self._ids)

    # what is shown ------------------------------------------------------------------------------

    def show_nothing(self) -> None:
        """Nothing is selected."""
        self._save_title()
        self._filling.stop()
        self.details, self._ids = None, []
        self._show("nothing")
        self.heading.setText(self.tr("Details"))

    def show_many(self, ids: list[str], *, trashed: bool = False) -> None:
        """Several are selected; ``trashed``: in the trash."""
        self._save_title()
        self._filling.stop()
        self._in_trash = trashed
        self.restore.setVisible(trashed)
        self.trash.setText(self.tr("Delete for good") if trashed else self.tr("Move to trash"))
        self.details, self._ids = None, ids
        self.heading.setText(self.tr("%n selected", "", len(ids)))
        self.compare.setVisible(len(ids) <= 4)
        self._show("many")

    def show_asset(self, asset_id: str) -> None:
        """Read one and show it."""
        self._save_title()
        self._ids = [asset_id]
        self.refresh()

    def refresh(self) -> None:
        """Read the one that is shown anew."""
        if len(self._ids) == 1:
            asset_id = self._ids[0]
            self._context.store.read(
                self, lambda library: read_asset(library, asset_id), self._take,
                lambda _error: self.show_nothing(), key="library.details",
            )  # fmt: skip

    def asset_id(self) -> str:
        """Return the id of the one that is shown, or an empty string."""
        return self._ids[0] if len(self._ids) == 1 else ""

    def set_known_tags(self, tags: list[str]) -> None:
        """Offer these while tags are typed."""
        self.tags.set_known(tags)

    def _show(self, what: str) -> None:
        self._hint.setVisible(what == "nothing")
        self._many.setVisible(what == "many")
        self._scroll.setVisible(what == "one")

    def _take(self, details: AssetDetails) -> None:
        if details.asset.id != self.asset_id():
            return
        same = self.details is not None and self.details.asset.id == details.asset.id
        self.details = details
        asset = details.asset
        self.heading.setText(_kind_words(self, asset.modality))
        if not (same and self.title.hasFocus()):
            self.title.setText(asset.title)
        self.stars.set_value(asset.rating)
        creates = self._context.has_page("create") and not asset.trashed_at
        self.restore_one.setVisible(bool(asset.trashed_at))
        self.more.setVisible(creates and asset.recipe is not None)
        self.reference.setVisible(creates and asset.modality == "image" and not asset.missing)
        living = not asset.missing and not asset.trashed_at
        self.upscale.setVisible(asset.modality == "image" and living)
        self.tags.set_tags(asset.tags)
        _empty(self._recipe_column)
        _empty(self._after_column)
        self._show("one")
        self._filling.start(self._fill(details))
        if same:  # a changed tag must not make the panel flicker
            self._filling.finish()

    def is_filled(self) -> bool:
        """Tell whether everything about the asset is in sight."""
        return not self._filling.busy

    def _fill(self, details: AssetDetails) -> Iterator[None]:
        column, asset = self._recipe_column, details.asset
        recipe = asset.recipe
        params: Mapping[str, JsonValue] = recipe.request.params if recipe else {}
        prompt = str(params.get("prompt") or asset.prompt)
        if prompt:
            column.addWidget(self._text(self.tr("Prompt"), prompt))
            yield
        if params.get("negative_prompt"):
            column.addWidget(self._text(self.tr("Negative prompt"), str(params["negative_prompt"])))
            yield
        column.addWidget(FactsGrid(facts_of(asset, self._context.registry)))
        for note in recipe.notes if recipe else ():
            column.addWidget(label(note, "caption", wrap=True))
        if recipe is None:
            said = self.tr("This file came without a recipe.")
            column.addWidget(label(said, "caption", wrap=True))
        yield
        yield from self._add_places(details)

    def _text(self, name: str, text: str) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.half)
        top = QHBoxLayout()
        top.addWidget(label(name, "label"))
        top.addStretch(1)
        copy = IconButton("copy", self.tr("Copy: {0}").format(name), size=24)
        copy.clicked.connect(
            lambda: self._actions.copy_text(text, self.tr("{0} copied.").format(name))
        )
        top.addWidget(copy)
        column.addLayout(top)
        view = GrowingTextEdit(name, (1, 8))
        make_reading(view)
        view.setPlainText(text)
        column.addWidget(view)
        return box

    def _add_places(self, details: AssetDetails) -> Iterator[None]:
        column = self._after_column
        if details.boards:
            column.addWidget(label(self.tr("Boards"), "label"))
            holder = QWidget()
            flow = FlowLayout(holder, SIZES.half)
            for board in details.boards:
                flow.addWidget(self._board_chip(board, details.asset.id))
            column.addWidget(holder)
            yield
        for name, related in (
            (self.tr("Made from"), details.parents),
            (self.tr("Used for"), details.children),
        ):
            if related:
                column.addWidget(label(name, "label"))
                holder = QWidget()
                flow = FlowLayout(holder)
                for asset, file in related:
                    tile = ResultTile(asset, file, self._context.images)
                    tile.setFixedSize(88, 88)
                    tile.activated.connect(lambda one=asset.id: self.asked.emit(one))
                    flow.addWidget(tile)
                column.addWidget(holder)
                yield
        if details.asset.recipe is not None and details.asset.recipe.execution:
            column.addWidget(Execution(details.asset.recipe.execution))

    def _board_chip(self, board: Board, asset_id: str) -> QPushButton:
        made = chip(board.name, self.tr("Take off the board {0}").format(board.name))
        made.clicked.connect(lambda: self._actions.remove_from_board(board.id, [asset_id]))
        return made

    def _reveal(self) -> None:
        if self.details is not None:
            self._actions.reveal(self.details.item.file)

    def _save_title(self) -> None:
        """Save what was typed; a press of the mouse elsewhere does not end an edit by itself."""
        details, title = self.details, self.title.text().strip()
        if details is not None and title != details.asset.title:
            self.details = replace(details, asset=replace(details.asset, title=title))
            self._actions.set_title(details.asset.id, title)

    def _tag_all(self) -> None:
        tag = self.many_tag.text().strip()
        self.many_tag.clear()
        if tag:
            self._actions.add_tag(self._ids, tag)


def _kind_words(panel: QWidget, modality: str) -> str:
    return {
        "image": translate("DetailsPanel", "Picture"),
        "text": translate("DetailsPanel", "Text"),
        "audio": translate("DetailsPanel", "Sound"),
    }.get(modality, translate("DetailsPanel", "File"))


def _add_box(column: QVBoxLayout, spacing: int) -> QVBoxLayout:
    """Add a widget to a column and return its own."""
    box = QWidget()
    inner = QVBoxLayout(box)
    inner.setContentsMargins(0, 0, 0, 0)
    inner.setSpacing(spacing)
    column.addWidget(box)
    return inner


def _empty(column: QVBoxLayout) -> None:
    while column.count():
        item = column.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
