"""What the engine imports: it must stay small, and never touch a generator's code."""

from __future__ import annotations

import subprocess
import sys

from studio.services.engine_control import child_environment

HEAVY = ("torch", "transformers", "diffusers", "numpy", "PIL", "scipy", "PySide6", "soundfile")


def test_the_engine_imports_nothing_heavy() -> None:
    program = (
        "import sys, studio.engine.__main__\n"
        "from generators.registry import Registry\n"
        "Registry.discover()\n"
        f"print(sorted(set(sys.modules) & set({HEAVY!r})))\n"
        "print([name for name in sys.modules if name.startswith('generators.fake')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["[]", "[]"]
