"""Chooses copy from candidates: rules, near-duplicates, ranking, and the needs of the whole set."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from studio.services.copywriting.ranking import score
from studio.services.copywriting.rules import flaws, near_duplicate, unfounded_numbers
from studio.services.copywriting.words import contains, display_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from generators.api import JsonValue
    from studio.core.campaign import Brief, Placement, TextSpec

CopySet = dict[str, list[str]]
MAX_CANDIDATES = 400  # of one field; more is a fault of the generator, the rest is not read


@dataclass(frozen=True, slots=True)
class Dropped:
    """A candidate that was not taken, and why (sentences)."""

    key: str
    text: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Selection:
    """What was chosen.

    Attributes:
        sets: One per creative variant, or a single one for a placement that takes many texts.
        dropped: Everything that was not taken for a reason.
        lacking: What is still missing, as sentences; empty when all sets are there.
    """

    sets: list[CopySet] = field(default_factory=list)
    dropped: list[Dropped] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        return {
            "sets": self.sets,
            "dropped": [
                {"key": item.key, "text": item.text[:400], "reasons": list(item.reasons)}
                for item in self.dropped[:200]
            ],
            "lacking": self.lacking,
        }


def takes_many(placement: Placement) -> bool:
    """Tell whether a placement takes several texts of a kind in one ad (Google), not one."""
    return any(spec.count_max > 1 and not spec.source_of for spec in placement.texts)


def read_candidates(texts: Iterable[str], placement: Placement) -> dict[str, list[str]]:
    """Return candidates by field from what a text generator wrote: JSON, one object per variant."""
    pools: dict[str, list[str]] = {spec.key: [] for spec in placement.written()}
    for text in texts:
        for key, value in _object(text).items():
            pool = pools.get(key)
            if pool is None:
                continue
            values = value if isinstance(value, list) else [value]
            pool.extend(_tidy(item) for item in values if isinstance(item, str))
    return {key: list(dict.fromkeys(pool))[:MAX_CANDIDATES] for key, pool in pools.items()}


def _object(text: str) -> Mapping[str, JsonValue]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _tidy(text: str) -> str:
    """Return a text without the quotes and spaces that are no part of it."""
    text = " ".join(text.split())
    if len(text) > 1 and (text[0], text[-1]) in (('"', '"'), ("“", "”"), ("'", "'")):
        text = text[1:-1].strip()
    return text


def select(
    placement: Placement,
    pools: Mapping[str, Sequence[str]],
    brief: Brief,
    language: str,
    *,
    sets: int = 1,
    used: Iterable[str] = (),
) -> Selection:
    """Choose copy for one placement and language.

    Args:
        placement: Its limits.
        pools: Candidates by field.
        brief: For banned and required words, and to rank by.
        language: BCP 47.
        sets: How many variants are wanted (a placement that takes many texts has one set).
        used: Texts that must not come again (of the creatives that stay).
    """
    selection = Selection()
    wanted = 1 if takes_many(placement) else sets
    ranked = {
        spec.key: _ranked(spec, pools.get(spec.key, ()), brief, language, (selection, tuple(used)))
        for spec in placement.written()
    }
    given = _given(placement, brief, selection)
    if takes_many(placement):
        made = _one_large_set(placement, ranked, brief, selection)
        if made is not None:
            selection.sets.append({**made, **given})
    else:
        _small_sets(placement, ranked, brief, (selection, wanted))
        selection.sets = [{**item, **given} for item in selection.sets]
    if len(selection.sets) < wanted and not selection.lacking:
        selection.lacking.append(f"{wanted} variants are wanted, {len(selection.sets)} are there.")
    return selection


def _ranked(
    spec: TextSpec,
    pool: Sequence[str],
    brief: Brief,
    language: str,
    out: tuple[Selection, tuple[str, ...]],
) -> list[str]:
    """Return the texts of a field that may be used, best first, near-duplicates left out."""
    selection, used = out
    known = " ".join((brief.product, brief.message, brief.audience, *brief.must_haves))
    known += f" {brief.brand.name} {brief.call_to_action}"
    passed: list[str] = []
    for text in pool:
        wrong = flaws(text, spec, brief.brand, language)
        numbers = unfounded_numbers(text, known)
        if numbers:
            wrong.append(f"It says “{numbers[0]}”, a number that the brief does not give.")
        if wrong:
            selection.dropped.append(Dropped(spec.key, text, tuple(wrong)))
        else:
            passed.append(text)
    passed.sort(key=lambda text: (-score(text, spec, brief), text))
    kept: list[str] = []
    for text in passed:
        twin = near_duplicate(text, (*used, *kept))
        if twin:
            reason = f"It reads almost like “{twin[:80]}”."
            selection.dropped.append(Dropped(spec.key, text, (reason,)))
        else:
            kept.append(text)
    return kept


def _given(placement: Placement, brief: Brief, selection: Selection) -> CopySet:
    """Return the texts that are not written: the brand's name, paths from the landing page."""
    found: CopySet = {}
    for spec in placement.texts:
        if spec.source_of:
            found[spec.key] = given_texts(spec, brief)[: spec.count_max]
            if len(found[spec.key]) < spec.count_min:
                selection.lacking.append(f"{spec.label}: {_too_long(spec, brief)}")
    return found


