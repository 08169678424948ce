"""Plays one sound, where this computer can; else offers another program, in words."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from studio.gui.theme.tokens import SIZES
from studio.gui.widgets.buttons import IconButton, button
from studio.gui.widgets.labels import label

if TYPE_CHECKING:
    from types import ModuleType


@cache
def _module() -> ModuleType | None:
    """Return Qt's multimedia module, or None where its system libraries are missing."""
    try:
        return importlib.import_module("PySide6.QtMultimedia")
    except ImportError:
        return None


@cache
def multimedia() -> ModuleType | None:
    """Return Qt's multimedia module, or None where it or a device to play on is missing."""
    module = _module()
    return module if module is not None and module.QMediaDevices.audioOutputs() else None


class AudioPlayer(QWidget):
    """Play, pause, loop, and a line for the place; ``small`` leaves the words and the loop away.

    Signals:
        moved: The place, in milliseconds.

    Whether this computer can play is asked when a player first comes into sight, in two turns of
    the event loop: loading the module and asking for devices take some 20 ms each.
    """

    moved = Signal(int)

    def __init__(self, *, small: bool = False) -> None:
        super().__init__()
        self._file = ""
        self._player: Any = None
        self._wanted = 0  # a place that was sought before the file was read
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.step)
        row = QHBoxLayout()
        row.setSpacing(SIZES.step)
        self.play_button = IconButton("play", self.tr("Play"))
        self.play_button.clicked.connect(self.toggle)
        self.place = QSlider(Qt.Orientation.Horizontal)
        self.place.setAccessibleName(self.tr("Place in the sound"))
        self.place.sliderMoved.connect(self._seek)
        self.time = label("0:00", "caption")
        self.loop_button = IconButton("repeat", self.tr("Play again and again"))
        self.loop_button.setCheckable(True)
        self.loop_button.toggled.connect(self.set_looping)
        self.loop_button.setVisible(not small)
        row.addWidget(self.play_button)
        row.addWidget(self.place, 1)
        row.addWidget(self.time)
        row.addWidget(self.loop_button)
        self._controls = QWidget()
        self._controls.setLayout(row)
        row.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._controls)
        self._sorry = QWidget()
        other = QHBoxLayout(self._sorry)
        other.setContentsMargins(0, 0, 0, 0)
        sorry = label(self.tr("This computer cannot play sound here."), "soft", wrap=True)
        sorry.setVisible(not small)
        other.addWidget(sorry, 1)
        self.open_button = button(self.tr("Open in player"), icon="external-link")
        self.open_button.clicked.connect(self._open_outside)
        other.addWidget(self.open_button)
        if small:
            other.addStretch(1)
        column.addWidget(self._sorry)
        self._sorry.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """Find out whether it can play."""
        super().showEvent(event)
        QTimer.singleShot(0, self, self._load)

    def hideEvent(self, event: QHideEvent) -> None:
        """Play no longer where nobody can stop it; a window that is made small plays on."""
        super().hideEvent(event)
        if not event.spontaneous():
            self.pause()

    def _load(self) -> None:
        _module()
        QTimer.singleShot(0, self, self._show_what_can)

    def _show_what_can(self) -> None:
        can = multimedia() is not None
        self._controls.setVisible(can)
        self._sorry.setVisible(not can)

    def set_file(self, file: str) -> None:
        """Get ready to play a file; stops what plays."""
        self.stop()
        self._file, self._wanted = file, 0
        self.loop_button.setChecked(False)
        self.place.setValue(0)
        self.moved.emit(0)
        self.time.setText("0:00")

    def toggle(self) -> None:
        """Play or pause."""
        if not self._is_ready():
            return
        if self._player.isPlaying():
            self._player.pause()
        else:
            for other in self.window().findChildren(AudioPlayer):
                if other is not self:
                    other.pause()
            self._player.play()

    def pause(self) -> None:
        """Stop playing; the next play goes on from here."""
        if self._player is not None:  # one that still opens its file does not say that it plays
            self._player.pause()

    def _is_ready(self) -> bool:
        """Open the file unless it is open; tell whether it can be played."""
        module = multimedia()
        if module is None or not self._file:
            return False
        if self._player is None:
            self._player = module.QMediaPlayer(self)
            self._player.setAudioOutput(module.QAudioOutput(self))
            self._player.positionChanged.connect(self._on_place)
            self._player.durationChanged.connect(lambda length: self.place.setRange(0, length))
            self._player.mediaStatusChanged.connect(self._on_status)
            self._player.playingChanged.connect(self._on_playing)
            self.set_looping(self.loop_button.isChecked())
        url = QUrl.fromLocalFile(self._file)
        if self._player.source() != url:
            self._player.setSource(url)
        return True

    def set_looping(self, looping: bool) -> None:
        """Play on from the start at the end, or stop there."""
        self.loop_button.setChecked(looping)
        if self._player is not None:
            loops = type(self._player).Loops
            self._player.setLoops(loops.Infinite if looping else loops.Once)

    def seek(self, place: int) -> None:
        """Go to a place, in milliseconds; what plays goes on there, else the next play begins."""
        if self._is_ready():
            self._seek(place)

    def stop(self) -> None:
        """Stop playing."""
        if self._player is not None:
            self._player.stop()

    def _seek(self, place: int) -> None:
        if self._player is None:
            return
        if self._player.mediaStatus() == type(self._player).MediaStatus.LoadingMedia:
            self._wanted = place
        else:
            self._player.setPosition(place)

    def _on_status(self, status: Any) -> None:  # noqa: ANN401 - of a module that may be missing
        if self._wanted and status == type(self._player).MediaStatus.LoadedMedia:
            self._player.setPosition(self._wanted)
            self._wanted = 0

    def _on_place(self, place: int) -> None:
        if not self.place.isSliderDown():
            self.place.setValue(place)
        self.moved.emit(place)
        minutes, rest = divmod(place // 1000, 60)
        self.time.setText(f"{minutes}:{rest:02}")

    def _on_playing(self, playing: bool) -> None:
        if playing:
            self.play_button.set_look("pause", self.tr("Pause"))
        else:
            self.play_button.set_look("play", self.tr("Play"))

    def _open_outside(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(self._file))
