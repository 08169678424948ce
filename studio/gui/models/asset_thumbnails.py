"""Thumbnails of assets for the screen: made and decoded off the GUI thread, newest wish first."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal

from studio.core.paths import LibraryPaths
from studio.services.files.thumbnails import Thumbnail, make_thumbnail

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from studio.core.asset import Asset
    from studio.gui.context import AppContext
    from studio.gui.models.asset_rows import AssetItem

SIDES = (256, 512)  # pixels of the files in ``thumbnails``
WAITING = 160  # wishes that are kept; older ones are forgotten while scrolling
WORKERS = 2
Key = tuple[str, int]


class AssetThumbnails(QObject):
    """Ask with ``get``: a picture or None, and ``changed`` follows.

    Signals:
        changed: SHA-256 of an asset that has a picture now, or certainly none.
    """

    changed = Signal(str)

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self._context = context
        self._paths = LibraryPaths(context.root)
        self._made: dict[Key, Thumbnail] = {}
        self._asked: OrderedDict[Key, _Wish] = OrderedDict()
        self._working = 0
        self._begun: set[Key] = set()
        self._shas: dict[str, str] = {}
        context.images.loaded.connect(self._on_loaded)

    def get(self, item: AssetItem | Asset, side: int, file: str = "") -> QPixmap | None:
        """Return the picture fitted into ``side`` device pixels, or None.

        Args:
            item: An asset, or what the grid knows of it.
            side: Of the square that it is fitted into.
            file: Its file, where ``item`` does not say.
        """
        key = (item.sha256, next((size for size in SIDES if size >= side), SIDES[-1]))
        made = self._made.get(key)
        if made is None:
            self._ask(key, item, file)
            return None
        if made.path is None:
            return None
        return self._context.images.get(made.path, QSize(side, side))

    def failure(self, sha256: str) -> str:
        """Return why there is no picture, or an empty string."""
        for side in SIDES:
            made = self._made.get((sha256, side))
            if made is not None and made.failure:
                return made.failure
        return ""

    def _ask(self, key: Key, item: AssetItem | Asset, file: str) -> None:
        if key in self._begun:
            return
        self._asked[key] = _Wish(item, file or str(getattr(item, "file", "")))
        self._asked.move_to_end(key)
        while len(self._asked) > WAITING:
            self._asked.popitem(last=False)
        self._begin()

    def _begin(self) -> None:
        while self._asked and self._working < WORKERS:
            key, wish = self._asked.popitem(last=True)
            self._working += 1
            self._begun.add(key)
            self._context.store.work(
                self,
                lambda key=key, wish=wish: self._make(key, wish),  # type: ignore[misc]
                lambda made, key=key: self._take(key, made),  # type: ignore[misc]
                lambda _error, key=key: self._take(key, Thumbnail(None, str(_error))),  # type: ignore[misc]
            )

    def _make(self, key: Key, wish: _Wish) -> Thumbnail:
        return make_thumbnail(self._paths, wish.asset, Path(wish.file), key[1])  # type: ignore[arg-type]

    def _take(self, key: Key, made: Thumbnail) -> None:
        self._working -= 1
        self._begun.discard(key)
        self._made[key] = made
        if made.path is not None:
            self._shas[str(made.path)] = key[0]
        self.changed.emit(key[0])
        self._begin()

    def _on_loaded(self, path: str) -> None:
        sha256 = self._shas.get(path)
        if sha256 is not None:
            self.changed.emit(sha256)


class _Wish:
    """An asset to make a thumbnail of, and where its file lies."""

    __slots__ = ("asset", "file")

    def __init__(self, asset: AssetItem | Asset, file: str) -> None:
        self.asset = asset
        self.file = file
