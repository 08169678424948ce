"""The optimiser of the trainings: who is changed how, and that it can be taken up."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from generators._torch.optimiser import Mixed
from generators.image_diffusion.starter.training import set_rate


class Small(nn.Module):
    """A convolution inside, and one at the edge."""

    def __init__(self):
        super().__init__()
        self.conv_in = nn.Conv2d(4, 8, 3)
        self.inner = nn.Conv2d(8, 8, 3)
        self.shortcut = nn.Conv2d(8, 16, 1)

    def forward(self, values):
        return self.shortcut(self.inner(self.conv_in(values)))


def parts(memory=torch.contiguous_format):
    torch.manual_seed(0)
    inner, outer = Small().to(memory_format=memory), nn.Linear(16, 5)
    return inner, outer, Mixed(inner, outer, 0.25)


def step(inner, outer, optimiser, seed=1):
    values = torch.randn(3, 4, 9, 9, generator=torch.Generator().manual_seed(seed))
    optimiser.zero_grad()
    outer(inner(values).mean((2, 3))).pow(2).sum().backward()
    set_rate(optimiser, 0.01)
    optimiser.step()


def weights(*modules):
    return {
        f"{number} {name}": value.detach().clone()
        for number, module in enumerate(modules)
        for name, value in module.state_dict().items()
    }


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_matrices_inside_take_orthogonal_steps(memory):
    inner, outer, optimiser = parts(memory)
    before = weights(inner, outer)
    for weight in inner.parameters():
        weight.grad = torch.randn_like(weight)
    set_rate(optimiser, 0.01)
    optimiser.step()
    after = weights(inner, outer)
    for name, rows, columns in (("inner", 8, 72), ("shortcut", 16, 8)):
        key = f"0 {name}.weight"
        moved = (after[key] - before[key]).flatten(1) / (0.01 * 0.2 * max(rows, columns) ** 0.5)
        values = torch.linalg.svdvals(moved)
        assert values.min() > 0.3, name
        assert values.max() < 1.4, name


def test_edges_and_vectors_move_as_adamw_moves_them():
    inner, outer, optimiser = parts()
    before = weights(inner, outer)
    step(inner, outer, optimiser)
    after = weights(inner, outer)
    for key, rate in (("0 conv_in.weight", 0.01), ("0 inner.bias", 0.01), ("1 weight", 0.0025)):
        moved = after[key] - before[key] * (1 - rate * 0.01)
        assert torch.allclose(moved.abs(), torch.full_like(moved, rate), rtol=1e-2), key


def test_one_network_alone_with_edges_of_its_own():
    inner = Small()
    before = weights(inner)
    optimiser = Mixed(inner, edges=("shortcut",))
    assert len(optimiser.param_groups) == 2
    for weight in inner.parameters():
        weight.grad = torch.randn_like(weight)
    set_rate(optimiser, 0.01)
    optimiser.step()
    moved = {key: value - before[key] * (1 - 0.01 * 0.01) for key, value in weights(inner).items()}
    by_adamw = {
        key
        for key, values in moved.items()
        if torch.allclose(values.abs(), torch.full_like(values, 0.01), rtol=1e-2)
    }
    assert by_adamw == {key for key in moved if "bias" in key or "shortcut" in key}


def test_how_weights_lie_in_memory_changes_nothing():
    plain, last = parts(), parts(torch.channels_last)
    step(*plain)
    step(*last)
    for one, other in zip(weights(*plain[:2]).values(), weights(*last[:2]).values(), strict=True):
        assert torch.allclose(one, other, atol=2e-4)


def test_a_state_that_is_taken_up_goes_on_as_if_never_stopped():
    inner, outer, optimiser = parts()
    step(inner, outer, optimiser)
    kept, state = weights(inner, outer), copy.deepcopy(optimiser.state_dict())
    step(inner, outer, optimiser, seed=2)
    other_inner, other_outer, other = parts()
    for number, module in enumerate((other_inner, other_outer)):
        module.load_state_dict(
            {k.split(" ")[1]: v for k, v in kept.items() if k.startswith(str(number))}
        )
    other.load_state_dict(state)
    step(other_inner, other_outer, other, seed=2)
    taken = weights(other_inner, other_outer)
    assert all(torch.equal(value, taken[key]) for key, value in weights(inner, outer).items())


def test_weights_that_cannot_be_seen_as_a_matrix_are_refused():
    inner = Small()
    inner.inner.weight = nn.Parameter(torch.randn(9, 3, 8, 8).permute(3, 2, 0, 1)[:, :, ::2, ::2])
    with pytest.raises(ValueError, match="contiguous"):
        Mixed(inner, nn.Linear(16, 5), 1.0)
