"""What can be read from a form's fields, and which of them Tab comes to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QSpinBox, QWidget

if TYPE_CHECKING:
    from generators.api import JsonValue
    from studio.gui.widgets.param_form import ParamForm


def readable(form: ParamForm) -> dict[str, JsonValue]:
    """Return the values of a form that hold any."""
    found: dict[str, JsonValue] = {}
    for field in form.fields():
        try:
            found[field.spec.key] = field.value()
        except ValueError:  # half-typed JSON is not worth keeping
            continue
    return found


def set_within(spin: QSpinBox, value: JsonValue) -> None:
    """Show a number as near as its bounds allow; anything else changes nothing."""
    if isinstance(value, int):
        spin.setValue(min(max(value, spin.minimum()), spin.maximum()))


def takes_tab(widget: QWidget, window: QWidget) -> bool:
    """Tell whether Tab comes to a widget of the window itself: no popup, no part of a spin box."""
    inner = isinstance(widget.parent(), QAbstractSpinBox) or widget.window() is not window
    return not inner and bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
