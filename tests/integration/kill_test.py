"""Kill engine, workers and clients at random points; nothing may be lost, doubled or half done.

    python tests/integration/kill_test.py --jobs 200 --kills 60 [--seed N] [--check]

Real processes throughout: an engine, its workers, and clients that enqueue, cancel, pause, move and
retry. SIGKILL strikes one of them at a time, at random moments. At the end a last engine is left
alone until the queue is done, and everything is counted.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]

from helpers.engines import alive, card, children_of  # noqa: E402

from studio.core.asset import AssetQuery  # noqa: E402
from studio.core.errors import IllegalMove  # noqa: E402
from studio.core.job import FINAL, MOVES, JobStatus, Lane, Need, NewJob  # noqa: E402
from studio.services.engine_control import (  # noqa: E402
    child_environment,
    client_lock,
    engine_pid,
    ensure_engine,
    stop_engine,
)
from studio.store.library import Library  # noqa: E402

CLIENTS = 2
PATIENCE = 300.0  # seconds for the last, undisturbed engine


def new_jobs(rng: random.Random, count: int) -> list[NewJob]:
    """Return jobs of many kinds; most succeed, some fail on purpose."""
    jobs: list[NewJob] = []
    for number in range(count):
        how = rng.choices(["none", "user", "bug"], [18, 1, 1])[0]
        new = card(
            f"kill {number}",
            mode=rng.choice(["text", "image", "audio"]),
            lane=rng.choice([Lane.INTERACTIVE, Lane.BATCH]),
            steps=rng.randint(1, 6),
            step_seconds=rng.choice([0.0, 0.02, 0.06]),
            seed=number if rng.random() < 0.7 else 1,  # some make the very same bytes
            num_return_sequences=rng.choice([1, 1, 3]),
            fail=how,
        )
        needs = ()
        if jobs and rng.random() < 0.15:
            needs = (Need(rng.choice(jobs).id, success=rng.random() < 0.5),)
        jobs.append(
            NewJob(new.request, new.kind, new.lane, id=f"{rng.getrandbits(60):015X}", needs=needs)
        )
    return jobs


def be_client(root: Path, seed: int) -> None:
    """Enqueue what the plan file says, a few at a time, and meddle with what is there."""
    rng = random.Random(seed)
    with Library.open(root) as library, client_lock(root):
        while True:
            ensure_engine(root)
            meddle(library, rng)
            time.sleep(rng.uniform(0.01, 0.08))


def meddle(library: Library, rng: random.Random) -> None:
    """Do one thing that a person might do."""
    jobs = library.jobs.list(statuses=[s for s in JobStatus if s not in FINAL], limit=40)
    if not jobs:
        return
    job = rng.choice(jobs)
    what = rng.choices(["look", "cancel", "pause", "resume", "top"], [10, 1, 1, 4, 2])[0]
    try:
        if what == "cancel":
            library.jobs.cancel([job.id])
        elif what == "pause":
            library.jobs.pause([job.id])
        elif what == "resume":
            paused = [item.id for item in jobs if item.status is JobStatus.PAUSED]
            library.jobs.resume(paused)
        elif what == "top":
            library.jobs.move(job.id, to_top=True)
    except IllegalMove:
        return  # it ended at this very moment


@dataclass
class Scene:
    """The processes of one run."""

    root: Path
    rng: random.Random
    clients: list[subprocess.Popen[bytes]] = field(default_factory=list)
    seen: set[int] = field(default_factory=set)
    killed: Counter[str] = field(default_factory=Counter)

    def start_client(self) -> None:
        """Start a client process."""
        command = [sys.executable, str(HERE), "--client", str(self.root)]
        command += ["--seed", str(self.rng.getrandbits(32))]
        log = (self.root.parent / "clients.log").open("ab")
        with log:
            client = subprocess.Popen(command, env=child_environment(), stdout=log, stderr=log)
        self.clients.append(client)
        self.seen.add(client.pid)

    def look(self) -> tuple[int, list[int]]:
        """Return engine and workers, and remember that they were seen."""
        engine = engine_pid(self.root)
        workers = children_of(engine) if engine else []
        self.seen.update(([engine] if engine else []) + workers)
        return engine, workers

    def strike(self) -> bool:
        """Kill one process; False when there was none of the kind that was drawn."""
        engine, workers = self.look()
        target = self.rng.choices(["engine", "worker", "client"], [4, 4, 2])[0]
        if target == "engine" and engine:
            kill(engine)
        elif target == "worker" and workers:
            kill(self.rng.choice(workers))
        elif target == "client":
            client = self.clients.pop(self.rng.randrange(len(self.clients)))
            client.kill()
            client.wait()
            self.start_client()
        else:
            return False
        self.killed[target] += 1
        return True

    def end_clients(self) -> None:
        """End all clients."""
        for client in self.clients:
            client.kill()
            client.wait()


def kill(pid: int) -> None:
    """SIGKILL a process that may be gone already."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def run(root: Path, jobs: int, kills: int, seed: int) -> dict[str, object]:
    """Run the whole test in a fresh library; return what was counted."""
    rng = random.Random(seed)
    scene = Scene(root, rng)
    begun = time.monotonic()
    with Library.open(root) as library:
        plan = new_jobs(rng, jobs)
        for _ in range(CLIENTS):
            scene.start_client()
        try:
            storm(scene, library, plan, kills)
        finally:
            scene.end_clients()
        finish(scene, library)
        library.close()
    with Library.open(root) as library:
        return count(scene, library, plan, time.monotonic() - begun)


