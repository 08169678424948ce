from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.job import Lane
from studio.engine.scheduler import (
    LANE_RANK,
    NEVER,
    Bounds,
    Candidate,
    Ledger,
    Overtaken,
    choose,
    preempts,
)


def job(number: int, checkpoint: str = "", lane: Lane = Lane.BATCH, **more: float) -> Candidate:
    return Candidate(f"{number:04}", "torch", lane, float(number), checkpoint, **more)


@st.composite
def queues(draw: st.DrawFn) -> list[Candidate]:
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(list(Lane)),
                st.sampled_from(["", "a", "b", "c", "d"]),
                st.sampled_from([0.0, 0.0, 1.0, 2.0]),
                st.sampled_from([0.0, 1.0, 30.0, 200.0]),
                st.sampled_from([None, 0.01, 2.0, 40.0]),
            ),
            max_size=60,
        )
    )
    jobs = [
        Candidate(f"{n:04}", "torch", lane, float(n), checkpoint, created, seconds, load)
        for n, (lane, checkpoint, created, seconds, load) in enumerate(rows)
    ]
    return sorted(jobs, key=Candidate.order)


def drain(
    queue: list[Candidate], bounds: Bounds, *, room: int = 1
) -> tuple[list[Candidate], Ledger, int]:
    """Claim until nothing is left; return the order, the ledger kept whole, and the loads."""
    queue, resident, order, loads = list(queue), [], [], 0
    ledger, whole = Ledger(), Ledger()
    while queue:
        choice = choose(queue, resident, ledger.past, bounds)
        assert choice is not None
        ledger.claimed(choice)
        whole.add(choice.overtakes, choice.job.seconds)
        queue.remove(choice.job)
        order.append(choice.job)
        name = choice.job.checkpoint_id
        if name and name not in resident:
            loads += 1
            resident = [*resident, name][-room:]
    return order, whole, loads


@given(queues(), st.integers(0, 20), st.integers(1, 3))
@settings(deadline=None)
def test_nobody_is_overtaken_beyond_the_bound(queue: list[Candidate], most: int, room: int) -> None:
    bounds = Bounds(jobs=most, seconds=300.0)
    order, whole, _ = drain(queue, bounds, room=room)
    assert sorted(order, key=Candidate.order) == queue
    for past in whole.past.values():
        assert past.jobs <= most
        assert past.seconds <= bounds.seconds
    for place, claimed in enumerate(order):  # the ledger says what really happened
        older_later = [c for c in order[place + 1 :] if c.order() < claimed.order()]
        assert all(c.lane is claimed.lane for c in older_later)
    suffered = {
        c.id: sum(1 for earlier in order[:place] if earlier.order() > c.order())
        for place, c in enumerate(order)
    }
    assert {k: v for k, v in suffered.items() if v} == {
        k: v.jobs for k, v in whole.past.items() if v.jobs
    }


@given(queues())
@settings(deadline=None)
def test_lanes_are_strict(queue: list[Candidate]) -> None:
    order, _, _ = drain(queue, Bounds())
    ranks = [LANE_RANK[item.lane] for item in order]
    assert ranks == sorted(ranks)


@given(queues(), st.sets(st.sampled_from("abcd")), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_same_view_same_choice(queue: list[Candidate], resident: set[str], random: object) -> None:
    shuffled = list(resident)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first = choose(queue, resident)
    assert first == choose(list(queue), shuffled)
    assert (first is None) == (not queue)


@given(queues())
@settings(deadline=None)
def test_without_patience_it_is_first_in_first_out(queue: list[Candidate]) -> None:
    order, _, _ = drain(queue, Bounds(jobs=0))
    assert order == queue


@given(queues(), st.sampled_from("abcd"), st.data())
@settings(deadline=None)
def test_a_job_moved_to_the_top_is_next(
    queue: list[Candidate], resident: str, data: st.DataObject
) -> None:
    lane = data.draw(st.sampled_from(list(Lane)))
    queue = [replace(item, lane=lane) for item in queue]
    moved = Candidate("moved", "torch", lane, -1.0, "other", 99.0)
    queue = sorted([*queue, moved], key=Candidate.order)
    choice = choose(queue, [resident])
    assert choice is not None
    if len(queue) > 1:
        assert choice.job is moved


def test_interleaved_checkpoints_are_batched() -> None:
    queue = [job(n, "abc"[n % 3], load_seconds=2.0) for n in range(60)]
    _, whole, loads = drain(queue, Bounds())
    assert loads <= 8  # first in, first out would load 60 times
    assert max(past.jobs for past in whole.past.values()) <= 20


def test_the_bound_in_seconds_counts_estimates() -> None:
    queue = [job(0, "b", seconds=5.0), *(job(n, "a", seconds=50.0) for n in range(1, 9))]
    queue = [replace(item, load_seconds=5.0) for item in queue]  # patience: 20 × 5 = 100 s
    order, whole, _ = drain_with(queue, "a")
    assert [item.id for item in order[:3]] == ["0001", "0002", "0000"]
    assert whole.past["0000"] == Overtaken(2, 100.0)


def drain_with(queue: list[Candidate], resident: str) -> tuple[list[Candidate], Ledger, int]:
    warm = job(-1, resident, Lane.INTERACTIVE)
    order, whole, loads = drain([warm, *queue], Bounds())
    return order[1:], whole, loads


def test_a_short_load_is_not_worth_overtaking() -> None:
    queue = [job(0, "b", load_seconds=0.01), job(1, "a", load_seconds=3.0)]
    choice = choose(queue, ["a"])
    assert choice is not None
    assert choice.job.id == "0000"


def test_correcting_an_estimate_never_goes_below_nothing() -> None:
    ledger = Ledger()
    ledger.add(["x"], 5.0)
    ledger.add(["x"], -9.0, jobs=0)
    assert ledger.past["x"] == Overtaken(1, 0.0)
    ledger.keep_only(set())
    assert ledger.past.get("x", NEVER) is NEVER


def test_interactive_work_preempts_training_only_in_its_group() -> None:
    waiting = [job(1, lane=Lane.INTERACTIVE)]
    assert preempts(waiting, "torch", Lane.TRAINING)
    assert not preempts(waiting, "llama", Lane.TRAINING)
    assert not preempts(waiting, "torch", Lane.BATCH)
    assert not preempts([job(1)], "torch", Lane.TRAINING)
