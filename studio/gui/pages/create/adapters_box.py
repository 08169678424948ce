"""Adapters on top of the checkpoint, each with its weight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QPoint, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.labels import ElidedLabel, label
from studio.gui.widgets.param_base import WheelGuard

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generators.api import JsonValue
    from studio.core.checkpoint import Adapter

LEAST, MOST = -2.0, 2.0


class AdaptersBox(QWidget):
    """Which adapters, how strong.

    Signals:
        changed: A person changed something.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._offered: dict[str, Adapter] = {}
        self._rows: dict[str, tuple[QWidget, QDoubleSpinBox]] = {}
        self._aside: dict[str, float] = {}  # chosen, but not offered now: weights by id
        self._guard = WheelGuard(self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SIZES.half)
        top = QHBoxLayout()
        top.addWidget(label(self.tr("Adapters"), "label"))
        top.addStretch(1)
        self.add = button(self.tr("Add"), "ghost", "plus")
        self.add.setAccessibleName(self.tr("Add an adapter"))
        self.add.clicked.connect(self._open)
        top.addWidget(self.add)
        self._column.addLayout(top)
        self.set_offered(())

    def set_offered(self, adapters: Sequence[Adapter]) -> None:
        """Offer these; others are put aside until they are offered again."""
        self._offered = {item.id: item for item in adapters if not item.missing}
        for adapter_id, weight in self.chosen():
            if adapter_id not in self._offered:
                self._aside[adapter_id] = weight
                self._remove(adapter_id)
        for adapter_id in [one for one in self._aside if one in self._offered]:
            self._put(adapter_id, self._aside.pop(adapter_id))
        self.setVisible(bool(self._offered))

    def chosen(self) -> tuple[tuple[str, float], ...]:
        """Return ids and weights."""
        return tuple((one, spin.value()) for one, (_row, spin) in self._rows.items())

    def set_chosen(self, adapters: Sequence[tuple[str, float]]) -> None:
        """Show these; those that are not offered are put aside."""
        for adapter_id in list(self._rows):
            self._remove(adapter_id)
        self._aside = {one: weight for one, weight in adapters if one not in self._offered}
        for adapter_id, weight in adapters:
            self._put(adapter_id, weight)

    def state(self) -> list[JsonValue]:
        """Return everything chosen, also what is put aside, for ``restore``."""
        return [[one, weight] for one, weight in (*self.chosen(), *self._aside.items())]

    def restore(self, state: JsonValue) -> None:
        """Take back what ``state`` returned; tolerates anything."""
        pairs = state if isinstance(state, list) else []
        fits = [pair for pair in pairs if isinstance(pair, list | tuple) and len(pair) == 2]
        self.set_chosen(
            [(one, at) for one, at in fits if isinstance(one, str) and isinstance(at, int | float)]
        )

    def _put(self, adapter_id: str, weight: float = 1.0) -> None:
        item = self._offered.get(adapter_id)
        if item is None or adapter_id in self._rows:
            return
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SIZES.step)
        words = f"{item.name} · {item.trigger}" if item.trigger else item.name
        row.addWidget(ElidedLabel(words), 1)
        spin = QDoubleSpinBox()
        spin.setRange(LEAST, MOST)
        spin.setSingleStep(0.05)
        spin.setLocale(QLocale(QLocale.Language.C))
        spin.setValue(weight)
        spin.setFixedWidth(88)
        spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        spin.installEventFilter(self._guard)
        name = self.tr("Weight of {0}").format(item.name)
        spin.setAccessibleName(name)
        spin.lineEdit().setAccessibleName(name)
        spin.valueChanged.connect(lambda _value: self.changed.emit())
        row.addWidget(spin)
        remove = IconButton("x", self.tr("Take off {0}").format(item.name), size=28)
        remove.clicked.connect(lambda: self._on_remove(adapter_id))
        row.addWidget(remove)
        self._rows[adapter_id] = (holder, spin)
        self._column.addWidget(holder)

    def _remove(self, adapter_id: str) -> None:
        holder, _spin = self._rows.pop(adapter_id)
        holder.hide()
        holder.deleteLater()

    def _on_remove(self, adapter_id: str) -> None:
        self._remove(adapter_id)
        self.changed.emit()

    def _open(self) -> None:
        menu = QMenu(self.add)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for adapter_id, item in self._offered.items():
            if adapter_id not in self._rows:
                action = menu.addAction(item.name.replace("&", "&&"))
                action.triggered.connect(lambda _on=False, one=adapter_id: self._on_add(one))
        menu.popup(self.add.mapToGlobal(QPoint(0, self.add.height() + 4)))

    def _on_add(self, adapter_id: str) -> None:
        self._put(adapter_id)
        self.changed.emit()
