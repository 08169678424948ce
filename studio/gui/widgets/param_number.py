"""The field for a number: a spin box with its unit, and a slider where the range is small."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QDoubleSpinBox,
    QSlider,
    QSpinBox,
    QWidget,
)

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.param_base import ParamField

if TYPE_CHECKING:
    from generators.api import JsonValue
    from generators.manifest import ParamSpec

INT_LIMIT = 2**31 - 1
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
        self.spin.lineEdit().setAccessibleName(self.name)
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
        """Show a number; anything else shows the default, what is out of bounds the nearest."""
        number = self._nearest(value)
        self.spin.blockSignals(True)
        if isinstance(self.spin, QSpinBox):
            self.spin.setValue(int(number))
        else:
            self.spin.setValue(float(number))
        self.spin.blockSignals(False)
        self._follow()

    def _nearest(self, value: JsonValue) -> float:
        lowest, highest = self.spin.minimum(), self.spin.maximum()
        for known in (value, self.spec.default):
            if known is None:
                return lowest
            if isinstance(known, int) and not isinstance(known, bool):
                return min(max(known, lowest), highest)
            if isinstance(known, float) and not math.isnan(known):
                return min(max(known, lowest), highest)
        return lowest

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
