"""Pictures in and out: masks, pasting back, pixels from floats.

Opening, fitting and writing are in ``generators._torch.pictures``, for all generators.
Nothing here needs torch. Sizes are pixels, (width, height) as in Pillow.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from generators._torch.pictures import cover_box
from generators.api import InvalidParameter, UserFacingError

BACKDROP = (255, 255, 255)  # where a given picture is transparent
FEATHER = 4.0  # px; how far the edge of a repainted area blends, inwards only


def flatten(picture: Image.Image) -> Image.Image:
    """Return RGB; what is transparent becomes white."""
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    backdrop = Image.new("RGBA", picture.size, (*BACKDROP, 255))
    return Image.alpha_composite(backdrop, picture).convert("RGB")


def mask_of(picture: Image.Image) -> Image.Image:
    """Return a black-and-white mask: white is repainted.

    What is transparent counts as black, so white strokes on a transparent layer are a mask too.
    """
    if picture.mode == "RGBA":
        backdrop = Image.new("RGBA", picture.size, (0, 0, 0, 255))
        picture = Image.alpha_composite(backdrop, picture)
    grey = np.asarray(picture.convert("RGB").convert("L"))
    return Image.fromarray(((grey > 127) * 255).astype(np.uint8))


def fit_mask(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Likewise for a mask, which stays black and white."""
    if mask.size == size:
        return mask
    scaled = mask.resize(size, Image.Resampling.BOX, box=cover_box(mask.size, size))
    return scaled.point([255 if level > 127 else 0 for level in range(256)])


def check_mask(mask: Image.Image) -> None:
    """Refuse a mask that repaints nothing.

    Raises:
        InvalidParameter: The mask is empty.
    """
    if mask.getextrema()[1] == 0:
        raise InvalidParameter(
            "mask", "The mask is empty, so nothing would be repainted.", "Paint it white there."
        )


def paste_back(made: Image.Image, original: Image.Image, mask: Image.Image) -> Image.Image:
    """Put ``made`` into ``original`` where the mask is white; every other pixel stays as it was.

    All three have the same size. The edge blends inwards over ``FEATHER`` pixels.
    """
    soft = np.asarray(mask.filter(ImageFilter.GaussianBlur(FEATHER)), dtype=np.float32) / 255
    hard = np.asarray(mask, dtype=np.float32) / 255
    # at the very edge the blurred mask is one half; a little is painted even there, so that a
    # mask of single pixels does something
    weight = np.clip((soft - 0.5) / 0.45, 0.25, 1.0) * hard
    weight = weight[..., None]
    front = np.asarray(made, dtype=np.float32)
    back = np.asarray(original, dtype=np.float32)
    mixed = front * weight + back * (1 - weight)
    return Image.fromarray((mixed + 0.5).astype(np.uint8))


def to_pictures(values: np.ndarray) -> list[Image.Image]:
    """Turn floats (N, height, width, 3) in 0…1 into pictures.

    Raises:
        UserFacingError: The numbers are not numbers, or every pixel is black.
    """
    if not np.isfinite(values).all():
        raise UserFacingError(
            "The checkpoint produced numbers that are no picture (NaN).",
            "Try again with float32 or bfloat16; if it stays, the file is damaged.",
        )
    if values.max(initial=0.0) <= 0.0:
        raise UserFacingError(
            "The checkpoint produced nothing but black.",
            "Its VAE may overflow in float16 (use float32 or bfloat16), or its own safety "
            "checker blanked the picture.",
        )
    levels = (values * 255).round().clip(0, 255).astype(np.uint8)
    return [Image.fromarray(item) for item in levels]
