"""The conformance suite that every generator passes, and a context to run one in tests.

In a test file of your generator (pytest or anything else; each check raises AssertionError)::

    @pytest.fixture(scope="module")
    def suite():
        manifest = Registry.discover().get("my_generator")
        request = Request("my_generator", "text", {"prompt": "Hello"}, checkpoint)
        return Conformance(manifest, request)

    @pytest.mark.parametrize("check", CHECKS)
    def test_conformance(suite, check, tmp_path):
        getattr(suite, check)(tmp_path)

The request should be the smallest that makes an artifact and needs at least two progress reports.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import weakref
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.api import Artifact, Generator, InvalidParameter, JobCancelled, Request
from generators.media import FOLDER, extension, sniff

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from generators.manifest import Manifest, ParamSpec

CHECKS = (
    "documents_everything",
    "refuses_unknown_parameters",
    "has_valid_defaults",
    "does_not_import_the_app",
    "makes_valid_artifacts",
    "reports_progress",
    "stops_when_cancelled",
    "repeats_by_seed",
    "describes_itself",
    "lets_go_when_unloaded",
)


class RecordingContext:
    """A context that keeps what it is told, for tests of generators and trainers.

    Attributes:
        reports: ``(done, total, message, monotonic seconds)`` of every progress call.
        previews, texts: What was shown and streamed.
        cancel_at: Raise JobCancelled from this progress call on (from 1); 0 for never.
        pause: What ``pause_requested`` answers.
    """

    def __init__(self, staging: Path, *, cancel_at: int = 0, memory_level: int = 0) -> None:
        self.staging = staging
        self.checkpoints = staging / "checkpoints"
        self.memory_level = memory_level
        self.device = "cpu"
        self.dtype = "auto"
        self.cancel_at = cancel_at
        self.pause = False
        self.reports: list[tuple[float, float, str, float]] = []
        self.previews: list[Path] = []
        self.texts: list[str] = []
        self._saved = 0
        staging.mkdir(parents=True, exist_ok=True)

    def progress(self, done: float, total: float, message: str = "") -> None:
        """Keep a report; raise JobCancelled when its time has come."""
        self.reports.append((float(done), float(total), message, time.monotonic()))
        if self.cancel_at and len(self.reports) >= self.cancel_at:
            raise JobCancelled

    def preview(self, path: Path) -> None:
        """Keep a preview."""
        self.previews.append(self._inside(path))

    def stream(self, text: str) -> None:
        """Keep a piece of text."""
        self.texts.append(text)

    def pause_requested(self) -> bool:
        """Answer ``pause``."""
        return self.pause

    def save(
        self,
        content: bytes | Path,
        role: str,
        metadata: Mapping[str, JsonValue] | None = None,
        *,
        media_type: str = "",
    ) -> Artifact:
        """Write the file (or take the path) as the worker does, less the fsync."""
        facts = dict(metadata or {})
        json.dumps(facts)
        if isinstance(content, Path):
            path = self._inside(content)
            found = FOLDER if path.is_dir() else sniff(path.read_bytes(), role)
            return Artifact(path, role, media_type or found, facts)
        media_type = media_type or sniff(content, role)
        path = self.staging / f"artifact-{self._saved:04d}{extension(media_type)}"
        self._saved += 1
        path.write_bytes(content)
        return Artifact(path, role, media_type, facts)

    def _inside(self, path: Path) -> Path:
        whole = (self.staging / path).resolve()
        if not whole.is_relative_to(self.staging.resolve()):
            raise ValueError(f"{path} lies outside the staging folder {self.staging}")
        return whole


@dataclass
class Conformance:
    """The checks, over one generator, one checkpoint and one request.

    Attributes:
        request: With its checkpoint's path resolved; ``seed`` is set by the suite.
        exact: The same seed must give the same bytes.
        distinct: Another seed must give other bytes (leave it off for tiny untrained weights
            whose answer doesn't depend on chance).
        longest_gap: Seconds allowed between two progress calls: cancel is heard only there.
    """

    manifest: Manifest
    request: Request
    device: str = "cpu"
    dtype: str = "auto"
    exact: bool = True
    distinct: bool = True
    longest_gap: float = 3.0
    _loaded: list[Generator] = field(default_factory=list, init=False, repr=False)

    # the manifest -------------------------------------------------------------------------------

    def documents_everything(self, _tmp: Path) -> None:
        """Every mode, parameter and family has words for people; numbers have bounds."""
        manifest = self.manifest
        _need(manifest.summary, "the generator has no summary")
        for mode in manifest.modes:
            _need(mode.label and mode.output, f"mode {mode.id} lacks label or output")
        for family in manifest.families:
            _need(family.label, f"family {family.id} has no label")
        for spec in manifest.params:
            _need(spec.label, f"parameter {spec.key} has no label")
            _need(spec.help.endswith("."), f"parameter {spec.key} has no help sentence")
            if spec.type in ("integer", "number", "seed"):
                bounded = spec.minimum is not None and spec.maximum is not None
                _need(bounded, f"parameter {spec.key} has no bounds")

    def refuses_unknown_parameters(self, _tmp: Path) -> None:
        """A key or value that the manifest doesn't know is refused by name."""
        mode = self.request.mode
        _refused(self.manifest, mode, {"no_such_parameter": 1})
        for spec in self.manifest.params_for(mode):
            if spec.maximum is not None:
                _refused(self.manifest, mode, {spec.key: spec.maximum + 1})
            if spec.choices:
                _refused(self.manifest, mode, {spec.key: "no such choice"})

    def has_valid_defaults(self, _tmp: Path) -> None:
        """Every mode accepts its own defaults, and the suite's request is valid."""
        for mode in self.manifest.modes:
            self.manifest.check_params(mode.id, {})
        self.manifest.check_params(self.request.mode, self.request.params)

    def does_not_import_the_app(self, _tmp: Path) -> None:
        """Importing the code pulls in neither the app nor Qt."""
        module = self.manifest.entry.partition(":")[0]
        script = (
            f"import sys, importlib; importlib.import_module({module!r}); "
            "print([m for m in sys.modules if m.split('.')[0] in ('studio', 'PySide6')])"
        )
        paths = os.pathsep.join(path for path in sys.path if path)
        done = subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        _need(done.returncode == 0, f"{module} cannot be imported: {done.stderr[-2000:]}")
        found = done.stdout.splitlines()[-1]
        _need(found == "[]", f"{module} imports parts of the app: {found}")

    # running ------------------------------------------------------------------------------------

    def makes_valid_artifacts(self, tmp: Path) -> None:
        """What it saves lies in staging, is what its media type says, and of the mode's role."""
        context = RecordingContext(tmp / "staging")
        artifacts = self._run(context, seed=3)
        _need(artifacts, "nothing was made")
        mode = self.manifest.mode(self.request.mode)
        roles = {item.role for item in artifacts}
        _need(mode and mode.output in roles, f"no artifact of role {mode and mode.output}")
        for item in artifacts:
            inside = item.path.resolve().is_relative_to(context.staging.resolve())
            _need(inside, f"{item.path} lies outside staging")
            json.dumps(dict(item.metadata))
            if item.path.is_file():
                data = item.path.read_bytes()
                _need(data, f"{item.path.name} is empty")
                found = sniff(data, item.role)
                same = item.media_type in (found, "text/plain")
                _need(same, f"{item.path.name} is {found}, not {item.media_type}")

    def reports_progress(self, tmp: Path) -> None:
        """Progress only rises, stays within its total, and comes often enough to hear a cancel."""
        context = RecordingContext(tmp / "staging")
        began = time.monotonic()
        self._run(context, seed=3)
        _need(len(context.reports) >= 2, "progress was reported less than twice")
        last = 0.0
        for done, total, _, _ in context.reports:
            _need(math.isfinite(done) and math.isfinite(total), "progress is not a number")
            if total > 0:
                _need(0 <= done <= total, f"progress {done} of {total}")
                _need(done / total >= last - 1e-9, f"progress fell to {done} of {total}")
                last = done / total
        times = [began, *(report[3] for report in context.reports), time.monotonic()]
        gap = max(after - before for before, after in itertools.pairwise(times))
        _need(gap <= self.longest_gap, f"no progress call for {gap:.1f} s: cancel is deaf so long")

    def stops_when_cancelled(self, tmp: Path) -> None:
        """JobCancelled comes through at once, and the pipeline can be used afterwards."""
        context = RecordingContext(tmp / "cancelled", cancel_at=1)
        try:
            self._run(context, seed=3)
        except JobCancelled:
            pass
        else:
            raise AssertionError("the cancel was swallowed")
        _need(len(context.reports) <= 2, "it went on after the cancel")
        _need(self._run(RecordingContext(tmp / "after"), seed=3), "nothing was made afterwards")

    def repeats_by_seed(self, tmp: Path) -> None:
        """One seed, one file; and another seed another one."""
        if "seed" not in self._specs():
            return
        one, again, other = (
            [_bytes_of(item) for item in self._run(RecordingContext(tmp / name), seed=seed)]
            for name, seed in (("one", 3), ("again", 3), ("other", 4))
        )
        _need(not self.exact or one == again, "the same seed gave something else")
        _need(not self.distinct or one != other, "another seed gave the same")

    def describes_itself(self, _tmp: Path) -> None:
        """The execution record is JSON; sizes and devices make sense."""
        generator = self._generator()
        json.dumps(generator.execution_record())
        _need(generator.memory_bytes() >= 0, "memory_bytes is negative")
        kind = type(generator)
        _need(kind.estimate_bytes(self.request) >= 0, "estimate_bytes is negative")
        for level in range(len(kind.memory_levels) + 1):
            needed = kind.estimate_bytes_at(self.request, level)
            _need(needed >= 0, f"estimate_bytes_at is negative at level {level}")
        _need(kind.devices(), "there is no device, not even the CPU")

    def lets_go_when_unloaded(self, tmp: Path) -> None:
        """After ``unload`` nothing holds the pipeline, and the checkpoint loads again."""
        generator = self._load(RecordingContext(tmp / "load"))
        list(generator.run(self._seeded(3), RecordingContext(tmp / "run")))
        generator.unload()
        generator.unload()  # a second call does no harm
        trace = weakref.ref(generator)
        del generator
        gc.collect()
        _need(trace() is None, "something still holds the pipeline after unload")
        self._load(RecordingContext(tmp / "again")).unload()

    # inside -------------------------------------------------------------------------------------

    def close(self) -> None:
        """Unload what the checks share."""
        while self._loaded:
            self._loaded.pop().unload()

    def _specs(self) -> dict[str, ParamSpec]:
        return {spec.key: spec for spec in self.manifest.params_for(self.request.mode)}

    def _seeded(self, seed: int) -> Request:
        values = dict(self.request.params)
        if "seed" in self._specs():
            values["seed"] = seed
        return replace(self.request, params=self.manifest.check_params(self.request.mode, values))

    def _load(self, context: RecordingContext) -> Generator:
        module, _, name = self.manifest.entry.partition(":")
        kind: Any = getattr(importlib.import_module(module), name)
        _need(issubclass(kind, Generator), f"{self.manifest.entry} is no Generator")
        request = self.request
        loaded = kind.load(request.checkpoint, request.adapters, self.device, self.dtype, context)
        _need(isinstance(loaded, Generator), "load returned no Generator")
        return loaded  # type: ignore[no-any-return]

    def _generator(self) -> Generator:
        if not self._loaded:
            staging = Path(tempfile.gettempdir())  # loading saves nothing
            self._loaded.append(self._load(RecordingContext(staging)))
        return self._loaded[0]

    def _run(self, context: RecordingContext, seed: int) -> list[Artifact]:
        return list(self._generator().run(self._seeded(seed), context))


def _need(condition: object, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _refused(manifest: Manifest, mode: str, values: Mapping[str, JsonValue]) -> None:
    key = next(iter(values))
    try:
        manifest.check_params(mode, values)
    except InvalidParameter as error:
        _need(error.key == key, f"the refusal of {key} names {error.key}")
    else:
        raise AssertionError(f"{dict(values)} was accepted")


def _bytes_of(artifact: Artifact) -> bytes:
    if artifact.path.is_file():
        return artifact.path.read_bytes()
    files = sorted(item for item in artifact.path.rglob("*") if item.is_file())
    return b"".join(item.read_bytes() for item in files)
