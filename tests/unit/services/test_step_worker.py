"""The step worker process: speaks the protocol, answers while it works, dies with its engine."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers.campaigns import SAMPLE, TinyEngine, add_checkpoints

from generators.protocol import (
    Cancel,
    Cancelled,
    Configure,
    Failed,
    Finished,
    Ping,
    Pong,
    Produced,
    Progress,
    Ready,
    Run,
    Shutdown,
    decode,
    encode,
)
from generators.registry import Registry
from studio.core.steps import StepOutcome
from studio.services.brief import load_brief
from studio.services.campaigns import run_campaign
from studio.store.library import Library

REPOSITORY = Path(__file__).parents[3]


class Process:
    """A step worker and what it said."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "studio.services.step_worker", "--library", str(root)]
        self.popen = subprocess.Popen(
            command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.said: queue.Queue = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        for line in self.popen.stdout:
            self.said.put(decode(line))

    def send(self, message) -> None:
        self.popen.stdin.write(encode(message))
        self.popen.stdin.flush()

    def until(self, *kinds):
        """Return the first message of these kinds and all before it."""
        before = []
        while True:
            message = self.said.get(timeout=60)
            if isinstance(message, kinds):
                return message, before
            before.append(message)

    def close(self) -> None:
        if not self.popen.stdin.closed:
            self.popen.stdin.close()
        self.popen.wait(30)
        self._reader.join(10)
        self.popen.stdout.close()


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library") as opened:
        add_checkpoints(opened)
        yield opened


@pytest.fixture
def worker(library):
    process = Process(library.root)
    process.send(Configure())
    ready, _ = process.until(Ready)
    assert ready.pid != os.getpid()
    yield process
    process.close()


class WiredEngine(TinyEngine):
    """Does steps through the process, over the wire."""

    worker: Process

    def _step(self, job) -> None:
        staging = self.library.paths.staging / job.token
        told = {**job.request.to_json(), "job_id": job.id, "campaign_id": job.campaign_id}
        self.worker.send(Run(job.token, told, str(staging)))
        end, before = self.worker.until(Finished, Failed, Cancelled)
        assert isinstance(end, Finished), end
        files = [m for m in before if isinstance(m, Produced)]
        assets = [self._asset(Path(m.path), m.media_type, dict(m.metadata)) for m in files]
        self._finish(job, assets, StepOutcome.from_json(end.result))


def test_a_whole_campaign_over_the_wire(library, worker):
    from dataclasses import replace

    brief = replace(
        load_brief(SAMPLE / "brief.toml"), placements=("wechat_article",), variants=1, sizes={}
    )
    campaign_id = run_campaign(library, Registry.discover(), brief)
    engine = WiredEngine(library)
    engine.worker = worker
    engine.run()
    assert library.campaigns.get(campaign_id).status == "ready"


def test_ping_is_answered_and_errors_do_not_end_it(worker, tmp_path):
    for step, code in (("nonsense", "user"), ("compose", "user")):
        worker.send(Run("t", {"step": step, "arguments": {}, "campaign_id": "none"}, str(tmp_path)))
        failed, _ = worker.until(Failed)
        assert failed.code == code
    worker.send(Ping(3))
    pong, _ = worker.until(Pong)
    assert pong.number == 3


def test_a_step_can_be_cancelled_before_it_begins(worker, library, tmp_path):
    worker.send(Cancel("late"))
    worker.send(Run("late", {"step": "finalise", "arguments": {}}, str(tmp_path)))
    end, before = worker.until(Cancelled, Failed, Finished)
    assert isinstance(end, Cancelled)
    assert not any(isinstance(message, Progress) for message in before)


def test_it_ends_when_asked_and_when_its_engine_is_gone(library):
    for leave in (lambda p: p.send(Shutdown()), lambda p: p.popen.stdin.close()):
        process = Process(library.root)
        process.send(Configure())
        process.until(Ready)
        leave(process)
        assert process.popen.wait(30) == 0
        process.close()
