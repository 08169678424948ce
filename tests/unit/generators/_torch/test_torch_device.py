"""Devices, number formats and memory of the shared torch layer."""

from __future__ import annotations

import psutil
import pytest
import torch

from generators import _torch as shared
from generators._torch import device
from generators.api import InvalidParameter, OutOfMemory


def test_the_cpu_is_always_a_device_with_its_memory():
    last = shared.devices()[-1]
    assert last.id == "cpu"
    assert last.name
    assert 0 < last.free_memory <= last.total_memory <= psutil.virtual_memory().total


def test_a_containers_cache_of_files_counts_as_free(tmp_path, monkeypatch):
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("900000\n")
    monkeypatch.setattr(device, "_CGROUP", tmp_path)
    assert shared.devices()[-1].free_memory == 100_000  # an old kernel says no more
    (tmp_path / "memory.stat").write_text("anon 200000\ninactive_file 600000\nslab 1\n")
    assert shared.devices()[-1].free_memory == 700_000


def test_auto_is_the_best_device_and_an_absent_one_is_named():
    assert shared.choose_device("auto") == shared.devices()[0].id
    assert shared.choose_device("cpu") == "cpu"
    with pytest.raises(InvalidParameter) as caught:
        shared.choose_device("cuda:77")
    assert "cuda:77" in caught.value.message
    assert "cpu" in caught.value.hint


def test_dtype_follows_the_device():
    assert shared.choose_dtype("auto", "cpu") is torch.float32
    assert shared.choose_dtype("auto", "mps") is torch.float16
    assert shared.choose_dtype("bfloat16", "cpu") is torch.bfloat16
    with pytest.raises(InvalidParameter):
        shared.choose_dtype("int8", "cpu")


def test_the_execution_record_says_what_a_repeat_needs():
    record = shared.execution_record("cpu", torch.float32)
    assert record["device"] == "cpu"
    assert record["dtype"] == "float32"
    assert record["threads"] == torch.get_num_threads()
    assert record["versions"]["torch"]


def test_memory_counts_shared_storage_once():
    first = torch.nn.Linear(64, 64, bias=False)
    tied = torch.nn.Linear(64, 64, bias=False)
    tied.weight = first.weight
    assert shared.memory_bytes(first, tied) == 64 * 64 * 4


def test_freed_memory_goes_back_to_the_system():
    process = psutil.Process()
    blocks = [torch.ones(4096) for _ in range(4000)]  # 64 MB in pieces that malloc keeps
    held = process.memory_info().rss
    del blocks
    shared.free_memory()
    assert held - process.memory_info().rss > 32_000_000


def test_running_out_of_memory_is_a_planned_case():
    with pytest.raises(OutOfMemory), shared.memory_guard():
        torch.empty(1 << 60, dtype=torch.uint8)
    with pytest.raises(OutOfMemory), shared.memory_guard():
        raise MemoryError
    with pytest.raises(RuntimeError, match="other"), shared.memory_guard():
        raise RuntimeError("another bug, other words")
