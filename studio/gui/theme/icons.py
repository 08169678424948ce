"""The one icon family (Lucide, ISC), tinted at run time with tokens of the theme.

Ask by name of the file in ``assets/icons``. A test asserts that every name used exists and that
every file is used.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from studio.core.paths import resources


def ratios() -> tuple[float, ...]:
    """Return the device pixels in a pixel that this computer's screens have."""
    return tuple(sorted({screen.devicePixelRatio() for screen in QGuiApplication.screens()}))


@lru_cache(maxsize=256)
def svg_text(name: str, color: str) -> str:
    """Return an icon's SVG drawn in ``color``; FileNotFoundError names one that is not shipped."""
    text = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return text.replace("currentColor", color)


@lru_cache(maxsize=1024)
def pixmap(name: str, color: str, size: int = 16, ratio: float = 1.0, gap: int = 0) -> QPixmap:
    """Return an icon as a square picture.

    Args:
        name: Of the file in ``assets/icons``.
        color: ``#RRGGBB``.
        size: Side in device-independent pixels.
        ratio: Device pixels in one of them.
        gap: Empty pixels at its right, before a text.
    """
    picture = QPixmap(QSize(round((size + gap) * ratio), round(size * ratio)))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer = QSvgRenderer(QByteArray(svg_text(name, color).encode()))
    renderer.render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture


def icon(name: str, color: str, disabled: str = "", size: int = 16, gap: int = 0) -> QIcon:
    """Return an icon in ``color``, sharp on every screen that is there.

    Args:
        name: Of the file in ``assets/icons``.
        color: ``#RRGGBB`` when it can be used.
        disabled: ``#RRGGBB`` when it cannot; the same colour when empty.
        size: Side in device-independent pixels.
        gap: Empty pixels at its right, before a text.
    """
    made = QIcon()
    for ratio in ratios():
        made.addPixmap(pixmap(name, color, size, ratio, gap))
        made.addPixmap(pixmap(name, disabled or color, size, ratio, gap), QIcon.Mode.Disabled)
    return made
