"""The wire: whole lines in, whole messages out."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

from generators.protocol import encode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generators.protocol import Message

CHUNK = 1 << 16


class Channel:
    """The worker's end of the two pipes. ``send`` may be called from any thread."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._lock = threading.Lock()

    def send(self, message: Message) -> None:
        """Write one message; ends the process when nobody reads any more."""
        data = memoryview(encode(message))
        with self._lock:
            try:
                while data:
                    data = data[os.write(self._answers, data) :]
            except OSError:
                os._exit(0)  # the engine is gone, and with it everyone who wants to know

    def lines(self) -> Iterator[bytes]:
        """Yield lines until the engine closes its end; half a line at the end is dropped."""
        parts: list[bytes] = []
        while chunk := os.read(self._commands, CHUNK):
            *whole, rest = chunk.split(b"\n")
            for piece in whole:
                parts.append(piece)
                yield b"".join(parts)
                parts.clear()
            if rest:
                parts.append(rest)

    def silence(self) -> None:
        """Answer nothing from now on, not even a ping (an injected fault)."""
        self._lock.acquire()
