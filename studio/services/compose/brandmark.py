"""The brand on a creative: its logo, or its name where there is none, made to stand out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from studio.services.compose import paint
from studio.services.compose.canvas import mean_colour, mean_of, open_picture
from studio.services.compose.colour import (
    TEXT_CONTRAST,
    Rgb,
    contrast,
    contrast_on,
    darkened,
    hex_of,
    luminance,
    readable_on,
    share_seen,
)
from studio.services.compose.fonts import face_for
from studio.services.compose.ground import has_contrast
from studio.services.compose.lines import fit_body

if TYPE_CHECKING:
    from studio.services.compose.canvas import Canvas
    from studio.services.compose.fonts import Face
    from studio.services.compose.paint import Box, Colours
    from studio.services.compose.stack import Stack

MIDDLE = 0.18  # luminance that stands out from black as much as from white


@dataclass(frozen=True, slots=True)
class Mark:
    """A logo, fitted: its file, the picture, the place that it takes, the colours that it shows."""

    path: str
    logo: Image.Image
    place: Box
    colours: Colours


def draw_logo(canvas: Canvas, stack: Stack, scheme: tuple[Rgb, Rgb]) -> None:
    """Draw the brand's logo, or its name where it has none, so that it stands out.

    ``scheme`` is the colours of headline and body, which must stay legible.
    """
    brand = canvas.design.brand
    dark = luminance(scheme[0]) > MIDDLE
    paths = (brand.logo_on_dark, brand.logo) if dark else (brand.logo, brand.logo_on_dark)
    marks = [_mark(canvas, stack, path) for path in paths if path]
    if not marks:
        _wordmark(canvas, stack, dark=dark)
        return
    mark = next((each for each in marks if _stands_out(canvas, each.place, each.colours)), None)
    if mark is None:
        mark = marks[0]
        _clear_for_logo(canvas, stack, mark, scheme)
    canvas.image.paste(mark.logo, mark.place[:2], mark.logo)
    canvas.layer("logo", mark.place, on_dark=mark.path == brand.logo_on_dark)


def _mark(canvas: Canvas, stack: Stack, path: str) -> Mark:
    box = stack.logo
    width = (box[2] - box[0]) * (0.62 if canvas.shape.logo == "top" else 1.0)
    logo = paint.fitted_logo(open_picture(Path(path)), width, box[3] - box[1])
    place = _logo_place(canvas, box, logo.size, stack.logo_align)
    return Mark(path, logo, place, paint.opaque_colours(logo))


def _logo_place(canvas: Canvas, box: Box, size: tuple[int, int], align: str) -> Box:
    width, height = size
    starts = {"left": box[0], "right": box[2] - width, "center": (box[0] + box[2] - width) // 2}
    top = box[1] if canvas.shape.logo == "top" else (box[1] + box[3] - height) // 2
    return (starts[align], top, starts[align] + width, top + height)


def _clear_for_logo(canvas: Canvas, stack: Stack, mark: Mark, scheme: tuple[Rgb, Rgb]) -> None:
    """Shade the picture under the logo, or lay paper under it, until it stands out.

    The shade runs on over the text: where that would no longer be legible, it is paper.
    """
    place, colours = mark.place, mark.colours
    if canvas.shape.scrim != "none" and canvas.picture is not None:
        light = contrast((255, 255, 255), mean_colour(colours)) > 4.5
        tone = canvas.paper if light else darkened(canvas.primary, 16.0)
        solid = place[3] / canvas.size[1]
        mask = paint.scrim(canvas.size, "top", solid, 0.34)
        plain = canvas.image
        for strength in (0.25, 0.4, 0.55, 0.7):
            canvas.image = paint.shade(plain, tone, mask, strength)
            if not has_contrast(canvas, stack, scheme):
                break
            if _stands_out(canvas, place, colours):
                canvas.layer(
                    "scrim", (0, 0, *canvas.size), side="top", colour=hex_of(tone),
                    strength=strength, solid=round(solid, 3),
                )  # fmt: skip
                return
        canvas.image = plain
    _chip(canvas, place, colours)


def _chip(canvas: Canvas, place: Box, colours: Colours) -> None:
    mean = mean_colour(colours)
    chip = max((canvas.paper, canvas.ink), key=lambda colour: contrast(colour, mean))
    pad = round((place[3] - place[1]) * 0.28)
    box = (place[0] - pad, place[1] - pad, place[2] + pad, place[3] + pad)
    paint.pill(canvas.image, box, chip, pad)
    canvas.layer("chip", box, colour=hex_of(chip))


def _stands_out(canvas: Canvas, place: Box, colours: Colours) -> bool:
    """Tell whether most of the logo has the contrast of a shape with what is under it."""
    if not len(colours):  # a picture of nothing: there is nothing to make room for
        return True
    part = canvas.image.crop(place).resize((24, 24), Image.Resampling.BOX)
    ground = mean_of(part)
    worst = contrast_on(canvas.image, place, mean_colour(colours))
    return share_seen(colours, ground) >= 0.5 and worst >= 1.6


def _wordmark(canvas: Canvas, stack: Stack, *, dark: bool) -> None:
    """Set the brand's name where a logo would stand."""
    name = canvas.design.brand.name
    face: Face = face_for(name, canvas.design.brand.heading_font, "heading")
    box = stack.logo
    height = (box[3] - box[1]) * 0.62
    sizes = (height * 0.3, height / face.ascent)
    fitted = fit_body(name, face, ((box[2] - box[0]) * 0.8, 1e6), sizes, 1)
    if fitted is None:
        canvas.notes.append("no room for the brand's name")
        return
    width = round(fitted.width)
    place = _logo_place(canvas, box, (width, round(fitted.size * face.ascent)), stack.logo_align)
    ground = mean_of(canvas.image.crop(place))
    wished = (canvas.paper, canvas.ink) if dark else (canvas.primary, canvas.ink, canvas.paper)
    colour = readable_on(ground, wished)
    if contrast_on(canvas.image, place, colour) < TEXT_CONTRAST:
        chip = canvas.ink if contrast(canvas.ink, colour) >= TEXT_CONTRAST else canvas.paper
        colour = readable_on(chip, (canvas.paper, canvas.ink))
        pad = round(height * 0.45)
        behind = (place[0] - pad, place[1] - pad, place[2] + pad, place[3] + pad)
        paint.pill(canvas.image, behind, chip, pad)
        canvas.layer("chip", behind, colour=hex_of(chip))
    ratio = contrast_on(canvas.image, place, colour)
    paint.draw_lines(canvas.image, fitted, face, place, (colour, "left"))
    canvas.layer(
        "text", place, role="brand", text=name, lines=list(fitted.lines), font=face.name,
        font_file=Path(face.path).name, size=round(fitted.size, 2), colour=hex_of(colour),
        align="left", contrast=round(ratio, 2),
    )  # fmt: skip
