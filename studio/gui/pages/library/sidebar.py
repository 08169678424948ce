"""The left side of the Library: kinds, boards, trash; boards take what is dropped on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from studio.core.asset import AssetQuery
from studio.gui.models.asset_list_model import ASSET_IDS
from studio.gui.theme.manager import set_icon, themed_icon
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton
from studio.gui.widgets.labels import label, restyle
from studio.gui.widgets.surfaces import ScrollColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

    from studio.core.asset import Board
    from studio.store.library import Library

WIDTH = 200
KINDS = ("", "image", "text", "audio")
KIND_ICONS = {"": "layout-grid", "image": "image", "text": "type", "audio": "music"}


@dataclass(frozen=True, slots=True)
class SidebarFacts:
    """What the sidebar shows: assets by kind ("" for all), in the trash, and boards."""

    counts: dict[str, int]
    trashed: int
    boards: list[Board]
    tags: list[tuple[str, int]]
    models: list[tuple[str, int]]


def read_sidebar(library: Library) -> SidebarFacts:
    """Ask for it."""
    counts = {kind: library.assets.count(AssetQuery(modality=kind)) for kind in KINDS}
    return SidebarFacts(
        counts,
        library.assets.count(AssetQuery(trashed=True)),
        library.assets.boards(),
        library.assets.tags(),
        library.assets.models(),
    )


class PlaceButton(QPushButton):
    """One place: icon, name, count. A board takes assets that are dropped on it.

    Signals:
        dropped: Ids of the assets.
    """

    dropped = Signal(object)

    def __init__(self, name: str, icon: str, *, takes: bool = False) -> None:
        super().__init__()
        self.setProperty("kind", "place")
        self.setCheckable(True)
        self.setAutoExclusive(False)
        self.setAcceptDrops(takes)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        set_icon(self, icon, "text_soft")
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, SIZES.step + SIZES.half, 0)
        self._row.addStretch(1)
        self._count = label("", "caption")
        self._count.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._row.addWidget(self._count)
        self.set_words(name, 0)

    def set_words(self, name: str, count: int) -> None:
        """Show name and count."""
        shown = self.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, WIDTH - 112)
        self.setText(shown.replace("&", "&&"))
        self.setToolTip(name if shown != name else "")
        self._count.setText(f"{count:,}" if count else "")
        self.setAccessibleName(name)
        self.setAccessibleDescription(self.tr("%n asset(s)", "", count))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take assets of the library."""
        if event.mimeData().hasFormat(ASSET_IDS):
            event.acceptProposedAction()
            restyle(self, "target", value=True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Take assets of the library."""
        event.acceptProposedAction()

    def dragLeaveEvent(self, event: object) -> None:
        """Look as before."""
        restyle(self, "target", value=False)
        super().dragLeaveEvent(event)  # type: ignore[arg-type]

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell of the assets."""
        restyle(self, "target", value=False)
        data = bytes(event.mimeData().data(ASSET_IDS).data()).decode()
        event.acceptProposedAction()
        self.dropped.emit(data.split("\n"))


class Sidebar(QFrame):
    """Where to look.

    Signals:
        chosen: Modality, id of a board, whether the trash.
        board_dropped: A Board and the ids that were dropped on it.
        board_made: Name of a board that a person wants.
        board_renamed: Id and the new name.
        board_deleted: A Board that a person wants to be gone.
    """

    chosen = Signal(str, str, bool)
    board_dropped = Signal(object, object)
    board_made = Signal(str)
    board_renamed = Signal(str, str)
    board_deleted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "side")
        self.setFixedWidth(WIDTH)
        self._boards: dict[str, PlaceButton] = {}
        self._editing = ""
        self._place = ("", "", False)
        column = QVBoxLayout(self)
        column.setContentsMargins(SIZES.gap, 0, SIZES.step, SIZES.gap)
        column.setSpacing(2)
        names = {"": self.tr("All"), "image": self.tr("Pictures"), "text": self.tr("Texts"),
                 "audio": self.tr("Sounds")}  # fmt: skip
        self._kinds = {kind: PlaceButton(names[kind], KIND_ICONS[kind]) for kind in KINDS}
        for kind, made in self._kinds.items():
            made.clicked.connect(lambda _on=False, kind=kind: self.chosen.emit(kind, "", False))
            column.addWidget(made)
        self._trash = PlaceButton(self.tr("Trash"), "trash-2")
        self._trash.clicked.connect(lambda: self.chosen.emit("", "", True))
        column.addWidget(self._trash)
        column.addSpacing(SIZES.gap)
        self._add_boards(column)
        self._names = names

    def _add_boards(self, column: QVBoxLayout) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(SIZES.step + SIZES.half, 0, 0, 0)
        top.addWidget(label(self.tr("Boards"), "label"))
        top.addStretch(1)
        self.add_button = IconButton("plus", self.tr("New board"), size=28)
        self.add_button.clicked.connect(lambda: self.edit_name("", ""))
        top.addWidget(self.add_button)
        column.addLayout(top)
        self.field = QLineEdit()
        self.field.setAccessibleName(self.tr("Name of the board"))
        self.field.setPlaceholderText(self.tr("Name, then Return"))
        self.field.returnPressed.connect(self._named)
        self.field.editingFinished.connect(self.field.hide)
        self.field.hide()
        column.addWidget(self.field)
        self._scroll = ScrollColumn(0, 2)
        self._scroll.column.addStretch(1)
        self._hint = label(self.tr("Drop assets on a board to collect them."), "caption", wrap=True)
        self._hint.setContentsMargins(SIZES.step + SIZES.half, 0, 0, 0)
        column.addWidget(self._hint)
        column.addWidget(self._scroll, 1)

    def show_facts(self, facts: SidebarFacts) -> None:
        """Show counts and boards."""
        for kind, made in self._kinds.items():
            made.set_words(self._names[kind], facts.counts.get(kind, 0))
        self._trash.set_words(self.tr("Trash"), facts.trashed)
        wanted = [board.id for board in facts.boards]
        if wanted != list(self._boards):
            self._make_boards(facts.boards)
        for board in facts.boards:
            self._boards[board.id].set_words(board.name, board.count)
            self._boards[board.id].setProperty("board", board)
        self._hint.setVisible(not facts.boards)
        self.select(*self._place)

    def select(self, modality: str, board_id: str, trashed: bool) -> None:
        """Show which place is listed."""
        self._place = (modality, board_id, trashed)
        for kind, made in self._kinds.items():
            made.setChecked(not trashed and not board_id and kind == modality)
        for one, made in self._boards.items():
            made.setChecked(one == board_id)
        self._trash.setChecked(trashed)

    def edit_name(self, board_id: str, name: str) -> None:
        """Ask for the name of a new board, or another one of an old."""
        self._editing = board_id
        self.field.setText(name)
        self.field.show()
        self.field.selectAll()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _named(self) -> None:
        name, board_id = self.field.text().strip(), self._editing
        self.field.clear()
        self.field.hide()
        if name and board_id:
            self.board_renamed.emit(board_id, name)
        elif name:
            self.board_made.emit(name)

    def _make_boards(self, boards: Sequence[Board]) -> None:
        for made in self._boards.values():
            made.hide()
            made.deleteLater()
        self._boards.clear()
        for place, board in enumerate(boards):
            made = PlaceButton(board.name, "bookmark", takes=True)
            made.clicked.connect(lambda _on=False, one=board.id: self.chosen.emit("", one, False))
            made.dropped.connect(
                lambda ids, one=made: self.board_dropped.emit(one.property("board"), ids)
            )
            made.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            made.customContextMenuRequested.connect(lambda point, one=made: self._menu(one, point))
            self._boards[board.id] = made
            self._scroll.column.insertWidget(place, made)

    def _menu(self, made: QWidget, point: QPoint) -> None:
        board: Board = made.property("board")
        menu = QMenu(made)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rename = menu.addAction(themed_icon("pencil"), self.tr("Rename"))
        rename.triggered.connect(lambda: self.edit_name(board.id, board.name))
        delete = menu.addAction(themed_icon("trash-2"), self.tr("Delete board"))
        delete.triggered.connect(lambda: self.board_deleted.emit(board))
        menu.popup(made.mapToGlobal(point))
