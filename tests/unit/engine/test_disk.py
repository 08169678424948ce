from __future__ import annotations

import shutil
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from studio.engine import disk
from studio.engine.disk import DiskGuard, DiskLimits, says_full

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = DiskLimits(reserve=256 * 1024, low=1000, resume=5000)
Usage = namedtuple("Usage", "total used free")


def test_the_reserve_is_made_given_up_and_made_again(tmp_path: Path) -> None:
    guard = DiskGuard(tmp_path, tmp_path / "reserve.bin", LIMITS)
    assert guard.prepare()
    assert guard.path.stat().st_size == LIMITS.reserve
    assert guard.path.stat().st_blocks * 512 >= LIMITS.reserve  # real blocks, not a hole
    guard.give_up()
    assert guard.full
    assert not guard.path.exists()
    assert guard.recovered()
    assert not guard.full
    assert guard.path.exists()


def test_it_stays_full_until_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = DiskGuard(tmp_path, tmp_path / "reserve.bin", LIMITS)
    guard.give_up()
    free = LIMITS.reserve + LIMITS.resume - 1
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, free))
    assert not guard.recovered()
    assert "the disk is full" in guard.message()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1, 1, free + 1))
    assert guard.recovered()


def test_low(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = DiskGuard(tmp_path, tmp_path / "reserve.bin", LIMITS)
    monkeypatch.setattr(disk.shutil, "disk_usage", lambda _: Usage(1, 1, 999))
    assert guard.low()


def test_a_reserve_that_cannot_be_made_means_full(tmp_path: Path) -> None:
    guard = DiskGuard(tmp_path, tmp_path / "no folder" / "reserve.bin", LIMITS)
    assert not guard.prepare()
    assert guard.full


@pytest.mark.parametrize(
    ("text", "full"),
    [("OSError: [Errno 28] No space left on device", True), ("out of memory", False), ("", False)],
)
def test_workers_words(text: str, full: bool) -> None:
    assert says_full(text) is full
