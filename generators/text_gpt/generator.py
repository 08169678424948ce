"""The text generator: one class for both backends, which are imported when first needed."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from generators.api import (
    AdapterRef,
    Artifact,
    CheckpointError,
    CheckpointRef,
    DeviceInfo,
    Generator,
    InvalidParameter,
    JsonValue,
    NoCandidate,
    Request,
    UserFacingError,
)
from generators.text_gpt import languages
from generators.text_gpt.backend import Ask, Sampling, Watch, complete_all
from generators.text_gpt.copy_prompts import read_limits
from generators.text_gpt.copy_writer import SEEDS, CopyTask, CopyWriter
from generators.text_gpt.structure import field_names, json_structure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from generators.api import Context, LoadContext
    from generators.text_gpt.backend import Backend, Turn
    from generators.text_gpt.copy_prompts import Limit

_SHORT = 200  # characters of text in an artifact's metadata


class TextGPT(Generator):
    """A language model that writes text (``write``) or copy within limits (``copy``)."""

    memory_levels: ClassVar[tuple[str, ...]] = ("one variant after another",)

    def __init__(self, backend: Backend) -> None:
        self.backend: Backend | None = backend

    @classmethod
    def load(
        cls,
        checkpoint: CheckpointRef | None,
        adapters: tuple[AdapterRef, ...],
        device: str,
        dtype: str,
        context: LoadContext,
    ) -> TextGPT:
        """Load a transformers folder or a GGUF file."""
        if checkpoint is None or not checkpoint.path:
            raise CheckpointError("Text needs a checkpoint.", "Add one under Models.")
        if _is_gguf(checkpoint):
            if adapters:
                raise UserFacingError(
                    "Adapters cannot be put on a GGUF checkpoint.",
                    "Use the same checkpoint as a transformers folder, or leave the adapter out.",
                )
            from generators.text_gpt.llama_backend import LlamaBackend

            return cls(LlamaBackend.load(checkpoint, device, context))
        from generators.text_gpt.transformers_backend import TransformersBackend

        return cls(TransformersBackend.load(checkpoint, adapters, device, dtype, context))

    def run(self, request: Request, context: Context) -> Iterator[Artifact]:
        """Write the variants, yielding one artifact each."""
        backend = self.backend
        if backend is None:
            raise RuntimeError("run after unload")
        params = request.params
        note = languages.check(
            str(params.get("language") or ""),
            backend.languages,
            complete=backend.languages_complete,
        )
        noted: dict[str, JsonValue] = {"note": note} if note else {}
        if request.mode == "copy":
            names = field_names(params.get("schema"))
            limits = read_limits(params.get("limits") or [], names)
            if limits:
                yield from self._copy(backend, params, limits, context, noted)
                return
            if not params.get("schema"):
                raise InvalidParameter(
                    "limits", "Copy needs limits or a schema: they say what is wanted."
                )
        yield from self._write(backend, params, context, noted)

    def _write(
        self,
        backend: Backend,
        params: Mapping[str, JsonValue],
        context: Context,
        noted: Mapping[str, JsonValue],
    ) -> Iterator[Artifact]:
        schema = params.get("schema")
        structure = json_structure(schema) if schema else None
        asks = [Ask(_turns(params), seed, structure) for seed in _seeds(params)]

        def stream(index: int, piece: str) -> None:
            if index == 0:  # one text to read along; the others come whole
                context.stream(piece)

        def tick(done: float, total: float) -> None:
            context.progress(done, total, "Writing")

        found = complete_all(
            backend, asks, _sampling(params), Watch(tick, stream), context.memory_level
        )
        for index, (ask, completion) in enumerate(zip(asks, found, strict=True)):
            text = completion.text if structure else completion.text.strip()
            if structure and not completion.whole:
                raise NoCandidate(
                    "The answer was longer than allowed and broke off.",
                    "Raise max_new_tokens, or limit the lengths in the schema.",
                )
            facts: dict[str, JsonValue] = {
                "index": index,
                "seed": ask.seed,
                "attempts": 1,
                "tokens": completion.tokens,
                "whole": completion.whole,
                "text": text[:_SHORT],
                **noted,
            }
            media_type = "application/json" if structure else "text/plain"
            yield context.save((text or " ").encode(), "text", facts, media_type=media_type)

    def _copy(
        self,
        backend: Backend,
        params: Mapping[str, JsonValue],
        limits: tuple[Limit, ...],
        context: Context,
        noted: Mapping[str, JsonValue],
    ) -> Iterator[Artifact]:
        task = CopyTask(
            prompt=_prompt(params),
            limits=limits,
            variants=int(params.get("num_return_sequences") or 1),
            seed=_seeds(params)[0],
            max_attempts=int(params.get("max_attempts") or 3),
            system=str(params.get("system") or ""),
            language=str(params.get("language") or ""),
        )
        variants = CopyWriter(backend, task, _sampling(params), context).write()
        if not any(lines for variant in variants for lines in variant.items.values()):
            raise NoCandidate(
                f"No candidate met the limits in {task.max_attempts} attempts.",
                "Loosen the limits, say more about the product, or use a larger checkpoint.",
            )
        for variant in variants:
            facts = {**variant.metadata(limits), **noted}
            yield context.save(variant.to_bytes(), "text", facts, media_type="application/json")

    def execution_record(self) -> dict[str, JsonValue]:
        """Return what an exact repeat needs."""
        return self.backend.execution_record() if self.backend else {}

    def memory_bytes(self) -> int:
        """Return what the model holds, in bytes."""
        return self.backend.memory_bytes() if self.backend else 0

    def unload(self) -> None:
        """Let go of the model; a second call does nothing."""
        backend, self.backend = self.backend, None
        if backend is not None:
            backend.unload()

    @classmethod
    def estimate_bytes(cls, request: Request) -> int:
        """Return what loading and running need, in bytes; 0 when the checkpoint can't be read."""
        checkpoint = request.checkpoint
        if checkpoint is None or not checkpoint.path:
            return 0
        if _is_gguf(checkpoint):
            from generators.text_gpt.llama_backend import estimate

            return estimate(Path(checkpoint.path))
        from generators.text_gpt.transformers_backend import estimate_folder

        return estimate_folder(Path(checkpoint.path), _tokens(request.params))

    @classmethod
    def devices(cls) -> tuple[DeviceInfo, ...]:
        """Return the devices that torch can compute on."""
        from generators import _torch

        return _torch.devices()

    @classmethod
    def devices_for(cls, request: Request) -> tuple[DeviceInfo, ...]:
        """Return the CPU alone for a GGUF file: llama.cpp's wheel has no other device.

        That worker imports no torch, and is not measured by a GPU's memory.
        """
        from generators._torch.device import cpu_info

        checkpoint = request.checkpoint
        return (cpu_info(),) if checkpoint and _is_gguf(checkpoint) else cls.devices()


