"""What a pipeline needs of memory: its weights, and the largest pass over a picture.

The largest pass is the VAE's decoding at full size; the denoiser works on an area 64 times smaller.
Measured with ``tests/benchmarks/activations.py`` (random weights in the published shapes, CPU,
torch 2.13, peak resident memory over what the weights hold). Stable Diffusion 1.5 and XL have VAEs
of the same shape (128, 256, 512, 512 channels):

| side | float32 | this model | bfloat16 | this model |
|---|---|---|---|---|
| 256 px | 370 MB | 372 MB | 197 MB | 267 MB |
| 512 px | 1029 MB | 1159 MB | 692 MB | 739 MB |
| 768 px | 2430 MB | 2469 MB | 1281 MB | 1526 MB |
| 1024 px | 4147 MB | 4304 MB | not measured | 2627 MB |
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from generators import _torch
from generators.image_diffusion.ladder import OFFLOADED, TILED, batch_size
from generators.image_diffusion.single_file import UNET_PREFIX
from generators.image_diffusion.sizes import MAX_AREA

if TYPE_CHECKING:
    from generators.api import Request

FIXED_BYTES = 110_000_000  # thread pools and workspaces of the convolution library
PIXEL_BYTES = {4: 4000, 2: 2400}  # by the bytes of a number
WEIGHTS_FACTOR = 1.05  # buffers, and what a load holds for a moment
PICTURE_BYTES = (
    48  # of a pixel decoded in tiles: 3 numbers of 32 bits as tile, row, whole and array
)


def estimate(request: Request, level: int, *, item_bytes: int) -> int:
    """Return the bytes that loading and running a request need at a memory level; 0 is unknown.

    From the headers of the weights and the picture's area. In tiles the largest pass is that of
    one, which is as large as the pictures that a VAE was trained on; offloaded, only the largest
    component of the weights is on the device.
    """
    checkpoint = request.checkpoint
    if checkpoint is None or not checkpoint.path:
        return 0
    own = _own_numbers(Path(checkpoint.path), largest=level >= OFFLOADED)
    paths = [item.path for item in request.adapters if item.path]
    numbers = own + sum(_torch.weight_numbers(Path(path)) for path in paths)
    native = int(checkpoint.details.get("native_size") or 512)
    width = int(request.params.get("width") or native)
    height = int(request.params.get("height") or native)
    pixels = min(width * height, int(MAX_AREA * native * native))  # larger ones are scaled up
    if level >= TILED:
        weights = footprint(numbers, min(pixels, native * native), item_bytes=item_bytes)
        return weights + pixels * PICTURE_BYTES
    count = batch_size(level, int(request.params.get("num_images_per_prompt") or 1))
    return footprint(numbers, pixels * count, item_bytes=item_bytes)


def _own_numbers(path: Path, *, largest: bool) -> int:
    """Return the numbers of a checkpoint's weights, or of its largest component."""
    if not largest:
        return _torch.weight_numbers(path)
    if path.is_file():
        unet = _torch.weight_numbers(path, UNET_PREFIX)
        return max(unet, _torch.weight_numbers(path) - unet)
    return max(_torch.numbers_by_part(path).values(), default=0)


def footprint(numbers: int, pixels: int, *, item_bytes: int) -> int:
    """Return the bytes that loading and running need.

    Args:
        numbers: Of all weights, LoRAs included.
        pixels: Of all pictures that are made at once.
        item_bytes: Of a number in the format that is computed in.
    """
    return int(numbers * item_bytes * WEIGHTS_FACTOR) + pass_bytes(pixels, item_bytes=item_bytes)


def pass_bytes(pixels: int, *, item_bytes: int) -> int:
    """Return the bytes of the largest pass alone."""
    return FIXED_BYTES + pixels * PIXEL_BYTES[item_bytes]
