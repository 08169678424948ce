"""What the starter's training minimises: where it looks, at what noise, what words must tell."""

from __future__ import annotations

import numpy as np
import torch

from generators.image_diffusion.starter.first_words import Pace, learn_words
from generators.image_diffusion.starter.objective import (
    NAMES,
    Told,
    draw_times,
    numbers_of,
    weighed,
)
from generators.image_diffusion.starter.renders import CELL, cells, draw_shard
from generators.image_diffusion.starter.subjects import SUBJECTS
from generators.image_diffusion.starter.wishes import draw_wish


def test_every_level_is_drawn_and_those_near_noise_more_often():
    times = draw_times(40_000, np.random.default_rng(0)).numpy()
    assert (times.min(), times.max()) == (0, 999)
    tenths = np.histogram(times, bins=10, range=(0, 1000))[0] / len(times)
    assert tenths.min() > 0.03
    assert tenths[8:].min() > 1.3 * tenths[:8].max() > 0


def test_for_parts_most_levels_are_of_the_middle_and_none_is_left_out():
    times = draw_times(40_000, np.random.default_rng(0), parts=True).numpy()
    assert (times.min(), times.max()) == (0, 999)
    tenths = np.histogram(times, bins=10, range=(0, 1000))[0] / len(times)
    assert tenths.min() > 0.02
    assert tenths[3:8].sum() > 0.6


def test_errors_at_the_subject_count_more_and_the_scale_stays():
    coverage = torch.zeros(2, 8, 8, dtype=torch.uint8)
    coverage[:, 2:4, 2:4] = 255
    even = torch.ones(2, 4, 8, 8)
    assert torch.isclose(weighed(even, coverage), torch.tensor(1.0))
    at_it, apart = torch.zeros(2, 4, 8, 8), torch.zeros(2, 4, 8, 8)
    at_it[:, :, 1:5, 1:5] = 1  # with the cells around it: its outline
    apart[:, :, 4:, 4:] = 1
    apart[:, :, 4, 4] = 0
    per_cell = weighed(at_it, coverage) / 16
    assert torch.isclose(per_cell, 4 * weighed(apart, coverage) / 15)


def test_a_shard_says_which_cells_the_subject_takes(tmp_path):
    with np.load(draw_shard(tmp_path, 3, 4)) as drawn:
        pixels, coverage = drawn["pixels"], drawn["coverage"]
    assert coverage.shape == (4, pixels.shape[1] // CELL, pixels.shape[2] // CELL)
    assert all(0.02 < taken.mean() / 255 < 0.8 for taken in coverage)
    half = np.zeros((CELL, 2 * CELL), np.float32)
    half[: CELL // 2, :CELL] = 1
    assert cells(half).tolist() == [[128, 0]]


def test_a_wish_is_numbers_and_back():
    rng = np.random.default_rng(4)
    wishes = [draw_wish(rng) for _ in range(40)]
    for wish, row in zip(wishes, numbers_of(wishes), strict=True):
        named = {field: NAMES[field][n] for field, n in zip(NAMES, row, strict=True)}
        assert named == wish.to_json()


def test_words_that_tell_the_wish_lower_the_loss():
    rng = np.random.default_rng(1)
    wishes = [draw_wish(rng) for _ in range(24)]
    torch.manual_seed(0)
    pooled, told = torch.randn(24, 64), Told(64)
    numbers = torch.from_numpy(numbers_of(wishes)).long()
    optimiser = torch.optim.AdamW(told.parameters(), 0.03)
    first = told.loss(pooled, numbers)
    for _ in range(80):
        optimiser.zero_grad()
        told.loss(pooled, numbers).backward()
        optimiser.step()
    assert told.loss(pooled, numbers) < 0.1 * first
    assert told.loss(pooled, numbers.roll(-1, 0)) > first  # and not without looking


def test_captions_alone_teach_words_before_pictures_do():
    torch.manual_seed(0)
    width, told = 48, Told(48)
    subjects = list(SUBJECTS)
    table = torch.nn.Embedding(len(subjects), width)
    heard = []

    def ids_of(wishes, _rng):
        heard.append(len(wishes))
        return torch.tensor([subjects.index(wish.subject) for wish in wishes])

    first = learn_words(table, (table,), told, ids_of, Pace(1, 8))
    last = learn_words(table, (table,), told, ids_of, Pace(100, 24, 0.03))
    assert last < first - 0.3  # of 0.85: the subject's part, weighed; all else stays unknown
    assert heard == [8] + 100 * [24]
