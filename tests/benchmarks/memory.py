"""Memory: what unloading gives back, whether load and cancel leak, what idle processes hold.

    python tests/benchmarks/memory.py [--check] [--fake-only]

Through a real engine. The worker's resident memory is read after a first load and unload (the
warmed baseline: libraries are imported then), and after more of them. With a checkpoint of the
fake generator that really holds 400 MB, and with a tiny real diffusion pipeline.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

import psutil  # noqa: E402
from helpers.engines import (  # noqa: E402
    card,
    children_of,
    ended,
    fake_checkpoint,
    running_engine,
)
from helpers.figures import Figures, parser  # noqa: E402
from helpers.waiting import wait_until  # noqa: E402

from generators.api import CheckpointRef, Request  # noqa: E402
from studio.core.job import JobStatus, NewJob  # noqa: E402
from studio.services.engine_control import child_environment, engine_pid, stop_engine  # noqa: E402
from studio.store.library import Library  # noqa: E402

MB = 1e6
BALLAST = 400_000_000
CYCLES, WARM = 20, 5


@dataclass
class Bench:
    """A library with an engine that unloads at once."""

    library: Library
    figures: Figures

    def rss(self, group_pid: int) -> float:
        """Return a worker's resident memory in MB."""
        return psutil.Process(group_pid).memory_info().rss / MB

    def worker(self) -> int:
        """Return the process of the one worker."""
        (pid,) = children_of(engine_pid(self.library.root))
        return pid

    def run(self, new: NewJob) -> None:
        """Run a job to its good end, and wait until its pipeline is unloaded."""
        job = self.library.jobs.enqueue([new])[0]
        end = ended(self.library, job.id, 300)
        assert end.status is JobStatus.SUCCEEDED, end
        self.unloaded()

    def cancelled(self, new: NewJob, phase: str) -> None:
        """Start a job, cancel it in a phase, and wait until its pipeline is unloaded."""
        job = self.library.jobs.enqueue([new])[0]
        wait_until(lambda: (seen := self.library.jobs.progress(job.id)) and seen.phase == phase)
        self.library.jobs.cancel([job.id])
        ended(self.library, job.id, 120)
        self.unloaded()

    def unloaded(self) -> None:
        """Wait until the engine says that nothing is resident."""
        wait_until(lambda: not self.library.state.engine_state().resident, 60)
        time.sleep(1.0)  # the measured thing itself: memory settles after the trim

    def after_unload(self, name: str, new: NewJob) -> None:
        """Measure what is left after an unload, over the warmed baseline."""
        self.run(new)
        pid = self.worker()
        baseline = self.rss(pid)
        for _ in range(3):
            self.run(new)
        assert self.worker() == pid, "the worker was replaced: nothing was measured"
        self.figures.note(f"{name}: warmed baseline {baseline:.0f} MB")
        left = self.rss(pid) - baseline
        self.figures.add(f"{name}: after unload, over the baseline", left, "MB", 60.0)

    def cycles(self, name: str, new: NewJob, phase: str) -> None:
        """Measure the growth over load/cancel cycles, after the first few."""
        sizes = []
        pid = self.worker()
        for _ in range(WARM + CYCLES):
            self.cancelled(new, phase)
            sizes.append(self.rss(pid))
        assert self.worker() == pid, "the worker was replaced: nothing was measured"
        early, late = sorted(sizes[:WARM])[WARM // 2], sorted(sizes[-WARM:])[WARM // 2]
        growth = late - early
        self.figures.add(f"{name}: growth over {CYCLES} load/cancel cycles", growth, "MB", 10.0)


def fake(bench: Bench, folder: Path) -> None:
    """Measure with a fake pipeline that really holds memory."""
    details = {"memory_bytes": BALLAST, "allocate": True, "load_seconds": 0.05}
    ref = fake_checkpoint(bench.library, folder / "ballast", "ballast", **details)
    bench.after_unload("400 MB of ballast", card(checkpoint=ref))
    stepping = card(checkpoint=ref, steps=1000, step_seconds=0.05)
    bench.cycles("400 MB of ballast", stepping, "running")
    for _ in range(100):
        bench.library.jobs.enqueue([card(mode="image", size=64)])
    wait_until(lambda: not bench.library.jobs.counts()[JobStatus.QUEUED], 120)


def real(bench: Bench, checkpoint: CheckpointRef) -> None:
    """Measure with a real diffusion pipeline."""
    params = {"prompt": "a cup", "num_inference_steps": 4, "width": 64, "height": 64, "seed": 1}
    new = NewJob(Request("image_diffusion", "text_to_image", params, checkpoint))
    bench.after_unload("tiny diffusion", new)
    long = NewJob(
        Request(
            "image_diffusion",
            "text_to_image",
            {**params, "num_inference_steps": 100},
            checkpoint,
        )
    )
    bench.cycles("tiny diffusion", long, "running")


def tiny_checkpoint(library: Library, folder: Path) -> CheckpointRef:
    """Make and list a tiny diffusion checkpoint, in a process of its own."""
    from generators.registry import Registry
    from studio.services.checkpoints.catalogue import add_weights

    program = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2])\n"
        "from helpers import tiny_diffusion\n"
        "tiny_diffusion.sd15(pathlib.Path(sys.argv[1]))\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, str(folder), str(HERE.parents[1])],
        env=child_environment(),
        check=True,
    )
    added = add_weights(library, Registry.discover(), folder)
    return CheckpointRef(added.id, added.name)


def idle_engine(bench: Bench) -> None:
    """Measure the engine after all that work."""
    wait_until(lambda: bench.library.state.engine_state().status == "idle")
    rss = psutil.Process(engine_pid(bench.library.root)).memory_info().rss / MB
    bench.figures.add("idle engine", rss, "MB", 80.0)


def idle_window(root: Path, figures: Figures) -> None:
    """Measure a window on the library, offscreen, some seconds after its start."""
    environment = child_environment() | {
        "QT_QPA_PLATFORM": "offscreen",
        "BRANDLOOM_LIBRARY": str(root),
        "BRANDLOOM_CONFIG": str(root.parent / "config"),
    }
    window = subprocess.Popen(
        [sys.executable, "-m", "studio"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        code = window.wait(8.0)
    except subprocess.TimeoutExpired:
        figures.add("idle window", psutil.Process(window.pid).memory_info().rss / MB, "MB", 250.0)
    else:
        figures.note(f"idle window: NOT MEASURED, it ended with code {code}")
        figures.add("idle window", float("inf"), "MB", 250.0)
    finally:
        window.kill()
        said = window.communicate()[1].decode(errors="replace").strip()
        stop_engine(root)
    if said:
        figures.note(f"the window said: {said[-300:]}")


def main() -> int:
    """Run from the command line."""
    options = parser(__doc__ or "")
    options.add_argument("--fake-only", action="store_true", help="leave out the real pipeline")
    options.add_argument("--no-window", action="store_true", help="leave out the window")
    chosen = options.parse_args()
    figures = Figures(check=chosen.check)
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    with tempfile.TemporaryDirectory() as name:
        root = Path(name) / "library"
        with Library.open(root) as library:
            bench = Bench(library, figures)
            with running_engine(root, idle_unload_seconds=0.5):
                fake(bench, Path(name))
                idle_engine(bench)
            if not chosen.fake_only:
                checkpoint = tiny_checkpoint(library, Path(name) / "tiny")
                with running_engine(root, idle_unload_seconds=0.5, cancel_grace=20.0):
                    real(bench, checkpoint)
        if not chosen.no_window:
            idle_window(root, figures)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
