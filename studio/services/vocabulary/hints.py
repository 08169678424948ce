"""What a checkpoint does not know of a prompt, and what it knows that is nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.vocabulary import Entry, Hint, Reading, Span, Vocabulary
from studio.services.vocabulary.pieces import forms_of, is_chinese, language_of, pieces_of, plural
from studio.services.vocabulary.reading import read_prompt

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_TAIL = 3  # letters before a known word at the end of a longer one: lunch-box, not s-car


def hints_for(vocabulary: Vocabulary, prompt: str) -> tuple[Hint, ...]:
    """Return what of a prompt is not known; a missing subject comes first."""
    reading = read_prompt(vocabulary, prompt)
    has_subject = any(word.kind == "subject" for word in reading.words if word.known)
    hints = [*_near(reading, has_subject=has_subject)]
    named = has_subject or any(hint.nearest and hint.nearest.kind == "subject" for hint in hints)
    for span in reading.unknown:
        if span.text.isdigit():
            continue
        found = None if named else nearest_subject(vocabulary, span.text)
        if found is None:
            hints.append(Hint(span))
            continue
        entry, word = found
        named = True
        hints.insert(0, Hint(span, entry, _like(span.text, word)))
    return tuple(sorted(hints, key=lambda hint: hint.nearest is None))


def sentence(hint: Hint) -> str:
    """Say a hint in English."""
    told = f"This checkpoint does not know “{hint.span.text}”."
    return f"{told} Nearest: {hint.replacement}." if hint.replacement else told


def _near(reading: Reading, *, has_subject: bool) -> Iterator[Hint]:
    """Yield what is only related to a word; a second subject would change what is shown."""
    for word in reading.words:
        if word.known:
            continue
        span = Span(word.text, word.start, word.end)
        if word.kind == "subject" and has_subject:
            yield Hint(span)
        else:
            said = word.entry.word(language_of(word.text))
            yield Hint(span, word.entry, _like(word.text, said) if word.kind == "subject" else said)


def nearest_subject(vocabulary: Vocabulary, text: str) -> tuple[Entry, str] | None:
    """Return the subject nearest to words that are not known, with its word; None if none is.

    A subject's word at the end of a longer one comes first (lunchbox, 保温杯), then slips of the
    keyboard. Related words of the vocabulary itself have been tried in reading.
    """
    chinese = is_chinese(text)
    language = "zh" if chinese else "en"
    said = [
        (entry, word)
        for entry in vocabulary.of("subject")
        for word in entry.words.get(language, ())
    ]
    for written in _ways(text):
        tails = [(len(word), entry, word) for entry, word in said if _ends(written, word, chinese)]
        if tails:
            _, entry, word = max(tails, key=lambda item: item[0])
            return entry, word
        slips = [(_slips(written, _joined(word)), entry, word) for entry, word in said]
        best = min(slips, key=lambda item: item[0], default=None)
        if best is not None and not chinese and best[0] <= _allowed(written):
            return best[1], best[2]
    return None


def _ways(text: str) -> list[str]:
    """Return the whole, then its last word, which in English is what it is about."""
    forms = forms_of(text)
    if is_chinese(text):
        return ["".join(forms)]
    return list(dict.fromkeys((" ".join(forms), *forms[-1:])))


def _joined(word: str) -> str:
    return " ".join(forms_of(word))


def _ends(written: str, word: str, chinese: bool) -> bool:
    if chinese:  # 皮鞋 ends as 跑鞋 does: the last character says what kind of thing it is
        return written[-1:] == word[-1:] and word[-1:] not in "子品物具"
    known = _joined(word)
    return len(known) >= 3 and written.endswith(known) and len(written) - len(known) >= MIN_TAIL


def _allowed(written: str) -> int:
    return 0 if len(written) < 4 else 1 if len(written) < 8 else 2


def _slips(one: str, other: str) -> int:
    """Return how many letters were left out, added, mistaken or swapped (99 for too many)."""
    if abs(len(one) - len(other)) > 2:
        return 99
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        after = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, after[j - 1] + 1, row[j - 1] + (a != b))
            if before and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            after.append(cost)
        before, row = row, after
    return row[-1]


def _like(written: str, word: str) -> str:
    """Return the word for one or for several, as it was written."""
    pieces = pieces_of(written)
    last = written[pieces[-1].start : pieces[-1].end].casefold() if pieces else ""
    several = pieces and not is_chinese(written) and last != pieces[-1].form
    return plural(word) if several else word
