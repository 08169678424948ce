"""The pages of the rail, as data. A page that does not exist yet has no line here.

To add a page: write ``pages/NAME.py`` with a subclass of ``Page`` and add its line. It is imported
when it is first shown.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

if TYPE_CHECKING:
    from studio.gui.pages.page import Page


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One entry of the rail.

    Attributes:
        id: As in ``AppContext.go``.
        title: One word, not yet translated (context ``Pages``).
        icon: Of ``assets/icons``.
        entry: ``module:Class``, imported when the page is first shown.
        keywords: Other words for the command palette.
    """

    id: str
    title: str
    icon: str
    entry: str
    keywords: str = ""

    def words(self) -> str:
        """Return the translated title."""
        return QCoreApplication.translate("Pages", self.title)

    def load(self) -> type[Page]:
        """Import the page's module and return its class; any thread may do it."""
        module, _colon, name = self.entry.partition(":")
        return cast("type[Page]", getattr(importlib.import_module(module), name))


#: In the order of the rail; later ones (Campaigns, Brands, Models, Settings) slot in between.
PAGES: tuple[PageSpec, ...] = (
    PageSpec(
        "create",
        str(QT_TRANSLATE_NOOP("Pages", "Create")),
        "sparkles",
        "studio.gui.pages.create.page:CreatePage",
        "generate make prompt picture text music",
    ),
    PageSpec(
        "library",
        str(QT_TRANSLATE_NOOP("Pages", "Library")),
        "images",
        "studio.gui.pages.library.page:LibraryPage",
        "assets pictures texts sounds boards trash search",
    ),
    PageSpec(
        "queue",
        str(QT_TRANSLATE_NOOP("Pages", "Queue")),
        "list-video",
        "studio.gui.pages.queue.page:QueuePage",
        "jobs running waiting progress",
    ),
)
