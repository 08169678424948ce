"""MusicGen through transformers: safetensors folders, offline, mono and stereo, any length.

A checkpoint composes about 30 s at once. A longer piece is made in windows: each continues from
the tokens of the last seconds before it. Sources: Copet et al., arXiv:2306.05284 (30 s, windows
with a stride of 20 s at inference); model card of facebook/musicgen-small.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from transformers import (
    AutoTokenizer,
    GenerationConfig,
    MusicgenForConditionalGeneration,
)
from transformers import logging as transformers_logging

from generators._torch import (
    check_folder,
    choose_device,
    choose_dtype,
    devices,
    execution_record,
    free_memory,
    memory_bytes,
    memory_guard,
    weight_numbers,
)
from generators._torch.safety import read_json
from generators.api import CheckpointError, InvalidParameter, JsonValue
from generators.audio_music.backend import Asked, Sound
from generators.audio_music.post import join
from generators.audio_music.sampling import SeededSampler, StepWatch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from generators.api import LoadContext, Request
    from generators.audio_music.backend import Progress

WINDOW_SECONDS = 30.0
SHORT_WINDOW_SECONDS = 12.0  # at the second memory level
OVERLAP_SHARE = 1 / 3  # of a window, that the next one continues from
MEMORY_LEVELS = ("one variation at a time", "shorter windows")
BATCH = 4  # variations at once at level 0
MAX_PROMPT_TOKENS = 512  # of the T5 text encoder
_SEAM_SECONDS = 0.02
_UNKNOWN_SHARE = 0.3  # of the prompt's tokens, from which on the person is told
_DECODING = 0.03  # of the whole, for turning tokens into sound


@dataclass(frozen=True, slots=True)
class Shape:
    """What of the architecture matters here.

    Attributes:
        rate: Hz of the sound.
        hop: Samples per token frame.
        codebooks: Token streams in all; stereo checkpoints have twice as many.
        delay: Frames by which the last codebook lags behind the first, plus one.
    """

    rate: int
    hop: int
    codebooks: int
    delay: int

    def frames(self, seconds: float) -> int:
        """Return the token frames that cover at least these seconds."""
        return max(2 * self.delay, math.ceil(seconds * self.rate / self.hop))


class MusicGen:
    """A loaded checkpoint.

    Attributes:
        last: Batch size and window of the last run, for the execution record.
    """

    def __init__(self, model: Any, tokenizer: Any, device: str) -> None:  # noqa: ANN401 - untyped
        self.model = model
        self.tokenizer = tokenizer
        self.device = device
        decoder, codec = model.config.decoder, model.config.audio_encoder
        channels = decoder.audio_channels
        self.shape = Shape(
            codec.sampling_rate, codec.hop_length, decoder.num_codebooks,
            decoder.num_codebooks // channels,
        )  # fmt: skip
        self.last: dict[str, JsonValue] = {}

    @classmethod
    def load(cls, path: Path, device: str, dtype: str, context: LoadContext) -> MusicGen:
        """Load a transformers folder, without the network and without code from it."""
        check_folder(path)
        config = read_json(path / "config.json")
        if config.get("model_type") != "musicgen":
            raise CheckpointError(
                f"{path.name} is not a MusicGen checkpoint but {config.get('model_type')!r:.40}.",
                "Choose a folder whose config.json says model_type musicgen.",
            )
        device = choose_device(device)
        context.progress(0, 3, "Reading weights")
        with memory_guard():
            model = _load_model(path, choose_dtype(dtype, device))
            context.progress(1, 3, "Reading the tokenizer")
            tokenizer = _load_tokenizer(path)
            context.progress(2, 3, f"Moving to {device}")
            model.to(device)
        context.progress(3, 3)
        return cls(model, tokenizer, device)

    def compose(self, asked: Asked, progress: Progress) -> Iterator[Sound]:
        """Make the sounds, several variations at once where memory allows."""
        tokens, notes = self._tokens(asked.prompt)
        batch = 1 if asked.memory_level >= 1 else min(BATCH, len(asked.seeds))
        window = SHORT_WINDOW_SECONDS if asked.memory_level >= 2 else WINDOW_SECONDS
        self.last = {"batch": batch, "window_seconds": window}
        for start in range(0, len(asked.seeds), batch):
            seeds = asked.seeds[start : start + batch]

            def tell(share: float, start: int = start, count: int = len(seeds)) -> None:
                done = (start + share * count) / len(asked.seeds)
                made = min(share / (1 - _DECODING), 1.0) * asked.duration
                progress(done, f"Composing: {made:.0f} of {asked.duration:g} s")

            with memory_guard(), torch.inference_mode():
                made = self._batch(tokens, seeds, asked, window, tell)
            for seed, samples in zip(seeds, made, strict=True):
                yield Sound(seed, samples.T.numpy(), self.shape.rate, notes)

    def record(self) -> dict[str, JsonValue]:
        """Return device, number format, versions, and the last run's batch and window."""
        return {**execution_record(self.device, self.model.decoder.dtype), **self.last}

    def memory_bytes(self) -> int:
        """Return the bytes of the weights."""
        return memory_bytes(self.model) if self.model is not None else 0

    def unload(self) -> None:
        """Let go of the weights."""
        self.model = self.tokenizer = None
        free_memory()

    @classmethod
    def estimate_bytes(cls, path: Path, request: Request) -> int:
        """Return weights, key-value cache and decoding, as on the best device.

        In 32 bits on a CPU whatever the files hold, else in 16, but for the codec.
        """
        config = read_json(path / "config.json")
        decoder, codec = config.get("decoder") or {}, config.get("audio_encoder") or {}
        hidden, layers = (
            int(decoder.get("hidden_size", 1024)),
            int(decoder.get("num_hidden_layers", 24)),
        )
        hop = math.prod(codec.get("upsampling_ratios") or (8, 5, 4, 4))
        rate = int(codec.get("sampling_rate", 32_000))
        seconds = min(float(request.params.get("duration") or 15), WINDOW_SECONDS)
        rows = min(BATCH, int(request.params.get("num_variations") or 1)) * 2  # with and without
        each = 4 if devices()[0].id == "cpu" else 2
        exact = weight_numbers(path, "audio_encoder.")
        weights = (weight_numbers(path) - exact) * each + exact * 4
        cache = rows * layers * 2 * hidden * each * int(seconds * rate / hop)
        decoding = rows // 2 * int(seconds * rate) * int(codec.get("num_filters", 64)) * 4 * 3
        return weights + cache + decoding

    def _tokens(self, prompt: str) -> tuple[Any, tuple[str, ...]]:
        encoded = self.tokenizer(prompt, return_tensors="pt")
        ids = encoded["input_ids"]
        if ids.shape[1] > MAX_PROMPT_TOKENS:
            raise InvalidParameter(
                "prompt",
                f"prompt has {ids.shape[1]:,} tokens, more than the {MAX_PROMPT_TOKENS} that this "
                "checkpoint reads.",
                "Shorten it; nothing was cut for you.",
            )
        unknown = self.tokenizer.unk_token_id
        share = float((ids == unknown).float().mean()) if unknown is not None else 0.0
        notes: tuple[str, ...] = ()
        if share > _UNKNOWN_SHARE:
            notes = ("The checkpoint does not know most of the prompt's words; it reads English.",)
        return encoded, notes

    def _batch(
        self,
        tokens: Any,  # noqa: ANN401 - a BatchEncoding
        seeds: tuple[int, ...],
        asked: Asked,
        window: float,
        tell: Callable[[float], None],
    ) -> list[torch.Tensor]:
        """Return one sound per seed, shape (channels, frames), on the CPU."""
        total = self.shape.frames(asked.duration)
        size = self.shape.frames(window)
        overlap = max(self.shape.delay, int(size * OVERLAP_SHARE))
        sampler = SeededSampler(
            seeds,
            temperature=float(asked.params.get("temperature", 1.0)),
            top_k=int(asked.params.get("top_k", 250)),
            guidance_scale=float(asked.params.get("guidance_scale", 3.0)),
        )
        codes: torch.Tensor | None = None
        sound: torch.Tensor | None = None
        done = 0
        while done < total:
            before = 0 if codes is None else overlap
            length = min(size, total - done + before)

            def report(step: int, done: int = done, new: int = length - before) -> None:
                # The last steps of a window are those by which the codebooks lag.
                tell((done + min(step, new)) / total * (1 - _DECODING))

            prompt = None if codes is None else codes[..., -overlap:]
            made, codes = self._window(tokens, len(seeds), length, prompt, sampler, report)
            sound = made if sound is None else self._joined(sound, made, before)
            done += length - before
        tell(1.0)
        assert sound is not None
        return list(sound)

    def _window(
        self,
        tokens: Any,  # noqa: ANN401 - a BatchEncoding
        rows: int,
        length: int,
        prompt: torch.Tensor | None,
        sampler: SeededSampler,
        report: Callable[[int], None],
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Compose ``length`` frames, the first of them being ``prompt``.

        Returns:
            The sound, shape (rows, channels, samples), and the tokens, (rows, codebooks, length);
            both on the CPU.
        """
        pad = self.model.config.decoder.pad_token_id
        watch = StepWatch(report)
        inputs = {
            name: tokens[name].expand(rows, -1).to(self.device)
            for name in ("input_ids", "attention_mask")
        }
        if prompt is not None:
            inputs["decoder_input_ids"] = prompt.reshape(-1, prompt.shape[-1]).to(self.device)
        sound = self.model.generate(
            **inputs,
            max_length=length + self.shape.delay,
            do_sample=False,
            use_cache=True,
            guidance_scale=sampler.guidance_scale if sampler.guidance_scale > 1 else None,
            pad_token_id=pad,
            bos_token_id=pad,
            decoder_start_token_id=pad,
            logits_processor=[sampler],
            stopping_criteria=[watch],
        )
        assert watch.tokens is not None
        drawn = watch.tokens.reshape(rows, self.shape.codebooks, -1).cpu()
        return sound.float().cpu(), self._aligned(drawn, length, prompt)

    def _aligned(
        self, drawn: torch.Tensor, length: int, prompt: torch.Tensor | None
    ) -> torch.Tensor:
        """Undo the delay between codebooks; what was given is kept as it was given."""
        per_channel = self.shape.codebooks // self.shape.delay
        codes = torch.stack(
            [
                drawn[:, book, book // per_channel + 1 : book // per_channel + 1 + length]
                for book in range(self.shape.codebooks)
            ],
            dim=1,
        )
        if prompt is not None:
            codes[..., : prompt.shape[-1]] = prompt
        return codes

    def _joined(self, sound: torch.Tensor, made: torch.Tensor, overlap: int) -> torch.Tensor:
        """Put a window behind what there is: both hold the overlap, which is crossfaded briefly."""
        seam = min(round(_SEAM_SECONDS * self.shape.rate), overlap * self.shape.hop)
        new = made[..., overlap * self.shape.hop - seam :]
        rows = [
            torch.from_numpy(join(old.T.numpy(), more.T.numpy(), seam, equal_power=False).T)
            for old, more in zip(sound, new, strict=True)
        ]
        return torch.stack(rows)


def _load_model(path: Path, dtype: torch.dtype) -> Any:  # noqa: ANN401 - untyped library
    transformers_logging.disable_progress_bar()
    try:
        model, info = MusicgenForConditionalGeneration.from_pretrained(
            path,
            local_files_only=True,
            use_safetensors=True,
            dtype=dtype,
            output_loading_info=True,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"The MusicGen checkpoint {path.name} cannot be loaded: {error!s:.200}",
            "Its folder is incomplete or damaged: copy or download it again.",
        ) from error
    missing = sorted(info["missing_keys"])
    if missing or info["mismatched_keys"]:
        what = missing[0] if missing else info["mismatched_keys"][0]
        raise CheckpointError(
            f"The checkpoint {path.name} lacks {what!s:.100}, or has it in another shape.",
            "Its folder is incomplete or damaged: copy or download it again.",
        )
    # The codec stays exact: in the small formats it hisses, and it is a fraction of the weights.
    model.audio_encoder.float()
    model.generation_config = GenerationConfig()
    return model.eval()


def _load_tokenizer(path: Path) -> Any:  # noqa: ANN401 - untyped library
    try:
        return AutoTokenizer.from_pretrained(path, local_files_only=True)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointError(
            f"The checkpoint {path.name} has no usable tokenizer: {error!s:.200}",
            "Its folder is incomplete: copy or download it again.",
        ) from error
