"""One field for one parameter of a generator: the right control with unit, help and problem."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING

from PySide6.QtCore import QRegularExpression, Qt
from PySide6.QtGui import QFont, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QWidget,
)

from studio.gui.theme.manager import font
from studio.gui.translating import manifest_words
from studio.gui.widgets.buttons import IconButton, Switch
from studio.gui.widgets.fields import GrowingTextEdit
from studio.gui.widgets.labels import label
from studio.gui.widgets.param_base import ParamField
from studio.gui.widgets.param_number import NumberField

if TYPE_CHECKING:
    from generators.api import JsonValue
    from generators.manifest import ParamSpec

MAX_SEED = 2**31 - 1


class TextField(ParamField):
    """Several lines, or one for ``string``; a count appears near the limit."""

    def __init__(self, spec: ParamSpec, lines: tuple[int, int] = (3, 12)) -> None:
        super().__init__(spec)
        self.wide = True
        self._count = label("", "caption")
        self._top.addWidget(self._count)
        self.edit: GrowingTextEdit | QLineEdit
        if spec.type == "string":
            self.edit = QLineEdit()
        else:
            self.edit = GrowingTextEdit(self.name, lines, spec.max_length)
        self._take(self.edit)
        self.edit.textChanged.connect(self._on_text)
        self.row.addWidget(self.edit)

    def value(self) -> JsonValue:
        """Return the text as it stands."""
        return self.edit.text() if isinstance(self.edit, QLineEdit) else self.edit.toPlainText()

    def set_value(self, value: JsonValue) -> None:
        """Show a text."""
        text = "" if value is None else str(value)
        if text == self.value():
            return
        self.edit.blockSignals(True)
        if isinstance(self.edit, QLineEdit):
            self.edit.setText(text)
        else:
            self.edit.setPlainText(text)
        self.edit.blockSignals(False)

    def control(self) -> QWidget:
        """Return the editor."""
        return self.edit

    def _on_text(self, *_args: object) -> None:
        length, limit = len(str(self.value())), self.spec.max_length
        self._count.setText(f"{length:,} / {limit:,}" if length > 0.8 * limit else "")
        self.changed.emit()


class JsonField(ParamField):
    """A value in JSON, checked while it is typed."""

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__(spec)
        self.wide = True
        self.edit = GrowingTextEdit(self.name, (2, 10))
        face = QFont(font())
        face.setFamilies(["monospace"])
        self.edit.setFont(face)
        self.edit.setPlaceholderText("JSON")
        self._take(self.edit)
        self.edit.textChanged.connect(self.changed)
        self.row.addWidget(self.edit)

    def value(self) -> JsonValue:
        """Return what the text means; None for an empty one."""
        text = self.edit.toPlainText().strip()
        if not text:
            return self.spec.default
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(self.tr("This is not JSON: {0}").format(error)) from error

    def set_value(self, value: JsonValue) -> None:
        """Show a value."""
        self.edit.blockSignals(True)
        text = "" if value == self.spec.default else json.dumps(value, ensure_ascii=False, indent=1)
        self.edit.setPlainText(text)
        self.edit.blockSignals(False)

    def control(self) -> QWidget:
        """Return the editor."""
        return self.edit


class BooleanField(ParamField):
    """A switch."""

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__(spec)
        self.switch = Switch()
        self._take(self.switch)
        self.switch.toggled.connect(lambda _on: self.changed.emit())
        self.row.addWidget(self.switch)
        self.row.addStretch(1)

    def value(self) -> JsonValue:
        """Return whether it is on."""
        return self.switch.isChecked()

    def set_value(self, value: JsonValue) -> None:
        """Show on or off; anything else shows the default."""
        self.switch.blockSignals(True)
        self.switch.setChecked(bool(value if isinstance(value, bool) else self.spec.default))
        self.switch.blockSignals(False)

    def control(self) -> QWidget:
        """Return the switch."""
        return self.switch


class ChoiceField(ParamField):
    """A list to choose from."""

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__(spec)
        self.combo = QComboBox()
        self.combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        if spec.default is None:
            self.combo.addItem(self.tr("Automatic"), None)
        for choice in spec.choices:
            self.combo.addItem(manifest_words(choice).replace("_", " "), choice)
        self._take(self.combo)
        self.combo.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.row.addWidget(self.combo)

    def value(self) -> JsonValue:
        """Return what is chosen."""
        return self.combo.currentData()

    def set_value(self, value: JsonValue) -> None:
        """Show a choice; one that is not offered shows the first."""
        self.combo.blockSignals(True)
        known = value if isinstance(value, str) else self.spec.default
        self.combo.setCurrentIndex(max(0, self.combo.findData(known)))
        self.combo.blockSignals(False)

    def control(self) -> QWidget:
        """Return the combo box."""
        return self.combo


class SeedField(ParamField):
    """A seed: drawn anew each time, or locked to a number so that a result can be made again."""

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__(spec)
        self.wide = True
        self.edit = QLineEdit()
        self.edit.setPlaceholderText(self.tr("A new one each time"))
        self.edit.setValidator(QRegularExpressionValidator(QRegularExpression(r"\d{0,19}")))
        self._take(self.edit)
        self.dice = IconButton("dices", self.tr("Roll a seed"))
        self.lock = IconButton("lock-open", "", checkable=True)
        self.row.addWidget(self.edit, 1)
        self.row.addWidget(self.dice)
        self.row.addWidget(self.lock)
        self.dice.clicked.connect(self._roll)
        self.lock.clicked.connect(self._on_lock)
        self.edit.textEdited.connect(self._on_edited)
        self._show_lock()

    def value(self) -> JsonValue:
        """Return the locked number, or -1 for a new one each time."""
        text = self.edit.text()
        return int(text) if text and self.lock.isChecked() else -1

    def set_value(self, value: JsonValue) -> None:
        """Lock a number; -1 or None unlocks."""
        locked = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        self.edit.setText(str(value) if locked else "")
        self.lock.setChecked(locked)
        self._show_lock()

    def control(self) -> QWidget:
        """Return the field for the number."""
        return self.edit

    def _roll(self) -> None:
        self.edit.setText(str(secrets.randbelow(MAX_SEED)))
        self.lock.setChecked(True)
        self._show_lock()
        self.changed.emit()

    def _on_lock(self) -> None:
        if self.lock.isChecked() and not self.edit.text():
            self.edit.setText(str(secrets.randbelow(MAX_SEED)))
        if not self.lock.isChecked():
            self.edit.clear()
        self._show_lock()
        self.changed.emit()

    def _on_edited(self, text: str) -> None:
        self.lock.setChecked(bool(text))
        self._show_lock()
        self.changed.emit()

    def _show_lock(self) -> None:
        if self.lock.isChecked():
            self.lock.set_look("lock", self.tr("Use a new seed each time"), "accent_text")
        else:
            self.lock.set_look("lock-open", self.tr("Keep this seed"))


def make_field(spec: ParamSpec) -> ParamField:
    """Return the field for a parameter's type."""
    kinds: dict[str, type[ParamField]] = {
        "integer": NumberField,
        "number": NumberField,
        "boolean": BooleanField,
        "string": TextField,
        "text": TextField,
        "choice": ChoiceField,
        "seed": SeedField,
        "json": JsonField,
    }
    return kinds[spec.type](spec)
