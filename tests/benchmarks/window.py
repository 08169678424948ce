"""How long the GUI thread is away while pages load, scroll and change under one's eyes.

``python tests/benchmarks/window.py [--check] [--jobs N] [--assets N] [--page ID]``: every page of
the rail, each in a process of its own, is opened for the first time from another page, left and
come back to, and scrolled from end to end; the Queue page is watched while jobs run and end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from helpers.big_library import fill  # noqa: E402
from helpers.figures import Figures, parser, percentile  # noqa: E402
from helpers.sample_library import fill_assets, image_request  # noqa: E402
from helpers.stalls import StallMeter  # noqa: E402

from studio.core.job import Lane, NewJob  # noqa: E402
from studio.core.settings import Settings, save_settings  # noqa: E402
from studio.gui.pages.registry import PAGES  # noqa: E402
from studio.store.library import Library  # noqa: E402

SCROLL_SECONDS = 4.0
SWITCHES = 8
PAGE_IDS = [spec.id for spec in PAGES]


def fill_queue(library: Library, count: int) -> None:
    """Add many single jobs, and a few batches."""
    for start in range(0, count, 1000):
        library.jobs.enqueue(
            [
                NewJob(
                    image_request(n),
                    batch_id=f"{n // 4:026}" if n % 2 else f"{n:026}",
                    lane=Lane.BATCH,
                )
                for n in range(start, min(count, start + 1000))
            ]
        )


def main() -> int:
    """Measure; return the exit code."""
    options = parser(str(__doc__))
    options.add_argument("--jobs", type=int, default=10_000)
    options.add_argument("--assets", type=int, default=20_000)
    options.add_argument("--page", default="", help="only this page")
    options.add_argument(
        "--measure", type=Path, help="a filled library: measure --page, print JSON"
    )
    chosen = options.parse_args()
    if chosen.measure is not None:
        print(json.dumps(measure(chosen.measure, chosen.page)))
        return 0
    figures = Figures(chosen.check)
    with tempfile.TemporaryDirectory(prefix="brandloom-window-") as folder:
        os.environ["BRANDLOOM_CONFIG"] = str(Path(folder) / "config")
        root = Path(folder) / "library"
        with Library.open(root) as library:
            fill(library, chosen.assets)
            fill_assets(library, images=48)
            fill_queue(library, chosen.jobs)
        for page_id in (chosen.page,) if chosen.page else PAGE_IDS:
            for name, gaps in in_new_process(root, page_id).items():
                _add(figures, f"{page_id}: {name}", gaps)
    return figures.report()


def in_new_process(root: Path, page_id: str) -> dict[str, list[float]]:
    """Measure a page in a process that has not shown it before, so that its opening is a first."""
    made = subprocess.run(
        [sys.executable, "-X", "faulthandler", __file__, "--measure", str(root), "--page", page_id],
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    if made.returncode != 0:
        raise RuntimeError(f"exit code {made.returncode}: {made.stderr[-2000:]}")
    return dict(json.loads(made.stdout.splitlines()[-1]))


def measure(root: Path, page_id: str) -> dict[str, list[float]]:
    """Open a page from another one, come back to it, scroll it, and run jobs under the queue."""
    from studio.gui.application import make_application, open_window, stay_smooth

    stay_smooth()
    app = make_application(["brandloom"])
    other = next(one for one in PAGE_IDS if one != page_id)
    save_settings(Settings(page=other))
    window = open_window(app, root, start_engine=False)
    pump(app, window.page.is_painted, 20)
    meter, found = StallMeter(), {}
    meter.start()
    window.show_page(page_id, {})
    pump(app, lambda: window.page.page_id == page_id and window.page.is_painted(), 20)
    pump(app, lambda: False, 0.1)  # the last of it is painted
    found["first opening"] = meter.stop()
    meter.start()
    for number in range(2 * SWITCHES):
        window.show_page(other if number % 2 == 0 else page_id, {})
        pump(app, lambda: False, 0.1)
        pump(app, window.page.is_painted, 5)
    found["coming back"] = meter.stop()
    if window.page.main_view() is not None:
        found["scrolling"] = scrolled(app, window)
    if page_id == "queue":
        found["jobs run and end"] = _worked(app, root)
    window.close_now()
    return found


def pump(app, condition, seconds: float) -> None:
    """Process events until a condition holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not condition():
        app.processEvents()
        time.sleep(0.0005)


def scrolled(app, window) -> list[float]:
    """Scroll the page's view from end to end, a step a frame."""
    bar = window.page.main_view().verticalScrollBar()
    meter = StallMeter()
    began = time.monotonic()
    meter.start()
    while (share := (time.monotonic() - began) / SCROLL_SECONDS) < 1:
        bar.setValue(round(share * bar.maximum()))
        pump(app, lambda: False, 0.012)
    return meter.stop()


def _worked(app, root: Path) -> list[float]:
    """Let another thread run and finish ten jobs a second for a while."""
    import threading

    stop = threading.Event()

    def work() -> None:
        with Library.open(root) as library:
            while not stop.is_set():
                job = library.jobs.claim("bench")
                if job is None:
                    return
                for step in range(4):
                    library.jobs.report(
                        job.token, done=step, total=4, phase="running", text="word " * step
                    )
                    stop.wait(0.02)
                library.jobs.finish(job.token)

    worker = threading.Thread(target=work)
    meter = StallMeter()
    meter.start()
    worker.start()
    pump(app, lambda: False, SCROLL_SECONDS)
    gaps = meter.stop()
    stop.set()
    worker.join()
    return gaps


def _add(figures: Figures, name: str, gaps: list[float]) -> None:
    figures.add(f"{name}, GUI thread away p95", percentile(gaps, 0.95), "ms", 16)
    figures.add(f"{name}, GUI thread away at most", max(gaps), "ms", 50)


if __name__ == "__main__":
    sys.exit(main())
