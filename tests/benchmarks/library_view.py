"""How smooth the grid of the Library is: real pictures, wheel steps, thumbnails made meanwhile.

``python tests/benchmarks/library_view.py [--check] [--assets N]``: the real window, offscreen; the
grid is scrolled by wheel steps, first with no thumbnail made, then over thumbnails that are there,
then flung from end to end; a search is typed. What is measured: how long the GUI thread is away.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from helpers import sample_pictures  # noqa: E402
from helpers.big_library import fill  # noqa: E402
from helpers.figures import Figures, parser, percentile  # noqa: E402
from helpers.stalls import StallMeter  # noqa: E402

from studio.store.library import Library  # noqa: E402

STEPS = 240  # of the wheel, one a frame
FRAME = 0.016  # seconds
PICTURES = 16


def main() -> int:
    """Measure; return the exit code."""
    options = parser(str(__doc__))
    options.add_argument("--assets", type=int, default=20_000)
    chosen = options.parse_args()
    figures = Figures(chosen.check)
    base = [sample_pictures.png(sample_pictures.picture(n, (640, 480))) for n in range(PICTURES)]
    with tempfile.TemporaryDirectory(prefix="brandloom-view-") as folder:
        os.environ["BRANDLOOM_CONFIG"] = str(Path(folder) / "config")
        root = Path(folder) / "library"
        with Library.open(root) as library:
            # bytes behind the end of a PNG make another file of it that shows the same picture
            fill(library, chosen.assets, content=lambda n: base[n % PICTURES] + str(n).encode())
        measure(figures, root)
    return figures.report()


def measure(figures: Figures, root: Path) -> None:
    """Scroll, and scroll again."""
    from studio.gui.application import make_application, open_window, stay_smooth

    stay_smooth()
    app = make_application(["brandloom"])
    window = open_window(app, root, start_engine=False)
    window.resize(1920, 1080)
    window.show_page("library", {}, at_once=True)
    page = window.page
    pump(app, lambda: page.model.rowCount() > 0 and page.is_painted(), 30)
    figures.note(f"{page.model.rowCount()} assets, {page.grid.columns()} columns")
    add(figures, "wheel, thumbnails not made yet", wheel(app, page.grid, -1))
    pump(app, page.is_painted, 60)
    wheel(app, page.grid, 1)
    pump(app, page.is_painted, 60)
    add(figures, "wheel, thumbnails there", wheel(app, page.grid, -1))
    add(figures, "flung from end to end", fling(app, page.grid))
    add(figures, "typing a search", search(app, page))
    add(figures, "everything selected", select_all(app, page))
    window.close_now()


def pump(app, condition, seconds: float) -> None:
    """Process events until a condition holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        app.processEvents()
        time.sleep(0.0005)


def wheel(app, grid, way: int) -> list[float]:
    """Turn the wheel one notch a frame."""
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent

    view = grid.viewport()
    spot = QPointF(view.rect().center())
    meter = StallMeter()
    meter.start()
    for _ in range(STEPS):
        event = QWheelEvent(
            spot, QPointF(view.mapToGlobal(spot.toPoint())), QPoint(), QPoint(0, 120 * way),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        app.postEvent(view, event)
        pump(app, lambda: False, FRAME)
    return meter.stop()


def fling(app, grid) -> list[float]:
    """Drag the scroll bar from end to end in three seconds."""
    bar = grid.verticalScrollBar()
    meter = StallMeter()
    began = time.monotonic()
    meter.start()
    while (share := (time.monotonic() - began) / 3) < 1:
        bar.setValue(round(share * bar.maximum()))
        pump(app, lambda: False, 0.012)
    return meter.stop()


def search(app, page) -> list[float]:
    """Type a word, letter by letter, and wait for what it finds."""
    meter = StallMeter()
    meter.start()
    for letter in "golden":
        page.filters.search.insert(letter)
        pump(app, lambda: False, 0.12)
    pump(app, lambda: False, 0.3)
    pump(app, page.is_painted, 10)
    page.filters.clear_filters()
    pump(app, lambda: False, 0.3)
    pump(app, page.is_painted, 10)
    return meter.stop()


def select_all(app, page) -> list[float]:
    """Select everything and let go again."""
    meter = StallMeter()
    meter.start()
    page.grid.selectAll()
    pump(app, lambda: False, 0.3)
    page.grid.clearSelection()
    pump(app, lambda: False, 0.3)
    return meter.stop()


def add(figures: Figures, name: str, gaps: list[float]) -> None:
    """Add what was measured, with its bars."""
    figures.add(f"{name}, GUI thread away p95", percentile(gaps, 0.95), "ms", 16)
    figures.add(f"{name}, GUI thread away at most", max(gaps), "ms", 50)


if __name__ == "__main__":
    sys.exit(main())
