"""Takes stdin and stdout for the protocol, before anything that could print is imported."""

from __future__ import annotations

import io
import os
import sys


def take() -> tuple[int, int]:
    """Return private copies of file descriptors 0 and 1.

    From here on, what anything prints goes to stderr (the job's log), and what anything reads
    from stdin is at its end: a library that prints or prompts cannot touch the wire, nor can the
    processes that it starts.
    """
    commands, answers = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there only

        msvcrt.setmode(commands, os.O_BINARY)
        msvcrt.setmode(answers, os.O_BINARY)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", line_buffering=True)
    return commands, answers