def storm(scene: Scene, library: Library, plan: list[NewJob], kills: int) -> None:
    """Enqueue the plan bit by bit while processes are killed."""
    waiting = list(plan)
    each = max(1, len(plan) // max(1, kills))
    while waiting or sum(scene.killed.values()) < kills:
        library.jobs.enqueue([waiting.pop(0) for _ in range(min(each, len(waiting)))])
        scene.look()
        time.sleep(scene.rng.uniform(0.0, 0.6))
        if sum(scene.killed.values()) < kills:
            scene.strike()


def finish(scene: Scene, library: Library) -> None:
    """Let an engine of its own do what is left."""
    deadline = time.monotonic() + PATIENCE
    with client_lock(scene.root):
        while time.monotonic() < deadline:
            ensure_engine(scene.root)
            scene.look()
            counts = library.jobs.counts()
            if not any(counts[status] for status in JobStatus if status not in FINAL):
                break
            paused = library.jobs.list(statuses=[JobStatus.PAUSED])
            if paused:
                library.jobs.resume([job.id for job in paused])
            time.sleep(0.05)
        stop_engine(scene.root)


def count(scene: Scene, library: Library, plan: list[NewJob], seconds: float) -> dict[str, object]:
    """Return every figure; all lists of faults must be empty."""
    jobs = library.jobs.get_many([new.id for new in plan])
    events = {job.id: library.jobs.events(job.id) for job in jobs}
    assets = [
        asset for job in jobs for asset in library.assets.page(AssetQuery(job_id=job.id), limit=100)
    ]
    by_id = {job.id: job for job in jobs}
    expected = {job.id: expected_assets(job) for job in jobs}
    made = Counter(asset.job_id for asset in assets)
    report = library.assets.check()
    files = [path for path in library.paths.assets.rglob("*") if path.is_file()]
    return {
        "jobs": len(jobs),
        "kills": dict(scene.killed),
        "seconds": round(seconds, 1),
        "final": dict(Counter(job.status.value for job in jobs)),
        "attempts": sum(job.attempt for job in jobs),
        "faults": {
            "lost jobs": [new.id for new in plan if new.id not in by_id],
            "not final": [job.id for job in jobs if not job.is_final],
            "illegal or several ends": [j for j, seen in events.items() if not legal(seen)],
            "wrong number of assets": [j for j, n in expected.items() if made[j] != n],
            "assets of two attempts": [
                job.id
                for job in jobs
                if {a.attempt for a in assets if a.job_id == job.id} - {job.attempt}
            ],
            "assets without recipe": [asset.id for asset in assets if asset.recipe is None],
            "files that no asset names": len(files) != len({asset.path for asset in assets}),
            "half files": [str(p) for p in library.root.rglob("*.part")],
            "left in staging": [path.name for path in library.paths.staging.iterdir()],
            "orphan processes": orphans(scene.seen),
            "library check": [] if report.clean else [str(report)],
            "wrong ends": [job.id for job in jobs if not right_end(job, events[job.id])],
        },
    }


def orphans(seen: set[int]) -> list[int]:
    """Return the processes that are still there after what an exit may take."""
    deadline = time.monotonic() + 5.0
    while (left := [pid for pid in seen if alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def expected_assets(job: object) -> int:
    """Return how many assets a job must have."""
    if job.status is not JobStatus.SUCCEEDED:  # type: ignore[attr-defined]
        return 0
    return int(job.request.params["num_return_sequences"])  # type: ignore[attr-defined]


def right_end(job: object, events: list[object]) -> bool:
    """Tell whether the end fits what was asked: only what was made to fail fails."""
    fail = job.request.params["fail"]  # type: ignore[attr-defined]
    if job.status is JobStatus.SUCCEEDED:  # type: ignore[attr-defined]
        return fail == "none"
    if job.status is JobStatus.FAILED:  # type: ignore[attr-defined]
        return fail != "none" or job.worker_deaths >= 3  # type: ignore[attr-defined]
    return bool(events[-1].reason)  # type: ignore[attr-defined]


def legal(events: list[object]) -> bool:
    """Tell whether every move of a history is legal and exactly one leads to an end."""
    ends = 0
    for event in events:
        after = JobStatus(event.after)  # type: ignore[attr-defined]
        before = event.before  # type: ignore[attr-defined]
        if before and after not in MOVES[JobStatus(before)]:
            return False
        ends += after in FINAL
    return ends == 1


def main() -> int:
    """Run from the command line; the last line printed is the figure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--check", action="store_true", help="accepted; it always checks")
    parser.add_argument("--client", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.client:
        be_client(arguments.client, arguments.seed or 0)
        return 0
    seed = int(time.time()) if arguments.seed is None else arguments.seed
    with tempfile.TemporaryDirectory(prefix="kill test ") as folder:
        found = run(Path(folder) / "library 库", arguments.jobs, arguments.kills, seed)
        faults = {name: what for name, what in dict(found["faults"]).items() if what}  # type: ignore[call-overload]
        if faults:
            print((Path(folder) / "library 库" / "logs" / "engine.log").read_text()[-5000:])
    print(json.dumps({"seed": seed, **found, "faults": faults}, indent=1, ensure_ascii=False))
    verdict = "FALLS SHORT" if faults else "passed"
    killed = sum(dict(found["kills"]).values())  # type: ignore[call-overload]
    print(
        f"kill_test: {found['jobs']} jobs, {killed} kills, {len(faults)} kinds of fault: {verdict}"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
