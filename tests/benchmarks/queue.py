"""The queue: enqueue 10 000 jobs; claim among 100 000 rows; queued to succeeded, a job.

``python tests/benchmarks/queue.py [--check]``. The third figure runs the real engine and the fake
generator. Beside the first two stands what bare SQLite takes for the same number of rows.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != HERE]
if __name__ == "queue":  # another script of this folder asked for the standard library's queue
    del sys.modules["queue"]
    import queue

    sys.modules["queue"] = queue
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

if __name__ == "__main__":
    import tempfile
    import time

    import apsw
    from helpers.figures import Figures, parser, percentile, timed
    from helpers.waiting import wait_until

    from generators.api import Request
    from studio.core.ids import new_id
    from studio.core.job import JobStatus, Lane, NewJob
    from studio.services.engine_control import client_lock, ensure_engine, stop_engine
    from studio.store import Library

    MANY, ROWS, CLAIMS, ENGINE_JOBS = 10_000, 100_000, 1_000, 200

    def make_jobs(count: int) -> list[NewJob]:
        """Return jobs as a campaign has them."""
        return [
            NewJob(
                Request("fake", "text", {"prompt": f"Line {number} of a prompt " * 8, "steps": 4}),
                lane=Lane.BATCH,
            )
            for number in range(count)
        ]

    def bare(folder: Path, jobs: list[NewJob]) -> tuple[float, float]:
        """Return seconds for the same rows in bare SQLite, and for one update by index."""
        database = apsw.Connection(str(folder / "bare.db"))
        database.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
        database.execute(
            "CREATE TABLE jobs (id TEXT PRIMARY KEY, status TEXT, request TEXT, position REAL);"
            "CREATE INDEX queued ON jobs (position) WHERE status = 'queued'"
        )
        rows = [(new_id(), "queued", str(job.request), n) for n, job in enumerate(jobs)]

        def insert() -> None:
            with database:
                database.executemany("INSERT INTO jobs VALUES (?, ?, ?, ?)", rows)

        def claim() -> None:
            database.execute(
                "UPDATE jobs SET status = 'running' WHERE id = (SELECT id FROM jobs"
                " WHERE status = 'queued' ORDER BY position LIMIT 1) RETURNING id"
            ).fetchall()

        (inserting,) = timed(insert)
        database.execute("PRAGMA synchronous = NORMAL")
        claiming = percentile(timed(claim, CLAIMS), 0.5)
        database.close()
        return inserting, claiming

    def enqueue(library: Library, jobs: list[NewJob], figures: Figures, baseline: float) -> None:
        """Measure the first figure, in a library of its own."""
        (taken,) = timed(lambda: library.jobs.enqueue(jobs))
        figures.add("ratio: enqueue to bare inserts of the same rows", taken / baseline, "x")
        figures.add("enqueue 10 000 jobs", taken, "s", at_most=2.0)

    def claims(library: Library, jobs: list[NewJob], figures: Figures, baseline: float) -> None:
        """Measure the second figure: half in order, half from the middle of the queue."""
        for _ in range(ROWS // MANY):
            library.jobs.enqueue(jobs)
        ended = ROWS // 5
        with library.transaction():  # history, as a library in use has it
            for _ in range(ended):
                job = library.jobs.claim("benchmark")
                assert job is not None
                library.jobs.finish(job.token)
        library.jobs.enqueue(make_jobs(ended))
        counts = library.jobs.counts()
        assert counts[JobStatus.QUEUED] == ROWS, counts
        middle = [job.id for job in library.jobs.claimable(ROWS)][ROWS // 2 :: 7][: CLAIMS // 2]
        first = timed(lambda: library.jobs.claim("benchmark"), CLAIMS // 2)
        names = iter(middle)
        chosen = timed(lambda: library.jobs.claim("benchmark", job_id=next(names)), CLAIMS // 2)
        figures.note(f"claim: {ROWS} rows queued, {ended} ended")
        figures.add("claim in order, p50", percentile(first, 0.5) * 1e3, "ms")
        figures.add("claim by the scheduler's choice, p50", percentile(chosen, 0.5) * 1e3, "ms")
        figures.add("ratio: claim p50 to a bare update", percentile(first, 0.5) / baseline, "x")
        figures.add(
            "claim among 100 000 rows, p99", percentile(first + chosen, 0.99) * 1e3, "ms", 5.0
        )

    def through_the_engine(root: Path, figures: Figures) -> None:
        """Measure the third figure: fake jobs of no length, queued to succeeded, a job."""
        with Library.open(root) as library, client_lock(root):
            request = Request("fake", "text", {"steps": 1, "step_seconds": 0.0, "size_kb": 1})
            ensure_engine(root)
            try:
                library.jobs.enqueue([NewJob(request)])  # the worker's start is not what we measure
                wait_until(lambda: ended(library) == 1, 120, "the first job")
                start = time.perf_counter()
                library.jobs.enqueue([NewJob(request) for _ in range(ENGINE_JOBS)])
                wait_until(lambda: ended(library) == ENGINE_JOBS + 1, 300, "all jobs")
                taken = time.perf_counter() - start
            finally:
                stop_engine(root, 30)
            figures.add(
                "fake generator, queued to succeeded, a job", taken / ENGINE_JOBS * 1e3, "ms", 25.0
            )

    def ended(library: Library) -> int:
        """Return how many jobs have succeeded; any other end is an error."""
        counts = library.jobs.counts()
        assert not counts[JobStatus.FAILED] + counts[JobStatus.CANCELLED], library.jobs.list()
        return counts[JobStatus.SUCCEEDED]

    def main() -> int:
        """Measure and report."""
        options = parser(__doc__ or "")
        options.add_argument("--no-engine", action="store_true", help="leave out the third figure")
        chosen = options.parse_args()
        figures = Figures(check=chosen.check)
        jobs = make_jobs(MANY)
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            inserting, claiming = bare(folder, jobs)
            with Library.open(folder / "first") as library:
                enqueue(library, jobs, figures, inserting)
            with Library.open(folder / "second") as library:
                claims(library, jobs, figures, claiming)
            if not chosen.no_engine:
                through_the_engine(folder / "third", figures)
        return figures.report()

    sys.exit(main())
