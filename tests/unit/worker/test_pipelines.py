"""What stays loaded: the budget, the least recently used, idle unload, and what is told of it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from helpers.worker_process import WorkerProcess, fake

from generators.api import AdapterRef, CheckpointRef, Request
from generators.fake.generator import FakeGenerator
from generators.protocol import Cancel, Cancelled, Finished, Progress, Resident, Unload
from studio.worker.pipelines import Pipeline, Pipelines, key_of

if TYPE_CHECKING:
    from pathlib import Path


def ref(name: str, **details: Any) -> CheckpointRef:
    return CheckpointRef(name, name.upper(), family="fake_a", details=details)


class Held:
    """Pipelines of test-card generators, and the order in which they were let go."""

    def __init__(self, budget: int, idle_seconds: float = 300.0) -> None:
        self.gone: list[str] = []
        self.held = Pipelines(budget, idle_seconds, lambda item: self.gone.append(item.name))  # type: ignore[attr-defined]

    def add(self, name: str, size: int) -> None:
        generator = FakeGenerator(name, (), {})
        self.held.add(Pipeline((name,), name, generator, size))


def test_least_recently_used_goes_first() -> None:
    it = Held(budget=10)
    for name in "abc":
        it.add(name, 3)
    assert it.held.use(("a",)) is not None
    assert it.held.checkpoint_ids == ("b", "c", "a")
    it.add("d", 4)
    assert it.gone == ["b"]
    it.add("e", 9)
    assert it.gone == ["b", "c", "a", "d"]
    assert (it.held.bytes, it.held.checkpoint_ids) == (9, ("e",))


def test_one_that_is_larger_than_the_budget_stays_alone() -> None:
    it = Held(budget=10)
    it.add("a", 3)
    it.add("huge", 99)
    assert it.held.checkpoint_ids == ("huge",)


def test_room_is_made_before_loading() -> None:
    it = Held(budget=10)
    it.add("a", 4)
    it.add("b", 4)
    assert it.held.make_room(2) == 0
    assert it.held.make_room(3) == 1
    assert it.held.checkpoint_ids == ("b",)


def test_without_a_budget_nothing_goes() -> None:
    it = Held(budget=0)
    for name in "abcdef":
        it.add(name, 10**12)
    assert it.gone == []


@pytest.mark.parametrize(("seconds", "gone"), [(0.0, ["a", "b"]), (-1.0, []), (300.0, [])])
def test_idle(seconds: float, gone: list[str]) -> None:
    it = Held(0, seconds)
    assert it.held.seconds_to_idle() is None
    it.add("a", 1)
    it.add("b", 1)
    left = it.held.seconds_to_idle()
    assert left is None if seconds < 0 else left is not None and left <= seconds
    it.held.drop_idle()
    assert it.gone == gone


def test_one_checkpoint_with_two_adapters_is_named_once() -> None:
    held = Pipelines(0, 300.0, lambda _: None)
    for key, name in ((1, "a"), (2, "b"), (3, "a")):
        held.add(Pipeline((key,), name, FakeGenerator("", (), {}), 1))
    assert held.checkpoint_ids == ("b", "a")
    assert held.drop_checkpoint("a") == 2
    assert held.checkpoint_ids == ("b",)


def test_what_makes_two_requests_share_a_pipeline() -> None:
    def key(checkpoint: CheckpointRef, weight: float = 1.0, device: str = "cpu") -> object:
        adapters = (AdapterRef("l", path="/l", weight=weight),)
        return key_of(Request("g", "m", {"seed": 1}, checkpoint, adapters), device, "auto")

    one = CheckpointRef("a", "Name", "/a")
    assert key(one) == key(CheckpointRef("a", "Other name", "/a", details={"x": 1}))
    others = [
        key(CheckpointRef("b", path="/a")),
        key(CheckpointRef("a", path="/moved")),
        key(CheckpointRef("a", path="/a", sha256="f00")),
        key(one, weight=0.5),
        key(one, device="cuda:0"),
    ]
    assert key(one) not in others
    assert len(set(map(str, others))) == len(others)


def test_a_worker_keeps_what_fits(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path, memory_budget=100) as worker:
        for name in ("a", "b", "a", "c"):
            worker.do(fake(checkpoint=ref(name, memory_bytes=40)))
        told = [(item.loaded_id, item.checkpoint_ids) for item in worker.of(Resident)]
        assert told == [
            ("a", ("a",)),
            ("b", ("a", "b")),
            ("", ("a",)),  # room for c
            ("c", ("a", "c")),
        ]
        assert worker.of(Resident)[-1].bytes == 80


def test_loading_is_told_and_happens_once(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path) as worker:
        slow = ref("slow", load_seconds=0.3)
        first = worker.do(fake(checkpoint=slow))
        second = worker.do(fake(checkpoint=slow))
        assert first.load_seconds >= 0.3
        assert second.load_seconds == 0.0
        assert worker.of(Resident)[0].load_seconds == first.load_seconds
        loading = [item for item in worker.of(Progress) if item.phase == "loading"]
        assert {item.token for item in loading} == {first.token}
        assert loading[0].message == "Loading SLOW"


def test_cancel_while_loading(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path) as worker:
        token = worker.start(fake(checkpoint=ref("slow", load_seconds=600)))
        worker.expect(Progress)
        asked = time.monotonic()
        worker.send(Cancel(token))
        assert worker.expect(Cancelled, Finished) == Cancelled(token)
        assert time.monotonic() - asked < 2.0
        assert not worker.of(Resident)


def test_unload_of_one_and_of_all(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path) as worker:
        for name in "abc":
            worker.do(fake(checkpoint=ref(name)))
        for asked, left in (("b", ("a", "c")), ("never", ("a", "c")), ("", ())):
            before = len(worker.of(Resident))
            worker.send(Unload(asked))
            while len(worker.of(Resident)) == before:
                worker.expect(Resident)
            assert worker.of(Resident)[-1].checkpoint_ids == left


def test_idle_unload(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path, idle_unload_seconds=0.2) as worker:
        worker.do(fake(checkpoint=ref("a")))
        used = time.monotonic()
        while worker.expect(Resident).checkpoint_ids:
            pass
        assert time.monotonic() - used < 5
        assert worker.do(fake(checkpoint=ref("a"))).load_seconds > 0


def test_a_long_job_is_not_idle(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path, idle_unload_seconds=0.1) as worker:
        worker.do(fake(checkpoint=ref("a"), steps=3, step_seconds=0.1))
        assert worker.do(fake(checkpoint=ref("a"))).load_seconds == 0.0


def test_after_a_bug_the_pipeline_is_loaded_anew(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path) as worker:
        worker.do(fake(checkpoint=ref("a")))
        worker.do(fake(checkpoint=ref("a"), fail="user"))
        assert worker.do(fake(checkpoint=ref("a"))).load_seconds == 0.0
        worker.do(fake(checkpoint=ref("a"), fail="bug"))
        assert worker.do(fake(checkpoint=ref("a"))).load_seconds > 0
