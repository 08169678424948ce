"""Keeps the machine from sleeping while work runs; where it cannot, that is logged once.

Linux: ``systemd-inhibit`` around a ``cat`` that ends with our pipe, so that nothing stays behind
when the engine is killed. macOS: ``caffeinate`` that watches our process id. Windows:
``SetThreadExecutionState``. (macOS and Windows were written by their documentation and not tried.)
"""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import subprocess
import sys
import time

log = logging.getLogger(__name__)
AFTER_SECONDS = 2.0  # of work: short jobs do not start a helper each
KEEP_SECONDS = 15.0  # after the last work
_ES_CONTINUOUS, _ES_SYSTEM_REQUIRED = 0x80000000, 0x00000001


def helper_command(platform: str, pid: int) -> list[str]:
    """Return the command that keeps a machine awake as long as it runs; empty for none."""
    if platform.startswith("linux") and shutil.which("systemd-inhibit"):
        return [
            "systemd-inhibit",
            "--what=sleep:idle",
            "--who=Brandloom",
            "--why=Working through the queue",
            "--mode=block",
            "cat",
        ]
    if platform == "darwin" and shutil.which("caffeinate"):
        return ["caffeinate", "-i", "-w", str(pid)]
    return []


class Awake:
    """Call ``tick`` now and then; it holds and lets go by itself."""

    def __init__(self) -> None:
        self._busy_since = 0.0
        self._idle_since = 0.0
        self._helper: subprocess.Popen[bytes] | None = None
        self._holding = False
        self._given_up = False

    @property
    def holding(self) -> bool:
        """Tell whether sleep is held off now."""
        return self._holding

    def tick(self, *, busy: bool, now: float | None = None) -> None:
        """Note whether work runs at this moment (``now`` in seconds of a steady clock)."""
        now = time.monotonic() if now is None else now
        if busy:
            self._busy_since = self._busy_since or now
            self._idle_since = 0.0
            if not self._holding and now - self._busy_since >= AFTER_SECONDS:
                self._hold()
        else:
            self._busy_since = 0.0
            self._idle_since = self._idle_since or now
            if self._holding and now - self._idle_since >= KEEP_SECONDS:
                self.release()
        self._look_after_helper()

    def release(self) -> None:
        """Let the machine sleep again."""
        if sys.platform == "win32" and self._holding:
            ctypes.windll.kernel32.SetThreadExecutionState(_ES_CONTINUOUS)
        self._holding = False
        helper, self._helper = self._helper, None
        if helper is not None:
            if helper.stdin is not None:
                helper.stdin.close()
            helper.terminate()
            helper.wait(timeout=5)

    def _hold(self) -> None:
        if self._given_up:
            return
        if sys.platform == "win32":
            flags = _ES_CONTINUOUS | _ES_SYSTEM_REQUIRED
            self._holding = bool(ctypes.windll.kernel32.SetThreadExecutionState(flags))
            self._given_up = not self._holding
            return
        command = helper_command(sys.platform, os.getpid())
        if not command:
            self._give_up("no systemd-inhibit or caffeinate here")
            return
        self._helper = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._holding = True

    def _look_after_helper(self) -> None:
        if self._helper is not None and self._helper.poll() is not None:
            code = self._helper.returncode
            self.release()
            self._give_up(f"the helper ended with code {code}")

    def _give_up(self, why: str) -> None:
        self._given_up = True
        log.info("the machine is not kept from sleeping: %s", why)
