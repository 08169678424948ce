"""``studio …``: reads the command line and calls one handler.

Exit codes: 0 all well; 1 what was asked for failed (a job, a check); 2 the command line is wrong;
3 something in the world stands in the way (the message says what to do); 130 interrupted. A bug
prints its traceback and exits with 70.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from generators.api import UserFacingError
from studio import __version__
from studio.cli import campaign, doctor, engine, generate, generators, jobs, library, models
from studio.cli.context import Cli
from studio.core.paths import default_library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

EXIT_WORLD, EXIT_BUG = 3, 70
GROUPS = (campaign, generate, jobs, models, library, engine, generators, doctor)


def common_options() -> argparse.ArgumentParser:
    """Return the options that every command takes, before or after its name."""
    options = argparse.ArgumentParser(add_help=False)
    options.add_argument(
        "--library", type=Path, default=argparse.SUPPRESS, help="the library's folder"
    )
    options.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="print JSON"
    )
    return options


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    common = common_options()
    parser = argparse.ArgumentParser(
        prog="studio",
        parents=[common],
        description="Brandloom. Without a command: the window.",
    )
    parser.add_argument("--version", action="version", version=f"Brandloom {__version__}")
    groups = parser.add_subparsers(dest="group", metavar="COMMAND")
    for group in GROUPS:
        group.add_parser(groups, common)
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line; ``handler`` is None when the window is asked for."""
    parser = build_parser()
    parser.set_defaults(handler=None)
    options = parser.parse_args(list(arguments))
    if options.group and options.handler is None:
        parser.parse_args([options.group, "--help"])
    return options


def run(options: argparse.Namespace) -> int:
    """Call the handler; turn errors of the world into words and an exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    cli = Cli(library_root(options), as_json=getattr(options, "json", False))
    try:
        return int(options.handler(cli, options))
    except UserFacingError as error:
        if cli.as_json:
            said = {"error": error.message, "hint": error.hint, "kind": type(error).__name__}
            sys.stdout.write(json.dumps(said, ensure_ascii=False) + "\n")
        sys.stderr.write(f"{error.message}\n" + (f"{error.hint}\n" if error.hint else ""))
        return EXIT_WORLD
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped watching. Work in the queue goes on: studio jobs list\n")
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    finally:
        cli.close()


def tell_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> NoReturn:
    """Print a bug whole and end with a code of its own: an excepthook may do so."""
    sys.__excepthook__(kind, error, trace)
    sys.stderr.write("This is a bug in Brandloom. Please report it with the lines above.\n")
    raise SystemExit(EXIT_BUG)


def library_root(options: argparse.Namespace) -> Path:
    """Return the library that the options name, or the default one."""
    named: Path | None = getattr(options, "library", None)
    return named.expanduser().resolve() if named else default_library()
