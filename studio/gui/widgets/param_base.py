"""What every field of a generator's form has: label, help, control, problem."""

from __future__ import annotations

import html
from abc import abstractmethod
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from generators.api import InvalidParameter, JsonValue
from studio.gui.theme.tokens import SIZES
from studio.gui.translating import manifest_words
from studio.gui.widgets.labels import label, restyle
from studio.gui.widgets.surfaces import Picture

if TYPE_CHECKING:
    from generators.manifest import ParamSpec


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
        self.help = manifest_words(spec.help)
        if self.help:
            mark = Picture("circle-help", "text_faint", 12)
            for one in (mark, self.caption):
                one.setToolTip(f"<qt>{html.escape(self.help)}</qt>")
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
        label = manifest_words(self.spec.label)
        return label or self.spec.key.replace("_", " ").capitalize()

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
        control.setAccessibleDescription(self.help)
        control.installEventFilter(self._guard)
        self.caption.setBuddy(control)
