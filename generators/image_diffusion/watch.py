"""Progress, cancelling and previews while a pipeline runs, without knowing its family.

diffusers calls back at the end of each step. Between these calls (text encoder, VAE, the layers of
a slow step) hooks on the blocks of every component look for a cancel, so that it is noticed within
a fraction of a second there too.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generators.api import Context
    from generators.image_diffusion.kinds import Component, Pipeline, Tensor
    from generators.image_diffusion.previews import Previewer

_POLL_SECONDS = 0.05
_DECODED = (
    0.9  # share of a batch that is done when its last step is; decoding, size and file follow
)


class Watch:
    """Follows one request through its batches.

    Attributes:
        preview_seconds: Time of each preview written, for the tests.
    """

    def __init__(
        self, context: Context, batches: int, size: tuple[int, int], previewer: Previewer | None
    ) -> None:
        self._context = context
        self._previewer = previewer
        self._size = size
        self._batches = batches
        self._batch = 0
        self._steps = 1
        self._done = 0.0
        self._message = ""
        self._every = 0
        self._polled = 0.0
        self.preview_seconds: list[float] = []

    def begin(self, batch: int, steps: int, preview_every: int) -> None:
        """Start a batch of ``steps`` steps; ``preview_every`` 0 means no previews."""
        self._batch, self._steps, self._every = batch, max(1, steps), preview_every
        self._say(float(batch), "Reading the prompt")

    def end(self) -> None:
        """Say that the batch's pictures are written."""
        self._say(self._batch + 1.0, "Saved")

    def step(
        self, pipeline: Pipeline, index: int, _time: Tensor, tensors: dict[str, Any]
    ) -> dict[str, Any]:
        """Take diffusers' ``callback_on_step_end``."""
        steps = int(getattr(pipeline, "num_timesteps", 0) or self._steps)
        self._after(index, max(steps, index + 1), tensors.get("latents"))
        return {}

    def old_step(self, index: int, _time: Tensor, latents: Tensor) -> None:
        """Take the older ``callback`` of a few pipelines."""
        self._after(index, max(self._steps, index + 1), latents)

    def _after(self, index: int, steps: int, latents: Tensor) -> None:
        number = index + 1
        part = _DECODED * number / steps
        message = f"Step {number} of {steps}" if number < steps else "Decoding the picture"
        if self._batches > 1:
            message += f" · batch {self._batch + 1} of {self._batches}"
        self._say(self._batch + part, message)
        if self._every and latents is not None and number % self._every == 0 and number < steps:
            self._preview(latents)

    def _say(self, done: float, message: str) -> None:
        self._done, self._message = done, message
        self._polled = time.monotonic()
        self._context.progress(done, float(self._batches), message)

    def part(self, number: int, count: int) -> Callable[[float, str], None]:
        """Return what reports the last step of one picture of a batch of ``count``.

        It takes the share done (0…1) and words, and raises JobCancelled.
        """

        def report(share: float, message: str) -> None:
            done = (number + min(max(share, 0.0), 1.0)) / count
            self._say(self._batch + _DECODED + (1 - _DECODED) * done, message)

        return report

    def poll(self, *_ignored: Any) -> None:  # noqa: ANN401
        """Look for a cancel, at most every ``_POLL_SECONDS``; raises JobCancelled."""
        if time.monotonic() - self._polled >= _POLL_SECONDS:
            self._say(self._done, self._message)

    def _preview(self, latents: Tensor) -> None:
        if self._previewer is None or not self._previewer.prepare():
            return
        start = time.perf_counter()
        target = self._context.staging / "preview.png"
        draft = Path(f"{target}.part")
        if self._previewer.write(latents, self._size, draft):
            draft.replace(target)  # whoever reads it sees a whole picture
            self._context.preview(target)
            self.preview_seconds.append(time.perf_counter() - start)

    @contextmanager
    def hooked(self, pipeline: Pipeline) -> Iterator[None]:
        """Look for a cancel before every block of every component."""
        handles = [
            block.register_forward_pre_hook(self.poll)
            for part in pipeline.components.values()
            for block in _blocks(part)
        ]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()


def _blocks(part: Component) -> list[Any]:
    """Return the outermost blocks of a network: the items of its topmost lists."""
    import torch

    if not isinstance(part, torch.nn.Module):
        return []
    found: list[Any] = []
    for child in part.children():
        found.extend(child if isinstance(child, torch.nn.ModuleList) else _blocks(child))
    return found
