"""Injected faults: a door for tests, open only when ``Configure.faults`` names one.

``faults`` maps a name to its settings; every setting may be left out::

    {"out_of_memory": {...}}    raise OutOfMemory
    {"bug": {...}}              raise RuntimeError
    {"hang": {"silent": false}} never come back; deaf to cancel, and when silent, to pings as well
    {"die": {"signal": 9}}      end the process by that signal, as an out-of-memory killer would

and for all of them ``where`` (``load``, ``run``, the default, or ``step``: at a progress report),
``times`` (1: how often; -1: always) and ``after`` (0: how many chances to let pass first).
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.api import OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from generators.api import JsonValue

NAMES = ("out_of_memory", "bug", "hang", "die")


@dataclass
class _Fault:
    name: str
    where: str
    times: int
    after: int
    silent: bool
    signal: int


class Faults:
    """The faults that are left to strike."""

    def __init__(self, settings: Mapping[str, JsonValue], silence: Callable[[], None]) -> None:
        self._silence = silence
        self._faults = [_read(name, body or {}) for name, body in settings.items()]

    def strike(self, where: str) -> None:
        """Let the faults of this place happen.

        Raises:
            OutOfMemory: As asked for.
            RuntimeError: As asked for.
        """
        for fault in self._faults:
            if fault.where != where or fault.times == 0:
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            self._happen(fault)

    def _happen(self, fault: _Fault) -> None:
        if fault.name == "out_of_memory":
            raise OutOfMemory("injected: out of memory")
        if fault.name == "bug":
            raise RuntimeError("injected: a bug")
        if fault.name == "die":
            os.kill(os.getpid(), fault.signal)
        if fault.silent:
            self._silence()
        while True:
            time.sleep(3600)


def _read(name: str, body: Mapping[str, JsonValue]) -> _Fault:
    if name not in NAMES:
        raise ValueError(f"no fault is called {name!r}; known: {', '.join(NAMES)}")
    return _Fault(
        name=name,
        where=str(body.get("where", "run")),
        times=int(body.get("times", 1)),
        after=int(body.get("after", 0)),
        silent=bool(body.get("silent", False)),
        signal=int(body.get("signal", getattr(signal, "SIGKILL", signal.SIGTERM))),
    )
