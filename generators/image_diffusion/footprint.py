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

FIXED_BYTES = 110_000_000  # thread pools and workspaces of the convolution library
PIXEL_BYTES = {4: 4000, 2: 2400}  # by the bytes of a number
WEIGHTS_FACTOR = 1.05  # buffers, and what a load holds for a moment


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
