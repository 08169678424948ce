"""Writes copy that fits: asks for candidates, judges them, and asks again for what is missing.

An item for which nothing usable came in ``max_attempts`` rounds stays short and is said so; nothing
is ever cut to fit. Each variant depends on its own seed alone, so it comes out the same whether it
is asked for alone or among others (as far as the arithmetic of batches allows).
"""

from __future__ import annotations

import json
import zlib
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING

from generators.text_gpt import copy_prompts, languages
from generators.text_gpt.backend import Ask, Completion, Sampling, Watch, complete_all
from generators.text_gpt.copy import (
    clean,
    copy_data,
    fault,
    fits,
    near_duplicate,
    read_brief,
    relevance,
    truncated,
    width,
)
from generators.text_gpt.copy_angles import angles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generators.api import Context, JsonValue
    from generators.text_gpt.backend import Backend
    from generators.text_gpt.copy_prompts import Limit
    from generators.text_gpt.structure import LineStructure

SPARE = 3  # candidates beyond those wanted, asked for in the same round
SEEDS = 2**31
RELEVANT = 0.1  # what one word of the brief is worth in log-probability, up to four words
# Mean log-probability of a token below which small models write nonsense. A few words are less
# likely than a sentence; who has to ask again is less choosy.
UNLIKELY = {"headline": -1.7}
UNLIKELY_SENTENCE = -1.5
LESS_CHOOSY = 0.3


@dataclass(frozen=True, slots=True)
class CopyTask:
    """What is wanted: ``variants`` objects with the items that ``limits`` name."""

    prompt: str
    limits: tuple[Limit, ...]
    variants: int = 1
    seed: int = 0
    max_attempts: int = 3
    system: str = ""
    language: str = ""


@dataclass(slots=True)
class Variant:
    """One object of copy as it fills.

    Attributes:
        items: Accepted lines by key.
        attempts: Rounds that it took, by key.
        reasons: Why candidates were dropped, by key, with how often.
    """

    index: int
    seed: int
    items: dict[str, list[str]] = field(default_factory=dict)
    attempts: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)

    def missing(self, limits: Sequence[Limit]) -> list[str]:
        """Return the keys that have fewer lines than were wanted."""
        return [item.key for item in limits if len(self.items.get(item.key, ())) < item.count]

    def to_bytes(self) -> bytes:
        """Return the JSON artifact."""
        return json.dumps(self.items, ensure_ascii=False, indent=2).encode()

    def metadata(self, limits: Sequence[Limit]) -> dict[str, JsonValue]:
        """Return the facts for the artifact."""
        lines = [line for found in self.items.values() for line in found]
        return {
            "index": self.index,
            "seed": self.seed,
            "attempts": max(self.attempts.values(), default=0),
            "attempts_by_key": dict(self.attempts),
            "missing": self.missing(limits),
            "dropped": {key: dict(count) for key, count in self.reasons.items() if count},
            "text": " · ".join(lines)[:200],
        }


