"""Several processes on one library, and processes that are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from helpers.stores import new_job

from studio.core.job import JobStatus
from studio.store import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLAIM_ALL = """
import sys
from pathlib import Path
from studio.store import Library
with Library.open(Path(sys.argv[1])) as library:
    print("ready", flush=True)
    sys.stdin.readline()
    while job := library.jobs.claim(sys.argv[2]):
        print(job.id, flush=True)
        library.jobs.finish(job.token)
"""
HALF_DONE = """
import sys
from pathlib import Path
from studio.core.job import NewJob
from studio.store import Library
from generators.api import Request
library = Library.open(Path(sys.argv[1]))
token = library.jobs.claim("w").token
library.jobs.finish(token, run_seconds=7.0)
with library.transaction():
    library.jobs.enqueue([NewJob(Request("fake", "text"), id="never")])
    library.jobs.finish(library.jobs.claim("w").token)
    print("in the middle", flush=True)
    sys.stdin.readline()
"""
OPEN = """
import sys
from pathlib import Path
from studio.store import Library
sys.stdin.readline()
with Library.open(Path(sys.argv[1])) as library:
    print(library.id)
"""


class Children:
    """Python processes, ended with the test."""

    def __init__(self) -> None:
        self.started: list[subprocess.Popen[str]] = []

    def start(self, code: str, *arguments: str | Path) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        self.started.append(child)
        return child


@pytest.fixture
def children() -> Iterator[Children]:
    """Return a starter of processes."""
    running = Children()
    yield running
    for child in running.started:
        child.kill()
        child.communicate()


def test_two_processes_never_claim_the_same_job(
    library: Library, root: Path, children: Children
) -> None:
    library.jobs.enqueue([new_job(f"job{number}") for number in range(120)])
    pair = [children.start(CLAIM_ALL, root, name) for name in ("one", "two")]
    for child in pair:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    claimed = [child.communicate("go\n", timeout=60)[0].split() for child in pair[::-1]]
    assert all(child.returncode == 0 for child in pair)
    assert sorted(claimed[0] + claimed[1]) == sorted(f"job{number}" for number in range(120))
    assert library.jobs.counts()[JobStatus.SUCCEEDED] == 120
    assert all(job.attempt == 1 for job in library.jobs.list())


def test_a_kill_in_the_middle_keeps_what_was_done_and_nothing_else(
    library: Library, root: Path, children: Children
) -> None:
    library.jobs.enqueue([new_job("done"), new_job("half")])
    child = children.start(HALF_DONE, root)
    assert child.stdout
    assert child.stdout.readline() == "in the middle\n"
    child.send_signal(signal.SIGKILL)
    child.wait(timeout=30)
    assert library.jobs.get("done").status is JobStatus.SUCCEEDED
    assert library.jobs.execution("done")[1] == 7.0
    assert library.jobs.get("half").status is JobStatus.QUEUED
    assert library.jobs.get_many(["never"]) == []
    library.close()
    with Library.open(root) as again:  # nothing is left in the way of the next one
        assert again.jobs.claim("w") is not None
        assert again.assets.check().clean


def test_many_processes_make_one_library(root: Path, children: Children) -> None:
    starters = [children.start(OPEN, root) for _ in range(3)]
    for child in starters:
        assert child.stdin
        child.stdin.write("go\n")
        child.stdin.flush()
    ids = {child.communicate(timeout=60)[0].strip() for child in starters}
    assert all(child.returncode == 0 for child in starters)
    with Library.open(root) as library:
        assert ids == {library.id}
