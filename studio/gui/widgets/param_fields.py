"""One field for one parameter of a generator: the right control with unit, help and problem."""

from __future__ import annotations

import json
import secrets
from abc import abstractmethod
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QLocale, QObject, QRegularExpression, Qt, Signal
from PySide6.QtGui import QFont, QRegularExpressionValidator
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from generators.api import InvalidParameter, JsonValue
from studio.gui.theme.manager import font
from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton, Switch
from studio.gui.widgets.fields import GrowingTextEdit
from studio.gui.widgets.labels import label, restyle
from studio.gui.widgets.surfaces import Picture

if TYPE_CHECKING:
    from generators.manifest import ParamSpec

INT_LIMIT = 2**31 - 1
MAX_SEED = 2**31 - 1
SLIDER_SPAN = 100.0  # a wider range cannot be set well with a slider
SLIDER_STEPS = 1000
DECIMALS = 6


class PlainDoubleSpinBox(QDoubleSpinBox):
    """Six decimals, of which only those are shown that say something."""

    def __init__(self) -> None:
        super().__init__()
        self.setDecimals(DECIMALS)

    def textFromValue(self, value: float) -> str:
        """Return the number without trailing zeros."""
        return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".")


class WheelGuard(QObject):
    """Keeps the mouse wheel for scrolling unless a control has the focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Swallow the wheel over a control that has no focus."""
        wheel = event.type() == QEvent.Type.Wheel
        if wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class ParamField(QWidget):
    """Label, help, control and problem of one parameter.

    Attributes:
        spec: The parameter.
        wide: Takes the whole width of the form.

    Signals:
        changed: A person changed the value.
    """

    changed = Signal()
    wide = False

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__()
        self.spec = spec
        self._guard = WheelGuard(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.half)
        self._top = QHBoxLayout()
        self._top.setSpacing(SIZES.half)
        self.caption = label(self.name, "label")
        self._top.addWidget(self.caption)
        if spec.help:
            mark = Picture("circle-help", "text_faint", 12)
            mark.setToolTip(f"<qt>{spec.help}</qt>")
            self.caption.setToolTip(f"<qt>{spec.help}</qt>")
            self._top.addWidget(mark)
        self._top.addStretch(1)
        column.addLayout(self._top)
        self.row = QHBoxLayout()
        self.row.setSpacing(SIZES.step)
        column.addLayout(self.row)
        self._problem = label("", "problem", wrap=True)
        self._problem.hide()
        column.addWidget(self._problem)

    @property
    def name(self) -> str:
        """What people see."""
        return self.spec.label or self.spec.key.replace("_", " ").capitalize()

    @abstractmethod
    def value(self) -> JsonValue:
        """Return what is entered; ValueError says why it is no value at all."""

    @abstractmethod
    def set_value(self, value: JsonValue) -> None:
        """Show a value without emitting ``changed``."""

    def problem(self) -> str:
        """Return what is wrong with what is entered, or an empty string."""
        try:
            self.spec.check(self.value())
        except InvalidParameter as error:
            return f"{error.message} {error.hint}".strip()
        except ValueError as error:
            return str(error)
        return ""

    def show_problem(self, text: str) -> None:
        """Show a problem below the control, or none."""
        self._problem.setText(text)
        self._problem.setVisible(bool(text))
        restyle(self.control(), "invalid", bool(text))

    @abstractmethod
    def control(self) -> QWidget:
        """Return the widget that takes the focus."""

    def _take(self, control: QWidget) -> None:
        control.setAccessibleName(self.name)
        control.setAccessibleDescription(self.spec.help)
        control.installEventFilter(self._guard)
        self.caption.setBuddy(control)


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


