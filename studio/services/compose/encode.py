"""Writes a composed picture as JPEG or PNG within a placement's file size."""

from __future__ import annotations

import io
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from studio.core.errors import UserFacingError
from studio.services.compose import paint
from studio.services.compose.canvas import PictureError, open_picture
from studio.services.compose.colour import rgb, share_seen
from studio.services.compose.composer import Composed

if TYPE_CHECKING:
    from studio.core.brand import Brand
    from studio.core.campaign import ImageSpec
    from studio.services.compose.colour import Rgb

#: Left free for the AI mark (XMP), which is added after encoding.
MARK_BYTES = 12_000
QUALITIES = (93, 90, 86, 82, 77, 72, 66, 60, 52, 44)


class TooLarge(UserFacingError):
    """The picture cannot be made small enough for this placement."""


def encode(image: Image.Image, spec: ImageSpec) -> tuple[bytes, str]:
    """Return the file's bytes and media type, within ``spec.max_kb``.

    Raises:
        TooLarge: Not even at the lowest quality that is worth showing.
    """
    limit = spec.max_kb * 1024 - MARK_BYTES
    for kind in spec.formats:
        for quality in QUALITIES if kind == "jpeg" else (0,):
            data = _bytes(image, kind, quality)
            if len(data) <= limit:
                return data, f"image/{kind}"
    raise TooLarge(
        f"The picture does not fit into {spec.max_kb} KB at {spec.size}.", "Use a calmer picture."
    )


def _bytes(image: Image.Image, kind: str, quality: int) -> bytes:
    buffer = io.BytesIO()
    if kind == "png":
        image.save(buffer, "PNG", optimize=True)
    else:
        # Text has hard coloured edges: no chroma subsampling while the quality is high.
        chroma = 0 if quality >= 82 else 2
        options = {"quality": quality, "subsampling": chroma, "optimize": True}
        image.convert("RGB").save(buffer, "JPEG", progressive=True, **options)
    return buffer.getvalue()


def compose_logo(spec: ImageSpec, brand: Brand) -> Composed:
    """Return the logo alone, centred on the first of the brand's colours that it stands out from.

    Raises:
        PictureError: There is no logo, or it cannot be read.
    """
    if not brand.logo:
        raise PictureError("The brand has no logo.", "Add brand.logo to the brief.")
    path, logo, ground = _logo_and_ground(brand)
    # Platforms show logos in circles too: the mark keeps clear of the corners.
    wide = spec.width / spec.height
    share = 0.72 if wide < 1.5 else 0.86
    fitted = paint.fitted_logo(
        logo, spec.width * share, spec.height * (0.5 if wide < 1.5 else 0.56)
    )
    image = Image.new("RGB", (spec.width, spec.height), ground)
    left, top = (spec.width - fitted.width) // 2, (spec.height - fitted.height) // 2
    image.paste(fitted, (left, top), fitted)
    box = [left, top, left + fitted.width, top + fitted.height]
    return Composed(image, [{"kind": "logo", "box": box, "on_dark": path == brand.logo_on_dark}])


def _logo_and_ground(brand: Brand) -> tuple[str, Image.Image, Rgb]:
    """Return a logo (file, picture) and a ground that most of it stands out from, or the best."""
    paper, primary, ink = (
        rgb(colour) for colour in (brand.palette.paper, brand.palette.primary, brand.palette.ink)
    )
    pairs = [(brand.logo, paper), (brand.logo_on_dark, primary), (brand.logo, primary)]
    pairs += [(brand.logo_on_dark, ink), (brand.logo, ink)]
    pairs += [(brand.logo, (255, 255, 255)), (brand.logo, (17, 17, 17))]
    logos = {path: open_picture(Path(path)) for path in dict(pairs) if path}
    colours = {path: paint.opaque_colours(logo) for path, logo in logos.items()}
    seen = [(share_seen(colours[path], ground), path, ground) for path, ground in pairs if path]
    _, path, ground = next((each for each in seen if each[0] >= 0.5), max(seen, key=itemgetter(0)))
    return path, logos[path], ground
