"""``studio jobs …``: look at the queue and change it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generators.api import JsonValue, Request
from studio.cli.context import Cli, seconds_in_words, table
from studio.cli.params import parse_settings
from studio.cli.watch import wait_for
from studio.core.errors import NotFound, UserFacingError
from studio.core.job import FINAL, Job, JobStatus, Lane

if TYPE_CHECKING:
    import argparse


def add_parser(
    groups: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Add the command group."""
    group = groups.add_parser("jobs", help="look at the queue and change it", parents=[common])
    verbs = group.add_subparsers(dest="verb", metavar="VERB")

    def verb(name: str, text: str, handler: object) -> argparse.ArgumentParser:
        parser = verbs.add_parser(name, help=text, parents=[common], description=text)
        parser.set_defaults(handler=handler)
        return parser

    listing = verb("list", "list jobs, running ones first", list_jobs)
    listing.add_argument("--status", action="append", choices=[str(s) for s in JobStatus])
    listing.add_argument("--batch", default="", help="only of this batch")
    listing.add_argument("--campaign", default="", help="only of this campaign")
    listing.add_argument("--limit", type=int, default=50)
    showing = verb("show", "everything about one job", show)
    showing.add_argument("job")
    watching = verb("watch", "wait for jobs and show their progress", watch)
    watching.add_argument(
        "job", nargs="*", help="job ids; all that go on by themselves when left out"
    )
    for name, text, handler in (
        ("cancel", "cancel jobs", cancel),
        ("pause", "pause jobs, or the queue", pause),
        ("resume", "resume jobs, or the queue", resume),
    ):
        parser = verb(name, text, handler)
        parser.add_argument("job", nargs="*", help="job ids")
        if name == "cancel":
            parser.add_argument("--batch", default="", help="all jobs of a batch")
            parser.add_argument("--all", action="store_true", help="everything that is not final")
        else:
            parser.add_argument("--queue", action="store_true", help="the whole queue")
    retrying = verb("retry", "do ended jobs again, as new jobs", retry)
    retrying.add_argument("job", nargs="+")
    moving = verb("move", "change the order of queued jobs", move)
    moving.add_argument("job")
    place = moving.add_mutually_exclusive_group(required=True)
    place.add_argument("--top", action="store_true", help="before all others of its lane")
    place.add_argument("--before", metavar="JOB")
    place.add_argument("--after", metavar="JOB")
    place.add_argument("--lane", choices=[str(lane) for lane in Lane])
    editing = verb("edit", "change the parameters of a queued job", edit)
    editing.add_argument("job")
    editing.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", required=True)


