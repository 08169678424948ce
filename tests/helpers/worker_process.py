"""A real worker process to talk to: what the engine's executor does, for tests of the worker."""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.api import Request
from generators.protocol import (
    Cancelled,
    Configure,
    Failed,
    Finished,
    Message,
    Paused,
    Ready,
    Run,
    decode,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
FAKE = {
    "fake": "generators.fake.generator:FakeGenerator",
    "fake:trainer": "generators.fake.trainer:FakeTrainer",
}
COMMAND = (sys.executable, "-m", "studio.worker")
CLOSING = (Finished, Failed, Cancelled, Paused)


class WorkerProcess:
    """Starts ``command``, sends Configure and waits for Ready.

    Attributes:
        seen: Every message so far, in order, with the monotonic second it came.
        stderr: Where the worker's log goes.
    """

    def __init__(
        self,
        tmp: Path,
        *,
        command: Sequence[str] = COMMAND,
        environment: Mapping[str, str] | None = None,
        cwd: Path = ROOT,
        **configure: Any,
    ) -> None:
        self.tmp = tmp
        self.stderr = tmp / "worker.log"
        self.seen: list[tuple[float, Message]] = []
        self._inbox: queue.Queue[Message | None] = queue.Queue()
        self._count = 0
        with self.stderr.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=cwd,
                env={**os.environ, **(environment or {})},
            )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        configure.setdefault("entries", FAKE)
        self.send(Configure(**configure))
        try:
            self.ready: Ready = self.expect(Ready)
        except AssertionError:
            self.close()
            raise

    def __enter__(self) -> WorkerProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            message = decode(line)
            self.seen.append((time.monotonic(), message))
            self._inbox.put(message)
        self._inbox.put(None)

    def send(self, message: Message) -> None:
        """Write one message to the worker."""
        self.send_raw(encode(message))

    def send_raw(self, data: bytes) -> None:
        """Write any bytes to the worker."""
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def hang_up(self) -> None:
        """Close the worker's stdin, as a dead engine does."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def expect(self, *kinds: type[Message], timeout: float = 20.0) -> Any:
        """Return the next message of one of these kinds, passing over others."""
        deadline = time.monotonic() + timeout
        while True:
            try:
                message = self._inbox.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {kinds} within {timeout} s; {self.log()}") from None
            if message is None:
                raise AssertionError(f"the worker ended before {kinds}; {self.log()}")
            if isinstance(message, kinds):
                return message

    def start(self, request: Request, *, token: str = "", **fields: Any) -> str:
        """Send a Run with a staging folder of its own; return its token."""
        self._count += 1
        token = token or f"attempt-{self._count}"
        staging = self.tmp / f"staging-{self._count}"
        self.send(Run(token, request.to_json(), str(staging), **fields))
        return token

    def do(self, request: Request, **fields: Any) -> Any:
        """Run a request and return its closing message."""
        token = self.start(request, **fields)
        closing = self.expect(*CLOSING)
        assert closing.token == token
        return closing

    def of(self, kind: type[Message]) -> list[Any]:
        """Return the messages of a kind that came so far."""
        return [message for _, message in self.seen if isinstance(message, kind)]

    def log(self) -> str:
        """Return what the worker wrote to stderr."""
        return self.stderr.read_text("utf-8", "replace")

    def close(self) -> int:
        """End the worker and return its exit code."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if not self.process.stdin.closed:
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self._reader.join(5)
        self.process.stdout.close()
        return code


def fake(mode: str = "text", checkpoint: Any = None, **params: Any) -> Request:
    """Return a request for the test-card generator: fast, and with a fixed seed."""
    params = {"prompt": "Hello", "steps": 2, "step_seconds": 0.0, "seed": 7, **params}
    return Request("fake", mode, params, checkpoint)
