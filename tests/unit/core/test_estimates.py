from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generators.api import CheckpointRef, Request
from studio.core.estimates import (
    Estimate,
    QueueItem,
    estimate,
    load_key,
    queue_item,
    queue_remaining,
    remaining,
    run_key,
    work_units,
)
from studio.core.job import StepRequest


@pytest.mark.parametrize(
    ("params", "units"),
    [
        ({"max_new_tokens": 100, "num_return_sequences": 8}, 800),
        ({"num_inference_steps": 20, "num_images_per_prompt": 2, "width": 1024, "height": 512}, 80),
        ({"duration": 30, "num_variations": 2}, 60),
        ({"steps": 7}, 7),
        ({}, 1),
        ({"steps": "many"}, 1),
    ],
)
def test_units(params: dict[str, object], units: float) -> None:
    assert work_units(Request("any", "mode", params)) == units


def test_defaults_count_where_the_request_is_silent() -> None:
    assert (
        work_units(Request("g", "m", {"duration": 5}), {"duration": 30, "num_variations": 3}) == 15
    )
    assert work_units(StepRequest("export")) == 1


def test_keys() -> None:
    request = Request("g", "write", {}, CheckpointRef("c1"))
    assert run_key(request, "cpu") == "run/g/c1/cpu/write"
    assert run_key(StepRequest("copy_select"), "cuda:0") == "run/step/copy_select/cpu/"
    assert load_key("c1", "cpu") == "load/c1/cpu"


def test_no_history_no_estimate() -> None:
    assert estimate(10, []) is None
    assert estimate(10, [(0, 3.0)]) is None


def test_one_outlier_does_not_spoil_it() -> None:
    history = [(10, 5.0), (10, 5.1), (10, 90.0), (10, 4.9), (10, 5.0)]
    found = estimate(20, history)
    assert found is not None
    assert found.seconds == pytest.approx(10.0, rel=0.05)
    assert found.samples == 5


def test_a_fixed_part_is_told_from_the_part_per_unit() -> None:
    history = [(n, 2.0 + 0.5 * n) for n in (10, 20, 40, 80)]
    found = estimate(100, history)
    assert found is not None
    assert found.seconds == pytest.approx(52.0)
    assert found.spread == pytest.approx(0.0, abs=1e-6)


@given(
    st.lists(st.tuples(st.floats(0.1, 1e4), st.floats(0, 1e4)), min_size=1, max_size=30),
    st.floats(0.1, 1e4),
)
def test_an_estimate_is_never_negative(history: list[tuple[float, float]], units: float) -> None:
    found = estimate(units, history)
    assert found is not None
    assert found.seconds >= 0
    assert found.spread >= 0


def test_remaining_moves_from_history_to_what_is_measured() -> None:
    whole = Estimate(100.0, 10.0, 5)
    assert remaining(None, 3.0, 0, 0) is None
    assert remaining(whole, 30.0, 0, 0) == Estimate(70.0, 10.0, 5)
    assert remaining(whole, 500.0, 0, 0) == Estimate(0.0, 10.0, 5)
    late = remaining(whole, 180.0, 9, 10)
    assert late is not None
    assert late.seconds == pytest.approx(0.9 * 20 + 0.1 * 10)
    alone = remaining(None, 10.0, 1, 2)
    assert alone is not None
    assert alone.seconds == pytest.approx(10.0)


def test_queue_loads_each_checkpoint_once_and_groups_run_side_by_side() -> None:
    run, load = Estimate(10, 1, 5), Estimate(4, 1, 5)
    items = [QueueItem("torch", "a", run, load), QueueItem("torch", "a", run, load)]
    items += [QueueItem("torch", "b", run, load), QueueItem("llama", "c", run, load)]
    found = queue_remaining(items, resident=["b"], running=[Estimate(3, 0, 1)])
    assert found is not None
    assert found.seconds == pytest.approx(10 * 3 + 4 + 3)


def test_queue_without_any_known_time_says_nothing() -> None:
    assert queue_remaining([QueueItem()]) is None
    assert queue_remaining([]) is None
    unknown_counts_as_usual = queue_remaining([QueueItem(run=Estimate(8, 0, 3)), QueueItem()])
    assert unknown_counts_as_usual is not None
    assert unknown_counts_as_usual.seconds == 16


def test_queue_item_looks_up_history() -> None:
    request = Request("g", "m", {"steps": 4}, CheckpointRef("c"))
    history = {"run/g/c/cpu/m": [(2.0, 1.0)], "load/c/cpu": [(1.0, 3.0)]}
    item = queue_item(request, lambda key: history.get(key, []))
    assert item.run is not None
    assert item.run.seconds == 2.0
    assert item.load is not None
    assert item.load.seconds == 3.0
    assert item.checkpoint_id == "c"
    assert queue_item(StepRequest("x"), lambda _: []).group == "steps"
