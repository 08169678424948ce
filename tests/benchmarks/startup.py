"""From the start of the process to a painted page with pictures, beside a bare PySide6 window.

``python tests/benchmarks/startup.py [--check] [--assets N] [--page library]``: a library with
10 000 assets, at 1920x1080, where 24 real pictures lie whole in sight, each painted from its
thumbnail; several warm starts, the median counts.
Each start is a new process; the clock begins before it is made.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from helpers.big_library import fill  # noqa: E402
from helpers.figures import Figures, parser  # noqa: E402
from helpers.sample_library import fill_assets  # noqa: E402

from studio.core.settings import Settings, save_settings  # noqa: E402
from studio.store.library import Library  # noqa: E402

RUNS, THUMBNAILS = 7, 24

BARE = """
import os, sys, time
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow
class Window(QMainWindow):
    def paintEvent(self, event):
        super().paintEvent(event)
        print(time.clock_gettime(time.CLOCK_MONOTONIC) - float(os.environ["BEGAN"]))
        sys.stdout.flush()
        os._exit(0)
app = QApplication([])
window = Window()
window.setCentralWidget(QLabel("Brandloom"))
window.resize(1920, 1080)
window.show()
app.exec()
"""

REAL = """
import os, sys, time
from pathlib import Path
from PySide6.QtCore import QRect, QSize, QTimer
from studio.gui.widgets.asset_cell import longer_side
from studio.gui.application import make_application, open_window, stay_smooth
stay_smooth()
app = make_application(["brandloom"])
root, page, wanted = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
window = open_window(app, root, start_engine=False)
window.resize(1920, 1080)
assert window.page.page_id == page, window.page.page_id
def in_sight():
    grid, seen = window.page.grid, 0
    for row in range(window.page.model.rowCount()):
        cell, item = grid.cell(row), window.page.model.item_at(row)
        face = QRect(cell.topLeft(), QSize(cell.width(), cell.width()))
        if not grid.viewport().rect().contains(face):
            break
        if item is not None and item.modality == "image":
            side = round(longer_side(face, item) * window.devicePixelRatioF())
            seen += window.page.thumbnails.get(item, side) is not None
    return seen
def look():
    if window.page.is_painted() and (not wanted or in_sight() >= wanted):
        window.grab()
        print(time.clock_gettime(time.CLOCK_MONOTONIC) - float(os.environ["BEGAN"]))
        heavy = [name for name in sys.modules if name.split(".")[0] in ("torch", "transformers")]
        print(len(heavy))
        QTimer.singleShot(1500, rss)
    else:
        QTimer.singleShot(1, look)
def rss():
    import psutil
    print(psutil.Process().memory_info().rss / 1e6)
    window.close_now()
QTimer.singleShot(0, look)
app.exec()
"""


def run(program: str, *arguments: str) -> list[float]:
    """Run a program that prints numbers, and return them; the clock begins here."""
    import time

    began = time.clock_gettime(time.CLOCK_MONOTONIC)
    made = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env={**os.environ, "BEGAN": str(began), "PYTHONPATH": str(HERE.parents[1])},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if made.returncode != 0 or not made.stdout:
        raise RuntimeError(made.stderr[-2000:])
    return [float(line) for line in made.stdout.split()]


def main() -> int:
    """Measure; return the exit code."""
    options = parser(str(__doc__))
    options.add_argument("--assets", type=int, default=10_000)
    options.add_argument("--page", default="library")
    chosen = options.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    figures = Figures(chosen.check)
    with tempfile.TemporaryDirectory(prefix="brandloom-startup-") as folder:
        os.environ["BRANDLOOM_CONFIG"] = str(Path(folder) / "config")
        root = Path(folder) / "library"
        with Library.open(root) as library:
            fill(library, chosen.assets)
            fill_assets(library, images=48)
        save_settings(Settings(page=chosen.page))
        wanted = THUMBNAILS if chosen.page == "library" else 0
        measure(figures, root, chosen.page, wanted)
    return figures.report()


def measure(figures: Figures, root: Path, page: str, wanted: int) -> None:
    """Start both windows several times, taking turns."""
    arguments = (str(root), page, str(wanted))
    first = run(REAL, *arguments)[0]
    bare, real, torch, memory = [], [], 0.0, 0.0
    for _ in range(RUNS):
        bare.append(run(BARE)[0])
        seconds, modules, megabytes = run(REAL, *arguments)
        real.append(seconds)
        torch, memory = max(torch, modules), max(memory, megabytes)
    figures.note(f"first start, thumbnails not made yet: {first:.2f} s")
    figures.note(f"warm starts: {', '.join(f'{value:.2f}' for value in sorted(real))} s")
    figures.add("a bare PySide6 window", statistics.median(bare), "s")
    figures.add("ratio", statistics.median(real) / statistics.median(bare), "times")
    figures.add("idle memory", memory, "MB", 250)
    figures.add("modules of torch imported", torch, "", 0)
    figures.add(f"to the painted {page} page, warm", statistics.median(real), "s", 1.0)


if __name__ == "__main__":
    sys.exit(main())
