"""``studio generators …``: the installed generators, as their manifests describe them."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from studio.cli.context import Cli, table

if TYPE_CHECKING:
    import argparse


def add_parser(
    groups: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Add the command group."""
    group = groups.add_parser("generators", help="the installed generators", parents=[common])
    verbs = group.add_subparsers(dest="verb", metavar="VERB")
    listing = verbs.add_parser("list", help="all, the disabled ones with reasons", parents=[common])
    listing.set_defaults(handler=list_generators)
    showing = verbs.add_parser(
        "info", help="modes, parameters, checkpoint families", parents=[common]
    )
    showing.set_defaults(handler=info)
    showing.add_argument("generator")


def list_generators(cli: Cli, options: argparse.Namespace) -> int:
    """List them."""
    rows = [
        [e.id, e.manifest.modality, e.manifest.version, e.source, e.manifest.summary]
        if e.manifest
        else [e.id, "disabled", "", e.source, e.reason]
        for e in cli.registry.entries
    ]
    data = [{"id": e.id, "enabled": e.manifest is not None, "source": e.source, "reason": e.reason}
            for e in cli.registry.entries]  # fmt: skip
    cli.emit(data, table(["id", "makes", "version", "source", "summary"], rows, widest=90))
    return 0


def info(cli: Cli, options: argparse.Namespace) -> int:
    """Show one manifest."""
    manifest = cli.registry.get(options.generator)
    modes = [[mode.id, mode.label, ", ".join(mode.inputs)] for mode in manifest.modes]
    params = [[spec.key, spec.type, "" if spec.default is None else spec.default, spec.allowed(),
               spec.help] for spec in manifest.params]  # fmt: skip
    families = [[f.id, f.label, ", ".join(f.formats)] for f in manifest.families]
    heads = ["parameter", "type", "default", "allowed", "what it does"]
    parts = [f"{manifest.name} {manifest.version} ({manifest.id})", manifest.summary, ""]
    parts += [table(["mode", "label", "needs"], modes), "", table(heads, params, 70)]
    if families:
        parts += ["", table(["checkpoint family", "label", "formats"], families)]
    cli.emit(asdict(manifest), "\n".join(parts))
    return 0
