"""Progress, preview and streamed text on their way out: the newest, at most four times a second."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from generators.protocol import Preview, Progress, Stream

if TYPE_CHECKING:
    from collections.abc import Callable

    from generators.protocol import Message

INTERVAL = 0.25  # seconds between two reports of one attempt


class Outbox:
    """Holds back what comes too fast; a thread of its own sends it when its time has come.

    So that the last report before a long step is seen at all, and that a generator never waits
    for the wire.
    """

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._changed = threading.Condition()
        self._sending = threading.Lock()  # keeps the order of what was taken out and is being sent
        self._progress: Progress | None = None
        self._preview: Preview | None = None
        self._texts: list[str] = []
        self._token = ""
        self._sent_at = 0.0
        threading.Thread(target=self._loop, name="outbox", daemon=True).start()

    def progress(self, progress: Progress) -> None:
        """Report; replaces what was not sent yet."""
        with self._changed:
            self._progress = progress
            self._changed.notify()

    def preview(self, preview: Preview) -> None:
        """Show a picture; replaces what was not sent yet."""
        with self._changed:
            self._preview = preview
            self._changed.notify()

    def stream(self, token: str, text: str) -> None:
        """Append text; nothing is lost."""
        with self._changed:
            self._token = token
            self._texts.append(text)
            self._changed.notify()

    def flush(self) -> None:
        """Send all that is held back, now; called before an attempt's last message."""
        with self._sending:
            for message in self._take():
                self._send(message)

    def drop(self) -> None:
        """Forget what is held back, and the time of the last report: an attempt begins."""
        with self._sending:
            self._take()
            self._sent_at = 0.0

    def _take(self) -> list[Message]:
        with self._changed:
            messages: list[Message] = []
            if self._progress is not None:
                messages.append(self._progress)
            if self._preview is not None:
                messages.append(self._preview)
            if self._texts:
                messages.append(Stream(self._token, "".join(self._texts)))
            self._progress = self._preview = None
            self._texts = []
            self._sent_at = time.monotonic()
            return messages

    def _pending(self) -> bool:
        return bool(self._progress or self._preview or self._texts)

    def _loop(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(self._pending)
                left = self._sent_at + INTERVAL - time.monotonic()
            if left > 0:
                time.sleep(left)
            self.flush()
