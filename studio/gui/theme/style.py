"""The widget style below the style sheet: Fusion, with popups whose corners can be round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion
from PySide6.QtWidgets import QMenu, QProxyStyle, QWidget

from studio.gui.theme.tokens import SIZES

if TYPE_CHECKING:
    from PySide6.QtGui import QPalette
    from PySide6.QtWidgets import QApplication

POPUPS = ("QComboBoxPrivateContainer", "QTipLabel")


class _Cutter(QObject):
    """Cuts the corners off a popup's window: X without a compositor knows nothing see-through."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Fit the mask to the size."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show) and isinstance(watched, QWidget):
            radius = SIZES.radius_small if watched.inherits("QTipLabel") else SIZES.radius_card
            path = QPainterPath()
            path.addRoundedRect(QRectF(watched.rect()), radius, radius)
            watched.setMask(QRegion(path.toFillPolygon().toPolygon()))
        return False


class Style(QProxyStyle):
    """Makes the window of every menu, list of choices and tool tip see-through.

    The style sheet draws their rounded ground; without this the window system shows black or grey
    corners behind it. Done here because Qt makes many of them itself, such as a field's menu.
    """

    def __init__(self) -> None:
        super().__init__("Fusion")
        self._cutter = _Cutter() if QGuiApplication.platformName() == "xcb" else None

    def polish(self, polished: QWidget | QApplication | QPalette) -> None:  # type: ignore[override]
        """Prepare a popup before its window is made."""
        if isinstance(polished, QMenu) or (
            isinstance(polished, QWidget) and polished.metaObject().className() in POPUPS
        ):
            polished.setWindowFlags(
                polished.windowFlags()
                | Qt.WindowType.FramelessWindowHint
                | Qt.WindowType.NoDropShadowWindowHint
            )
            polished.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
            if self._cutter is not None:
                polished.installEventFilter(self._cutter)
        super().polish(polished)
