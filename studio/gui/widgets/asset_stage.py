"""One asset, large: a picture to look into, a text to read, a sound to hear."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QStackedWidget, QVBoxLayout, QWidget

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.audio_player import AudioPlayer
from studio.gui.widgets.reading_text import make_reading
from studio.gui.widgets.surfaces import EmptyState
from studio.gui.widgets.waveform import Waveform
from studio.gui.widgets.zoom_view import ZoomView
from studio.services.files.embed import plain_text

if TYPE_CHECKING:
    from studio.gui.context import AppContext
    from studio.gui.models.asset_rows import AssetItem
    from studio.gui.models.asset_thumbnails import AssetThumbnails

MOST_TEXT = 200_000  # characters of a file that are shown
READING_WIDTH = 760
WHOLE = 10_000


class AssetStage(QWidget):
    """Shows an asset by its kind."""

    def __init__(self, context: AppContext, thumbnails: AssetThumbnails) -> None:
        super().__init__()
        self._context = context
        self.item: AssetItem | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(self.tr("Asset"))
        self._stack = QStackedWidget()
        self.view = ZoomView(context.images, self.tr("Picture"))
        self.text = QPlainTextEdit()
        make_reading(self.text, "reading")
        self.text.setAccessibleName(self.tr("Text"))
        reading = QWidget()
        row = QHBoxLayout(reading)
        row.setContentsMargins(0, SIZES.block, 0, SIZES.step)
        self.text.setMaximumWidth(READING_WIDTH)
        row.addStretch(1)
        row.addWidget(self.text, 100)
        row.addStretch(1)
        sound = QWidget()
        column = QVBoxLayout(sound)
        column.setContentsMargins(SIZES.block, SIZES.block, SIZES.block, SIZES.block)
        self.wave = Waveform(context, thumbnails)
        self.player = AudioPlayer()
        self.player.moved.connect(self.wave.set_place)
        self.wave.sought.connect(self.player.seek)
        self.wave.loops.connect(lambda: self.player.set_looping(True))
        column.addWidget(self.wave, 1)
        column.addWidget(self.player)
        self._sorry = EmptyState("circle-alert", self.tr("The file is missing or cannot be shown."))
        for page in (self.view, reading, sound, self._sorry):
            self._stack.addWidget(page)
        self._sound, self._reading = sound, reading
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def sizeHint(self) -> QSize:
        """Take all the room there is."""
        return QSize(WHOLE, WHOLE)

    def set_item(self, item: AssetItem) -> None:
        """Show an asset."""
        self.item = item
        self.player.set_file(item.file)
        if item.missing or item.media_type == "application/zip":  # a trained adapter
            self._stack.setCurrentWidget(self._sorry)
        elif item.modality == "image":
            self.view.set_picture(item.file, QSize(item.width, item.height))
            self._stack.setCurrentWidget(self.view)
        elif item.modality == "audio":
            self.wave.set_item(item)
            self._stack.setCurrentWidget(self._sound)
        else:
            self.text.setPlainText(item.text)
            self._stack.setCurrentWidget(self._reading)
            self._context.store.work(
                self, lambda: _read(item), lambda text: self._take_text(item.id, text),
                lambda _error: None, key=f"stage.text {id(self)}",
            )  # fmt: skip

    def stop(self) -> None:
        """Stop what plays."""
        self.player.stop()

    def focus_inside(self) -> None:
        """Put the focus on what is shown; a sound has none of its own, its keys are the sheet's."""
        current = self._stack.currentWidget()
        target = (
            self.text if current is self._reading else self.view if current is self.view else self
        )
        target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_text(self, asset_id: str, text: str) -> None:
        if self.item is not None and self.item.id == asset_id and text:
            self.text.setPlainText(text)


def _read(item: AssetItem) -> str:
    return plain_text(Path(item.file), item.media_type)[:MOST_TEXT]
