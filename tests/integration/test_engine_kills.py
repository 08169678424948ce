"""A small version of ``kill_test.py``."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "kill_test_program", Path(__file__).with_name("kill_test.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_nothing_is_lost_by_kills(tmp_path: Path) -> None:
    found = load().run(tmp_path / "library 库", jobs=20, kills=6, seed=5)
    assert found["jobs"] == 20
    assert sum(found["kills"].values()) >= 6
    assert not {name: what for name, what in found["faults"].items() if what}
