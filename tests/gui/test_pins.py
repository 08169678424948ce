"""What must hold of the platform under the window: PySide's counting, no torch, no modal boxes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QObject, Signal

ROOT = Path(__file__).parents[2]


class Sender(QObject):
    sent = Signal(bool)


def test_emitting_keeps_the_reference_count_of_true():
    """PySide6 6.12.0 on Python 3.11 lost one at each emit, and the program died after a while."""
    sender = Sender()
    sender.sent.connect(lambda _value: None)
    sender.sent.emit(True)
    before = sys.getrefcount(True)
    for _ in range(200):
        sender.sent.emit(True)
    assert abs(sys.getrefcount(True) - before) < 50


PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
import studio.gui.application as application
from studio.gui.main_window import MainWindow

def check():
    windows = application.QApplication.topLevelWidgets()
    window = next(item for item in windows if isinstance(item, MainWindow))
    if window.context.engine.facts is None or window.context.store.busy:
        return QTimer.singleShot(20, check)
    for page_id in window.page_ids():
        window.show_page(page_id, {}, at_once=True)
    heavy = {"torch", "transformers", "diffusers", "scipy", "studio.engine", "studio.worker"}
    print("heavy:", sorted(heavy & set(sys.modules)))
    window.close_now()

original = application.open_window
def opened(*args, **kwargs):
    window = original(*args, **kwargs)
    QTimer.singleShot(20, window, check)
    return window
application.open_window = opened
sys.exit(application.run_window(Path(sys.argv[1])))
"""


def test_the_window_starts_and_ends_without_torch(tmp_path):
    environment = {
        **os.environ,
        "BRANDLOOM_CONFIG": str(tmp_path / "config"),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": str(ROOT),
    }
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path / "library")],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert "heavy: []" in ran.stdout
    assert (tmp_path / "config" / "settings.json").exists()


def test_nobody_opens_a_modal_box():
    for path in (ROOT / "studio" / "gui").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert "QMessageBox(" not in text, path
        assert ".exec()" not in text or path.name == "application.py", path
