"""One attempt at one job, from its claim to its end: what the engine keeps of it in memory."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import TYPE_CHECKING

from generators.protocol import Cancel, Message, Pause
from studio.core.job import JobKind

if TYPE_CHECKING:
    from pathlib import Path

    from generators.api import Request
    from generators.manifest import Manifest
    from generators.protocol import Produced, Run
    from studio.core.estimates import Estimate
    from studio.core.job import Job, StepRequest

TEXT_KEPT = 100_000  # characters of streamed text


class Ending(Enum):
    """Why the engine asked an attempt to end; NONE while it goes its way."""

    NONE = auto()
    CANCEL = auto()
    PAUSE = auto()
    PREEMPT = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A job made ready for a worker.

    Attributes:
        run: The message to send.
        request: With every default filled in and every path resolved; recipes are made of it.
        memory: Bytes that it would need.
        units: Of work.
    """

    run: Run
    request: Request | StepRequest
    manifest: Manifest | None
    staging: Path
    memory: int
    units: float


@dataclass(slots=True)
class Attempt:
    """What is known of a running attempt. Times are of ``time.monotonic``.

    Attributes:
        overtakes: Jobs that it went before.
        expected: Run time from history.
        kills_before: The kernel's count of out-of-memory kills when it began.
        deadline: When its worker is killed because it did not end as asked; 0.0 for never.
        running_since: When the run (not the load) began; 0.0 before.
        unsaid: Progress that is not written yet.
        training_mark: The training's state as it was last seen (see ``training_state``).
    """

    job: Job
    prepared: Prepared
    overtakes: tuple[str, ...] = ()
    expected: Estimate | None = None
    kills_before: int = 0
    began: float = field(default_factory=time.monotonic)
    ending: Ending = Ending.NONE
    deadline: float = 0.0
    produced: list[Produced] = field(default_factory=list)
    running_since: float = 0.0
    done: float = 0.0
    total: float = 0.0
    phase: str = ""
    message: str = ""
    preview: str = ""
    text: str = ""
    unsaid: bool = False
    reported_at: float = 0.0
    sign_at: float = field(default_factory=time.monotonic)
    training_mark: frozenset[tuple[str, int, int]] = frozenset()

    @property
    def token(self) -> str:
        """Return its token."""
        return self.job.token

    @property
    def trains(self) -> bool:
        """Tell whether it is a fine-tune, which can pause and go on."""
        return self.job.kind is JobKind.FINETUNE

    def moved(self, done: float, total: float, phase: str, message: str) -> None:
        """Take in progress."""
        if phase != "loading" and not self.running_since:
            self.running_since = time.monotonic()
        self.done, self.total, self.phase = done, total, phase
        self.message = message or self.message
        self.unsaid = True

    def streamed(self, text: str) -> None:
        """Take in text."""
        self.text = (self.text + text)[-TEXT_KEPT:]
        self.unsaid = True

    def end_by(self, ending: Ending, deadline: float) -> None:
        """Note that it was asked to end."""
        self.ending, self.deadline = ending, deadline


@dataclass(slots=True)
class Unsettled:
    """The end of an attempt that could not be written yet: the disk was full, the library held."""

    token: str
    reason: str
    counts_as_death: bool = False


def training_state(folder: Path) -> frozenset[tuple[str, int, int]]:
    """Return (name, bytes, time) of all files of a training's state: another set, a new state.

    Times are only compared for being equal: a clock may be set back between two of them.
    """
    found = set()
    try:
        for item in folder.rglob("*"):
            if item.is_file() and item.suffix != ".part":
                facts = item.stat()
                found.add((str(item), facts.st_size, facts.st_mtime_ns))
    except OSError:  # the worker is writing there at this moment
        return frozenset()
    return frozenset(found)


def ask_to_end(attempt: Attempt) -> Message:
    """Return the message that asks a worker to end an attempt as intended."""
    if attempt.ending in (Ending.PAUSE, Ending.PREEMPT, Ending.STOP) and attempt.trains:
        return Pause(attempt.token)
    return Cancel(attempt.token)
