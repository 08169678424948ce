"""Draws the rows of the queue: jobs, lane headers, batch headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from studio.core.job import JobStatus
from studio.gui.models.job_list_model import ITEM_ROLE, RESULT_ROLE, ROW_ROLE, JobListModel
from studio.gui.models.job_words import lane_words, status_words
from studio.gui.pages.queue.job_words import ICONS, detail_words
from studio.gui.theme.icons import pixmap
from studio.gui.theme.manager import color, font, theme
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.thumbnail import draw_fitted

if TYPE_CHECKING:
    from studio.gui.images import ImageLoader
    from studio.gui.models.job_rows import JobItem, Row

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT, INDENT = 56, 24
PICTURE = 40
#: Buttons at the right of the row under the pointer: name → icon.
ACTION_ICONS = {
    "pause": "pause",
    "resume": "play",
    "top": "arrow-up-to-line",
    "cancel": "x",
    "retry": "rotate-ccw",
    "show": "eye",
}
ACTION_SIZE = 28


def row_actions(item: JobItem) -> tuple[str, ...]:
    """Return what can be done with a job at its row, left to right."""
    if item.status is JobStatus.PAUSED:
        return ("resume", "top", "cancel")
    if item.status in (JobStatus.QUEUED, JobStatus.WAITING):
        return ("pause", "top", "cancel")
    if item.status is JobStatus.SUCCEEDED:
        return ("show",)
    return ("retry",) if item.status in (JobStatus.FAILED, JobStatus.CANCELLED) else ()


class JobRowDelegate(QStyledItemDelegate):
    """Paints rows; knows where the buttons of a row lie.

    Attributes:
        hovered_action: The button under the pointer.
        can_show: There is a page that shows results.
    """

    def __init__(self, images: ImageLoader, parent: QWidget) -> None:
        super().__init__(parent)
        self._images = images
        self.hovered_action = ""
        self.can_show = True

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height that all rows share."""
        return QSize(option.rect.width(), ROW_HEIGHT)

    def action_rects(self, rect: QRect, item: JobItem) -> dict[str, QRect]:
        """Return where the buttons of a row lie."""
        names = [name for name in row_actions(item) if name != "show" or self.can_show]
        left = rect.right() - SIZES.step - len(names) * (ACTION_SIZE + SIZES.half)
        top = rect.center().y() - ACTION_SIZE // 2 + 1
        return {
            name: QRect(left + place * (ACTION_SIZE + SIZES.half), top, ACTION_SIZE, ACTION_SIZE)
            for place, name in enumerate(names)
        }

    def action_at(self, rect: QRect, item: JobItem, point: QPoint) -> str:
        """Return the button under a point, or an empty string."""
        found = self.action_rects(rect, item).items()
        return next((name for name, area in found if area.contains(point)), "")

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> None:
        """Draw one row."""
        painter.save()
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        row: Row = index.data(ROW_ROLE)
        self._ground(painter, option, row)
        if row.kind == "lane":
            self._lane(painter, option.rect, row)
        elif row.kind == "batch":
            self._batch(painter, option.rect, index)
        else:
            self._job(painter, option, index)
        painter.restore()

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        area = QRectF(option.rect).adjusted(0.5, 1.5, -0.5, -1.5)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.setPen(Qt.PenStyle.NoPen)
        if (selected or hovered) and row.kind != "lane":
            painter.setBrush(color("accent_soft" if selected else "hover"))
            painter.drawRoundedRect(area, SIZES.radius, SIZES.radius)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(color("accent_text"))
            painter.drawRoundedRect(area, SIZES.radius, SIZES.radius)

    def _lane(self, painter: QPainter, rect: QRect, row: Row) -> None:
        line = rect.adjusted(SIZES.step, SIZES.step, -SIZES.step, 0)
        name = lane_words(row.key)
        face = font(SIZES.caption, QFont.Weight.DemiBold)
        _text(painter, line, name, face, "text_soft")
        left = QFontMetrics(face).horizontalAdvance(name) + SIZES.step
        count = line.adjusted(left, 0, 0, 0)
        _text(painter, count, f"{row.count:,}", font(SIZES.caption), "text_faint")

    def _batch(self, painter: QPainter, rect: QRect, index: Index) -> None:
        row: Row = index.data(ROW_ROLE)
        model = index.model()
        assert isinstance(model, JobListModel)
        is_open = model.is_expanded(index.row())
        self._icon(painter, "chevron-down" if is_open else "chevron-right", rect, SIZES.step, 16)
        self._icon(painter, "layers", rect, SIZES.step + 24, 16)
        line = rect.adjusted(SIZES.step + 52, 0, -SIZES.gap, 0)
        count = self.tr("%n job(s)", "", row.count)
        face = font(SIZES.body, QFont.Weight.Medium)
        title = model.batch_title(row.batch_id) or self.tr("Batch")
        width = QFontMetrics(font(SIZES.caption)).horizontalAdvance(count)
        _text(painter, line.adjusted(0, 0, -width - SIZES.gap, 0), title, face, "text")
        right = QRect(line.right() - width, line.y(), width + 1, line.height())
        _text(painter, right, count, font(SIZES.caption), "text_faint")

    def _job(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> None:
        item: JobItem | None = index.data(ITEM_ROLE)
        row: Row = index.data(ROW_ROLE)
        if item is None:
            return
        rect = option.rect.adjusted(SIZES.step + (INDENT if row.grouped else 0), 0, -SIZES.step, 0)
        self._picture(painter, rect, item, index.data(RESULT_ROLE))
        hot = option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus)
        actions = self.action_rects(option.rect, item) if hot else {}
        status, tone = status_words(item)
        face = font(SIZES.caption, QFont.Weight.Medium)
        width = QFontMetrics(face).horizontalAdvance(status) + 14
        right = min((area.left() for area in actions.values()), default=rect.right()) - SIZES.step
        left = rect.left() + PICTURE + SIZES.gap - 4
        room = right - width - SIZES.gap - left
        upper = QRect(left, rect.y() + 9, room, 18)
        lower = QRect(left, rect.y() + 29, room, 16)
        _text(
            painter, upper, item.title or item.what, font(SIZES.body, QFont.Weight.Medium), "text"
        )
        _text(painter, lower, detail_words(item), font(SIZES.caption), "text_faint")
        self._status(painter, QRect(right - width, rect.y(), width, rect.height()), status, tone)
        for name, area in actions.items():
            self._action(painter, name, area)

    def _picture(self, painter: QPainter, rect: QRect, item: JobItem, result: str) -> None:
        area = QRectF(rect.left(), rect.center().y() - PICTURE / 2 + 1, PICTURE, PICTURE)
        path = QPainterPath()
        path.addRoundedRect(area, SIZES.radius_small, SIZES.radius_small)
        painter.fillPath(path, color("raised" if theme().tokens.dark else "hover"))
        ratio = painter.device().devicePixelRatioF()
        side = round(PICTURE * ratio)
        picture = self._images.get(result, QSize(side, side)) if result else None
        if picture is None:
            mark = pixmap(ICONS.get(item.modality, "circle"), theme().colors.text_soft, 18, ratio)
            painter.drawPixmap(QPointF(area.center().x() - 9, area.center().y() - 9), mark)
            return
        painter.save()
        painter.setClipPath(path)
        draw_fitted(painter, picture, area)
        painter.restore()

    def _status(self, painter: QPainter, rect: QRect, status: str, tone: str) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color(tone))
        painter.drawEllipse(QRectF(rect.left(), rect.center().y() - 2.5, 6, 6))
        words_rect = rect.adjusted(14, 0, 2, 0)
        _text(painter, words_rect, status, font(SIZES.caption, QFont.Weight.Medium), "text_soft")

    def _action(self, painter: QPainter, name: str, area: QRect) -> None:
        if name == self.hovered_action:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("pressed"))
            painter.drawRoundedRect(area, SIZES.radius_small, SIZES.radius_small)
        self._icon(painter, ACTION_ICONS[name], area, (ACTION_SIZE - 16) // 2, 16)

    @staticmethod
    def _icon(painter: QPainter, name: str, rect: QRect, left: int, side: int) -> None:
        ratio = painter.device().devicePixelRatioF()
        mark = pixmap(name, theme().colors.text_soft, side, ratio)
        top = rect.y() + (rect.height() - side) / 2
        painter.drawPixmap(QPointF(rect.x() + left, top), mark)


def _text(painter: QPainter, rect: QRect, text: str, face: QFont, token: str) -> None:
    painter.setFont(face)
    painter.setPen(color(token))
    line = " ".join(text.split()) if "\n" in text else text
    shown = QFontMetrics(face).elidedText(line, Qt.TextElideMode.ElideRight, rect.width())
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