class NumberField(ParamField):
    """A number with its unit, with a slider where the range is small."""

    def __init__(self, spec: ParamSpec) -> None:
        super().__init__(spec)
        self._whole = spec.type == "integer"
        self._step = spec.step or (1.0 if self._whole else 0.1)
        self._low = spec.minimum if spec.minimum is not None else -float(INT_LIMIT)
        self._high = spec.maximum if spec.maximum is not None else float(INT_LIMIT)
        self._automatic = spec.default is None
        self.spin = self._make_spin()
        self._take(self.spin)
        self.slider = self._make_slider()
        if self.slider is not None:
            self.wide = True
            self.row.addWidget(self.slider, 1)
            self.spin.setFixedWidth(104)
        self.row.addWidget(self.spin)
        self.spin.valueChanged.connect(self._on_spin)

    def value(self) -> JsonValue:
        """Return the number, or None for "the generator decides"."""
        if self._automatic and self.spin.value() == self.spin.minimum():
            return None
        return self.spin.value()

    def set_value(self, value: JsonValue) -> None:
        """Show a number."""
        number = self.spin.minimum() if value is None else value
        self.spin.blockSignals(True)
        if isinstance(self.spin, QSpinBox):
            self.spin.setValue(int(number))
        else:
            self.spin.setValue(float(number))
        self.spin.blockSignals(False)
        self._follow()

    def control(self) -> QWidget:
        """Return the spin box."""
        return self.spin

    def _make_spin(self) -> QSpinBox | QDoubleSpinBox:
        low = self._low - self._step if self._automatic else self._low
        spin: QSpinBox | QDoubleSpinBox
        if self._whole:
            spin = QSpinBox()
            spin.setRange(max(int(low), -INT_LIMIT), min(int(self._high), INT_LIMIT))
            spin.setSingleStep(int(self._step))
        else:
            spin = PlainDoubleSpinBox()
            spin.setRange(low, self._high)
            spin.setSingleStep(self._step)
        spin.setLocale(QLocale(QLocale.Language.C))
        spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        spin.setCorrectionMode(QAbstractSpinBox.CorrectionMode.CorrectToNearestValue)
        spin.setAccelerated(True)
        spin.lineEdit().setTextMargins(
            SIZES.step, 0, 0, 0
        )  # the style sheet's padding is lost here
        if self.spec.unit:
            spin.setSuffix(f" {self.spec.unit}")
        if self._automatic:
            spin.setSpecialValueText(self.tr("Automatic"))
        return spin

    def _make_slider(self) -> QSlider | None:
        span = self._high - self._low
        if self._automatic or self.spec.type != "number" or span > SLIDER_SPAN:
            return None
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, SLIDER_STEPS)
        slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the spin box does it by keyboard
        slider.setAccessibleName(self.name)
        slider.installEventFilter(self._guard)
        slider.valueChanged.connect(self._on_slider)
        return slider

    def _on_slider(self, place: int) -> None:
        number = self._low + place / SLIDER_STEPS * (self._high - self._low)
        stepped = self._low + round((number - self._low) / self._step) * self._step
        if isinstance(self.spin, QDoubleSpinBox):
            self.spin.setValue(stepped)

    def _on_spin(self, _value: float) -> None:
        self._follow()
        self.changed.emit()

    def _follow(self) -> None:
        if self.slider is None:
            return
        share = (self.spin.value() - self._low) / ((self._high - self._low) or 1.0)
        self.slider.blockSignals(True)
        self.slider.setValue(round(share * SLIDER_STEPS))
        self.slider.blockSignals(False)


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
        """Show on or off."""
        self.switch.blockSignals(True)
        self.switch.setChecked(bool(value))
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
            self.combo.addItem(choice.replace("_", " "), choice)
        self._take(self.combo)
        self.combo.currentIndexChanged.connect(lambda _index: self.changed.emit())
        self.row.addWidget(self.combo)

    def value(self) -> JsonValue:
        """Return what is chosen."""
        return self.combo.currentData()

    def set_value(self, value: JsonValue) -> None:
        """Show a choice; one that is not offered shows the first."""
        self.combo.blockSignals(True)
        self.combo.setCurrentIndex(max(0, self.combo.findData(value)))
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
        locked = isinstance(value, int) and value >= 0
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
