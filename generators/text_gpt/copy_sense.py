"""What English copy may not say about a product, and slips of small models. Pure functions.

A small model writes grammatical lines about things that nobody sells: it warns of the product,
turns it into its opposite, or brings in things of its own. Each rule here is a pattern or a list
(``configs/copy_sense.toml``) that holds for any brief; nothing knows what a product is.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generators.text_gpt.copy import BriefFacts

_WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*")
_ENDINGS = ("", "s", "es", "d", "ed", "r", "er", "ing", "ly", "y", "st", "est", "'s", "’s")
_BREAKS = re.compile(r"[,;:.!?–—]|\b(?:in|on|at|for|from|through|with|when|and|but)\b")
_CLAUSES = re.compile(r"[,;:.!?–—]")
STRANGE_EACH = 5  # content words of a line for each one that may be the model's own
_OWN = re.compile(r"\b(?:i|i'm|i've|my|me|myself|mine)\b")


@cache
def sense_data() -> dict[str, Any]:
    """Return ``configs/copy_sense.toml``."""
    path = Path(__file__).with_name("configs") / "copy_sense.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def sense_faults(text: str, brief: BriefFacts) -> Iterator[tuple[str, bool]]:
    """Yield each fault's name and whether a line has it, in the order of their weight.

    ``warns``: of the product or of harm; ``contradicts`` the brief; ``person``: the writer speaks
    of itself; ``grammar``; ``misnamed``: the brand stands for something else; ``strange``: most of
    it is about things that the brief doesn't know.
    """
    lower = text.lower().replace("’", "'")
    yield "warns", warns(lower, brief)
    yield "contradicts", contradicts(lower, brief)
    yield "person", bool(_OWN.search(lower)) and not _OWN.search(brief.text)
    yield "grammar", breaks_grammar(lower, brief)
    yield "misnamed", misnames(text, brief)
    strange, content = strange_words(lower, brief)
    yield "strange", len(strange) > content // STRANGE_EACH


def warns(lower: str, brief: BriefFacts) -> bool:
    """Tell whether a line warns, speaks of harm, or denies the product."""
    words = _WORD.findall(lower)
    harm = _set("harm")
    if any(form in harm and form not in brief.text for word in words for form in _forms(word)):
        return True
    return any(_denies(_WORD.findall(clause), brief) for clause in _CLAUSES.split(lower))


def _denies(words: list[str], brief: BriefFacts) -> bool:
    """Tell whether one clause says no to the product: "don't know the bottle"."""
    denied = _set("denial")
    for at, word in enumerate(words):
        following = words[at + 1 : at + 5]
        if not (word in denied or word.endswith("n't")) or following[:1] in (["just"], ["only"]):
            continue  # "not just a bottle" praises it
        if any(_is_product(item, brief) for item in following):
            return True
    return False


def contradicts(lower: str, brief: BriefFacts) -> bool:
    """Tell whether a line says the opposite of what the brief says, or a span of its own."""
    if any(word in _set("spans") and word not in brief.text for word in _WORD.findall(lower)):
        return True
    known = set(_WORD.findall(brief.text))
    for pair in sense_data()["opposite"]:
        for said, opposed in ((pair["one"], pair["other"]), (pair["other"], pair["one"])):
            if known & set(said) and not known & set(opposed) and _opposed(lower, said, opposed):
                return True
    return False


def _opposed(lower: str, said: list[str], opposed: list[str]) -> bool:
    """Tell whether an opposite is claimed: "stays cold"; not "warm on cold days"."""
    other = "|".join(map(re.escape, opposed))
    one = "|".join(map(re.escape, said))
    if not re.search(rf"\b(?:{other})\b", lower):
        return False
    if not re.search(rf"\b(?:{one})\b", lower):
        return True
    if re.search(rf"\b(?:(?:{one}) (?:and|or|&) (?:{other})|(?:{other}) (?:and|or|&) (?:{one}))\b",
                 lower):  # fmt: skip
        return True
    verbs = "|".join(sense_data()["state_verbs"])
    claims = re.finditer(rf"\b(?:{verbs})\b(.{{0,30}}?)\b(?:{other})\b", lower)
    return any(
        not _BREAKS.search(claim[1]) and not re.search(rf"\b(?:{one})\b", claim[1])
        for claim in claims
    )


def breaks_grammar(lower: str, brief: BriefFacts) -> bool:
    """Tell whether verb and subject, or small words, stand as they never do in English."""
    if any(re.search(pattern, lower) for pattern in _patterns()):
        return True
    singular = "|".join(
        [re.escape(brand.lower()) for brand in brief.brands]
        + sorted(word for word in brief.product_words if not word.endswith("s"))
    )
    plain = "|".join(sense_data()["base_verbs"])
    if singular:
        helped = r"(?<!let )(?<!lets )(?<!help )(?<!helps )(?<!make )(?<!and )(?<!or )(?<!to )"
        found = re.search(rf"{helped}\b(?:{singular}) (?:{plain})\b(?! (?:is|are|in life))", lower)
        modal = r"\b(?:can|will|does|did|do|let|lets|help|helps|see|watch|make|may|could|would)\b"
        if found and not re.search(modal, lower[: found.start()]):
            return True
    return _unended(lower)


@cache
def _patterns() -> tuple[str, ...]:
    data = sense_data()
    third, plain = "|".join(data["third_verbs"]), "|".join(data["base_verbs"])
    modal = "can|will|could|should|would|must|may"
    return (
        rf"(?:^|[,.;!?] )(?:you|we|they|i) (?:{third})\b",
        rf"\b(?:{modal}|to|don't|doesn't|let's) (?:{third})\b",
        rf"\b(?:{modal}) (?:to|be|a|an|the) (?:{third})\b|\b(?:{modal}) (?:the|a|an|of)\b",
        rf"(?:^|[,.;!?] )(?:it|he|she|this|that) (?:{plain})\b",
        rf"\b(?:is|are|was|were) (?:{plain}|{third})\b",
        r"\b(?:a|an|the|your|our|its|every) (?:a|an|the|your|our|its|is|are|of|and|or|to|you)\b",
        r"\ba (?!one\b|once\b|uni|use|usu|eu|ewe|ut)[aeiou]",
        r"\ban (?!ho(?:ur|nest|nou)|heir)[^aeiou ]",
        r"\b(?:of|for|with|from|at) (?:of|for|with|at|is|are|to|and)\b",
        r"\b(?:is|are) about (?:find|keep|make|get|have)\b",
    )


def _unended(lower: str) -> bool:
    """Tell whether a sentence is only a clause that waits for another: "When you need coffee."."""
    for part in re.split(r"(?<=[.!?])\s+", lower):
        words = _WORD.findall(part)
        if words and words[0] in _set("waiting") and "," not in part and len(words) < 9:
            return not part.rstrip().endswith("?")
    return bool(re.search(r"(?:\.\.\.|…)\s*$", lower))


def misnames(text: str, brief: BriefFacts) -> bool:
    """Tell whether the brand is spelt otherwise, counted, or put before what it doesn't sell."""
    for brand in brief.brands:
        name = re.escape(brand)
        for found in re.finditer(rf"(?<!\w){name}(?!\w)(['’]s)?(?:\s+([\w-]+))?", text, re.I):
            if found[0][: len(brand)] != brand:
                return True
            following = (found[2] or "").lower()
            if following and _not_sold(following, brief, owned=bool(found[1])):
                return True
        if re.search(rf"(?<!\w){name}s(?!\w)", text, re.I) and not brand.endswith("s"):
            return True
    return False


