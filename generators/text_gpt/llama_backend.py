"""GGUF files through llama.cpp (xllamacpp): the quick way to write on a CPU.

Variants of one prompt run as parallel sequences of one request: the prompt is computed once, and
the n-th sequence takes the seed after the (n-1)-th. Structure is kept by llama.cpp's own grammar.
"""

from __future__ import annotations

import os
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from generators._torch import memory
from generators.api import CheckpointError, CheckpointRef, JsonValue, OutOfMemory
from generators.text_gpt import llama_server
from generators.text_gpt.backend import (
    Backend,
    Completion,
    languages_of,
    too_long,
)  # fmt: skip
from generators.text_gpt.chat_dates import DATE_STRING, without_clock
from generators.text_gpt.gguf_header import GgufHeader, read_header
from generators.text_gpt.languages import list_is_complete
from generators.text_gpt.structure import JsonStructure, refused_schema

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generators.api import LoadContext
    from generators.text_gpt.backend import Ask, Sampling, Watch

SEQUENCES = 8  # together; beyond that two cores gain nothing
CONTEXT = 8192  # tokens, where the checkpoint has as many
BIG = 1_500_000_000  # bytes of weights from which prompt batches are smaller, for cancel's sake
# Bytes of weights up to which one thread writes a single answer: threads meet some 450 times a
# token, and where that takes longer than the sums between, two are twice as slow as one.
SMALL = 250_000_000
OVERHEAD = 120_000_000  # bytes beside weights and cache: compute buffers and vocabulary


