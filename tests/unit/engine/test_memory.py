from __future__ import annotations

import os
import signal

import pytest

from studio.engine.memory import (
    MemoryReading,
    MemoryWatch,
    estimate_bytes,
    own_rss,
    read_memory,
    rss_of,
)


def test_readings_are_of_this_machine() -> None:
    reading = read_memory()
    assert 0 < reading.available <= reading.total
    assert not reading.low
    assert own_rss() > 1_000_000
    assert rss_of([os.getpid(), 2**22 + 1]) > 0  # a process that is not there counts nothing
    assert estimate_bytes(10**9) > 10**9


class Machine:
    """Readings that a test sets."""

    def __init__(self) -> None:
        self.now = MemoryReading(1000, 900)

    def __call__(self) -> MemoryReading:
        return self.now


@pytest.mark.parametrize(
    ("code", "low", "kills", "verdict"),
    [
        (-signal.SIGKILL, False, 0, False),
        (-signal.SIGKILL, True, 0, True),
        (-signal.SIGKILL, False, 1, True),
        (137, False, 1, True),
        (-signal.SIGSEGV, True, 1, False),
        (1, True, 1, False),
    ],
)
def test_which_deaths_are_out_of_memory(code: int, low: bool, kills: int, verdict: bool) -> None:
    machine = Machine()
    watch = MemoryWatch(machine)
    before = watch.began()
    machine.now = MemoryReading(1000, 10 if low else 900, kills)
    watch.sample()
    machine.now = MemoryReading(1000, 900, kills)  # it is over when the worker is found dead
    assert watch.was_out_of_memory(code, before) is verdict