class CopyWriter:
    """Fills the variants of one task, key by key, all variants together."""

    def __init__(
        self, backend: Backend, task: CopyTask, sampling: Sampling, context: Context
    ) -> None:
        self.backend, self.task, self.sampling, self.context = backend, task, sampling, context
        self.brief = read_brief(task.prompt)
        self.angles = angles(task.prompt)
        self.english = languages.base(task.language) in ("", "en")
        self.variants = [
            Variant(index, (task.seed + index) % SEEDS) for index in range(task.variants)
        ]

    def write(self) -> list[Variant]:
        """Return the variants, some of which may lack items."""
        for number, limit in enumerate(self.task.limits):
            for variant in self.variants:
                variant.items[limit.key] = []
                variant.reasons[limit.key] = Counter()
            for attempt in range(1, self.task.max_attempts + 1):
                open_ones = [v for v in self.variants if len(v.items[limit.key]) < limit.count]
                if open_ones:
                    self._round(limit, number, attempt, open_ones)
        total = len(self.task.limits)
        self.context.progress(total, total, "")
        return self.variants

    def _round(self, limit: Limit, number: int, attempt: int, variants: list[Variant]) -> None:
        draws = limit.count + SPARE
        offset = zlib.crc32(f"{limit.key}:{attempt}".encode())
        form = copy_prompts.structure(limit, self.brief, self.task.language)
        asks = []
        for variant in variants:
            variant.attempts[limit.key] = attempt
            reasons = list(variant.reasons[limit.key].elements())
            conversation = copy_prompts.turns(
                self._brief_for(limit, variant, attempt),
                self.task.system,
                limit,
                self.task.language,
                reasons,
            )
            first = variant.seed * draws + offset
            asks += [Ask(conversation, (first + draw) % SEEDS, form) for draw in range(draws)]
        sampling = replace(
            self.sampling,
            max_new_tokens=min(self.sampling.max_new_tokens, 2 * form.longest + 8),
            likelihood=not form.choices,
        )
        watch = Watch(self._ticker(limit, number, attempt))
        found = complete_all(self.backend, asks, sampling, watch, self.context.memory_level)
        for at, variant in enumerate(variants):
            self._choose(limit, form, variant, found[at * draws : (at + 1) * draws])

    def _brief_for(self, limit: Limit, variant: Variant, attempt: int) -> str:
        """Return the brief: for a headline one angle of it, another one for each attempt."""
        if limit.kind != "headline" or not self.angles:
            return self.task.prompt
        return self.angles[(variant.seed + attempt - 1) % len(self.angles)]

    def _ticker(self, limit: Limit, number: int, attempt: int) -> Callable[[float, float], None]:
        # Later rounds are rarer and smaller: each takes half of what is left of its item's share.
        start, share = 1 - 0.5 ** (attempt - 1), 0.5**attempt
        words = limit.key.replace("_", " ")
        message = f"Writing {words}" if attempt == 1 else f"Writing {words}, attempt {attempt}"

        def tick(done: float, total: float) -> None:
            part = min(1.0, done / total) if total else 1.0
            self.context.progress(number + start + share * part, len(self.task.limits), message)

        return tick

    def _choose(
        self, limit: Limit, form: LineStructure, variant: Variant, found: Sequence[Completion]
    ) -> None:
        """Take the usable candidates that are likely and relevant; note why others were dropped."""
        accepted, dropped = variant.items[limit.key], variant.reasons[limit.key]
        usable: list[tuple[float, int, str]] = []
        for order, completion in enumerate(found):
            text, reason = self._judge(limit, form, completion)
            least = UNLIKELY.get(limit.kind, UNLIKELY_SENTENCE)
            least -= LESS_CHOOSY * (variant.attempts[limit.key] - 1)
            if not reason and completion.likelihood < least:
                reason = "unlikely"
            if reason:
                dropped[reason] += 1
            else:
                worth = completion.likelihood + RELEVANT * min(4, relevance(text, self.brief))
                usable.append((-worth, order, text))
        for _, _, text in sorted(usable):
            if any(near_duplicate(text, other) for other in accepted):
                dropped["duplicate"] += 1
            elif len(accepted) < limit.count:
                accepted.append(text)
                self.context.stream(f"{text}\n")

    def _judge(self, limit: Limit, form: LineStructure, completion: Completion) -> tuple[str, str]:
        """Return the cleaned line, and why it can't be used (empty when it can)."""
        kind = copy_data()["kind"][limit.kind]
        text = clean(completion.text, full_stop=kind["full_stop"])
        if not fits(text, limit.max_width, 0, limit.width_rule):
            bare = clean(completion.text, full_stop=False)
            if not fits(bare, limit.max_width, 0, limit.width_rule):
                return text, "long"
            text = bare
        if not completion.whole or truncated(text, form.longest):
            return text, "truncated"
        words = len(text.split()) if self.english else width(text, "cjk2") // 4
        if width(text, limit.width_rule) < limit.min_width or words < kind["least_words"]:
            return text, "short"
        if form.choices:
            return text, "" if text in form.choices else "truncated"
        if clean(text, full_stop=False).lower() in _shown(limit.kind):
            return text, "example"
        return text, fault(text, self.brief, english=self.english)


@cache
def _shown(kind: str) -> frozenset[str]:
    groups = copy_data()["example"].values()
    lines = (text for group in groups for item in group for text in item[kind])
    return frozenset(clean(text, full_stop=False).lower() for text in lines)
