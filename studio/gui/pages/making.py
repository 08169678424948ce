"""Makes pages when they are first wanted, without a moment in which the window stands still.

A page's module is imported on a background thread and its widgets are made in pieces, with turns
of the event loop in between. ``make_now`` does both at once, for the page a window starts with.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from studio.gui.slices import Slices

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PySide6.QtWidgets import QStackedWidget

    from studio.gui.context import AppContext
    from studio.gui.pages.page import Page
    from studio.gui.pages.registry import PageSpec

log = logging.getLogger(__name__)


class PageMaker(QObject):
    """Makes pages and puts them into the window's stack.

    Signals:
        made: Id of a page that can be shown now.
    """

    made = Signal(str)

    def __init__(
        self, context: AppContext, specs: Mapping[str, PageSpec], stack: QStackedWidget
    ) -> None:
        super().__init__(stack)
        self._context, self._specs, self._stack = context, specs, stack
        self._making: dict[str, Slices] = {}
        self.pages: dict[str, Page] = {}

    def make(self, page_id: str) -> None:
        """Begin to make a page; ``made`` follows."""
        if page_id not in self._making and page_id not in self.pages:
            self._making[page_id] = Slices(self)
            self._context.store.work(
                self, self._specs[page_id].load, lambda kind: self._begin(page_id, kind)
            )

    def make_now(self, page_id: str) -> None:
        """Make a page at once."""
        if page_id in self.pages:
            return
        slices = self._making.setdefault(page_id, Slices(self))
        if not slices.busy:
            slices.start(self._steps(page_id, self._specs[page_id].load()))
        slices.finish()

    def import_all(self) -> None:
        """Have the modules of all pages imported in the background, before they are wanted."""
        for spec in self._specs.values():
            self._context.store.work(self, spec.load)

    def _begin(self, page_id: str, kind: type[Page]) -> None:
        slices = self._making[page_id]
        if page_id not in self.pages and not slices.busy:
            slices.start(self._steps(page_id, kind))

    def _steps(self, page_id: str, kind: type[Page]) -> Iterator[None]:
        page = kind(self._context)
        self._stack.addWidget(page)
        yield
        for _ in page.build():
            yield
        try:
            page.restore(self._context.settings.pages.get(page_id, {}))
        except Exception:  # what was saved must never keep a page, or the window, from opening
            log.exception("what was saved of the page %s could not be restored", page_id)
        yield
        yield from _polish(page)
        self.pages[page_id] = page
        self.made.emit(page_id)


def _polish(page: Page) -> Iterator[None]:
    """Give every widget its style now: showing them would do it for all of them in one go."""
    for widget in page.findChildren(QWidget):
        widget.ensurePolished()
        yield
