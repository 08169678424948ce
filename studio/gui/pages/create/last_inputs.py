"""The reference picture and the mask of last time, found again at the next start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.gui.models.asset_rows import AssetItem, make_item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from studio.gui.pages.create.page import CreatePage
    from studio.gui.pages.create.reference_box import ReferenceBox
    from studio.store.library import Library

KEY = "inputs"


class LastInputs(QObject):
    """Remembers the assets in the boxes of the form by their ids."""

    def __init__(self, page: CreatePage) -> None:
        super().__init__(page)
        self._page = page

    def state(self) -> dict[str, JsonValue]:
        """Return what ``restore`` takes, for the page's own state."""
        return {KEY: {role: box.asset_id for role, box in self._boxes().items() if box.asset_id}}

    def restore(self, state: Mapping[str, JsonValue]) -> None:
        """Read the assets and show them; say when one cannot be used any more."""
        saved = state.get(KEY)
        ids = saved if isinstance(saved, dict) else {}
        wanted = {role: one for role in self._boxes() if isinstance(one := ids.get(role), str)}
        if wanted:
            self._page.context.store.read(
                self,
                lambda library: _read(library, wanted),
                lambda found: self._take(wanted, found),
            )

    def _boxes(self) -> dict[str, ReferenceBox]:
        form = self._page.form
        return {"image": form.reference, "mask": form.mask_box}

    def _take(self, wanted: Mapping[str, str], found: Mapping[str, AssetItem]) -> None:
        boxes = self._boxes()
        if any(box.asset_id for box in boxes.values()):
            return  # a person, or another page, was quicker
        for role, item in found.items():
            boxes[role].set_asset(item.id, item.name, item.file, (item.width, item.height))
        if len(found) < len(wanted):
            self._page.context.messages.warn(
                self.tr("A picture that Create started from is no longer in the library."),
                self.tr("Choose another one, or take it out of the trash."),
                key="create.inputs",
            )


def _read(library: Library, wanted: Mapping[str, str]) -> dict[str, AssetItem]:
    there = {one.id: one for one in library.assets.get_many(wanted.values()) if not one.trashed_at}
    return {role: make_item(library, there[one]) for role, one in wanted.items() if one in there}
