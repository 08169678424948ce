"""``studio …``: the window without arguments, else the command line.

Imports neither Qt nor torch at the top, so that ``studio jobs list`` starts at once.
"""

from __future__ import annotations

import sys


def main() -> int:
    """Run the window or the command line; return the exit code."""
    from studio.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
