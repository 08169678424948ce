"""Draws one asset: picture with its aspect kept, text as a card, sound as its waveform."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QFont, QFontMetrics, QPainter, QPen, QPixmap, QTransform

from studio.gui.theme.icons import pixmap as icon_pixmap
from studio.gui.theme.manager import color, font, theme
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.stars import star

if TYPE_CHECKING:
    from studio.gui.models.asset_rows import AssetItem
    from studio.gui.models.asset_thumbnails import AssetThumbnails

ICONS = {"image": "image", "text": "type", "audio": "audio-lines"}
CARDS = 300  # drawn texts that are kept
LINE = 18  # height of the caption and of the line below it
FOOT = 2 * LINE + SIZES.half
WASH = 40  # of 255: the accent over a selected cell


class AssetPainter(QObject):
    """Draws cells; shared by everything that shows assets small.

    Attributes:
        thumbnails: Where the pictures come from.
    """

    def __init__(self, thumbnails: AssetThumbnails) -> None:
        super().__init__(thumbnails)
        self.thumbnails = thumbnails
        self._cards: OrderedDict[tuple[object, ...], QPixmap] = OrderedDict()
        self._caption = font(SIZES.caption, QFont.Weight.Medium)
        self._small = font(SIZES.caption)
        self._metrics = QFontMetrics(self._caption)
        self._small_metrics = QFontMetrics(self._small)
        theme().changed.connect(self._cards.clear)

    def draw_loading(self, painter: QPainter, area: QRect) -> None:
        """Draw where an asset will be."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("surface"))
        painter.drawRoundedRect(area, SIZES.radius, SIZES.radius)

    def draw_picture(self, painter: QPainter, area: QRect, item: AssetItem, *, dpr: float) -> None:
        """Draw the asset itself into a square."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("surface"))
        painter.drawRoundedRect(area, SIZES.radius, SIZES.radius)
        if item.modality == "text":
            painter.drawPixmap(area.topLeft(), self._card(item, area.width(), dpr))
            return
        inset = 0 if item.modality == "image" else SIZES.gap
        inner = area.adjusted(inset, inset, -inset, -inset)
        side = round(longer_side(inner, item) * dpr)
        picture = None if item.missing else self.thumbnails.get(item, side)
        if picture is None:
            self._draw_sign(painter, area, item)
        elif item.modality == "audio":
            _draw_wave(painter, inner, picture)
        else:
            _draw_round(painter, inner, picture, dpr)
        if item.modality == "audio" and item.duration:
            self._draw_badge(painter, area, _clock(item.duration))

    def draw_foot(self, painter: QPainter, area: QRect, item: AssetItem) -> None:
        """Draw name and second line below the picture."""
        painter.setFont(self._caption)
        painter.setPen(color("text"))
        line = QRect(area.x() + 2, area.y() + SIZES.half, area.width() - 4, LINE)
        name = self._metrics.elidedText(
            item.name.replace("\n", " "), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, name)
        line.translate(0, LINE)
        right = line.right()
        if item.rating:
            right -= self._draw_stars(painter, line, item.rating) + SIZES.step
        painter.setFont(self._small)
        painter.setPen(color("text_faint"))
        line.setRight(right)
        second = self._small_metrics.elidedText(
            self._second(item), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, second)

    def _second(self, item: AssetItem) -> str:
        if item.missing:
            return self.tr("File is missing")
        if item.modality == "image" and item.width:
            return f"{item.width} × {item.height}"
        return item.model

    def _draw_stars(self, painter: QPainter, line: QRect, rating: int) -> int:
        step = 13
        width = rating * step
        mark = star(theme().colors.warn, 11)
        left = line.right() - width + 2
        for index in range(rating):
            painter.drawPixmap(QRect(left + index * step, line.y() + 3, 11, 11), mark)
        return width

    def _draw_sign(self, painter: QPainter, area: QRect, item: AssetItem) -> None:
        failed = item.missing or bool(self.thumbnails.failure(item.sha256))
        name = "circle-alert" if failed else ICONS.get(item.modality, "file-text")
        mark = icon_pixmap(name, theme().colors.text_faint, 24, 2.0)
        spot = QRect(0, 0, 24, 24)
        spot.moveCenter(area.center())
        painter.drawPixmap(spot, mark)

    def _draw_badge(self, painter: QPainter, area: QRect, text: str) -> None:
        width = self._small_metrics.horizontalAdvance(text) + 12
        badge = QRect(area.right() - width - 6, area.bottom() - 26, width, 20)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("raised"))
        painter.drawRoundedRect(badge, 6, 6)
        painter.setPen(color("text_soft"))
        painter.setFont(self._small)
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, text)

    def _card(self, item: AssetItem, side: int, dpr: float) -> QPixmap:
        key = (item.id, item.seq, side, dpr)
        found = self._cards.get(key)
        if found is None:
            found = self._cards[key] = self._make_card(item.text or item.prompt, side, dpr)
            while len(self._cards) > CARDS:
                self._cards.popitem(last=False)
        return found

    def _make_card(self, text: str, side: int, dpr: float) -> QPixmap:
        card = QPixmap(QSize(round(side * dpr), round(side * dpr)))
        card.setDevicePixelRatio(dpr)
        card.fill(Qt.GlobalColor.transparent)
        painter = QPainter(card)
        painter.setFont(font(SIZES.body))
        painter.setPen(color("text_soft"))
        inner = QRect(0, 0, side, side).adjusted(14, 14, -14, -14)
        metrics = QFontMetrics(painter.font())
        painter.setClipRect(inner.adjusted(0, 0, 0, -(inner.height() % metrics.lineSpacing())))
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(inner, int(flags) | int(Qt.TextFlag.TextWordWrap), text)
        painter.end()
        return card


def draw_frame(
    painter: QPainter, area: QRect, *, selected: bool, current: bool, hover: bool
) -> None:
    """Draw round a cell whether it is selected, current, or under the pointer."""
    if not (selected or current or hover):
        return
    if selected:
        wash = color("accent")
        wash.setAlpha(WASH)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(wash)
        painter.drawRoundedRect(area, SIZES.radius, SIZES.radius)
    token = "accent_text" if selected or current else "line_strong"
    painter.setPen(QPen(color(token), 2 if selected or current else 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(area).adjusted(1, 1, -1, -1), SIZES.radius, SIZES.radius)


def _draw_round(painter: QPainter, inner: QRect, picture: QPixmap, dpr: float) -> None:
    width, height = picture.width() / dpr, picture.height() / dpr
    left = inner.x() + round((inner.width() - width) / 2)
    top = inner.y() + round((inner.height() - height) / 2)
    brush = QBrush(picture)
    brush.setTransform(QTransform().translate(left, top).scale(1 / dpr, 1 / dpr))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrushOrigin(QPointF(0, 0))
    painter.setBrush(brush)
    painter.drawRoundedRect(
        QRectF(left, top, width, height), SIZES.radius_small, SIZES.radius_small
    )


def _draw_wave(painter: QPainter, inner: QRect, picture: QPixmap) -> None:
    """Draw a waveform over the whole width; it may be squeezed, for its height means no length."""
    area = QRect(0, 0, inner.width(), min(inner.height(), inner.width() // 2))
    area.moveCenter(inner.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawPixmap(area, picture)


def longer_side(inner: QRect, item: AssetItem) -> float:
    """Return the longer side of what fits into ``inner``; a waveform takes its width."""
    if item.modality == "audio":
        return inner.width()
    width, height = item.width, item.height
    if width < 1 or height < 1:
        return min(inner.width(), inner.height())
    return max(width, height) * min(inner.width() / width, inner.height() / height)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"
