"""Where the reference picture and the mask of Create come from: library, files, paint."""

from __future__ import annotations

import secrets
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize

from generators.api import UserFacingError
from studio.core.paths import LibraryPaths
from studio.gui.images import read_scaled
from studio.gui.models.asset_rows import AssetItem, make_item
from studio.gui.pages.create.mask_sheet import LONGEST, MaskSheet, write_mask
from studio.gui.pages.create.pick_sheet import PickSheet
from studio.gui.widgets.pick_files import pick_files
from studio.services.files.importing import import_file

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QImage

    from studio.gui.pages.create.page import CreatePage
    from studio.store.library import Library

PICTURES = "*.png *.jpg *.jpeg *.webp"
MASK_TAG = "mask"


class CreateInputs(QObject):
    """Fills the boxes of the form. Every input becomes an asset, so that recipes stay whole."""

    def __init__(self, page: CreatePage) -> None:
        super().__init__(page)
        self._page = page
        self._picker: PickSheet | None = None
        self._painter: MaskSheet | None = None
        self._painted: tuple[str, str] | None = None  # reference and mask the painter stands for
        self._role = "image"
        form = page.form
        for role, box in (("image", form.reference), ("mask", form.mask_box)):
            box.file_dropped.connect(partial(self.use_file, role=role))
            box.asset_dropped.connect(partial(self.use_asset, role=role))
            box.pick_file.connect(partial(self._pick_file, role))
            box.pick_asset.connect(partial(self._pick_asset, role))
        form.reference.cleared.connect(form.clear_reference)
        form.mask_box.cleared.connect(self._clear_mask)
        form.mask_box.paint.connect(self.paint)

    def use_asset(self, asset_id: str, role: str = "image") -> None:
        """Take an asset of the library."""
        self._page.context.store.read(
            self, lambda library: _read(library, asset_id), lambda item: self._take(role, item)
        )

    def use_file(self, path: Path, role: str = "image") -> None:
        """Bring a file into the library and take it."""

        def bring(library: Library) -> AssetItem:
            return make_item(library, import_file(library, path).asset)

        self._page.context.store.write(self, bring, lambda item: self._take(role, item))

    def paint(self) -> None:
        """Open the brush over the reference picture, with what was painted or is in use."""
        form, context = self._page.form, self._page.context
        reference = form.reference
        if not reference.asset_id:
            reference.show_problem(self.tr("Choose the picture first, then paint on it."))
            return
        if self._painter is None:
            self._painter = MaskSheet(self._page.window(), context.images)
            self._painter.painted.connect(self.use_mask)
        wanted = reference.asset_id, form.mask_box.asset_id
        if self._painted == wanted:
            self._painter.go_on()
        elif mask := form.mask_box.path:
            whole = QSize(LONGEST, LONGEST)
            context.store.work(
                self, lambda: read_scaled(mask, whole), partial(self._start_from, wanted),
                key="mask.paint",
            )  # fmt: skip
        else:
            self._start_from(wanted, None)

    def _start_from(self, wanted: tuple[str, str], mask: QImage | None) -> None:
        form = self._page.form
        reference = form.reference
        if self._painter is None or wanted != (reference.asset_id, form.mask_box.asset_id):
            return  # another one was chosen meanwhile
        self._painted = wanted
        self._painter.start(reference.path, reference.pixels, mask)

    def _clear_mask(self) -> None:
        self._painted = None
        self._page.form.mask_box.clear()

    def painter(self) -> MaskSheet | None:
        """Return the sheet, if it was ever opened."""
        return self._painter

    def use_mask(self, mask: QImage) -> None:
        """Keep a painted mask in the library, tagged, and take it."""
        page = self._page
        reference_id = page.form.reference.asset_id
        place = LibraryPaths(page.context.root).staging / f"mask-{secrets.token_hex(6)}.png"
        title = self.tr("Mask")

        def keep(library: Library) -> AssetItem:
            try:
                asset = import_file(library, write_mask(mask, place)).asset
                asset = library.assets.update(asset.id, title=title, tags=(MASK_TAG,))
                return make_item(library, asset)
            finally:
                place.unlink(missing_ok=True)

        def take(item: AssetItem) -> None:
            if page.form.reference.asset_id != reference_id:
                return  # another picture was chosen meanwhile
            self._painted = reference_id, item.id
            self._take("mask", item)

        page.context.store.write(self, keep, take)

    def _take(self, role: str, item: AssetItem) -> None:
        form = self._page.form
        if item.modality != "image":
            box = form.mask_box if role == "mask" else form.reference
            box.show_problem(self.tr("This is no picture: {0}").format(item.name))
            return
        size = (item.width, item.height)
        if role == "mask":
            form.mask_box.set_asset(item.id, item.name, item.file, size)
            return
        if form.kind != "image":
            form.set_kind("image")
        form.set_reference(item.id, item.name, item.file, size)

    def _pick_file(self, role: str) -> None:
        kinds = self.tr("Pictures") + f" ({PICTURES})"
        pick_files(
            self._page, self.tr("Choose a picture"), lambda paths: self.use_file(paths[0], role),
            kinds=kinds, one=True,
        )  # fmt: skip

    def _pick_asset(self, role: str) -> None:
        self._role = role
        if self._picker is None:
            page = self._page
            self._picker = PickSheet(page.window(), page.context, page.thumbnails)
            self._picker.chosen.connect(lambda one: self.use_asset(one, self._role))
        self._picker.start()


def _read(library: Library, asset_id: str) -> AssetItem:
    asset = library.assets.get(asset_id)
    if asset.trashed_at:
        raise UserFacingError("This picture is in the trash.", "Restore it, then use it.")
    return make_item(library, asset)
