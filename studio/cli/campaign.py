"""``studio campaign …``: from a brief to an export folder, and the review in between."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.context import Cli, seconds_in_words, shorten, table
from studio.cli.jobs import as_json as job_as_json
from studio.cli.watch import wait_for
from studio.core.campaign import CreativeStatus
from studio.core.errors import NotFound, UserFacingError
from studio.core.job import JobStatus
from studio.services.campaigns import (
    CampaignState,
    ExportOptions,
    campaign_state,
    export_campaign,
    load_brief,
    plan_campaign,
    remake_missing,
    remake_music,
    remake_piece,
    run_campaign,
    set_status,
)

if TYPE_CHECKING:
    import argparse

    from studio.core.campaign import Brief, Plan
    from studio.core.job import Job

MUSIC = "music"  # the one piece that is no creative
SHOWN = 40  # lines of pieces before "and N more"


def add_parser(
    groups: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Add the command group."""
    group = groups.add_parser("campaign", help="a campaign from a brief", parents=[common])
    verbs = group.add_subparsers(dest="verb", metavar="VERB")

    def verb(name: str, text: str, handler: object) -> argparse.ArgumentParser:
        parser = verbs.add_parser(name, help=text, parents=[common], description=text)
        parser.set_defaults(handler=handler)
        return parser

    planning = verb("plan", "what a brief would make, and how long it takes", plan)
    planning.add_argument("brief", type=Path)
    running = verb("run", "make a campaign through the queue", run)
    running.add_argument("brief", type=Path)
    running.add_argument("--no-wait", action="store_true", help="only put it into the queue")
    running.add_argument("--export", nargs="?", const="", metavar="INTO",
                         help="export all drafts when it is done")  # fmt: skip
    verb("list", "all campaigns", list_campaigns)
    showing = verb("show", "how a campaign stands, piece by piece", show)
    showing.add_argument("campaign")
    for name, status in (("approve", CreativeStatus.APPROVED), ("reject", CreativeStatus.REJECTED)):
        parser = verb(name, f"{name} creatives", review)
        parser.set_defaults(status=status)
        parser.add_argument("campaign")
        parser.add_argument("creative", nargs="*", help="keys as in show; all drafts if none")
    again = verb(
        "remake",
        "make a part of one creative, or the music, anew, or all that is missing",
        make_again,
    )
    again.add_argument("campaign")
    again.add_argument("creative", nargs="?", default="", help=f"its key, as in show, or {MUSIC}")
    again.add_argument("what", nargs="?", default="", choices=["", "copy", "visual"],
                       metavar="{copy,visual}")  # fmt: skip
    again.add_argument("--missing", action="store_true", help="ask for all that is missing")
    exporting = verb("export", "write the folder that goes to the ad platforms", export)
    exporting.add_argument("campaign")
    exporting.add_argument("folder", nargs="?", default="", help="where the new folder goes")
    exporting.add_argument("--drafts", action="store_true", help="drafts as well as approved ones")
    exporting.add_argument("--no-zip", action="store_true", help="the folder only")
    exporting.add_argument("--with-recipes", action="store_true")
    exporting.add_argument("--allow-non-commercial", action="store_true",
                           help="I have checked the licences of the checkpoints")  # fmt: skip


def describe_plan(cli: Cli, brief: Brief, found: Plan) -> str:
    """Return a plan in words."""
    jobs = ", ".join(f"{count} {kind}" for kind, count in found.jobs.items() if count)
    lines = [f"{brief.name}: {len(found.creatives)} creatives in {found.job_count} jobs ({jobs})"]
    if found.seconds is not None:
        spread = f", plus or minus {seconds_in_words(found.spread)}" if found.spread else ""
        without = f" (without {', '.join(found.unknown)}: no history yet)" if found.unknown else ""
        lines.append(f"Time: about {seconds_in_words(found.seconds)}{spread}{without}")
    else:
        lines.append("Time: not known yet; nothing of this kind has run on this machine.")
    for modality, checkpoint_id in found.checkpoints.items():
        item = cli.library.models.get(checkpoint_id)
        note = " (untrained)" if item.untrained else ""
        lines.append(f"{modality}: {item.name}{note}")
    lines += [f"Note: {warning}" for warning in found.warnings]
    lines += [f"Problem: {problem}" for problem in found.problems]
    return "\n".join(lines)


def plan(cli: Cli, options: argparse.Namespace) -> int:
    """Show what would be made; exit 1 when something stands in the way."""
    brief = load_brief(options.brief)
    found = plan_campaign(cli.library, cli.registry, brief)
    cli.emit(found.to_json(), describe_plan(cli, brief, found))
    return 1 if found.problems else 0


