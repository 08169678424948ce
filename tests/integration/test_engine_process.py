"""The engine as a process: one per library, coming and going, ended in every way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from helpers.engines import (
    alive,
    at,
    card,
    children_of,
    end_engine,
    ended,
    running_engine,
    start_engine,
    stepping,
    training,
)
from helpers.faulty_disks import fill, small_disk
from helpers.waiting import wait_until

from studio.core.job import JobStatus
from studio.services.engine_control import (
    EXIT_ALREADY_RUNNING,
    EXIT_LIBRARY,
    EngineError,
    child_environment,
    client_lock,
    engine_pid,
    engine_running,
    ensure_engine,
    stop_engine,
)
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "a library 库") as opened:
        yield opened
        if engine_running(opened.root):
            stop_engine(opened.root)


def test_a_second_engine_is_refused_in_words(library: Library) -> None:
    with running_engine(library.root):
        second = subprocess.run(
            [sys.executable, "-m", "studio.engine", "--library", str(library.root)],
            env=child_environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert second.returncode == EXIT_ALREADY_RUNNING
        assert "Another engine" in second.stderr


def test_clients_start_it_and_it_leaves_after_the_last(library: Library) -> None:
    with client_lock(library.root):
        ensure_engine(library.root)
        pid = engine_pid(library.root)
        ensure_engine(library.root)
        assert engine_pid(library.root) == pid
        job = library.jobs.enqueue([card()])[0]
        assert ended(library, job.id).status is JobStatus.SUCCEEDED
        assert engine_running(library.root)
        assert stop_engine(library.root)
    assert not engine_running(library.root)
    assert not stop_engine(library.root)


def test_it_stays_for_a_client_and_leaves_without(library: Library) -> None:
    with client_lock(library.root):
        process = start_engine(library.root, leave_after=0.2)
        job = library.jobs.enqueue([card()])[0]
        ended(library, job.id)
        wait_until(lambda: library.state.engine_state().status == "idle")
        assert process.poll() is None
    assert process.wait(timeout=20) == 0
    assert library.state.engine_state().status == "stopped"
    process.communicate()


def test_a_client_that_was_killed_does_not_hold_it(library: Library) -> None:
    code = (
        "import sys, pathlib\n"
        "from studio.services.engine_control import client_lock\n"
        "with client_lock(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", code, str(library.root)],
        env=child_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert client.stdout is not None
    assert client.stdout.readline() == "held\n"
    process = start_engine(library.root, leave_after=0.2)
    client.kill()
    client.communicate()
    assert process.wait(timeout=20) == 0
    process.communicate()
    assert not list(library.paths.clients.iterdir())


def test_start_failure_is_reported_with_the_log(tmp_path: Path) -> None:
    root = tmp_path / "broken"
    root.mkdir()
    (root / "library.db").write_bytes(b"this is no database" * 100)
    with pytest.raises(EngineError) as caught:
        ensure_engine(root)
    assert f"exit code {EXIT_LIBRARY}" in caught.value.message
    assert "damaged" in caught.value.hint


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_leave_it_puts_jobs_back(library: Library, how: signal.Signals) -> None:
    process = start_engine(library.root)
    job = library.jobs.enqueue([card(steps=1000, step_seconds=0.05)])[0]
    stepping(library, job.id)
    workers = children_of(process.pid)
    assert workers
    end_engine(process, how)
    assert process.returncode == 0
    back = library.jobs.get(job.id)
    assert (back.status, back.worker_deaths) == (JobStatus.QUEUED, 0)
    wait_until(lambda: not any(alive(pid) for pid in workers))
    assert library.state.engine_state().status == "stopped"


def test_asked_to_leave_a_training_writes_its_checkpoint(library: Library) -> None:
    process = start_engine(library.root)
    job = library.jobs.enqueue([training(300)])[0]
    stepping(library, job.id)
    end_engine(process)
    assert library.jobs.get(job.id).status is JobStatus.QUEUED
    assert (library.root / "training" / job.id / "state.json").exists()
    library.jobs.cancel([job.id])
    with running_engine(library.root):
        assert not (library.root / "training" / job.id).exists()  # swept at the start


def test_killed_its_jobs_are_done_by_the_next(library: Library) -> None:
    process = start_engine(library.root)
    jobs = library.jobs.enqueue([card(steps=20, step_seconds=0.05), *(card() for _ in range(5))])
    stepping(library, jobs[0].id)
    workers = children_of(process.pid)
    end_engine(process, signal.SIGKILL)
    wait_until(lambda: not any(alive(pid) for pid in workers))
    assert library.jobs.get(jobs[0].id).status is JobStatus.RUNNING
    with running_engine(library.root):
        for job in jobs:
            assert ended(library, job.id).status is JobStatus.SUCCEEDED
    again = library.jobs.get(jobs[0].id)
    assert (again.attempt, again.worker_deaths) == (2, 0)
    assert not list(library.paths.staging.iterdir())
    assert library.assets.check().clean


def test_a_silent_worker_is_killed_and_counts(library: Library) -> None:
    faults = {"hang": {"silent": True, "times": 1}}
    with running_engine(library.root, silent_after=1.5, ping_every=0.3, faults=faults):
        job = library.jobs.enqueue([card()])[0]
        done = ended(library, job.id)  # every new worker hangs once: three deaths
    assert done.status is JobStatus.FAILED
    assert "no sign" in done.reason
    assert done.worker_deaths == 3


def test_a_worker_killed_from_outside_is_replaced(library: Library) -> None:
    with running_engine(library.root) as process:
        job = library.jobs.enqueue([card(steps=20, step_seconds=0.05)])[0]
        stepping(library, job.id)
        os.kill(children_of(process.pid)[0], signal.SIGKILL)
        done = ended(library, job.id)
    assert (done.status, done.attempt, done.worker_deaths) == (JobStatus.SUCCEEDED, 2, 1)


def test_a_full_disk_pauses_and_goes_on_by_itself(tmp_path: Path) -> None:
    disk = {"reserve": 2 << 20, "low": 1 << 20, "resume": 2 << 20}
    with small_disk(tmp_path / "disk", "24m") as mount, Library.open(mount / "library") as library:
        with running_engine(library.root, disk=disk):
            assert library.paths.reserve.stat().st_size == 2 << 20
            first = library.jobs.enqueue([card(size_kb=10)])[0]
            assert ended(library, first.id).status is JobStatus.SUCCEEDED
            filler = mount / "filler"
            slow = library.jobs.enqueue([card(steps=30, step_seconds=0.05, size_kb=3000)])[0]
            stepping(library, slow.id)
            fill(filler)
            wait_until(lambda: library.state.engine_state().status == "disk_full")
            assert "disk is full" in library.state.engine_state().message
            assert not library.paths.reserve.exists()
            at(library, slow.id, JobStatus.QUEUED)
            filler.unlink()
            assert ended(library, slow.id).status is JobStatus.SUCCEEDED
            assert library.jobs.get(slow.id).worker_deaths == 0
            wait_until(library.paths.reserve.exists)
            wait_until(lambda: library.state.engine_state().status in ("idle", "running"))
        assert library.assets.check().clean
