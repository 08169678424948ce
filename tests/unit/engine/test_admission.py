"""Who may start, by injected readings: of the machine, and of devices with memory of their own."""

from __future__ import annotations

import pytest

from studio.engine.admission import DeviceReading, Holder, Verdict, decide
from studio.engine.memory import RUN_BYTES

GB = 10**9
YES, NO = Verdict(admit=True), Verdict(admit=False)
OWN = Holder("torch")
CARD = {"cuda:0": DeviceReading(total=24 * GB, free=20 * GB)}


@pytest.mark.parametrize(
    ("need", "others", "verdict"),
    [
        (10, [Holder("a", busy=True)], YES),
        (99, [Holder("a", busy=True)], NO),
        (99, [Holder("a")], YES),  # alone: the worker knows smaller ways
        (99, [Holder("a", held=50)], Verdict(admit=False, unload=("a",))),
        (99, [Holder("a", held=50), Holder("b", busy=True)], Verdict(admit=False, unload=("a",))),
    ],
)
def test_in_the_machine_s_own_memory(need: int, others: list[Holder], verdict: Verdict) -> None:
    assert decide(need, OWN, others, 50, {}) == verdict


def test_its_own_worker_may_let_go_of_what_it_holds() -> None:
    busy = [Holder("a", busy=True)]
    assert decide(99, Holder("torch", held=48), busy, 50, {}) == NO
    assert decide(99, Holder("torch", held=49), busy, 50, {}) == YES


def test_a_device_with_memory_of_its_own_counts_instead_of_the_machine_s() -> None:
    own = Holder("torch", "cuda:0")
    writer = Holder("llama", "cpu", held=9 * GB, busy=True)
    assert decide(19 * GB, own, [writer], 1 * GB, CARD) == YES  # 1 GB of RAM will do beside it
    assert decide(21 * GB, own, [Holder("x", "cuda:0", busy=True)], 99 * GB, CARD) == NO


def test_beside_it_a_little_of_the_machine_s_memory_is_needed() -> None:
    own = Holder("torch", "cuda:0")
    idle = Holder("llama", "cpu", held=9 * GB)
    assert decide(GB, own, [idle], RUN_BYTES - 1, CARD) == Verdict(admit=False, unload=("llama",))
    assert decide(GB, own, [idle], RUN_BYTES, CARD) == YES


def test_only_who_is_on_the_device_is_asked_to_let_go_there() -> None:
    own = Holder("torch", "cuda:0")
    others = [Holder("llama", "cpu", held=9 * GB), Holder("x", "cuda:0", held=GB)]
    assert decide(21 * GB, own, others, 99 * GB, CARD) == Verdict(admit=False, unload=("x",))


def test_a_worker_on_the_cpu_is_not_measured_by_the_card() -> None:
    llama = Holder("llama", "cpu")
    card = Holder("torch", "cuda:0", held=15 * GB)
    full = {"cuda:0": DeviceReading(24 * GB, 0, held=15 * GB)}
    assert decide(4 * GB, llama, [card], 5 * GB, full) == YES
    # and what lies on the card is not asked for: it would free none of the machine's memory
    assert decide(6 * GB, llama, [card], 5 * GB, full) == YES  # alone there
    assert decide(6 * GB, llama, [card, Holder("steps", busy=True)], 5 * GB, full) == NO


def test_between_two_readings_what_is_held_is_reckoned() -> None:
    reading = DeviceReading(total=24 * GB, free=10 * GB, held=8 * GB)
    assert reading.available(8 * GB) == 10 * GB
    assert reading.available(0) == 18 * GB  # it was unloaded since
    assert reading.available(20 * GB) == 0
    assert DeviceReading(24 * GB, 23 * GB, 9 * GB).available(0) == 24 * GB


def test_apple_s_gpu_and_unknown_devices_compute_in_main_memory() -> None:
    busy = [Holder("llama", "cpu", busy=True)]
    for device in ("", "cpu", "mps"):
        assert decide(6 * GB, Holder("torch", device), busy, 5 * GB, CARD) == NO
