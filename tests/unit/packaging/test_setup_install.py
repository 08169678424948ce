"""Making ``.venv``: what happens when it is stopped half-way, or begun without a network."""

from __future__ import annotations

import json
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
