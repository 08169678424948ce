"""Out of memory: others are unloaded, then smaller ways are tried, then this job alone fails."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from helpers.worker_process import ROOT, WorkerProcess, fake

from generators.api import AdapterRef, CheckpointRef, OutOfMemory, Request
from generators.protocol import Failed, Finished, Ping, Produced, Progress, Resident
from studio.worker.advice import is_out_of_memory, out_of_memory_advice
from studio.worker.faults import Faults

if TYPE_CHECKING:
    from collections.abc import Mapping


def ref(name: str, **details: Any) -> CheckpointRef:
    return CheckpointRef(name, name, family="fake_a", details=details)


def faulty(tmp_path: Path, **faults: Mapping[str, Any]) -> WorkerProcess:
    return WorkerProcess(tmp_path, faults=faults)


@pytest.mark.parametrize("where", ["load", "run", "step"])
@pytest.mark.parametrize(("times", "level"), [(1, 1), (2, 2)])
def test_smaller_ways_are_tried(tmp_path: Path, where: str, times: int, level: int) -> None:
    with faulty(tmp_path, out_of_memory={"times": times, "where": where}) as worker:
        finished = worker.do(fake(checkpoint=ref("a")))
        assert isinstance(finished, Finished)
        assert finished.execution["memory_level"] == level
        assert len(worker.of(Produced)) == 1


def test_others_are_unloaded_first(tmp_path: Path) -> None:
    with faulty(tmp_path, out_of_memory={"after": 2}) as worker:
        worker.do(fake(checkpoint=ref("a")))
        worker.do(fake(checkpoint=ref("b")))
        assert worker.of(Resident)[-1].checkpoint_ids == ("a", "b")
        finished = worker.do(fake(checkpoint=ref("b")))
        assert finished.execution["memory_level"] == 0
        assert worker.of(Resident)[-1].checkpoint_ids == ("b",)


@pytest.mark.parametrize("where", ["load", "run"])
def test_then_this_job_alone_fails(tmp_path: Path, where: str) -> None:
    with faulty(tmp_path, out_of_memory={"times": 3, "where": where}) as worker:
        failed = worker.do(fake(checkpoint=ref("a"), num_return_sequences=4))
        assert isinstance(failed, Failed)
        assert failed.code == "out_of_memory"
        assert "num_return_sequences = 1" in failed.hint
        assert "injected" in failed.traceback
        assert isinstance(worker.do(fake(checkpoint=ref("a"))), Finished)


def test_a_level_that_loading_needed_stays_with_the_pipeline(tmp_path: Path) -> None:
    with faulty(tmp_path, out_of_memory={"where": "load"}) as worker:
        for _ in range(2):
            assert worker.do(fake(checkpoint=ref("a"))).execution["memory_level"] == 1
        assert worker.do(fake(checkpoint=ref("b"))).execution["memory_level"] == 0


def test_a_retry_reports_each_artifact_once(tmp_path: Path) -> None:
    """Three variants, out of memory in the second: the first is made again, and counted once."""
    with faulty(tmp_path, out_of_memory={"where": "step", "after": 5}) as worker:
        assert isinstance(worker.do(fake(num_return_sequences=3)), Finished)
        made = worker.of(Produced)
        assert [item.metadata["index"] for item in made] == [0, 1, 2]
        files = {path.name for path in Path(made[0].path).parent.iterdir()}
        assert files == {Path(item.path).name for item in made}


def test_a_real_lack_of_memory(tmp_path: Path) -> None:
    """The allocation itself fails: MemoryError from Python, not injected."""
    with WorkerProcess(tmp_path) as worker:
        huge = ref("huge", memory_bytes=2**60, allocate=True)
        request = fake(checkpoint=huge)
        failed = worker.do(request, memory_estimate=1)
        assert (failed.code, "MemoryError" in failed.traceback) == ("out_of_memory", True)
        assert isinstance(worker.do(fake()), Finished)


def test_memory_comes_back(tmp_path: Path) -> None:
    size = 300 * 2**20
    with WorkerProcess(tmp_path) as worker:
        worker.do(fake())
        before = worker.of(Resident)[-1].rss
        worker.do(fake(checkpoint=ref("big", memory_bytes=size, allocate=True)))
        assert worker.of(Resident)[-1].rss > before + size * 0.9
        from generators.protocol import Unload

        worker.send(Unload("big"))
        after = worker.expect(Resident)
        while after.checkpoint_ids:
            after = worker.expect(Resident)
        assert after.rss < before + 30 * 2**20


PLUGIN = """
import os
from generators.api import DeviceInfo
from generators.fake.generator import FakeGenerator

class OnACard(FakeGenerator):
    @classmethod
    def devices_for(cls, request):
        free = 100 if request.params.get("prompt") == "full" else 8000
        return (DeviceInfo("cuda:0", "A card", 10000, free), DeviceInfo("cpu", "CPU", 50, 50))
