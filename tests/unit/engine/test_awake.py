from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from helpers.waiting import wait_until

from studio.engine.awake import AFTER_SECONDS, KEEP_SECONDS, Awake, helper_command

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="systemd-inhibit")


def put_helper(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    program = folder / "systemd-inhibit"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_it_holds_after_a_while_and_lets_go_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_helper(tmp_path, f"echo $$ > '{tmp_path}/pid'; exec cat", monkeypatch)
    awake = Awake()
    awake.tick(busy=True, now=100.0)
    assert not awake.holding  # a short job starts no helper
    awake.tick(busy=True, now=100.0 + AFTER_SECONDS)
    assert awake.holding
    pid = int(wait_until(lambda: (p := tmp_path / "pid").exists() and p.read_text().strip()))
    awake.tick(busy=False, now=110.0)
    awake.tick(busy=False, now=110.0 + KEEP_SECONDS - 1)
    assert awake.holding
    awake.tick(busy=False, now=110.0 + KEEP_SECONDS)
    assert not awake.holding
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_helper_that_fails_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_helper(tmp_path, f"echo x >> '{tmp_path}/calls'; exit 1", monkeypatch)
    awake = Awake()
    awake.tick(busy=True, now=1.0)
    for later in range(400):
        awake.tick(busy=True, now=10.0 + later)
        if not awake.holding:
            break
        wait_until((tmp_path / "calls").exists)
    wait_until(lambda: awake.tick(busy=True, now=1000.0) or not awake.holding)
    awake.tick(busy=True, now=2000.0)
    assert (tmp_path / "calls").read_text() == "x\n"
    awake.release()


def test_commands() -> None:
    assert helper_command("plan9", 1) == []
    if command := helper_command("linux", 1):
        assert command[0] == "systemd-inhibit"
        assert command[-1] == "cat"
