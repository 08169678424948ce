"""Set before anything else is imported: no screen, no network, own settings for each test."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "2")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # busy cores else cost minutes
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["PYTHONFAULTHANDLER"] = "1"
sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(autouse=True)
def _own_config(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep each test away from the settings and the library of the person who runs it."""
    monkeypatch.setenv("BRANDLOOM_CONFIG", str(tmp_path_factory.mktemp("config")))
    monkeypatch.delenv("BRANDLOOM_LIBRARY", raising=False)
