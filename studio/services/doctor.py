"""What a fault report needs: versions, devices, disk, library, generators.

No prompts, no names of people, campaigns, assets or models, and no path under the home folder.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from studio import __version__
from studio.core.errors import LibraryError
from studio.services.engine_control import engine_running
from studio.store.library import Library
from studio.store.versions import sqlite_version

if TYPE_CHECKING:
    from pathlib import Path

    from generators.registry import Registry

PACKAGES = ("torch", "diffusers", "transformers", "peft", "accelerate", "llguidance", "xllamacpp",
            "PySide6-Essentials", "numpy", "pillow", "soundfile", "apsw")  # fmt: skip
SYSTEM_LIBRARIES = ("libEGL.so.1", "libGL.so.1", "libxkbcommon.so.0", "libfontconfig.so.1",
                "libdbus-1.so.3", "libxcb-cursor.so.0", "libxcb-icccm.so.4",
                "libxcb-keysyms.so.1", "libgomp.so.1", "libpulse.so.0")  # fmt: skip
#: Before this version SQLite's WAL could be corrupted by a reset race: sqlite.org/wal.html
SAFE_SQLITE = (3, 51, 3)
LOW_SPACE = 2_000_000_000  # bytes; less than this stops a campaign soon


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; ``problem`` says what to do when something is wrong."""

    name: str
    value: str
    problem: str = ""


def diagnose(root: Path, registry: Registry) -> list[Finding]:
    """Return all findings; none of them is a guess, what cannot be read says so."""
    return [*_machine(), *_packages(), *_library(root), *_generators(registry)]


def _machine() -> list[Finding]:
    memory = psutil.virtual_memory()
    findings = [
        Finding("Brandloom", __version__),
        Finding("system", f"{platform.system()} {platform.release()} {platform.machine()}"),
        Finding("Python", platform.python_version()),
        Finding("processor", f"{os.cpu_count()} cores"),
        Finding("memory", f"{memory.total / 1e9:.1f} GB, {memory.available / 1e9:.1f} GB free"),
        Finding("GPU", _gpu()),
    ]
    if platform.system() == "Linux":
        libc, version = platform.libc_ver()
        findings.append(Finding("C library", f"{libc} {version}"))
        missing = [name for name in SYSTEM_LIBRARIES if not _loads(name)]
        problem = "Install them: python3 packaging/bootstrap.py run names the packages."
        findings.append(Finding("system libraries", "missing: " + ", ".join(missing) if missing
                                else "complete", problem if missing else ""))  # fmt: skip
    return findings


def _gpu() -> str:
    tool = shutil.which("nvidia-smi")
    if not tool:
        return "Apple GPU" if sys.platform == "darwin" else "none found (no nvidia-smi)"
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        done = subprocess.run(query, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"nvidia-smi does not answer ({type(error).__name__})"
    return "; ".join(done.stdout.split("\n")).strip("; ") or done.stderr.strip()[:200]


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _packages() -> list[Finding]:
    found, missing = [], []
    for name in PACKAGES:
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    sqlite = sqlite_version()
    old = tuple(int(part) for part in sqlite.split(".")[:3]) < SAFE_SQLITE
    return [
        Finding("packages", ", ".join(found)),
        Finding("missing packages", ", ".join(missing) or "none",
                "Run python3 packaging/bootstrap.py run again." if missing else ""),
        Finding("SQLite", sqlite, "Update apsw: this SQLite can damage a library." if old else ""),
    ]  # fmt: skip


def _library(root: Path) -> list[Finding]:
    place = str(root).replace(os.path.expanduser("~"), "~", 1)  # noqa: PTH111 - text, not a path
    if not (root / "library.db").exists():
        return [Finding("library", f"{place}: none yet")]
    free = shutil.disk_usage(root).free
    try:
        with Library.open(root, create=False) as library:
            counts = library.jobs.counts()
            models = library.models.list()
            state = library.state.engine_state()
            report = library.assets.check(deep=False)
            paused = library.jobs.queue_paused()
            fixed = library.read_only
    except LibraryError as error:
        return [Finding("library", place, str(error))]
    running = engine_running(root)
    return [
        Finding("library", place, "Its folder is read-only: nothing can be made." if fixed else ""),
        Finding("disk", f"{free / 1e9:.1f} GB free",
                "Make room." if free < LOW_SPACE else ""),
        Finding("files", f"{report.checked} checked",
                "" if report.clean else "Some are wrong: studio library check --repair"),
        Finding("jobs", ", ".join(f"{n} {status}" for status, n in counts.items() if n) or "none"),
        Finding("queue", "running" if paused is None else f"paused. {paused}".strip()),
        Finding("engine", f"{state.status}, device {state.device or '?'}" if running
                else "not running"),
        Finding("models", ", ".join(f"{m.family}/{m.format}{' missing' if m.missing else ''}"
                                    for m in models) or "none"),
    ]  # fmt: skip


def _generators(registry: Registry) -> list[Finding]:
    return [
        Finding(f"generator {entry.id}", entry.manifest.version if entry.manifest else "disabled",
                entry.reason)
        for entry in registry.entries
    ]  # fmt: skip
