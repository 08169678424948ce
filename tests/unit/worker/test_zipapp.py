"""The worker starts in an environment that has nothing but Python: from folders and as one file."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.worker_process import ROOT, WorkerProcess, fake

from generators.protocol import Failed, Finished, Produced
from studio.worker.zipapp import build

if TYPE_CHECKING:
    import pytest

FAKE = ROOT / "generators" / "fake"
BARE = (sys.executable, "-I", "-S")


def test_one_file_is_a_worker(tmp_path: Path) -> None:
    app = build(tmp_path / "worker.pyz", [FAKE])
    with WorkerProcess(tmp_path, command=(*BARE, str(app)), cwd=tmp_path) as worker:
        assert isinstance(worker.do(fake("image")), Finished)
        assert Path(worker.of(Produced)[0].path).is_file()


def test_it_holds_the_contract_and_no_more(tmp_path: Path) -> None:
    app = build(tmp_path / "worker.pyz")
    names = set(zipfile.ZipFile(app).namelist())
    others = {name for name in names if not name.startswith("studio/worker/")}
    assert others == {
        "__main__.py",
        "studio/__init__.py",
        "generators/__init__.py",
        "generators/api.py",
        "generators/media.py",
        "generators/protocol.py",
    }
    with WorkerProcess(tmp_path, command=(*BARE, str(app)), cwd=tmp_path) as worker:
        failed = worker.do(fake())
        assert isinstance(failed, Failed)
        assert "cannot start" in failed.message  # the fake generator isn't in there
    assert app.read_bytes() == build(tmp_path / "again.pyz").read_bytes()


def test_folders_are_enough(tmp_path: Path) -> None:
    """Its own package and the contract on the path, by themselves, are the whole worker."""
    for name in ("studio/__init__.py", *(f"generators/{n}.py" for n in CONTRACT)):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "studio/worker", tmp_path / "studio/worker")
    shutil.copytree(FAKE, tmp_path / "generators/fake")
    start = f"import sys, runpy; sys.path.insert(0, {str(tmp_path)!r}); "
    start += "runpy.run_module('studio.worker', run_name='__main__')"
    with WorkerProcess(tmp_path, command=(*BARE, "-c", start), cwd=tmp_path) as worker:
        assert isinstance(worker.do(fake("audio")), Finished)


CONTRACT = ("__init__", "api", "media", "protocol")


def test_only_the_standard_library_is_imported(capfd: pytest.CaptureFixture[str]) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r}); import studio.worker.process\n"
        "own = [m for m in sys.modules if m.split('.')[0] not in sys.stdlib_module_names]\n"
        "print(*sorted(m for m in own if not m.startswith('studio.worker')))"
    )
    subprocess.run([*BARE, "-c", script], check=True)
    found = set(capfd.readouterr().out.split())
    assert found - {"__main__"} == {
        "studio",
        "generators",
        "generators.api",
        "generators.media",
        "generators.protocol",
    }