def given_texts(spec: TextSpec, brief: Brief) -> list[str]:
    """Return what a field that is not written may hold, best first; empty where nothing fits."""
    return [
        text
        for text in _offered(spec, brief)
        if text
        and display_width(text, spec.width) <= spec.max_width
        and (not spec.pattern or re.fullmatch(spec.pattern, text))
    ]


def brand_problems(placements: Iterable[Placement], brief: Brief) -> list[str]:
    """Return where neither the brand's name nor its short name fits; no copy could mend that."""
    return [
        f"{placement.name}, {spec.label}: {_too_long(spec, brief)} Write brand.short_name."
        for placement in placements
        for spec in placement.texts
        if spec.source_of == "brand" and spec.count_min and not given_texts(spec, brief)
    ]


def _offered(spec: TextSpec, brief: Brief) -> list[str]:
    if spec.source_of == "brand":
        return [brief.brand.name, brief.brand.short_name]
    return url_paths(brief.url)


def _too_long(spec: TextSpec, brief: Brief) -> str:
    offered = _offered(spec, brief)
    return f"“{offered[0][:40] if offered else ''}” does not fit {spec.max_width}."


def url_paths(url: str) -> list[str]:
    """Return the readable parts of an address's path, without suffixes."""
    parts = [unquote(part) for part in urlsplit(url).path.split("/") if part] if url else []
    return [re.sub(r"\.\w{1,5}$", "", part) for part in parts if part.isprintable()]


def _one_large_set(
    placement: Placement,
    ranked: Mapping[str, list[str]],
    brief: Brief,
    selection: Selection,
) -> CopySet | None:
    made: CopySet = {}
    for spec in placement.written():
        texts = _with_narrow_one(spec, ranked[spec.key], selection)
        made[spec.key] = texts
        if len(texts) < spec.count_min:
            selection.lacking.append(_too_few(spec, len(texts), selection))
    spare = {spec.key: ranked[spec.key] for spec in placement.written()}
    _put_required(placement, made, spare, (brief, selection))
    return None if selection.lacking else made


def _with_narrow_one(spec: TextSpec, texts: list[str], selection: Selection) -> list[str]:
    """Return up to ``count_max`` texts of which one is as narrow as the placement asks."""
    chosen = texts[: spec.count_max]
    if not spec.one_max_width or not texts:
        return chosen
    narrow = [t for t in texts if display_width(t, spec.width) <= spec.one_max_width]
    if not narrow:
        selection.lacking.append(f"{spec.label}: none is at most {spec.one_max_width} wide.")
    elif narrow[0] not in chosen:
        chosen[-1] = narrow[0]
    return chosen


def _small_sets(
    placement: Placement,
    ranked: Mapping[str, list[str]],
    brief: Brief,
    out: tuple[Selection, int],
) -> None:
    """Build variants of one text per field: the best of each, then the next best."""
    selection, wanted = out
    spare = {key: list(texts) for key, texts in ranked.items()}
    for _ in range(wanted):
        made: CopySet = {}
        for spec in placement.written():
            if spare[spec.key]:
                made[spec.key] = [spare[spec.key].pop(0)]
            elif spec.count_min:
                selection.lacking.append(_too_few(spec, len(ranked[spec.key]), selection))
        if selection.lacking:
            return
        _put_required(placement, made, spare, (brief, selection))
        if selection.lacking:
            return
        selection.sets.append(made)


def _put_required(
    placement: Placement,
    made: CopySet,
    spare: Mapping[str, list[str]],
    out: tuple[Brief, Selection],
) -> None:
    """Make sure that every required word stands in the set, swapping texts in for it."""
    brief, selection = out
    for word in brief.brand.required:
        everything = [text for texts in made.values() for text in texts]
        if any(contains(text, word) for text in everything):
            continue
        if not _swap_in(placement, made, spare, (word, brief)):
            selection.lacking.append(f"No text says “{word}”, which is required.")


def _swap_in(
    placement: Placement,
    made: CopySet,
    spare: Mapping[str, list[str]],
    wish: tuple[str, Brief],
) -> bool:
    word, brief = wish
    others = [other for other in brief.brand.required if other != word]
    for spec in placement.written():
        texts = made.get(spec.key) or []
        for candidate in spare[spec.key]:
            if candidate in texts or not contains(candidate, word):
                continue
            # The last text of a field is its weakest; it goes unless it carries a required word.
            for at in reversed(range(len(texts))):
                if not any(contains(texts[at], other) for other in others):
                    if candidate in spare[spec.key] and spec.count_max == 1:
                        spare[spec.key].remove(candidate)
                        spare[spec.key].insert(0, texts[at])
                    texts[at] = candidate
                    return True
    return False


def _too_few(spec: TextSpec, there: int, selection: Selection) -> str:
    """Return what is lacking, with the commonest reason why candidates fell out."""
    reasons: dict[str, int] = {}
    for item in selection.dropped:
        if item.key == spec.key:
            for reason in item.reasons:
                kind = re.sub(r"\d+|“[^”]*”", "…", reason)
                reasons[kind] = reasons.get(kind, 0) + 1
    why = max(reasons, key=lambda kind: reasons[kind]) if reasons else "None were written."
    many = sum(item.key == spec.key for item in selection.dropped)
    need = spec.count_min if spec.count_max > 1 else 1
    return (
        f"{spec.label}: {there} fit within {spec.max_width}, {need} needed per ad; "
        f"{many} were dropped (most often: {why})"
    )
