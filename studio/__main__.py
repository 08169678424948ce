"""``studio …``: the window without arguments, else the command line.

Imports neither Qt nor torch at the top, so that ``studio jobs list`` starts at once.
"""

from __future__ import annotations

import io
import sys


def speak_utf8() -> None:
    """Write every sign, whatever the system's code page has: prompts are of all scripts.

    On Windows a file or a pipe gets the ANSI code page, in which most signs are an error.
    """
    for stream in (sys.stdout, sys.stderr):  # None where there is no console
        if isinstance(stream, io.TextIOWrapper):
            encoding = None if stream.isatty() else "utf-8"
            stream.reconfigure(encoding=encoding, errors="backslashreplace")


def main() -> int:
    """Run the window or the command line; return the exit code."""
    from studio.cli import main as command_line

    options = command_line.parse(sys.argv[1:])
    if options.handler is not None:
        speak_utf8()
        sys.excepthook = command_line.tell_bug
        return command_line.run(options)
    from studio.gui.application import run_window

    return run_window(command_line.library_root(options))


if __name__ == "__main__":
    sys.exit(main())
