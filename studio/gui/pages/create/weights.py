"""Adding weights to the library's list from Create, by file or folder; they stay where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from studio.core.checkpoint import Adapter, Checkpoint
from studio.gui.widgets import pick_files
from studio.services.checkpoints.catalogue import add_weights
from studio.services.checkpoints.starter import starter_checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from studio.gui.pages.create.page import CreatePage

KINDS = "*.safetensors *.gguf"


class CreateWeights(QObject):
    """Asks for weights and chooses what was added."""

    def __init__(self, page: CreatePage) -> None:
        super().__init__(page)
        self._page = page

    def pick_file(self) -> None:
        """Ask for a file with weights."""
        pick_files.pick_files(
            self._page,
            self.tr("Add a model file"),
            lambda paths: self.add(paths[0]),
            kinds=self.tr("Model files") + f" ({KINDS})",
            one=True,
        )

    def pick_folder(self) -> None:
        """Ask for a folder with weights."""
        pick_files.pick_folder(self._page, self.tr("Add a model folder"), self.add)

    def add_starter(self) -> None:
        """Put the checkpoint that comes with Brandloom on the list."""
        kind = self._page.form.kind
        path = starter_checkpoint(kind)
        if path is not None:
            music = self.tr("Starter music")
            self.add(path, music if kind == "audio" else self.tr("Starter image model"))

    def add(self, path: Path, name: str = "") -> None:
        """Put weights on the list, under the name of their file or folder unless one is given."""
        registry = self._page.context.registry
        self._page.context.store.write(
            self, lambda library: add_weights(library, registry, path, name=name), self._added
        )

    def _added(self, added: Checkpoint | Adapter) -> None:
        page, form = self._page, self._page.form
        page.context.messages.good(self.tr("{0} is on the list.").format(added.name))
        if isinstance(added, Adapter):
            page.read_models()
            return
        if added.modality in ("image", "text", "audio") and added.modality != form.kind:
            form.set_kind(added.modality)
        form.setup.set_kind(form.kind, added.generator)
        page.read_models(added.id)
