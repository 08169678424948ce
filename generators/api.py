"""The contract between Brandloom and a generator.

A generator is a plugin for one modality. Its ``manifest.toml`` is read as data (see
``generators.manifest``); its code is imported only inside a worker process, and sees nothing of the
app but the ``Context`` passed to it. This module imports the standard library only, so that it
loads inside any environment that a generator asks for.

Errors that a generator may raise::

    UserFacingError            the world is not as needed; shown with its hint
    ├── InvalidParameter       names the parameter and what is allowed
    ├── CheckpointError        weights that are missing, damaged, unsafe or of another kind
    └── NoCandidate            nothing that satisfies the limits was produced
    OutOfMemory                planned case; the worker frees memory and tries a smaller way
    JobCancelled               raised by ``context.progress``; let it pass

Anything else is a bug and goes whole to the log.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

JsonValue = Any  # a value that json.dumps accepts; recursive aliases do not survive mypy strict

API_VERSION = 1
T = TypeVar("T")


class UserFacingError(Exception):
    """Something in the world stopped the work.

    Attributes:
        message: One sentence that says what happened.
        hint: One sentence that says what to do about it; may be empty.
    """

    def __init__(self, message: str = "", hint: str = "") -> None:
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.hint = hint
        super().__init__(self.message)

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InvalidParameter(UserFacingError):
    """A parameter has a value that is not allowed."""

    def __init__(self, key: str, message: str, hint: str = "") -> None:
        self.key = key
        super().__init__(message, hint)


class CheckpointError(UserFacingError):
    """The checkpoint cannot be loaded."""


class NoCandidate(UserFacingError):
    """No candidate met the limits."""


class OutOfMemory(Exception):
    """The device has too little memory for this request at the present memory level."""


class JobCancelled(Exception):
    """The person cancelled the job; raised out of ``context.progress``."""


@dataclass(frozen=True, slots=True)
class CheckpointRef:
    """Weights on disk. ``path`` is empty until the engine resolves ``id``.

    Attributes:
        id: The library's id of the checkpoint.
        name: What people see.
        path: Absolute path of a folder or a file.
        family: A family id that the generator's manifest declares.
        format: ``diffusers``, ``transformers``, ``single_file``, ``gguf`` or ``soundfont``.
        sha256: Of the file, or of the folder's sorted file hashes; may be empty.
        details: What inspection found (native size, languages, context length, ...).
    """

    id: str
    name: str = ""
    path: str = ""
    family: str = ""
    format: str = ""
    sha256: str = ""
    details: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AdapterRef:
    """An adapter (LoRA) put on top of a checkpoint, with its weight (1.0 is as trained)."""

    id: str
    name: str = ""
    path: str = ""
    weight: float = 1.0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class InputRef:
    """A file that the request starts from.

    Attributes:
        role: ``image``, ``mask`` or ``audio``, as the manifest's mode declares.
        asset_id: The asset it is, or empty for a file outside the library.
        path: Absolute path; filled in by the engine for an asset.
        sha256: Of the file's bytes; may be empty.
    """

    role: str
    asset_id: str = ""
    path: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """Everything that one generation needs. Window, queue, worker and recipe share it.

    Attributes:
        generator: Generator id.
        mode: A mode id of that generator's manifest, such as ``text_to_image``.
        params: Values by upstream parameter name; validated against the manifest.
        checkpoint: The weights, or None for a generator without any.
        adapters: In the order in which they are applied.
        inputs: Files by role.
        upscaler: Weights that bring pictures to a larger size than they are made at (see
            ``generators._torch.upscaling``), or None; for generators with a parameter
            ``upscaler``. They are no part of what a loaded pipeline is.
    """

    generator: str
    mode: str
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    checkpoint: CheckpointRef | None = None
    adapters: tuple[AdapterRef, ...] = ()
    inputs: tuple[InputRef, ...] = ()
    upscaler: CheckpointRef | None = None

    def input(self, role: str) -> InputRef | None:
        """Return the first input of a role, or None."""
        return next((item for item in self.inputs if item.role == role), None)

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        data = asdict(self)
        data["params"] = dict(self.params)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, JsonValue]) -> Self:
        """Read what ``to_json`` wrote; unknown keys of newer writers are ignored.

        Raises:
            KeyError: ``generator`` or ``mode`` is missing.
        """
        checkpoint, upscaler = data.get("checkpoint"), data.get("upscaler")
        return cls(
            generator=str(data["generator"]),
            mode=str(data["mode"]),
            params=dict(data.get("params") or {}),
            checkpoint=_known(CheckpointRef, checkpoint) if checkpoint else None,
            adapters=tuple(_known(AdapterRef, item) for item in data.get("adapters") or ()),
            inputs=tuple(_known(InputRef, item) for item in data.get("inputs") or ()),
            upscaler=_known(CheckpointRef, upscaler) if upscaler else None,
        )


def _known(kind: type[T], data: Mapping[str, JsonValue]) -> T:
    names = {item.name for item in fields(kind)}  # type: ignore[arg-type]
    return kind(**{key: value for key, value in data.items() if key in names})


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that a job made, in its staging folder.

    Attributes:
        path: Where it lies.
        role: ``image``, ``text``, ``audio``, ``adapter``, ``report`` or ``file``.
        media_type: Such as ``image/png``, ``text/plain``, ``application/json``, ``audio/wav``.
        metadata: Facts about this artifact alone: ``seed``, ``index``, ``width``, ``height``,
            ``duration`` (seconds), ``title``, ``note`` (said to the person), ...
    """

    path: Path
    role: str
    media_type: str
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """A device as the generator's libraries see it. Memory in bytes, 0 when unknown."""

    id: str  # "cpu", "cuda:0", "mps"
    name: str
    total_memory: int = 0
    free_memory: int = 0


