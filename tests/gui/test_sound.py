"""Playing a sound in the window, and what is left where it cannot be played."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from studio.gui.widgets import audio_player, waveform

ROOT = Path(__file__).parents[2]
#: In a process of its own: Qt's multimedia talks to sound servers, and warns where there is none.
PLAY = """
import json, sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from PySide6 import QtMultimedia
from studio.gui.widgets import audio_player
audio_player.multimedia = lambda: QtMultimedia  # with or without a loudspeaker
player = audio_player.AudioPlayer()
player.show()
player.set_file(sys.argv[1])
player.play_button.click()
places, looks = [], []
player.place.valueChanged.connect(places.append)
player._player.playingChanged.connect(looks.append)
from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer
loop, clock = QEventLoop(), QElapsedTimer()
clock.start()
timer = QTimer(interval=20)
timer.timeout.connect(lambda: (clock.elapsed() > 30_000 or looks[-1:] == [False]) and loop.quit())
timer.start()
loop.exec()
print(json.dumps([places, player.place.maximum(), player._player.error().name, player.time.text()]))
"""


def _sound(file: Path, seconds: float) -> Path:
    time = np.arange(int(44_100 * seconds)) / 44_100
    soundfile.write(file, 0.2 * np.sin(2 * np.pi * 440 * time), 44_100)
    return file


def _told(script: str, *files: Path) -> list[Any]:
    """Run a script on sounds in a process of its own; return what it prints last."""
    found = subprocess.run(
        [sys.executable, "-c", "import PySide6.QtMultimedia"], capture_output=True, check=False
    )
    if found.returncode:
        pytest.skip("a system library of Qt's multimedia is missing")
    ran = subprocess.run(
        [sys.executable, "-c", script, *map(str, files)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told: list[Any] = json.loads(ran.stdout.splitlines()[-1])
    return told


@pytest.mark.parametrize("form", ["wav", "flac", "mp3"])
def test_a_sound_plays_and_its_place_moves(tmp_path: Path, form: str) -> None:
    file = _sound(tmp_path / f"a 声音.{form}", 2.5)
    places, length, error, time_left = _told(PLAY, file)
    assert error == "NoError"
    assert length == pytest.approx(2500, abs=100)
    within = [place for place in places if 0 < place < length]
    assert within == sorted(within)
    assert within, places  # it moved on the way, not only to the end
    assert time_left in ("0:00", "0:02")


#: Goes to a place before anything is open, then plays from there; 1.5 s, round and round.
SEEK = """
import json, sys
from PySide6.QtWidgets import QApplication
app = QApplication([])
from PySide6 import QtMultimedia
from studio.gui.widgets import audio_player
audio_player.multimedia = lambda: QtMultimedia
player = audio_player.AudioPlayer()
player.set_file(sys.argv[1])
player.seek(900)
quiet = player._player.isPlaying()
player.set_looping(True)
moved = []
from PySide6.QtCore import QElapsedTimer, QEventLoop, QTimer
loop, clock = QEventLoop(), QElapsedTimer()
clock.start()
def look():
    if player._player.duration() > 0 and not player._player.isPlaying():
        player.moved.connect(moved.append)
        player.play_button.click()
    if clock.elapsed() > 30_000 or any(b < a for a, b in zip(moved, moved[1:])):
        loop.quit()
timer = QTimer(interval=20)
timer.timeout.connect(look)
timer.start()
loop.exec()
print(json.dumps([quiet, moved]))
"""


def test_a_place_that_was_clicked_is_where_it_begins_and_a_loop_goes_round(tmp_path: Path) -> None:
    quiet, moved = _told(SEEK, _sound(tmp_path / "a.wav", 1.5))
    assert not quiet  # a click alone does not play
    assert moved[0] >= 850, moved
    assert min(moved) < 850, moved  # it went round


#: Plays one of two in a window, then the other, then leaves their page; tells who plays each time.
TWO = """
import json, sys
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget
app = QApplication([])
from PySide6 import QtMultimedia
from studio.gui.widgets import audio_player
audio_player.multimedia = lambda: QtMultimedia
pages, page = QStackedWidget(), QWidget()
column = QVBoxLayout(page)
players = [audio_player.AudioPlayer(small=True) for _ in range(2)]
for player in players:
    column.addWidget(player)
    player.set_file(sys.argv[1])
    player.set_looping(True)
pages.addWidget(page)
pages.addWidget(QWidget())
pages.show()
from PySide6.QtCore import QDeadlineTimer
def playing(one):
    return bool(one._player) and one._player.isPlaying()
told = []
def tell(wanted):
    deadline = QDeadlineTimer(10_000)
    while [playing(one) for one in players] != wanted and not deadline.hasExpired():
        app.processEvents()
    told.append([playing(one) for one in players])
players[0].toggle()
tell([True, False])
players[1].toggle()
tell([False, True])
pages.setCurrentIndex(1)
tell([False, False])
pages.setCurrentIndex(0)
players[1].toggle()
tell([False, True])
players[0].set_file(sys.argv[2])  # they open their files
players[1].set_file(sys.argv[2])
players[0].toggle()
players[1].toggle()
tell([False, True])
print(json.dumps(told))
"""


def test_one_sound_plays_at_a_time_and_none_out_of_sight(tmp_path: Path) -> None:
    file = _sound(tmp_path / "a.wav", 30)
    told = _told(TWO, file, _sound(tmp_path / "b.wav", 30))
    assert told == [[True, False], [False, True], [False, False], [False, True], [False, True]]


def test_where_it_cannot_be_played_the_waveform_stays(filled, open_window, settle, monkeypatch):
    monkeypatch.setattr(audio_player, "multimedia", lambda: None)
    window = open_window(filled, "library")
    page = window.page
    settle(lambda: page.model.item_at(0) is not None and not window.context.store.busy)
    row = next(
        number for number in range(page.model.rowCount())
        if page.model.item_at(number).modality == "audio"
    )  # fmt: skip
    page.grid.setCurrentIndex(page.model.index(row, 0))
    page.grid.setFocus()
    QTest.keyClick(page.grid, Qt.Key.Key_Space)
    stage = page.sheets.preview.stage
    assert stage.item.modality == "audio"
    settle(stage.player.open_button.isVisible)
    assert not stage.player.play_button.isVisible()
    wave = stage.wave
    assert wave.isVisible()
    settle(lambda: wave._thumbnails.get(stage.item, waveform.WAVE) is not None)
    picture = wave.grab().toImage()
    colours = {picture.pixel(x, picture.height() // 2) for x in range(0, picture.width(), 3)}
    assert len(colours) > 1  # something is drawn on its middle line
    page.sheets.preview.hide()
