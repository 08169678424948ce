"""What the Library page lays over the window: one asset, or a few side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.gui.pages.library.preview import CompareSheet, PreviewSheet
from studio.gui.translating import translate

if TYPE_CHECKING:
    from studio.gui.pages.library.page import LibraryPage

MOST_COMPARED = 4


class LibrarySheets(QObject):
    """The two sheets, made when they are first asked for.

    Attributes:
        preview: One asset over the whole window.
        compared: Two to four beside each other.
    """

    def __init__(self, page: LibraryPage) -> None:
        super().__init__(page)
        self._page = page
        self.preview: PreviewSheet | None = None
        self.compared: CompareSheet | None = None

    def open_preview(self, asset_id: str) -> None:
        """Show one asset over the whole window."""
        page = self._page
        item = page.model.item(asset_id)
        if item is None:
            return
        if self.preview is None:
            self.preview = PreviewSheet(page.window(), page.context, page.thumbnails)
            self.preview.stepped.connect(self._step)
            self.preview.rated.connect(lambda one, stars: page.actions_.rate([one], stars))
        self.preview.show_item(item)

    def _step(self, by: int) -> None:
        page = self._page
        asset_id = page.model.id_at(page.grid.currentIndex().row() + by)
        if asset_id:
            page.grid.select_ids([asset_id])
            self.open_preview(asset_id)

    def refresh(self, ids: list[str]) -> None:
        """Show anew what is looked at, if it is among ``ids``."""
        sheet = self.preview
        if sheet is not None and sheet.isVisible() and sheet.stage.item is not None:
            item = self._page.model.item(sheet.stage.item.id)
            if item is not None and item.id in ids:
                sheet.refresh(item)

    def compare(self) -> None:
        """Show two to four selected assets beside each other."""
        page = self._page
        ids = page.grid.selected_ids()
        if not 2 <= len(ids) <= MOST_COMPARED:
            page.context.messages.warn(
                translate("LibraryPage", "Select two to four assets to compare."),
                translate("LibraryPage", "Hold Ctrl and click them."),
                key="library.compare",
            )
            return
        items = [item for one in ids if (item := page.model.item(one)) is not None]
        if self.compared is None:
            self.compared = CompareSheet(page.window(), page.context, page.thumbnails)
        self.compared.show_items(items)
