"""Making ``.venv``: stopped half-way, begun without a network, and how pip's words are read."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


class Workshop:
    """Stands in for venv and pip: notes what was asked of them, and fails when told to."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.did: list[str] = []
        self.fails: dict[str, BaseException] = {}

    def act(self, what: str) -> None:
        self.did.append(what)
        if what in self.fails:
            raise self.fails[what]

    def create(self, folder: Path) -> None:
        """Make a Python, as venv does, before there is a pip."""
        import setup_install

        setup_install.python().parent.mkdir(parents=True, exist_ok=True)
        setup_install.python().write_text("#!/bin/sh\nexit 0\n")  # answers ``pip --version``
        setup_install.python().chmod(0o755)
        self.act("venv")

    def run_pip(self, options: list[str]) -> None:
        kind = "product" if "-e" in options else "renew pip"
        self.act("ask for pip" if "--dry-run" in options else kind)


@pytest.fixture
def workshop(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    import setup_install

    made = Workshop(tmp_path / ".venv")
    monkeypatch.setattr(setup_install, "VENV", made.folder)
    monkeypatch.setattr(setup_install, "STATE", made.folder / "brandloom-setup.json")
    monkeypatch.setattr(setup_install.venv, "EnvBuilder", lambda **_options: made)
    monkeypatch.setattr(setup_install, "run_pip", made.run_pip)
    monkeypatch.setattr(setup_install, "pip_install", lambda *_: made.act("libraries"))
    return made


posix = pytest.mark.skipif(sys.platform == "win32", reason="its Python is a shell script")
ALL = ["venv", "renew pip", "libraries", "product"]


def install_again(workshop: Workshop) -> list[str]:
    """Run set-up, with nothing failing any more; return what it did."""
    import setup_install

    workshop.fails, workshop.did = {}, []
    setup_install.install("windows", tools=False)
    return workshop.did


def test_a_python_that_cannot_make_an_environment_is_named(workshop):
    import setup_install
    from setup_progress import SetupError

    workshop.fails["venv"] = subprocess.CalledProcessError(1, ["x"], b"Traceback\nNo space left")
    with pytest.raises(SetupError, match=r"pip into \.venv\. No space left") as caught:
        setup_install.install("windows", tools=False)
    assert "python.org" in caught.value.hint
    assert install_again(workshop) == ALL


@pytest.mark.parametrize(
    ("at", "error"),
    [("venv", KeyboardInterrupt()), ("renew pip", KeyboardInterrupt()), ("renew pip", OSError())],
)
def test_an_environment_stopped_half_way_is_made_anew(workshop, at, error):
    import setup_install

    workshop.fails[at] = error
    with pytest.raises(type(error)):
        setup_install.install("windows", tools=False)
    assert setup_install.python().exists()
    assert install_again(workshop) == ALL
    assert install_again(workshop) == []


def test_libraries_stopped_half_way_go_on_in_the_same_environment(workshop):
    import setup_install

    workshop.fails["libraries"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        setup_install.install("windows", tools=False)
    assert install_again(workshop) == ["libraries", "product"]


def note_an_older_lock() -> None:
    """Let the environment say that it was made for another lock."""
    import setup_install

    setup_install.note_state("packages", "of an older lock")


@posix
def test_an_update_without_a_network_leaves_the_working_environment(workshop):
    import setup_install
    import setup_progress

    assert install_again(workshop) == ALL
    note_an_older_lock()
    workshop.did, workshop.fails = [], {"ask for pip": setup_progress.SetupError("no network")}
    with pytest.raises(setup_progress.SetupError, match="no network"):
        setup_install.install("windows", tools=False)
    assert workshop.did == ["ask for pip"]
    assert install_again(workshop) == ["ask for pip", *ALL]


@posix
@pytest.mark.parametrize("python", ["#!/bin/sh\nexit 1\n", "no program"])
def test_an_environment_that_no_longer_starts_is_replaced_unasked(workshop, python):
    import setup_install

    assert install_again(workshop) == ALL
    note_an_older_lock()
    setup_install.python().write_text(python)
    assert install_again(workshop) == ALL


def test_an_update_stopped_half_way_leaves_no_word_of_the_old_environment(workshop):
    import setup_install

    assert install_again(workshop) == ALL
    before = json.loads(setup_install.STATE.read_text())["packages"]
    note_an_older_lock()
    workshop.fails["venv"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        setup_install.install("windows", tools=False)
    assert setup_install.load_state() == {}
    assert install_again(workshop) == ALL
    assert setup_install.load_state()["packages"] == before
    assert setup_install.load_state()["environment"] == sys.version


def test_an_environment_of_an_older_set_up_is_kept(workshop):
    import setup_install

    assert install_again(workshop) == ALL
    state = setup_install.load_state()
    del state["environment"]  # which older ones did not note
    setup_install.STATE.write_text(json.dumps(state))
    assert install_again(workshop) == []


#: Fails as pip does on Windows, with a folder's name in the system's code page, and says much more
#: than a pipe holds.
PIP_IN_A_CODE_PAGE = (
    "import sys; out = sys.stdout.buffer\n"
    "out.write(b'ERROR: C:\\\\Werbung f\\xfcr B\\xe4cker\\n' + b'  more of it\\n' * 50_000)\n"
    "sys.exit(1)"
)
#: Fails with a folder's name, as Python writes it into a pipe.
PIP_WITH_A_NAME = "import sys; print('ERROR: f\\u00fcr \\u5e7f\\u544a'); sys.exit(1)"


def in_a_stage() -> None:
    """Have pip watched."""
    import setup_install
    import setup_progress

    stage = setup_progress.Stage("x", io.StringIO())
    setup_install.watch_pip("install", [], total=1, stage=stage)


def to_its_end() -> None:
    """Have pip run to its end."""
    import setup_install

    setup_install.run_pip([])


@pytest.mark.timeout(30)  # what it is about is a hang
@pytest.mark.parametrize("run", [in_a_stage, to_its_end])
@pytest.mark.parametrize(
    ("script", "said"),
    [(PIP_IN_A_CODE_PAGE, "Werbung f\ufffdr B\ufffdcker"), (PIP_WITH_A_NAME, "für 广告")],
)
def test_names_in_pips_words_are_read_whatever_the_code_page(
    tmp_path, monkeypatch, run, script, said
):
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    import setup_install
    import setup_progress

    monkeypatch.setattr(setup_install, "VENV", tmp_path)
    monkeypatch.setattr(setup_install, "pip_command", lambda *_: [sys.executable, "-c", script])
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setenv("LC_ALL", "POSIX")  # a code page with neither of these
    monkeypatch.setenv("PYTHONCOERCECLOCALE", "0")
    with pytest.raises(setup_progress.SetupError, match=said):
        run()
    assert said in (tmp_path / "setup-error.log").read_text(encoding="utf-8")
