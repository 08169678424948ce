"""``python -m studio`` as a person calls it: a process, its output and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]


class Studio:
    """Calls ``python -m studio`` on one library."""

    def __init__(self, library: Path, environment: Mapping[str, str] | None = None) -> None:
        self.library = library
        self.environment = {**os.environ, **(environment or {})}

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a call and do not wait for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "studio", "--library", str(self.library), *arguments],
            cwd=ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """Call it, check its exit code, and return what it printed."""
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=170)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        assert process.returncode == code, f"{arguments}: {process.returncode}\n{out}{err}"
        assert "Traceback" not in err, err
        return out if code == 0 else out + err

    def json(self, *arguments: str) -> Any:
        """Call it and read its JSON."""
        return json.loads(self(*arguments, "--json"))
