"""Thumbnails of assets for the screen: made and decoded off the GUI thread, newest wish first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal

from studio.core.paths import LibraryPaths
from studio.services.files.thumbnails import make_thumbnail, thumbnail_path

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from studio.gui.context import AppContext
    from studio.gui.models.asset_rows import AssetItem

SIDES = (256, 512)  # pixels of the files in ``thumbnails``


class AssetThumbnails(QObject):
    """Ask with ``get``: a picture or None, and ``changed`` follows.

    Signals:
        changed: SHA-256 of an asset that has a picture now, or certainly none.
    """

    changed = Signal(str)

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._images = context.images
        self._paths = LibraryPaths(context.root)
        self._failures: dict[str, str] = {}
        self._failed: set[str] = set()
        self._images.loaded.connect(self._on_loaded)
        self._images.failed.connect(self._on_failed)

    @property
    def busy(self) -> bool:
        """Whether pictures are still to come."""
        return self._images.busy

    def get(self, item: AssetItem, side: int) -> QPixmap | None:
        """Return the picture fitted into ``side`` device pixels, or None."""
        size = next((size for size in SIDES if size >= side), SIDES[-1])
        place = thumbnail_path(self._paths, item, size)  # type: ignore[arg-type]
        return self._images.get(place, QSize(side, side), lambda: self._make(item, size))

    def failure(self, sha256: str) -> str:
        """Return why there is no picture, or an empty string."""
        return self._failures.get(sha256, "") if sha256 in self._failed else ""

    def _make(self, item: AssetItem, size: int) -> None:
        made = make_thumbnail(self._paths, item, Path(item.file), size)  # type: ignore[arg-type]
        if made.failure:
            self._failures[item.sha256] = made.failure

    def _on_loaded(self, path: str) -> None:
        self.changed.emit(_sha_of(path))

    def _on_failed(self, path: str) -> None:
        sha256 = _sha_of(path)
        self._failed.add(sha256)
        self.changed.emit(sha256)


def _sha_of(path: str) -> str:
    return Path(path).name.partition("_")[0]
