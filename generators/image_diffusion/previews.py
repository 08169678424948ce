"""A cheap look at a picture in the making: latents to RGB by a linear map, no VAE pass.

The map is measured once per loaded checkpoint, on the checkpoint's own VAE: small colour patches
are encoded and decoded, and a least-squares fit relates each latent pixel to the mean colour of the
pixels that it stands for. So it holds for any VAE, not only for the few with published factors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from generators._torch.pictures import png_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from generators.image_diffusion.kinds import Component, Pipeline, Tensor

LONGEST_SIDE = 256  # px of a preview
_PATCH = 8  # latent pixels on a side of a calibration patch


class Previewer:
    """Writes previews of one pipeline's latents."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._factors: np.ndarray | None = None

    def prepare(self) -> bool:
        """Measure the linear map if that was not done yet; False when there is no usable VAE."""
        vae = getattr(self._pipeline, "vae", None)
        if self._factors is None and vae is not None and hasattr(vae.config, "latent_channels"):
            self._factors = _measure(vae)
        return self._factors is not None

    def forget(self) -> None:
        """Let go of the pipeline."""
        self._pipeline, self._factors = None, None

    def write(self, latents: Tensor, size: tuple[int, int], path: Path) -> bool:
        """Write the first picture of a batch of ``latents`` as PNG.

        Args:
            latents: Tensor (N, channels, height, width) or packed (N, patches, channels).
            size: (width, height) in pixels that the picture is made at.
            path: Where to write.
        """
        if self._factors is None:
            return False
        grid = self._grid(latents, size)
        if grid is None or grid.shape[-1] + 1 != self._factors.shape[0]:
            return False
        spread = float(grid.std())
        if not np.isfinite(spread):
            return False
        grid = grid / max(1.0, spread)  # schedulers that count in sigmas start far outside
        ones = np.ones((*grid.shape[:2], 1), np.float32)
        colours = np.concatenate([grid, ones], axis=-1) @ self._factors
        picture = Image.fromarray((colours.clip(0, 1) * 255).astype(np.uint8))
        scale = LONGEST_SIDE / max(size)
        shown = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
        path.write_bytes(png_bytes(picture.resize(shown, Image.Resampling.BICUBIC), 1))
        return True

    def _grid(self, latents: Tensor, size: tuple[int, int]) -> np.ndarray | None:
        first = latents[:1]
        unpack = getattr(self._pipeline, "_unpack_latents", None)
        if first.ndim == 3 and unpack is not None:
            first = unpack(first, size[1], size[0], self._pipeline.vae_scale_factor)
        if first.ndim != 4:
            return None
        values: np.ndarray = first[0].float().cpu().numpy()
        return values.transpose(1, 2, 0)


def _measure(vae: Component) -> np.ndarray:
    """Return factors (latent channels + 1, 3): ``[latent, 1] @ factors`` is RGB in 0…1."""
    import torch

    weight = next(vae.parameters())
    factor = 2 ** (len(vae.config.block_out_channels) - 1)
    patches = torch.from_numpy(_patches(_PATCH * factor)).to(weight.device, weight.dtype)
    scaling = float(vae.config.scaling_factor or 1.0)
    shift = float(getattr(vae.config, "shift_factor", None) or 0.0)
    with torch.inference_mode():
        encoded = vae.encode(patches * 2 - 1)
        # variational autoencoders give a distribution, AutoencoderTiny the latents themselves
        inner = encoded.latent_dist.mode() if hasattr(encoded, "latent_dist") else encoded.latents
        noise = torch.Generator().manual_seed(0)
        rough = torch.randn(len(inner), inner.shape[1], 2, 2, generator=noise)
        smooth = torch.nn.functional.interpolate(rough, size=inner.shape[2:], mode="bilinear")
        smooth = (smooth / scaling + shift).to(inner.device, inner.dtype)
        # the colours alone would leave channels that carry texture undetermined
        inner = torch.cat([inner, smooth])
        decoded = vae.decode(inner, return_dict=False)[0]
        pooled = torch.nn.functional.avg_pool2d((decoded / 2 + 0.5).clamp(0, 1), factor)
    seen = ((inner - shift) * scaling).float().permute(0, 2, 3, 1).reshape(-1, inner.shape[1])
    colours = pooled.float().permute(0, 2, 3, 1).reshape(-1, 3).cpu().numpy()
    known = np.concatenate([seen.cpu().numpy(), np.ones((len(seen), 1), np.float32)], axis=1)
    factors: np.ndarray = np.linalg.lstsq(known, colours, rcond=1e-4)[0]
    return factors.astype(np.float32)


def _patches(side: int) -> np.ndarray:
    """Return (14, 3, side, side) in 0…1: two flat colours each, out of three levels a channel."""
    levels = np.array([0.08, 0.5, 0.92], np.float32)
    colours = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(-1, 3)
    left, right = colours[:14], colours[::-1][:14]
    patches = np.empty((14, 3, side, side), np.float32)
    patches[..., : side // 2] = left[:, :, None, None]
    patches[..., side // 2 :] = right[:, :, None, None]
    return patches
