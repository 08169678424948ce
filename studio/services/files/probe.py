"""What a file from outside really is: decoded whole, so that nothing broken enters the library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.api import UserFacingError
from studio.services.files.embed import TEXTS, plain_text
from studio.services.files.sniff import sniff

if TYPE_CHECKING:
    from pathlib import Path

MAX_PIXELS = 80_000_000  # below Pillow's own warning; 320 MB decoded
MAX_BYTES = {"image": 200_000_000, "audio": 1_000_000_000, "text": 2_000_000}
MAX_SECONDS = 4 * 3600.0
IMAGE_FORMATS = ("PNG", "JPEG", "WEBP")
_BLOCK_FRAMES = 1 << 16
_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap the sides


class UnusableFile(UserFacingError):
    """The file is damaged, too large, or of a kind that Brandloom does not know."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found.

    Attributes:
        width, height: As the picture is shown, 0 for others.
        duration: Seconds, 0.0 for others.
        text: Of a text file, without a recipe in it.
    """

    media_type: str
    modality: str
    bytes: int
    width: int = 0
    height: int = 0
    duration: float = 0.0
    text: str = ""


def probe(path: Path, name: str = "") -> Facts:
    """Look at a file by its content and decode it whole.

    Args:
        path: The file.
        name: What messages call it; its own name when not given.

    Raises:
        UnusableFile: The message says what is wrong with it.
        OSError: It cannot be read.
    """
    name = name or path.name
    size = path.stat().st_size
    if size == 0:
        raise UnusableFile(f"{name} is empty.")
    media_type = sniff(path)
    modality = "text" if media_type in TEXTS else media_type.partition("/")[0]
    if modality not in MAX_BYTES:
        raise UnusableFile(
            f"{name} is not a kind of file that the library keeps.",
            "It takes pictures (PNG, JPEG, WebP), sound (WAV, FLAC, MP3, OGG) and UTF-8 text.",
        )
    if size > MAX_BYTES[modality]:
        raise UnusableFile(
            f"{name} has {size / 1e6:,.0f} MB; the most for {modality} is "
            f"{MAX_BYTES[modality] / 1e6:,.0f} MB."
        )
    if modality == "image":
        width, height = _image(path, name)
        return Facts(media_type, modality, size, width, height)
    if modality == "audio":
        return Facts(media_type, modality, size, duration=_audio(path, name))
    return Facts(media_type, modality, size, text=plain_text(path, media_type))


def damaged(name: str, error: Exception) -> UnusableFile:
    """Return the error for a file that cannot be decoded."""
    return UnusableFile(f"{name} is damaged.", str(error)[:200])


def _image(path: Path, name: str) -> tuple[int, int]:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=IMAGE_FORMATS) as image:
            check_pixels(image.size, name)
            orientation = image.getexif().get(0x0112, 1)
            image.load()
            width, height = image.size
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as error:
        raise damaged(name, error) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(name) from error
    return (height, width) if orientation in _TURNED else (width, height)


def check_pixels(size: tuple[int, int], name: str) -> None:
    """Refuse a picture that would take too much memory, before it is decoded.

    Raises:
        UnusableFile: It has more than ``MAX_PIXELS``.
    """
    if size[0] * size[1] > MAX_PIXELS:
        raise _too_many_pixels(name)


def _too_many_pixels(name: str) -> UnusableFile:
    return UnusableFile(
        f"{name} has more than {MAX_PIXELS // 1_000_000} million pixels.",
        "Make it smaller, then import it again.",
    )


def _audio(path: Path, name: str) -> float:
    import numpy as np
    import soundfile

    frames = 0
    try:
        with soundfile.SoundFile(path) as file:
            limit = int(MAX_SECONDS * file.samplerate)
            buffer = np.empty((_BLOCK_FRAMES, file.channels), np.float32)
            while block := len(file.read(out=buffer)):
                frames += block
                if frames > limit:
                    raise UnusableFile(f"{name} is longer than {MAX_SECONDS / 3600:g} hours.")
            declared, rate = file.frames, file.samplerate
    except (soundfile.LibsndfileError, RuntimeError, MemoryError, ValueError) as error:
        raise damaged(name, error) from error
    if frames == 0 or (frames < declared and path.suffix.lower() != ".mp3"):
        raise UnusableFile(f"{name} is damaged.", "Its sound ends earlier than it says.")
    return frames / float(rate)
