"""Who imports what, looked up in running processes: import-linter cannot see a late import.

The window, the command line and the engine never load torch or a generator's code; the contract
loads with nothing but the standard library; the worker for GGUF files loads no torch.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from helpers.tiny_text import make_gguf, reference
from helpers.worker_process import WorkerProcess

from generators.api import Request
from generators.protocol import Finished, Resident
from studio.services.engine_control import child_environment

ROOT = Path(__file__).parents[2]
TORCH = ("torch", "transformers", "diffusers", "peft")
HEAVY = (*TORCH, "numpy", "PIL", "scipy", "soundfile")
QT = ("PySide6", "shiboken6")
GENERATORS = ("fake", "text_gpt", "image_diffusion", "audio_music", "_torch")


def loaded_by(program: str, *arguments: str, isolated: bool = False) -> set[str]:
    """Run a program in a fresh interpreter and return the modules that it ended with."""
    names = "\nimport sys\nprint('|'.join(sys.modules))\n"
    flags = ("-I", "-S") if isolated else ()
    done = subprocess.run(
        [sys.executable, *flags, "-c", program + names, *arguments],
        cwd=ROOT,
        env=child_environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split("|"))


def generators_in(modules: set[str]) -> set[str]:
    return {name for name in GENERATORS if f"generators.{name}" in modules}


def test_the_engine_is_light() -> None:
    modules = loaded_by(
        "import studio.engine.__main__\n"
        "from generators.registry import Registry\n"
        "Registry.discover()\n"
    )
    assert "studio.engine.loop" in modules
    assert not modules & {*HEAVY, *QT}
    assert not generators_in(modules)


@pytest.mark.parametrize("arguments", ["'jobs', 'list'", "'generate', 'image', 'x'"])
def test_the_command_line_loads_neither_torch_nor_qt(arguments: str) -> None:
    modules = loaded_by(f"from studio.cli import main; main.parse([{arguments}])\n")
    assert "studio.cli.jobs" in modules
    assert not modules & {*TORCH, *QT}
    assert not generators_in(modules)
    assert not any(name.startswith(("studio.engine", "studio.worker")) for name in modules)


WINDOW = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QTimer
import studio.gui.application as application
from studio.gui.main_window import MainWindow

def check():
    windows = application.QApplication.topLevelWidgets()
    window = next(item for item in windows if isinstance(item, MainWindow))
    if window.context.engine.facts is None or window.context.store.busy:
        return QTimer.singleShot(20, check)
    for page_id in window.page_ids():
        window.show_page(page_id, {}, at_once=True)
    window.close_now()

original = application.open_window
def opened(*args, **kwargs):
    window = original(*args, **kwargs)
    QTimer.singleShot(20, window, check)
    return window
application.open_window = opened
assert application.run_window(Path(sys.argv[1])) == 0
"""


def test_the_window_starts_shows_every_page_and_ends_without_torch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRANDLOOM_CONFIG", str(tmp_path / "config"))
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    modules = loaded_by(WINDOW, str(tmp_path / "library"))
    assert "studio.gui.pages.library.page" in modules
    assert not modules & {*TORCH, "scipy"}
    assert not generators_in(modules)
    assert not any(name.startswith(("studio.engine", "studio.worker")) for name in modules)
    assert (tmp_path / "config" / "settings.json").exists()


def test_the_contract_needs_the_standard_library_alone() -> None:
    modules = loaded_by(
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "import generators.api, generators.media, generators.protocol, studio.worker.process\n",
        isolated=True,
    )
    foreign = {name.partition(".")[0] for name in modules} - {*sys.stdlib_module_names, "__main__"}
    assert foreign == {"generators", "studio"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_the_worker_for_gguf_files_loads_no_torch(tmp_path: Path) -> None:
    """Neither to run nor to ask for devices; and it is measured by the machine's memory."""
    checkpoint = reference(make_gguf(tmp_path / "tiny.gguf"))
    params = {"prompt": "hello", "max_new_tokens": 4, "seed": 1}
    request = Request("text_gpt", "write", params, checkpoint)
    entries = {"text_gpt": "generators.text_gpt.generator:TextGPT"}
    for device in ("auto", "cuda:0"):  # what was chosen for all generators must not lock it out
        folder = tmp_path / device.replace(":", "")
        folder.mkdir()
        with WorkerProcess(folder, entries=entries, device=device) as worker:
            finished = worker.do(request)
            assert isinstance(finished, Finished), finished
            assert finished.execution["device"] == "cpu"
            said = [item.device for item in worker.of(Resident) if item.device]
            assert [item["id"] for item in said] == ["cpu"]
            assert 0 < said[0]["free_memory"] <= said[0]["total_memory"]
            maps = Path(f"/proc/{worker.process.pid}/maps").read_text(encoding="utf-8")
            assert "llama" in maps
            assert "libtorch" not in maps
