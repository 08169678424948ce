"""Any mixture of moves by clients and engine, against the rules that must always hold."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.stores import new_asset, new_job, request
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from studio.core.errors import IllegalMove
from studio.core.job import FINAL, Job, JobKind, JobStatus, Lane, Need, StepRequest, may_move
from studio.store import Library, StaleAttempt

AT_REST = {JobStatus.WAITING, JobStatus.QUEUED, JobStatus.PAUSED}
picks = st.integers(0, 10_000)


class Queue(RuleBasedStateMachine):
    """Two connections, as a window and an engine have, move the same jobs."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.client = Library.open(self.folder)
        self.engine = Library.open(self.folder)
        self.names = (f"job{number}" for number in itertools.count())
        self.tokens: list[str] = []
        self.made = 0
        self.seq = 0
        self.final: dict[str, Job] = {}
        self.last: dict[str, tuple[int, JobStatus]] = {}

    def teardown(self) -> None:
        self.client.close()
        self.engine.close()
        shutil.rmtree(self.folder)

    def pick(self, number: int) -> str:
        ids = sorted(self.last)
        return ids[number % len(ids)]

    def guarded(self, move: Any, *args: Any, **named: Any) -> None:
        """Make a move that may be refused; a refused one changes nothing."""
        before = self.client.sequence()
        try:
            move(*args, **named)
        except (IllegalMove, StaleAttempt):
            assert self.client.sequence() == before

    @initialize()
    def start(self) -> None:
        self.last["first"] = (0, JobStatus.QUEUED)
        self.client.jobs.enqueue([new_job("first")])

    # clients ------------------------------------------------------------------------------------

    @rule(
        needs=st.lists(st.tuples(picks, st.booleans()), max_size=3),
        lane=st.sampled_from(Lane),
        paused=st.booleans(),
        step=st.booleans(),
    )
    def enqueue(self, needs: list[tuple[int, bool]], lane: Lane, paused: bool, step: bool) -> None:
        wanted = {self.pick(number): success for number, success in needs}
        name = next(self.names)
        job = new_job(name, *(Need(*item) for item in wanted.items()), lane=lane, paused=paused)
        if step:
            job = replace(job, request=StepRequest("compose"), kind=JobKind.EXPAND)
        assert [made.id for made in self.client.jobs.enqueue([job])] == [name]
        self.last[name] = (0, JobStatus.QUEUED)

    @rule(number=picks, other=picks, kind=st.sampled_from(["cancel", "pause", "resume"]))
    def ask(self, number: int, other: int, kind: str) -> None:
        self.guarded(getattr(self.client.jobs, kind), [self.pick(number), self.pick(other)])

    @rule(number=picks, other=picks, before=st.booleans())
    def move(self, number: int, other: int, before: bool) -> None:
        moving, beside = self.pick(number), self.pick(other)
        if moving != beside:
            named = {"before" if before else "after": beside}
            self.guarded(self.client.jobs.move, moving, **named)

    @rule(number=picks, lane=st.sampled_from([None, *Lane]), top=st.booleans())
    def change_lane(self, number: int, lane: Lane | None, top: bool) -> None:
        self.guarded(self.client.jobs.move, self.pick(number), lane=lane, to_top=top)

    @rule(number=picks)
    def edit(self, number: int) -> None:
        self.guarded(self.client.jobs.edit, self.pick(number), request("edited"))

    @rule(number=picks)
    def retry(self, number: int) -> None:
        before = {job.id for job in self.client.jobs.list(limit=100_000)}
        self.guarded(self.client.jobs.retry, self.pick(number))
        after = {job.id for job in self.client.jobs.list(limit=100_000)}
        assert before <= after
        self.last.update(dict.fromkeys(after - before, (0, JobStatus.QUEUED)))

    @rule(pause=st.booleans())
    def pause_queue(self, pause: bool) -> None:
        (self.client.jobs.pause_queue if pause else self.client.jobs.resume_queue)()

    # the engine ---------------------------------------------------------------------------------

    @rule(number=picks, named=st.booleans())
    def claim(self, number: int, named: bool) -> None:
        queued = self.engine.jobs.claimable()
        job = self.engine.jobs.claim("w", job_id=self.pick(number) if named else None)
        if self.engine.jobs.queue_paused() is not None:
            assert job is None
        elif not named:
            assert (job and job.id) == (queued[0].id if queued else None)
        if job:
            assert job.id in {item.id for item in queued}
            assert job.token not in self.tokens
            self.tokens.append(job.token)

    def token(self, number: int) -> str:
        """Return a token: mostly a current one, else a stale one."""
        running = [job.token for job in self.engine.jobs.running()]
        tokens = running if running and number % 4 else self.tokens
        return tokens[number % len(tokens)] if tokens else "none"

    @rule(number=picks)
    def report(self, number: int) -> None:
        token = self.token(number)
        current = token in {job.token for job in self.engine.jobs.running()}
        assert self.engine.jobs.report(token, done=1, total=2) is current

    @rule(number=picks, files=st.integers(0, 2))
    def finish(self, number: int, files: int) -> None:
        assets = [
            new_asset(self.engine, f"{self.made}-{index}".encode(), source="generated")
            for index in range(files)
        ]
        self.made += 1
        self.guarded(self.engine.jobs.finish, self.token(number), assets=assets)

    @rule(number=picks)
    def fail(self, number: int) -> None:
        self.guarded(self.engine.jobs.fail, self.token(number), code="bug", message="It broke.")

    @rule(number=picks, kind=st.sampled_from(["cancelled", "paused"]))
    def stop(self, number: int, kind: str) -> None:
        self.guarded(getattr(self.engine.jobs, kind), self.token(number))

    @rule(number=picks, death=st.booleans())
    def requeue(self, number: int, death: bool) -> None:
        token = self.token(number)
        self.guarded(self.engine.jobs.requeue, token, "gone", counts_as_death=death)

    @rule()
    def release(self) -> None:
        assert self.engine.jobs.release_waiting() == []  # every move has settled what it ended

    # what always holds --------------------------------------------------------------------------

    @invariant()
    def jobs_are_as_their_history_says(self) -> None:
        for job in self.client.jobs.list(limit=100_000):
            events = self.client.jobs.events(job.id)
            walked = [event.after for event in events]
            assert events[0].before == ""
            assert [event.before for event in events[1:]] == walked[:-1]
            assert all(may_move(JobStatus(event.before), JobStatus(event.after))
                       for event in events[1:])  # fmt: skip
            assert walked[-1] == job.status
            assert [e.seq for e in events] == sorted({e.seq for e in events})
            assert job.attempt == walked.count("running")
            assert bool(job.token) == (job.status is JobStatus.RUNNING)
            assert job.worker_deaths <= 3
            assert not (job.status in AT_REST and (job.cancel_requested or job.pause_requested))

    @invariant()
    def final_jobs_never_change(self) -> None:
        now = {job.id: job for job in self.client.jobs.list(limit=100_000)}
        for job_id, job in self.final.items():
            assert now[job_id] == job
        self.final = {job_id: job for job_id, job in now.items() if job.status in FINAL}

    @invariant()
    def a_change_is_seen_by_its_number(self) -> None:
        newest = self.client.sequence()
        assert newest >= self.seq
        changes = self.client.changes_since(self.seq, limit=100_000)
        now = {job.id: (job.seq, job.status) for job in self.client.jobs.list(limit=100_000)}
        assert now.keys() == self.last.keys()
        assert set(changes.jobs) == {name for name in now if now[name] != self.last[name]}
        assert changes.seq == newest
        self.seq, self.last = newest, now

    @invariant()
    def waiting_jobs_have_something_to_wait_for(self) -> None:
        for job in self.client.jobs.list(statuses=[JobStatus.WAITING], limit=100_000):
            needs = self.client.jobs.get_many(n.job_id for n in self.client.jobs.needs(job.id))
            assert any(not need.is_final for need in needs)

    @invariant()
    def assets_belong_to_jobs_that_succeeded(self) -> None:
        rows = self.client._db.rows(
            "SELECT jobs.status, jobs.attempt = assets.attempt FROM assets"
            " JOIN jobs ON jobs.id = assets.job_id"
        )
        assert all(row == ("succeeded", 1) for row in rows)

    @invariant()
    def progress_only_while_running(self) -> None:
        running = {job.id for job in self.client.jobs.running()}
        assert set(self.client._db.column("SELECT job_id FROM progress")) <= running


TestQueue = Queue.TestCase
TestQueue.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
