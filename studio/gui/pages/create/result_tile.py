"""One result on Create: its face, its stars, and what can be done with it next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from studio.gui.models.asset_list_model import spoken
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.asset_cell import AssetPainter, draw_frame
from studio.gui.widgets.audio_player import AudioPlayer
from studio.gui.widgets.buttons import IconButton
from studio.gui.widgets.reading_text import make_reading
from studio.gui.widgets.stars import StarsEdit

if TYPE_CHECKING:
    from studio.gui.models.asset_rows import AssetItem

SIDE = 232  # height of a picture
WIDEST, SOUND_WIDTH = 420, 320
MOST_LINES = 14


class ResultTile(QWidget):
    """One result with what can be done next.

    Signals:
        acted: What to do (``open``, ``show``, ``vary``, ``reference``, ``upscale``, ``copy``,
            ``calmer``, ``livelier``, ``go_on``), and the id.
        rated: Id and stars.
    """

    acted = Signal(str, str)
    rated = Signal(str, int)

    def __init__(self, item: AssetItem, painter: AssetPainter) -> None:
        super().__init__()
        self.item = item
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.half)
        self.face: QWidget
        if item.modality == "text":
            self.face = TextFace(item)
        else:
            self.face = PictureFace(item, painter)
            self.face.opened.connect(lambda: self.acted.emit("show", item.id))
            self.face.rated.connect(lambda stars: self.rated.emit(item.id, stars))
        text = item.modality == "text"
        column.addWidget(self.face, 0, Qt.AlignmentFlag(0) if text else Qt.AlignmentFlag.AlignLeft)
        if item.modality == "audio":
            player = AudioPlayer(small=True)
            player.set_file(item.file)
            column.addWidget(player)
        buttons = self._buttons()
        column.addLayout(buttons)
        if not text:
            self.setFixedWidth(max(buttons.minimumSize().width(), self.face.width()))

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(0)
        self.stars = StarsEdit()
        self.stars.set_value(self.item.rating)
        self.stars.rated.connect(lambda stars: self.rated.emit(self.item.id, stars))
        row.addWidget(self.stars)
        row.addSpacing(SIZES.step)
        row.addStretch(1)
        offers = [("shuffle", self.tr("Make a variation with a new seed"), "vary")]
        if self.item.modality == "image":
            offers.append(("image-plus", self.tr("Use as reference"), "reference"))
            offers.append(("zoom-in", self.tr("Upscale ×4"), "upscale"))
        if self.item.composed:
            offers.append(("trending-down", self.tr("The same, but calmer"), "calmer"))
            offers.append(("trending-up", self.tr("The same, but livelier"), "livelier"))
            offers.append(("skip-forward", self.tr("Go on with this piece"), "go_on"))
        if self.item.modality == "text":
            offers.append(("copy", self.tr("Copy the text"), "copy"))
        offers.append(("images", self.tr("Open in the library"), "open"))
        for icon, name, action in offers:
            made = IconButton(icon, name, size=28)
            made.clicked.connect(lambda _on=False, act=action: self.acted.emit(act, self.item.id))
            row.addWidget(made)
        return row

    def set_item(self, item: AssetItem) -> None:
        """Show a changed rating."""
        self.item = item
        self.stars.set_value(item.rating)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Rate by 0 to 5."""
        if event.text() and event.text() in "012345":
            self.rated.emit(self.item.id, int(event.text()))
        else:
            super().keyPressEvent(event)


class PictureFace(QWidget):
    """A picture or a waveform that can be opened.

    Signals:
        opened: Return, Space or a click.
        rated: Stars by key.
    """

    opened = Signal()
    rated = Signal(int)

    def __init__(self, item: AssetItem, painter: AssetPainter) -> None:
        super().__init__()
        self._item, self._painter = item, painter
        self.setFixedSize(_face_size(item))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(spoken(item))
        self.setToolTip(item.title)
        painter.thumbnails.changed.connect(self._on_thumbnail)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the asset and the focus."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRect(0, 0, self.width(), self.height())
        self._painter.draw_picture(painter, area, self._item, dpr=self.devicePixelRatioF())
        draw_frame(painter, area, selected=False, current=self.hasFocus(), hover=self.underMouse())

    def enterEvent(self, event: object) -> None:
        """Light up."""
        self.update()
        super().enterEvent(event)  # type: ignore[arg-type]

    def leaveEvent(self, event: object) -> None:
        """Look as before."""
        self.update()
        super().leaveEvent(event)  # type: ignore[arg-type]

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open it, or rate it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.opened.emit()
        elif event.text() and event.text() in "012345":
            self.rated.emit(int(event.text()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """There is none here: the buttons below do it."""
        event.ignore()

    def _on_thumbnail(self, sha256: str) -> None:
        if sha256 == self._item.sha256:
            self.update()


class TextFace(QPlainTextEdit):
    """A text that was written."""

    def __init__(self, item: AssetItem) -> None:
        super().__init__(item.text)
        make_reading(self)
        self.setAccessibleName(spoken(item))
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def sizeHint(self) -> QSize:
        """Return the height of the text, up to a limit."""
        lines = min(MOST_LINES, max(2, round(self.document().size().height())))
        return QSize(320, lines * self.fontMetrics().lineSpacing() + 24)

    def resizeEvent(self, event: object) -> None:
        """Fit the height to the wrapped text."""
        super().resizeEvent(event)  # type: ignore[arg-type]
        height = self.sizeHint().height()
        if self.height() != height:
            self.setFixedHeight(height)


def _face_size(item: AssetItem) -> QSize:
    """Return the size that shows an asset without a rim."""
    if item.modality != "image" or item.width < 1 or item.height < 1:
        return QSize(SOUND_WIDTH, SIDE // 2) if item.modality == "audio" else QSize(SIDE, SIDE)
    whole = QSize(item.width, item.height)
    return whole.scaled(WIDEST, SIDE, Qt.AspectRatioMode.KeepAspectRatio).expandedTo(QSize(64, 64))
