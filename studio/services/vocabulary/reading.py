"""Reads a prompt by the words of a checkpoint: what was understood, what was not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.core.vocabulary import Reading, Span, Vocabulary, Word
from studio.services.vocabulary.lexicon import Match, lexicon_of
from studio.services.vocabulary.pieces import JOINING, Piece, is_chinese, pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_READ = 2000  # characters; checkpoints with a vocabulary read far less


def read_prompt(vocabulary: Vocabulary, prompt: str) -> Reading:
    """Return what of a prompt a checkpoint understands.

    From left to right the longest phrase that it knows is taken; a colour inside the phrase of a
    background, or right before it, is the background's.
    """
    pieces = pieces_of(prompt[:MAX_READ])
    forms = [piece.form for piece in pieces]
    lexicon = lexicon_of(vocabulary)
    words: list[Word] = []
    left: list[Piece] = []
    at = 0
    while at < len(pieces):
        match = lexicon.match(forms, at)
        if match is None:
            left.append(pieces[at])
            at += 1
            continue
        words.extend(_words(match, pieces, at, prompt))
        at = match.end
    return Reading(tuple(_backdrops(words, prompt)), tuple(_spans(left, prompt)))


def _words(match: Match, pieces: Sequence[Piece], at: int, prompt: str) -> Iterator[Word]:
    entry, known = match.phrase.entry, match.phrase.known
    if entry is None:
        return
    start, end = pieces[at].start, pieces[match.end - 1].end
    yield Word(entry.kind, entry, prompt[start:end], start, end, known)
    colour = match.colour
    if colour is not None and colour.phrase.entry is not None:
        start, end = pieces[match.colour_start].start, pieces[colour.end - 1].end
        yield Word("backdrop", colour.phrase.entry, prompt[start:end], start, end)


def _backdrops(words: list[Word], prompt: str) -> Iterator[Word]:
    """Yield the words; a colour right before a background that names none becomes its colour."""
    following: list[Word | None] = [*words[1:], None]
    for word, after in zip(words, following, strict=False):
        direct = after is not None and not prompt[word.end : after.start].strip()
        if direct and after and (word.kind, after.kind) == ("colour", "background"):
            yield replace(word, kind="backdrop")
        else:
            yield word


def _spans(left: Sequence[Piece], prompt: str) -> Iterator[Span]:
    """Yield what was not understood, neighbours joined."""
    start = end = -1
    for piece in left:
        if piece.form in JOINING:
            continue
        if start >= 0 and _together(prompt, start, end, piece):
            end = piece.end
            continue
        if start >= 0:
            yield Span(prompt[start:end], start, end)
        start, end = piece.start, piece.end
    if start >= 0:
        yield Span(prompt[start:end], start, end)


def _together(prompt: str, start: int, end: int, piece: Piece) -> bool:
    """Tell whether a piece goes on with the span before it: no sign between, the same script."""
    between = prompt[end : piece.start]
    same = is_chinese(prompt[start:end]) == is_chinese(prompt[piece.start : piece.end])
    return same and between in ("", " ", "-")