def run(cli: Cli, options: argparse.Namespace) -> int:
    """Make a campaign; exit 1 when a piece is missing at the end."""
    brief = load_brief(options.brief)
    found = plan_campaign(cli.library, cli.registry, brief)
    cli.say(describe_plan(cli, brief, found))
    campaign_id = run_campaign(cli.library, cli.registry, brief)
    if options.no_wait:
        cli.start_engine()
        cli.emit({"campaign": campaign_id}, f"{campaign_id}  queued")
        return 0
    wait(cli, campaign_id)
    state = campaign_state(cli.library, campaign_id, cli.registry)
    files: dict[str, object] = {}
    failed: dict[str, object] = {}
    if options.export is not None:
        options.campaign, options.folder, options.drafts = campaign_id, options.export, True
        files, ended = exported(cli, campaign_id, options)
        failed = {} if files else {"export_job": job_as_json(ended)}
    words = describe_state(state) + ("\n\n" + describe_export(files) if files else "")
    cli.emit({**state.to_json(), "export": files, **failed}, words)
    return 1 if state.missing or (options.export is not None and not files) else 0


def wait(cli: Cli, campaign_id: str) -> None:
    """Wait until nothing of a campaign is left to do."""
    wait_for(
        cli,
        lambda: cli.library.jobs.list(campaign_id=campaign_id, limit=20_000),
        quiet=cli.as_json,
    )


def describe_state(state: CampaignState) -> str:
    """Return how a campaign stands, in words."""
    counts = ", ".join(f"{count} {status}" for status, count in state.counts.items())
    left = f", about {seconds_in_words(state.eta_seconds)} left" if state.eta_seconds else ""
    rows = [
        [piece.key, piece.status, piece.reason or summary(piece.texts)]
        for piece in state.pieces[:SHOWN]
    ]
    lines = [f"{state.name} ({state.id}): {state.status}{left}. {counts}", ""]
    lines.append(table(["piece", "status", "copy or reason"], rows, widest=80))
    if len(state.pieces) > SHOWN:
        lines.append(f"and {len(state.pieces) - SHOWN} more (--json has all)")
    if state.dropped:
        lines.append(f"{len(state.dropped)} candidates were not taken (--json says which and why)")
    lines += [f"Missing: {piece}. {reason}" for piece, reason in state.missing]
    return "\n".join(lines)


def summary(texts: object) -> str:
    """Return the first text of each field, in one line."""
    if not isinstance(texts, dict):
        return ""
    firsts = [values[0] for values in texts.values() if isinstance(values, list) and values]
    return shorten(" · ".join(str(item) for item in firsts), 80)


def list_campaigns(cli: Cli, options: argparse.Namespace) -> int:
    """List campaigns, the newest first."""
    records = cli.library.campaigns.list()
    rows = [[record.id, record.status, record.name] for record in records]
    data = [{"id": r.id, "status": r.status, "name": r.name} for r in records]
    cli.emit(data, table(["id", "status", "name"], rows) if rows else "No campaigns yet.")
    return 0


def find(cli: Cli, name: str) -> str:
    """Return the id of a campaign: by id, by an unambiguous end or beginning of it, or by name.

    Raises:
        NotFound: None, or several.
    """
    records = cli.library.campaigns.list()
    exact = [record.id for record in records if name in (record.id, record.name)]
    near = [r.id for r in records if r.id.startswith(name) or r.id.endswith(name)]
    found = exact or near
    if len(found) != 1:
        several = "Several campaigns match" if found else "No campaign matches"
        raise NotFound(f"{several} {name!r:.60}.", "studio campaign list shows all.")
    return found[0]


def show(cli: Cli, options: argparse.Namespace) -> int:
    """Show one campaign."""
    state = campaign_state(cli.library, find(cli, options.campaign), cli.registry)
    cli.emit(state.to_json(), describe_state(state))
    return 0


def creative_ids(state: CampaignState, keys: list[str]) -> list[str]:
    """Return the ids of creatives by their keys; of all drafts when no key is given.

    Raises:
        NotFound: One of them does not exist yet.
    """
    made = {piece.key: piece for piece in state.pieces if piece.creative_id}
    for key in keys:
        if key not in made:
            raise NotFound(
                f"There is no creative {key!r:.80} to review.", f"Made: {', '.join(made)}."
            )
    chosen = keys or [key for key, piece in made.items() if piece.status == CreativeStatus.DRAFT]
    return [made[key].creative_id for key in chosen]


def review(cli: Cli, options: argparse.Namespace) -> int:
    """Approve or reject."""
    campaign_id = find(cli, options.campaign)
    state = campaign_state(cli.library, campaign_id, cli.registry)
    changed = set_status(cli.library, creative_ids(state, options.creative), options.status)
    cli.emit([item.to_json() for item in changed], f"{len(changed)} {options.status}.")
    return 0


