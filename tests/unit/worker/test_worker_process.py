"""A real worker: commands while it works, the wire under abuse, and its end."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.waiting import wait_until
from helpers.worker_process import COMMAND, ROOT, WorkerProcess, fake

from generators.api import Request
from generators.protocol import (
    Cancel,
    Cancelled,
    Configure,
    Failed,
    Finished,
    Pause,
    Paused,
    Ping,
    Pong,
    Preview,
    Produced,
    Progress,
    Ready,
    Run,
    Shutdown,
    Stream,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

LONG = {"steps": 1, "step_seconds": 600.0}  # one step that ends only by cancel
NOISY = '''
import ctypes, os, subprocess, sys, time
from generators.api import Generator


class Noisy(Generator):
    """Prints everywhere, reads stdin, calls into C: what libraries do."""

    @classmethod
    def load(cls, checkpoint, adapters, device, dtype, context):
        return cls()

    def run(self, request, context):
        how = request.params["how"]
        context.progress(0, 1, how)
        if how == "print":
            print("to stdout \\U0001f35e", flush=True)
            os.write(1, b"to fd 1\\n")
            ctypes.CDLL(None).puts(b"from C")
            subprocess.run([sys.executable, "-c", "print('from a child')"], check=True)
            assert sys.stdin.read() == "" and os.read(0, 10) == b""
        if how == "c call":
            ctypes.CDLL(None).sleep(600)
        if how == "holds the lock":
            (context.staging.parent / "held").touch()  # from here on no thread can say anything
            ctypes.PyDLL(None).sleep(600)  # a C call that keeps Python's lock
        if how == "exit":
            sys.exit(5)
        if how == "outside":
            from generators.api import Artifact
            yield Artifact(context.staging.parent / "worker.log", "text", "text/plain")
        if how == "not json":
            yield context.save(b"x", "text", {"seed": object()})
        if how == "stops itself":
            from generators.api import JobCancelled
            raise JobCancelled
        if how == "steps":
            for step in range(4000):
                context.progress(step, 4000)
                context.stream("x")
                time.sleep(0.00025)
        yield context.save(how.encode(), "text")
'''


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[WorkerProcess]:
    with WorkerProcess(tmp_path) as process:
        yield process


@pytest.fixture
def noisy(tmp_path: Path) -> Iterator[WorkerProcess]:
    folder = tmp_path / "plugin"
    folder.mkdir()
    (folder / "noisy.py").write_text(NOISY, "utf-8")
    entries = {"noisy": "noisy:Noisy", "gone": "no_such_package:C"}
    environment = {"PYTHONPATH": str(folder)}
    with WorkerProcess(tmp_path, entries=entries, environment=environment) as process:
        yield process


def ask(how: str) -> Request:
    return Request("noisy", "text", {"how": how})


def test_text_picture_and_sound(worker: WorkerProcess) -> None:
    assert worker.ready.pid == worker.process.pid
    for mode, media_type in (
        ("text", "text/plain"),
        ("image", "image/png"),
        ("audio", "audio/wav"),
    ):
        finished = worker.do(fake(mode))
        assert isinstance(finished, Finished)
        assert finished.execution["memory_level"] == 0
        assert finished.execution["python"] == ".".join(map(str, sys.version_info[:3]))
        made = worker.of(Produced)[-1]
        assert (made.token, made.media_type) == (finished.token, media_type)
        assert Path(made.path).stat().st_size > 0
    assert worker.of(Preview)
    assert worker.of(Stream)


def test_cancel_within_a_step(worker: WorkerProcess) -> None:
    token = worker.start(fake(**LONG))
    worker.expect(Progress)
    asked = time.monotonic()
    worker.send(Cancel(token))
    assert worker.expect(Cancelled, Finished, Failed) == Cancelled(token)
    assert time.monotonic() - asked < 2.0
    assert isinstance(worker.do(fake()), Finished)


def test_cancel_before_its_turn(worker: WorkerProcess) -> None:
    first, second = worker.start(fake(**LONG)), worker.start(fake())
    third = worker.start(fake())
    worker.send(Cancel(second))
    worker.send(Cancel(first))
    closings = [worker.expect(Cancelled, Finished) for _ in range(3)]
    assert closings[:2] == [Cancelled(first), Cancelled(second)]
    assert (type(closings[2]), closings[2].token) == (Finished, third)


def test_a_stale_token_cancels_nothing(worker: WorkerProcess) -> None:
    old = worker.do(fake()).token
    token = worker.start(fake(steps=30, step_seconds=0.01))
    worker.send(Cancel(old))
    worker.send(Pause(old))
    worker.send(Cancel("never heard of"))
    assert worker.expect(Finished, Cancelled, Paused).token == token
    assert not worker.of(Cancelled)


def test_ping_during_a_step(worker: WorkerProcess) -> None:
    token = worker.start(fake(**LONG))
    worker.expect(Progress)
    asked = time.monotonic()
    for number in range(20):
        worker.send(Ping(number))
        assert worker.expect(Pong) == Pong(number)
    assert time.monotonic() - asked < 2.0
    worker.send(Cancel(token))
    worker.expect(Cancelled)


def test_ping_during_a_call_into_c(noisy: WorkerProcess) -> None:
    noisy.start(ask("c call"))
    noisy.expect(Progress)
    noisy.send(Ping(4))
    assert noisy.expect(Pong) == Pong(4)


@pytest.mark.parametrize("how", ["c call", "steps"])
def test_end_of_file_ends_it(noisy: WorkerProcess, how: str) -> None:
    noisy.start(ask(how))
    noisy.expect(Progress)
    began = time.monotonic()
    noisy.hang_up()
    noisy.process.wait(5)
    assert time.monotonic() - began < 2.0


def test_end_of_file_while_idle_or_unconfigured(tmp_path: Path) -> None:
    worker = WorkerProcess(tmp_path)
    worker.hang_up()
    assert worker.process.wait(5) == 0
    worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="PR_SET_PDEATHSIG is Linux's")
def test_it_dies_with_its_engine_even_when_stuck(tmp_path: Path) -> None:
    """The parent is killed while the worker holds Python's lock, so no thread of it can notice."""
    (tmp_path / "noisy.py").write_text(NOISY, "utf-8")
    run = Run("t", ask("holds the lock").to_json(), str(tmp_path / "staging"))
    first = encode(Configure(entries={"noisy": "noisy:Noisy"})) + encode(run)
    parent = (
        "import subprocess, sys, time\n"
        f"p = subprocess.Popen({list(COMMAND)!r}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)\n"
        f"p.stdin.write({first!r}); p.stdin.flush()\n"
        "print(p.pid, flush=True)\n"
        "[sys.stdout.write(l.decode()) or sys.stdout.flush() for l in p.stdout]\n"
    )
    import subprocess

    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", parent], stdout=subprocess.PIPE, cwd=ROOT, env=environment
    ) as process:
        assert process.stdout is not None
        child = int(process.stdout.readline())
        wait_until((tmp_path / "held").exists, 60)
        process.send_signal(signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{child}/cmdline").exists() or _is_zombie(child), 5)


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"


def test_printing_does_not_touch_the_wire(noisy: WorkerProcess) -> None:
    assert isinstance(noisy.do(ask("print")), Finished)
    noisy.close()
    for text in ("to stdout 🍞", "to fd 1", "from C", "from a child"):
        assert text in noisy.log()


def test_garbage_on_the_wire_is_logged_and_passed_over(worker: WorkerProcess) -> None:
    worker.send_raw(b"\xff\xfe not a message\n\n" + b"[" * 100_000 + b"\n" + encode(Ready(1)))
    worker.send_raw(encode(Ping(1))[:-1])
    worker.send_raw(b"\n")
    assert worker.expect(Pong) == Pong(1)
    assert "not a message" in worker.log()
    assert "takes no Ready" in worker.log()


def test_large_and_foreign_prompts(worker: WorkerProcess) -> None:
    for prompt in (
        "面包 " * 40_000,
        "خبز \u202eטרי\u202c 👩\u200d🍳",
        "half \ud83d of a pair",
        "\0",
    ):
        assert isinstance(worker.do(fake(prompt=prompt)), Finished)
        text = Path(worker.of(Produced)[-1].path).read_text("utf-8")
        assert prompt.encode("utf-8", "replace").decode().strip() in text


def test_a_pile_of_messages_arrives_whole(worker: WorkerProcess) -> None:
    worker.send_raw(b"".join(encode(Ping(number)) for number in range(5000)))
    assert [worker.expect(Pong).number for _ in range(5000)] == list(range(5000))


def test_reports_are_thinned(noisy: WorkerProcess) -> None:
    finished = noisy.do(ask("steps"))
    seconds = finished.run_seconds
    allowed = seconds * 4 + 3  # the first, the last, and one on the way
    assert len(noisy.of(Progress)) <= allowed
    assert len(noisy.of(Stream)) <= allowed
    assert "".join(item.text for item in noisy.of(Stream)) == "x" * 4000
    assert noisy.of(Progress)[-1].done == 3999


@pytest.mark.parametrize(
    ("request_", "code", "said"),
    [
        (fake(fail="user"), "user", "asked to fail"),
        (fake(fail="bug"), "bug", "RuntimeError"),
        (ask("exit"), "bug", "SystemExit"),
        (ask("outside"), "bug", "outside the staging folder"),
        (ask("not json"), "bug", "not JSON serializable"),
        (ask("stops itself"), "bug", "without being asked"),
        (Request("unheard", "text"), "user", "serves no generator 'unheard'"),
        (Request("gone", "text"), "user", "cannot start"),
    ],
)
def test_failures(tmp_path: Path, request_: Request, code: str, said: str) -> None:
    (tmp_path / "noisy.py").write_text(NOISY, "utf-8")
    entries = {
        "fake": "generators.fake.generator:FakeGenerator",
        "noisy": "noisy:Noisy",
        "gone": "no_such_package:C",
    }
    with WorkerProcess(tmp_path, entries=entries, environment={"PYTHONPATH": str(tmp_path)}) as it:
        failed = it.do(request_)
        assert isinstance(failed, Failed)
        assert failed.code == code
        assert said in failed.message
        if "itself" not in said and "without" not in said:
            assert "Traceback" in failed.traceback
        assert not it.of(Produced)
        assert isinstance(it.do(fake()), Finished)


def test_a_request_that_is_none(worker: WorkerProcess) -> None:
    worker.send(Run("t", {"params": 3}, str(worker.tmp / "s")))
    assert worker.expect(Failed).code == "bug"
    assert isinstance(worker.do(fake()), Finished)


def test_one_token_twice_is_done_twice(worker: WorkerProcess) -> None:
    for _ in range(2):
        worker.start(fake(), token="same")
    assert [worker.expect(Finished).token for _ in range(2)] == ["same", "same"]


def test_a_worker_of_another_protocol_leaves(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="protocol 99"):
        WorkerProcess(tmp_path, protocol=99)


def test_probe_names_devices(tmp_path: Path) -> None:
    with WorkerProcess(tmp_path, probe=True) as worker:
        assert [item["id"] for item in worker.ready.devices] == ["cpu"]
        assert "python" in worker.ready.versions


def test_shutdown_stops_at_the_next_step(worker: WorkerProcess) -> None:
    token, _ = worker.start(fake(**LONG)), worker.start(fake())
    worker.expect(Progress)
    worker.send(Shutdown())
    assert worker.expect(Cancelled, Finished) == Cancelled(token)
    assert worker.process.wait(5) == 0
    assert not worker.of(Finished)


def test_pause_of_a_generation_stops_it(worker: WorkerProcess) -> None:
    token = worker.start(fake(**LONG))
    worker.expect(Progress)
    worker.send(Pause(token))
    assert worker.expect(Paused, Cancelled) == Paused(token)


def test_training_pauses_and_goes_on(worker: WorkerProcess) -> None:
    params = {"max_train_steps": 100, "step_seconds": 0.01, "seed": 3}
    request = Request("fake", "finetune", params)
    state = worker.tmp / "state"
    for stop in (Pause, Shutdown):
        token = worker.start(request, checkpoints=str(state))
        worker.expect(Progress)
        worker.send(Pause(token) if stop is Pause else Shutdown())
        assert worker.expect(Paused, Finished, Cancelled) == Paused(token)
    assert 0 < json.loads((state / "state.json").read_text())["step"] < 100
    with WorkerProcess(worker.tmp / "state", entries=worker_entries()) as second:
        assert isinstance(second.do(request, checkpoints=str(state)), Finished)
        assert [item.role for item in second.of(Produced)] == ["adapter", "report"]


def worker_entries() -> dict[str, str]:
    return {"fake:trainer": "generators.fake.trainer:FakeTrainer"}
