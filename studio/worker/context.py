"""What a generator sees of the app: progress, preview, text, files. Nothing else."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generators.api import Artifact, JobCancelled
from generators.media import FOLDER, extension, sniff
from generators.protocol import Preview, Progress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from studio.worker.faults import Faults
    from studio.worker.outbox import Outbox


@dataclass
class Attempt:
    """What the reader thread tells the main thread about one attempt.

    Attributes:
        cancelled: Stop at the next step.
        paused: Stop; a trainer writes its state first.
        leaving: The worker is to end: as ``paused`` for a trainer, as ``cancelled`` for others.
        training: A trainer is at work, which stops by itself when asked to pause.
    """

    token: str
    cancelled: bool = False
    paused: bool = False
    leaving: bool = False
    training: bool = False

    @property
    def stop(self) -> bool:
        """Tell whether the next step must not begin."""
        return self.cancelled or (not self.training and (self.paused or self.leaving))

    @property
    def pause(self) -> bool:
        """Tell whether a trainer should write its state and return."""
        return self.paused or self.leaving


class JobContext:
    """See ``generators.api.Context`` and ``TrainContext``, which this is.

    Attributes:
        phase: ``loading`` or ``running``; goes with every progress report.
        attempt: Flags that the reader thread sets.
        memory_estimate: Bytes that loading and running may take, 0 for unknown.
    """

    def __init__(self, attempt: Attempt, outbox: Outbox, faults: Faults, staging: Path) -> None:
        self.attempt = attempt
        self.staging = staging
        self.checkpoints = staging / "checkpoints"
        self.memory_level = 0
        self.memory_estimate = 0
        self.device = "auto"
        self.dtype = "auto"
        self.phase = "running"
        self._outbox = outbox
        self._faults = faults
        self._root = staging.resolve()
        self._saved = 0
        self._synced: set[Path] = set()

    def progress(self, done: float, total: float, message: str = "") -> None:
        """Report ``done`` of ``total``.

        Raises:
            JobCancelled: The attempt is to stop; at every call, however fast they come.
        """
        if self.attempt.stop:
            raise JobCancelled
        self._faults.strike("step")
        self._report(float(done), float(total), str(message))

    def say(self, message: str) -> None:
        """Report the worker's own doing, which is no step of the generator's.

        Raises:
            JobCancelled: The attempt is to stop.
        """
        if self.attempt.stop:
            raise JobCancelled
        self._report(0.0, 0.0, message)

    def _report(self, done: float, total: float, message: str) -> None:
        self._outbox.progress(Progress(self.attempt.token, done, total, message, self.phase))

    def preview(self, path: Path) -> None:
        """Show a picture of the work so far."""
        self._outbox.preview(Preview(self.attempt.token, str(self._inside(path))))

    def stream(self, text: str) -> None:
        """Append text to what the person sees."""
        if text:
            self._outbox.stream(self.attempt.token, text)

    def pause_requested(self) -> bool:
        """Tell a trainer whether to write its state and return."""
        return self.attempt.pause

    def save(
        self,
        content: bytes | Path,
        role: str,
        metadata: Mapping[str, JsonValue] | None = None,
        *,
        media_type: str = "",
    ) -> Artifact:
        """Write ``content`` (or take a file or folder that lies in ``staging``) and fsync it.

        Raises:
            ValueError: The path lies outside ``staging``.
            TypeError: The metadata is not JSON.
        """
        facts = dict(metadata or {})
        json.dumps(facts)
        if isinstance(content, Path):
            path = self._inside(content)
            self._sync(path)
            return Artifact(path, role, media_type or _type_of(path, role), facts)
        media_type = media_type or sniff(bytes(content), role)
        path = self.staging / f"artifact-{self._saved:04d}{extension(media_type)}"
        self._saved += 1
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._synced.add(path.resolve())
        return Artifact(path, role, media_type, facts)

    def settle(self, artifact: Artifact) -> Artifact:
        """Check and fsync what a generator yielded, however it was written.

        Raises:
            ValueError: It lies outside ``staging``.
            OSError: It is not there, or the disk is full.
        """
        path = self._inside(artifact.path)
        if path not in self._synced:
            self._sync(path)
        return Artifact(path, artifact.role, artifact.media_type, artifact.metadata)

    def start_over(self) -> None:
        """Empty the staging folder but for training state: the next try makes all files anew."""
        self._synced.clear()
        for item in self.staging.iterdir():
            if item == self.checkpoints:
                continue
            if item.is_dir() and not item.is_symlink():
                shutil.rmtree(item)
            else:
                item.unlink()

    def _sync(self, path: Path) -> None:
        _sync(path)
        self._synced.add(path)

    def _inside(self, path: Path) -> Path:
        whole = (self.staging / path).resolve()
        if whole == self._root or not whole.is_relative_to(self._root):
            raise ValueError(f"{path} lies outside the staging folder {self.staging}")
        return whole


def _type_of(path: Path, role: str) -> str:
    if path.is_dir():
        return FOLDER
    return sniff(path.read_bytes(), role)


def _sync(path: Path) -> None:
    if path.is_dir():
        for item in sorted(path.rglob("*")):
            if item.is_file():
                _sync_file(item)
        if sys.platform != "win32":
            _sync_file(path, os.O_RDONLY)
        return
    _sync_file(path)


def _sync_file(path: Path, flags: int = os.O_RDWR) -> None:
    file = os.open(path, flags)
    try:
        os.fsync(file)
    finally:
        os.close(file)
