"""What of a prompt the text encoders read: they see a fixed number of tokens and drop the rest."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generators.image_diffusion.kinds import Component, Pipeline

_SHOWN = 120  # characters of unread text that the note repeats


def unread_part(pipeline: Pipeline, prompt: str) -> str:
    """Return the end of ``prompt`` that no text encoder of ``pipeline`` sees; mostly empty.

    With several encoders the one that reads most decides: what it reads is not lost.
    """
    rests = [
        _rest(tokenizer, _limit(pipeline, name, tokenizer), prompt)
        for name, tokenizer in pipeline.components.items()
        if name.startswith("tokenizer")
        and tokenizer is not None
        and pipeline.components.get(name.replace("tokenizer", "text_encoder")) is not None
    ]
    return min(rests, key=len, default="")


def unread_note(rest: str, what: str = "prompt") -> str:
    """Say to the person what was not read, or nothing."""
    if not rest:
        return ""
    shown = rest if len(rest) <= _SHOWN else rest[:_SHOWN] + "…"
    return f"the end of the {what} was not read by this checkpoint: “{shown}”"


def _limit(pipeline: Pipeline, name: str, tokenizer: Component) -> int:
    encoder = pipeline.components[name.replace("tokenizer", "text_encoder")]
    config = getattr(encoder, "config", None)
    limits = [
        int(value)
        for value in (
            getattr(tokenizer, "model_max_length", None),
            getattr(config, "max_position_embeddings", None),
        )
        if isinstance(value, int) and 0 < value < 1_000_000
    ]
    asked = inspect.signature(type(pipeline).__call__).parameters.get("max_sequence_length")
    if asked is not None and isinstance(asked.default, int) and not _is_clip(config):
        limits.append(asked.default)
    return min(limits, default=1_000_000)


def _is_clip(config: Component) -> bool:
    return str(getattr(config, "model_type", "")).startswith("clip")


def _rest(tokenizer: Component, limit: int, prompt: str) -> str:
    if len(prompt.encode()) < limit - 2:  # a token is at least one byte: the cheap way out
        return ""
    special = tokenizer.num_special_tokens_to_add()
    encoded = tokenizer(
        prompt,
        add_special_tokens=False,
        truncation=False,
        return_offsets_mapping=True,
        verbose=False,
    )
    offsets = encoded["offset_mapping"]
    room = limit - special
    if len(offsets) <= room:
        return ""
    return prompt[offsets[room][0] :].strip()
