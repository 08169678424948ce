"""Order, lists and pages of the queue; who was overtaken how often."""

from __future__ import annotations

import random

import pytest
from helpers.stores import fail, new_job, start, succeed

from studio.core.errors import IllegalMove, NotFound
from studio.core.job import Job, JobStatus, Lane
from studio.store import Library, job_engine


def queued(library: Library) -> str:
    return "".join(job.id for job in library.jobs.claimable())


def names(jobs: list[Job]) -> str:
    return "".join(job.id for job in jobs)


def test_move_to_every_place(library: Library) -> None:
    library.jobs.enqueue([new_job(name) for name in "abcde"])
    library.jobs.move("e", before="a")
    assert queued(library) == "eabcd"
    library.jobs.move("e", after="a")
    assert queued(library) == "aebcd"
    library.jobs.move("a", before="d")
    assert queued(library) == "ebcad"
    library.jobs.move("d", to_top=True)
    assert queued(library) == "debca"
    library.jobs.move("d", after="a")
    assert queued(library) == "ebcad"
    library.jobs.move("e", lane=Lane.BATCH)
    assert queued(library) == "bcade"
    library.jobs.move("c", lane=Lane.BATCH, to_top=True)
    assert queued(library) == "badce"
    job = library.jobs.move("b", after="c")
    assert job.lane is Lane.BATCH
    assert queued(library) == "adcbe"
    library.jobs.move("a")
    assert queued(library) == "dacbe"


def test_moves_that_cannot_be(library: Library) -> None:
    library.jobs.enqueue([new_job(name) for name in "abc"])
    start(library, "a")
    succeed(library, "b")
    with pytest.raises(IllegalMove, match="runs"):
        library.jobs.move("a", to_top=True)
    with pytest.raises(IllegalMove, match="has ended"):
        library.jobs.move("c", before="b")
    with pytest.raises(NotFound):
        library.jobs.move("c", before="nobody")
    with pytest.raises(ValueError, match="one place"):
        library.jobs.move("c", before="a", to_top=True)
    with pytest.raises(ValueError, match="one place"):
        library.jobs.move("c", before="c")


def test_places_are_renumbered_when_they_get_too_dense(library: Library) -> None:
    library.jobs.enqueue([new_job(name) for name in "abcdef"])
    order = list("abcdef")
    for turn in range(200):  # always into the same gap: 2 ** -200 would be no number any more
        moving = order[2 + turn % 2]
        library.jobs.move(moving, after="a")
        order.remove(moving)
        order.insert(1, moving)
        assert queued(library) == "".join(order)
    assert len({job.position for job in library.jobs.claimable()}) == 6


def test_any_sequence_of_moves_gives_the_order_of_a_plain_list(library: Library) -> None:
    chance = random.Random(7)
    order = list("abcdefgh")
    library.jobs.enqueue([new_job(name) for name in order])
    for _ in range(150):
        moving, beside = chance.sample(order, 2)
        before = chance.random() < 0.5
        order.remove(moving)
        order.insert(order.index(beside) + (not before), moving)
        library.jobs.move(moving, **{"before" if before else "after": beside})
        assert queued(library) == "".join(order)


def test_list_shows_what_runs_then_what_waits_then_what_ended(library: Library) -> None:
    library.jobs.enqueue([new_job(name) for name in "abcdefg"] + [new_job("w", "g")])
    library.jobs.move("g", lane=Lane.BATCH)
    library.jobs.pause(["f"])
    start(library, "c")
    start(library, "b")
    succeed(library, "e")
    fail(library, "d")
    jobs = library.jobs.list()
    assert names(jobs) == "cbafwgde"
    for size in (1, 2, 3, 7):
        paged: list[Job] = []
        before = None
        while page := library.jobs.list(limit=size, before=before):
            paged += page
            before = library.jobs.cursor(page[-1])
        assert paged == jobs
    assert names(library.jobs.list(statuses=[JobStatus.FAILED])) == "d"
    assert names(library.jobs.list(statuses=[JobStatus.QUEUED])) == "ag"
    assert names(library.jobs.list(statuses=["paused", "succeeded"])) == "fe"
    assert names(library.jobs.list(statuses=[JobStatus.WAITING, JobStatus.QUEUED])) == "awg"


