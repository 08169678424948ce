"""Worker processes that could not be started whole are not left behind."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
from helpers.engines import children_of
from helpers.waiting import wait_until

from generators.protocol import Configure
from studio.engine.executors.base import WorkerSpec
from studio.engine.executors.local import LocalExecutor

if TYPE_CHECKING:
    from collections.abc import Iterator

SPEC = WorkerSpec("fake", Configure())


@pytest.fixture
def executor() -> Iterator[LocalExecutor]:
    made = LocalExecutor(lambda _: None)
    yield made
    made.close()


class NoRoom:
    """A job object of Windows that refuses."""

    def add(self, pid: int) -> None:
        assert pid in own_children()
        raise OSError("process cannot be put into the job object")


def own_children() -> list[int]:
    return children_of(os.getpid())


def test_a_worker_that_the_job_object_refuses_is_ended(
    executor: LocalExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = own_children()
    monkeypatch.setattr(executor, "_job", NoRoom())
    with pytest.raises(OSError, match="job object"):
        executor.start(SPEC)
    wait_until(lambda: own_children() == before)


@pytest.mark.parametrize("name", ["-read-", "-stderr-", "-write-"])
def test_a_worker_without_its_threads_is_ended(
    executor: LocalExecutor, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before, real = own_children(), threading.Thread.start

    def start(thread: threading.Thread) -> None:
        if name in thread.name:
            raise RuntimeError("can't start new thread")
        real(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(OSError, match="new thread"):
        executor.start(SPEC)
    wait_until(lambda: own_children() == before)
