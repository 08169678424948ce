"""``studio engine …``: the process that works through the queue."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from studio.cli.context import Cli, size_in_words
from studio.services.engine_control import engine_running, stop_engine

if TYPE_CHECKING:
    import argparse

STOP_SECONDS = 30.0


def add_parser(
    groups: argparse._SubParsersAction[argparse.ArgumentParser], common: argparse.ArgumentParser
) -> None:
    """Add the command group."""
    group = groups.add_parser("engine", help="the process behind the queue", parents=[common])
    verbs = group.add_subparsers(dest="verb", metavar="VERB")
    for name, text, handler in (
        ("status", "is it running, what does it hold", status),
        ("run", "run it here, in the foreground", run),
        ("stop", "let it leave cleanly; running jobs go back into the queue", stop),
    ):
        verbs.add_parser(name, help=text, parents=[common]).set_defaults(handler=handler)


def status(cli: Cli, options: argparse.Namespace) -> int:
    """Say whether it runs, and what it holds."""
    running = engine_running(cli.root)
    state = cli.library.state.engine_state()
    data = {"running": running, **asdict(state)}
    if not running:
        cli.emit(data, "The engine is not running. It starts by itself when there is work.")
        return 0
    lines = [f"Running, process {state.pid}: {state.status}. {state.message}".rstrip()]
    lines += [f"Device: {state.device or 'not known yet'}", f"Memory: {size_in_words(state.rss)}"]
    cli.emit(data, "\n".join(lines))
    return 0


def run(cli: Cli, options: argparse.Namespace) -> int:
    """Run the engine in the foreground, until it has nothing to do or is stopped."""
    command = [sys.executable, "-m", "studio.engine", "--library", str(cli.root)]
    return subprocess.run(command, check=False).returncode


def stop(cli: Cli, options: argparse.Namespace) -> int:
    """Stop it."""
    if not engine_running(cli.root):
        cli.emit({"stopped": False}, "The engine is not running.")
        return 0
    stop_engine(cli.root, STOP_SECONDS)
    cli.emit({"stopped": True}, "The engine has left. Jobs that ran are back in the queue.")
    return 0
