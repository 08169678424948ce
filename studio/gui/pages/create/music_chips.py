"""Under the prompt for music: what the starter understood of it, as chips that can be changed.

A chip is a part of the prompt; its menu offers others of its kind, or takes it out. Shown only for
checkpoints that read prompts this way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QPoint, Qt, QTimer
from PySide6.QtWidgets import QMenu, QPushButton, QVBoxLayout, QWidget

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import button
from studio.gui.widgets.flow_layout import FlowLayout
from studio.gui.widgets.labels import label
from studio.services.music_prompt import (
    KINDS,
    Chip,
    added,
    changed,
    choices_for,
    reads_wishes,
    understood,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generators.api import JsonValue
    from studio.gui.pages.create.prompt_box import PromptBox

PAUSE_MS = 250  # after this long without a key the prompt is read
MOST = 24
USUAL_SECONDS = 15.0


class MusicChips(QWidget):
    """The chips."""

    def __init__(self, prompt: PromptBox, values: Callable[[], Mapping[str, JsonValue]]) -> None:
        super().__init__()
        self._prompt = prompt
        self._values = values  # of the form: moments are offered within its length
        self._shown: tuple[Chip, ...] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.half)
        self.said = label("", "soft", wrap=True)
        column.addWidget(self.said)
        self._flow = FlowLayout(spacing=SIZES.half)
        self.chips = [self._make_chip(at) for at in range(MOST)]
        self.more = button(self.tr("Add"), icon="plus")
        self.more.setProperty("kind", "chip")
        self.more.setAccessibleName(self.tr("Add to what the music shall be"))
        self.more.clicked.connect(lambda: _popup(self.more_menu(), self.more))
        self._flow.addWidget(self.more)
        column.addLayout(self._flow)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self.show_all)
        prompt.edit.textChanged.connect(self._on_text)
        self.hide()

    def _make_chip(self, at: int) -> QPushButton:
        chip = button("")
        chip.setProperty("kind", "chip")
        chip.clicked.connect(lambda _on=False: _popup(self.chip_menu(at), chip))
        chip.hide()
        self._flow.addWidget(chip)
        return chip

    def set_family(self, family: str) -> None:
        """Show it for a family of checkpoints that reads prompts this way."""
        self.setVisible(reads_wishes(family))
        self.show_all()

    def order_tabs(self, before: QWidget) -> None:
        """Let Tab go from a widget to the chips."""
        for widget in (*self.chips, self.more):
            QWidget.setTabOrder(before, widget)
            before = widget

    def show_all(self) -> None:
        """Read the prompt and show what was understood."""
        self._pause.stop()
        if self.isHidden():
            return
        self._shown = understood(self._prompt.text(), self._language())[:MOST]
        names = self.kind_names()
        for at, chip in enumerate(self.chips):
            there = at < len(self._shown)
            chip.setVisible(there)
            if there:
                found = self._shown[at]
                chip.setText(found.label)
                chip.setToolTip(names[found.kind])
                chip.setAccessibleName(f"{names[found.kind]}: {found.label}")
        said = "" if self._shown else self.tr(
            "Say mood, genre, instruments, tempo, key, moments; what is left open is drawn."
        )  # fmt: skip
        self.said.setText(said)
        self.said.setVisible(bool(said))

    def kind_names(self) -> dict[str, str]:
        """Return what the kinds are called."""
        return {
            "mood": self.tr("Mood"), "genre": self.tr("Genre"),
            "instrument": self.tr("Instrument"), "tempo": self.tr("Tempo"),
            "pace": self.tr("Pace"), "key": self.tr("Key"), "metre": self.tr("Metre"),
            "course": self.tr("Course"), "hit": self.tr("Moment"), "loop": self.tr("Loop"),
        }  # fmt: skip

    def _duration(self) -> float:
        given = self._values().get("duration")
        return float(given) if isinstance(given, int | float) else USUAL_SECONDS

    def _language(self) -> str:
        return "zh" if self.locale().language() == QLocale.Language.Chinese else "en"

    def _on_text(self) -> None:
        if not self.isHidden():
            self._pause.start()

    def chip_menu(self, at: int) -> QMenu:
        """Return a menu of what a chip may become."""
        chip, menu = self._shown[at], self._new_menu(self.chips[at])
        for choice in choices_for(chip.kind, self._language(), self._duration()):
            action = menu.addAction(choice.label)
            action.triggered.connect(lambda _on=False, text=choice.text: self._change(chip, text))
        menu.addSeparator()
        menu.addAction(self.tr("Take out")).triggered.connect(lambda: self._change(chip, ""))
        return menu

    def more_menu(self) -> QMenu:
        """Return a menu of what can be asked for besides."""
        menu, names = self._new_menu(self.more), self.kind_names()
        for kind in KINDS:
            inner = menu.addMenu(names[kind])
            for choice in choices_for(kind, self._language(), self._duration()):
                inner.addAction(choice.label).triggered.connect(
                    lambda _on=False, text=choice.text: self._put(added(self._prompt.text(), text))
                )
        return menu

    def _new_menu(self, at: QWidget) -> QMenu:
        menu = QMenu(at)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    def _change(self, chip: Chip, text: str) -> None:
        self._put(changed(self._prompt.text(), chip, text))

    def _put(self, text: str) -> None:
        self._prompt.set_text(text)
        self.show_all()


def _popup(menu: QMenu, at: QWidget) -> None:
    menu.popup(at.mapToGlobal(QPoint(0, at.height() + 4)))
