"""``studio models …``: the checkpoints and adapters that the library lists, used in place."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.context import Cli, size_in_words, table
from studio.core.checkpoint import Adapter, Checkpoint
from studio.core.errors import CheckpointError, NotFound
from studio.services.checkpoints.catalogue import (
    add_weights,
    find_adapter,
    find_checkpoint,
    verify,
)
from studio.services.vocabulary.loading import vocabulary_of

if TYPE_CHECKING:
    import argparse


def add_parser(
    groups: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Add the command group."""
    group = groups.add_parser("models", help="checkpoints and adapters", parents=[common])
    verbs = group.add_subparsers(dest="verb", metavar="VERB")
    listing = verbs.add_parser("list", help="what the library lists", parents=[common])
    listing.set_defaults(handler=list_models)
    adding = verbs.add_parser(
        "add", help="list a folder or file; a ZIP is unpacked first", parents=[common]
    )
    adding.set_defaults(handler=add)
    adding.add_argument("path", type=Path)
    adding.add_argument("--name", default="")
    adding.add_argument("--family", default="", help="for a LoRA whose family cannot be told")
    for name, text, handler in (
        ("remove", "take weights off the list; the files stay", remove),
        ("verify", "hash the files and compare with the last time", verify_model),
        ("info", "everything that is known about weights", info),
    ):
        parser = verbs.add_parser(name, help=text, parents=[common])
        parser.set_defaults(handler=handler)
        parser.add_argument("model", help="name or id")


def licence_in_words(item: Checkpoint | Adapter) -> str:
    """Return the licence, and loudly when it is not for commercial use."""
    return (item.licence or "unknown") + ("" if item.commercial_use else " (NON-COMMERCIAL)")


def list_models(cli: Cli, options: argparse.Namespace) -> int:
    """List checkpoints and adapters."""
    checkpoints, adapters = cli.library.models.list(), cli.library.models.adapters()
    rows = [
        [item.name, item.modality, item.family, item.format, size_in_words(item.bytes),
         licence_in_words(item),
         "missing" if item.missing else "untrained" if item.untrained else ""]
        for item in checkpoints
    ]  # fmt: skip
    rows += [[item.name, "adapter", item.family, "lora", size_in_words(item.bytes),
              licence_in_words(item), "missing" if item.missing else ""]
             for item in adapters]  # fmt: skip
    heads = ["name", "makes", "family", "format", "size", "licence", "note"]
    text = table(heads, rows) if rows else "No models yet. Add one: studio models add PATH"
    data = [asdict(item) for item in checkpoints] + [asdict(item) for item in adapters]
    cli.emit(data, text)
    return 0


def add(cli: Cli, options: argparse.Namespace) -> int:
    """List weights that lie somewhere on this machine."""
    item = add_weights(
        cli.library, cli.registry, options.path, name=options.name, family=options.family
    )
    text = f"{item.name}: {item.family}, {size_in_words(item.bytes)}, {licence_in_words(item)}"
    cli.emit(asdict(item), text)
    return 0


def find(cli: Cli, name: str) -> Checkpoint | Adapter:
    """Return a checkpoint or, failing that, an adapter.

    Raises:
        NotFound: There is neither.
    """
    try:
        return find_checkpoint(cli.library, name)
    except NotFound:
        if not any(name in (item.id, item.name) for item in cli.library.models.adapters()):
            raise
        return find_adapter(cli.library, name)


def remove(cli: Cli, options: argparse.Namespace) -> int:
    """Take weights off the list."""
    item = find(cli, options.model)
    if isinstance(item, Adapter):
        cli.library.models.remove_adapter(item.id)
    else:
        cli.library.models.remove(item.id)
    cli.emit({"removed": item.id}, f"{item.name} is off the list; its files are where they were.")
    return 0


def verify_model(cli: Cli, options: argparse.Namespace) -> int:
    """Hash a checkpoint's files; exit 1 when they are not what they were."""
    checkpoint = find_checkpoint(cli.library, options.model)
    found, same = verify(cli.library, checkpoint, lambda _done, _total: None)
    if not checkpoint.sha256:
        text = f"{checkpoint.name}: hash noted, {found.sha256}"
    else:
        text = f"{checkpoint.name}: " + ("unchanged" if same else "CHANGED since it was verified")
    cli.emit({"id": checkpoint.id, "sha256": found.sha256, "unchanged": same}, text)
    return 0 if same else 1


def info(cli: Cli, options: argparse.Namespace) -> int:
    """Show everything about one."""
    item = find(cli, options.model)
    data = asdict(item)
    lines = [f"{key:16} {value}" for key, value in data.items()]
    try:
        vocabulary = vocabulary_of(item.path) if isinstance(item, Checkpoint) else None
    except CheckpointError as error:
        vocabulary = None
        lines.append(f"{'vocabulary':16} {error.message}")
    if vocabulary is not None:
        words = {
            kind: [" / ".join(said[0] for said in entry.words.values()) for entry in entries]
            for kind, entries in vocabulary.entries.items()
            if entries
        }
        data["vocabulary"] = words
        lines += ["", "The prompts that it knows are made of these words:"]
        lines += [f"{kind:16} {', '.join(said)}" for kind, said in words.items()]
    cli.emit(data, "\n".join(lines))
    return 0