def _is_gguf(checkpoint: CheckpointRef) -> bool:
    return checkpoint.format == "gguf" or checkpoint.path.lower().endswith(".gguf")


def _prompt(params: Mapping[str, JsonValue]) -> str:
    prompt = str(params.get("prompt") or "").strip()
    if not prompt:
        raise InvalidParameter("prompt", "The prompt is empty.", "Say what is to be written.")
    return prompt


def _turns(params: Mapping[str, JsonValue]) -> tuple[Turn, ...]:
    system = str(params.get("system") or "").strip()
    language = str(params.get("language") or "")
    if language and languages.base(language) != "en":
        system = f"{system} Write in {languages.name(language)}.".strip()
    user: Turn = ("user", _prompt(params))
    return (("system", system), user) if system else (user,)


def _seeds(params: Mapping[str, JsonValue]) -> list[int]:
    seed = int(params.get("seed", -1))
    if seed < 0:
        seed = random.randrange(SEEDS)
    count = int(params.get("num_return_sequences") or 1)
    return [(seed + index) % SEEDS for index in range(count)]


def _tokens(params: Mapping[str, JsonValue]) -> int:
    tokens = int(params.get("max_new_tokens") or 256)
    return tokens * int(params.get("num_return_sequences") or 1)


def _sampling(params: Mapping[str, JsonValue]) -> Sampling:
    stop = params.get("stop") or []
    if not isinstance(stop, list) or not all(isinstance(item, str) and item for item in stop):
        raise InvalidParameter("stop", "stop must be a list of strings that are not empty.")
    standard = Sampling()

    def value(key: str) -> Any:  # noqa: ANN401 - checked against the manifest before
        found = params.get(key)
        return getattr(standard, key) if found is None else found

    return Sampling(
        max_new_tokens=int(value("max_new_tokens")),
        temperature=float(value("temperature")),
        top_p=float(value("top_p")),
        top_k=int(value("top_k")),
        repetition_penalty=float(value("repetition_penalty")),
        stop=tuple(stop[:16]),
    )
