"""Pictures in and out, for every generator: opening what a person gives, fitting, writing PNG.

Nothing here needs torch. Sizes are pixels, (width, height) as in Pillow.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from generators.api import UserFacingError
from generators.srgb import has_alpha, in_srgb, is_deep

if TYPE_CHECKING:
    from pathlib import Path

#: A larger picture is refused before it is unpacked: 100 megapixels are 300 MB of RGB.
MAX_PIXELS = 100_000_000
_ON_THEIR_SIDE = (5, 6, 7, 8)  # of Exif's orientations


class PictureError(UserFacingError):
    """The picture cannot be used."""


def open_picture(path: Path, what: str = "The picture") -> Image.Image:
    """Open a picture upright, as 8-bit RGB or RGBA in sRGB.

    Raises:
        PictureError: It is missing, no picture, damaged, or too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                _check_size(picture, what)
                picture.load()
                return _eight_bit(in_srgb(ImageOps.exif_transpose(picture)))
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


def picture_size(path: Path) -> tuple[int, int] | None:
    """Return a picture's upright size from its header alone; None where that cannot be told."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as picture:
                turned = picture.getexif().get(ExifTags.Base.Orientation, 1) in _ON_THEIR_SIDE
                return picture.size[::-1] if turned else picture.size
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError):
        return None


def _check_size(picture: Image.Image, what: str) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{what} has {width}×{height} pixels, more than {MAX_PIXELS // 1_000_000} megapixels.",
            "Scale it down first.",
        )


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Bring any mode (16-bit grey, palette, CMYK, floats) to RGB or RGBA, without clipping."""
    if is_deep(picture):
        values = np.nan_to_num(np.asarray(picture).astype(np.float64))
        grey = np.clip(values / _white(picture.mode, values) * 255.0 + 0.5, 0, 255)
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    made = picture.convert("RGBA" if has_alpha(picture) else "RGB")
    made.info.pop("icc_profile", None)  # that of sRGB, which both conversions may put there
    return made


def _white(mode: str, values: np.ndarray) -> float:
    """Return which value is white; floats and 32-bit numbers are of no one convention."""
    brightest = values.max(initial=0)
    if mode == "F" and brightest <= 1:
        return 1.0
    return 65535.0 if mode.startswith("I;") or brightest > 255 else 255.0


def cover_box(
    source: tuple[int, int], target: tuple[int, int]
) -> tuple[float, float, float, float]:
    """Return the centred crop of ``source`` that has the aspect of ``target``.

    Both are (width, height) in pixels; the answer is (left, top, right, bottom) in source pixels.
    """
    (width, height), (wide, high) = source, target
    scale = min(width / wide, height / high)
    crop_width, crop_height = min(wide * scale, width), min(high * scale, height)
    left, top = (width - crop_width) / 2, (height - crop_height) / 2
    return (left, top, left + crop_width, top + crop_height)


def fit(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Scale and crop (centred, never stretched) to exactly ``size``."""
    if picture.size == size:
        return picture
    box = cover_box(picture.size, size)
    return picture.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def png_bytes(picture: Image.Image, compress_level: int = 4) -> bytes:
    """Return a PNG file."""
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=compress_level)
    return buffer.getvalue()
