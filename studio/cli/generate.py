"""``studio generate text|image|music``: make one thing through the queue.

The options come from the manifest of the first generator of that modality; another generator is
chosen with ``--generator`` and takes its parameters as ``--set KEY=VALUE``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generators.api import InputRef, InvalidParameter, UserFacingError
from generators.registry import Registry
from studio.cli.jobs import as_json as job_as_json
from studio.cli.params import add_options, given_params, parse_settings
from studio.cli.watch import wait_for
from studio.core.asset import AssetQuery
from studio.core.errors import NotFound
from studio.core.job import JobStatus, Lane
from studio.services.checkpoints.catalogue import find_adapter, find_checkpoint
from studio.services.files.exporting import export_assets
from studio.services.generation import Materials, build_request, enqueue

if TYPE_CHECKING:
    import argparse

    from generators.api import AdapterRef
    from generators.manifest import Manifest
    from studio.cli.context import Cli
    from studio.core.asset import Asset

MODALITIES = {"text": "text", "image": "image", "music": "audio"}


def add_parser(
    groups: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Add the command group."""
    group = groups.add_parser("generate", help="make text, an image or music", parents=[common])
    kinds = group.add_subparsers(dest="kind", metavar="KIND")
    registry = Registry.discover()
    for kind, modality in MODALITIES.items():
        manifests = registry.for_modality(modality)
        parser = kinds.add_parser(kind, help=f"make {kind}", parents=[common])
        parser.set_defaults(handler=generate, modality=modality)
        parser.add_argument("prompt", help="what to make")
        parser.add_argument("--generator", default=manifests[0].id if manifests else "",
                            help=f"one of: {', '.join(m.id for m in manifests)}")  # fmt: skip
        parser.add_argument(
            "--mode", default="", help="a mode of the generator; its first if empty"
        )
        parser.add_argument("--checkpoint", default="", help="name or id (studio models list)")
        parser.add_argument("--lora", action="append", default=[], metavar="NAME[:WEIGHT]")
        parser.add_argument("--input", action="append", default=[], metavar="ROLE=FILE",
                            help="a file or an asset id, such as image=photo.png")  # fmt: skip
        parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
        parser.add_argument("--lane", choices=[str(lane) for lane in Lane], default="interactive")
        parser.add_argument("--no-wait", action="store_true", help="only put it into the queue")
        parser.add_argument("--out", type=Path, help="also export what was made to this folder")
        if manifests:
            add_options(parser, manifests[0])


def generate(cli: Cli, options: argparse.Namespace) -> int:
    """Enqueue one request; wait for it and print what was made."""
    manifest = chosen_generator(cli, options)
    mode = options.mode or manifest.modes[0].id
    params = given_params(options, manifest)
    params |= parse_settings(manifest, mode, options.set)
    if any(spec.key == "prompt" for spec in manifest.params_for(mode)):
        params["prompt"] = options.prompt
    checkpoint = None
    if options.checkpoint:
        checkpoint = find_checkpoint(cli.library, options.checkpoint, modality=manifest.modality)
    materials = Materials(
        checkpoint=checkpoint,
        adapters=tuple(adapter_ref(cli, text) for text in options.lora),
        inputs=tuple(input_ref(cli, text) for text in options.input),
    )
    request = build_request(cli.library, manifest, mode, params, materials)
    job = enqueue(cli.library, request, lane=Lane(options.lane))
    if options.no_wait:
        cli.start_engine()
        cli.emit(job_as_json(job), f"{job.id}  queued")
        return 0
    ended = wait_for(cli, lambda: [cli.library.jobs.get(job.id)], quiet=cli.as_json)[0]
    if ended.status is not JobStatus.SUCCEEDED:
        cli.emit(job_as_json(ended))
        return 1
    return report(cli, job.id, options.out)


def chosen_generator(cli: Cli, options: argparse.Namespace) -> Manifest:
    """Return the generator to use.

    Raises:
        UserFacingError: None is installed, or it makes something else.
    """
    if not options.generator:
        raise UserFacingError(
            f"No installed generator makes {options.kind}.", "studio generators list"
        )
    manifest = cli.registry.get(options.generator)
    if manifest.modality != options.modality:
        raise UserFacingError(
            f"{manifest.name} makes {manifest.modality}, not {options.modality}.",
            "studio generators list shows which makes what.",
        )
    return manifest


def adapter_ref(cli: Cli, text: str) -> AdapterRef:
    """Read ``NAME`` or ``NAME:WEIGHT``.

    Raises:
        InvalidParameter: The weight is not a number.
    """
    name, colon, weight = text.rpartition(":")
    if not colon:
        return find_adapter(cli.library, text).ref()
    try:
        return find_adapter(cli.library, name).ref(float(weight))
    except ValueError as error:
        raise InvalidParameter("lora", f"--lora {text!r:.80}: {weight!r} is no weight.") from error


def input_ref(cli: Cli, text: str) -> InputRef:
    """Read ``ROLE=FILE`` or ``ROLE=ASSET``.

    Raises:
        NotFound: There is neither such a file nor such an asset.
    """
    role, equals, place = text.partition("=")
    if not equals:
        raise InvalidParameter("input", f"--input {text!r:.80} is not ROLE=FILE.")
    path = Path(place).expanduser()
    if path.is_file():
        return InputRef(role, path=str(path.resolve()))
    try:
        return InputRef(role, asset_id=cli.library.assets.get(place).id)
    except NotFound:
        raise NotFound(f"There is no file and no asset {place!r:.120}.") from None


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
