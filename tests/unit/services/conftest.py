"""What the tests of campaigns share: a library with checkpoints, and a campaign that is made."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from helpers.campaigns import SMALL, TinyEngine, add_checkpoints

from generators.registry import Registry
from studio.services.campaigns import run_campaign
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library") as opened:
        add_checkpoints(opened)
        yield opened


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the folder and id of a campaign that is made; tests work on copies of it."""
    folder = tmp_path_factory.mktemp("made") / "library"
    with Library.open(folder) as library:
        add_checkpoints(library)
        campaign_id = run_campaign(library, Registry.discover(), SMALL)
        TinyEngine(library).run()
    return folder, campaign_id


@pytest.fixture
def ready(made_once: tuple[Path, str], tmp_path: Path) -> Iterator[tuple[Library, TinyEngine, str]]:
    """Return (library, engine, campaign id) of a campaign that is made."""
    folder, campaign_id = made_once
    shutil.copytree(folder, tmp_path / "ready")
    with Library.open(tmp_path / "ready") as library:
        yield library, TinyEngine(library), campaign_id
