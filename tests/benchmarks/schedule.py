"""60 interleaved jobs over 3 checkpoints: how often is a checkpoint loaded, who is overtaken?

    python tests/benchmarks/schedule.py [--check]

Through a real engine and a real worker; loads take real time (the fake generator waits as its
checkpoint says, one checkpoint fits at a time). First in, first out is the same engine with
overtaking forbidden.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

from helpers.engines import card, ended, fake_checkpoint, running_engine  # noqa: E402
from helpers.figures import Figures, parser  # noqa: E402

from studio.engine.scheduler import Bounds  # noqa: E402
from studio.store.library import Library  # noqa: E402

JOBS, CHECKPOINTS = 60, 3
LOAD_SECONDS = 0.3
PIPELINE_BYTES = 600_000_000  # two of them are over the budget
BUDGET = 1_000_000_000
FEWER = 5.0


@dataclass(frozen=True)
class Result:
    """What one run showed."""

    loads: int
    seconds: float
    most_overtaken: int


def measure(order: list[int], bounds: Bounds) -> Result:
    """Run the jobs in one library; count loads from the measurements that the engine stored."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "library"
        with Library.open(root) as library:
            refs = [
                fake_checkpoint(
                    library,
                    Path(folder) / f"weights-{number}",
                    f"weights-{number}",
                    load_seconds=LOAD_SECONDS,
                    memory_bytes=PIPELINE_BYTES,
                )
                for number in range(CHECKPOINTS)
            ]
            jobs = library.jobs.enqueue(
                [card(f"job {n}", checkpoint=refs[which]) for n, which in enumerate(order)]
            )
            options = {"jobs": bounds.jobs, "seconds": bounds.seconds}
            begun = time.monotonic()
            with running_engine(root, bounds=options, memory_budget=BUDGET):
                done = [ended(library, job.id, 300) for job in jobs]
                seconds = time.monotonic() - begun
            loads = sum(len(library.jobs.timings(f"load/{ref.id}/cpu", limit=1000)) for ref in refs)
    by_start = sorted(done, key=lambda job: job.started_at)
    place = {job.id: number for number, job in enumerate(by_start)}
    overtaken = [
        sum(place[late.id] < place[job.id] for late in jobs[number + 1 :])
        for number, job in enumerate(jobs)
    ]
    return Result(loads, seconds, max(overtaken))


def main() -> int:
    """Run from the command line."""
    figures = Figures(check=parser(__doc__ or "").parse_args().check)
    orders = {
        "interleaved": [number % CHECKPOINTS for number in range(JOBS)],
        "random": random.Random(3).choices(range(CHECKPOINTS), k=JOBS),
    }
    bounds = Bounds()
    for name, order in orders.items():
        plain = measure(order, Bounds(jobs=0))
        batched = measure(order, bounds)
        assert plain.most_overtaken == 0, "first in, first out overtook somebody"
        figures.note(
            f"{name}: first in, first out {plain.loads} loads in {plain.seconds:.1f} s,"
            f" batched {batched.loads} loads in {batched.seconds:.1f} s:"
            f" {plain.loads / batched.loads:.1f} times fewer"
        )
        share = batched.loads / plain.loads
        figures.add(f"{name}: loads, as a share of first in, first out", share, "x", 1 / FEWER)
        figures.add(f"{name}: most overtaken", batched.most_overtaken, "jobs", bounds.jobs)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