class LoadContext(Protocol):
    """What a generator sees of the app while it loads a checkpoint.

    Attributes:
        memory_level: 0 is the normal way; higher is smaller and slower (see ``memory_levels``).
    """

    memory_level: int

    def progress(self, done: float, total: float, message: str = "") -> None:
        """Report ``done`` of ``total`` steps (any unit); raises JobCancelled when asked to stop."""


class Context(LoadContext, Protocol):
    """What a generator sees of the app while it runs: this, and nothing else.

    Attributes:
        staging: A folder of this attempt's own. Write only there.
        memory_level: As in ``LoadContext``; a pipeline that was loaded at a level runs at it.
    """

    staging: Path

    def preview(self, path: Path) -> None:
        """Show a small picture of the work so far (PNG or JPEG in ``staging``).

        It may be read at any later time: write it under another name first and rename it.
        """

    def stream(self, text: str) -> None:
        """Append text that was produced to what the person sees."""

    def save(
        self,
        content: bytes | Path,
        role: str,
        metadata: Mapping[str, JsonValue] | None = None,
        *,
        media_type: str = "",
    ) -> Artifact:
        """Write ``content`` to ``staging``, fsync it and return the artifact, to be yielded.

        The media type is guessed from the role and the first bytes when it is not given. A path
        must lie in ``staging``; it may be a folder (an adapter), which is then fsynced whole.

        Raises:
            ValueError: The path lies outside ``staging``.
        """


class Generator(ABC):
    """A loaded pipeline for one checkpoint with its adapters.

    ``load`` builds it, ``run`` may be called many times, ``unload`` ends it. The worker keeps it in
    a cache with a memory budget, keyed by checkpoint, adapters, device and dtype.
    """

    #: Names of the ways to use less memory, mildest first; level 0 (the normal way) is not named.
    memory_levels: ClassVar[tuple[str, ...]] = ()

    @classmethod
    @abstractmethod
    def load(
        cls,
        checkpoint: CheckpointRef | None,
        adapters: tuple[AdapterRef, ...],
        device: str,
        dtype: str,
        context: LoadContext,
    ) -> Generator:
        """Load the weights.

        Args:
            checkpoint: With ``path`` resolved.
            adapters: With ``path`` resolved.
            device: ``auto``, ``cpu``, ``cuda:0``, ``mps``.
            dtype: ``auto``, ``float32``, ``float16``, ``bfloat16``.
            context: Reports progress and raises JobCancelled.

        Raises:
            CheckpointError: The weights are missing, damaged, unsafe or of another kind.
            OutOfMemory: They do not fit.
        """

    @abstractmethod
    def run(self, request: Request, context: Context) -> Iterator[Artifact]:
        """Make the artifacts, yielding each as soon as it is whole."""

    def execution_record(self) -> dict[str, JsonValue]:
        """Return what an exact repeat needs: device, dtype, threads, batch shape, versions."""
        return {}

    def memory_bytes(self) -> int:
        """Return the memory that this pipeline holds, in bytes (weights at least)."""
        return 0

    def unload(self) -> None:  # noqa: B027 - a generator without weights has nothing to do
        """Let go of the weights and return the memory to the system."""

    @classmethod
    def estimate_bytes(cls, request: Request) -> int:
        """Return the memory that loading and running would need, in bytes; 0 is "unknown"."""
        return 0

    @classmethod
    def estimate_bytes_at(cls, request: Request, memory_level: int) -> int:
        """Return what ``estimate_bytes`` would, for a run at a memory level.

        The worker asks before it loads, and goes on to the next level where memory is too little:
        a generator that answers alike for all levels is loaded at the last one or not at all.
        """
        return cls.estimate_bytes(request)

    @classmethod
    def memory_levels_on(cls, device: str) -> tuple[str, ...]:
        """Return the ``memory_levels`` that a device (its id) has: all of them, or the first."""
        return cls.memory_levels

    @classmethod
    def devices(cls) -> tuple[DeviceInfo, ...]:
        """Return the devices that this generator's libraries can use, best first."""
        return (DeviceInfo("cpu", "CPU"),)

    @classmethod
    def devices_for(cls, request: Request) -> tuple[DeviceInfo, ...]:
        """Return the devices that this request's checkpoint can use, best first.

        For a generator with several libraries behind it; the others have one answer for all.
        """
        return cls.devices()


class TrainContext(Context, Protocol):
    """A context for trainers, with the folder that survives a pause or a crash.

    Attributes:
        checkpoints: Folder for resumable training state, kept between attempts.
        device, dtype: As in ``Generator.load``.
    """

    checkpoints: Path
    device: str
    dtype: str

    def pause_requested(self) -> bool:
        """Tell whether to write a training checkpoint and return early."""


class Trainer(ABC):
    """Fine-tunes a checkpoint: writes an adapter folder and a report."""

    @abstractmethod
    def train(self, request: Request, context: TrainContext) -> Iterator[Artifact]:
        """Train, resuming from ``context.checkpoints`` where it holds something.

        Asked to pause, it writes its state there and returns without yielding the adapter; that
        is how the worker knows that it paused and did not finish.
        """
