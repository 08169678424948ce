"""``python -m studio.engine --library DIR``: the process that owns the queue of one library.

Exit codes: 0 it left (nothing to do, or asked to), 2 the library cannot be used, 3 another engine
has it.
"""

from __future__ import annotations

import argparse
import json
import logging
import logging.handlers
import os
import signal
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from studio.core.errors import AlreadyRunning, UserFacingError
from studio.core.paths import LibraryPaths, default_library
from studio.engine.executors.local import LocalExecutor
from studio.engine.loop import Engine
from studio.engine.options import SETTINGS_KEY, EngineOptions
from studio.services.engine_control import EXIT_ALREADY_RUNNING, EXIT_LEFT, EXIT_LIBRARY
from studio.services.file_lock import FileLock
from studio.store.errors import file_writes
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

log = logging.getLogger("studio.engine")
LOG_BYTES, LOG_FILES = 2_000_000, 3
LOCK_PATIENCE = 1.0  # seconds: others probe the lock by taking it for a moment


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the engine; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m studio.engine", description=__doc__)
    parser.add_argument("--library", type=Path, default=None, metavar="DIR")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=JSON",
        help="an option of the engine, such as leave_after=60 (see studio/engine/options.py)",
    )
    parsed = parser.parse_args(arguments)
    root = Path(os.path.abspath(parsed.library or default_library()))  # noqa: PTH100
    try:
        options = _with(EngineOptions(), parsed.set)
    except (ValueError, KeyError, TypeError) as error:
        parser.error(f"--set: {error}")
    try:
        serve(root, options)
    except AlreadyRunning as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_ALREADY_RUNNING
    except UserFacingError as error:
        if logging.getLogger().handlers:  # else its last resort is stderr too
            log.error("%s", error)  # noqa: TRY400 - a fault of the world, not of the code
        sys.stderr.write(f"{error}\n")
        return EXIT_LIBRARY
    return EXIT_LEFT


def serve(root: Path, options: EngineOptions) -> None:
    """Hold the library's lock and work until there is nothing to do.

    Raises:
        AlreadyRunning: Another engine has the library.
        LibraryError: The library cannot be used.
    """
    lock = FileLock(LibraryPaths(root).engine_lock)
    with file_writes(root):
        free = lock.acquire(LOCK_PATIENCE)
    if not free:
        raise AlreadyRunning(f"Another engine works for the library in {root} already.")
    try:
        lock.write("")  # an engine that was killed has left its number: it does not serve
        with Library.open(root) as library:
            with file_writes(root):
                _log_to(library.paths.logs / "engine.log")
                (library.paths.logs / "jobs").mkdir(parents=True, exist_ok=True)
            options = options.with_settings(library.state.get(SETTINGS_KEY))
            engine = Engine(library, options, LocalExecutor)
            _serve(engine, lock)
    finally:
        lock.release()


def _serve(engine: Engine, lock: FileLock) -> None:
    _stop_on_signals(engine)
    engine.recover()
    lock.write(f"{os.getpid()}\n")  # from here on clients know that it serves
    log.info("serving, process %d", os.getpid())
    try:
        while True:
            engine.run()
            lock.write("")  # who needs an engine now waits for the next one
            engine.close()
            lock.release()
            # a client that found the lock held a moment ago relies on this engine
            if not engine.wanted_again() or not lock.acquire(LOCK_PATIENCE):
                break
            log.info("work came at the last moment")
            lock.write(f"{os.getpid()}\n")
            engine.reopen()
    finally:
        log.info("left")


def _stop_on_signals(engine: Engine) -> None:
    def stop(*_: object) -> None:
        engine.stop()

    for name in ("SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8", errors="replace"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    root.addHandler(handler)
    sys.excepthook = _log_bug
    logging.raiseExceptions = False  # a full disk must not make every log line an error


def _log_bug(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write a bug of ours whole to the log before the process ends."""
    log.critical("the engine ends because of a bug", exc_info=(kind, error, trace))
    sys.__excepthook__(kind, error, trace)


def _with(options: EngineOptions, settings: Sequence[str]) -> EngineOptions:
    names = {item.name for item in fields(options)}
    for setting in settings:
        name, _, text = setting.partition("=")
        if name not in names:
            raise KeyError(f"no option is called {name}")
        value, old = json.loads(text), getattr(options, name)
        if name in ("bounds", "disk"):
            value = replace(old, **value)
        options = replace(options, **{name: value})
    return options


if __name__ == "__main__":
    sys.exit(main())
