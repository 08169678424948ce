"""What tables of pairs, or of longer runs, foresee of music: the network has to foresee more.

Runs of ``order`` tokens are counted; a run that is rare leans on the shorter one in it (Witten and
Bell, 1991, interpolated: Chen and Goodman, 1998, section 2.4).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generators.audio_music.network.tokens import END, vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Tokens = NDArray[np.int64]

_BITS = 10  # of a token in the number that stands for a run
MOST = 63 // _BITS  # tokens of a run


class NGrams:
    """Counted runs of up to ``order`` tokens."""

    def __init__(self, tokens: Tokens, order: int) -> None:
        """Count all runs of a stream of pieces, each of which ends with ``END``."""
        if not 1 <= order <= MOST or vocabulary().size > 1 << _BITS:
            raise ValueError(f"order {order} is not in 1 to {MOST}")
        self.order = order
        self._tables = [_Table(_runs(tokens, length)) for length in range(1, order + 1)]

    def losses(self, tokens: Tokens) -> NDArray[np.float64]:
        """Return nats for each token of a stream but its first ``order - 1``.

        What stands first in a piece is foreseen from the end of the one before: leave it out.
        """
        chances = np.full(len(tokens) - self.order + 1, 1 / vocabulary().size)
        for length, table in enumerate(self._tables, 1):
            runs = _runs(tokens, length)[self.order - length :]
            chances = table.interpolated(runs, chances)
        made: NDArray[np.float64] = -np.log(chances)
        return made

    def loss(self, tokens: Tokens) -> float:
        """Return nats a token, without what stands first in a piece."""
        inside = tokens[self.order - 2 : -1] != END if self.order > 1 else tokens != END
        return float(self.losses(tokens)[inside].mean())


class _Table:
    """How often each run was seen, and what its beginning was followed by."""

    def __init__(self, runs: Tokens) -> None:
        self.runs, self.counts = np.unique(runs, return_counts=True)
        beginnings = self.runs >> _BITS
        self.beginnings, first = np.unique(beginnings, return_index=True)
        self.sums = np.add.reduceat(self.counts, first)
        self.kinds = np.diff([*first, len(beginnings)])

    def interpolated(self, runs: Tokens, shorter: NDArray[np.float64]) -> NDArray[np.float64]:
        counts = _found(self.runs, self.counts, runs)
        sums = _found(self.beginnings, self.sums, runs >> _BITS)
        kinds = _found(self.beginnings, self.kinds, runs >> _BITS)
        known = sums > 0
        whole = np.where(known, sums + kinds, 1)
        made: NDArray[np.float64] = np.where(known, (counts + kinds * shorter) / whole, shorter)
        return made


def _runs(tokens: Tokens, length: int) -> Tokens:
    """Return a number for each run of so many tokens."""
    made = np.zeros(len(tokens) - length + 1, np.int64)
    for at in range(length):
        made = made << _BITS | tokens[at : at + len(made)]
    return made


def _found(keys: Tokens, values: Tokens, wanted: Tokens) -> Tokens:
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    made: Tokens = np.where(keys[at] == wanted, values[at], 0)
    return made
