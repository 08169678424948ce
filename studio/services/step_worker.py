"""``python -m studio.services.step_worker --library DIR``: does campaign steps for the engine.

Speaks ``generators.protocol`` on stdin and stdout like any worker (group ``steps``), without torch.
It dies with the end of its stdin, answers Ping while a step runs, and stops a step at its next
report of progress when that is cancelled.
"""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":  # before anything that could print is imported
    _WIRE = (os.dup(0), os.dup(1))
    _NOTHING = os.open(os.devnull, os.O_RDONLY)
    os.dup2(_NOTHING, 0)
    os.close(_NOTHING)
    os.dup2(2, 1)
    if sys.platform == "win32":
        import msvcrt

        for _FD in _WIRE:
            msvcrt.setmode(_FD, os.O_BINARY)

import argparse
import queue
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.api import JobCancelled, UserFacingError
from generators.protocol import (
    PROTOCOL_VERSION,
    Cancel,
    Cancelled,
    Configure,
    Failed,
    Finished,
    Message,
    Ping,
    Pong,
    Produced,
    Progress,
    ProtocolError,
    Ready,
    Run,
    Shutdown,
    decode,
    encode,
)
from studio.services.steps import StepContext, find_step
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generators.api import JsonValue

GRACE = 0.3  # seconds between the engine's end and ours
WRONG_PROTOCOL = 3  # exit code
PROGRESS_EVERY = 0.2  # seconds


class Wire:
    """The two ends of the pipe; sending is safe from any thread."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = os.fdopen(commands, "rb")
        self._answers = os.fdopen(answers, "wb", buffering=0)
        self._lock = threading.Lock()

    def messages(self) -> Iterator[Message]:
        """Yield what the engine says until it is gone."""
        for line in self._commands:
            try:
                yield decode(line)
            except ProtocolError as error:
                sys.stderr.write(f"step worker: {error}\n")

    def send(self, message: Message) -> None:
        """Send one message; an engine that is gone makes this process end."""
        data = encode(message)
        try:
            with self._lock:
                while data:
                    data = data[self._answers.write(data) or 0 :]
        except OSError:
            os._exit(0)


class AttemptReporter:
    """Reports one attempt, and raises JobCancelled once that was asked for."""

    def __init__(self, wire: Wire, token: str, cancelled: set[str]) -> None:
        self._wire = wire
        self._token = token
        self._cancelled = cancelled
        self._last = 0.0

    def progress(self, done: float, total: float, message: str = "") -> None:
        """Report how far it is, a few times a second at most."""
        if self._token in self._cancelled:
            raise JobCancelled
        now = time.monotonic()
        if now - self._last >= PROGRESS_EVERY or done >= total:
            self._last = now
            self._wire.send(Progress(self._token, done, total, message))

    def produced(
        self, path: Path, role: str, media_type: str, metadata: Mapping[str, JsonValue]
    ) -> None:
        """Hand over a file in staging."""
        self._wire.send(Produced(self._token, str(path), role, media_type, dict(metadata)))


class StepWorker:
    """Does one step after another on the main thread while another thread listens."""

    def __init__(self, wire: Wire, root: Path) -> None:
        self._wire = wire
        self._root = root
        self._runs: queue.SimpleQueue[Run | None] = queue.SimpleQueue()
        self._cancelled: set[str] = set()

    def serve(self) -> None:
        """Work until the engine says Shutdown or is gone."""
        messages = self._wire.messages()
        first = next((m for m in messages if isinstance(m, Configure)), None)
        if first is None:
            os._exit(0)
        if first.protocol != PROTOCOL_VERSION:
            os._exit(WRONG_PROTOCOL)
        threading.Thread(target=self._listen, args=(messages,), daemon=True).start()
        self._wire.send(Ready(os.getpid()))
        while (run := self._runs.get()) is not None:
            self._attempt(run)
            self._cancelled.discard(run.token)
        sys.stderr.flush()
        os._exit(0)

    def _listen(self, messages: Iterator[Message]) -> None:
        for message in messages:
            if isinstance(message, Ping):
                self._wire.send(Pong(message.number))
            elif isinstance(message, Run):
                self._runs.put(message)
            elif isinstance(message, Cancel):
                self._cancelled.add(message.token)
            elif isinstance(message, Shutdown):
                self._runs.put(None)
        self._runs.put(None)
        time.sleep(GRACE)
        os._exit(0)

    def _attempt(self, run: Run) -> None:
        started = time.monotonic()
        try:
            result = self._run(run)
        except JobCancelled:
            self._wire.send(Cancelled(run.token))
        except UserFacingError as error:
            trace = traceback.format_exc()
            self._wire.send(Failed(run.token, "user", error.message, error.hint, trace))
        except OSError as error:
            said = f"{error.strerror or error}: {error.filename or ''}".rstrip(": ")
            hint = "Check the disk and the folder, then retry."
            self._wire.send(Failed(run.token, "user", said, hint, traceback.format_exc()))
        except Exception as error:  # noqa: BLE001 - the engine records it whole, the worker lives on
            said = f"{type(error).__name__}: {error}"
            self._wire.send(Failed(run.token, "bug", said, "", traceback.format_exc()))
        else:
            seconds = time.monotonic() - started
            self._wire.send(Finished(run.token, run_seconds=seconds, result=result))

    def _run(self, run: Run) -> dict[str, JsonValue]:
        reporter = AttemptReporter(self._wire, run.token, self._cancelled)
        reporter.progress(0, 1)
        request: Mapping[str, Any] = run.request
        arguments = dict(request.get("arguments") or {})
        step = find_step(str(request.get("step") or ""))
        staging = Path(run.staging)
        staging.mkdir(parents=True, exist_ok=True)
        # A fresh connection for each step: it sees all that was committed, and holds no lock.
        with Library.open(self._root, create=False, read_only=True) as library:
            campaign = str(request.get("campaign_id") or arguments.get("campaign_id") or "")
            job = str(request.get("job_id") or "")
            context = StepContext(library, campaign, job, arguments, staging, reporter)
            return step(context).to_json()


def main(commands: int, answers: int) -> None:
    """Be a step worker on these two file descriptors; never returns."""
    parser = argparse.ArgumentParser(prog="python -m studio.services.step_worker")
    parser.add_argument("--library", required=True, type=Path, help="folder of the library")
    options = parser.parse_args()
    StepWorker(Wire(commands, answers), options.library).serve()


if __name__ == "__main__":
    main(*_WIRE)
