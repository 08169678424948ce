"""Pictures in and out: opening what a person gives, fitting, pasting back, writing PNG.

Nothing here needs torch. Sizes are pixels, (width, height) as in Pillow.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from generators.api import InvalidParameter, UserFacingError
from generators.image_diffusion.sizes import cover_box

if TYPE_CHECKING:
    from pathlib import Path

#: A larger picture is refused before it is unpacked: 100 megapixels are 300 MB of RGB.
MAX_PIXELS = 100_000_000
BACKDROP = (255, 255, 255)  # where a given picture is transparent
FEATHER = 4.0  # px; how far the edge of a repainted area blends, inwards only


class PictureError(UserFacingError):
    """The picture cannot be used."""


def open_picture(path: Path, what: str = "The picture") -> Image.Image:
    """Open a picture upright, as 8-bit RGB or RGBA.

    Raises:
        PictureError: It is missing, no picture, damaged, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                _check_size(picture, what)
                picture.load()
                return _eight_bit(ImageOps.exif_transpose(picture))
    except (FileNotFoundError, IsADirectoryError) as error:
        raise PictureError(f"{what} is not there: {path.name}.") from error
    except Image.DecompressionBombError as error:
        raise PictureError(f"{what} {path.name} is too large.", "Scale it down first.") from error
    except UnidentifiedImageError as error:
        raise PictureError(
            f"{what} {path.name} is not a picture that can be read.", "Use PNG, JPEG or WebP."
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError) as error:
        raise PictureError(f"{what} {path.name} is damaged: {error}.") from error


def _check_size(picture: Image.Image, what: str) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{what} has {width}×{height} pixels, more than {MAX_PIXELS // 1_000_000} megapixels.",
            "Scale it down first.",
        )


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Bring any mode (16-bit grey, palette, CMYK, floats) to RGB or RGBA, without clipping."""
    if picture.mode.startswith("I") or picture.mode == "F":
        values = np.asarray(picture).astype(np.float64)
        top = 65535.0 if values.max(initial=0) > 255 else 255.0
        grey = np.clip(values / top * 255.0 + 0.5, 0, 255).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    has_alpha = "A" in picture.getbands() or "transparency" in picture.info
    return picture.convert("RGBA" if has_alpha else "RGB")


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


def fit(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale and crop (centred, never stretched) to exactly ``size``."""
    if picture.size == size:
        return picture
    box = cover_box(picture.size, size)
    return picture.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


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


def png_bytes(picture: Image.Image, compress_level: int = 4) -> bytes:
    """Return a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=compress_level)
    return buffer.getvalue()
