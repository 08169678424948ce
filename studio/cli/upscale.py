"""``studio generate upscale FILE|ASSET``: enlarge a picture through the queue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.made import add_ending, see_through
from studio.cli.params import add_options, given_params
from studio.core.errors import NotFound
from studio.services.checkpoints.catalogue import find_checkpoint
from studio.services.files.importing import import_file
from studio.services.upscaling import CAPABILITY, upscale_asset, upscaling_generator

if TYPE_CHECKING:
    import argparse

    from generators.registry import Registry
    from studio.cli.context import Cli


def add_parser(
    kinds: argparse._SubParsersAction[argparse.ArgumentParser],
    common: argparse.ArgumentParser,
    registry: Registry,
) -> None:
    """Add the command; its options come from the manifest of the generator that enlarges."""
    parser = kinds.add_parser("upscale", help="enlarge a picture", parents=[common])
    parser.set_defaults(handler=upscale)
    parser.add_argument("picture", help="a file, which is brought into the library, or an asset id")
    parser.add_argument("--checkpoint", default="", help="name or id (studio models list)")
    add_ending(parser)
    for manifest in registry.manifests:
        if CAPABILITY in manifest.capabilities:
            add_options(parser, manifest)
            break


def upscale(cli: Cli, options: argparse.Namespace) -> int:
    """Enqueue the enlarging of one picture; wait for it and print what was made."""
    manifest = upscaling_generator(cli.registry)
    checkpoint = None
    if options.checkpoint:
        checkpoint = find_checkpoint(cli.library, options.checkpoint, modality=manifest.modality)
    params = manifest.check_params("upscale", given_params(options, manifest))
    asset_id = _asset(cli, options.picture)
    job = upscale_asset(cli.library, cli.registry, asset_id, params, checkpoint)
    return see_through(cli, job, no_wait=options.no_wait, out=options.out)


def _asset(cli: Cli, place: str) -> str:
    """Return the id of a picture; a file becomes an asset, so that the result names its parent.

    Raises:
        NotFound: There is neither such a file nor such an asset.
    """
    path = Path(place).expanduser()
    if path.is_file():
        return import_file(cli.library, path).asset.id
    try:
        return cli.library.assets.get(place).id
    except NotFound:
        raise NotFound(f"There is no file and no asset {place!r:.120}.") from None
