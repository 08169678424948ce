"""Files dropped anywhere on the window come into the library, with an offer to use their recipe."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from studio.gui.asset_actions import AssetActions
from studio.gui.models.asset_list_model import ASSET_IDS
from studio.gui.theme.manager import color, font
from studio.gui.theme.tokens import SIZES

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

    from studio.gui.context import AppContext

MOST = 5000  # files of one drop


def dropped_files(data: QMimeData) -> list[Path]:
    """Return the local files of a drag that does not come from this window's own library."""
    if data.hasFormat(ASSET_IDS):
        return []
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def files_below(paths: list[Path]) -> list[Path]:
    """Return files, those of folders and of the folders in them too; hidden ones are left out.

    At most ``MOST`` and one more, which tells that there are too many. Links to folders are not
    followed: they may lead anywhere, or round in a circle.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        for folder, below, names in os.walk(path):
            below[:] = sorted(name for name in below if not name.startswith("."))
            found += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
            if len(found) > MOST:
                return found[: MOST + 1]
    return found[: MOST + 1]


class DropVeil(QWidget):
    """Says what a drop will do while files are over the window."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName(self.tr("Drop to import"))
        self.hide()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a rim and the words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), color("scrim"))
        area = QRectF(self.rect()).adjusted(*[SIZES.gap] * 2, *[-SIZES.gap] * 2)
        painter.setPen(QPen(color("accent_text"), 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(area, SIZES.radius_card, SIZES.radius_card)
        painter.setPen(Qt.GlobalColor.white)
        painter.setFont(font(SIZES.display, font().Weight.DemiBold))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self.tr("Drop to import"))


class FileDrop(QObject):
    """Watches a window for files."""

    def __init__(self, window: QWidget, context: AppContext) -> None:
        super().__init__(window)
        self._window = window
        self._context = context
        self.actions = AssetActions(context, window)
        self.veil = DropVeil(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take files; leave everything else alone."""
        kind = event.type()
        if kind == QEvent.Type.DragEnter and isinstance(event, QDragEnterEvent):
            if dropped_files(event.mimeData()):
                self.veil.setGeometry(self._window.rect())
                self.veil.show()
                self.veil.raise_()
                event.acceptProposedAction()
                return True
        elif kind == QEvent.Type.DragLeave:
            self.veil.hide()
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            self.veil.hide()
            paths = dropped_files(event.mimeData())
            if paths:
                event.acceptProposedAction()
                self.bring(paths)
                return True
        return super().eventFilter(watched, event)

    def bring(self, paths: list[Path]) -> None:
        """Import files, folders opened."""
        self._context.store.work(self, lambda: files_below(paths), self._bring_in)

    def _bring_in(self, files: list[Path]) -> None:
        if not files:
            self._context.messages.warn(self.tr("There is no file to import in there."))
            return
        if len(files) > MOST:
            self._context.messages.warn(
                self.tr("Only the first %n files are imported.", "", MOST),
                self.tr("Drop the rest in parts, or as a ZIP."),
            )
        self.actions.imports.bring_in(files[:MOST])
