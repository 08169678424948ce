"""The Create page: ask for text, a picture or music, watch it come, go on from there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from generators.api import InvalidParameter
from studio.core.errors import NotFound
from studio.gui.asset_actions import AssetActions
from studio.gui.models.asset_thumbnails import AssetThumbnails
from studio.gui.pages.create.form import CreateForm
from studio.gui.pages.create.inputs import CreateInputs
from studio.gui.pages.create.last_inputs import LastInputs
from studio.gui.pages.create.offers import (
    Draft,
    Models,
    place_order,
    read_draft,
    read_models,
)
from studio.gui.pages.create.reading import MadeJob, read_jobs, read_progress, read_recent
from studio.gui.pages.create.results import ResultsView
from studio.gui.pages.create.weights import CreateWeights
from studio.gui.pages.library.preview import PreviewSheet
from studio.gui.pages.page import Page
from studio.gui.pages.queue.actions import QueueActions
from studio.gui.theme.tokens import SIZES
from studio.gui.translating import manifest_words
from studio.gui.widgets.asset_cell import AssetPainter
from studio.gui.widgets.surfaces import EmptyState, Skeleton
from studio.services.music_prompt import TURNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from generators.api import JsonValue
    from generators.manifest import ParamSpec
    from studio.core.job import Job, JobProgress
    from studio.gui.context import AppContext
    from studio.gui.models.asset_rows import AssetItem
    from studio.store.library import Library
    from studio.store.records import Changes


class CreatePage(Page):
    """Make one thing at a time, again and again."""

    page_id = "create"

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.set_title(self.tr("Create"))
        self.actions_ = AssetActions(context, self)
        self._queue = QueueActions(context)
        self._preview: PreviewSheet | None = None
        self._jobs: set[str] = set()
        self._progress: set[str] = set()
        self._reading = False
        self._loaded = False
        self._draft: Draft | None = None
        self._wanted = ""  # id of the checkpoint to choose once it is listed
        self.thumbnails = AssetThumbnails(context)

    def build(self) -> Iterator[None]:
        """Make the widgets: the form, then the results."""
        row = QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.body.addLayout(row, 1)
        self.form = CreateForm(self.context)
        row.addWidget(self.form)
        yield from self.form.build()
        self.inputs = CreateInputs(self)
        self._last_inputs = LastInputs(self)
        self.weights = CreateWeights(self)
        self.results = ResultsView(self.context.images, AssetPainter(self.thumbnails))
        row.addWidget(self._make_stack(), 1)
        self._connect()
        yield
        self._add_commands()

    def _make_stack(self) -> QStackedWidget:
        self.stack = QStackedWidget()
        skeleton = QWidget()
        column = QVBoxLayout(skeleton)
        column.setContentsMargins(SIZES.block, 0, SIZES.block, 0)
        column.addWidget(Skeleton([(0, 0, 0, 280), (0, 296, 0, 280)]))
        column.addStretch(1)
        self.empty = EmptyState(
            "sparkles", self.tr("What you make appears here, while it is being made.")
        )
        self.stack.addWidget(skeleton)
        self.stack.addWidget(self.results)
        self.stack.addWidget(self.empty)
        return self.stack

    def _connect(self) -> None:
        form = self.form
        form.generate.connect(self.generate)
        form.setup.add_file.connect(self.weights.pick_file)
        form.setup.add_folder.connect(self.weights.pick_folder)
        form.setup.starter_wanted.connect(self.weights.add_starter)
        form.setup.test_wanted.connect(form.use_test_cards)
        self.results.acted.connect(self._act)
        self.results.rated.connect(lambda one, stars: self.actions_.rate([one], stars))

    def _add_commands(self) -> None:
        self.add_command(
            "generate", self.tr("Generate"), self.generate, "Ctrl+Return|Ctrl+Enter", "sparkles",
            keywords="make run start",
        )  # fmt: skip
        names = (("image", self.tr("Make a picture")), ("text", self.tr("Write a text")),
                 ("audio", self.tr("Make music")))  # fmt: skip
        for kind, title in names:
            self.add_command(kind, title, partial(self._go, kind), keywords="new create")
        self.add_command(
            "prompt", self.tr("Go to the prompt"), self._focus_prompt, "Ctrl+L", "pencil"
        )
        self.add_command(
            "model", self.tr("Add a model file"), self.weights.pick_file, icon="plus",
            keywords="checkpoint weights lora adapter",
        )  # fmt: skip
        self.add_command(
            "model_folder", self.tr("Add a model folder"), self.weights.pick_folder, icon="plus",
            keywords="checkpoint weights diffusers transformers",
        )  # fmt: skip

    # the frame's calls --------------------------------------------------------------------------

    def enter(self, what: Mapping[str, JsonValue]) -> None:
        """Show the page; ``recipe`` and ``reference`` in ``what`` are ids of assets to use."""
        self.form.order_tabs()
        if self.stale:
            self.read_models()
            self._read_all()
        if what.get("recipe"):
            self.use_recipe(str(what["recipe"]))
        if what.get("reference"):
            self.inputs.use_asset(str(what["reference"]))

    def focus_target(self) -> QWidget:
        """Return the prompt: writing is what one comes here for."""
        return self.form.prompt.edit

    def main_view(self) -> QAbstractScrollArea:
        """Return the results."""
        return self.results

    def is_painted(self) -> bool:
        """Tell whether the results are in sight."""
        return self._loaded and not self.results.busy and super().is_painted()

    def on_changes(self, changes: Changes) -> None:
        """Read what changed; several changes become one reading."""
        self._jobs.update(changes.jobs)
        self._progress.update(one for one in changes.progress if one in self.results.groups)
        for kind, one in changes.removed:
            if kind == "jobs":
                self.results.remove(one)
        if changes.assets:
            touched = set(changes.assets)
            self._jobs.update(
                job_id
                for job_id, group in self.results.groups.items()
                if touched.intersection(group.tiles)
            )
        if changes.models:
            self.read_models()
        self._read_patch()

    def state(self) -> dict[str, JsonValue]:
        """Remember everything that is entered."""
        return {**self.form.state(), **self._last_inputs.state()}

    def restore(self, state: Mapping[str, JsonValue]) -> None:
        """Show what was entered."""
        self.form.restore(state)
        self._last_inputs.restore(state)

    # reading ------------------------------------------------------------------------------------

    def read_models(self, checkpoint: str = "") -> None:
        """Read which weights are listed, and choose one of them."""
        self._wanted = checkpoint or self._wanted
        self.context.store.read(self, read_models, self._take_models, key="create.models")

    def _take_models(self, models: Models) -> None:
        wanted, self._wanted = self._wanted, ""
        self.form.set_models(models, wanted)
        if self._draft is not None:
            draft, self._draft = self._draft, None
            self._show_draft(draft)

    def _read_all(self) -> None:
        registry = self.context.registry
        self._jobs.clear()
        self._progress.clear()
        self.context.store.read(
            self, lambda library: read_recent(library, registry), self._take_all, key="create.all"
        )

    def _take_all(self, jobs: list[MadeJob]) -> None:
        self._loaded = True
        self.results.set_all(jobs)
        self.stack.setCurrentWidget(self.results if jobs else self.empty)

    def _show(self) -> None:
        if self._loaded:
            self.stack.setCurrentWidget(
                self.results if self.results.groups or self.results.busy else self.empty
            )

    def _read_patch(self) -> None:
        if self._reading or not self._loaded or not (self._jobs or self._progress):
            return
        jobs, self._jobs = self._jobs, set()
        progress, self._progress = self._progress, set()
        registry = self.context.registry

        def read(library: Library) -> tuple[list[MadeJob], dict[str, JobProgress], set[str]]:
            made = read_jobs(library, registry, jobs)
            gone = jobs - {one.item.id for one in made}
            return made, read_progress(library, progress), gone

        self._reading = True
        self.context.store.read(self, read, self._take_patch, self._patch_failed)

    def _patch_failed(self, error: Exception) -> None:
        self._reading = False
        self.context.store.show(error)

    def _take_patch(self, patch: tuple[list[MadeJob], dict[str, JobProgress], set[str]]) -> None:
        self._reading = False
        made, progress, gone = patch
        for one in sorted(made, key=lambda job: job.item.created_at):
            self.results.put(one)
        for job_id in gone:
            self.results.remove(job_id)
        self.results.set_progress(progress)
        self._show()
        self._read_patch()

    # making -------------------------------------------------------------------------------------

    def generate(self) -> None:
        """Put what is asked for into the queue."""
        order = self.form.order()
        if order is None or not self.form.button.isEnabled():
            return
        self.form.button.setEnabled(False)  # until it is in the queue: one press, one job
        self.context.store.write(
            self, lambda library: place_order(library, order), self._placed, self._refused
        )

    def _placed(self, job: Job) -> None:
        self.form.button.setEnabled(True)
        self.form.prompt.remember(self.form.prompt.text())
        self.results.verticalScrollBar().setValue(0)
        self._jobs.add(job.id)
        self._read_patch()

    def _refused(self, error: Exception) -> None:
        self.form.button.setEnabled(True)
        if isinstance(error, InvalidParameter) and self.form.show_problem(error):
            return
        if isinstance(error, NotFound):
            self.read_models()
        self.context.store.show(error)

    def _act(self, action: str, one: str) -> None:
        actions: dict[str, Callable[[], None]] = {
            "vary": lambda: self._again(one),
            "reference": lambda: self.inputs.use_asset(one),
            "upscale": lambda: self.actions_.upscale([one]),
            "open": lambda: self.context.go("library", asset=one),
            "show": lambda: self.open_preview(one),
            "copy": lambda: self.actions_.copy_words(one),
            "cancel": lambda: self._queue.cancel([one]),
            "retry": lambda: self._queue.retry([one]),
            "queue": lambda: self.context.go("queue", job=one),
        }
        actions |= {how: partial(self._again, one, how) for how in TURNS}
        actions[action]()

    def _again(self, asset_id: str, how: str = "") -> None:
        self.actions_.make_again(asset_id, how, self._placed, self._refused)

    def _item(self, asset_id: str) -> AssetItem | None:
        for group in self.results.groups.values():
            if asset_id in group.tiles:
                return group.tiles[asset_id].item
        return None

    # looking ------------------------------------------------------------------------------------

    def open_preview(self, asset_id: str) -> None:
        """Show a result over the whole window."""
        item = self._item(asset_id)
        if item is None:
            return
        if self._preview is None:
            self._preview = PreviewSheet(self.window(), self.context, self.thumbnails)
            self._preview.stepped.connect(self._step)
            self._preview.rated.connect(lambda one, stars: self.actions_.rate([one], stars))
        self._preview.show_item(item)

    def _step(self, by: int) -> None:
        sheet = self._preview
        order: list[str] = []
        for group in self.results.in_order():
            order += list(group.tiles)
        if sheet is None or sheet.stage.item is None or sheet.stage.item.id not in order:
            return
        at = order.index(sheet.stage.item.id) + by
        if 0 <= at < len(order):
            self.open_preview(order[at])

    # recipes ------------------------------------------------------------------------------------

    def use_recipe(self, asset_id: str) -> None:
        """Fill the form with how an asset was made."""
        self.context.store.read(
            self, lambda library: read_draft(library, asset_id), self._take_draft,
            key="create.recipe",
        )  # fmt: skip

    def _take_draft(self, draft: Draft) -> None:
        if self.context.registry.find(draft.request.generator) is None:
            self.context.messages.bad(
                self.tr("The generator “{0}” is not installed.").format(draft.request.generator),
                self.tr("Its prompt is filled in; choose another generator."),
            )
            self.form.set_values({"prompt": draft.request.params.get("prompt", "")})
            return
        self._draft = draft
        self.read_models(draft.request.checkpoint.id if draft.request.checkpoint else "")

    def _show_draft(self, draft: Draft) -> None:
        request = draft.request
        manifest = self.context.registry.get(request.generator)
        mode = manifest.mode(request.mode)
        kind = (mode.output if mode else "") or manifest.modality
        checkpoint = request.checkpoint.id if request.checkpoint else ""
        self.form.set_kind(kind)
        self.form.setup.set_kind(kind, manifest.id, checkpoint, request.mode)
        self.form.setup.changed.emit()
        values = dict(request.params)
        lost = list(draft.lost)
        for spec in manifest.params_for(request.mode):
            if spec.type == "seed" and draft.seed is not None:
                values[spec.key] = draft.seed
            if spec.key in values and not _fits(spec, values[spec.key]):
                lost.append(manifest_words(spec.label or spec.key))
        self.form.set_values(values)
        self.form.adapters.set_chosen([(one.id, one.weight) for one in request.adapters])
        for role, box in (("image", self.form.reference), ("mask", self.form.mask_box)):
            asset = draft.inputs.get(role)
            if asset is None:
                box.clear()
            else:
                size = (asset.width, asset.height)
                box.set_asset(asset.id, asset.title or asset.id, draft.files[role], size)
        if lost:
            self.context.messages.warn(
                self.tr("Not all of the recipe is here: {0}.").format(", ".join(lost)),
                self.tr("Choose something else in its place; the result will differ."),
                key="create.lost",
            )
        self._focus_prompt()

    def _go(self, kind: str) -> None:
        self.context.go("create")
        self.form.set_kind(kind)
        self._focus_prompt()

    def _focus_prompt(self) -> None:
        self.form.prompt.edit.setFocus(Qt.FocusReason.OtherFocusReason)


def _fits(spec: ParamSpec, value: JsonValue) -> bool:
    """Tell whether a field can show a value; one for text shows any, with what is wrong."""
    if spec.type in ("text", "string", "json"):
        return True
    try:
        spec.check(value)
    except InvalidParameter:
        return False
    return True
