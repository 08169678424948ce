"""The worker process: a thread that reads commands, and the main thread that does attempts."""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from collections import deque
from typing import TYPE_CHECKING

from generators.protocol import (
    PROTOCOL_VERSION,
    Cancel,
    Configure,
    Message,
    Pause,
    Ping,
    Pong,
    ProtocolError,
    Ready,
    Run,
    Shutdown,
    Unload,
    decode,
)
from studio.worker import memory
from studio.worker.channel import Channel
from studio.worker.context import Attempt
from studio.worker.runner import Runner, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

GRACE = 0.3  # seconds between the engine's end and ours
WRONG_PROTOCOL = 3  # exit code


class Inbox:
    """What was asked and is not done yet; written by the reader, emptied by the main thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._items: deque[Run | Unload] = deque()
        self._attempts: dict[str, Attempt] = {}
        self._leaving = False

    def put(self, item: Run | Unload) -> None:
        """Add work."""
        with self._changed:
            if isinstance(item, Run):
                self._attempts[item.token] = Attempt(item.token)
            self._items.append(item)
            self._changed.notify()

    def take(self, timeout: float | None) -> Run | Unload | None:
        """Wait for work; None when the time is over or the worker is to end."""
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._leaving, timeout)
            return self._items.popleft() if self._items and not self._leaving else None

    @property
    def leaving(self) -> bool:
        """Tell whether the worker is to end."""
        return self._leaving

    def attempt(self, token: str) -> Attempt:
        """Return the flags of an attempt that was put."""
        with self._changed:
            return self._attempts.setdefault(token, Attempt(token))  # two Runs may share one

    def done(self, token: str) -> None:
        """Forget an attempt; a later command that names it does nothing."""
        with self._changed:
            self._attempts.pop(token, None)

    def cancel(self, token: str) -> None:
        """Stop an attempt, begun or not; an unknown token is one that ended already."""
        with self._changed:
            if token in self._attempts:
                self._attempts[token].cancelled = True

    def pause(self, token: str) -> None:
        """Pause an attempt, begun or not."""
        with self._changed:
            if token in self._attempts:
                self._attempts[token].paused = True

    def leave(self) -> None:
        """End after the current step."""
        with self._changed:
            self._leaving = True
            for attempt in self._attempts.values():
                attempt.leaving = True
            self._changed.notify()


def serve(commands: int, answers: int) -> None:
    """Be a worker on these two file descriptors; never returns."""
    faulthandler.enable(sys.__stderr__ or 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in a terminal is the engine's to handle
    memory.die_with_parent()
    channel = Channel(commands, answers)
    lines = channel.lines()
    configure = _configuration(lines)
    if configure is None:
        os._exit(0)
    if configure.protocol != PROTOCOL_VERSION:
        _log(f"protocol {configure.protocol} was asked for; this worker speaks {PROTOCOL_VERSION}")
        os._exit(WRONG_PROTOCOL)
    inbox = Inbox()
    threading.Thread(target=_read, args=(lines, channel, inbox), name="reader", daemon=True).start()
    runner = Runner(configure, channel)
    devices = runner.probe() if configure.probe else ()
    channel.send(Ready(os.getpid(), devices, versions()))
    _work(runner, inbox)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # libraries' threads and exit handlers may hang; nothing of ours is left to do


def _work(runner: Runner, inbox: Inbox) -> None:
    while not inbox.leaving:
        item = inbox.take(runner.seconds_to_idle())
        if isinstance(item, Run):
            runner.attempt(item, inbox.attempt(item.token))
            inbox.done(item.token)
        elif isinstance(item, Unload):
            runner.unload(item.checkpoint_id)
        elif not inbox.leaving:
            runner.unload_idle()


def _read(lines: Iterator[bytes], channel: Channel, inbox: Inbox) -> None:
    for line in lines:
        message = _decoded(line)
        if isinstance(message, Ping):
            channel.send(Pong(message.number))
        elif isinstance(message, Run | Unload):
            inbox.put(message)
        elif isinstance(message, Cancel):
            inbox.cancel(message.token)
        elif isinstance(message, Pause):
            inbox.pause(message.token)
        elif isinstance(message, Shutdown):
            inbox.leave()
        elif message is not None:
            _log(f"a worker takes no {type(message).__name__}")
    inbox.leave()
    time.sleep(GRACE)  # for a step that ends by itself; a long call into C does not
    os._exit(0)


def _configuration(lines: Iterator[bytes]) -> Configure | None:
    for line in lines:
        message = _decoded(line)
        if isinstance(message, Configure):
            return message
        if message is not None:
            _log(f"Configure comes first, not {type(message).__name__}")
    return None


def _decoded(line: bytes) -> Message | None:
    try:
        return decode(line)
    except ProtocolError as error:
        _log(str(error))
        return None


def _log(text: str) -> None:
    sys.stderr.write(f"worker: {text}\n")
