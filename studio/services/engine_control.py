"""How clients start, see and stop the engine of a library.

A client holds ``client_lock`` while it is open: the engine stays as long as anyone does, or there
is work. ``ensure_engine`` starts a detached engine where none runs; it may be called at any time,
by any number of clients at once.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

from studio.core.errors import LibraryError, UserFacingError
from studio.core.ids import new_id
from studio.core.paths import REPOSITORY, LibraryPaths
from studio.services.file_lock import holding, is_locked
from studio.store.errors import file_writes
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

START_SECONDS = 60.0  # a slow disk after boot; normally well under a second
POLL_SECONDS = 0.02
STOP_KEY = "engine_stop"  # state row: the process id that is asked to leave
#: Exit codes of ``python -m studio.engine``.
EXIT_LEFT, EXIT_LIBRARY, EXIT_ALREADY_RUNNING = 0, 2, 3

if sys.platform == "win32":
    _DETACHED = (
        subprocess.DETACHED_PROCESS
        | subprocess.CREATE_NEW_PROCESS_GROUP
        | subprocess.CREATE_BREAKAWAY_FROM_JOB
    )
else:
    _DETACHED = 0  # there ``start_new_session`` does it

_started: list[subprocess.Popen[bytes]] = []  # kept so that ended engines are reaped


class EngineError(UserFacingError):
    """The engine could not be started or stopped."""


def engine_running(root: Path) -> bool:
    """Tell whether an engine holds the library at this moment."""
    _reap()
    return is_locked(LibraryPaths(root).engine_lock)


def engine_pid(root: Path) -> int:
    """Return the process id of the running engine, 0 when there is none or it still starts."""
    if not engine_running(root):
        return 0
    try:
        return int(LibraryPaths(root).engine_lock.read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def ensure_engine(library_root: Path) -> None:
    """Start the engine unless one runs; return when it serves the library.

    Raises:
        EngineError: It did not start; the hint holds the last lines of its log.
        DiskFull, LibraryReadOnly: It has nowhere to write.
    """
    root = library_root.resolve()
    if engine_pid(root):
        return
    said = LibraryPaths(root).logs / "engine-start.log"
    process = _start(root, said)
    deadline = time.monotonic() + START_SECONDS
    while not engine_pid(root):
        code = process.poll()
        if code == EXIT_ALREADY_RUNNING:
            if not engine_running(root):  # the other one was just leaving
                process = _start(root, said)
        elif code is not None:
            raise EngineError(f"The engine did not start (exit code {code}).", _last_lines(said))
        if time.monotonic() > deadline:
            raise EngineError(
                f"The engine did not start within {START_SECONDS:.0f} s.", _last_lines(said)
            )
        time.sleep(POLL_SECONDS)


def _start(root: Path, said: Path) -> subprocess.Popen[bytes]:
    with file_writes(root):
        said.parent.mkdir(parents=True, exist_ok=True)
        log = said.open("wb")
    with log:
        process = subprocess.Popen(
            [sys.executable, "-m", "studio.engine", "--library", str(root)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=REPOSITORY,
            env=child_environment(),
            creationflags=_DETACHED,
            start_new_session=sys.platform != "win32",
        )
    _started.append(process)
    return process


def stop_engine(root: Path, timeout: float = 30.0) -> bool:
    """Ask the engine to leave; running jobs go back into the queue. Return whether one ran.

    Args:
        root: The library's folder.
        timeout: Seconds to wait for it to be gone.

    Raises:
        EngineError: It is still there after ``timeout``.
    """
    pid = engine_pid(root)
    if not pid:
        return False
    if sys.platform == "win32":
        with suppress(LibraryError), Library.open(root, create=False) as library:
            library.state.set(STOP_KEY, pid)
    else:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while engine_running(root) and engine_pid(root) in (0, pid):
        if time.monotonic() > deadline:
            raise EngineError(
                f"The engine (process {pid}) did not leave within {timeout:.0f} s.",
                "It may be writing a training checkpoint; try again, or end the process.",
            )
        time.sleep(POLL_SECONDS)
    return True


@contextmanager
def client_lock(root: Path) -> Iterator[None]:
    """Tell the engine that a client is open, for the length of a block.

    Raises:
        DiskFull, LibraryReadOnly: The lock's file cannot be made.
    """
    with ExitStack() as stack:
        with file_writes(root):
            lock = LibraryPaths(root).clients / f"{os.getpid()}-{new_id()}.lock"
            stack.enter_context(holding(lock))
        yield


def child_environment() -> dict[str, str]:
    """Return this process's environment, with which a child finds the same packages."""
    environment = dict(os.environ)
    known = environment.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(REPOSITORY), *(item for item in known if item and item != str(REPOSITORY))]
    environment["PYTHONPATH"] = os.pathsep.join(paths)
    environment["PYTHONUTF8"] = "1"
    return environment


def _reap() -> None:
    _started[:] = [process for process in _started if process.poll() is None]


def _last_lines(log: Path, lines: int = 12) -> str:
    try:
        text = log.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
    return "\n".join(text.splitlines()[-lines:])
