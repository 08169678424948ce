"""What is done over and over: choosing the next job, reporting, discovering, reading as one types.

    python tests/benchmarks/hot_paths.py [--check]

The scheduler's choice is printed as a ratio to what a queue in order would do.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

from helpers.figures import Figures, parser, percentile, timed  # noqa: E402

from generators.musical.reading import find_wishes  # noqa: E402
from generators.registry import Registry  # noqa: E402
from studio.core.job import Lane  # noqa: E402
from studio.engine.scheduler import Candidate, choose  # noqa: E402
from studio.worker.context import Attempt, JobContext  # noqa: E402
from studio.worker.faults import Faults  # noqa: E402
from studio.worker.outbox import Outbox  # noqa: E402

CANDIDATES, STEPS = 2000, 2000


def main() -> int:
    """Run from the command line."""
    figures = Figures(check=parser(__doc__ or "").parse_args().check)
    queue = [
        Candidate(f"{n:04}", "torch", Lane.BATCH, float(n), f"c{n % 50}", load_seconds=2.0)
        for n in range(CANDIDATES)
    ]
    plain = percentile(timed(lambda: min(queue, key=Candidate.order), 100), 0.5) * 1e3
    chosen = percentile(timed(lambda: choose(queue, ["none"]), 100), 0.5) * 1e3
    figures.add(f"choosing among {CANDIDATES} jobs, p50", chosen, "ms", at_most=5)
    figures.add("ratio: to the first in order alone", chosen / plain, "x")
    found = percentile(timed(Registry.discover, 20), 0.5) * 1e3
    figures.add("discovering the generators, p50", found, "ms", at_most=20)
    with tempfile.TemporaryDirectory() as temporary:
        outbox = Outbox(lambda _message: None)
        context = JobContext(
            Attempt("t"), outbox, Faults({}, lambda: None), Path(temporary).resolve()
        )
        steps = iter(range(10 * STEPS))
        told = timed(lambda: context.progress(next(steps), 10 * STEPS), STEPS)
        figures.add("reporting one step, mean", sum(told) / len(told) * 1e3, "ms", at_most=1)
        outbox.flush()
    for name, long in (("digits", "1" * 100_000), ("moments", "drop at 7.5 s " * 8000)):
        read = percentile(timed(lambda text=long: find_wishes(text), 10), 0.5) * 1e3
        figures.add(f"reading a music prompt of 100 kB of {name}, p50", read, "ms", at_most=100)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
