"""A U-Net for twice the pixels begins with what a smaller one has learnt."""

from __future__ import annotations

import math

import pytest
import torch

from generators.image_diffusion.starter.growing import grow
from generators.image_diffusion.starter.networks import new_scheduler, new_unet

SMALL, LARGE = (32, 32, 64), (64, 32, 32, 64)
SIGNAL = new_scheduler().alphas_cumprod


@pytest.fixture(scope="module")
def smaller():
    torch.manual_seed(1)
    made = new_unet(SMALL)
    slow = torch.exp(-torch.arange(16) * math.log(10_000) / 16)  # of the times' sinusoids
    with torch.no_grad():  # what is learnt of times changes slowly
        made.time_embedding.linear_1.weight /= 1 + 100 * torch.cat([slow, slow])
    return made


@pytest.fixture(scope="module")
def larger(smaller):
    """The grown network and the names of what it kept."""
    torch.manual_seed(2)
    made = new_unet(LARGE)
    return made, grow(smaller.state_dict(), made, SIGNAL)


def test_the_coarse_levels_are_kept(smaller, larger):
    old, new = smaller.state_dict(), larger[0].state_dict()
    for there, here in (
        ("down_blocks.1", "down_blocks.2"),
        ("down_blocks.2", "down_blocks.3"),
        ("mid_block", "mid_block"),
        ("up_blocks.0", "up_blocks.0"),
        ("up_blocks.1", "up_blocks.1"),
        ("add_embedding", "add_embedding"),
        ("time_embedding.linear_2", "time_embedding.linear_2"),
    ):
        parts = [name for name in old if name.startswith(f"{there}.")]
        assert parts
        for name in parts:
            moved = name.replace(there, here)
            assert moved in larger[1]
            assert torch.equal(new[moved], old[name]), name


def test_a_seam_keeps_what_both_have(smaller, larger):
    name = "up_blocks.2.resnets.1.conv1.weight"
    old, new = smaller.state_dict()[name], larger[0].state_dict()[name]
    assert new.shape[1] == 96
    assert old.shape[1] == 64
    assert torch.equal(new[:, :64], old)
    assert name not in larger[1]
    assert not any(name.startswith("conv_") for name in larger[1])


@pytest.mark.parametrize("width", [32, 64])
def test_a_time_is_told_as_the_one_at_which_the_mean_of_four_cells_is_as_noisy(smaller, width):
    torch.manual_seed(2)
    larger = new_unet((width, *SMALL))
    grow(smaller.state_dict(), larger, SIGNAL)

    def told(unet, time):
        return unet.time_embedding.linear_1(unet.time_proj(torch.tensor([time]).float()))[0]

    strength = ((1 - SIGNAL) / SIGNAL).sqrt()  # of the noise, beside the picture's
    for time in (400, 600, 800):
        earlier = int((strength - strength[time] / 2).abs().argmin())
        assert earlier < time - 20
        near = torch.dist(told(larger, time), told(smaller, earlier))
        far = torch.dist(told(larger, time), told(smaller, time))
        assert near < 0.5 * far


def test_only_the_next_larger_one_can_grow(smaller):
    with pytest.raises(ValueError, match="one level more"):
        grow(smaller.state_dict(), new_unet(SMALL), SIGNAL)