def context_for(header: GgufHeader, level: int) -> int:
    """Return the tokens of context at a memory level."""
    return min(header.number("context_length") or 2048, CONTEXT if level == 0 else CONTEXT // 4)


def cache_bytes(header: GgufHeader, context: int) -> int:
    """Return the size of keys and values (16 bits each) for ``context`` tokens."""
    heads = header.number("attention.head_count") or 1
    width = header.number("attention.key_length") or header.number("embedding_length") // heads
    shared = header.number("attention.head_count_kv") or heads
    return 4 * header.number("block_count") * shared * width * context


class LlamaBackend(Backend):
    """One GGUF file in llama.cpp."""

    def __init__(self, header: GgufHeader, options: llama_server.ServerOptions) -> None:
        self.header, self.options = header, options
        self.languages = header.languages
        self.context_length = options.context
        self.batch = options.sequences
        self.chat = bool(header.values.get("tokenizer.chat_template"))
        self.server: Any = None

    @classmethod
    def load(cls, checkpoint: CheckpointRef, device: str, context: LoadContext) -> LlamaBackend:
        """Load a GGUF file, on the CPU whatever ``device`` says: the wheel has no other.

        (A device is chosen for all generators at once, and must not lock this one out.)

        Raises:
            CheckpointError: It is damaged, or llama.cpp can't load it.
        """
        path = Path(checkpoint.path)
        context.progress(0, 1, "Checking the file")
        header = read_header(path)
        template = str(header.values.get("tokenizer.chat_template") or "")
        fixed = without_clock(template)
        options = llama_server.ServerOptions(
            path=path,
            context=context_for(header, context.memory_level),
            sequences=SEQUENCES if context.memory_level == 0 else 1,
            prompt_batch=64 if header.size < BIG else 16,
            threads=_threads(),
            threads_alone=1 if header.size <= SMALL else _threads(),
            chat_template="" if fixed == template else fixed,
        )
        backend = cls(header, options)
        backend.languages = languages_of(checkpoint) or header.languages
        backend.languages_complete = list_is_complete(checkpoint.path)
        backend.server = llama_server.start(
            options, lambda: context.progress(0, 1, "Loading the language model")
        )
        context.progress(1, 1, "Loaded")
        return backend

    def complete(self, asks: Sequence[Ask], sampling: Sampling, watch: Watch) -> list[Completion]:
        """Complete asks: those with one prompt and seeds in a row go together, while they fit."""
        done: list[Completion] = []
        for start, end in runs(asks):
            size = end - start
            while len(done) < end:
                at = len(done)
                part = asks[at : min(end, at + size)]
                try:
                    done += _Batch(self, part, at, len(asks), sampling, watch).run()
                except _TooManyError as fewer:
                    size = fewer.size
        return done

    def execution_record(self) -> dict[str, JsonValue]:
        """Return device, number format, threads, batch and versions."""
        return {
            "device": "cpu",
            "dtype": self.header.dtype,
            "threads": self.options.threads,
            "threads_alone": self.options.threads_alone,
            "batch": self.batch,
            "context": self.context_length,
            "versions": {"xllamacpp": metadata.version("xllamacpp")},
        }

    def memory_bytes(self) -> int:
        """Return weights and cache, in bytes."""
        if self.server is None:
            return 0
        return self.header.size + cache_bytes(self.header, self.options.context)

    def unload(self) -> None:
        """End llama.cpp's threads and free its memory."""
        self.server = None
        memory.free_memory()


def estimate(path: Path, level: int = 0) -> int:
    """Return the bytes that a GGUF file needs when loaded; 0 when it can't be read."""
    try:
        header = read_header(path)
    except CheckpointError:
        return 0  # loading says what is wrong
    return header.size + cache_bytes(header, context_for(header, level)) + OVERHEAD


def _threads() -> int:
    asked = os.environ.get("OMP_NUM_THREADS", "")
    cores = psutil.cpu_count(logical=False) or 1
    return min(int(asked), cores) if asked.isdigit() and int(asked) > 0 else cores


def runs(asks: Sequence[Ask]) -> list[tuple[int, int]]:
    """Return the ranges of asks that differ only by seeds that rise by one."""
    found: list[tuple[int, int]] = []
    start = 0
    for index in range(1, len(asks) + 1):
        if index < len(asks):
            before, ask = asks[index - 1], asks[index]
            same = ask.turns == before.turns and ask.structure == before.structure
            if same and ask.seed == before.seed + 1:
                continue
        found.append((start, index))
        start = index
    return found


class _TooManyError(Exception):
    """The context has room for the longest answers of only ``size`` sequences.

    llama.cpp would begin all the same, and end every one of them once the context is full.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class _Batch:
    """One request to llama.cpp for several sequences of one prompt."""

    def __init__(
        self,
        backend: LlamaBackend,
        asks: Sequence[Ask],
        offset: int,
        total: int,
        sampling: Sampling,
        watch: Watch,
    ) -> None:
        self.backend, self.asks, self.sampling, self.watch = backend, asks, sampling, watch
        self.offset, self.total = offset, total
        self.texts = [""] * len(asks)
        self.tokens = [0] * len(asks)
        self.whole = [False] * len(asks)
        self.logs: list[list[float]] = [[] for _ in asks]
        self.prompt_tokens = 0
        self.prompt_part = 0.0

    def run(self) -> list[Completion]:
        server = self.backend.server
        if self.backend.chat:
            call, prompt = server.handle_chat_completions, self._messages()
        else:
            call, prompt = server.handle_completions, self._plain()
        self._tick()
        llama_server.stream(call, {**prompt, **self._options()}, self._receive)
        return [
            Completion(text, tokens, whole, sum(logs) / max(1, len(logs)))
            for text, tokens, whole, logs in zip(
                self.texts, self.tokens, self.whole, self.logs, strict=True
            )
        ]

    def _messages(self) -> dict[str, Any]:
        turns = self.asks[0].turns
        return {"messages": [{"role": role, "content": content} for role, content in turns]}

    def _plain(self) -> dict[str, Any]:
        """Return the turns for a checkpoint that was never taught to chat."""
        return {"prompt": "\n\n".join(content for _, content in self.asks[0].turns) + "\n"}

    def _options(self) -> dict[str, Any]:
        sampling = self.sampling
        options: dict[str, Any] = {
            "stream": True,
            "return_progress": True,
            "n": len(self.asks),
            "seed": self.asks[0].seed,
            "max_tokens": sampling.max_new_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k,
            "min_p": 0.0,
            "repeat_penalty": sampling.repetition_penalty,
            "stop": list(sampling.stop),
            "ignore_eos": sampling.ignore_eos,
            "cache_prompt": True,
            "reasoning_format": "none",
            "chat_template_kwargs": {"enable_thinking": False, "date_string": DATE_STRING},
        }
        if sampling.likelihood:
            options |= {"logprobs": True, "top_logprobs": 1}
        structure = self.asks[0].structure
        if isinstance(structure, JsonStructure):
            import xllamacpp

            try:
                options["grammar"] = xllamacpp.json_schema_to_grammar(structure.schema)
            except (RuntimeError, ValueError) as error:
                raise refused_schema(error) from error
        elif structure is not None:
            options["grammar"] = structure.gbnf()
        return options

    def _receive(self, event: dict[str, Any]) -> None:
        if "error" in event:
            raise self._error(event["error"])
        progress = event.get("prompt_progress")
        if progress and progress.get("total"):
            if not self.prompt_tokens:
                self._count(int(progress["total"]))
            self.prompt_part = max(self.prompt_part, progress["processed"] / progress["total"])
        for choice in event.get("choices", ()):
            index = int(choice.get("index", 0))
            piece = choice.get("text") or (choice.get("delta") or {}).get("content") or ""
            if piece:
                self.texts[index] += piece
                self.tokens[index] += 1
                self.watch.text(self.offset + index, piece)
            for token in (choice.get("logprobs") or {}).get("content") or ():
                self.logs[index].append(float(token["logprob"]))
            if choice.get("finish_reason"):
                self.whole[index] = choice["finish_reason"] == "stop"
        self._tick()

    def _count(self, prompt: int) -> None:
        """Note the prompt's length, which is first told before any of it is computed."""
        self.prompt_tokens = prompt
        room = self.backend.context_length - prompt
        size = max(1, room // self.sampling.max_new_tokens)
        if len(self.asks) > size:
            raise _TooManyError(size)

    def _tick(self) -> None:
        # The prompt counts as a tenth of the work: it is computed far quicker than it is answered.
        written = sum(self.tokens) / (len(self.asks) * self.sampling.max_new_tokens)
        part = 0.1 * self.prompt_part + 0.9 * min(1.0, written)
        self.watch.tick(self.offset + part * len(self.asks), self.total)

    def _error(self, error: dict[str, Any]) -> Exception:
        message = str(error.get("message", error))
        full = "context size has been exceeded" in message.lower()  # found out while it wrote
        if full or error.get("type") == "exceed_context_size_error":
            room = min(self.sampling.max_new_tokens, self.backend.context_length // 2)
            tokens = int(error.get("n_prompt_tokens", self.prompt_tokens))
            return too_long(tokens, self.backend.context_length, room)
        if "grammar" in message.lower():
            return refused_schema(message)
        if "memory" in message.lower():
            return OutOfMemory(message)
        return RuntimeError(f"llama.cpp: {message}")
