"""Looking closely: one asset over the whole window, or two to four beside each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.asset_stage import AssetStage
from studio.gui.widgets.buttons import IconButton, SegmentedControl
from studio.gui.widgets.labels import ElidedLabel
from studio.gui.widgets.sheet import Sheet
from studio.gui.widgets.stars import StarsEdit
from studio.gui.widgets.zoom_view import SlideView, ZoomView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.gui.context import AppContext
    from studio.gui.models.asset_rows import AssetItem
    from studio.gui.models.asset_thumbnails import AssetThumbnails

WHOLE = 10_000  # as wide and high as the window allows
MOST = 4
_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}


class PreviewSheet(Sheet):
    """One asset, large. Arrows go on, 0 to 5 rate, Return plays, Space and Escape close.

    Signals:
        stepped: -1 for the one before, 1 for the next.
        rated: Id and stars.
    """

    stepped = Signal(int)
    rated = Signal(str, int)

    def __init__(self, over: QWidget, context: AppContext, thumbnails: AssetThumbnails) -> None:
        super().__init__(over, "", WHOLE)
        self.setAccessibleName(self.tr("Preview"))
        self.card.setAccessibleName(self.tr("Preview"))
        self.stage = AssetStage(context, thumbnails)
        self._zooms: list[IconButton] = []
        top = QHBoxLayout()
        self._title = ElidedLabel("", "title")
        self.stars = StarsEdit()
        self.stars.rated.connect(self._rate)
        top.addWidget(self._title, 1)
        top.addWidget(self.stars)
        for icon, name, run in (
            ("zoom-out", self.tr("Zoom out (−)"), lambda: self.stage.view.zoom_by(0.8)),
            ("zoom-in", self.tr("Zoom in (+)"), lambda: self.stage.view.zoom_by(1.25)),
            ("maximize", self.tr("Fit the window (F)"), self.stage.view.fit),
            ("chevron-left", self.tr("Previous (←)"), lambda: self.stepped.emit(-1)),
            ("chevron-right", self.tr("Next (→)"), lambda: self.stepped.emit(1)),
            ("x", self.tr("Close (Escape)"), self.close_sheet),
        ):
            made = IconButton(icon, name)
            made.clicked.connect(run)
            top.addWidget(made)
            if icon in ("zoom-out", "zoom-in", "maximize"):
                self._zooms.append(made)
        self.body.addLayout(top)
        self.body.addWidget(self.stage, 1)
        self.closed.connect(self.stage.stop)
        for watched in (self.stage.view, self.stage.text):
            watched.installEventFilter(self)

    def show_item(self, item: AssetItem) -> None:
        """Show an asset; opens the sheet when it is closed."""
        self.stage.set_item(item)
        self._title.set_text(item.name)
        self.stars.set_value(item.rating)
        for made in self._zooms:
            made.setVisible(item.modality == "image")
        if self.isHidden():
            self.open(self.stage.view)
        self.stage.focus_inside()

    def refresh(self, item: AssetItem) -> None:
        """Show a changed rating or title."""
        self._title.set_text(item.name)
        self.stars.set_value(item.rating)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hear the keys before the text or picture does."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            text = watched is self.stage.text
            vertical = event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down)
            if not (text and vertical) and self._key(event):
                return True
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go on, rate, close."""
        if not self._key(event):
            super().keyPressEvent(event)

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Space, Qt.Key.Key_Escape):
            self.close_sheet()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.stage.player.toggle()
        elif key in _STEPS:
            self.stepped.emit(_STEPS[key])
        elif event.text() and event.text() in "012345":
            self._rate(int(event.text()))
        else:
            return False
        return True

    def _rate(self, rating: int) -> None:
        if self.stage.item is not None:
            self.stars.set_value(rating)
            self.rated.emit(self.stage.item.id, rating)


class CompareSheet(Sheet):
    """Two to four assets beside each other, moving together; two pictures with a slider."""

    def __init__(self, over: QWidget, context: AppContext, thumbnails: AssetThumbnails) -> None:
        super().__init__(over, "", WHOLE)
        self._context = context
        self.setAccessibleName(self.tr("Compare"))
        self.card.setAccessibleName(self.tr("Compare"))
        top = QHBoxLayout()
        title = ElidedLabel(self.tr("Compare"), "title")
        self.ways = SegmentedControl(
            [("side", self.tr("Side by side")), ("slide", self.tr("Slider"))],
            self.tr("How to compare"),
        )
        self.ways.changed.connect(self._show_way)
        close = IconButton("x", self.tr("Close (Escape)"))
        close.clicked.connect(self.close_sheet)
        top.addWidget(title, 1)
        top.addWidget(self.ways)
        top.addWidget(close)
        self.body.addLayout(top)
        self.stages = [AssetStage(context, thumbnails) for _ in range(MOST)]
        self._names = [ElidedLabel("", "soft") for _ in range(MOST)]
        side, row = QWidget(), QHBoxLayout()
        side.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SIZES.gap)
        self._columns: list[QWidget] = []
        for stage, name in zip(self.stages, self._names, strict=True):
            cell = QWidget()
            column = QVBoxLayout(cell)
            column.setContentsMargins(0, 0, 0, 0)
            column.addWidget(stage, 1)
            column.addWidget(name)
            row.addWidget(cell, 1)
            self._columns.append(cell)
            stage.view.moved.connect(
                lambda zoom, centre, one=stage.view: self._follow(one, zoom, centre)
            )
        self._hidden = [ZoomView(context.images, ""), ZoomView(context.images, "")]
        self.slide = SlideView(*self._hidden)
        for view in self._hidden:
            view.setParent(self.slide)
            view.hide()
        self._stack = QStackedWidget()
        self._stack.addWidget(side)
        self._stack.addWidget(self.slide)
        context.images.loaded.connect(self._on_loaded)
        self.body.addWidget(self._stack, 1)

    def show_items(self, items: Sequence[AssetItem]) -> None:
        """Compare two to four assets."""
        for place, cell in enumerate(self._columns):
            cell.setVisible(place < len(items))
            if place < len(items):
                self.stages[place].set_item(items[place])
                self._names[place].set_text(items[place].name)
        pictures = [item for item in items if item.modality == "image" and not item.missing]
        can_slide = len(items) == 2 and len(pictures) == 2
        self.ways.setVisible(can_slide)
        if can_slide:
            for view, item in zip(self._hidden, pictures, strict=True):
                view.set_picture(item.file, QSize(item.width, item.height))
        else:
            self.ways.set_value("side")
        self._show_way(self.ways.value())
        self.open(self.stages[0])
        if self.ways.value() == "slide":
            self.slide.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.stages[0].focus_inside()

    def _on_loaded(self, _path: str) -> None:
        self.slide.update()

    def _show_way(self, way: str) -> None:
        self._stack.setCurrentIndex(1 if way == "slide" else 0)
        if way == "slide":
            self.slide.setFocus(Qt.FocusReason.OtherFocusReason)

    def _follow(self, source: ZoomView, zoom: float, centre: QPointF) -> None:
        for stage in self.stages:
            if stage.view is not source:
                stage.view.set_place(zoom, centre)
