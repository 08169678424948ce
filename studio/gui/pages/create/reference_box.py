"""The picture to start from, and the mask of what shall be repainted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from studio.gui.models.asset_list_model import ASSET_IDS
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import button
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import ElidedLabel, label, restyle
from studio.gui.widgets.thumbnail import ThumbnailLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QDragEnterEvent, QDropEvent

    from studio.gui.images import ImageLoader

SIDE = 72


class ReferenceBox(QFrame):
    """One input: drop a picture, choose a file, or take one from the library.

    Signals:
        file_dropped: Path of a file.
        asset_dropped: Id of an asset.
        pick_file, pick_asset, paint, cleared: The buttons.
    """

    file_dropped = Signal(object)
    asset_dropped = Signal(str)
    pick_file = Signal()
    pick_asset = Signal()
    paint = Signal()
    cleared = Signal()

    def __init__(self, images: ImageLoader, name: str, hint: str, *, mask: bool = False) -> None:
        super().__init__()
        self.asset_id = ""
        self.path = ""
        self.pixels = (0, 0)
        self._name, self._hint = name, hint
        self.setProperty("role", "well")
        self.setAccessibleName(name)
        self.setAcceptDrops(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[SIZES.step] * 4)
        row.setSpacing(SIZES.step + SIZES.half)
        self.picture = ThumbnailLabel(images, name, "brush" if mask else "image-plus")
        self.picture.setFixedSize(SIDE, SIDE)
        row.addWidget(self.picture)
        column = QVBoxLayout()
        column.setSpacing(SIZES.half)
        self._title = ElidedLabel(name, "label")
        self._words = label(hint, "caption", wrap=True)
        column.addWidget(self._title)
        column.addWidget(self._words)
        buttons = FlowLayout(None, SIZES.half)
        if mask:
            self.paint_button = self._button(self.tr("Paint …"), self.paint)
            buttons.addWidget(self.paint_button)
        self.file_button = self._button(self.tr("File …"), self.pick_file)
        self.library_button = self._button(self.tr("Library …"), self.pick_asset)
        self.clear_button = self._button(self.tr("Remove"), self.cleared)
        for made in (self.file_button, self.library_button, self.clear_button):
            buttons.addWidget(made)
        column.addLayout(buttons)
        self._problem = label("", "problem", wrap=True)
        self._problem.hide()
        column.addWidget(self._problem)
        row.addLayout(column, 1)
        self.clear()

    def set_asset(self, asset_id: str, title: str, path: str, size: tuple[int, int]) -> None:
        """Show what is chosen."""
        self.asset_id, self.path, self.pixels = asset_id, path, size
        self.picture.set_path(path)
        self._title.set_text(f"{self._name}: {title}")
        self._words.hide()
        self.clear_button.show()
        self.show_problem("")

    def clear(self) -> None:
        """Show that nothing is chosen."""
        self.asset_id, self.path, self.pixels = "", "", (0, 0)
        self.picture.set_path("")
        self._title.set_text(self._name)
        self._words.setText(self._hint)
        self._words.show()
        self.clear_button.hide()
        self.show_problem("")

    def show_problem(self, text: str) -> None:
        """Show what is wrong, or nothing."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and assets."""
        data = event.mimeData()
        if data.hasFormat(ASSET_IDS) or data.hasUrls():
            event.acceptProposedAction()
            restyle(self, "target", value=True)

    def dragLeaveEvent(self, event: object) -> None:
        """Look as before."""
        restyle(self, "target", value=False)
        super().dragLeaveEvent(event)  # type: ignore[arg-type]

    def dropEvent(self, event: QDropEvent) -> None:
        """Tell of the first file or asset."""
        restyle(self, "target", value=False)
        data = event.mimeData()
        event.acceptProposedAction()
        if data.hasFormat(ASSET_IDS):
            self.asset_dropped.emit(bytes(data.data(ASSET_IDS).data()).decode().split("\n")[0])
            return
        for url in data.urls():
            if url.isLocalFile():
                self.file_dropped.emit(Path(url.toLocalFile()))
                return

    def _button(self, text: str, signal: SignalInstance) -> QPushButton:
        made = button(text, "ghost")
        made.setAccessibleDescription(self._name)
        made.clicked.connect(signal.emit)
        return made
