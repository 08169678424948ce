"""From asking to cancel until the job is cancelled and its worker is free again.

    python tests/benchmarks/cancel.py [--rounds N] [--check]

Through a real engine and real workers of the fake generator: during steps (which end at their next
report), while loading, in a step that is deaf (a stuck call: its worker is killed), and queued.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

from helpers.engines import card, ended, fake_checkpoint, running_engine  # noqa: E402
from helpers.figures import Figures, parser, percentile  # noqa: E402
from helpers.waiting import wait_until  # noqa: E402

from studio.core.job import JobStatus  # noqa: E402
from studio.store.library import Library  # noqa: E402

if TYPE_CHECKING:
    from studio.core.job import NewJob

STEP_SECONDS = 0.2
BARS = {"steps": STEP_SECONDS + 0.5, "loading": 3.0, "deaf": 3.0, "queued": 0.5}


def once(library: Library, new: NewJob, phase: str) -> float:
    """Cancel one job in a phase; return the seconds until it is cancelled."""
    job = library.jobs.enqueue([new])[0]
    if phase:
        wait_until(lambda: (seen := library.jobs.progress(job.id)) and seen.phase == phase)
    asked = time.monotonic()
    library.jobs.cancel([job.id])
    end = ended(library, job.id)
    seconds = time.monotonic() - asked
    assert end.status is JobStatus.CANCELLED, end
    return seconds


def main() -> int:
    """Run from the command line."""
    options = parser(__doc__ or "")
    options.add_argument("--rounds", type=int, default=20)
    chosen = options.parse_args()
    figures = Figures(check=chosen.check)
    found: dict[str, list[float]] = {name: [] for name in BARS}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "library"
        with Library.open(root) as library:
            slow = fake_checkpoint(library, Path(folder) / "slow", "slow", load_seconds=600)
            stepping = card(steps=1000, step_seconds=STEP_SECONDS)
            with running_engine(root, cancel_grace=2.0):
                for number in range(chosen.rounds):
                    found["steps"].append(once(library, stepping, "running"))
                    found["loading"].append(once(library, card(checkpoint=slow), "loading"))
                    if number < chosen.rounds // 4:
                        deaf = card(fail="hang", steps=2, step_seconds=0.3)
                        found["deaf"].append(once(library, deaf, "running"))
                library.jobs.pause_queue()
                found["queued"] += [once(library, card(), "") for _ in range(chosen.rounds)]
    for name, bar in BARS.items():
        figures.note(f"{name}: {len(found[name])} rounds, worst {max(found[name]) * 1e3:.0f} ms")
        figures.add(f"cancel, {name}, p95", percentile(found[name], 0.95) * 1e3, "ms", bar * 1e3)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
