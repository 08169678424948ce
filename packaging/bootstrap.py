"""Set Brandloom up and run it, or test it. Needs Python 3.11 or newer and nothing else.

    python3 packaging/bootstrap.py run     set up, make the sample campaign, open the window
    python3 packaging/bootstrap.py test    lints, types, import contracts, all tests

A second call skips what is there. Everything goes into this folder (``.venv``, ``.cache``) and into
the library; remove both and nothing is left.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import subprocess
import sys
from pathlib import Path

# This file, setup_progress.py and setup_machine.py also load on Python 3.8 to 3.10, where all that
# they do is to say which Python is needed. The others are imported after that, in functions.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from setup_progress import SetupError

EXIT_SETUP = 3
EXIT_BUSY = 4


def main(arguments: list[str] | None = None) -> int:
    """Run one of the two commands; return the exit code."""
    options = parse(arguments)
    try:
        from setup_machine import ensure_python  # noqa: PLC0415 - after the version check below

        ensure_python()
        with only_one():
            return run(options) if options.command == "run" else test(options)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        if error.hint:
            print(error.hint, file=sys.stderr)
        return EXIT_BUSY if isinstance(error, Busy) else EXIT_SETUP
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on from here.", file=sys.stderr)
        return 130


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run_parser = commands.add_parser("run", help="set up, make a campaign, open the window")
    run_parser.add_argument("--no-window", action="store_true", help="do not open the window")
    run_parser.add_argument("--brief", type=place, help="a brief of your own instead of the sample")
    run_parser.add_argument("--library", type=place, help="where to keep everything that is made")
    run_parser.add_argument("--shortcut", action="store_true", help="leave a start-menu shortcut")
    test_parser = commands.add_parser("test", help="lints, types, import contracts, all tests")
    test_parser.add_argument("pytest", nargs="*", help="passed on to pytest, after --")
    return parser.parse_args(arguments)


def place(text: str) -> Path:
    """Return the path that was meant here; what set-up starts runs in another folder.

    Raises:
        argparse.ArgumentTypeError: ``~`` names nobody.
    """
    try:
        return Path(text).expanduser().resolve()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


class Busy(SetupError):
    """Another set-up runs in this folder."""


@contextlib.contextmanager
def only_one():  # type: ignore[no-untyped-def] # noqa: ANN201 - a generator; types would need imports
    """Hold an OS lock for as long as set-up runs; the OS lets go when the process ends.

    Raises:
        Busy: Another set-up holds it.
    """
    lock = Path(__file__).resolve().parents[1] / ".cache" / "setup.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("a+b") as file:
        try:
            if os.name == "nt":
                import msvcrt  # noqa: PLC0415

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl  # noqa: PLC0415

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise Busy(
                "Brandloom's set-up is already running in this folder.",
                "Wait for it to finish, or stop it first.",
            ) from error
        os.set_inheritable(file.fileno(), False)
        yield


def prepare(*, tools: bool, window: bool) -> None:
    """Check this machine and install what is missing.

    Raises:
        SetupError: Something stands in the way.
    """
    from setup_install import ROOT, VENV, install  # noqa: PLC0415
    from setup_machine import ensure_libraries, ensure_space, probe  # noqa: PLC0415

    machine = probe()
    print(f"Brandloom set-up: {machine.lock}, device {machine.device}", flush=True)
    ensure_libraries(window=window)
    if not VENV.exists():
        ensure_space(ROOT, machine.lock)
    install(machine.lock, tools=tools)


def run(options: argparse.Namespace) -> int:
    """Set up, run a campaign through the queue, open the window."""
    from setup_first_run import (  # noqa: PLC0415
        first_run,
        in_library,
        leave_shortcut,
        open_window,
    )
    from setup_machine import has_display  # noqa: PLC0415

    if options.brief and not options.brief.is_file():
        raise SetupError(f"There is no brief at {options.brief}.", "Check the path of --brief.")
    window = has_display() and not options.no_window
    prepare(tools=False, window=window)
    if options.shortcut:
        leave_shortcut(options.library)
    code = first_run(options.library, options.brief)
    if code == 0 and window:
        return open_window(options.library)
    if code == 0 and not options.no_window:
        command = shlex.join([".venv/bin/studio", *in_library(options.library)])
        print(f"No display here, so no window. On a desktop:  {command}")
    return code


def test(options: argparse.Namespace) -> int:
    """Run the same checks as CI, in order; all of them run, the first failure decides."""
    from setup_install import ROOT, python  # noqa: PLC0415

    prepare(tools=True, window=False)
    scripts = python().parent
    environment = {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment["QT_QPA_PLATFORM"] = "offscreen"
    checks = [
        ("Lint", [str(python()), "-m", "ruff", "check", "."]),
        ("Format", [str(python()), "-m", "ruff", "format", "--check", "."]),
        ("Types", [str(python()), "-m", "mypy"]),
        ("Import contracts", [str(scripts / "lint-imports")]),
        ("Tests", [str(python()), "-m", "pytest", *options.pytest]),
    ]
    failed = []
    for title, command in checks:
        print(f"== {title}", flush=True)
        if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode:
            failed.append(title)
    print("All checks passed." if not failed else "Failed: " + ", ".join(failed), flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
