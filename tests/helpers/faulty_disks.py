"""Disks that are full or read-only: real mounts, where the test may make some."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _mount(*arguments: str) -> None:
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("needs root on Linux, for a mount of its own")
    done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(f"no mounts here: {done.stderr.decode().strip()}")


@contextmanager
def small_disk(where: Path, size: str) -> Iterator[Path]:
    """Mount a disk of ``size`` (as tmpfs takes it) at a new folder."""
    where.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(where))
    try:
        yield where
    finally:
        subprocess.run(["umount", "-l", str(where)], check=False)


@contextmanager
def read_only_mount(folder: Path) -> Iterator[Path]:
    """Make a folder read-only for everybody, root included."""
    _mount("--bind", str(folder), str(folder))
    try:
        _mount("-o", "remount,bind,ro", str(folder))
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)


def fill(path: Path) -> None:
    """Write until nothing goes any more."""
    size = 1 << 20
    with path.open("wb", buffering=0) as file:
        while size >= 1:
            try:
                file.write(b"\0" * size)
            except OSError:
                size //= 2
