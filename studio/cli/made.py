"""Waiting for a job and saying what it made: what the ``generate`` commands end with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.jobs import as_json as job_as_json
from studio.cli.watch import wait_for
from studio.core.asset import AssetQuery
from studio.core.job import JobStatus
from studio.services.files.exporting import export_assets

if TYPE_CHECKING:
    import argparse

    from studio.cli.context import Cli
    from studio.core.asset import Asset
    from studio.core.job import Job


def add_ending(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``see_through``."""
    parser.add_argument("--no-wait", action="store_true", help="only put it into the queue")
    parser.add_argument("--out", type=Path, help="also export what was made to this folder")


def see_through(cli: Cli, job: Job, *, no_wait: bool, out: Path | None) -> int:
    """Wait for a job and print what it made, or only say that it is queued."""
    if no_wait:
        cli.start_engine()
        cli.emit(job_as_json(job), f"{job.id}  queued")
        return 0
    ended = wait_for(cli, lambda: [cli.library.jobs.get(job.id)], quiet=cli.as_json)[0]
    if ended.status is not JobStatus.SUCCEEDED:
        cli.emit(job_as_json(ended))
        return 1
    return report(cli, job.id, out)


def report(cli: Cli, job_id: str, out: Path | None) -> int:
    """Print the assets that a job made; export them when asked."""
    assets = cli.library.assets.page(AssetQuery(job_id=job_id, order="oldest"), limit=1000)
    if out:
        export_assets(cli.library, [asset.id for asset in assets], out)
    rows = [asset_as_json(cli, asset) for asset in assets]
    lines = []
    for asset in assets:
        lines.append(f"{asset.id}  {cli.library.assets.file(asset)}")
        if asset.text:
            lines += ["", asset.text.strip(), ""]
        if asset.recipe:
            lines += [f"  {note}" for note in asset.recipe.notes]
    cli.emit(rows, "\n".join(lines))
    return 0


def asset_as_json(cli: Cli, asset: Asset) -> dict[str, object]:
    """Return an asset as plain JSON values."""
    return {
        "id": asset.id, "modality": asset.modality, "media_type": asset.media_type,
        "file": str(cli.library.assets.file(asset)), "title": asset.title, "prompt": asset.prompt,
        "model": asset.model, "width": asset.width, "height": asset.height,
        "duration": asset.duration, "rating": asset.rating, "tags": list(asset.tags),
        "sha256": asset.sha256, "job_id": asset.job_id, "campaign_id": asset.campaign_id,
        "source": asset.source, "text": asset.text, "trashed": bool(asset.trashed_at),
        "recipe": asset.recipe.to_json() if asset.recipe else None,
    }  # fmt: skip
