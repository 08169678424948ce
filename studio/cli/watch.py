"""Waits for jobs and shows how far they are: a live line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

from studio.cli.context import seconds_in_words, shorten
from studio.core.job import JobStatus
from studio.services.engine_control import engine_running

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from studio.cli.context import Cli
    from studio.core.job import Job

POLL_SECONDS = 0.1
PROGRESS_SECONDS = 0.25
MOST_NAMED = 5  # ids of paused jobs in one line
MOVING = (JobStatus.QUEUED, JobStatus.RUNNING, JobStatus.INTERRUPTED)
ENGINE_SECONDS = 2.0  # between looks whether the engine is still there


class Display:
    """Draws on stderr, so that stdout stays free for results."""

    def __init__(self) -> None:
        self.live = sys.stderr.isatty()
        self._drawn = False

    def line(self, text: str) -> None:
        """Print a line that stays."""
        self.clear()
        sys.stderr.write(text + "\n")
        sys.stderr.flush()

    def status(self, text: str) -> None:
        """Show the present state on a terminal; it is overwritten by the next."""
        if not self.live:
            return
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write("\r\x1b[K" + shorten(text, width))
        sys.stderr.flush()
        self._drawn = True

    def clear(self) -> None:
        """Take the status line away."""
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            self._drawn = False


def wait_for(cli: Cli, select: Callable[[], Sequence[Job]], *, quiet: bool = False) -> list[Job]:
    """Wait until all selected jobs are final; more may join while it waits.

    Args:
        cli: The call.
        select: Returns the jobs to wait for, as they are now.
        quiet: Show no progress, only why nothing goes on.

    Returns:
        The jobs in their final states.
    """
    display, seen, version, drawn = Display(), dict[str, JobStatus](), -1, 0.0
    halted, looked = "", time.monotonic()
    with nullcontext() if cli.library.read_only else cli.client():
        if not cli.library.read_only:  # else there is only something to look at
            cli.start_engine()
        while True:
            now_version = cli.library.data_version()
            if now_version != version:
                version = now_version
                jobs = list(select())
                if not quiet:
                    announce(display, jobs, seen)
                if jobs and all(job.is_final for job in jobs):
                    display.clear()
                    return jobs
                halted, before = why_halted(cli, jobs), halted
                if halted and halted != before:
                    display.line(halted)
                if not quiet and time.monotonic() - drawn > PROGRESS_SECONDS:
                    drawn = time.monotonic()
                    display.status(summary(cli, jobs))
            time.sleep(POLL_SECONDS)
            if time.monotonic() - looked > ENGINE_SECONDS:
                keep_engine(cli, display)
                looked = time.monotonic()


def keep_engine(cli: Cli, display: Display) -> None:
    """Start the engine again when it is gone while there is work: killed, or stopped.

    Nothing in the library changes when it goes, so it must be looked for.
    """
    if cli.library.read_only or cli.library.jobs.queue_paused() is not None:
        return
    if engine_running(cli.root):
        return
    display.line("The engine was gone; it is started again.")
    cli.start_engine()


def why_halted(cli: Cli, jobs: Sequence[Job]) -> str:
    """Return why nothing is started: the disk is full, or a person paused the queue or the jobs."""
    paused = cli.library.jobs.queue_paused()
    if paused is not None:
        return f"The queue is paused. {paused}".strip() + " Go on: studio jobs resume --queue"
    state = cli.library.state.engine_state()
    if state.status == "disk_full":
        return state.message
    stopped = [job.id for job in jobs if job.status is JobStatus.PAUSED]
    if not stopped or any(job.status in MOVING for job in jobs):
        return ""
    shown = " ".join(stopped[:MOST_NAMED]) + (" …" if len(stopped) > MOST_NAMED else "")
    return f"{len(stopped)} job(s) paused. Go on: studio jobs resume {shown}"


def announce(display: Display, jobs: Sequence[Job], seen: dict[str, JobStatus]) -> None:
    """Say which jobs started, ended or failed since the last look."""
    final = sum(job.is_final for job in jobs)
    for job in jobs:
        before = seen.get(job.id)
        if before == job.status:
            continue
        seen[job.id] = job.status
        if job.status is JobStatus.SUCCEEDED:
            took = seconds_in_words(job.finished_at - job.started_at)
            display.line(f"[{final}/{len(jobs)}] {shorten(job.title, 60)}: done ({took})")
        elif job.status in (JobStatus.FAILED, JobStatus.CANCELLED):
            why = " ".join(part for part in (job.reason, job.hint) if part)
            display.line(f"[{final}/{len(jobs)}] {shorten(job.title, 60)}: {job.status}. {why}")


def summary(cli: Cli, jobs: Sequence[Job]) -> str:
    """Return one line: what runs, how far it is, how many are left."""
    running = [job for job in jobs if job.status is JobStatus.RUNNING]
    final = sum(job.is_final for job in jobs)
    parts = [f"{final} of {len(jobs)} done"]
    for job in running[:1]:
        progress = cli.library.jobs.progress(job.id)
        text = shorten(job.title, 30)
        if progress and progress.total:
            filled = round(16 * min(1.0, progress.done / progress.total))
            text += " " + "█" * filled + "░" * (16 - filled)
            text += f" {progress.message or progress.phase}"
            if progress.eta_seconds is not None:
                text += f", about {seconds_in_words(progress.eta_seconds)} left"
        parts.append(text)
    halted = why_halted(cli, jobs)
    if halted or not running:
        parts.append(halted or "waiting for the engine")
    return " · ".join(parts)
