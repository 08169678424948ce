"""What the starter's network foresees, and how much of its training data it says again."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from generators.audio_music.network.baselines import NGrams
from generators.audio_music.network.tokens import END, STEPS, decode
from generators.audio_music.network.train import Corpus

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from generators.audio_music.network.model import Composer
    from generators.audio_music.network.tokens import Event, Measure

#: A note after another: steps from onset to onset, semitones.
Move = tuple[int, int]
_RUN = 24  # moves of a run that is looked for at most


class Foresight:
    """Held-out pieces, and the tables that a network is measured against."""

    def __init__(self, folder: Path, pieces: int) -> None:
        """Read ``training.npz`` and ``held-out.npz``; take some pieces of each kind."""
        self.training = Corpus(folder / "training.npz")
        self.held_out = Corpus(folder / "held-out.npz")
        rng = np.random.default_rng(20261128)
        self.pieces = {
            kind: [self.held_out.piece(int(at)) for at in
                   rng.permutation(numbers)[:pieces]]
            for kind, numbers in self.held_out.kinds.items()
        }  # fmt: skip
        whole = self.training.tokens.astype(np.int64)
        rules = self.training.kinds["rules"]
        own = np.concatenate([self.training.piece(number) for number in rules])
        self.tables = {"bigram": NGrams(whole, 2), "rules": NGrams(own.astype(np.int64), 4)}

    def of_tables(self, kind: str) -> dict[str, float]:
        """Return nats a token of each table on the held-out pieces of a kind."""
        tokens = np.concatenate(self.pieces[kind]).astype(np.int64)
        return {name: table.loss(tokens) for name, table in self.tables.items()}

    def of_network(self, model: Composer, kind: str) -> float:
        """Return nats a token of a network on the same."""
        total = count = 0.0
        with torch.inference_mode():
            for piece in self.pieces[kind]:
                tokens = torch.tensor([piece[: model.shape.context]])
                logits = model(tokens[:, :-1])[0]
                total += float(functional.cross_entropy(logits, tokens[0, 1:], reduction="sum"))
                count += tokens.shape[1] - 1
        return total / count


class Tunes:
    """All tunes of people's scores in a corpus, to look runs of notes up in."""

    def __init__(self, corpus: Corpus) -> None:
        moves: list[Move] = []
        for number in corpus.kinds["scores"]:
            piece = [token for token in corpus.piece(number) if token != END]
            moves += [*moves_of(tune_of(decode(piece))), (-1, 0)]
        self._codes = _codes(moves)
        self._runs: dict[int, np.ndarray] = {}

    def longest(self, tune: Sequence[tuple[int, Event]]) -> float:
        """Return the beats of the longest run that stands note for note in some tune.

        Rhythm and intervals are compared, in any key; from the first note's start to the last's.
        """
        codes = _codes(moves_of(tune))
        longest = 0.0
        for length in range(1, min(_RUN, len(codes)) + 1):
            found = np.flatnonzero(np.isin(_windows(codes, length), self._known(length)))
            if not len(found):
                break
            longest = max(tune[at + length][0] - tune[at][0] for at in found)
        return longest / STEPS

    def _known(self, length: int) -> np.ndarray:
        if length not in self._runs:
            self._runs[length] = np.unique(_windows(self._codes, length))
        return self._runs[length]


def tune_of(measures: Iterable[Measure]) -> list[tuple[int, Event]]:
    """Return the highest melody note at each onset, with its step from the beginning."""
    made: dict[int, Event] = {}
    start = 0
    for measure in measures:
        for event in measure.events:
            at = start + event.step
            if event.role == "melody" and (at not in made or event.key > made[at].key):
                made[at] = event
        start += measure.beats * STEPS
    return sorted(made.items())


def moves_of(tune: Sequence[tuple[int, Event]]) -> list[Move]:
    """Return how a tune goes on from each note."""
    return [
        (after - at, second.key - first.key)
        for (at, first), (after, second) in itertools.pairwise(tune)
    ]


def _codes(moves: Sequence[Move]) -> np.ndarray:
    return np.array([(steps + 1) * 256 + keys + 128 for steps, keys in moves], np.uint64)


def _windows(codes: np.ndarray, length: int) -> np.ndarray:
    """Return a 64-bit hash of each run of so many moves."""
    count = len(codes) - length + 1
    made = np.zeros(max(0, count), np.uint64)
    for at in range(length):
        made = made * np.uint64(0x9E3779B97F4A7C15) + codes[at : at + count]
        made ^= made >> np.uint64(29)
    return made
