"""When an engine says that it serves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from studio.core.errors import LibraryError
from studio.core.paths import LibraryPaths
from studio.engine import __main__ as process
from studio.engine.options import EngineOptions
from studio.services.engine_control import engine_pid, engine_running

if TYPE_CHECKING:
    from pathlib import Path


def test_the_number_of_a_killed_engine_is_no_sign_that_the_next_one_serves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who starts work now must wait until this engine has put right what that one left."""
    lock = LibraryPaths(tmp_path).engine_lock
    lock.write_text(f"{os.getpid()}\n")
    seen: list[tuple[bool, int]] = []

    def opened(root: Path) -> None:
        seen.append((engine_running(root), engine_pid(root)))
        raise LibraryError("as far as this goes")

    monkeypatch.setattr(process.Library, "open", opened)
    with pytest.raises(LibraryError):
        process.serve(tmp_path, EngineOptions())
    assert seen == [(True, 0)]
