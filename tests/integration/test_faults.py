"""Bad input and faults, each met as a person meets it: the command line, a real engine and worker.

Each gets a clear error and loses nothing. Where they are tested:

| fault | through the command line and the engine | in detail |
|---|---|---|
| malformed or hostile brief | ``test_a_bad_brief…`` | ``unit/services/test_campaign_brief`` |
| prompt of 100 kB | ``test_a_prompt_of_100_kb…`` | ``unit/generators/test_manifest`` |
| emoji, right-to-left text | ``test_any_script…`` | ``unit/services/test_compose_creatives`` |
| unknown parameter, out of range | ``test_wrong_parameters…`` | ``unit/generators/test_manifest`` |
| truncated safetensors | ``test_faults_weights`` | ``test_weight_headers`` |
| GGUF with no tensors | ``test_faults_weights`` | ``test_text_gguf_header`` |
| a pickle | ``test_faults_weights`` | ``test_image_loading``, ``test_torch_safety`` |
| a folder that asks to run its code | ``test_faults_weights`` | ``test_image_loading`` |
| a folder with a missing component | ``test_faults_weights`` | ``test_image_loading`` |
| path traversal in a ZIP | ``test_a_zip_that…`` | ``unit/services/test_files_archives`` |
| path traversal in a recipe | ``test_paths_in_a_recipe…`` | ``unit/services/test_files_hostile`` |
| a recipe from a newer version | ``test_a_newer_recipe…`` | ``unit/services/test_files_hostile`` |
| a read-only library | ``test_faults_disk``, ``test_faults_window`` | ``unit/store/test_library`` |
| a full disk | ``test_faults_disk``, ``test_engine_process`` | ``unit/engine/test_disk`` |
| a path with spaces and Chinese characters | the library of this file, ``test_command_line`` | |
| two windows at once | ``test_faults_window`` | |
| the clock set back | ``test_faults_clock`` | ``unit/store/test_library``, ``test_loop`` |
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers.command_line import ROOT, Studio
from helpers.engines import card, ended

from generators.api import InputRef, Request
from studio.core.job import JobStatus, NewJob
from studio.store.library import Library

if TYPE_CHECKING:
    from collections.abc import Iterator

CARD = ("--generator", "fake")
SAMPLE = ROOT / "assets" / "sample_campaign"
BRIEF = (SAMPLE / "brief.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    call = Studio(tmp_path_factory.mktemp("faults") / "my library 我的 库")
    yield call
    call("engine", "stop")


@pytest.fixture(scope="module")
def library(studio: Studio) -> Iterator[Library]:
    with Library.open(studio.library) as opened:
        yield opened


def brief(folder: Path, old: str, new: str) -> Path:
    assert old in BRIEF
    for logo in SAMPLE.glob("*.png"):
        shutil.copy(logo, folder)
    path = folder / "brief.toml"
    path.write_bytes(BRIEF.replace(old, new, 1).encode("utf-8", "surrogateescape"))
    return path


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("variants = 2", "variants = [[[", "Line"),
        ("variants = 2", "variants = 2_000", "variants"),
        ("variants = 2", "surprise = 2", "surprise"),
        ('logo = "logo.png"', 'logo = "../../../../etc/passwd"', "logo"),
        ('logo = "logo.png"', 'logo = "/etc/passwd"', "logo"),
        ('tone = "warm', 'tone = "\\u202ewarm', "tone"),
        ('tone = "warm', 'tone = "' + "x" * 100_000, "tone"),
        ('tone = "warm', 'tone = "\udcff', "UTF-8"),
        ("variants = 2", "variants = " + "[" * 20_000 + "]" * 20_000, ""),
        ("variants = 2", "x = '" + "y" * 3_000_000 + "'", "large"),
    ],
)
def test_a_bad_brief_is_refused_by_line_and_field_and_nothing_is_enqueued(
    studio: Studio, library: Library, tmp_path: Path, old: str, new: str, words: str
) -> None:
    before = library.jobs.counts()
    said = studio("campaign", "run", str(brief(tmp_path, old, new)), code=3)
    assert words in said
    assert len(said) < 2_000  # a sentence, not the file
    assert library.jobs.counts() == before


def test_a_prompt_of_100_kb_is_refused_by_name_wherever_it_comes_from(
    studio: Studio, library: Library
) -> None:
    long = "word " * 20_000
    said = studio("generate", "text", long, *CARD, code=3)
    assert "prompt has 100,000 characters, more than 20,000" in said
    assert "nothing was cut" in said
    library.jobs.pause_queue()
    (job,) = library.jobs.enqueue([card("short")])
    assert "prompt has" in studio("jobs", "edit", job.id, "--set", f"prompt={long}", code=3)
    assert library.jobs.get(job.id).request.params["prompt"] == "short"
    (around,) = library.jobs.enqueue([card(long)])  # as another program might
    library.jobs.resume_queue()
    said = studio("jobs", "watch", job.id, around.id, code=1)
    assert library.jobs.get(job.id).status is JobStatus.SUCCEEDED
    assert "prompt has 100,000 characters" in library.jobs.get(around.id).reason
    assert len(said) < 2_000


SCRIPTS = (
    "قهوة ساخنة ☕️",
    "שלום 👩🏽🚀🏳️🌈 עולם",
    "\U00020bb7野家 e\u0301 \ufdfd",
    "\u200f\u200fab\tc 👩\u200d🚀",
)


@pytest.mark.parametrize("prompt", SCRIPTS)
def test_any_script_comes_back_as_it_was_written(
    studio: Studio, tmp_path: Path, prompt: str
) -> None:
    (made,) = studio.json("generate", "text", prompt, *CARD)
    assert made["prompt"] == prompt
    assert prompt in made["text"]
    out = tmp_path / "out"
    studio("library", "export", str(out), made["id"], "--with-recipe")
    (file,) = out.iterdir()
    (back,) = Studio(tmp_path / "second").json("library", "import", str(file))
    assert back["recipe"]["request"]["params"]["prompt"] == prompt


def test_wrong_parameters_are_named_with_what_is_allowed(studio: Studio, library: Library) -> None:
    for setting, words in (
        ("nonsense=1", "no parameter 'nonsense'.\nAllowed: prompt, steps"),
        ("steps=0", "steps is 0, outside what is allowed.\nAllowed: 1 to 10000."),
        ("step_seconds=1e400", "step_seconds"),
        ("step_seconds=nan", "step_seconds"),
        ("steps=2.5", "steps"),
        ("fail=loudly", "fail cannot be 'loudly'"),
    ):
        assert words in studio("generate", "text", "x", *CARD, "--set", setting, code=3)
    (job,) = library.jobs.enqueue([card(steps=10**30)])
    studio("jobs", "watch", job.id, code=1)
    assert "steps" in library.jobs.get(job.id).reason


def test_a_zip_that_leads_outside_brings_nothing(studio: Studio, tmp_path: Path) -> None:
    archive = tmp_path / "evil.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("good.txt", "good words of an evil zip")
        out.writestr("../../evil.txt", "evil")
    before = sorted(studio.library.parent.rglob("*.txt"))
    said = studio("library", "import", str(archive), code=3)
    assert "unsafe name: '../../evil.txt'" in said
    assert studio.json("library", "search", "evil zip") == []
    assert sorted(studio.library.parent.rglob("*.txt")) == before
    assert "All well." in studio("library", "check")


def with_recipe(studio: Studio, tmp_path: Path, change: dict[str, object]) -> Path:
    """Return a text file from another library whose recipe was tampered with."""
    other = Studio(tmp_path / "other")
    (made,) = other.json("generate", "text", "tampered with", *CARD, "--out", str(tmp_path / "x"))
    other("engine", "stop")
    text = Path(made["file"]).read_text(encoding="utf-8")
    (line,) = [item for item in text.splitlines() if "brandloom_recipe" in item]
    start, end = line.index("{"), line.rindex("}") + 1
    recipe = json.loads(line[start:end])
    for key, value in change.items():
        place, _, name = key.rpartition(".")
        (recipe["request"] if place else recipe)[name] = value
    path = tmp_path / "tampered.txt"
    path.write_text(
        text.replace(line, line[:start] + json.dumps(recipe) + line[end:]), encoding="utf-8"
    )
    return path


def test_a_newer_recipe_is_said_and_the_file_is_kept(studio: Studio, tmp_path: Path) -> None:
    path = with_recipe(studio, tmp_path, {"brandloom_recipe": 99})
    (back,) = studio.json("library", "import", str(path))
    assert back["recipe"] is None
    assert "The recipe has version 99; this Brandloom reads up to 1." in back["warning"]
    assert "Update Brandloom" in back["warning"]
    assert Path(back["file"]).exists()


def test_paths_in_a_recipe_lead_nowhere(studio: Studio, library: Library, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    secret.write_text("mine")
    hostile = {
        "request.inputs": [{"role": "image", "asset_id": "../../../x", "path": str(secret)}],
        "request.checkpoint": {"id": "../../x", "name": "n", "path": "/etc", "family": "fake_a"},
        "request.adapters": [{"id": "", "name": "a", "path": "/etc/passwd"}],
    }
    path = with_recipe(studio, tmp_path, hostile)
    (back,) = studio.json("library", "import", str(path))
    request = Request.from_json(back["recipe"]["request"])
    assert request.checkpoint is not None
    assert (request.checkpoint.path, request.inputs[0].path, request.adapters[0].path) == ("",) * 3
    assert str(secret) not in json.dumps(back)
    (again,) = library.jobs.enqueue([NewJob(request)])
    studio("jobs", "watch", again.id, code=1)
    assert "not in the list of models" in library.jobs.get(again.id).hint or (
        "takes no input" in library.jobs.get(again.id).reason
    )
    outside = Request("fake", "text", inputs=(InputRef("image", "../../../../etc/passwd"),))
    (job,) = library.jobs.enqueue([NewJob(outside)])
    assert ended(library, job.id).status is JobStatus.FAILED


def test_after_all_that_the_library_is_well(studio: Studio) -> None:
    assert "All well." in studio("library", "check")
