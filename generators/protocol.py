"""What the engine and a worker say to each other: one JSON object a line, UTF-8.

Every message is a frozen dataclass; ``encode`` and ``decode`` are the only way on and off the wire.
``token`` names one attempt at one job: the engine commits nothing that carries an older one.
Standard library only.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue

PROTOCOL_VERSION = 1


class ProtocolError(Exception):
    """A line on the wire is not a message of this protocol."""


# engine -> worker -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Configure:
    """First message. ``memory_budget`` in bytes, 0 for the worker's own default.

    ``entries`` maps generator id to ``package.module:Class``. ``faults`` are injected faults for
    tests, by name (see ``studio.worker.faults``). A trainer stands in ``entries`` under
    ``ID:trainer``. ``probe`` asks ``Ready`` to name the devices, which imports every entry first.
    """

    device: str = "auto"
    dtype: str = "auto"
    memory_budget: int = 0
    idle_unload_seconds: float = 300.0
    entries: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, JsonValue] = field(default_factory=dict)
    protocol: int = PROTOCOL_VERSION
    probe: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """Do one attempt. ``request`` is ``Request.to_json()`` with every path resolved.

    Mode ``finetune`` runs the trainer. Several may be sent ahead; they are done in order.
    """

    token: str
    request: Mapping[str, JsonValue]
    staging: str
    checkpoints: str = ""
    memory_estimate: int = 0


@dataclass(frozen=True, slots=True)
class Cancel:
    """Stop an attempt at its next step."""

    token: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Ask a training attempt to write a checkpoint and leave; any other stops at its next step."""

    token: str


@dataclass(frozen=True, slots=True)
class Unload:
    """Let go of pipelines: those of a checkpoint id, or all when empty."""

    checkpoint_id: str = ""


@dataclass(frozen=True, slots=True)
class Ping:
    """Ask for a sign of life; answered even while a step runs."""

    number: int = 0


@dataclass(frozen=True, slots=True)
class Shutdown:
    """End after the current step.

    The attempt that this stops answers ``Cancelled`` (``Paused`` where a trainer wrote its state),
    though nobody cancelled the job; attempts not begun answer nothing.
    """


# worker -> engine -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Ready:
    """The worker is up. ``devices`` are ``DeviceInfo`` as JSON; ``versions`` by package name."""

    pid: int
    devices: tuple[Mapping[str, JsonValue], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    protocol: int = PROTOCOL_VERSION


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an attempt is. ``phase`` is ``loading`` or ``running``."""

    token: str
    done: float
    total: float
    message: str = ""
    phase: str = "running"


@dataclass(frozen=True, slots=True)
class Preview:
    """A picture of the work so far, in the staging folder."""

    token: str
    path: str


@dataclass(frozen=True, slots=True)
class Stream:
    """Text to append to what the person sees."""

    token: str
    text: str


@dataclass(frozen=True, slots=True)
class Produced:
    """An artifact is whole and fsynced in staging (fields as in ``generators.api.Artifact``)."""

    token: str
    path: str
    role: str
    media_type: str
    metadata: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resident:
    """What the worker holds now: checkpoint ids, least recently used first, and bytes.

    After a load, ``device`` is the ``DeviceInfo`` (as JSON) of where it computes.
    """

    checkpoint_ids: tuple[str, ...]
    bytes: int
    rss: int = 0
    loaded_id: str = ""
    load_seconds: float = 0.0
    device: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """An attempt is done; every artifact was reported before."""

    token: str
    execution: Mapping[str, JsonValue] = field(default_factory=dict)
    run_seconds: float = 0.0
    load_seconds: float = 0.0
    result: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt failed. ``code`` is ``user``, ``out_of_memory`` or ``bug``."""

    token: str
    code: str
    message: str
    hint: str = ""
    traceback: str = ""


@dataclass(frozen=True, slots=True)
class Cancelled:
    """An attempt stopped because it was asked to."""

    token: str


@dataclass(frozen=True, slots=True)
class Paused:
    """An attempt left because of ``Pause``; a training one wrote its checkpoint."""

    token: str


@dataclass(frozen=True, slots=True)
class Pong:
    """Answer to Ping."""

    number: int = 0


Message = (
    Configure | Run | Cancel | Pause | Unload | Ping | Shutdown | Ready | Progress | Preview
    | Stream | Produced | Resident | Finished | Failed | Cancelled | Paused | Pong
)  # fmt: skip

_KINDS: dict[str, type[Any]] = {
    kind.__name__: kind
    for kind in (
        Configure, Run, Cancel, Pause, Unload, Ping, Shutdown, Ready, Progress, Preview,
        Stream, Produced, Resident, Finished, Failed, Cancelled, Paused, Pong,
    )
}  # fmt: skip
_TUPLES = {"devices", "checkpoint_ids"}


def encode(message: Message) -> bytes:
    """Return one line, newline included."""
    body = {"kind": type(message).__name__, **asdict(message)}
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
    except UnicodeEncodeError:  # half a surrogate pair in a text: legal in Python, not in UTF-8
        return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes | str) -> Message:
    """Read one line.

    Raises:
        ProtocolError: It is not JSON, of an unknown kind, or lacks a field.
    """
    try:
        body = json.loads(line)
        kind = _KINDS[body.pop("kind")]
        names = kind.__dataclass_fields__
        values = {
            key: tuple(value) if key in _TUPLES else value
            for key, value in body.items()
            if key in names
        }
        return kind(**values)  # type: ignore[no-any-return]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProtocolError(f"not a message: {line[:200]!r}") from error
