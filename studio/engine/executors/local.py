"""Workers as processes of this machine.

Each has a session of its own, so that a Ctrl+C in a terminal or a cancelled job never hits another
one, and can be killed with whatever it started. It dies with the engine: by PDEATHSIG and end of
file on stdin (its own side), on Windows by a job object. Three small threads each: one reads
messages, one drains stderr, one writes, so that a worker that does not read never blocks the loop.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from queue import SimpleQueue
from typing import IO, TYPE_CHECKING

from generators.protocol import Message, ProtocolError, decode, encode
from studio.engine.executors.base import Gone, Numbers, Said, WorkerSpec
from studio.engine.executors.windows_job import JobObject
from studio.services.engine_control import child_environment

if TYPE_CHECKING:
    from pathlib import Path

    from studio.engine.executors.base import Post

log = logging.getLogger(__name__)
MAX_JOB_LOG = 1_000_000  # bytes; libraries print progress bars
LAST_LINES = 40
SPINS = "5000"  # rounds; more are slower beside one busy core, fewer on idle cores
LARGE_PAGES = "glibc.malloc.hugetlb=1"
if sys.platform == "win32":
    _OWN_GROUP = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
else:
    _OWN_GROUP = 0  # there ``start_new_session`` does it


class LocalWorker:
    """A worker process with its pipes; see ``executors.base.Worker``."""

    def __init__(self, number: int, spec: WorkerSpec, post: Post) -> None:
        self.number = number
        self.group = spec.group
        self._post = post
        self._outbox: SimpleQueue[Message | None] = SimpleQueue()
        self._last: deque[str] = deque(maxlen=LAST_LINES)
        self._sink = threading.Lock()
        self._log_path: Path | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", *spec.command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=worker_environment(),
            creationflags=_OWN_GROUP,
            start_new_session=sys.platform != "win32",
        )
        self.pid = self._process.pid
        self._threads = [
            threading.Thread(target=target, name=f"{spec.group}-{name}-{number}", daemon=True)
            for name, target in (
                ("read", self._read),
                ("stderr", self._drain),
                ("write", self._write),
            )
        ]
        self._start_threads()
        self.send(spec.configure)

    def _start_threads(self) -> None:
        """Start the threads, the reading one last because it waits for another.

        Raises:
            OSError: The system gives no more threads; the process is ended again.
        """
        try:
            for thread in reversed(self._threads):
                thread.start()
        except RuntimeError as error:
            self._outbox.put(None)
            self.kill()
            self._process.wait()
            pipes = (self._process.stdout, self._process.stderr, self._process.stdin)
            for thread, pipe in zip(self._threads, pipes, strict=True):
                if thread.ident is None:
                    _open(pipe).close()
            raise OSError(f"{error}") from error

    def send(self, message: Message) -> None:
        """See ``executors.base.Worker``."""
        self._outbox.put(message)

    def log_to(self, path: Path | None) -> None:
        """See ``executors.base.Worker``."""
        with self._sink:
            self._log_path = path

    def kill(self) -> None:
        """See ``executors.base.Worker``."""
        if self._process.poll() is not None:
            return
        if sys.platform == "win32":
            self._process.kill()
            return
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            self._process.kill()

    def join(self, timeout: float) -> None:
        """Wait until the process and its threads are gone, at most ``timeout`` seconds each."""
        for thread in self._threads:
            thread.join(timeout)

    def _write(self) -> None:
        pipe = _open(self._process.stdin)
        try:
            while (message := self._outbox.get()) is not None:
                pipe.write(encode(message))
                pipe.flush()
        except (BrokenPipeError, OSError, ValueError):
            return  # it is gone; the reading thread says so
        finally:
            try:
                pipe.close()
            except (BrokenPipeError, OSError):
                log.debug("worker %d left without reading its last message", self.number)

    def _read(self) -> None:
        pipe = _open(self._process.stdout)
        with pipe:
            for line in pipe:
                try:
                    message = decode(line)
                except ProtocolError as error:
                    log.warning("worker %d (%s): %s", self.number, self.group, error)
                else:
                    self._post(Said(self.number, message))
        self._outbox.put(None)
        code = self._process.wait()
        self._threads[1].join(2.0)  # its last words, unless a grandchild holds stderr open
        self._post(Gone(self.number, code, "\n".join(self._last)))

    def _drain(self) -> None:
        pipe = _open(self._process.stderr)
        with pipe:
            for raw in pipe:
                line = raw.decode("utf-8", "replace").rstrip()
                self._last.append(line[-2000:])
                with self._sink:
                    path = self._log_path
                if path is None:
                    log.info("worker %d (%s): %s", self.number, self.group, line[:500])
                else:
                    append_capped(path, raw)


def worker_environment() -> dict[str, str]:
    """Return a worker's environment: how long threads spin, and large pages for its memory.

    Networks have thousands of barriers a picture. Spinning long, libgomp's habit, is lost where
    something else takes a core; sleeping at once costs a small network on idle cores time at every
    barrier. A pipeline takes and gives back big tensors at every step, and in pages of 4 kB each
    of them is a thousand page faults; ``glibc.malloc.hugetlb=1`` asks the kernel for pages of 2 MB
    where it has them (GNU C library manual, "Memory Allocation Tunables"; other systems ignore it).
    What the person has set in the environment stays.
    """
    return {"GOMP_SPINCOUNT": SPINS, "GLIBC_TUNABLES": LARGE_PAGES, **child_environment()}


def _open(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ValueError("the process was started without pipes")
    return pipe


def append_capped(path: Path, raw: bytes) -> None:
    """Append to a log that never grows beyond ``MAX_JOB_LOG`` bytes; a full disk drops lines."""
    try:
        with path.open("ab") as file:
            room = MAX_JOB_LOG - file.tell()
            if room > 0:
                file.write(raw[:room])
    except OSError:
        return  # a log is not worth a job


class LocalExecutor:
    """Starts workers as processes of this machine; see ``executors.base.Executor``."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._numbers = Numbers()
        self._workers: list[LocalWorker] = []
        self._job = JobObject() if sys.platform == "win32" else None

    def start(self, spec: WorkerSpec) -> LocalWorker:
        """See ``executors.base.Executor``."""
        worker = LocalWorker(self._numbers.next(), spec, self._post)
        self._workers = [item for item in self._workers if item._process.poll() is None]  # noqa: SLF001
        self._workers.append(worker)
        try:
            if self._job is not None:
                self._job.add(worker.pid)
        except OSError:  # nobody would know it, and it would outlive the engine
            worker.kill()
            raise
        log.info("started worker %d (%s), process %d", worker.number, spec.group, worker.pid)
        return worker

    def close(self) -> None:
        """See ``executors.base.Executor``."""
        for worker in self._workers:
            worker.kill()
        for worker in self._workers:
            worker.join(5.0)
