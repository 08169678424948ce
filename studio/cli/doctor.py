"""``studio doctor``: everything that a fault report needs, and nothing private."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.services.doctor import diagnose

if TYPE_CHECKING:
    import argparse

    from studio.cli.context import Cli


def add_parser(
    groups: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Add the command."""
    parser = groups.add_parser("doctor", help="what a fault report needs", parents=[common])
    parser.set_defaults(handler=doctor)


def doctor(cli: Cli, options: argparse.Namespace) -> int:
    """Print the findings; exit 1 when one of them needs attention."""
    findings = diagnose(cli.root, cli.registry)
    lines = [
        f"{'!' if item.problem else ' '} {item.name:22} {item.value}"
        + (f"\n    {item.problem}" if item.problem else "")
        for item in findings
    ]
    data = [{"name": f.name, "value": f.value, "problem": f.problem} for f in findings]
    cli.emit(data, "\n".join(lines))
    return 1 if any(item.problem for item in findings) else 0
