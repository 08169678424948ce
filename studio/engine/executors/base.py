"""What the engine needs of whatever runs workers: start one, talk to it, end it.

The loop knows workers by these types alone. An executor posts what its workers say into one queue,
from any thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generators.protocol import Configure, Message


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """Which worker to start.

    Attributes:
        group: Worker group, such as ``torch``, ``llama`` or ``steps``.
        configure: The first message that it gets.
        command: Module and arguments behind ``python -m``.
    """

    group: str
    configure: Configure
    command: tuple[str, ...] = ("studio.worker",)


@dataclass(frozen=True, slots=True)
class Said:
    """A worker sent a message."""

    worker: int
    message: Message


@dataclass(frozen=True, slots=True)
class Gone:
    """A worker's process ended.

    Attributes:
        exit_code: As ``subprocess`` gives it: negative is the number of the signal.
        last_words: The end of what it wrote to stderr.
    """

    worker: int
    exit_code: int
    last_words: str = ""


Event = Said | Gone
if TYPE_CHECKING:
    Post = Callable[[Event], None]


class Worker(Protocol):
    """A started worker.

    Attributes:
        number: Unique for the life of the engine; carried by its events.
        pid: Of its process.
    """

    number: int
    pid: int

    def send(self, message: Message) -> None:
        """Send a message; never blocks, and is silently lost when the worker is gone."""

    def log_to(self, path: Path | None) -> None:
        """Drain its stderr into this file from now on; None for the engine's own log."""

    def kill(self) -> None:
        """End it at once, with everything that it started."""


class Executor(Protocol):
    """Starts workers somewhere."""

    def start(self, spec: WorkerSpec) -> Worker:
        """Start a worker.

        Raises:
            OSError: The process cannot be started.
        """

    def close(self) -> None:
        """End all workers at once and wait until they are gone."""


@dataclass(slots=True)
class Numbers:
    """Hands out worker numbers."""

    last: int = field(default=0)

    def next(self) -> int:
        """Return the next number."""
        self.last += 1
        return self.last
