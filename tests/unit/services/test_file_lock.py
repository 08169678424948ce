from __future__ import annotations

import subprocess
import sys
import threading
from typing import TYPE_CHECKING

from helpers.waiting import wait_until

from studio.services.engine_control import child_environment
from studio.services.file_lock import FileLock, holding, is_locked, sweep

if TYPE_CHECKING:
    from pathlib import Path


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "sub folder" / "a.lock"
    assert not is_locked(path)
    first, second = FileLock(path), FileLock(path)
    assert first.acquire()
    assert first.held
    assert is_locked(path)
    assert not second.acquire(0.05)
    first.write("123\n")
    assert path.read_text() == "123\n"
    first.release()
    first.release()
    assert second.acquire()
    second.release(remove=True)
    assert not path.exists()


def test_patience_is_rewarded(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "a.lock"), FileLock(tmp_path / "a.lock")
    assert first.acquire()
    timer = threading.Timer(0.1, first.release)
    timer.start()
    assert second.acquire(10.0)
    second.release()
    timer.join()


def test_a_file_that_was_swept_away_is_made_again(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "a.lock")
    assert lock.acquire()
    lock.path.unlink()
    other = FileLock(tmp_path / "a.lock")
    assert other.acquire()  # another file of that name: both hold their own
    other.release()
    lock.release()


def test_sweeping_keeps_what_is_held(tmp_path: Path) -> None:
    (tmp_path / "stale.lock").write_text("")
    with holding(tmp_path / "mine.lock"):
        assert sweep(tmp_path) == 1
        assert [item.name for item in tmp_path.iterdir()] == ["mine.lock"]
    assert sweep(tmp_path) == 0
    assert sweep(tmp_path / "nothing") == 0


def test_a_killed_process_and_its_children_hold_nothing(tmp_path: Path) -> None:
    """The lock is not inherited: the child of a killed holder outlives it without the lock."""
    program = (
        "import pathlib, subprocess, sys\n"
        "from studio.services.file_lock import FileLock\n"
        "lock = FileLock(pathlib.Path(sys.argv[1]))\n"
        "assert lock.acquire()\n"
        "child = subprocess.Popen(['sleep', '30'], stdout=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\n"
        "child.wait()\n"
    )
    path = tmp_path / "a.lock"
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        env=child_environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    child = int(process.stdout.readline())
    try:
        assert is_locked(path)
        process.kill()
        process.communicate()
        wait_until(lambda: not is_locked(path), 5)
    finally:
        subprocess.run(["kill", str(child)], check=False)
