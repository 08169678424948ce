"""What judges the upscaler while it is trained, and the losses."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.parametrizations import spectral_norm


class Judge(nn.Module):
    """A small U-Net with spectral norm that says of every second pixel how real it looks.

    After the discriminator of Real-ESRGAN (arXiv:2107.10833), with pixels folded 2×2 first so that
    it costs about as much as what it judges.
    """

    def __init__(self, features: int = 32) -> None:
        super().__init__()
        wide, wider = features * 3 // 2, features * 2
        self.first = nn.Conv2d(12, features, 3, 1, 1)
        self.down1 = spectral_norm(nn.Conv2d(features, wide, 4, 2, 1, bias=False))
        self.down2 = spectral_norm(nn.Conv2d(wide, wider, 4, 2, 1, bias=False))
        self.up1 = spectral_norm(nn.Conv2d(wider, wide, 3, 1, 1, bias=False))
        self.up2 = spectral_norm(nn.Conv2d(wide, features, 3, 1, 1, bias=False))
        self.last = nn.Conv2d(features, 1, 3, 1, 1)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        """Return a score per folded pixel; higher is more real."""
        first = functional.leaky_relu(self.first(functional.pixel_unshuffle(picture, 2)), 0.2)
        half = functional.leaky_relu(self.down1(first), 0.2)
        quarter = functional.leaky_relu(self.down2(half), 0.2)
        back = functional.leaky_relu(self.up1(_larger(quarter)), 0.2) + half
        back = functional.leaky_relu(self.up2(_larger(back)), 0.2) + first
        answer: torch.Tensor = self.last(back)
        return answer


def judge_loss(real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """Return the relativistic hinge loss of the judge: real must look more real than made."""
    apart_real = real - made.mean()
    apart_made = made - real.mean()
    return (functional.relu(1 - apart_real).mean() + functional.relu(1 + apart_made).mean()) / 2


def maker_loss(real: torch.Tensor, made: torch.Tensor) -> torch.Tensor:
    """Return the other side of ``judge_loss``."""
    return judge_loss(made, real)


def slopes(picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the steps to the right and downwards."""
    return picture[..., :, 1:] - picture[..., :, :-1], picture[..., 1:, :] - picture[..., :-1, :]


def edge_loss(made: torch.Tensor, real: torch.Tensor) -> torch.Tensor:
    """Return how far the slopes are apart: a soft edge costs, and so does a halo beside it."""
    pairs = zip(slopes(made), slopes(real), strict=True)
    return torch.stack([(one - other).abs().mean() for one, other in pairs]).sum()


def sharpness(picture: torch.Tensor) -> torch.Tensor:
    """Return the mean length of the slope over (N, 3, height, width): the bar's own measure."""
    right, down = slopes(picture)
    return torch.sqrt(right[..., :-1, :] ** 2 + down[..., :, :-1] ** 2 + 1e-12).mean()


def psnr(made: torch.Tensor, real: torch.Tensor) -> float:
    """Return the peak signal to noise ratio in dB, of pictures in 0…1."""
    return float(-10 * torch.log10(((made.clamp(0, 1) - real) ** 2).mean() + 1e-12))


def _larger(seen: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(seen, scale_factor=2, mode="nearest")
