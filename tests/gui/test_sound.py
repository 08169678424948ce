"""Playing a sound in the window, and what is left where it cannot be played."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

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


@pytest.mark.parametrize("form", ["wav", "flac", "mp3"])
def test_a_sound_plays_and_its_place_moves(tmp_path: Path, form: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", "import PySide6.QtMultimedia"], capture_output=True, check=False
    )
    if found.returncode:
        pytest.skip("a system library of Qt's multimedia is missing")
    file = tmp_path / f"a 声音.{form}"
    time = np.arange(int(44_100 * 2.5)) / 44_100
    soundfile.write(file, 0.2 * np.sin(2 * np.pi * 440 * time), 44_100)
    ran = subprocess.run(
        [sys.executable, "-c", PLAY, str(file)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    places, length, error, time_left = json.loads(ran.stdout.splitlines()[-1])
    assert error == "NoError"
    assert length == pytest.approx(2500, abs=100)
    within = [place for place in places if 0 < place < length]
    assert within == sorted(within)
    assert within, places  # it moved on the way, not only to the end
    assert time_left in ("0:00", "0:02")


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
    stage = page.preview().stage
    assert stage.item.modality == "audio"
    settle(stage.player.open_button.isVisible)
    assert not stage.player.play_button.isVisible()
    wave = stage.wave
    assert wave.isVisible()
    settle(lambda: wave._thumbnails.get(stage.item, waveform.WAVE) is not None)
    picture = wave.grab().toImage()
    colours = {picture.pixel(x, picture.height() // 2) for x in range(0, picture.width(), 3)}
    assert len(colours) > 1  # something is drawn on its middle line
    page.preview().hide()
