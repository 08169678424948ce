"""How copy is asked for: the kind of each item, its examples, and what to say the second time.

Small models follow examples better than instructions: every ask shows finished ones first, the
brief last, so that all asks of one kind share the beginning (which is computed once).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generators.api import InvalidParameter, JsonValue
from generators.text_gpt import languages
from generators.text_gpt.copy import RULES, clean, copy_data, fits, width
from generators.text_gpt.structure import LineStructure

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generators.text_gpt.backend import Turn
    from generators.text_gpt.copy import BriefFacts

MAX_ITEMS = 40  # limits in one request
MAX_COUNT = 20  # candidates of one item
SLACK = 1.4  # the structure allows this much beyond the limit, so that too long is seen
SYSTEM = "You write short, simple advertising copy. Use plain words. Do not invent facts."
_KINDS = (
    ("cta", ("cta", "call_to_action", "button", "action")),
    ("description", ("description", "desc", "subtitle", "subline", "link_text")),
    ("body", ("body", "primary", "caption", "post", "text", "message")),
    ("headline", ("headline", "title", "hook", "tagline")),
)
_FEEDBACK = {
    "short": "It must be longer: at least {least} characters.",
    "truncated": "Finish the sentence.",
    "off_brief": "Say what the product is.",
    "number": "Use no numbers.",
    "claim": "Make no claims that are not in the brief.",
    "name": "Use no names but those in the brief.",
    "duplicate": "Say it in different words.",
    "warns": "Say something good about it.",
    "strange": "Speak of nothing else.",
}


@dataclass(frozen=True, slots=True)
class Limit:
    """How many of which item are wanted, and how wide each may be (0: no limit)."""

    key: str
    count: int = 1
    max_width: int = 0
    min_width: int = 0
    width_rule: str = "plain"

    @property
    def kind(self) -> str:
        """Return ``headline``, ``description``, ``body`` or ``cta``."""
        key = self.key.lower()
        kind = next((name for name, parts in _KINDS if any(part in key for part in parts)), "")
        longest = self.max_width or 200
        if kind == "body" and longest <= 180:  # small models write one sentence far better
            kind = "description"
        if kind == "description" and longest <= 45:  # no sentence fits
            kind = "headline"
        return kind or (
            "headline" if longest <= 45 else "description" if longest <= 120 else "body"
        )

    @property
    def longest(self) -> int:
        """Return the width to aim at, also where there is no limit."""
        return self.max_width or {"headline": 60, "description": 120, "cta": 25}.get(self.kind, 400)


def read_limits(value: JsonValue, names: Iterable[str] = ()) -> tuple[Limit, ...]:
    """Return the ``limits`` parameter, with ``names`` that it does not mention.

    Raises:
        InvalidParameter: It is not a list of tables, or one of them is not possible.
    """
    if not isinstance(value, list) or len(value) > MAX_ITEMS:
        raise InvalidParameter("limits", f"limits must be a list of at most {MAX_ITEMS} tables.")
    found = [_limit(item) for item in value]
    found += [Limit(name) for name in names if name not in {item.key for item in found}]
    keys = [item.key for item in found]
    if len(set(keys)) != len(keys):
        raise InvalidParameter("limits", "limits names a key twice.")
    return tuple(found)


def _limit(item: Any) -> Limit:  # noqa: ANN401 - unchecked JSON
    known = Limit.__dataclass_fields__
    if not isinstance(item, dict) or not isinstance(item.get("key"), str) or not item["key"]:
        raise InvalidParameter("limits", "Each limit is a table with a key.")
    for name in item:
        if name not in known:
            raise InvalidParameter(
                "limits",
                f"limits has an unknown entry {name!r:.40}.",
                f"Known: {', '.join(known)}.",
            )
    bounds = {"count": (1, MAX_COUNT), "max_width": (0, 20_000), "min_width": (0, 20_000)}
    for name, (low, high) in bounds.items():
        number = item.get(name, low)
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            raise InvalidParameter(
                "limits",
                f"{name} of {item['key']:.40} is {number!r:.40}.",
                f"Allowed: {low} to {high}.",
            )
    limit = Limit(**item)
    if limit.width_rule not in RULES:
        raise InvalidParameter(
            "limits", f"width_rule cannot be {limit.width_rule!r:.40}.",
            f"Allowed: {', '.join(RULES)}.",
        )  # fmt: skip
    if limit.max_width and limit.min_width > limit.max_width:
        raise InvalidParameter("limits", f"min_width of {limit.key:.40} is above its max_width.")
    return limit


def structure(limit: Limit, brief: BriefFacts, language: str) -> LineStructure:
    """Return the structure of one candidate."""
    kind = copy_data()["kind"][limit.kind]
    return LineStructure(
        longest=int(limit.longest * SLACK) + 4,
        sentence=kind["sentence"],
        choices=choices(limit, brief, language),
        digits=bool(brief.numbers),
        hashtags=brief.hashtags,
    )


def choices(limit: Limit, brief: BriefFacts, language: str) -> tuple[str, ...]:
    """Return what a conventional item is chosen from; empty for free text."""
    table = copy_data()["choices"].get(limit.kind, {})
    found = []
    for text in table.get(languages.base(language) or "en", ()):
        if "{brand}" in text and not brief.brands:
            continue
        choice = text.format(brand=brief.brands[0] if brief.brands else "")
        if limit.min_width <= width(choice, limit.width_rule) <= limit.longest:
            found.append(choice)
    return tuple(found) if len(found) >= limit.count else ()


def turns(
    prompt: str, system: str, limit: Limit, language: str, reasons: Sequence[str]
) -> tuple[Turn, ...]:
    """Return the conversation that asks for one candidate.

    Args:
        prompt: The brief.
        system: Rules that stand above it; the usual ones when empty.
        limit: What is wanted and how long it may be.
        language: BCP 47 code; empty for English.
        reasons: Why earlier candidates could not be used, by the words of the writer.
    """
    ask = _ask(limit, shorter="long" in reasons)
    found: list[Turn] = [("system", system or SYSTEM)]
    for index, example in enumerate(
        copy_data()["example"].get(languages.base(language) or "en", ())
    ):
        text = _example(example[limit.kind], limit, index)
        if text:
            found += [("user", f"{example['brief']}\n{ask}"), ("assistant", text)]
    last = f"{prompt.strip()}\n{ask}"
    if language and languages.base(language) != "en":
        last += f" Write in {languages.name(language)}."
    advice = feedback(reasons, limit)
    return (*found, ("user", f"{last} {advice}".strip()))


def _ask(limit: Limit, *, shorter: bool) -> str:
    """Return the request; after candidates that were too long it asks for a word less.

    The limit itself stands in brackets then: small models repeat whole sentences about it.
    """
    text: str = copy_data()["kind"][limit.kind]["ask"]
    most = max(2, _words(limit) - shorter)
    ask = text.format(words=most if limit.kind in ("description", "body") else _span(most))
    return f"{ask[:-1]} (at most {limit.longest} characters)." if shorter else ask


def _words(limit: Limit) -> int:
    wide = 2 if limit.width_rule == "cjk2" else 1
    return max(2, round(limit.longest / wide / 6.5))


def _span(most: int) -> str:
    most = min(most, 8)
    return f"{max(2, most - 2)} to {most}" if most > 2 else "2"


def _example(choices: Sequence[str], limit: Limit, index: int) -> str:
    fitting = [text for text in choices if fits(clean(text, full_stop=False), limit.longest)]
    return fitting[index % len(fitting)] if fitting else ""


def feedback(reasons: Sequence[str], limit: Limit) -> str:
    """Return what to do differently, for the two commonest reasons that can be helped."""
    counted = [reason for reason, _ in Counter(reasons).most_common() if reason in _FEEDBACK]
    return " ".join(_FEEDBACK[reason].format(least=limit.min_width) for reason in counted[:2])