"""


@pytest.mark.parametrize("device", ["auto", "cuda:0", "cuda:7"])
def test_it_is_measured_by_the_device_that_it_computes_on(tmp_path: Path, device: str) -> None:
    """And says after a load how much that has: the engine cannot read it."""
    (tmp_path / "on_a_card.py").write_text(PLUGIN)
    paths = os.pathsep.join([str(ROOT), str(tmp_path)])
    options = {"entries": {"fake": "on_a_card:OnACard"}, "device": device}
    with WorkerProcess(tmp_path, environment={"PYTHONPATH": paths}, **options) as worker:
        fits = fake(checkpoint=ref("fits", memory_bytes=7000))
        assert worker.do(fits).execution["memory_level"] == 0
        said = [item.device for item in worker.of(Resident) if item.device]
        assert [(item["id"], item["free_memory"]) for item in said] == [("cuda:0", 8000)]
        big = fake(prompt="full", checkpoint=ref("big", memory_bytes=7000))
        assert worker.do(big).execution["memory_level"] == 2  # the last one tries all the same


LEVELS = """
import os
from generators.api import DeviceInfo
from generators.fake.generator import FakeGenerator

class KnowsItsLevels(FakeGenerator):
    memory_levels = ("smaller", "smallest", "on a card only")

    @classmethod
    def estimate_bytes_at(cls, request, memory_level):
        return (9000, 5000, 700, 600)[memory_level]

    @classmethod
    def memory_levels_on(cls, device):
        return cls.memory_levels if device == "cuda:0" else cls.memory_levels[:2]

    @classmethod
    def devices_for(cls, request):
        return (DeviceInfo(os.environ["DEVICE"], "It", 10000, int(os.environ["FREE"])),)
"""


@pytest.mark.parametrize(
    ("device", "free", "needs", "level"),
    [
        ("cpu", 9000, 0, 0),
        ("cpu", 8000, 0, 1),
        ("cpu", 1000, 0, 2),
        ("cpu", 100, 0, 2),  # the last one tries all the same
        ("cuda:0", 650, 0, 3),
        ("cuda:0", 9000, 3, 3),
        ("cpu", 9000, 3, None),
    ],
)
def test_each_level_is_measured_by_its_own_estimate(
    tmp_path: Path, device: str, free: int, needs: int, level: int | None
) -> None:
    (tmp_path / "levels.py").write_text(LEVELS)
    paths = os.pathsep.join([str(ROOT), str(tmp_path)])
    environment = {"PYTHONPATH": paths, "DEVICE": device, "FREE": str(free)}
    entries = {"fake": "levels:KnowsItsLevels"}
    with WorkerProcess(tmp_path, environment=environment, entries=entries) as worker:
        done = worker.do(fake(checkpoint=ref("a", memory_levels_needed=needs)))
        if level is None:
            assert isinstance(done, Failed)
            assert "memory level 3" in done.traceback
        else:
            assert done.execution["memory_level"] == level


def test_die_and_hang(tmp_path: Path) -> None:
    worker = faulty(tmp_path, die={"after": 1})
    worker.do(fake())
    worker.start(fake())
    assert worker.process.wait(5) == (-signal.SIGKILL if sys.platform != "win32" else 15)
    worker.close()
    worker = faulty(tmp_path, hang={"silent": True, "where": "step"})
    worker.start(fake())
    worker.send(Ping(1))
    with pytest.raises(AssertionError, match=r"no .*Progress"):
        worker.expect(Progress, timeout=0.5)
    worker.process.kill()
    worker.close()


def test_a_fault_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="known: out_of_memory"):
        Faults({"flood": {}}, lambda: None)


def test_faults_count() -> None:
    faults = Faults({"out_of_memory": {"times": 2, "after": 1, "where": "load"}}, lambda: None)
    struck = []
    for _ in range(5):
        faults.strike("run")
        try:
            faults.strike("load")
            struck.append(False)
        except OutOfMemory:
            struck.append(True)
    assert struck == [False, True, True, False, False]


class OutOfMemoryError(RuntimeError):
    """Named as torch names it."""


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OutOfMemory(), True),
        (MemoryError(), True),
        (OutOfMemoryError("CUDA"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (RuntimeError("shapes do not match"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_which_errors_are_a_lack_of_memory(error: Exception, told: bool) -> None:
    assert is_out_of_memory(error) is told


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"width": 1024, "height": 768, "num_images_per_prompt": 4}, "1024×768"),
        ({"num_images_per_prompt": 4}, "num_images_per_prompt = 1"),
        ({"num_images_per_prompt": 1}, "closing other programs"),
        ({"max_new_tokens": 9000}, "smaller max_new_tokens"),
        ({"duration": 90}, "shorter duration"),
    ],
)
def test_advice_fits_the_request(params: dict[str, Any], said: str) -> None:
    assert said in out_of_memory_advice(Request("g", "m", params))


def test_advice_names_weights() -> None:
    request = Request("g", "m", {}, CheckpointRef("c"), (AdapterRef("l"),))
    assert out_of_memory_advice(request) == "Try fewer adapters, or a smaller checkpoint."
