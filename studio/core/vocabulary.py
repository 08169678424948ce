"""The words that a checkpoint declares to know, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Kinds of word, in the order in which a prompt is best completed.
KINDS = ("subject", "colour", "background", "material", "light", "view", "place", "count")
LANGUAGES = ("en", "zh")
SLOT = "{}"  # where a phrase takes a colour: "on a {} podium"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that a checkpoint knows.

    Attributes:
        kind: One of ``KINDS``.
        words: By language, the most usual first; backgrounds may have a ``SLOT``.
        related: By language, words that it does not know and for which this is the nearest.
        rgb: Of a colour; None otherwise.
    """

    id: str
    kind: str
    words: Mapping[str, tuple[str, ...]]
    related: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rgb: tuple[int, int, int] | None = None

    def word(self, language: str) -> str:
        """Return the usual word in a language, else in any."""
        found = self.words.get(language) or next(iter(self.words.values()))
        return found[0]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words of a checkpoint.

    Attributes:
        entries: By kind, in the order of the file.
        ignored: By language, words that say nothing to it and do no harm.
        neutral: Ids of subjects that stand in where nothing fits a product.
    """

    entries: Mapping[str, tuple[Entry, ...]]
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    neutral: tuple[str, ...] = ()

    def of(self, kind: str) -> tuple[Entry, ...]:
        """Return the entries of a kind."""
        return self.entries.get(kind, ())

    def entry(self, kind: str, entry_id: str) -> Entry | None:
        """Return an entry, or None."""
        return next((item for item in self.of(kind) if item.id == entry_id), None)

    def neutral_subject(self) -> Entry | None:
        """Return the first subject that stands in for others, or None."""
        found = (self.entry("subject", item) for item in self.neutral)
        return next((item for item in found if item is not None), None)


@dataclass(frozen=True, slots=True)
class Word:
    """A piece of a prompt and what it was taken for.

    Attributes:
        kind: One of ``KINDS``, or ``backdrop`` for the colour of a background.
        start, end: Where it stands, in characters.
        known: False where the entry is only the nearest to what stands there.
    """

    kind: str
    entry: Entry
    text: str
    start: int
    end: int
    known: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a prompt that was not understood."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What of a prompt was understood.

    Attributes:
        words: In the order of the prompt, none overlapping.
        unknown: Likewise; joining words and words that do no harm are in neither.
    """

    words: tuple[Word, ...] = ()
    unknown: tuple[Span, ...] = ()

    def first(self, kind: str, *, known: bool = True) -> Word | None:
        """Return the first word of a kind that is known (or near, where ``known`` is False)."""
        return next((w for w in self.words if w.kind == kind and w.known == known), None)

    def id_of(self, kind: str) -> str:
        """Return the id of the first known word of a kind, or an empty string."""
        found = self.first(kind)
        return found.entry.id if found else ""


@dataclass(frozen=True, slots=True)
class Hint:
    """A piece of a prompt that a checkpoint does not know.

    Attributes:
        nearest: What it knows instead, or None.
        replacement: Put in place of ``span``; empty without ``nearest``.
    """

    span: Span
    nearest: Entry | None = None
    replacement: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A word that may come next: ``text`` goes in place of ``start`` to ``end``."""

    kind: str
    label: str
    text: str
    start: int
    end: int

    def applied(self, prompt: str) -> tuple[str, int]:
        """Return the prompt with the word in it, and where the cursor goes."""
        return prompt[: self.start] + self.text + prompt[self.end :], self.start + len(self.text)