def _not_sold(word: str, brief: BriefFacts, *, owned: bool) -> bool:
    if word[:5] in brief.product or word in _set("after_brand"):
        return False
    if owned:
        return True
    known = any(form in _set("plain") for form in _forms(word)) or word.endswith(("s", "ed"))
    return not known and word not in _set("small")


def strange_words(lower: str, brief: BriefFacts) -> tuple[list[str], int]:
    """Return the content words that neither brief nor plain speech knows, and how many there are.

    The brand's own words don't count as content.
    """
    brands = {part for brand in brief.brands for part in _WORD.findall(brand.lower())}
    strange, content = [], 0
    for word in _WORD.findall(lower):
        bare = word.removesuffix("'s").removesuffix("’s")
        if len(bare) < 3 or bare in brands or bare in _set("small"):
            continue
        content += 1
        parts = bare.split("-")
        if not all(_familiar(part, brief) for part in parts if len(part) > 2):
            strange.append(bare)
    return strange, content


def _familiar(word: str, brief: BriefFacts) -> bool:
    if word[:5] in brief.known:
        return True
    plain, small = _set("plain"), _set("small")
    return any(form in plain or form in small for form in _forms(word))


def _forms(word: str) -> Iterator[str]:
    """Yield a word and what it may be a form of: "keeping" is one of keep."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            bare = word[: len(word) - len(ending)]
            yield bare
            if ending in ("ing", "ed", "er", "est", "es"):
                yield bare + "e"
                yield bare + "y" if ending == "es" else bare[:-1]
            if ending in ("es", "ed", "er", "est") and bare.endswith("i"):
                yield bare[:-1] + "y"


def _is_product(word: str, brief: BriefFacts) -> bool:
    brands = {part for brand in brief.brands for part in _WORD.findall(brand.lower())}
    return word in brands or word[:5] in brief.product


@cache
def _set(name: str) -> frozenset[str]:
    return frozenset(sense_data()["words"][name])
