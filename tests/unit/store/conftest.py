"""A fresh library for each test, on a path with a blank and Chinese characters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from studio.store import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder that does not exist yet."""
    return tmp_path / "my library 图书馆"


@pytest.fixture
def library(root: Path) -> Iterator[Library]:
    """Return an open, empty library."""
    with Library.open(root) as opened:
        yield opened
