"""The right side of the Library: everything about one asset, or what to do with several."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.gui import words
from studio.gui.models.asset_rows import AssetItem, make_item
from studio.gui.pages.queue.job_facts import FactsGrid, ResultTile
from studio.gui.theme.manager import set_icon
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.fields import GrowingTextEdit
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import label
from studio.gui.widgets.stars import StarsEdit
from studio.gui.widgets.surfaces import ScrollColumn
from studio.gui.widgets.tag_edit import TagEdit, chip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from studio.core.asset import Asset, Board
    from studio.gui.asset_actions import AssetActions
    from studio.gui.context import AppContext
    from studio.store.library import Library

WIDTH = 320
MOST_RELATED = 6
#: Shown elsewhere in the panel.
_SHOWN = ("prompt", "negative_prompt", "seed")


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
        self.setProperty("role", "panel")
        self.setFixedWidth(WIDTH)
        self.setAccessibleName(self.tr("Details"))
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
        self._scroll = ScrollColumn(0, SIZES.gap)
        self._scroll.column.setContentsMargins(0, 0, SIZES.step, 0)
        self._build_one(self._scroll.column)
        outer.addWidget(self._scroll, 1)
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
        row.setSpacing(SIZES.step)
        self.more = button(self.tr("More like this"), "primary", "sparkles")
        self.more.clicked.connect(lambda: self._actions.more_like(self._ids[0]))
        self.reference = button(self.tr("As reference"), icon="image-plus")
        self.reference.setToolTip(self.tr("Open Create with this picture to start from"))
        self.reference.clicked.connect(lambda: self._actions.use_as_reference(self._ids[0]))
        row.addWidget(self.more)
        row.addWidget(self.reference)
        row.addStretch(1)
        column.addLayout(row)
        self._recipe = QWidget()
        self._recipe_column = QVBoxLayout(self._recipe)
        self._recipe_column.setContentsMargins(0, 0, 0, 0)
        self._recipe_column.setSpacing(SIZES.gap)
        column.addWidget(self._recipe)
        column.addWidget(label(self.tr("Tags"), "label"))
        self.tags = TagEdit(self.tr("Add a tag"))
        self.tags.changed.connect(lambda tags: self._actions.set_tags(self._ids[0], tags))
        column.addWidget(self.tags)
        self._after = QWidget()
        self._after_column = QVBoxLayout(self._after)
        self._after_column.setContentsMargins(0, 0, 0, 0)
        self._after_column.setSpacing(SIZES.step)
        column.addWidget(self._after)
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
        trash = button(self.tr("Move to trash"), icon="trash-2")
        trash.clicked.connect(lambda: self._actions.trash(self._ids))
        for made in (self.compare, export, trash):
            column.addWidget(made)
        return many

    # what is shown ------------------------------------------------------------------------------

    def show_nothing(self) -> None:
        """Nothing is selected."""
        self.details, self._ids = None, []
        self._show("nothing")
        self.heading.setText(self.tr("Details"))

    def show_many(self, ids: list[str]) -> None:
        """Several are selected."""
        self.details, self._ids = None, ids
        self.heading.setText(self.tr("%n selected", "", len(ids)))
        self.compare.setVisible(len(ids) <= 4)
        self._show("many")

    def show_asset(self, asset_id: str) -> None:
        """Read one and show it."""
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
        creates = self._context.has_page("create")
        self.more.setVisible(creates and asset.recipe is not None)
        self.reference.setVisible(creates and asset.modality == "image" and not asset.missing)
        self.tags.set_tags(asset.tags)
        _empty(self._recipe_column)
        self._add_recipe(asset)
        _empty(self._after_column)
        self._add_places(details)
        self._show("one")

    def _add_recipe(self, asset: Asset) -> None:
        column, recipe = self._recipe_column, asset.recipe
        params: Mapping[str, JsonValue] = recipe.request.params if recipe else {}
        prompt = str(params.get("prompt") or asset.prompt)
        if prompt:
            column.addWidget(self._text(self.tr("Prompt"), prompt))
        if params.get("negative_prompt"):
            column.addWidget(self._text(self.tr("Negative prompt"), str(params["negative_prompt"])))
        column.addWidget(FactsGrid(self._facts(asset)))
        for note in recipe.notes if recipe else ():
            column.addWidget(label(note, "caption", wrap=True))
        if recipe is None:
            said = self.tr("This file came without a recipe.")
            column.addWidget(label(said, "caption", wrap=True))

    def _facts(self, asset: Asset) -> list[tuple[str, str]]:
        recipe = asset.recipe
        facts = [(self.tr("Made with"), asset.model)]
        if recipe is not None:
            seed = recipe.seed if recipe.seed is not None else recipe.request.params.get("seed")
            facts.append((self.tr("Seed"), "" if seed is None else str(seed)))
            labels = self._labels(recipe.request.generator)
            for key, value in recipe.request.params.items():
                if key not in _SHOWN and value not in (None, "", [], {}):
                    facts.append((labels.get(key, key.replace("_", " ")), _plain(value)))
            names = [f"{one.name or one.id} × {one.weight:g}" for one in recipe.request.adapters]
            facts.append((self.tr("Adapters"), "\n".join(names)))
            facts.append((self.tr("Device"), str(recipe.execution.get("device", ""))))
        if asset.width:
            facts.append((self.tr("Size"), f"{asset.width} × {asset.height} px"))
        if asset.duration:
            facts.append((self.tr("Length"), words.duration(asset.duration)))
        source = {"generated": self.tr("Made here"), "imported": self.tr("Imported"),
                  "composed": self.tr("Composed")}  # fmt: skip
        facts.append((self.tr("File"), f"{asset.media_type} · {words.size(asset.bytes)}"))
        facts.append((source.get(asset.source, asset.source), words.moment(asset.created_at)))
        return [(name, value) for name, value in facts if value]

    def _labels(self, generator: str) -> dict[str, str]:
        manifest = self._context.registry.find(generator)
        return {spec.key: spec.label or spec.key for spec in manifest.params} if manifest else {}

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
        view.setReadOnly(True)
        view.setProperty("role", "log")
        view.setPlainText(text)
        column.addWidget(view)
        return box

    def _add_places(self, details: AssetDetails) -> None:
        column = self._after_column
        if details.boards:
            column.addWidget(label(self.tr("Boards"), "label"))
            holder = QWidget()
            flow = FlowLayout(holder, SIZES.half)
            for board in details.boards:
                flow.addWidget(self._board_chip(board, details.asset.id))
            column.addWidget(holder)
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
        if details.asset.recipe is not None and details.asset.recipe.execution:
            column.addWidget(Execution(details.asset.recipe.execution))

    def _board_chip(self, board: Board, asset_id: str) -> QPushButton:
        made = chip(board.name, self.tr("Take off the board {0}").format(board.name))
        made.clicked.connect(lambda: self._actions.remove_from_board(board.id, [asset_id]))
        return made

    def _save_title(self) -> None:
        details = self.details
        if details is not None and self.title.text().strip() != details.asset.title:
            self._actions.set_title(details.asset.id, self.title.text().strip())

    def _tag_all(self) -> None:
        tag = self.many_tag.text().strip()
        self.many_tag.clear()
        if tag:
            self._actions.add_tag(self._ids, tag)


class Execution(QWidget):
    """How it ran: closed at first."""

    def __init__(self, execution: Mapping[str, JsonValue]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.toggle = button(self.tr("How it ran"), "ghost", "chevron-right")
        self.toggle.setCheckable(True)
        self.view = QPlainTextEdit(json.dumps(dict(execution), ensure_ascii=False, indent=1))
        self.view.setReadOnly(True)
        self.view.setProperty("role", "log")
        self.view.setAccessibleName(self.tr("How it ran"))
        self.view.setFixedHeight(160)
        self.view.hide()
        self.toggle.toggled.connect(self._open)
        column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.view)

    def _open(self, on: bool) -> None:
        self.view.setVisible(on)
        set_icon(self.toggle, "chevron-down" if on else "chevron-right")


def _kind_words(panel: QWidget, modality: str) -> str:
    return {
        "image": panel.tr("Picture"),
        "text": panel.tr("Text"),
        "audio": panel.tr("Sound"),
    }.get(modality, panel.tr("File"))


def _plain(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)[:300]
    return str(value)


def _empty(column: QVBoxLayout) -> None:
    while column.count():
        item = column.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
