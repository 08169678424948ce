"""Drawing primitives with clean edges: pictures that fill a box, scrims, pills, text, logos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from studio.services.compose.lines import can_shape_rtl, is_rtl

if TYPE_CHECKING:
    from studio.services.compose.colour import Rgb
    from studio.services.compose.fonts import Face
    from studio.services.compose.lines import Fitted

Box = tuple[int, int, int, int]  # left, top, right, bottom in pixels
Colours = np.ndarray[tuple[int, int], np.dtype[np.uint8]]  # (n, 3), of 0 to 255
SMOOTH = 4  # times larger, for masks with curves


def cover(picture: Image.Image, width: int, height: int) -> tuple[Image.Image, Box]:
    """Return the picture filling width x height exactly, and which part of it was used.

    What overhangs is cut where least happens: the window with the most detail, drawn to the centre.
    """
    source = picture.convert("RGB")
    scale = max(width / source.width, height / source.height)
    part_w, part_h = min(source.width, width / scale), min(source.height, height / scale)
    left = _window(source, part_w, axis=0)
    top = _window(source, part_h, axis=1)
    box = (left, top, left + part_w, top + part_h)
    fitted = source.resize((width, height), Image.Resampling.LANCZOS, box=box)
    used = (round(left), round(top), round(left + part_w), round(top + part_h))
    return fitted, used


def _window(source: Image.Image, part: float, axis: int) -> float:
    """Return where a window of ``part`` pixels begins along an axis (0 across, 1 down)."""
    whole = source.size[axis]
    if whole - part < 1:
        return 0.0
    small = source.convert("L").resize((96, 96), Image.Resampling.BOX)
    edges = np.asarray(small.filter(ImageFilter.FIND_EDGES), dtype=np.float64)[2:-2, 2:-2]
    detail = edges.sum(axis=axis) + 1e-6
    length = max(1, round(len(detail) * part / whole))
    sums = np.convolve(detail, np.ones(length), "valid")
    starts = np.linspace(0.0, 1.0, len(sums)) if len(sums) > 1 else np.array([0.5])
    centred = 1.0 - 0.6 * np.abs(starts - 0.5) ** 1.5
    return float(starts[int(np.argmax(sums * centred))] * (whole - part))


def rounded_mask(width: int, height: int, radius: float) -> Image.Image:
    """Return an L mask of a rectangle with smooth round corners (coverage by signed distance)."""
    round_by = min(radius, width / 2, height / 2)
    across = np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - round_by)
    down = np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - round_by)
    outside = np.hypot(np.maximum(across, 0)[None, :], np.maximum(down, 0)[:, None])
    inside = np.minimum(np.maximum(across[None, :], down[:, None]), 0)
    coverage = np.clip(0.5 - (outside + inside - round_by), 0, 1)
    return Image.fromarray(np.rint(coverage * 255).astype(np.uint8))


def scrim(size: tuple[int, int], side: str, solid: float, fade: float) -> Image.Image:
    """Return an L mask, 255 from a side up to ``solid`` (share of the picture), then fading out.

    Args:
        size: Width and height in pixels.
        side: ``left``, ``right``, ``bottom`` or ``top``.
        solid: Where full strength ends, as a share counted from that side.
        fade: Over which share it fades.
    """
    width, height = size
    length = width if side in ("left", "right") else height
    at = (np.arange(length) + 0.5) / length
    if side in ("right", "bottom"):
        at = 1.0 - at
    share = np.clip((at - solid) / max(fade, 1e-6), 0.0, 1.0)
    eased = 1.0 - share * share * (3.0 - 2.0 * share)
    line = np.rint(eased * 255).astype(np.uint8)
    across = side in ("left", "right")
    return Image.fromarray(
        np.tile(line, (height, 1)) if across else np.tile(line[:, None], (1, width))
    )


def run_out(size: tuple[int, int], over: float) -> Image.Image:
    """Return an L mask of a picture that ends softly at its lower edge, ``over`` a share of it."""
    return ImageChops.invert(scrim(size, "bottom", 0.0, over))


def shade(image: Image.Image, colour: Rgb, mask: Image.Image, strength: float) -> Image.Image:
    """Return the picture with a colour laid over it through a mask, at a strength of 0 to 1."""
    weak = mask.point([round(value * strength) for value in range(256)])
    return Image.composite(Image.new("RGB", image.size, colour), image, weak)


def pill(image: Image.Image, box: Box, colour: Rgb, radius: float) -> None:
    """Draw a filled rectangle with smooth round corners."""
    width, height = box[2] - box[0], box[3] - box[1]
    image.paste(colour, box[:2], rounded_mask(width, height, radius))


def draw_lines(
    image: Image.Image,
    fitted: Fitted,
    face: Face,
    box: Box,
    look: tuple[Rgb, str],
    *,
    rtl: bool = False,
) -> None:
    """Draw fitted lines from the top of ``box``; ``look`` is colour and left, center or right.

    With ``rtl`` every line runs from right to left, also one that begins with a Latin word.
    """
    colour, align = look
    draw = ImageDraw.Draw(image)
    font = face.at(fitted.size)
    baseline = box[1] + fitted.size * face.ascent
    anchors = {"left": ("ls", box[0]), "right": ("rs", box[2])}
    anchor, x = anchors.get(align, ("ms", (box[0] + box[2]) / 2))
    for line in fitted.lines:
        if (rtl or is_rtl(line)) and can_shape_rtl():
            draw.text((x, baseline), line, colour, font, anchor, direction="rtl")
        else:
            draw.text((x, baseline), line, colour, font, anchor)
        baseline += fitted.advance


def arrow(image: Image.Image, box: Box, colour: Rgb, *, left: bool = False) -> None:
    """Draw a thin arrow that fills a box, pointing right (or left)."""
    width, height = box[2] - box[0], box[3] - box[1]
    large = Image.new("L", (width * SMOOTH, height * SMOOTH), 0)
    draw = ImageDraw.Draw(large)
    stroke = max(SMOOTH, round(height * SMOOTH * 0.15))
    wide, middle = width * SMOOTH - stroke, height * SMOOTH / 2
    head = height * SMOOTH * 0.36
    draw.line([(stroke, middle), (wide, middle)], 255, stroke)
    points = [(wide - head, middle - head), (wide, middle), (wide - head, middle + head)]
    draw.line(points, 255, stroke, joint="curve")
    for x, y in (points[0], points[2], (stroke, middle), (wide, middle)):
        half = stroke / 2
        draw.ellipse((x - half, y - half, x + half, y + half), 255)
    mask = large.resize((width, height), Image.Resampling.LANCZOS)
    if left:
        mask = mask.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    image.paste(colour, box[:2], mask)


def fitted_logo(logo: Image.Image, width: float, height: float) -> Image.Image:
    """Return the logo as RGBA, its empty border cut off, as large as a box allows."""
    picture = logo.convert("RGBA")
    drawn = picture.getchannel("A").point([0 if value < 8 else 255 for value in range(256)])
    picture = picture.crop(drawn.getbbox() or (0, 0, *picture.size))
    scale = min(width / picture.width, height / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def opaque_colours(logo: Image.Image) -> Colours:
    """Return the (n, 3) colours of a logo's visible pixels, a few thousand at most."""
    small = logo.convert("RGBA")
    small.thumbnail((96, 96))
    pixels = np.asarray(small).reshape(-1, 4)
    return pixels[pixels[:, 3] > 128][:, :3]
