"""The engine's loop with workers that a test plays: deaths and late words on call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.protocol import Message, Run
from helpers.waiting import wait_until
from studio.engine.executors.base import Gone, Numbers, Said, WorkerSpec
from studio.engine.loop import Engine
from studio.engine.memory import MemoryReading
from studio.engine.options import EngineOptions

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from studio.core.job import Job, NewJob
    from studio.engine.executors.base import Event
    from studio.store.library import Library

GB = 10**9


class PlayedWorker:
    """Keeps what it is sent."""

    def __init__(self, number: int, spec: WorkerSpec) -> None:
        self.number, self.pid, self.spec = number, 0, spec
        self.sent: list[Message] = []
        self.killed = False

    def send(self, message: Message) -> None:
        self.sent.append(message)

    def log_to(self, path: Path | None) -> None:
        pass

    def kill(self) -> None:
        self.killed = True

    @property
    def run(self) -> Run:
        return [message for message in self.sent if isinstance(message, Run)][-1]


class Stage:
    """An engine with played workers, moved on by hand."""

    def __init__(self, library: Library, **options: float) -> None:
        self.library = library
        self.workers: list[PlayedWorker] = []
        self.numbers = Numbers()
        self.post: Callable[[Event], None] = lambda _: None
        settings = EngineOptions(poll=0.01, **options)  # type: ignore[arg-type]
        self.engine = Engine(library, settings, self._make)
        self.memory = MemoryReading(100 * GB, 90 * GB)
        self.engine.hub.memory.read = lambda: self.memory

    def _make(self, post: Callable[[Event], None]) -> Stage:
        self.post = post
        return self

    def start(self, spec: WorkerSpec) -> PlayedWorker:
        self.workers.append(PlayedWorker(self.numbers.next(), spec))
        return self.workers[-1]

    def close(self) -> None:
        pass

    def add(self, *jobs: NewJob) -> list[str]:
        return [job.id for job in self.library.jobs.enqueue(jobs)]

    def go(self, until: Callable[[], object] = lambda: True) -> None:
        for _ in range(3):
            self.engine._once()
        wait_until(lambda: (self.engine._once(), until())[1], timeout=10)

    def says(self, worker: PlayedWorker, message: Message) -> None:
        self.post(Said(worker.number, message))

    def dies(self, worker: PlayedWorker, code: int, words: str = "last words") -> None:
        self.post(Gone(worker.number, code, words))

    def job(self, job_id: str) -> Job:
        return self.library.jobs.get(job_id)
