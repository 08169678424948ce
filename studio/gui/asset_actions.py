"""What can be done with assets, from any page: rate, tag, export, trash, use again."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage

from studio.gui.asset_imports import AssetImports
from studio.gui.messages import Choice
from studio.gui.widgets.pick_files import pick_folder
from studio.services.again import make_again
from studio.services.files.exporting import Exported, export_each
from studio.services.files.texts import whole_text
from studio.services.music_prompt import turned
from studio.services.upscaling import upscale_asset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from studio.core.asset import Board
    from studio.core.job import Job
    from studio.gui.context import AppContext
    from studio.store.library import Library

BOARD_KEY = "assets.board"


class AssetActions(QObject):
    """Operations on assets by id; each says in the window what came of it."""

    def __init__(self, context: AppContext, over: QWidget) -> None:
        super().__init__(over)
        self._context = context
        self._over = over
        self.imports = AssetImports(context, over, self.more_like)

    # small changes ------------------------------------------------------------------------------

    def rate(self, ids: Sequence[str], rating: int) -> None:
        """Give a rating of 0 to 5."""
        self._each(ids, lambda library, asset_id: library.assets.update(asset_id, rating=rating))

    def set_title(self, asset_id: str, title: str) -> None:
        """Give another title."""
        self._each([asset_id], lambda library, one: library.assets.update(one, title=title))

    def set_tags(self, asset_id: str, tags: Sequence[str]) -> None:
        """Set all tags of one asset."""
        self._each([asset_id], lambda library, one: library.assets.update(one, tags=tags))

    def add_tag(self, ids: Sequence[str], tag: str) -> None:
        """Give several assets one more tag."""

        def change(library: Library, asset_id: str) -> object:
            asset = library.assets.get(asset_id)
            return library.assets.update(asset_id, tags=(*asset.tags, tag))

        self._each(ids, change)

    def _each(self, ids: Sequence[str], change: Callable[[Library, str], object]) -> None:
        ids = list(ids)

        def run(library: Library) -> None:
            with library.transaction():
                for asset_id in ids:
                    change(library, asset_id)

        self._context.store.write(self, run)

    # boards -------------------------------------------------------------------------------------

    def add_to_board(self, board: Board, ids: Sequence[str]) -> None:
        """Put assets on a board, and offer to take them off again."""
        ids = list(ids)
        undo = Choice(self.tr("Undo"), lambda: self.remove_from_board(board.id, ids))
        said = self.tr("%n added to “{0}”.", "", len(ids)).format(board.name)
        self._context.store.write(
            self,
            lambda library: library.assets.add_to_board(board.id, ids),
            lambda _board: self._context.messages.good(said, undo),
        )

    def remove_from_board(self, board_id: str, ids: Sequence[str]) -> None:
        """Take assets off a board; they stay in the library."""
        ids = list(ids)
        self._context.store.write(
            self, lambda library: library.assets.remove_from_board(board_id, ids)
        )

    def create_board(
        self, name: str, ids: Sequence[str] = (), done: Callable[[Board], None] | None = None
    ) -> None:
        """Make a board with assets on it."""
        ids = list(ids)

        def make(library: Library) -> Board:
            with library.transaction():
                board = library.assets.create_board(name)
                return library.assets.add_to_board(board.id, ids)

        def made(board: Board) -> None:
            self._context.messages.good(self.tr("Board “{0}” made.").format(board.name))
            if done is not None:
                done(board)

        self._context.store.write(self, make, made)

    def rename_board(self, board_id: str, name: str) -> None:
        """Give a board another name."""
        self._context.store.write(self, lambda library: library.assets.rename_board(board_id, name))

    def delete_board(self, board: Board) -> None:
        """Ask, then delete a board; its assets stay."""
        self._context.messages.ask(
            self.tr("Delete the board “{0}”?").format(board.name),
            self.tr("Its assets stay in the library."),
            (
                Choice(self.tr("Delete board"), lambda: self._delete_board(board.id), "danger"),
                Choice(self.tr("Keep it"), lambda: None),
            ),
            BOARD_KEY,
        )

    def _delete_board(self, board_id: str) -> None:
        self._context.store.write(self, lambda library: library.assets.delete_board(board_id))

    # trash --------------------------------------------------------------------------------------

    def trash(self, ids: Sequence[str]) -> None:
        """Put assets into the trash, with a way back."""
        ids = list(ids)
        undo = Choice(self.tr("Undo"), lambda: self.restore(ids, quietly=True))

        def said(count: int) -> None:
            if count:
                self._context.messages.good(self.tr("%n moved to the trash.", "", count), undo)

        self._context.store.write(self, lambda library: library.assets.trash(ids), said)

    def restore(self, ids: Sequence[str], *, quietly: bool = False) -> None:
        """Take assets out of the trash."""
        ids = list(ids)

        def said(count: int) -> None:
            if not quietly:
                self._context.messages.good(self.tr("%n restored.", "", count))

        self._context.store.write(self, lambda library: library.assets.restore(ids), said)

    def empty_trash(self, count: int, ids: Sequence[str] | None = None) -> None:
        """Ask, then delete for good what is in the trash (or a part of it)."""
        chosen = None if ids is None else list(ids)
        self._context.messages.ask(
            self.tr("Delete %n asset(s) for good?", "", count),
            self.tr("Their files go too. This cannot be undone."),
            (
                Choice(self.tr("Delete for good"), lambda: self._empty(chosen), "danger"),
                Choice(self.tr("Keep them"), lambda: None),
            ),
            "assets.trash",
        )

    def _empty(self, ids: list[str] | None) -> None:
        self._context.store.write(
            self,
            lambda library: library.assets.empty_trash(ids),
            lambda count: self._context.messages.good(self.tr("%n deleted.", "", count)),
        )

    # out ----------------------------------------------------------------------------------------

    def copy_text(self, text: str, said: str) -> None:
        """Put a text on the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self._context.messages.good(said)

    def copy_words(self, asset_id: str) -> None:
        """Put all of a text asset on the clipboard; what lists show of it may be a part."""
        self._context.store.read(
            self,
            lambda library: whole_text(library, library.assets.get(asset_id)),
            lambda text: self.copy_text(text, self.tr("Text copied.")),
        )

    def copy_prompt(self, asset_id: str) -> None:
        """Put all of an asset's prompt on the clipboard."""
        self._context.store.read(
            self,
            lambda library: library.assets.get(asset_id).prompt,
            lambda prompt: self.copy_text(prompt, self.tr("Prompt copied.")),
        )

    def copy_image(self, file: str) -> None:
        """Put a picture, and its file, on the clipboard."""

        def take(image: QImage) -> None:
            if image.isNull():
                self._context.messages.bad(
                    self.tr("The picture cannot be copied."),
                    self.tr("Its file is gone, or it is too large for the clipboard."),
                )
                return
            data = QMimeData()
            data.setImageData(image)
            data.setUrls([QUrl.fromLocalFile(file)])
            QGuiApplication.clipboard().setMimeData(data)
            self._context.messages.good(self.tr("Picture copied."))

        self._context.store.work(self, lambda: QImage(file), take)

    def reveal(self, file: str) -> None:
        """Show the folder that holds a file."""
        _open_folder(Path(file).parent)

    def export(self, ids: Sequence[str]) -> None:
        """Ask for a folder, then write the assets there, marked as AI-made."""
        ids = list(ids)
        if ids:
            pick_folder(
                self._over,
                self.tr("Export to a folder"),
                lambda folder: self.export_to(ids, folder),
            )

    def export_to(self, ids: Sequence[str], folder: Path) -> None:
        """Write assets to a folder, marked as AI-made, without their recipes."""
        ids = list(ids)
        self._context.store.read(
            self,
            lambda library: export_each(library, ids, folder),
            lambda done: self._exported(done, folder),
        )

    def _exported(self, done: list[Exported], folder: Path) -> None:
        show = Choice(
            self.tr("Show folder"),
            lambda: _open_folder(folder),
        )
        failed = [item for item in done if item.path is None]
        good = len(done) - len(failed)
        if good:
            marked = sum(item.marked for item in done)
            said = self.tr("%n exported to “{0}”; {1} of them marked as made by AI.", "", good)
            if marked == good:
                said = self.tr("%n exported to “{0}”, marked as made by AI.", "", good)
            elif not marked:
                said = self.tr("%n exported to “{0}”.", "", good)
            self._context.messages.good(said.format(folder.name, marked), show)
        if failed:
            self._context.messages.bad(
                self.tr("%n could not be exported.", "", len(failed)),
                " ".join(item.problem for item in failed[:3]),
            )

    # again --------------------------------------------------------------------------------------

    def more_like(self, asset_id: str) -> None:
        """Open Create with the recipe of an asset."""
        self._context.go("create", recipe=asset_id)

    def upscale(self, asset_ids: Sequence[str], factor: int = 4) -> None:
        """Put the enlarging of pictures into the queue; each result names its picture."""
        ids, registry = list(asset_ids), self._context.registry

        def place(library: Library) -> list[Job]:
            params = {"factor": factor}
            return [upscale_asset(library, registry, one, params) for one in ids]

        def placed(jobs: list[Job]) -> None:
            said = self.tr("%n to be enlarged ×{0}: in the queue.", "", len(jobs)).format(factor)
            show = Choice(
                self.tr("Show in the queue"), lambda: self._context.go("queue", job=jobs[0].id)
            )
            self._context.messages.good(said, show if self._context.has_page("queue") else None)

        self._context.store.write(self, place, placed)

    def make_again(
        self,
        asset_id: str,
        how: str = "",
        placed: Callable[[Job], None] | None = None,
        refused: Callable[[Exception], None] | None = None,
    ) -> None:
        """Put what an asset was made by into the queue again: with a new seed, or turned.

        ``how`` is of ``TURNS``; without ``placed`` the window says what is in the queue.
        """
        registry = self._context.registry
        word = {
            "": "",
            "calmer": self.tr("Calmer"),
            "livelier": self.tr("Livelier"),
            "go_on": self.tr("Continued"),
        }[how]
        changes = partial(turned, how) if how else None
        self._context.store.write(
            self,
            lambda library: make_again(library, registry, asset_id, changes, word),
            placed or partial(self._say_placed, how),
            refused,
        )

    def _say_placed(self, how: str, job: Job) -> None:
        said = {
            "": self.tr("A variation: in the queue."),
            "calmer": self.tr("The same, but calmer: in the queue."),
            "livelier": self.tr("The same, but livelier: in the queue."),
            "go_on": self.tr("What follows on this piece: in the queue."),
        }[how]
        show = Choice(self.tr("Show in the queue"), lambda: self._context.go("queue", job=job.id))
        self._context.messages.good(said, show if self._context.has_page("queue") else None)

    def use_as_reference(self, asset_id: str) -> None:
        """Open Create with an asset as the picture to start from."""
        self._context.go("create", reference=asset_id)


def _open_folder(folder: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
