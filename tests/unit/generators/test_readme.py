"""The generator in ``generators/README.md`` works as printed: found, conformant, run for real."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from helpers.plugins import install, write_files
from helpers.worker_process import WorkerProcess

from generators import manifest_file
from generators.api import Request
from generators.manifest_file import parse_manifest
from generators.protocol import Finished, Produced
from generators.registry import Registry

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "generators" / "README.md").read_text("utf-8")
BLOCK = re.compile(r"^\*\*`([^`]+)`\*\*\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PACKAGE = "brandloom_hashtags"


@pytest.fixture(scope="module")
def blocks() -> dict[str, str]:
    found = dict(BLOCK.findall(README))
    assert set(found) == {
        f"{PACKAGE}/manifest.toml",
        f"{PACKAGE}/generator.py",
        "pyproject.toml",
        "test_hashtags.py",
    }
    return found


@pytest.fixture
def site(blocks: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with the printed plugin laid out as pip leaves it, on the path."""
    project = tomllib.loads(blocks["pyproject.toml"])["project"]
    files = {name: text for name, text in blocks.items() if name.startswith(PACKAGE)}
    folder = tmp_path / "site packages 插件"
    install(folder, project["name"], project["entry-points"]["brandloom.generators"], files)
    monkeypatch.syspath_prepend(str(folder))
    return folder


def test_it_has_40_lines(blocks: dict[str, str]) -> None:
    both = blocks[f"{PACKAGE}/manifest.toml"] + blocks[f"{PACKAGE}/generator.py"]
    assert len([line for line in both.splitlines() if line.strip()]) <= 40


def test_found_and_run_by_a_worker(site: Path, tmp_path: Path) -> None:
    registry = Registry.discover()
    manifest = registry.get("hashtags")
    assert PACKAGE not in sys.modules
    params = manifest.check_params("write", {"prompt": "Fresh bread", "seed": 1})
    entries = dict(registry.worker_entries(manifest.worker_group()))
    with WorkerProcess(tmp_path, entries=entries, environment={"PYTHONPATH": str(site)}) as worker:
        assert isinstance(worker.do(Request("hashtags", "write", params)), Finished)
        made = worker.of(Produced)[0]
        assert sorted(Path(made.path).read_text().split()) == ["#Fresh", "#bread"]
        assert made.media_type == "text/plain"


def test_the_printed_test_passes(site: Path, blocks: dict[str, str], tmp_path: Path) -> None:
    write_files(tmp_path, {"test_hashtags.py": blocks["test_hashtags.py"]})
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_hashtags.py"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(site), str(ROOT)))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "10 passed" in done.stdout


def test_pip_installs_the_printed_project(blocks: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("setuptools", reason="builds the printed project")
    pytest.importorskip("pip", reason="builds the printed project")
    source, target = tmp_path / "source", tmp_path / "target"
    write_files(source, blocks)
    flags = ["--quiet", "--no-build-isolation", "--no-deps", "--no-index"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *flags, "--target", target, source], check=True
    )
    assert (target / PACKAGE / "manifest.toml").is_file()
    points = next(target.glob("*.dist-info/entry_points.txt")).read_text()
    assert points.split() == ["[brandloom.generators]", "hashtags", "=", PACKAGE]


def test_the_printed_format_is_read_and_whole() -> None:
    """The commented manifest is itself valid, and names every key that there is."""
    printed = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    text = next(block for block in printed if "my_images" in block)
    manifest = parse_manifest(text)
    assert (manifest.id, manifest.params[0].key) == ("my_images", "guidance_scale")
    assert manifest.environment == ("audiocraft==1.3.0",)
    tables = (
        manifest_file._GENERATOR,
        manifest_file._MODE,
        manifest_file._PARAM,
        manifest_file._FAMILY,
        dict.fromkeys(manifest_file.DETECT_KEYS),
    )
    keys = {key for table in tables for key in table} - {"detect"}
    unsaid = [key for key in keys if not re.search(rf"^(# )?{key} = ", text, re.MULTILINE)]
    assert unsaid == []
