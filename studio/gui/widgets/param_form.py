"""A form for a generator's parameters, built from its manifest alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from studio.gui.theme.manager import set_icon
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import button
from studio.gui.widgets.param_fields import make_field

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from generators.api import JsonValue
    from generators.manifest import Manifest, ParamSpec
    from studio.gui.widgets.param_base import ParamField

COLUMNS = 2


class ParamForm(QWidget):
    """The parameters of one mode; the advanced ones behind a button.

    Signals:
        changed: A person changed a value.
    """

    changed = Signal()

    def __init__(
        self, manifest: Manifest, mode: str, *, skip: Collection[str] = (), advanced: bool = False
    ) -> None:
        """Build the form.

        Args:
            manifest: Of the generator.
            mode: One of its modes.
            skip: Keys that the page shows elsewhere (their values are not part of ``values``).
            advanced: Start with the advanced ones in sight.
        """
        super().__init__()
        self.manifest, self.mode = manifest, mode
        self._fields: dict[str, ParamField] = {}
        specs = [spec for spec in manifest.params_for(mode) if spec.key not in skip]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap)
        column.addWidget(self._grid([spec for spec in specs if not spec.advanced]))
        hidden = [spec for spec in specs if spec.advanced]
        self._more = self._grid(hidden)
        self.toggle = button(self.tr("Advanced"), "ghost", "chevron-right")
        self.toggle.setCheckable(True)
        self.toggle.toggled.connect(self._show_more)
        column.addWidget(self.toggle)
        if not hidden:
            self.toggle.hide()
        column.addWidget(self._more)
        self.toggle.setChecked(advanced)
        self._show_more(on=advanced)
        self._check = QTimer(self)
        self._check.setSingleShot(True)
        self._check.setInterval(250)
        self._check.timeout.connect(self.show_problems)
        self.reset()

    def field(self, key: str) -> ParamField:
        """Return a parameter's field; KeyError when the form has none."""
        return self._fields[key]

    def fields(self) -> list[ParamField]:
        """Return the fields in form order."""
        return list(self._fields.values())

    def values(self) -> dict[str, JsonValue]:
        """Return what is entered; ValueError where a field holds no value at all."""
        return {key: field.value() for key, field in self._fields.items()}

    def set_values(self, values: Mapping[str, JsonValue]) -> None:
        """Show values; keys that are not given show their default, unknown ones are ignored."""
        for key, field in self._fields.items():
            field.set_value(values.get(key, field.spec.default))
        self.show_problems()

    def reset(self) -> None:
        """Show the defaults."""
        self.set_values({})

    def problems(self) -> dict[str, str]:
        """Return what is wrong, by key; empty when all is well."""
        found = {key: field.problem() for key, field in self._fields.items()}
        return {key: text for key, text in found.items() if text}

    def show_problems(self) -> bool:
        """Show problems beside their fields; return whether there are none."""
        problems = self.problems()
        for key, field in self._fields.items():
            field.show_problem(problems.get(key, ""))
        if any(self._fields[key].spec.advanced for key in problems):
            self.toggle.setChecked(True)
        return not problems

    def focus_first_problem(self) -> None:
        """Put the focus where something must be changed."""
        for key in self.problems():
            self._fields[key].control().setFocus()
            return

    def _grid(self, specs: Sequence[ParamSpec]) -> QWidget:
        area = QWidget()
        grid = QGridLayout(area)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(SIZES.gap)
        grid.setVerticalSpacing(SIZES.gap)
        row = column = 0
        for spec in specs:
            field = make_field(spec)
            field.changed.connect(self._on_changed)
            self._fields[spec.key] = field
            if field.wide and column:
                row, column = row + 1, 0
            grid.addWidget(field, row, column, 1, COLUMNS if field.wide else 1)
            column = 0 if field.wide else (column + 1) % COLUMNS
            row += column == 0
        for index in range(COLUMNS):
            grid.setColumnStretch(index, 1)
        return area

    def _on_changed(self) -> None:
        self._check.start()
        self.changed.emit()

    def _show_more(self, on: bool) -> None:
        self._more.setVisible(on)
        set_icon(self.toggle, "chevron-down" if on else "chevron-right")
