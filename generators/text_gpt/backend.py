"""What a text backend does: complete a batch of asks, each with a seed and maybe a structure.

Standard library only, so that rules and prompts can be tested without any model.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from generators.api import CheckpointRef, InvalidParameter, JsonValue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generators.text_gpt.structure import Structure

Turn = tuple[str, str]  # role (system, user, assistant) and content


@dataclass(frozen=True, slots=True)
class Sampling:
    """How tokens are chosen; names as in transformers.

    Attributes:
        ignore_eos: Always write ``max_new_tokens`` (for measuring).
        likelihood: Say how likely each answer was.
    """

    max_new_tokens: int = 256
    temperature: float = 0.7
    top_p: float = 0.92
    top_k: int = 40
    repetition_penalty: float = 1.0
    stop: tuple[str, ...] = ()
    ignore_eos: bool = False
    likelihood: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One completion that is wanted."""

    turns: tuple[Turn, ...]
    seed: int
    structure: Structure | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back.

    Attributes:
        tokens: How many were written.
        whole: It ended by itself; False when ``max_new_tokens`` ended it.
        likelihood: Mean log-probability of its tokens as the model saw them, before temperature,
            penalty and structure; 0 where it was not asked for.
    """

    text: str
    tokens: int
    whole: bool
    likelihood: float = 0.0


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told while a batch runs. Either call may raise JobCancelled.

    Attributes:
        tick: ``(done, total)``: how far the batch is, 0 to 1 by parts; called for every token
            and for every piece of the prompt.
        text: ``(index, piece)``: text that was added to an ask's answer.
    """

    tick: Callable[[float, float], None]
    text: Callable[[int, str], None] = lambda _index, _piece: None


class Backend(ABC):
    """A loaded language model.

    Attributes:
        context_length: Longest prompt and answer together, in tokens.
        languages: Language codes that the checkpoint says it knows; empty when it doesn't say.
        languages_complete: It is known to write no others.
        batch: How many asks run together at most.
        memory_levels: Ways to use less memory, mildest first.
    """

    context_length: int
    languages: tuple[str, ...]
    languages_complete: bool = False
    batch: int
    memory_levels: ClassVar[tuple[str, ...]] = ("one variant after another",)

    @abstractmethod
    def complete(self, asks: Sequence[Ask], sampling: Sampling, watch: Watch) -> list[Completion]:
        """Complete up to ``batch`` asks together.

        Raises:
            InvalidParameter: A prompt is longer than the context, or a schema can't be used.
            OutOfMemory: They don't fit.
        """

    @abstractmethod
    def execution_record(self) -> dict[str, JsonValue]:
        """Return device, dtype, threads, batch and versions."""

    @abstractmethod
    def memory_bytes(self) -> int:
        """Return what the model holds, in bytes."""

    @abstractmethod
    def unload(self) -> None:
        """Let go of the model and return its memory."""


def complete_all(
    backend: Backend,
    asks: Sequence[Ask],
    sampling: Sampling,
    watch: Watch,
    memory_level: int = 0,
) -> list[Completion]:
    """Complete any number of asks, as many together as the backend can.

    Above memory level 0 that is one: a model that was loaded at level 0 keeps its ``batch``, and
    is used again when memory ran out only while it wrote.
    """
    size = backend.batch if memory_level == 0 else 1
    done: list[Completion] = []
    for start in range(0, len(asks), size):
        part = asks[start : start + size]
        done += backend.complete(part, sampling, _part(watch, start, len(part), len(asks)))
    return done


def _part(watch: Watch, start: int, size: int, total: int) -> Watch:
    def tick(done: float, of: float) -> None:
        watch.tick(start + size * min(1.0, done / of if of else 1.0), total)

    def text(index: int, piece: str) -> None:
        watch.text(start + index, piece)

    return Watch(tick, text)


def too_long(tokens: int, limit: int, room: int) -> InvalidParameter:
    """Return the error for a prompt that leaves no room for ``room`` tokens of answer."""
    return InvalidParameter(
        "prompt",
        f"The prompt has {tokens:,} tokens; this checkpoint takes {limit:,}, "
        f"and the answer needs {room:,} of them.",
        "Shorten the prompt or the answer, or use a checkpoint with a longer context. "
        "Nothing was cut for you.",
    )


def languages_of(checkpoint: CheckpointRef) -> tuple[str, ...]:
    """Return the languages that inspection found, as lower-case tags."""
    found = checkpoint.details.get("languages") or ()
    if isinstance(found, str):
        found = found.split(",")
    return tuple(str(item).strip().lower() for item in found if str(item).strip())
