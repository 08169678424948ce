"""The context menu and the commands of the Library page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu

from studio.gui.pages.library.sheets import MOST_COMPARED
from studio.gui.theme.manager import themed_icon
from studio.gui.translating import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.gui.models.asset_rows import AssetItem
    from studio.gui.pages.library.page import LibraryPage

FACTORS = (2, 4, 8)  # by which a picture can be enlarged from the menu


def open_menu(page: LibraryPage, point: QPoint) -> None:
    """Open the menu for the selected assets."""
    menu = make_menu(page)
    if menu.isEmpty():
        menu.deleteLater()
    else:
        menu.popup(point)


def make_menu(page: LibraryPage) -> QMenu:
    """Return the menu for the selected assets; empty without any."""
    menu = QMenu(page.grid)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    ids = page.grid.selected_ids()
    item = page.model.item(ids[0]) if len(ids) == 1 else None
    if not ids:
        return menu
    if page.model.query.trashed:
        _add(
            menu,
            translate("LibraryPage", "Restore"),
            "archive-restore",
            lambda: page.actions_.restore(ids),
        )
        _add(
            menu,
            translate("LibraryPage", "Delete for good"),
            "trash-2",
            lambda: page.actions_.empty_trash(len(ids), ids),
        )
        return menu
    if item is not None:
        _add_single(page, menu, item)
    if 2 <= len(ids) <= MOST_COMPARED:
        _add(menu, translate("LibraryPage", "Compare"), "columns-2", page.sheets.compare)
    _add_rating(page, menu, ids)
    _add_boards(page, menu, ids)
    menu.addSeparator()
    _add(menu, translate("LibraryPage", "Export …"), "file-down", lambda: page.actions_.export(ids))
    if item is not None:
        _add(
            menu,
            translate("LibraryPage", "Show in folder"),
            "folder-open",
            lambda: page.actions_.reveal(item.file),
        )
    menu.addSeparator()
    _add(
        menu, translate("LibraryPage", "Move to trash"), "trash-2", lambda: page.actions_.trash(ids)
    )
    return menu


def _add_single(page: LibraryPage, menu: QMenu, item: AssetItem) -> None:
    actions = page.actions_
    _add(
        menu,
        translate("LibraryPage", "Preview"),
        "maximize-2",
        lambda: page.sheets.open_preview(item.id),
    )
    creates = page.context.has_page("create")
    if creates and item.has_recipe:
        _add(
            menu,
            translate("LibraryPage", "More like this"),
            "sparkles",
            lambda: actions.more_like(item.id),
        )
    if item.composed:
        for how, text, icon in (
            ("calmer", translate("LibraryPage", "The same, but calmer"), "trending-down"),
            ("livelier", translate("LibraryPage", "The same, but livelier"), "trending-up"),
            ("go_on", translate("LibraryPage", "Go on with this piece"), "skip-forward"),
        ):
            _add(menu, text, icon, partial(_run, actions.make_again, item.id, how))
    if creates and item.modality == "image" and not item.missing:
        _add(
            menu,
            translate("LibraryPage", "Use as reference"),
            "image-plus",
            lambda: actions.use_as_reference(item.id),
        )
    if item.modality == "image" and not item.missing:
        _add_upscaling(page, menu, item)
    menu.addSeparator()
    if item.prompt:
        _add(
            menu,
            translate("LibraryPage", "Copy prompt"),
            "copy",
            lambda: actions.copy_prompt(item.id),
        )
    if item.modality == "image" and not item.missing:
        _add(
            menu,
            translate("LibraryPage", "Copy picture"),
            "image",
            lambda: actions.copy_image(item.file),
        )
    if item.modality == "text":
        _add(
            menu,
            translate("LibraryPage", "Copy text"),
            "type",
            lambda: actions.copy_words(item.id),
        )


def _add_upscaling(page: LibraryPage, menu: QMenu, item: AssetItem) -> None:
    larger = menu.addMenu(themed_icon("zoom-in"), translate("LibraryPage", "Upscale"))
    for factor in FACTORS:
        text = f"×{factor}  {item.width * factor} × {item.height * factor} px"
        larger.addAction(text).triggered.connect(
            partial(_run, page.actions_.upscale, [item.id], factor)
        )


def _add_rating(page: LibraryPage, menu: QMenu, ids: list[str]) -> None:
    rating = menu.addMenu(themed_icon("star"), translate("LibraryPage", "Rate"))
    for stars in range(5, -1, -1):
        text = "★" * stars if stars else translate("LibraryPage", "No rating")
        rating.addAction(text).triggered.connect(partial(_run, page.actions_.rate, ids, stars))


def _add_boards(page: LibraryPage, menu: QMenu, ids: list[str]) -> None:
    boards = menu.addMenu(themed_icon("bookmark"), translate("LibraryPage", "Add to board"))
    for board in page.boards:
        name = board.name.replace("&", "&&")
        boards.addAction(name).triggered.connect(
            partial(_run, page.actions_.add_to_board, board, ids)
        )
    if page.boards:
        boards.addSeparator()
    boards.addAction(translate("LibraryPage", "New board …")).triggered.connect(
        page.new_board_with_selection
    )
    here = page.model.query.board_id
    if here:
        _add(
            menu,
            translate("LibraryPage", "Take off this board"),
            "minus",
            lambda: page.actions_.remove_from_board(here, ids),
        )


def _run(call: Callable[..., None], *arguments: object) -> None:
    call(*arguments[:-1] if isinstance(arguments[-1], bool) else arguments)


def _add(menu: QMenu, text: str, icon: str, run: Callable[[], None]) -> None:
    menu.addAction(themed_icon(icon), text).triggered.connect(run)


def add_commands(page: LibraryPage) -> None:
    """Add what the palette, the shortcuts and the F1 list know of this page."""
    _add_uses(page)
    _add_order(page)


def _add_uses(page: LibraryPage) -> None:
    grid = page.grid

    def some() -> bool:
        return page.isVisible() and grid.selected_count() > 0

    def ids() -> list[str]:
        return grid.selected_ids()

    add = page.add_command
    add(
        "search",
        translate("LibraryPage", "Search the library"),
        page.focus_search,
        "Ctrl+F",
        "search",
    )
    add(
        "import",
        translate("LibraryPage", "Import files"),
        page.actions_.imports.pick,
        "Ctrl+I",
        "import",
        keywords="open add drop",
    )
    add(
        "export",
        translate("LibraryPage", "Export the selection"),
        lambda: page.actions_.export(ids()),
        "Ctrl+E",
        "file-down",
        enabled=some,
        keywords="save",
    )
    add(
        "compare",
        translate("LibraryPage", "Compare the selection"),
        page.sheets.compare,
        "C",
        "columns-2",
        enabled=some,
    )
    add(
        "more",
        translate("LibraryPage", "Make more like this"),
        page.more_like_this,
        "Ctrl+M",
        "sparkles",
        enabled=some,
    )
    add(
        "reference",
        translate("LibraryPage", "Use as reference"),
        page.use_as_reference,
        "Ctrl+R",
        "image-plus",
        enabled=some,
    )
    add(
        "copy",
        translate("LibraryPage", "Copy picture or text"),
        page.copy,
        "Ctrl+C",
        "copy",
        enabled=some,
    )
    add(
        "copy_prompt",
        translate("LibraryPage", "Copy the prompt"),
        page.copy_prompt,
        "Ctrl+Shift+C",
        "copy",
        enabled=some,
    )
    add(
        "reveal",
        translate("LibraryPage", "Show the file in its folder"),
        page.reveal,
        icon="folder-open",
        enabled=some,
    )


def _add_order(page: LibraryPage) -> None:
    grid, add = page.grid, page.add_command

    def visible() -> bool:
        return page.isVisible()

    def some() -> bool:
        return page.isVisible() and grid.selected_count() > 0

    add(
        "trash",
        translate("LibraryPage", "Move the selection to the trash"),
        page.delete,
        "Del|Backspace",
        "trash-2",
        enabled=some,
    )
    add(
        "board",
        translate("LibraryPage", "New board"),
        page.new_board_with_selection,
        "Ctrl+B",
        "bookmark",
        enabled=visible,
    )
    add(
        "details",
        translate("LibraryPage", "Show or hide details"),
        page.toggle_details,
        "Ctrl+D",
        "panel-right",
    )
    add(
        "larger",
        translate("LibraryPage", "Larger pictures"),
        lambda: grid.set_side(grid.side + 32),
        "Ctrl++|Ctrl+=",
        "zoom-in",
        enabled=visible,
    )
    add(
        "smaller",
        translate("LibraryPage", "Smaller pictures"),
        lambda: grid.set_side(grid.side - 32),
        "Ctrl+-",
        "zoom-out",
        enabled=visible,
    )
    for name, title, keys in (
        ("preview", translate("LibraryPage", "Preview"), "Space"),
        ("rate", translate("LibraryPage", "Rate; 0 takes it away"), "1 – 5"),
        ("all", translate("LibraryPage", "Select all"), "Ctrl+A"),
    ):
        add(name, title, lambda: None, keys, documented=True)
