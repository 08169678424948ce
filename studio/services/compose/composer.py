"""Composes a creative: picture, scrim or panel, headline, body, button and logo, as layers.

The layers say everything that was drawn (text, font, size, colour, box in pixels), so that a
changed text is composed again from them; nothing is read back from pixels. Every text reaches a
WCAG contrast of 4.5 with what lies under it: the scrim is made stronger until it does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from studio.services.compose import paint
from studio.services.compose.brandmark import draw_logo
from studio.services.compose.canvas import Canvas
from studio.services.compose.colour import (
    SHAPE_CONTRAST,
    TEXT_CONTRAST,
    Rgb,
    contrast,
    contrast_on,
    darkened,
    hex_of,
    luminances_under,
    readable_on,
)
from studio.services.compose.ground import lay_picture, prepare_ground
from studio.services.compose.lines import fit_body
from studio.services.compose.stack import Stacker

if TYPE_CHECKING:
    from PIL import Image

    from generators.api import JsonValue
    from studio.services.compose.canvas import Design
    from studio.services.compose.stack import ButtonPart, Stack, TextPart


@dataclass(slots=True)
class Composed:
    """A composed creative."""

    image: Image.Image
    layers: list[dict[str, JsonValue]]
    notes: list[str] = field(default_factory=list)


def compose(design: Design) -> Composed:
    """Compose one creative at exactly the placement's pixels.

    Raises:
        DoesNotFit: The headline fits at no legible size.
        NoFont: No font here can draw a text.
        PictureError: The picture or the logo cannot be read.
    """
    canvas = Canvas(design)
    stacker = Stacker(design.image, canvas.shape, design.brand, design.language)
    stack = stacker.build(design.headline, design.body, design.button)
    canvas.notes.extend(stack.notes)
    lay_picture(canvas)
    scheme = prepare_ground(canvas, stack)
    draw_logo(canvas, stack, scheme)
    for part, colour in ((stack.headline, scheme[0]), (stack.body, scheme[1])):
        if part is not None:
            _text(canvas, part, colour, stack)
    if stack.button is not None:
        _button(canvas, stack.button, rtl=stack.rtl)
    return Composed(canvas.image, canvas.layers, canvas.notes)


def _text(canvas: Canvas, part: TextPart, colour: Rgb, stack: Stack) -> None:
    ratio = contrast_on(canvas.image, part.box, colour)
    look = (colour, stack.align)
    paint.draw_lines(canvas.image, part.fitted, part.face, part.box, look, rtl=stack.rtl)
    canvas.layer(
        "text",
        part.box,
        role=part.role,
        text=part.text,
        lines=list(part.fitted.lines),
        font=part.face.name,
        font_file=Path(part.face.path).name,
        size=round(part.fitted.size, 2),
        leading=round(part.fitted.advance, 2),
        colour=hex_of(colour),
        align=stack.align,
        contrast=round(ratio, 2),
    )


def _button(canvas: Canvas, part: ButtonPart, *, rtl: bool) -> None:
    around = luminances_under(canvas.image, part.box)
    ground = _flat(float(np.mean(around)))
    fill = _fill(canvas, ground)
    label = readable_on(fill, (canvas.paper, canvas.ink, canvas.primary))
    if contrast(label, fill) < TEXT_CONTRAST:  # a middle tone: neither black nor white does
        fill, label = darkened(fill, TEXT_CONTRAST + 0.1), (255, 255, 255)
    height = part.box[3] - part.box[1]
    paint.pill(canvas.image, part.box, fill, height / 2)
    left = part.box[0] + part.size * 1.15
    mirrored = part.arrow[0] < left + 1
    if mirrored:
        left = part.box[2] - part.size * 1.15 - part.label_width
    fitted = fit_body(part.text, part.face, (1e6, 1e6), (part.size, part.size), 1)
    if fitted is not None:
        top = (part.box[1] + part.box[3] - part.size * part.face.ascent) / 2
        place = (round(left), round(top), round(left + part.label_width), part.box[3])
        paint.draw_lines(canvas.image, fitted, part.face, place, (label, "left"), rtl=rtl)
    paint.arrow(canvas.image, part.arrow, label, left=mirrored)
    canvas.layer(
        "button",
        part.box,
        role="cta",
        text=part.text,
        font=part.face.name,
        font_file=Path(part.face.path).name,
        size=round(part.size, 2),
        colour=hex_of(label),
        fill=hex_of(fill),
        contrast=round(contrast(label, fill), 2),
    )


def _flat(luminance: float) -> Rgb:
    """Return a grey of a luminance (the sRGB curve turned round)."""
    part = luminance * 12.92 if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055
    value = round(max(0.0, min(1.0, part)) * 255)
    return (value, value, value)


def _fill(canvas: Canvas, ground: Rgb) -> Rgb:
    """Return the button's colour: the accent where it stands out, else the next best."""
    wished = (canvas.accent, canvas.primary, canvas.paper, canvas.ink)
    for colour in wished:
        if contrast(colour, ground) >= SHAPE_CONTRAST - 1.2 and colour != canvas.ground():
            return colour
    return max(wished, key=lambda colour: contrast(colour, ground))
