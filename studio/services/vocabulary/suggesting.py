"""What may come next in a prompt, by what it says already. Pure functions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from studio.core.vocabulary import KINDS, SLOT, Entry, Reading, Suggestion, Vocabulary
from studio.services.vocabulary.pieces import JOINING, form_of, forms_of, is_chinese, pieces_of
from studio.services.vocabulary.reading import read_prompt

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 6
BACK = 8  # pieces of the longest phrase that is completed as a whole
LONGER = 2  # words that begin with a whole one, such as candle with can
BEFORE_SUBJECT = ("material", "colour")


def suggest(
    vocabulary: Vocabulary, prompt: str, cursor: int, language: str = "en"
) -> tuple[Suggestion, ...]:
    """Return words that fit at the cursor, at most ``MOST``.

    While a word is being typed: what begins with it, in either language, first what the prompt
    lacks. Between words: choices of the first kind that it lacks (subject, colour, background …).

    Args:
        vocabulary: Of the checkpoint.
        prompt: What is written.
        cursor: Where, in characters.
        language: Of the words for an empty prompt.
    """
    reading = read_prompt(vocabulary, prompt)
    if prompt.strip():
        language = "zh" if is_chinese(prompt) else "en"
    begun = tuple(_begun(vocabulary, reading, prompt, cursor))
    whole = next((word for word in reading.words if word.end == cursor and word.known), None)
    if whole is None and begun:
        return begun[:MOST]
    longer = [one for one in begun if whole and one.start <= whole.start][:LONGER]
    return (*longer, *_lacking(vocabulary, reading, prompt, language))[:MOST]


def _lacking(
    vocabulary: Vocabulary, reading: Reading, prompt: str, language: str
) -> tuple[Suggestion, ...]:
    """Return choices of the first kind that a prompt lacks."""
    for kind in KINDS:
        if kind == "count" or any(word.kind == kind for word in reading.words):
            continue
        entries = vocabulary.of(kind)
        if entries:
            shown = entries[:MOST]
            return tuple(_placed(vocabulary, reading, prompt, entry, language) for entry in shown)
    return ()


def filled(vocabulary: Vocabulary, entry: Entry, language: str, colour: str = "") -> str:
    """Return an entry's usual phrase; a place for a colour gets another than ``colour``."""
    word = entry.word(language)
    if SLOT not in word:
        return word
    light = sorted(vocabulary.of("colour"), key=lambda item: -sum(item.rgb or (0, 0, 0)))
    fits = next((item for item in light if item.id != colour), None)
    return " ".join(word.replace(SLOT, fits.word(language) if fits else "").split())


def _begun(
    vocabulary: Vocabulary, reading: Reading, prompt: str, cursor: int
) -> Iterator[Suggestion]:
    """Yield completions of the words that end at the cursor: of "wat", of "coffee "."""
    before = pieces_of(prompt[:cursor])
    if not before or prompt[before[-1].end : cursor].strip(" "):
        return
    ends = _typed(prompt, cursor)
    there = {word.kind for word in reading.words}
    for kind in sorted(KINDS, key=lambda kind: (kind in there, KINDS.index(kind))):
        for entry in vocabulary.of(kind):
            for language in entry.words:
                text = filled(vocabulary, entry, language, reading.id_of("colour"))
                start = next((at for at in ends if _begins(text, prompt[at:cursor])), -1)
                if start >= 0:
                    yield Suggestion(kind, text, text, start, cursor)


def _typed(prompt: str, cursor: int) -> list[int]:
    """Return where what is being typed may begin: some pieces back, the longest first."""
    pieces = pieces_of(prompt[:cursor])[-BACK:]
    return [piece.start for piece in pieces if piece.form not in JOINING]


def _begins(text: str, typed: str) -> bool:
    whole, part = text.casefold(), typed.casefold()
    return bool(part) and whole.startswith(part) and form_of(whole) != form_of(part)


def _placed(
    vocabulary: Vocabulary, reading: Reading, prompt: str, entry: Entry, language: str
) -> Suggestion:
    """Return an entry where it belongs: colour and material before the subject, others last."""
    word = filled(vocabulary, entry, language, reading.id_of("colour"))
    subject = reading.first("subject")
    gap = "" if language == "zh" else " "
    if subject is not None and entry.kind in BEFORE_SUBJECT:
        at = _before(reading, subject.start, prompt) if entry.kind == "material" else subject.start
        start, article = _article(prompt, at, word)
        return Suggestion(entry.kind, word, article + word + gap, start, at)
    end = len(prompt.rstrip())
    kept = prompt[:end].rstrip(",，、. ")
    if not kept or not forms_of(kept):
        return Suggestion(entry.kind, word, word, 0, len(prompt))
    joint = "，" if language == "zh" else ", "
    if language == "en" and (entry.kind == "background" or kept.split()[-1] in JOINING):
        joint = " "
    if entry.kind in ("subject", *BEFORE_SUBJECT):
        joint = gap
    return Suggestion(entry.kind, word, joint + word, len(kept), len(prompt))


def _before(reading: Reading, at: int, prompt: str) -> int:
    """Return where a material goes: before the colour that stands right before the subject."""
    for word in reading.words:
        if word.kind == "colour" and not prompt[word.end : at].strip(" 的"):
            return word.start
    return at


def _article(prompt: str, at: int, word: str) -> tuple[int, str]:
    """Return where the article before a place begins, and how it is before ``word``."""
    found = re.search(r"(?:^|\s)(an? )$", prompt[:at])
    if found is None:
        return at, ""
    return found.start(1), "an " if word[0] in "aeiou" else "a "
