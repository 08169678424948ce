"""Menus and keys of the Queue page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu, QWidget

from studio.core.job import FINAL, JobStatus, Lane
from studio.gui.models.job_words import lane_words
from studio.gui.pages.queue.row_delegate import ACTION_ICONS
from studio.gui.theme.manager import themed_icon
from studio.gui.translating import translate

if TYPE_CHECKING:
    from collections.abc import Callable

    from studio.gui.models.job_rows import JobItem
    from studio.gui.pages.queue.job_list_view import JobListView
    from studio.gui.pages.queue.page import QueuePage


class QueueMenus(QObject):
    """Makes the context menu of rows and the menu of the whole queue."""

    def __init__(self, page: QueuePage) -> None:
        super().__init__(page)
        self._page = page

    def row_menu(self, view: JobListView, point: QPoint) -> None:
        """Open the menu for the selected rows."""
        menu = self.make_row_menu(view)
        if not menu.isEmpty():
            menu.popup(view.viewport().mapToGlobal(point))

    def make_row_menu(self, view: JobListView) -> QMenu:
        """Return the menu for the selected rows; empty without a selection."""
        page = self._page
        menu = self._menu(view)
        ids = page.selected()
        model = view.job_model()
        items = [item for job_id in ids if (item := model.item(job_id)) is not None]
        if len(ids) == 1:
            self._add(menu, self.tr("Details"), lambda: page.open_job(ids[0]), "info")
        for action, title in self._offers(items):
            self._add(menu, title, partial(page.act, action, ids), ACTION_ICONS[action])
        if items and all(item.section() == "next" for item in items):
            menu.addSeparator()
            for lane in (Lane.INTERACTIVE, Lane.BATCH):
                words = self.tr("Move to lane {0}").format(lane_words(lane.value))
                self._add(menu, words, partial(page.actions_.to_lane, ids, lane), "layers")
        return menu

    def queue_menu(self, anchor: QWidget) -> None:
        """Open the menu of the whole queue below a button."""
        actions = self._page.actions_
        menu = self._menu(anchor)
        self._add(menu, self.tr("Retry all that failed"), actions.retry_failed, "rotate-ccw")
        menu.addSeparator()
        self._add(menu, self.tr("Cancel all jobs"), actions.cancel_all, "x")
        menu.popup(anchor.mapToGlobal(QPoint(anchor.width() - 220, anchor.height() + 4)))

    def _offers(self, items: list[JobItem]) -> list[tuple[str, str]]:
        states = {item.status for item in items}
        found: list[tuple[str, str]] = []
        if states & {JobStatus.QUEUED, JobStatus.WAITING}:
            found.append(("pause", self.tr("Pause")))
        if JobStatus.PAUSED in states:
            found.append(("resume", self.tr("Resume")))
        if states and not states & FINAL:
            found.append(("top", self.tr("Move to the top")))
            found.append(("cancel", self.tr("Cancel")))
        if JobStatus.SUCCEEDED in states and self._page.context.has_page("library"):
            found.append(("show", self.tr("Show result")))
        if states and states <= FINAL:
            found.append(("retry", self.tr("Retry")))
        return found

    @staticmethod
    def _menu(parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    @staticmethod
    def _add(menu: QMenu, title: str, run: Callable[[], None], icon: str) -> None:
        action = menu.addAction(themed_icon(icon), title)
        action.triggered.connect(lambda _checked=False: run())


def add_queue_commands(page: QueuePage) -> None:
    """Give the page its shortcuts and palette entries."""
    actions = page.actions_

    def on_selected(action: str) -> Callable[[], None]:
        return lambda: page.act(action, page.selected())

    def some() -> bool:
        return page.isVisible() and bool(page.selected())

    page.add_command(
        "pause_queue",
        translate("QueuePage", "Pause or resume the queue"),
        page.top.toggle,
        "Ctrl+P",
        "pause",
    )
    page.add_command(
        "cancel_all", translate("QueuePage", "Cancel all jobs"), actions.cancel_all, "", "x"
    )
    page.add_command(
        "retry_failed",
        translate("QueuePage", "Retry all that failed"),
        actions.retry_failed,
        "",
        "rotate-ccw",
    )
    page.add_command(
        "filter", translate("QueuePage", "Filter jobs"), page.search.setFocus, "Ctrl+F", "filter"
    )
    for name, title, key, icon in (
        ("pause", translate("QueuePage", "Pause selected jobs"), "P", "pause"),
        ("resume", translate("QueuePage", "Resume selected jobs"), "R", "play"),
        (
            "top",
            translate("QueuePage", "Move selected jobs to the top"),
            "Ctrl+Shift+Up",
            "arrow-up-to-line",
        ),
        ("cancel", translate("QueuePage", "Cancel selected jobs"), "Del", "x"),
        ("retry", translate("QueuePage", "Retry selected jobs"), "Ctrl+R", "rotate-ccw"),
    ):
        page.add_command(name, title, on_selected(name), key, icon, enabled=some)
    page.add_command(
        "up",
        translate("QueuePage", "Move selected jobs up"),
        lambda: page.step(-1),
        "Alt+Up",
        "arrow-up",
        enabled=some,
    )
    page.add_command(
        "down",
        translate("QueuePage", "Move selected jobs down"),
        lambda: page.step(1),
        "Alt+Down",
        "arrow-down",
        enabled=some,
    )
    page.add_command(
        "close_details",
        translate("QueuePage", "Close details"),
        page.close_panel,
        "Esc",
        "panel-right-close",
        enabled=page.panel.isVisible,
    )
