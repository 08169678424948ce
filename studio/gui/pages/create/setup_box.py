"""What makes it: generator and checkpoint, with what one must know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from studio.gui.pages.create.offers import (
    TEST,
    Models,
    generators_for,
    modes_for,
    needs_checkpoint,
)
from studio.gui.theme.manager import themed_icon
from studio.gui.theme.tokens import SIZES
from studio.gui.translating import manifest_words
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.labels import label
from studio.gui.widgets.param_base import WheelGuard
from studio.gui.widgets.surfaces import Picture
from studio.services.checkpoints.starter import starter_checkpoint

if TYPE_CHECKING:
    from generators.manifest import Manifest, ModeSpec
    from generators.registry import Registry
    from studio.core.checkpoint import Checkpoint


class Notice(QFrame):
    """A sentence that must not be overlooked."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "banner")
        self.setProperty("tone", "warn")
        row = QHBoxLayout(self)
        row.setContentsMargins(SIZES.step + SIZES.half, *[SIZES.step] * 3)
        row.setSpacing(SIZES.step)
        self._words = label("", wrap=True)
        row.addWidget(Picture("triangle-alert", "warn", 16), 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._words, 1)

    def say(self, text: str) -> None:
        """Show a sentence, or hide for none."""
        self._words.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))


class SetupBox(QWidget):
    """Generator, checkpoint and mode.

    Signals:
        changed: A person chose another generator, checkpoint or mode.
        add_file, add_folder: Weights shall be added to the list.
        starter_wanted: Use the model that comes with Brandloom.
        test_wanted: Try with the test cards.
    """

    changed = Signal()
    add_file = Signal()
    add_folder = Signal()
    starter_wanted = Signal()
    test_wanted = Signal()

    def __init__(self, registry: Registry) -> None:
        super().__init__()
        self._registry = registry
        self._models = Models()
        self._loaded = False
        self.kind = "image"
        guard = WheelGuard(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.step)
        self.generator = QComboBox()
        self.generator.setAccessibleName(self.tr("Generator"))
        self.checkpoint = QComboBox()
        self.checkpoint.setAccessibleName(self.tr("Model"))
        self.checkpoint.setMinimumContentsLength(12)
        self.mode = QComboBox()
        self.mode.setAccessibleName(self.tr("Way of working"))
        for combo in (self.generator, self.checkpoint, self.mode):
            combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            combo.installEventFilter(guard)
            combo.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
        self.add = IconButton("plus", self.tr("Add a model"))
        self.add.clicked.connect(self._open_add)
        top = QHBoxLayout()
        top.setSpacing(SIZES.step)
        top.addWidget(self.generator, 1)
        top.addWidget(self.mode, 1)
        column.addLayout(top)
        self._row = QWidget()
        row = QHBoxLayout(self._row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SIZES.step)
        row.addWidget(self.checkpoint, 1)
        row.addWidget(self.add)
        column.addWidget(self._row)
        self.notice = Notice()
        column.addWidget(self.notice)
        self.missing = self._build_missing()
        column.addWidget(self.missing)
        self.generator.activated.connect(lambda _index: self._on_generator())
        self.checkpoint.activated.connect(lambda _index: self._on_change())
        self.mode.activated.connect(lambda _index: self._on_change())

    def _build_missing(self) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        column = QVBoxLayout(card)
        column.setContentsMargins(*[SIZES.gap] * 4)
        column.setSpacing(SIZES.step)
        self._missing_words = label("", "strong", wrap=True)
        column.addWidget(self._missing_words)
        how = self.tr(
            "Point Brandloom at a model folder or a .safetensors or .gguf file on this computer. "
            "It is used where it lies, never copied."
        )
        column.addWidget(label(how, "soft", wrap=True))
        self.starter = button(self.tr("Use the model that comes with Brandloom"), icon="sparkles")
        self.starter.clicked.connect(self.starter_wanted.emit)
        column.addWidget(self.starter)
        row = QHBoxLayout()
        row.setSpacing(SIZES.step)
        self.missing_file = button(self.tr("Add file …"), icon="file-text")
        self.missing_folder = button(self.tr("Add folder …"), icon="folder-open")
        self.missing_file.clicked.connect(self.add_file.emit)
        self.missing_folder.clicked.connect(self.add_folder.emit)
        row.addWidget(self.missing_file)
        row.addWidget(self.missing_folder)
        row.addStretch(1)
        column.addLayout(row)
        self.try_test = button(self.tr("Or see how it works with test cards (no AI)"), "link")
        self.try_test.clicked.connect(self.test_wanted.emit)
        column.addWidget(self.try_test)
        return card

    # what is chosen -----------------------------------------------------------------------------

    def manifest(self) -> Manifest | None:
        """Return the chosen generator."""
        found = self.generator.currentData()
        return self._registry.find(str(found)) if found else None

    def chosen_mode(self) -> ModeSpec | None:
        """Return the chosen mode."""
        manifest = self.manifest()
        return manifest.mode(str(self.mode.currentData())) if manifest else None

    def chosen_checkpoint(self) -> Checkpoint | None:
        """Return the chosen checkpoint; None where there is none or none is needed."""
        found = self.checkpoint.currentData()
        return next((item for item in self._models.checkpoints if item.id == found), None)

    def models(self) -> Models:
        """Return the weights that the library lists."""
        return self._models

    def ready(self) -> bool:
        """Tell whether something can be made."""
        manifest = self.manifest()
        if manifest is None:
            return False
        return not needs_checkpoint(manifest) or self.chosen_checkpoint() is not None

    def set_kind(
        self, kind: str, generator: str = "", checkpoint: str = "", mode: str = ""
    ) -> None:
        """Offer what makes a kind of thing, with these chosen where they are there."""
        self.kind = kind
        offered = generators_for(self._registry, kind)
        self.generator.clear()
        for manifest in offered:
            name = manifest_words(manifest.name)
            if TEST in manifest.capabilities:
                name = self.tr("{0} (no AI)").format(name)
            self.generator.addItem(name, manifest.id)
        self.generator.setCurrentIndex(max(0, self.generator.findData(generator)))
        self._fill(checkpoint, mode)

    def set_models(self, models: Models, checkpoint: str = "") -> None:
        """Learn of the weights that are listed, and choose one if it is of this generator."""
        chosen = str(self.checkpoint.currentData() or "")
        manifest = self.manifest()
        listed = models.for_generator(manifest.id) if manifest is not None else []
        if any(item.id == checkpoint for item in listed):
            chosen = checkpoint
        mode = str(self.mode.currentData() or "")
        self._models, self._loaded = models, True
        self._fill(chosen, mode)

    def set_mode(self, mode: str) -> None:
        """Choose a mode, if it is offered."""
        at = self.mode.findData(mode)
        if at >= 0 and at != self.mode.currentIndex():
            self.mode.setCurrentIndex(at)
            self._show()

    def choose_one_that_takes(self, role: str) -> bool:
        """Choose a generator that starts from an input, unless the chosen one does."""
        offered = [self._registry.get(str(self.generator.itemData(at)))
                   for at in range(self.generator.count())]  # fmt: skip
        current = self.manifest()
        for manifest in ([current] if current else []) + offered:
            if any(role in mode.inputs for mode in manifest.modes):
                if manifest is not current:
                    self.generator.setCurrentIndex(self.generator.findData(manifest.id))
                    self._fill("", "")
                return True
        return False

    def _fill(self, checkpoint: str, mode: str) -> None:
        manifest = self.manifest()
        self.checkpoint.clear()
        self.mode.clear()
        if manifest is not None:
            if not needs_checkpoint(manifest):
                self.checkpoint.addItem(self.tr("Without a model"), "")
            for item in self._models.for_generator(manifest.id):
                self.checkpoint.addItem(self._named(item), item.id)
            self.checkpoint.setCurrentIndex(max(0, self.checkpoint.findData(checkpoint)))
            for spec in modes_for(manifest, self.kind):
                self.mode.addItem(manifest_words(spec.label), spec.id)
            self.mode.setCurrentIndex(max(0, self.mode.findData(mode)))
        self._show()

    def _named(self, item: Checkpoint) -> str:
        if item.missing:
            return self.tr("{0} (not there)").format(item.name)
        return self.tr("{0} (untrained)").format(item.name) if item.untrained else item.name

    def _show(self) -> None:
        manifest, item = self.manifest(), self.chosen_checkpoint()
        lacks = manifest is not None and needs_checkpoint(manifest) and self.checkpoint.count() == 0
        self.missing.setVisible(self._loaded and lacks)
        self.starter.setVisible(starter_checkpoint(self.kind) is not None)
        has_families = manifest is not None and bool(manifest.families)
        test = manifest is not None and TEST in manifest.capabilities
        self._row.setVisible(
            has_families and not lacks and (not test or self.checkpoint.count() > 1)
        )
        self.mode.setVisible(self.mode.count() > 1)
        self.generator.setVisible(self.generator.count() > 1)
        kinds = {"image": self.tr("There is no model for pictures yet."),
                 "text": self.tr("There is no model for text yet."),
                 "audio": self.tr("There is no model for music yet.")}  # fmt: skip
        self._missing_words.setText(kinds.get(self.kind, ""))
        self.notice.say(self._warning(manifest, item))

    def _warning(self, manifest: Manifest | None, item: Checkpoint | None) -> str:
        if manifest is not None and TEST in manifest.capabilities:
            return self.tr("Test cards show how everything works. Nothing here is made by AI.")
        if item is None:
            return ""
        said = []
        if item.missing:
            said.append(self.tr("Its files are not where they were: {0}").format(item.path))
        if item.untrained:
            said.append(self.tr("Untrained: random weights of the real design. Results are noise."))
        if not item.commercial_use:
            name = item.licence or self.tr("its licence")
            said.append(self.tr("Not for commercial use ({0}).").format(name))
        return " ".join(said)

    def _on_generator(self) -> None:
        self._fill("", "")
        self.changed.emit()

    def _on_change(self) -> None:
        self._show()
        self.changed.emit()

    def _open_add(self) -> None:
        menu = QMenu(self.add)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(themed_icon("file-text"), self.tr("A file …")).triggered.connect(
            self.add_file.emit
        )
        menu.addAction(themed_icon("folder-open"), self.tr("A folder …")).triggered.connect(
            self.add_folder.emit
        )
        menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height() + 4)))
