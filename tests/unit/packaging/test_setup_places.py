"""``--brief``, ``--library``, ``--shortcut``: paths mean what they meant where set-up was begun."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
#: Everything that a launcher could take for its own.
LIBRARY = Path("/home/anna") / 'Anna\'s 50% `ads` $HOME \\ "new" 广告'


@pytest.fixture(autouse=True)
def _on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))


def test_paths_are_taken_from_where_set_up_was_begun(tmp_path, monkeypatch):
    import bootstrap

    monkeypatch.chdir(tmp_path)
    options = bootstrap.parse(["run", "--brief", "my.toml", "--library", "../lib"])
    assert options.brief == tmp_path.resolve() / "my.toml"
    assert options.library == tmp_path.resolve().parent / "lib"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    options = bootstrap.parse(["run", "--library=~/lib"])
    assert options.library == tmp_path.resolve() / "lib"
    assert options.brief is None


def test_a_home_of_nobody_is_refused_in_words(capsys):
    import bootstrap

    with pytest.raises(SystemExit):
        bootstrap.parse(["run", "--library", "~no-such-person-here/lib"])
    assert "argument --library" in capsys.readouterr().err


def test_everything_that_is_begun_gets_the_same_library(tmp_path, monkeypatch, capsys):
    import bootstrap
    import setup_first_run
    import setup_machine

    given = {}

    def note(name):
        return lambda library, *_brief: given.update({name: library}) or 0

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(bootstrap, "prepare", lambda **_options: None)
    for name in ("leave_shortcut", "first_run", "open_window"):
        monkeypatch.setattr(setup_first_run, name, note(name))
    for display in (True, False):
        monkeypatch.setattr(setup_machine, "has_display", lambda seen=display: seen)
        assert bootstrap.run(bootstrap.parse(["run", "--shortcut", "--library", "my lib"])) == 0
    library = tmp_path.resolve() / "my lib"
    assert given == dict.fromkeys(("leave_shortcut", "first_run", "open_window"), library)
    assert f"studio --library '{library}'" in capsys.readouterr().out


def words_of(command: str) -> list[str]:
    """Return the words that a shell makes of a command."""
    script = f"for word in {command}; do printf '%s\\0' \"$word\"; done"
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.parametrize("library", [None, LIBRARY])
def test_a_start_menu_entry_opens_the_library(tmp_path, monkeypatch, library):
    import setup_first_run

    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    lines = setup_first_run.leave_shortcut(library).read_text(encoding="utf-8").splitlines()
    value = next(line for line in lines if line.startswith("Exec=")).removeprefix("Exec=")
    # as the specification reads it: escapes of any value, field codes, then quotes as in a shell
    command = value.replace("\\\\", "\\").replace("%%", "%")
    assert words_of(command) == setup_first_run.studio(library=library)


@pytest.mark.parametrize("library", [None, LIBRARY])
def test_a_command_file_opens_the_library(tmp_path, monkeypatch, library):
    import setup_first_run

    (tmp_path / "Desktop").mkdir()
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    shebang, command = setup_first_run.leave_shortcut(library).read_text("utf-8").splitlines()
    assert shebang == "#!/bin/sh"
    assert shlex.split(command) == ["exec", *setup_first_run.studio(library=library)]


@pytest.mark.parametrize(
    ("library", "arguments"),
    [
        (None, "-m studio"),
        ("D:\\ads", "-m studio --library D:\\ads"),
        ("D:\\Anna's ads", "-m studio --library \"D:\\Anna''s ads\""),
        ("D:\\Anna’s ads", '-m studio --library "D:\\Anna’’s ads"'),
    ],
)
def test_a_windows_shortcut_opens_the_library(tmp_path, monkeypatch, library, arguments):
    import setup_first_run

    asked = []

    def powershell(command, **_options):
        asked.append(command[-1])
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.setenv("APPDATA", str(tmp_path))
    monkeypatch.setattr(setup_first_run.subprocess, "run", powershell)
    setup_first_run.leave_shortcut(library and Path(library))
    assert f"$s.Arguments = '{arguments}';" in asked[0]
