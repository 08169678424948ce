"""A vocabulary made ready for reading: phrases by their first piece, the longest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from studio.core.vocabulary import SLOT, Entry, Vocabulary
from studio.services.vocabulary.pieces import JOINING, forms_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Phrase:
    """One way to say an entry.

    Attributes:
        forms: Pieces before a colour (all of them where it takes none).
        rest: Pieces after the colour; None where it takes no colour.
        entry: None for phrases that are ignored.
    """

    forms: tuple[str, ...]
    rest: tuple[str, ...] | None
    entry: Entry | None
    known: bool = True


@dataclass(frozen=True, slots=True)
class Match:
    """A phrase that stands in a prompt: where it ends, and the colour in it (pieces)."""

    phrase: Phrase
    end: int
    colour: Match | None = None
    colour_start: int = 0


class Lexicon:
    """Finds phrases in lists of forms."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._by_first: dict[str, list[Phrase]] = {}
        self._colour_first: list[Phrase] = []
        colours = vocabulary.of("colour")
        self._colours = {form for entry in colours for form in _firsts(entry)}
        for phrase in _phrases(vocabulary):
            if phrase.forms:
                self._by_first.setdefault(phrase.forms[0], []).append(phrase)
            else:
                self._colour_first.append(phrase)
        for phrases in (*self._by_first.values(), self._colour_first):
            phrases.sort(key=lambda p: -len(p.forms) - len(p.rest or ()))

    def match(self, forms: Sequence[str], at: int) -> Match | None:
        """Return the longest phrase that begins at a piece; known ones before near ones."""
        phrases = self._by_first.get(forms[at], [])
        found = [self._try(phrase, forms, at) for phrase in phrases]
        if forms[at] in self._colours:
            found += [self._try(phrase, forms, at) for phrase in self._colour_first]
        there = [match for match in found if match is not None]
        return max(there, key=lambda m: (m.end, m.phrase.known, bool(m.colour)), default=None)

    def _try(self, phrase: Phrase, forms: Sequence[str], at: int) -> Match | None:
        end = at + len(phrase.forms)
        if tuple(forms[at:end]) != phrase.forms:
            return None
        if phrase.rest is None:
            return Match(phrase, end)
        colour = self._colour(forms, end)
        if colour is None:
            return None
        last = colour.end + len(phrase.rest)
        if tuple(forms[colour.end : last]) != phrase.rest:
            return None
        return Match(phrase, last, colour, end)

    def _colour(self, forms: Sequence[str], at: int) -> Match | None:
        if at >= len(forms) or forms[at] not in self._colours:
            return None
        found = [
            Match(phrase, at + len(phrase.forms))
            for phrase in self._by_first.get(forms[at], ())
            if phrase.known and phrase.entry is not None and phrase.entry.kind == "colour"
            if tuple(forms[at : at + len(phrase.forms)]) == phrase.forms
        ]
        return max(found, key=lambda match: match.end, default=None)


@lru_cache(maxsize=16)
def _lexicon(key: _ById) -> Lexicon:
    return Lexicon(key.vocabulary)


class _ById:
    """A vocabulary as a key: it holds mappings and cannot be hashed by what is in it."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.vocabulary is self.vocabulary

    def __hash__(self) -> int:
        return id(self.vocabulary)


def lexicon_of(vocabulary: Vocabulary) -> Lexicon:
    """Return the lexicon of a vocabulary, made once."""
    return _lexicon(_ById(vocabulary))


def _firsts(entry: Entry) -> Iterator[str]:
    for words in entry.words.values():
        for word in words:
            yield from forms_of(word)[:1]


def _phrases(vocabulary: Vocabulary) -> Iterator[Phrase]:
    ignored = [forms_of(word) for words in vocabulary.ignored.values() for word in words]
    idle = JOINING.union(*ignored)
    for entries in vocabulary.entries.values():
        for entry in entries:
            yield from _phrases_of(entry, idle)
    yield from (Phrase(forms, None, None) for forms in ignored if forms)


def _phrases_of(entry: Entry, idle: frozenset[str]) -> Iterator[Phrase]:
    said = [word for words in entry.words.values() for word in words]
    if entry.kind == "background":
        said.append(entry.id)
    for word in said:
        yield from _said(word, entry, idle)
    for words in entry.related.values():
        for forms in map(forms_of, words):
            if forms:
                yield Phrase(forms, None, entry, known=False)


def _said(word: str, entry: Entry, idle: frozenset[str]) -> Iterator[Phrase]:
    """Yield the phrases of a word; with a place for a colour also without the colour."""
    before, slot, after = word.partition(SLOT)
    forms, rest = forms_of(before), forms_of(after)
    if not slot:
        if not JOINING.issuperset(forms):
            yield Phrase(forms, None, entry)
        return
    yield Phrase(forms, rest, entry)
    for part in (forms, rest, forms + rest):
        if not idle.issuperset(part):
            yield Phrase(part, None, entry)
