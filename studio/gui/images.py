"""Pictures for the screen, decoded and scaled off the GUI thread, kept in a bounded cache."""

from __future__ import annotations

import os
import sys
import threading
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CACHE_BYTES = 96 * 1024 * 1024
WAITING = 256  # pictures asked for and not begun; older ones are forgotten while scrolling
BEHIND = 10  # nice value of the threads
Key = tuple[str, int, int]


class ImageLoader(QObject):
    """Ask with ``get``: the picture, or None and ``loaded`` follows. Newest questions come first.

    Signals:
        loaded: Path of a picture that ``get`` returns now.
        failed: Path of a file that is no picture or is gone.
    """

    loaded = Signal(str)
    failed = Signal(str)
    _decoded = Signal(object, object)

    def __init__(self, threads: int = 2) -> None:
        super().__init__()
        self._cache: OrderedDict[Key, QPixmap] = OrderedDict()
        self._bytes = 0
        self._asked: OrderedDict[Key, Callable[[], object] | None] = OrderedDict()
        self._working: set[Key] = set()
        self._bad: set[Key] = set()
        self._outdated: set[Key] = set()  # changed while they were read
        self._lock = threading.Lock()
        self._closed = False
        self._pool = ThreadPoolExecutor(threads, "images", initializer=_step_back)
        self._decoded.connect(self._take)
        for _ in range(threads):  # starting one later would make a paint event wait for it
            self._pool.submit(_idle)

    @property
    def busy(self) -> bool:
        """Whether pictures are still to come."""
        with self._lock:
            return bool(self._asked or self._working)

    @property
    def kept(self) -> int:
        """How many pictures are in the cache."""
        return len(self._cache)

    def get(
        self, path: Path | str, size: QSize, prepare: Callable[[], object] | None = None
    ) -> QPixmap | None:
        """Return the picture fitted into ``size`` device pixels with its aspect kept, or None.

        Args:
            path: Of the file.
            size: What it is fitted into.
            prepare: Called on the background thread before the file is read; makes a thumbnail.
        """
        key = (str(path), size.width(), size.height())
        found = self._cache.get(key)
        if found is not None:
            self._cache.move_to_end(key)
            return found
        self._ask(key, prepare)
        return None

    def forget(self, path: Path | str) -> None:
        """Drop what is kept of a file that has changed; what is being read is read once more."""
        for key in [key for key in self._cache if key[0] == str(path)]:
            self._bytes -= _cost(self._cache.pop(key))
        self._bad = {key for key in self._bad if key[0] != str(path)}
        with self._lock:
            self._outdated |= {key for key in self._working if key[0] == str(path)}

    def close(self) -> None:
        """End the threads."""
        self._closed = True
        with self._lock:
            self._asked.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _ask(self, key: Key, prepare: Callable[[], object] | None) -> None:
        if key in self._bad or self._closed:
            return
        with self._lock:
            if key in self._working:
                return
            if key in self._asked:
                self._asked.move_to_end(key)
                return
            self._asked[key] = prepare
            while len(self._asked) > WAITING:
                self._asked.popitem(last=False)
        self._pool.submit(self._decode_next)

    def _decode_next(self) -> None:
        with self._lock:
            if not self._asked:
                return
            key, prepare = self._asked.popitem(last=True)
            self._working.add(key)
        if prepare is not None:
            prepare()
        image = read_scaled(key[0], QSize(key[1], key[2]))
        if not self._closed and shiboken6.isValid(self):
            self._decoded.emit(key, image)

    def _take(self, key: Key, image: QImage) -> None:
        with self._lock:
            self._working.discard(key)
            again = key in self._outdated
            self._outdated.discard(key)
        if again:  # what was read is shown all the same: a file may change faster than it is read
            self._ask(key, None)
        if image.isNull():
            if not again:
                self._bad.add(key)
                self.failed.emit(key[0])
            return
        if (old := self._cache.pop(key, None)) is not None:
            self._bytes -= _cost(old)
        picture = QPixmap.fromImage(image)
        self._cache[key] = picture
        self._bytes += _cost(picture)
        while self._bytes > CACHE_BYTES and len(self._cache) > 1:
            _key, old = self._cache.popitem(last=False)
            self._bytes -= _cost(old)
        self.loaded.emit(key[0])


def _idle() -> None:
    """Do nothing, on a thread that has to be started for it."""


def _step_back() -> None:
    """Let the GUI thread go first where threads have priorities of their own (Linux)."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)


def read_scaled(path: str, size: QSize) -> QImage:
    """Read a picture no larger than ``size`` pixels, its aspect kept; null when unreadable."""
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    whole = reader.size()
    if whole.isValid() and (whole.width() > size.width() or whole.height() > size.height()):
        fitted = whole.scaled(size, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(fitted.expandedTo(QSize(1, 1)))
    image = reader.read()
    if image.isNull():
        return image
    if image.width() > size.width() or image.height() > size.height():
        image = image.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
    return image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)


def _cost(picture: QPixmap) -> int:
    return picture.width() * picture.height() * 4
