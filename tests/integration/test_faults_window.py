"""Faults as they meet the window: two at once, a library that is read-only or on a full disk.

Real windows in processes of their own (offscreen), a real engine; see ``test_faults.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from helpers.engines import card, ended
from helpers.faulty_disks import read_only_mount
from helpers.waiting import wait_until

from studio.core.job import JobStatus
from studio.services.engine_control import child_environment, engine_running, stop_engine
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Writes what it shows to a file after every change; ends when its stdin does.
WINDOW = """
import json, os, sys, threading
from pathlib import Path
from PySide6.QtCore import QMetaObject, QObject, Qt, QTimer
import studio.gui.application as application
from studio.gui.main_window import MainWindow

root, told = Path(sys.argv[1]), Path(sys.argv[2])

def say(window):
    facts = window.context.engine.facts
    if facts is None:
        return
    counts = {str(key): value for key, value in facts.counts.items() if value}
    shown = {"counts": counts, "said": said, "read_only": window.context.store.read_only}
    part = told.with_suffix(".part")
    part.write_text(json.dumps(shown))
    part.replace(told)

said = []
original = application.open_window
def opened(*args, **kwargs):
    window = original(*args, **kwargs)
    window.context.messages.posted.connect(lambda item: said.append(item.text))
    timer = QTimer(window)
    timer.timeout.connect(lambda: say(window))
    timer.start(50)
    def wait():
        sys.stdin.read()
        QTimer.singleShot(0, window, window.close_now)
    threading.Thread(target=wait, daemon=True).start()
    return window
application.open_window = opened
sys.exit(application.run_window(root))
"""


class Window:
    """A window in a process of its own."""

    def __init__(self, root: Path, told: Path) -> None:
        self.told = told
        environment = child_environment() | {
            "QT_QPA_PLATFORM": "offscreen",
            "BRANDLOOM_CONFIG": str(told.with_suffix(".config")),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(root), str(told)],
            env=environment,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def shows(self) -> dict[str, object]:
        assert self.process.poll() is None, self.process.communicate()[1]
        return json.loads(self.told.read_text()) if self.told.exists() else {}

    def close(self) -> str:
        """Close it as a person does; return what it wrote to stderr."""
        _, said = self.process.communicate("", timeout=60)
        assert self.process.returncode == 0, said
        return said


@contextmanager
def window(root: Path, told: Path) -> Iterator[Window]:
    opened = Window(root, told)
    try:
        yield opened
    finally:
        if opened.process.poll() is None:
            opened.process.kill()
            opened.process.communicate()


def test_two_windows_at_once_show_the_same_and_share_one_engine(tmp_path: Path) -> None:
    root = tmp_path / "two windows 两"
    with (
        Library.open(root) as library,
        window(root, tmp_path / "one") as one,
        window(root, tmp_path / "two") as two,
    ):
        wait_until(lambda: one.shows() and two.shows(), 60)
        jobs = library.jobs.enqueue([card(f"job {n}", mode="image", size=64) for n in range(12)])
        for job in jobs:
            assert ended(library, job.id).status is JobStatus.SUCCEEDED
        for each in (one, two):
            wait_until(lambda each=each: each.shows().get("counts") == {"succeeded": 12}, 30)
            assert each.shows()["said"] == []  # nobody was refused anything
        assert one.close() == ""
        more = library.jobs.enqueue([card("after one has left")])
        assert ended(library, more[0].id).status is JobStatus.SUCCEEDED
        wait_until(lambda: two.shows().get("counts") == {"succeeded": 13}, 30)
        assert two.close() == ""
        pids = {event.reason for job in jobs for event in library.jobs.events(job.id)}
        assert not any("gone" in reason or "ended" in reason for reason in pids)
        assert library.assets.check().clean
        if engine_running(root):
            stop_engine(root)


@pytest.mark.skipif(os.name != "posix", reason="needs a mount")
def test_a_window_on_a_read_only_library_shows_it_and_says_so(tmp_path: Path) -> None:
    root = tmp_path / "library"
    with Library.open(root) as library:
        library.jobs.enqueue([card("waits for ever")])
    with read_only_mount(root), window(root, tmp_path / "told") as opened:
        wait_until(lambda: opened.shows().get("said"), 60)
        shown = opened.shows()
        assert shown["read_only"]
        assert shown["counts"] == {"queued": 1}
        assert shown["said"] == ["This library can be looked at, but not changed."]
        assert opened.close() == ""
    with Library.open(root) as library:
        assert library.jobs.list()[0].status is JobStatus.QUEUED
