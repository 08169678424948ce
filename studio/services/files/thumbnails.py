"""Small pictures of assets: images by Pillow, sound as its waveform. Heavy libraries load late.

Everything here is a plain function of paths and may be called from any thread; two threads that
make the same picture write the same file, each by a rename.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.api import UserFacingError
from studio.services.files.probe import IMAGE_FORMATS, check_pixels, damaged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    from studio.core.asset import Asset
    from studio.core.paths import LibraryPaths

_WAVE = (91, 141, 239)  # reads on dark and on light ground; the ground itself is transparent
_QUALITY = 82
_BLOCK_FRAMES = 1 << 16


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A picture, or the reason why there is none.

    Attributes:
        path: Of the WebP file; None when it could not be made.
        failure: A sentence for the tooltip; empty when it worked.
    """

    path: Path | None
    failure: str = ""


def thumbnail_path(paths: LibraryPaths, asset: Asset, size: int) -> Path:
    """Return where the thumbnail of an asset lies, or will lie once it is made."""
    return paths.thumbnails / f"{asset.sha256}_{size}.webp"


def make_thumbnail(paths: LibraryPaths, asset: Asset, source: Path, size: int) -> Thumbnail:
    """Return the thumbnail, making it when it is not there; never raises for a bad file.

    Args:
        paths: Of the library.
        asset: An image or a sound; others have no picture.
        source: The asset's file, as ``AssetStore.file`` gives it.
        size: Of the longer side, in pixels.
    """
    place = thumbnail_path(paths, asset, size)
    if place.exists():
        return Thumbnail(place)
    try:
        if asset.modality == "image":
            picture = _shrunk(source, size)
        elif asset.modality == "audio":
            picture = waveform(waveform_peaks(source, size), size // 2)
        else:
            return Thumbnail(None, "There is no picture of this kind of asset.")
        _write(picture, place)
    except UserFacingError as error:
        return Thumbnail(None, str(error))
    except OSError as error:
        return Thumbnail(None, f"No picture could be made. {error.strerror or error}")
    return Thumbnail(place)


def forget_thumbnails(paths: LibraryPaths, sha256s: Iterable[str]) -> None:
    """Delete the thumbnails of files that are gone from the library."""
    for sha256 in sha256s:
        for place in paths.thumbnails.glob(f"{sha256}_*.webp"):
            place.unlink(missing_ok=True)


def waveform_peaks(source: Path, columns: int) -> NDArray[np.float32]:
    """Return lowest and highest sample of each of ``columns`` stretches of a sound.

    Returns:
        Shape (columns, 2), from -1 to 1; channels are taken together. The file is read in blocks.

    Raises:
        UnusableFile: It cannot be decoded, or is empty.
    """
    import numpy as np
    import soundfile

    peaks = np.zeros((columns, 2), np.float32)
    try:
        with soundfile.SoundFile(source) as file:
            total, at = max(1, file.frames), 0
            for block in file.blocks(_BLOCK_FRAMES, dtype="float32", always_2d=True):
                where = (np.arange(at, at + len(block)) * columns // total).clip(0, columns - 1)
                first = np.flatnonzero(np.diff(where, prepend=-1))
                bins = where[first]
                lowest = np.minimum.reduceat(block.min(axis=1), first)
                highest = np.maximum.reduceat(block.max(axis=1), first)
                peaks[bins, 0] = np.minimum(peaks[bins, 0], lowest)
                peaks[bins, 1] = np.maximum(peaks[bins, 1], highest)
                at += len(block)
    except (soundfile.LibsndfileError, RuntimeError, ValueError) as error:
        raise damaged(source.name, error) from error
    return np.nan_to_num(peaks, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1.0, 1.0)


def waveform(peaks: NDArray[np.float32], height: int) -> Picture:
    """Return a picture of ``waveform_peaks``: one column a stretch, transparent ground."""
    import numpy as np
    from PIL import Image

    loudest = max(float(np.abs(peaks).max(initial=0.0)), 1e-3)
    middle = (height - 1) / 2
    rows = np.arange(height)[:, None]
    top = middle - peaks[:, 1] / loudest * middle * 0.95 - 0.5
    bottom = middle - peaks[:, 0] / loudest * middle * 0.95 + 0.5
    pixels = np.zeros((height, len(peaks), 4), np.uint8)
    pixels[..., :3] = _WAVE
    pixels[..., 3] = np.where((rows >= top) & (rows <= bottom), 255, 0)
    return Image.fromarray(pixels)


def _shrunk(source: Path, size: int) -> Picture:
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(source, formats=IMAGE_FORMATS) as image:
            check_pixels(image.size, source.name)
            image.draft("RGB", (size * 2, size * 2))
            turned = ImageOps.exif_transpose(image)
            mode = "RGBA" if turned.has_transparency_data else "RGB"
            picture = turned.convert(mode)
            picture.thumbnail((size, size), Image.Resampling.LANCZOS, reducing_gap=2.0)
            return picture
    except FileNotFoundError:
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise damaged(source.name, error) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise damaged(source.name, error) from error


def _write(picture: Picture, place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = place.with_name(f".{secrets.token_hex(8)}.part")
    try:
        picture.save(temporary, format="WEBP", quality=_QUALITY, method=2)
        temporary.replace(place)
    finally:
        temporary.unlink(missing_ok=True)
