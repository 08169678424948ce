"""``studio generate text|image|music|upscale``: make one thing through the queue.

The options come from the manifest of the first generator of that modality; another generator is
chosen with ``--generator`` and takes its parameters as ``--set KEY=VALUE``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from generators.api import InputRef, InvalidParameter, UserFacingError
from generators.registry import Registry
from studio.cli import upscale
from studio.cli.made import add_ending, see_through
from studio.cli.params import add_options, given_params, parse_settings
from studio.core.errors import NotFound
from studio.core.job import Lane
from studio.services.checkpoints.catalogue import find_adapter, find_checkpoint
from studio.services.generation import Materials, build_request, enqueue
from studio.services.vocabulary.hints import hints_for, sentence
from studio.services.vocabulary.loading import vocabulary_or_none

if TYPE_CHECKING:
    import argparse

    from generators.api import AdapterRef, Request
    from generators.manifest import Manifest
    from studio.cli.context import Cli

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
        add_ending(parser)
        if manifests:
            add_options(parser, manifests[0])
    upscale.add_parser(kinds, common, registry)


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
    warn_of_words(request)
    job = enqueue(cli.library, request, lane=Lane(options.lane))
    return see_through(cli, job, no_wait=options.no_wait, out=options.out)


def warn_of_words(request: Request) -> None:
    """Say on stderr which words of a prompt the checkpoint does not know, where it declares any."""
    vocabulary = vocabulary_or_none(request.checkpoint.path) if request.checkpoint else None
    if vocabulary is None:
        return
    for hint in hints_for(vocabulary, str(request.params.get("prompt") or "")):
        sys.stderr.write(sentence(hint) + "\n")


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
