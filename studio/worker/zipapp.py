"""The worker as one file, to be shipped into a generator's own environment.

Holds this package and the contract, and nothing else of the app: a path entry would let that
environment see (and import) all of ours.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ("__init__.py", "api.py", "media.py", "protocol.py")
_MAIN = "from studio.worker.__main__ import main\n\nmain()\n"
_DATE = (2020, 1, 1, 0, 0, 0)  # the same bytes from the same sources


def build(target: Path, generators: Sequence[Path] = ()) -> Path:
    """Write the worker to ``target`` (``python -I -S target`` starts it) and return it.

    Args:
        target: Replaced in one step if it is there.
        generators: Folders of built-in generators (and of ``_torch``) to take along, for a
            generator of ours that runs in an environment of its own.
    """
    files: dict[str, bytes | Path] = {
        "__main__.py": _MAIN.encode(),
        "studio/__init__.py": (ROOT / "studio/__init__.py"),
    }
    for path in sorted((ROOT / "studio" / "worker").glob("*.py")):
        files[f"studio/worker/{path.name}"] = path
    for name in CONTRACT:
        files[f"generators/{name}"] = ROOT / "generators" / name
    for folder in generators:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                files[f"generators/{folder.name}/{path.relative_to(folder).as_posix()}"] = path
    partial = target.with_suffix(".part")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            data = content.read_bytes() if isinstance(content, Path) else content
            archive.writestr(zipfile.ZipInfo(name, _DATE), data, zipfile.ZIP_DEFLATED)
    partial.replace(target)
    return target