def find(cli: Cli, name: str) -> Job:
    """Return a job by its id or by an unambiguous beginning or end of it.

    Raises:
        NotFound: None, or several.
    """
    try:
        return cli.library.jobs.get(name)
    except NotFound:
        listed = cli.library.jobs.list(limit=10_000)
        found = [job for job in listed if job.id.startswith(name) or job.id.endswith(name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise NotFound(
                f"{len(found)} jobs match {name!r:.60}.", "Give more of the id."
            ) from None
        raise


def as_json(job: Job) -> dict[str, JsonValue]:
    """Return a job as plain JSON values."""
    return {
        "id": job.id, "status": str(job.status), "kind": str(job.kind), "lane": str(job.lane),
        "title": job.title, "generator": job.generator, "request": job.request.to_json(),
        "batch_id": job.batch_id, "campaign_id": job.campaign_id, "step_key": job.step_key,
        "retry_of": job.retry_of, "created_at": job.created_at, "started_at": job.started_at,
        "finished_at": job.finished_at, "attempt": job.attempt, "reason": job.reason,
        "hint": job.hint,
    }  # fmt: skip


def changed(cli: Cli, jobs: list[Job], word: str) -> int:
    """Print what a change did."""
    lines = [f"{job.id}  {job.status}  {job.title}" for job in jobs]
    cli.emit([as_json(job) for job in jobs], "\n".join([f"{len(jobs)} {word}", *lines]))
    return 0


def list_jobs(cli: Cli, options: argparse.Namespace) -> int:
    """List jobs."""
    statuses = [JobStatus(name) for name in options.status or ()]
    jobs = cli.library.jobs.list(
        statuses=statuses, batch_id=options.batch, campaign_id=options.campaign, limit=options.limit
    )
    rows = []
    for job in jobs:
        progress = cli.library.jobs.progress(job.id) if job.status is JobStatus.RUNNING else None
        far = f"{progress.done / progress.total:.0%}" if progress and progress.total else ""
        left = seconds_in_words(progress.eta_seconds) if progress else ""
        rows.append([job.id, job.status, far, left, job.lane, job.title or job.step_key])
    paused = cli.library.jobs.queue_paused()
    text = table(["id", "status", "done", "left", "lane", "title"], rows) if rows else "No jobs."
    if paused is not None:
        text += f"\nThe queue is paused. {paused}".rstrip()
    cli.emit([as_json(job) for job in jobs], text)
    return 0


def show(cli: Cli, options: argparse.Namespace) -> int:
    """Show one job whole: request, history, error."""
    job = find(cli, options.job)
    queue = cli.library.jobs
    code, traceback = queue.error_details(job.id)
    events = queue.events(job.id)
    data = as_json(job) | {
        "needs": [need.job_id for need in queue.needs(job.id)],
        "error": {"code": code, "traceback": traceback},
        "events": [{"at": e.at, "before": e.before, "after": e.after, "reason": e.reason}
                   for e in events],
    }  # fmt: skip
    lines = [f"{key:12} {value}" for key, value in data.items()
             if value and key not in ("events", "request", "error")]  # fmt: skip
    lines += [f"{'request':12} {data['request']}"]
    lines += [f"  {e.before or 'new'} → {e.after}  {e.reason}".rstrip() for e in events]
    if traceback:
        lines += ["", traceback]
    cli.emit(data, "\n".join(lines))
    return 0


def watch(cli: Cli, options: argparse.Namespace) -> int:
    """Wait for jobs; exit 1 when one did not succeed."""
    ids = [find(cli, name).id for name in options.job]
    if not ids:
        going = [status for status in JobStatus if status not in (*FINAL, JobStatus.PAUSED)]
        ids = [job.id for job in cli.library.jobs.list(statuses=going, limit=100_000)]
    if not ids:
        cli.emit([], "Nothing is waiting or running.")
        return 0
    jobs = wait_for(cli, lambda: cli.library.jobs.get_many(ids), quiet=cli.as_json)
    cli.emit([as_json(job) for job in jobs])
    return 0 if all(job.status is JobStatus.SUCCEEDED for job in jobs) else 1


def cancel(cli: Cli, options: argparse.Namespace) -> int:
    """Cancel jobs, a batch, or everything."""
    if options.all:
        jobs = cli.library.jobs.cancel_all()
    elif options.batch:
        jobs = cli.library.jobs.cancel_batch(options.batch)
    else:
        jobs = cli.library.jobs.cancel([find(cli, name).id for name in _named(options)])
    return changed(cli, jobs, "cancelled (a running one stops at its next step)")


def pause(cli: Cli, options: argparse.Namespace) -> int:
    """Pause jobs or the queue."""
    if options.queue:
        cli.library.jobs.pause_queue()
        cli.emit({"queue": "paused"}, "The queue is paused; what runs now is finished first.")
        return 0
    return changed(
        cli, cli.library.jobs.pause([find(cli, name).id for name in _named(options)]), "paused"
    )


def resume(cli: Cli, options: argparse.Namespace) -> int:
    """Resume jobs or the queue."""
    if options.queue:
        cli.library.jobs.resume_queue()
        cli.emit({"queue": "running"}, "The queue goes on.")
    else:
        changed(
            cli,
            cli.library.jobs.resume([find(cli, name).id for name in _named(options)]),
            "resumed",
        )
    cli.start_engine()
    return 0


def retry(cli: Cli, options: argparse.Namespace) -> int:
    """Do ended jobs again: all that are named, or none when one of them has not ended."""
    with cli.library.transaction():
        jobs = [cli.library.jobs.retry(find(cli, name).id) for name in options.job]
    cli.start_engine()
    return changed(cli, jobs, "enqueued again")


def move(cli: Cli, options: argparse.Namespace) -> int:
    """Change the order."""
    job = cli.library.jobs.move(
        find(cli, options.job).id,
        before=find(cli, options.before).id if options.before else None,
        after=find(cli, options.after).id if options.after else None,
        to_top=options.top,
        lane=Lane(options.lane) if options.lane else None,
    )
    return changed(cli, [job], "moved")


def edit(cli: Cli, options: argparse.Namespace) -> int:
    """Change parameters of a job that does not run yet."""
    job = find(cli, options.job)
    if not isinstance(job.request, Request):
        raise UserFacingError("A campaign step has no parameters to edit.", "Edit its brief.")
    manifest = cli.registry.get(job.request.generator)
    settings = parse_settings(manifest, job.request.mode, options.set)
    params = manifest.check_params(job.request.mode, {**job.request.params, **settings})
    edited = cli.library.jobs.edit(job.id, replace(job.request, params=params))
    return changed(cli, [edited], "edited")


def _named(options: argparse.Namespace) -> list[str]:
    if not options.job:
        raise UserFacingError("No job is named.", "Give job ids; studio jobs list shows them.")
    return list(options.job)
