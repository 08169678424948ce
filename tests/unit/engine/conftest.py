"""An engine whose workers are played, on a fresh library."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from helpers.played_workers import Stage

from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """Return an engine on an empty library."""
    with Library.open(tmp_path / "library") as library:
        yield Stage(library)
