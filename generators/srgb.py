"""Colours of pictures from files: brought to sRGB, which everything here is made and shown in.

Shared by generators and the app; needs Pillow alone.
"""

from __future__ import annotations

import io

from PIL import Image, ImageCms


def in_srgb(picture: Image.Image) -> Image.Image:
    """Return a picture's colours in sRGB, and without the profile that said where they were.

    A picture without a profile, or of more than 8 bits, is returned as it is.
    """
    profile = picture.info.pop("icc_profile", None)
    if not profile or is_deep(picture):
        return picture
    outline = picture.convert("RGBA").getchannel("A") if has_alpha(picture) else None
    if picture.mode in ("L", "LA"):
        colours = picture.convert("L")
    elif picture.mode in ("CMYK", "LAB"):
        colours = picture
    else:
        colours = picture.convert("RGBA").convert("RGB")
    try:
        made = ImageCms.profileToProfile(
            colours,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):  # damaged, or of other colours: the numbers as they are
        return picture
    if made is None:
        return picture
    if outline is not None:
        made.putalpha(outline)
    return made


def is_deep(picture: Image.Image) -> bool:
    """Tell whether a picture has more than 8 bits a channel."""
    return picture.mode.startswith("I") or picture.mode == "F"


def has_alpha(picture: Image.Image) -> bool:
    """Tell whether a picture says how transparent it is."""
    return picture.getbands()[-1] in ("A", "a") or "transparency" in picture.info
