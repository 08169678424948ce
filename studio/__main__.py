"""``studio …``: the window without arguments, else the command line.

Imports neither Qt nor torch at the top, so that ``studio jobs list`` starts at once.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the window or the command line; return the exit code."""
    from studio.cli import main as command_line

    options = command_line.parse(sys.argv[1:])
    if options.handler is not None:
        sys.excepthook = command_line.tell_bug
        return command_line.run(options)
    from studio.gui.application import run_window

    return run_window(command_line.library_root(options))


if __name__ == "__main__":
    sys.exit(main())
