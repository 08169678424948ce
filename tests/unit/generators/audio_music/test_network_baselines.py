"""Tables of runs: chances that sum to one, and that longer runs foresee more."""

from __future__ import annotations

import numpy as np
import pytest

from generators.audio_music.network.baselines import MOST, NGrams
from generators.audio_music.network.tokens import END, vocabulary


def stream(seed: int, count: int = 400) -> np.ndarray:
    """Return a walk of three steps that go round, with a slip now and then, in pieces of twenty."""
    rng = np.random.default_rng(seed)
    made = [10 + (at % 3) if rng.random() > 0.1 else 30 + int(rng.integers(5))
            for at in range(count)]  # fmt: skip
    made[19::20] = [END] * len(made[19::20])
    return np.array(made, np.int64)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_the_chances_of_what_may_follow_sum_to_one(order: int):
    table = NGrams(stream(0), order)
    for seen in (stream(1)[: order - 1], np.full(order - 1, 77)):
        every = [table.losses(np.array([*seen, token]))[-1] for token in range(vocabulary().size)]
        assert np.exp(-np.array(every)).sum() == pytest.approx(1)


def test_pairs_are_counted_as_the_paper_says():
    table = NGrams(np.array([5, 6, 5, 6, 5, 7, END], np.int64), 2)
    # after 5: 6 twice, 7 once; two kinds; alone: 5 three of seven, four kinds
    alone = (2 + 4 / vocabulary().size) / (7 + 4)
    assert np.exp(-table.losses(np.array([5, 6]))[0]) == pytest.approx((2 + 2 * alone) / (3 + 2))


def test_longer_runs_foresee_more_of_what_goes_round():
    training, held_out = stream(0, 4000), stream(1)
    alone, pairs, threes = (NGrams(training, order).loss(held_out) for order in (1, 2, 3))
    assert threes < alone
    assert pairs < alone - 0.3
    assert alone < np.log(vocabulary().size)


@pytest.mark.parametrize("order", [0, MOST + 1])
def test_runs_that_do_not_fit_a_number_are_refused(order: int):
    with pytest.raises(ValueError, match="order"):
        NGrams(stream(0), order)
