"""Makes test cards in timed steps, and goes wrong on request. No weights, no libraries.

What a checkpoint's ``details`` (or the ``config.json`` in its folder) may say, for tests of the
scheduler and the cache: ``load_seconds``, ``memory_bytes`` (what it reports), ``allocate`` (true:
really hold that many bytes) and ``memory_levels_needed`` (run out of memory below that level).
"""

from __future__ import annotations

import json
import os
import secrets
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from generators.api import CheckpointError, Generator, OutOfMemory, UserFacingError
from generators.fake.cards import png_card, text_card, wav_card

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generators.api import (
        AdapterRef,
        Artifact,
        CheckpointRef,
        Context,
        JsonValue,
        LoadContext,
        Request,
    )

FAMILIES = ("fake_a", "fake_b", "fake_c")
SLICE_SECONDS = 0.01  # how soon a cancel is noticed within a step


def wait(context: LoadContext, seconds: float, done: float, total: float, message: str) -> None:
    """Wait, looking for a cancel all the while (``progress`` raises JobCancelled)."""
    deadline = time.monotonic() + seconds
    clock = threading.Event()
    context.progress(done, total, message)
    while (left := deadline - time.monotonic()) > 0:
        clock.wait(min(SLICE_SECONDS, left))
        context.progress(done, total, message)


def details_of(checkpoint: CheckpointRef | None) -> dict[str, JsonValue]:
    """Return what a fake checkpoint says of itself: its folder's file, then its details.

    Raises:
        CheckpointError: Of another family, or a folder whose ``config.json`` cannot be read.
    """
    if checkpoint is None:
        return {}
    if checkpoint.family and checkpoint.family not in FAMILIES:
        raise CheckpointError(
            f"Test cards cannot load a checkpoint of family {checkpoint.family}.",
            f"Known: {', '.join(FAMILIES)}.",
        )
    found: dict[str, JsonValue] = {}
    if checkpoint.path:
        config = Path(checkpoint.path) / "config.json"
        try:
            found = dict(json.loads(config.read_text("utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise CheckpointError(f"{config} cannot be read.", str(error)) from error
    return {**found, **checkpoint.details}


class FakeGenerator(Generator):
    """See the module's docstring.

    Attributes:
        details: Of the checkpoint it was loaded for.
        ballast: Memory held because the checkpoint asked for it.
    """

    memory_levels: ClassVar[tuple[str, ...]] = ("smaller", "smallest")

    def __init__(
        self, name: str, adapters: tuple[str, ...], details: Mapping[str, JsonValue]
    ) -> None:
        self.name = name
        self.adapters = adapters
        self.details = details
        held = int(details.get("memory_bytes", 0)) if details.get("allocate") else 0
        self.ballast = bytearray(b"\x01") * held

    @classmethod
    def load(
        cls,
        checkpoint: CheckpointRef | None,
        adapters: tuple[AdapterRef, ...],
        device: str,
        dtype: str,
        context: LoadContext,
    ) -> FakeGenerator:
        """Wait as long as the checkpoint says."""
        details = details_of(checkpoint)
        name = checkpoint.name or checkpoint.id if checkpoint else ""
        wait(context, float(details.get("load_seconds", 0.0)), 0, 1, f"Loading {name}".rstrip())
        context.progress(1, 1)
        return cls(name, tuple(f"{item.id}@{item.weight:g}" for item in adapters), details)

    def run(self, request: Request, context: Context) -> Iterator[Artifact]:
        """Do the steps of each variant, then save its card."""
        params = request.params
        count = int(params.get("num_return_sequences", 1))
        steps = int(params.get("steps", 4))
        seed = int(params.get("seed", -1))
        first = secrets.randbits(31) if seed < 0 else seed
        needed = int(self.details.get("memory_levels_needed", 0))
        if context.memory_level < needed:
            raise OutOfMemory(f"This test checkpoint needs memory level {needed}.")
        for index in range(count):
            for step in range(steps):
                done = index * steps + step
                if done == count * steps // 2:
                    _go_wrong(str(params.get("fail", "none")))
                seconds = float(params.get("step_seconds", 0.05))
                wait(context, seconds, done, count * steps, f"Step {step + 1} of {steps}")
                if request.mode == "image":
                    self._preview(request, context, first + index, step)
            yield self._card(request, context, first + index, index)
            context.progress((index + 1) * steps, count * steps)

    def _preview(self, request: Request, context: Context, seed: int, step: int) -> None:
        path = context.staging / f"preview-{step % 2}.png"
        partial = path.with_suffix(".part")
        partial.write_bytes(png_card(f"{self._told(request)}|{step}", seed, 64))
        partial.replace(path)  # whoever reads it sees the old or the new picture, never half
        context.preview(path)

    def _told(self, request: Request) -> str:
        marks = " ".join((self.name, *self.adapters)).strip()
        prompt = str(request.params.get("prompt", ""))
        return f"{prompt} [{marks}]" if marks else prompt

    def _card(self, request: Request, context: Context, seed: int, index: int) -> Artifact:
        told, params = self._told(request), request.params
        facts: dict[str, JsonValue] = {"seed": seed, "index": index, "note": "A test card."}
        if request.mode == "image":
            size = int(params.get("size", 256))
            facts |= {"width": size, "height": size, "title": f"Test picture {seed}"}
            return context.save(png_card(told, seed, size), "image", facts)
        if request.mode == "audio":
            duration = float(params.get("duration", 1.0))
            facts |= {"duration": duration, "title": f"Test sound {seed}"}
            return context.save(wav_card(told, seed, duration), "audio", facts)
        text = text_card(told, seed, int(params.get("size_kb", 0)) * 1000)
        context.stream(text[:2000] + "\n")
        facts |= {"title": f"Test text {seed}", "text": text[:200]}
        content = text.encode("utf-8", "replace")
        return context.save(content, "text", facts, media_type="text/plain")

    def execution_record(self) -> dict[str, JsonValue]:
        """Name the adapters; nothing else changes a card."""
        return {"device": "cpu", "dtype": "none", "adapters": list(self.adapters)}

    def memory_bytes(self) -> int:
        """Return what the checkpoint says."""
        return int(self.details.get("memory_bytes", 0))

    def unload(self) -> None:
        """Let go of the ballast."""
        self.ballast = bytearray()

    @classmethod
    def estimate_bytes(cls, request: Request) -> int:
        """Return what the checkpoint says."""
        checkpoint = request.checkpoint
        return int(checkpoint.details.get("memory_bytes", 0)) if checkpoint else 0


def _go_wrong(how: str) -> None:
    if how == "user":
        raise UserFacingError("The test card was asked to fail.", "Set “Go wrong” to none.")
    if how == "bug":
        raise RuntimeError("the test card was asked to have a bug")
    if how == "oom":
        raise OutOfMemory("the test card was asked to run out of memory")
    if how == "die":
        os._exit(23)
    while how == "hang":
        time.sleep(3600)  # deaf to cancel, as a stuck driver call would be