def test_list_of_a_batch_and_of_a_campaign(library: Library) -> None:
    library.jobs.enqueue([new_job("a"), new_job("b", campaign_id="k")], batch_title="first")
    library.jobs.enqueue([new_job("c", campaign_id="k")])
    batch_id = library.jobs.get("a").batch_id
    succeed(library, "a")
    assert names(library.jobs.list(batch_id=batch_id)) == "ba"
    assert names(library.jobs.list(campaign_id="k")) == "bc"
    assert names(library.jobs.list(campaign_id="k", statuses=[JobStatus.SUCCEEDED])) == ""
    counts = library.jobs.counts(batch_id=batch_id)
    assert (counts[JobStatus.QUEUED], counts[JobStatus.SUCCEEDED]) == (1, 1)
    assert sum(library.jobs.counts().values()) == 3
    assert library.jobs.counts().keys() == set(JobStatus)


def overtaken(library: Library, ids: str) -> list[int]:
    return [job.overtaken for job in library.jobs.get_many(ids)]


def test_overtaken_counts_younger_claims_of_the_same_lane(library: Library) -> None:
    library.jobs.enqueue([new_job(name) for name in "abcde"])
    library.jobs.enqueue([new_job("z", lane=Lane.BATCH)])
    start(library, "c")
    start(library, "e")
    assert overtaken(library, "abdz") == [2, 2, 1, 0]
    assert start(library, "a").overtaken == 2
    assert overtaken(library, "abdz") == [2, 2, 1, 0]
    start(library, "d")
    assert overtaken(library, "bz") == [3, 0]
    library.jobs.enqueue([new_job("f")])
    assert overtaken(library, "f") == [0]
    start(library, "f")
    assert overtaken(library, "bz") == [4, 0]


def test_a_new_place_starts_a_new_count(library: Library) -> None:
    library.jobs.enqueue([new_job(name) for name in "abcd"])
    start(library, "d")
    library.jobs.move("c", to_top=True)
    assert overtaken(library, "cab") == [0, 1, 1]
    library.jobs.pause(["a"])
    library.jobs.resume(["a"])
    assert overtaken(library, "cab") == [0, 0, 1]


def test_renumbering_keeps_the_count(library: Library) -> None:
    library.jobs.enqueue([new_job(name) for name in "abcdef"])
    start(library, "d")
    for turn in range(60):
        library.jobs.move("ef"[turn % 2], before="c")
    assert overtaken(library, "abc") == [1, 1, 1]


def test_what_is_kept_for_counting_is_bounded(library: Library) -> None:
    many = job_engine.OVERTAKES_KEPT + 20
    library.jobs.enqueue([new_job("first")])
    library.jobs.enqueue([new_job(f"job{n}") for n in range(many)])
    with library.transaction():
        for number in range(many):
            start(library, f"job{number}")
    rows = "SELECT count(*) FROM overtakes"
    assert library._db.value(rows) == job_engine.OVERTAKES_KEPT
    assert overtaken(library, ["first"]) == [job_engine.OVERTAKES_KEPT]
    start(library, "first")
    assert library._db.value(rows) == 0


def test_claims_in_order_leave_nothing_behind(library: Library) -> None:
    library.jobs.enqueue([new_job(f"job{n}") for n in range(20)])
    while library.jobs.claim("w"):
        assert library._db.value("SELECT count(*) FROM overtakes") == 0


@pytest.mark.parametrize("section", ["claim", "claimable", "append", "list"])
def test_the_queues_indexes_are_used(library: Library, section: str) -> None:
    """Among 100 000 rows a plan that sorts is the difference between 0.1 and 100 ms."""
    seen: list[str] = []
    library._db.connection.trace_v2(
        1, lambda event: seen.append(event["sql"])
    )  # 1: SQLITE_TRACE_STMT
    {
        "claim": lambda: library.jobs.claim("w"),
        "claimable": library.jobs.claimable,
        "append": lambda: library.jobs.enqueue([new_job("a")]),
        "list": library.jobs.list,
    }[section]()
    library._db.connection.trace_v2(0, None)
    reads = [sql for sql in seen if " FROM jobs" in sql and not sql.startswith("--")]
    assert reads
    for sql in reads:
        values = dict.fromkeys(("seq", "token", "worker", "now", "limit", "id"), 1)
        bound = values if ":" in sql else (1,) * sql.count("?")
        plan = [str(row[3]) for row in library._db.rows(f"EXPLAIN QUERY PLAN {sql}", bound)]
        assert not [line for line in plan if "B-TREE" in line or line == "SCAN jobs"], (sql, plan)
