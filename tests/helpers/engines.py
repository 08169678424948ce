"""An engine as a real process, for tests: started with short times, ended for certain."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from generators.api import CheckpointRef, Request
from helpers.waiting import wait_until
from studio.core.checkpoint import Checkpoint
from studio.core.job import JobKind, JobStatus, Lane, NewJob
from studio.services.engine_control import child_environment, engine_pid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from studio.core.job import Job
    from studio.store.library import Library

QUICK = {"leave_after": 60.0, "cancel_grace": 0.5}


def start_engine(root: Path, **options: Any) -> subprocess.Popen[str]:
    """Start an engine process and return when it serves."""
    settings = {**QUICK, **options}
    process = subprocess.Popen(
        [sys.executable, "-m", "studio.engine", "--library", str(root)]
        + [f"--set={name}={json.dumps(value)}" for name, value in settings.items()],
        env=child_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_until(lambda: engine_pid(root) == process.pid or process.poll() is not None)
    assert process.poll() is None, process.communicate()[0]
    return process


def end_engine(process: subprocess.Popen[str], how: int = signal.SIGTERM) -> str:
    """End an engine, and whatever it started, for certain; return what it printed."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        return process.communicate(timeout=30)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise


@contextmanager
def running_engine(root: Path, **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Have an engine for the length of a block."""
    process = start_engine(root, **options)
    try:
        yield process
    finally:
        end_engine(process)


def card(
    prompt: str = "card", *, mode: str = "text", lane: Lane = Lane.BATCH, **more: Any
) -> NewJob:
    """Return a job of the fake generator; without ``step_seconds`` it takes no time."""
    checkpoint = more.pop("checkpoint", None)
    params = {"prompt": prompt, "steps": 1, "step_seconds": 0.0, "seed": 1, **more}
    return NewJob(Request("fake", mode, params, checkpoint), lane=lane)


def training(steps: int, step_seconds: float = 0.05) -> NewJob:
    """Return a fine-tune of the fake trainer."""
    params = {"max_train_steps": steps, "step_seconds": step_seconds, "seed": 7}
    return NewJob(Request("fake", "finetune", params), kind=JobKind.FINETUNE, lane=Lane.TRAINING)


def fake_checkpoint(library: Library, folder: Path, name: str, **details: Any) -> CheckpointRef:
    """List a checkpoint of the fake generator; ``details`` as its docstring says."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"model_type": "fake_a", **details}))
    added = library.models.add(
        Checkpoint(name, name, "fake", "text", "fake_a", "transformers", str(folder), bytes=1000)
    )
    return CheckpointRef(added.id, added.name, family="fake_a")


def ended(library: Library, job_id: str, timeout: float = 60.0) -> Job:
    """Wait until a job is final and return it."""
    return wait_until(
        lambda: (job := library.jobs.get(job_id)).is_final and job,
        timeout,
        lambda: f"{library.jobs.get(job_id)}\n{log_of(library)}",
    )


def at(library: Library, job_id: str, status: JobStatus, timeout: float = 60.0) -> Job:
    """Wait until a job has a status and return it."""
    return wait_until(
        lambda: (job := library.jobs.get(job_id)).status is status and job,
        timeout,
        lambda: f"{library.jobs.get(job_id)}\n{log_of(library)}",
    )


def stepping(library: Library, job_id: str) -> None:
    """Wait until a job runs and its steps are reported."""
    wait_until(
        lambda: (seen := library.jobs.progress(job_id)) and seen.phase == "running",
        message=lambda: f"{library.jobs.get(job_id)}\n{log_of(library)}",
    )


def log_of(library: Library) -> str:
    """Return the end of the engine's log."""
    path = library.paths.logs / "engine.log"
    return path.read_text(encoding="utf-8")[-3000:] if path.exists() else "no log"


def children_of(pid: int) -> list[int]:
    """Return the child processes of a process (Linux)."""
    import psutil

    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def alive(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    import psutil

    try:
        os.kill(pid, 0)
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
