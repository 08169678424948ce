"""The command line as a person uses it: real processes, a real engine, the test-card generator."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import psutil
import pytest
from helpers.command_line import ROOT, Studio
from helpers.waiting import wait_until
from PIL import Image

from studio.core.job import JobStatus
from studio.services.engine_control import client_lock, engine_pid, ensure_engine
from studio.store.library import Library


@pytest.fixture(scope="module")
def studio(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "我的 library"
    call = Studio(folder)
    yield call
    call("engine", "stop")


CARD = ("--generator", "fake")


def test_make_find_rate_export_and_bring_back(studio, tmp_path):
    made = studio.json("generate", "text", "春天 breakfast tea", *CARD, "--mode", "image")
    assert [asset["modality"] for asset in made] == ["image"]
    with Image.open(made[0]["file"]) as picture:
        picture.verify()
    found = studio.json("library", "search", "春天")
    assert [asset["id"] for asset in found] == [made[0]["id"]]
    assert studio.json("library", "search", "没有") == []

    out = tmp_path / "out"
    studio("library", "export", str(out), made[0]["id"], "--with-recipe")
    (exported,) = out.iterdir()
    back = Studio(tmp_path / "second").json("library", "import", str(exported))
    assert back[0]["recipe"]["request"] == made[0]["recipe"]["request"]
    assert back[0]["recipe"]["seed"] == made[0]["recipe"]["seed"]


def test_a_command_that_waits_gets_a_new_engine_when_its_own_is_killed(tmp_path):
    """The real thing: one process waits, its engine is killed in the middle of the job."""
    call = Studio(tmp_path / "library")
    slow = ("--set", "steps=40", "--set", "step_seconds=0.1")
    with Library.open(call.library) as library, client_lock(call.library):
        ensure_engine(call.library)  # it serves before the command asks for it
        waits = call.start("generate", "text", "a quiet lake", *CARD, *slow)
        wait_until(lambda: library.jobs.counts().get(JobStatus.RUNNING))
        killed = engine_pid(call.library)
        psutil.Process(killed).kill()
        _, err = waits.communicate(timeout=170)
        assert waits.returncode == 0, err
        assert engine_pid(call.library) not in (0, killed)
        assert library.jobs.counts()[JobStatus.SUCCEEDED] == 1
    call("engine", "stop")


def test_trash_and_restore(studio):
    made = studio.json("generate", "text", "for the bin", *CARD)
    studio("library", "trash", made[0]["id"])
    assert studio.json("library", "search", "bin") == []
    studio("library", "restore", made[0]["id"])
    assert len(studio.json("library", "search", "bin")) == 1
    assert "All well." in studio("library", "check")


def test_queue_moves(studio):
    studio("jobs", "pause", "--queue")
    first = studio.json("generate", "text", "first", *CARD, "--no-wait")
    second = studio.json("generate", "text", "second", *CARD, "--no-wait")
    waiting = [job["id"] for job in studio.json("jobs", "list", "--status", "queued")]
    assert waiting == [first["id"], second["id"]]
    studio("jobs", "move", second["id"], "--top")
    waiting = [job["id"] for job in studio.json("jobs", "list", "--status", "queued")]
    assert waiting == [second["id"], first["id"]]
    edited = studio.json("jobs", "edit", first["id"], "--set", "prompt=changed")
    assert edited[0]["request"]["params"]["prompt"] == "changed"
    studio("jobs", "cancel", second["id"])
    studio("jobs", "resume", "--queue")
    studio("jobs", "watch", first["id"])
    shown = studio.json("jobs", "show", first["id"])
    assert shown["status"] == "succeeded"
    assert [event["after"] for event in shown["events"]][-2:] == ["running", "succeeded"]
    again = studio.json("jobs", "retry", second["id"])
    assert again[0]["retry_of"] == second["id"]
    studio("jobs", "watch", again[0]["id"])
    said = studio("jobs", "cancel", second["id"], code=3)
    assert "cancelled" in said


def test_a_failing_job_says_why_and_exits_1(studio):
    said = studio("generate", "text", "x", *CARD, "--set", "fail=user", code=1)
    assert "failed" in said


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("generate", "text", "x", "--generator", "nothing"), "There is no generator 'nothing'"),
        (("generate", "text", "x", *CARD, "--set", "nonsense=1"), "no parameter 'nonsense'"),
        (("generate", "text", "x", *CARD, "--set", "steps=many"), "steps cannot be 'many'"),
        (("generate", "text", "x", *CARD, "--set", "steps=-3"), "steps is -3"),
        (("generate", "text", "x", *CARD, "--mode", "dance"), "no mode 'dance'"),
        (("models", "add", "/no/such/folder"), "There is nothing at"),
        (("jobs", "show", "ZZZ"), "ZZZ"),
        (("library", "show", "ZZZ"), "ZZZ"),
        (("generate", "text", "word " * 20_000, *CARD), "more than"),
    ],
)
def test_bad_input_is_named_and_exits_3(studio, arguments, words):
    assert words in studio(*arguments, code=3)


def test_right_to_left_and_emoji_come_through(studio):
    prompt = "قهوة 🎉 ☕️ שלום"
    made = studio.json("generate", "text", prompt, *CARD)
    assert made[0]["prompt"] == prompt


def test_doctor_tells_nothing_private(studio):
    studio("generate", "text", "top secret launch", *CARD)
    command = [sys.executable, "-m", "studio", "--library", str(studio.library), "doctor"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    said = done.stdout
    assert "secret" not in said
    assert str(Path.home()) not in said
    for word in ("Brandloom", "SQLite", "torch", "generator fake"):
        assert word in said
    # A machine without a screen may lack libraries of the window; doctor then says so and exits 1.
    problems = [line for line in said.splitlines() if line.startswith("!")]
    assert done.returncode == (1 if problems else 0), said
    assert all("system libraries" in line for line in problems), said


def test_generators_and_help_come_from_manifests(studio):
    assert "steps" in studio("generators", "info", "fake")
    listed = studio.json("generators", "list")
    assert {item["id"] for item in listed} >= {"fake", "text_gpt", "image_diffusion", "audio_music"}
    assert "--num-inference-steps" in studio("generate", "image", "--help")


def test_a_zip_is_imported_file_by_file_and_what_cannot_be_is_named(studio, tmp_path):
    archive = tmp_path / "文件 all.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("notes/春.txt", "spring in a zip")
        out.writestr("program.exe", b"MZ\0\0")
    said = studio("library", "import", str(archive), str(tmp_path / "gone.txt"), code=1)
    assert "program.exe is not a kind of file" in said
    assert "gone.txt cannot be read" in said
    assert "without a recipe" in said
    (found,) = studio.json("library", "search", "春", "--modality", "text")
    assert found["text"] == "spring in a zip"


def test_a_bug_is_printed_whole_and_ends_with_a_code_of_its_own(tmp_path):
    script = (
        "import sys\nfrom studio.cli import jobs\n"
        "def bug(cli, options): raise ZeroDivisionError('a bug')\n"
        "jobs.list_jobs = bug\n"
        "sys.argv = ['studio', 'jobs', 'list']\n"
        "from studio.__main__ import main\nmain()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 70
    assert "ZeroDivisionError: a bug" in done.stderr
    assert "report it" in done.stderr
