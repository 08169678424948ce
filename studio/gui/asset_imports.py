"""Files that come into the library, one after another, and what the window says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from generators.api import UserFacingError
from studio.gui.messages import Choice
from studio.gui.widgets.pick_files import pick_files
from studio.services.files.importing import Imported, ImportedArchive, import_any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QWidget

    from studio.gui.context import AppContext

IMPORT_KEY = "assets.import"
MANY = 4  # files from which on an import says how far it is
IMPORTED_KINDS = "*.png *.jpg *.jpeg *.webp *.wav *.flac *.mp3 *.ogg *.txt *.md *.json *.zip"


class AssetImports(QObject):
    """Brings files in, from any page.

    Args:
        context: The services of the window.
        over: The page that asks for files.
        use_recipe: Opens Create with the recipe of an asset.
    """

    def __init__(
        self, context: AppContext, over: QWidget, use_recipe: Callable[[str], None]
    ) -> None:
        super().__init__(over)
        self._context = context
        self._over = over
        self._use_recipe = use_recipe
        self._stopped = False

    def pick(self) -> None:
        """Ask for files to bring in."""
        kinds = self.tr("Pictures, sound and text") + f" ({IMPORTED_KINDS})"
        pick_files(self._over, self.tr("Import files"), self.bring_in, kinds=kinds)

    def bring_in(self, paths: Sequence[Path], done: Callable[[str], None] | None = None) -> None:
        """Bring files in one after another, with their recipes; say what came of it.

        Args:
            paths: Files; a folder is refused in words.
            done: Gets the id of the only asset, when there was one file and it worked.
        """
        run = _ImportRun(list(paths), done)
        self._stopped = False
        self._next(run)

    def _next(self, run: _ImportRun) -> None:
        if self._stopped or not run.left:
            self._context.messages.withdraw(IMPORT_KEY)
            self._imported(run)
            return
        if run.total >= MANY:
            self._context.messages.warn(
                self.tr("Importing file {0} of {1} …").format(
                    run.total - len(run.left) + 1, run.total
                ),
                choice=Choice(self.tr("Stop"), self._stop_import),
                key=IMPORT_KEY,
            )
        path = run.left.pop(0)
        self._context.store.bring_in(
            self,
            lambda library: import_any(library, path),
            lambda came: self._one_imported(run, came),
            lambda error: self._one_failed(run, error),
        )

    def _stop_import(self) -> None:
        self._stopped = True

    def _one_imported(self, run: _ImportRun, came: ImportedArchive) -> None:
        run.good += came.imported
        run.bad += came.problems
        self._next(run)

    def _one_failed(self, run: _ImportRun, error: Exception) -> None:
        if not isinstance(error, UserFacingError):
            self._context.store.show(error)
        run.bad.append(str(error))
        self._next(run)

    def _imported(self, run: _ImportRun) -> None:
        messages = self._context.messages
        if run.bad:
            messages.bad(
                self.tr("%n file(s) could not be imported.", "", len(run.bad)),
                " ".join(run.bad[:3]),
            )
        warnings = [item.warning for item in run.good if item.warning]
        if warnings:
            messages.warn(warnings[0], " ".join(warnings[1:3]))
        if not run.good:
            return
        first = run.good[0]
        if len(run.good) > 1:
            known = sum(item.known for item in run.good)
            said = self.tr("%n imported.", "", len(run.good) - known)
            if known:
                said += " " + self.tr("%n in the library already.", "", known)
            messages.good(said)
            return
        said = self.tr("“{0}” is in the library.").format(first.asset.title or first.asset.id)
        choice = None
        if first.asset.recipe is not None and self._context.has_page("create"):
            choice = Choice(self.tr("Use this recipe"), lambda: self._use_recipe(first.asset.id))
        messages.good(said, choice)
        if run.done is not None and run.total == 1:
            run.done(first.asset.id)


class _ImportRun:
    """Files that come in, and what came of them."""

    def __init__(self, paths: list[Path], done: Callable[[str], None] | None) -> None:
        self.left = paths
        self.total = len(paths)
        self.done = done
        self.good: list[Imported] = []
        self.bad: list[str] = []
