"""Files finished work away beside the loop: embedding, hashing and flushing take their time.

Two threads, because most of the time is spent waiting for the disk to confirm. They touch files
only; the database stays with the loop, which gets ``Filed`` as an event when it may commit.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.engine.commit import new_assets

if TYPE_CHECKING:
    from collections.abc import Callable

    from generators.protocol import Finished
    from studio.engine.attempt import Attempt
    from studio.engine.hub import Slot
    from studio.store.library import Library
    from studio.store.records import NewAsset

THREADS = 2


@dataclass(frozen=True, slots=True)
class Filed:
    """The files of a finished attempt lie in their places, or could not be put there.

    Attributes:
        assets: Raises what went wrong when it is asked for its result.
    """

    group: str
    attempt: Attempt
    finished: Finished
    assets: Future[list[NewAsset]]


class Filer:
    """Files away; posts a ``Filed`` for each attempt."""

    def __init__(self, library: Library, post: Callable[[Filed], None]) -> None:
        self._library = library
        self._post = post
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="filer")

    def file(self, slot: Slot, attempt: Attempt, finished: Finished) -> None:
        """Begin to file away what an attempt made."""
        group = slot.group
        future = self._pool.submit(new_assets, self._library, attempt, finished)
        future.add_done_callback(lambda done: self._post(Filed(group, attempt, finished, done)))

    def again(self, filed: Filed) -> None:
        """Post once more what could not be committed yet."""
        self._post(filed)