def make_again(cli: Cli, options: argparse.Namespace) -> int:
    """Make a part of a creative, the music or what is missing; exit 1 when that came to nothing."""
    key = options.creative
    needs_part = bool(key) and key != MUSIC
    if options.missing == bool(key) or needs_part != bool(options.what):
        raise UserFacingError(
            f"Say what to remake: a creative with copy or visual, {MUSIC}, or --missing.",
            "studio campaign show CAMPAIGN lists the creatives.",
        )
    campaign_id = find(cli, options.campaign)
    if options.missing:
        return make_missing(cli, campaign_id, options)
    if key == MUSIC:
        asked = remake_music(cli.library, campaign_id, registry=cli.registry)
    else:
        asked = remake_piece(cli.library, campaign_id, key, options.what, registry=cli.registry)
    wait(cli, campaign_id)
    failures = why_not_remade(cli, campaign_id, key, revision_of(asked[0]))
    for failure in failures:
        cli.say(f"Not remade. {failure}")
    show(cli, options)
    return 1 if failures else 0


def make_missing(cli: Cli, campaign_id: str, options: argparse.Namespace) -> int:
    """Ask again for all that is missing; exit 1 when something still is."""
    if remake_missing(cli.library, campaign_id, registry=cli.registry):
        wait(cli, campaign_id)
    else:
        cli.say("Nothing is missing.")
    show(cli, options)
    return 1 if campaign_state(cli.library, campaign_id, cli.registry).missing else 0


def why_not_remade(cli: Cli, campaign_id: str, key: str, revision: str) -> list[str]:
    """Return what went wrong with a remake; empty when all of it was made.

    Where no candidate for the copy will do, all jobs succeed, and the creative notes it.
    """
    made = cli.library.campaigns.creatives(campaign_id)
    creative = next((item for item in made if item.data.get("key") == key), None)
    if creative is not None and creative.status == CreativeStatus.MISSING:
        return [str(creative.data.get("reason") or "It is missing.")]
    noted = (creative.data.get("last_remake") if creative else None) or {}
    if str(noted.get("revision")) == revision:
        return ["No candidate: " + " ".join(noted.get("lacking") or ["none was chosen."])]
    jobs = cli.library.jobs.list(campaign_id=campaign_id, limit=20_000)
    jobs.sort(key=lambda job: (job.created_at, job.seq))
    newest = {job.step_key: job for job in jobs if revision_of(job) == revision}  # retries last
    return [
        f"{job.title}: {job.reason or job.status}"
        for job in newest.values()
        if job.status is not JobStatus.SUCCEEDED
    ]


def revision_of(job: Job) -> str:
    """Return the revision in a job's step key, such as ``3`` in ``copy/x/en@3#1``; or nothing."""
    return job.step_key.partition("@")[2].partition("#")[0]


def export_options(options: argparse.Namespace) -> ExportOptions:
    """Read the options of an export."""
    return ExportOptions(
        archive=not getattr(options, "no_zip", False),
        approved_only=not options.drafts,
        with_recipe=getattr(options, "with_recipes", False),
        override_licence=getattr(options, "allow_non_commercial", False),
    )


def exported(
    cli: Cli, campaign_id: str, options: argparse.Namespace
) -> tuple[dict[str, object], Job]:
    """Run an export through the queue; return what it noted, empty when it failed, and its job."""
    named = options.folder
    into = Path(named).expanduser().resolve() if named else cli.root / "exports"
    job, folder = export_campaign(cli.library, campaign_id, into, export_options(options))
    ended = wait_for(cli, lambda: [cli.library.jobs.get(job.id)], quiet=cli.as_json)[0]
    if ended.status is not JobStatus.SUCCEEDED:
        return {}, ended
    exports = campaign_state(cli.library, campaign_id, cli.registry).exports
    return next((dict(item) for item in exports if item.get("folder") == str(folder)), {}), ended


def export(cli: Cli, options: argparse.Namespace) -> int:
    """Export a campaign; exit 1 when that failed."""
    files, ended = exported(cli, find(cli, options.campaign), options)
    if not files:
        cli.emit(job_as_json(ended))  # in words it has been said while it was waited for
        return 1
    cli.emit(files, describe_export(files))
    return 0


def describe_export(files: dict[str, object]) -> str:
    """Return in words what an export wrote, what it left out and what is missing."""
    lines = [f"Export: {files.get('folder')} ({files.get('files')} files)"]
    if files.get("archive"):
        lines.append(f"ZIP: {files['archive']}")
    left_out = files.get("left_out")
    if isinstance(left_out, list) and left_out:
        counts = Counter(str(item.get("status") or "not approved") for item in left_out)
        which = ", ".join(f"{count} {status}" for status, count in counts.items())
        lines.append(f"{len(left_out)} left out ({which})")
    missing = files.get("missing")
    if isinstance(missing, list):
        lines += [f"Missing: {item['piece']}. {item['reason']}" for item in missing]
    return "\n".join(lines)
