"""What is loaded: a memory budget, least recently used out, idle unload."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from generators.api import Generator, Request

Key = tuple[object, ...]


def key_of(request: Request, device: str, dtype: str) -> Key:
    """Return what two requests must share to be served by one pipeline."""
    checkpoint = request.checkpoint
    weights = (checkpoint.id, checkpoint.path, checkpoint.sha256) if checkpoint else ()
    adapters = tuple((item.id, item.path, item.weight) for item in request.adapters)
    return (request.generator, weights, adapters, device, dtype)


@dataclass
class Pipeline:
    """A loaded generator.

    Attributes:
        bytes: What it holds, as it said after loading.
        level: Memory level it was loaded at, and runs at.
        used_at: Monotonic seconds of its last use.
    """

    key: Key
    checkpoint_id: str
    generator: Generator
    bytes: int = 0
    level: int = 0
    used_at: float = field(default_factory=time.monotonic)


class Pipelines:
    """The pipelines of one worker, least recently used first.

    Attributes:
        budget: Bytes that they may hold together, 0 for no bound.
    """

    def __init__(
        self, budget: int, idle_seconds: float, release: Callable[[Generator], None]
    ) -> None:
        """``idle_seconds``: how long an unused pipeline stays; negative for ever."""
        self.budget = budget
        self._idle_seconds = idle_seconds
        self._release = release
        self._items: OrderedDict[Key, Pipeline] = OrderedDict()

    @property
    def checkpoint_ids(self) -> tuple[str, ...]:
        """Ids of the checkpoints held, least recently used first, each once."""
        ids = [item.checkpoint_id for item in self._items.values() if item.checkpoint_id]
        return tuple(dict.fromkeys(reversed(ids)))[::-1]

    @property
    def bytes(self) -> int:
        """What all hold together."""
        return sum(item.bytes for item in self._items.values())

    def use(self, key: Key) -> Pipeline | None:
        """Return a pipeline, now the most recently used one, or None."""
        pipeline = self._items.get(key)
        if pipeline is not None:
            self.touch(key)
        return pipeline

    def touch(self, key: Key) -> None:
        """Note that a pipeline was used until now."""
        if key in self._items:
            self._items.move_to_end(key)
            self._items[key].used_at = time.monotonic()

    def add(self, pipeline: Pipeline) -> None:
        """Keep a new pipeline, and let go of others where the budget needs it."""
        self._items[pipeline.key] = pipeline
        self.make_room(0, keep=pipeline.key)

    def make_room(self, needed: int, keep: Key | None = None) -> int:
        """Let go of the least recently used until ``needed`` bytes fit the budget; count them."""
        gone = 0
        while self.budget and self.bytes + needed > self.budget:
            oldest = next((key for key in self._items if key != keep), None)
            if oldest is None:
                break
            self.drop(oldest)
            gone += 1
        return gone

    def drop(self, key: Key) -> None:
        """Let go of one pipeline, if it is held."""
        pipeline = self._items.pop(key, None)
        if pipeline is not None:
            self._release(pipeline.generator)

    def drop_others(self, keep: Key | None = None) -> int:
        """Let go of all but one; return how many went."""
        return self._drop([key for key in self._items if key != keep])

    def drop_checkpoint(self, checkpoint_id: str) -> int:
        """Let go of the pipelines of a checkpoint; return how many went."""
        return self._drop(
            [key for key, item in self._items.items() if item.checkpoint_id == checkpoint_id]
        )

    def drop_idle(self) -> int:
        """Let go of those that were not used for long; return how many went."""
        if self._idle_seconds < 0:
            return 0
        limit = time.monotonic() - self._idle_seconds
        return self._drop([key for key, item in self._items.items() if item.used_at <= limit])

    def seconds_to_idle(self) -> float | None:
        """Return when ``drop_idle`` will next have something to do; None for never."""
        if self._idle_seconds < 0 or not self._items:
            return None
        oldest = min(item.used_at for item in self._items.values())
        return max(0.0, oldest + self._idle_seconds - time.monotonic())

    def _drop(self, keys: list[Key]) -> int:
        for key in keys:
            self.drop(key)
        return len(keys)
