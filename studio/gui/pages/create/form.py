"""The left side of Create: everything that is asked for, and the button that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSpinBox, QVBoxLayout, QWidget

from generators.api import InvalidParameter
from studio.gui.pages.create.adapters_box import AdaptersBox
from studio.gui.pages.create.fields import readable, set_within, takes_tab
from studio.gui.pages.create.music_chips import MusicChips
from studio.gui.pages.create.offers import KINDS, Models, Order
from studio.gui.pages.create.prompt_box import PromptBox, TextBox
from studio.gui.pages.create.reference_box import ReferenceBox
from studio.gui.pages.create.setup_box import SetupBox
from studio.gui.pages.create.word_help import WordHelp
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import SegmentedControl, button
from studio.gui.widgets.labels import label
from studio.gui.widgets.param_base import WheelGuard
from studio.gui.widgets.param_form import ParamForm
from studio.gui.widgets.surfaces import ScrollColumn
from studio.services.again import COUNT_KEYS, count_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generators.api import JsonValue
    from generators.manifest import Manifest, ParamSpec
    from studio.gui.context import AppContext

WIDTH = 400
PROMPT, NEGATIVE, IMAGE, MASK = "prompt", "negative_prompt", "image", "mask"
_KIND_ICONS = {"image": "image", "text": "type", "audio": "music"}


class CreateForm(QFrame):
    """What is asked for.

    Signals:
        generate: The button or Ctrl+Enter.
        kind_changed: A person chose another kind of thing.
    """

    generate = Signal()
    kind_changed = Signal(str)

    def __init__(self, context: AppContext) -> None:
        super().__init__()
        self._form: ParamForm | None = None
        self._values: dict[str, JsonValue] = {}
        self._kept: dict[str, dict[str, JsonValue]] = {}
        self.setProperty("role", "side")
        self.setFixedWidth(WIDTH)
        self._context = context

    def build(self) -> Iterator[None]:
        """Make the widgets, a piece a step."""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.area = ScrollColumn(0, SIZES.gap)
        self.area.column.setContentsMargins(SIZES.block, 0, SIZES.gap, SIZES.gap)
        outer.addWidget(self.area, 1)
        outer.addWidget(self._build_foot())
        yield
        yield from self._build_column(self._context, self.area.column)

    def _build_column(self, context: AppContext, column: QVBoxLayout) -> Iterator[None]:
        names = {"image": self.tr("Picture"), "text": self.tr("Text"), "audio": self.tr("Music")}
        self.kinds = SegmentedControl(
            [(kind, names[kind]) for kind in KINDS],
            self.tr("What to make"),
            [_KIND_ICONS[kind] for kind in KINDS],
        )
        self.kinds.changed.connect(self._on_kind)
        column.addWidget(self.kinds)
        self.setup = SetupBox(context.registry)
        self.setup.changed.connect(self._rebuild)
        column.addWidget(self.setup)
        yield
        self.prompt = PromptBox()
        column.addWidget(self.prompt)
        self.words = WordHelp(self.prompt)
        column.addWidget(self.words)
        self.music = MusicChips(self.prompt, lambda: readable(self._form) if self._form else {})
        column.addWidget(self.music)
        self.negative = TextBox(self.tr("Leave out"), (1, 5), self.tr("What must not show"))
        column.addWidget(self.negative)
        yield
        self.reference = ReferenceBox(
            context.images,
            self.tr("Reference picture"),
            self.tr("Drop a picture here to start from it instead of from nothing."),
        )
        self.mask_box = ReferenceBox(
            context.images,
            self.tr("Mask"),
            self.tr("White is made anew, black stays."),
            mask=True,
        )
        column.addWidget(self.reference)
        column.addWidget(self.mask_box)
        yield
        self.adapters = AdaptersBox()
        column.addWidget(self.adapters)
        self._holder = QVBoxLayout()
        self._holder.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._holder)
        column.addStretch(1)

    def _build_foot(self) -> QWidget:
        foot = QFrame()
        foot.setProperty("role", "foot")
        row = QHBoxLayout(foot)
        row.setContentsMargins(SIZES.block, SIZES.gap, SIZES.gap, SIZES.gap)
        row.setSpacing(SIZES.step)
        self.count_label = label(self.tr("Results"), "label")
        self.count = QSpinBox()
        self.count.setAccessibleName(self.tr("How many results"))
        self.count.setFixedWidth(72)
        self.count.lineEdit().setAccessibleName(self.count.accessibleName())
        self.count.lineEdit().setTextMargins(SIZES.step, 0, 0, 0)
        self.count.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.count.installEventFilter(WheelGuard(self))
        self.count_label.setBuddy(self.count)
        self.button = button(self.tr("Generate"), "primary", "sparkles")
        self.button.setToolTip(self.tr("Ctrl+Enter"))
        self.button.setMinimumWidth(144)
        self.button.clicked.connect(self.generate.emit)
        row.addWidget(self.count_label)
        row.addWidget(self.count)
        row.addStretch(1)
        row.addWidget(self.button)
        return foot

    # kinds and modes ----------------------------------------------------------------------------

    @property
    def kind(self) -> str:
        """What is to be made: ``image``, ``text`` or ``audio``."""
        return self.setup.kind

    def set_kind(self, kind: str) -> None:
        """Show the form of a kind, with what was entered there before."""
        if self._form is not None:
            self._kept[self.kind] = self._snapshot()
        self.kinds.set_value(kind)
        self._load(kind, self._kept.get(kind, {}))

    def _load(self, kind: str, kept: Mapping[str, JsonValue]) -> None:
        values = kept.get("values")
        self._values = dict(values) if isinstance(values, dict) else {}
        self.prompt.set_kind(kind)
        self.prompt.set_text(str(self._values.get(PROMPT) or ""))
        self.negative.set_text(str(self._values.get(NEGATIVE) or ""))
        self.setup.set_kind(
            kind,
            str(kept.get("generator") or ""),
            str(kept.get("checkpoint") or ""),
            str(kept.get("mode") or ""),
        )
        if self._form is not None:
            self._form.toggle.setChecked(False)
        self.adapters.restore(kept.get("adapters"))
        self._fit()

    def set_models(self, models: Models, checkpoint: str = "") -> None:
        """Learn of the weights that are listed."""
        if not checkpoint:
            checkpoint = str(self._kept.get(self.kind, {}).get("checkpoint") or "")
            chosen = self.setup.chosen_checkpoint()
            checkpoint = chosen.id if chosen is not None else checkpoint
        self.setup.set_models(models, checkpoint)
        self._rebuild()

    def use_test_cards(self) -> None:
        """Choose the generator that needs no weights."""
        for at in range(self.setup.generator.count()):
            if self.setup.generator.itemData(at) == "fake":
                self.setup.generator.setCurrentIndex(at)
                self.setup.generator.activated.emit(at)
        self.prompt.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_kind(self, kind: str) -> None:
        self.set_kind(kind)
        self.kind_changed.emit(kind)

    def _drop_form(self) -> None:
        if self._form is not None:
            self._form.hide()
            self._form.deleteLater()
            self._form = None

    def _rebuild(self) -> None:
        """Fit the form to generator and mode; what fits of the values stays."""
        if self._form is not None:
            self._values |= readable(self._form)
        self._fit()

    def _fit(self) -> None:
        manifest, mode = self.setup.manifest(), self.setup.chosen_mode()
        if manifest is None or mode is None:
            self._drop_form()
            self.button.setEnabled(False)
            self.words.set_vocabulary(None)
            self.music.set_family("")
            return
        specs = {spec.key: spec for spec in manifest.params_for(mode.id)}
        self.prompt.set_spec(specs.get(PROMPT))
        self.negative.set_spec(specs.get(NEGATIVE))
        inputs = {role for one in manifest.modes for role in (*one.inputs, *one.optional_inputs)}
        self.reference.setVisible(IMAGE in inputs)
        self.mask_box.setVisible(MASK in (*mode.inputs, *mode.optional_inputs))
        self._show_count(manifest, mode.id, specs)
        form = self._fit_form(manifest, mode.id)
        form.set_values({k: v for k, v in self._values.items() if k in specs})
        checkpoint = self.setup.chosen_checkpoint()
        known = self.setup.models().vocabularies
        self.words.set_vocabulary(known.get(checkpoint.id) if checkpoint else None)
        self.music.set_family(checkpoint.family if checkpoint else "")
        family = manifest.family(checkpoint.family) if checkpoint else None
        offered = self.setup.models().adapters if family and family.adapters else []
        fits = [a for a in offered if checkpoint and a.family == checkpoint.family]
        self.adapters.set_offered(fits)
        self.button.setEnabled(self.setup.ready())
        self.order_tabs()

    def _fit_form(self, manifest: Manifest, mode: str) -> ParamForm:
        """Return the fields of a mode; those that are shown, if they are the same."""
        old = self._form
        if old is not None and (old.manifest, old.mode) == (manifest, mode):
            return old
        opened = old is not None and old.toggle.isChecked()
        self._drop_form()
        skip = (PROMPT, NEGATIVE, *COUNT_KEYS)
        made = self._form = ParamForm(manifest, mode, skip=skip, advanced=opened)
        self._holder.addWidget(made)
        return made

    def order_tabs(self) -> None:
        """Let Tab go from the prompt to its words, from the adapters through the new fields."""
        form = self._form
        if form is None or self.window() is self or self.button.window() is not form.window():
            return  # not in a window yet; the page calls again when it is shown
        self.words.order_tabs()
        self.music.order_tabs(self.words.chips[-1])
        takes = [item for item in form.findChildren(QWidget) if takes_tab(item, self.window())]
        before: QWidget = self.adapters.add
        for widget in (*takes, self.count, self.button):
            QWidget.setTabOrder(before, widget)
            before = widget

    def _show_count(self, manifest: Manifest, mode: str, specs: Mapping[str, ParamSpec]) -> None:
        key = count_key(manifest, mode)
        for widget in (self.count_label, self.count):
            widget.setVisible(bool(key))
        if key:
            spec = specs[key]
            value = self.count.value() or int(spec.default or 1)
            self.count.setRange(int(spec.minimum or 1), int(spec.maximum or 64))
            self.count.setValue(value)

    # what is entered ----------------------------------------------------------------------------

    def form(self) -> ParamForm | None:
        """Return the fields of the mode."""
        return self._form

    def set_reference(self, asset_id: str, title: str, path: str, size: tuple[int, int]) -> None:
        """Start from a picture; a mode that takes one is chosen."""
        self.setup.choose_one_that_takes(IMAGE)
        self._rebuild()
        self.reference.set_asset(asset_id, title, path, size)
        self.mask_box.clear()
        mode, manifest = self.setup.chosen_mode(), self.setup.manifest()
        if manifest is not None and mode is not None and IMAGE not in mode.inputs:
            for other in manifest.modes:
                if tuple(other.inputs) == (IMAGE,):
                    self.setup.set_mode(other.id)
                    self._rebuild()
                    break

    def clear_reference(self) -> None:
        """Start from nothing again."""
        self.reference.clear()
        self.mask_box.clear()
        mode, manifest = self.setup.chosen_mode(), self.setup.manifest()
        if manifest is not None and mode is not None and mode.inputs:
            for other in manifest.modes:
                if not other.inputs:
                    self.setup.set_mode(other.id)
                    self._rebuild()
                    break

    def order(self) -> Order | None:
        """Return what is asked for; None when something is wrong, which is shown then."""
        manifest, mode, form = self.setup.manifest(), self.setup.chosen_mode(), self._form
        if manifest is None or mode is None or form is None:
            return None
        self.show_problem(InvalidParameter("", "-"))
        if not form.show_problems():
            form.focus_first_problem()
            return None
        params = form.values()
        for box in (self.prompt, self.negative):
            if box.key():
                params[box.key()] = box.text()
        key = count_key(manifest, mode.id)
        if key:
            params[key] = self.count.value()
        inputs: list[tuple[str, str]] = []
        for role, one in ((IMAGE, self.reference), (MASK, self.mask_box)):
            takes = role in mode.inputs or role in mode.optional_inputs
            if takes and one.asset_id:
                inputs.append((role, one.asset_id))
        checkpoint = self.setup.chosen_checkpoint()
        return Order(
            manifest,
            mode.id,
            params,
            checkpoint.id if checkpoint else "",
            self.adapters.chosen() if self.adapters.isVisibleTo(self) else (),
            tuple(inputs),
        )

    def show_problem(self, error: InvalidParameter) -> bool:
        """Show an error at its field; False when no field has that key."""
        text = f"{error.message} {error.hint}".strip()
        boxes: dict[str, PromptBox | TextBox | ReferenceBox] = {
            PROMPT: self.prompt,
            NEGATIVE: self.negative,
            IMAGE: self.reference,
            MASK: self.mask_box,
        }
        for box in boxes.values():
            box.show_problem("")
        found = boxes.get(error.key)
        if found is not None:
            found.show_problem(text)
            self.area.ensureWidgetVisible(found)
            focus = found.edit if isinstance(found, TextBox) else found.file_button
            focus.setFocus(Qt.FocusReason.OtherFocusReason)
            return True
        for field in self._form.fields() if self._form is not None else ():
            if field.spec.key == error.key:
                field.show_problem(text)
                field.control().setFocus()
                return True
        return False

    def set_values(self, values: Mapping[str, JsonValue]) -> None:
        """Show values of parameters; those not given show their default."""
        self._values = dict(values)
        self.prompt.set_text(str(values.get(PROMPT) or ""))
        self.negative.set_text(str(values.get(NEGATIVE) or ""))
        for key in COUNT_KEYS:
            set_within(self.count, values.get(key))
        if self._form is not None:
            self._form.set_values(values)

    # state --------------------------------------------------------------------------------------

    def _snapshot(self) -> dict[str, JsonValue]:
        values = dict(self._values)
        if self._form is not None:
            values |= readable(self._form)
        values[PROMPT], values[NEGATIVE] = self.prompt.text(), self.negative.text()
        manifest, mode = self.setup.manifest(), self.setup.chosen_mode()
        checkpoint = self.setup.chosen_checkpoint()
        return {
            "generator": manifest.id if manifest else "",
            "mode": mode.id if mode else "",
            "checkpoint": checkpoint.id if checkpoint else "",
            "values": values,
            "adapters": self.adapters.state(),
        }

    def state(self) -> dict[str, JsonValue]:
        """Return everything that is entered, for all kinds."""
        kept = {**self._kept, self.kind: self._snapshot()}
        return {"kind": self.kind, "kinds": kept, "count": self.count.value(),
                "history": self.prompt.past()}  # fmt: skip

    def restore(self, state: Mapping[str, JsonValue]) -> None:
        """Take it back; tolerates anything."""
        kinds = state.get("kinds")
        if isinstance(kinds, dict):
            self._kept = {key: value for key, value in kinds.items() if isinstance(value, dict)}
        self.prompt.set_past(state.get("history"))
        kind = state.get("kind")
        kind = kind if kind in KINDS else "image"
        self.kinds.set_value(str(kind))
        self._load(str(kind), self._kept.get(str(kind), {}))
        set_within(self.count, state.get("count"))
