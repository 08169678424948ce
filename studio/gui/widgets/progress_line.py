"""A thin line that fills, or moves while nobody knows how far it is."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from studio.gui.theme.manager import color

HEIGHT = 4


class ProgressLine(QWidget):
    """Progress from 0 to 1; None while it cannot be known."""

    def __init__(self, name: str = "") -> None:
        super().__init__()
        self._fraction: float | None = 0.0
        self._token = "accent"
        self._clock = QElapsedTimer()
        self._clock.start()
        self._timer = QTimer(self)
        self._timer.setInterval(33)
        self._timer.timeout.connect(self.update)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name or self.tr("Progress"))

    def fraction(self) -> float | None:
        """Return what is shown."""
        return self._fraction

    def set_fraction(self, fraction: float | None, token: str = "accent") -> None:
        """Show 0 to 1, or None for "working, nobody knows how far"."""
        self._fraction = None if fraction is None else min(1.0, max(0.0, fraction))
        self._token = token
        words = self.tr("working") if self._fraction is None else f"{self._fraction:.0%}"
        self.setAccessibleDescription(words)
        self._run_if_needed()
        self.update()

    def sizeHint(self) -> QSize:
        """Return the line's height."""
        return QSize(120, HEIGHT)

    def showEvent(self, event: QShowEvent) -> None:
        """Move if there is something to move."""
        super().showEvent(event)
        self._run_if_needed()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still out of sight."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track and bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("line_strong"))
        painter.drawRoundedRect(QRectF(self.rect()), HEIGHT / 2, HEIGHT / 2)
        painter.setBrush(color(self._token))
        width = float(self.width())
        if self._fraction is None:
            passed = (self._clock.elapsed() % 1400) / 1400
            bar = QRectF(-0.3 * width + passed * 1.3 * width, 0, 0.3 * width, HEIGHT)
            bar = bar.intersected(QRectF(self.rect()))
        else:
            bar = QRectF(0, 0, max(width * self._fraction, HEIGHT if self._fraction else 0), HEIGHT)
        painter.drawRoundedRect(bar, HEIGHT / 2, HEIGHT / 2)

    def _run_if_needed(self) -> None:
        if self._fraction is None and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()
