"""What a text generator is asked for one placement: brief and limits (mode ``copy``)."""

from __future__ import annotations

import tomllib
from functools import cache
from string import Template
from typing import TYPE_CHECKING

from generators import language_tags
from studio.core.paths import REPOSITORY
from studio.services.copywriting.words import is_cjk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from studio.core.campaign import Brief, Placement, TextSpec

PROMPTS = REPOSITORY / "assets" / "prompts"
MAX_LIST = 4  # texts of one field per answer: small models lose the thread in longer lists
MAX_TOKENS = 900


@cache
def templates(name: str) -> Mapping[str, JsonValue]:
    """Return a shipped prompt file (``assets/prompts/NAME.toml``)."""
    return tomllib.loads((PROMPTS / f"{name}.toml").read_text(encoding="utf-8"))


def per_answer(spec: TextSpec) -> int:
    """Return how many texts of a field one answer holds."""
    return min(spec.count_max, max(spec.count_min, MAX_LIST)) if spec.count_max > 1 else 1


def copy_params(
    brief: Brief, placement: Placement, language: str, *, candidates: int, seed: int
) -> dict[str, JsonValue]:
    """Return the parameters of a ``copy`` request.

    Args:
        brief: What to write about.
        placement: Whose fields to write.
        language: BCP 47.
        candidates: How many answers.
        seed: Of the first answer.
    """
    specs = placement.written()
    table = templates("copy")
    values = {
        **_values(brief, language),
        "placement": placement.name,
    }
    return {
        "prompt": Template(str(table["prompt"])).safe_substitute(values).strip(),
        "system": Template(str(table["system"])).safe_substitute(values).strip(),
        "limits": [_limit(spec) for spec in specs],
        "max_new_tokens": max_tokens(placement, language),
        "num_return_sequences": candidates,
        "temperature": float(table["temperature"]),
        "top_p": float(table["top_p"]),
        "repetition_penalty": float(table["repetition_penalty"]),
        "seed": seed,
        "language": language,
    }


def _values(brief: Brief, language: str) -> dict[str, str]:
    brand = brief.brand
    facts = [*brief.must_haves]
    required = [f"Use the word “{word}” in one of the texts." for word in brand.required]
    banned = [f"Never use: {', '.join(brand.banned)}."] if brand.banned else []
    return {
        "brand": brand.name,
        "product": brief.product,
        "audience": brief.audience,
        "message": brief.message,
        "tone": brief.tone or brand.voice or "plain and friendly",
        "voice": brand.voice,
        "facts": "\n".join(f"- {fact}" for fact in facts) or "- none",
        "rules": " ".join([*required, *banned]),
        "call_to_action": brief.cta(language),
        "language": language_tags.name(language),
    }


def _limit(spec: TextSpec) -> dict[str, JsonValue]:
    return {
        "key": spec.key,
        "max_width": spec.max_width,
        "min_width": spec.min_width,
        "count": per_answer(spec),
        "width_rule": spec.width,
    }


def max_tokens(placement: Placement, language: str) -> int:
    """Return how many tokens one text may take: the widest limit at a typical rate, with room.

    Too few would end a sentence in the middle; what is too wide is dropped later, never cut.
    """
    per_character = 1.3 if is_cjk(language_sample(language)) else 0.5
    widest = max(spec.max_width for spec in placement.written())
    return int(min(MAX_TOKENS, 12 + widest * per_character))


def language_sample(language: str) -> str:
    """Return a character of languages that take about a token per character, else nothing."""
    return {"zh": "中", "ja": "日", "ko": "한"}.get(language.split("-", maxsplit=1)[0].lower(), "")
