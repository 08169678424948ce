"""What lies under the text: the picture and its scrim, or a plain colour that it runs out into."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from studio.services.compose import paint
from studio.services.compose.canvas import mean_of
from studio.services.compose.colour import (
    CALM,
    TEXT_CONTRAST,
    Rgb,
    busyness,
    contrast,
    contrast_on,
    darkened,
    hex_of,
    luminances_under,
    mix,
    readable_on,
)

if TYPE_CHECKING:
    from studio.services.compose.canvas import Canvas
    from studio.services.compose.paint import Box
    from studio.services.compose.stack import Stack

LIGHT_GROUND = 0.58  # mean luminance from which a picture takes a light scrim and dark text
SCRIM_STEPS = tuple(step / 20 for step in range(8, 20))  # strengths tried, weakest first
VEILED = 0.6  # strength of a scrim that hides what lies under it
LEAST_USED = 0.6  # of a picture, to fill the creative with it
LEAST_SHOWN = 0.3  # of the creative's height, to show a picture above the text only
RUN_OUT = 0.16  # of such a picture's height
COLOURLESS = 40  # difference of channels below which a ground is the brand's paper, or its dark
PLAIN_CONTRAST = 7.0  # of text on a ground of the picture's own colour (WCAG 2.2, 1.4.6)


def lay_picture(canvas: Canvas) -> None:
    """Lay the visual, or the plain ground, where the layout has it."""
    if canvas.template.ground != "visual":
        canvas.layer("ground", (0, 0, *canvas.size), colour=hex_of(canvas.ground()))
    if canvas.picture is None:
        return
    left, top, wide, tall = canvas.shape.visual
    box = (
        round(left * canvas.size[0]),
        round(top * canvas.size[1]),
        round((left + wide) * canvas.size[0]),
        round((top + tall) * canvas.size[1]),
    )
    fitted, used = paint.cover(canvas.picture, box[2] - box[0], box[3] - box[1])
    radius = canvas.shape.radius * canvas.unit
    mask = paint.rounded_mask(*fitted.size, radius) if radius else None
    canvas.image.paste(fitted, box[:2], mask)
    canvas.layer(
        "visual", box, asset_id=canvas.design.visual_id, crop=list(used), radius=round(radius)
    )


def prepare_ground(canvas: Canvas, stack: Stack) -> tuple[Rgb, Rgb]:
    """Shade the picture where text lies on it; return the colours of headline and body."""
    if canvas.shape.scrim == "none" or canvas.picture is None:
        return canvas.on_plain(canvas.ground())
    box = stack.text_box()
    if canvas.shape.scrim == "bottom" and box[1] >= LEAST_SHOWN * canvas.size[1]:
        if _used(canvas.picture.size, canvas.size) < LEAST_USED:
            return _show_above(canvas, canvas.picture, box[1])
        before, laid = canvas.image, len(canvas.layers)
        tone, colour = _tone(canvas, canvas.image, box)
        if _shade(canvas, stack, box, tone, colour) <= VEILED:
            return colour, colour
        canvas.image, canvas.layers = before, canvas.layers[:laid]
        return _show_above(canvas, canvas.picture, box[1])
    tone, colour = _tone(canvas, canvas.image, box)
    _shade(canvas, stack, box, tone, colour)
    return colour, colour


def _tone(canvas: Canvas, image: Image.Image, box: Box) -> tuple[Rgb, Rgb]:
    """Return a plain colour near what lies in a box, and that of text on it."""
    light = float(np.mean(luminances_under(image, box))) > LIGHT_GROUND
    tone = mix(canvas.paper, (255, 255, 255), 0.3) if light else darkened(canvas.primary, 16.0)
    return tone, readable_on(tone, (canvas.ink,) if light else (canvas.paper,), 7.0)


def _used(picture: tuple[int, int], size: tuple[int, int]) -> float:
    """Return the share of a picture that fills a creative, both in pixels."""
    ratio = picture[0] / picture[1] / (size[0] / size[1])
    return min(ratio, 1 / ratio)


def _show_above(canvas: Canvas, picture: Image.Image, end: int) -> tuple[Rgb, Rgb]:
    """Show the picture above the text only, running out into a plain colour, its own if it can.

    So nothing lies on what it shows. Returns the colours of headline and body.
    """
    width = canvas.size[0]
    fitted, used = paint.cover(picture, width, end)
    last = (0, round(end * 0.95), width, end)
    ground = mean_of(fitted.crop(last))
    plain = max(ground) - min(ground) < COLOURLESS
    if plain or max(contrast(ground, ink) for ink in (canvas.ink, canvas.paper)) < PLAIN_CONTRAST:
        ground, _ = _tone(canvas, fitted, last)
    canvas.image = Image.new("RGB", canvas.size, ground)
    canvas.image.paste(fitted, (0, 0), paint.run_out((width, end), RUN_OUT))
    canvas.layers = [layer for layer in canvas.layers if layer["kind"] != "visual"]
    canvas.layer("ground", (0, 0, *canvas.size), colour=hex_of(ground))
    canvas.layer(
        "visual", (0, 0, width, end), asset_id=canvas.design.visual_id, crop=list(used),
        radius=0, run_out=RUN_OUT,
    )  # fmt: skip
    return canvas.on_plain(ground)


def _shade(canvas: Canvas, stack: Stack, box: Box, tone: Rgb, colour: Rgb) -> float:
    """Lay the scrim, as weak as legibility allows; return its strength."""
    width, height = canvas.size
    margin = canvas.shape.gap * canvas.unit
    side = canvas.shape.scrim
    if side == "left":
        # where the text stands, not how it is aligned: right-to-left text keeps the same region
        side = "right" if box[0] + box[2] > width else "left"
        reach = (width - box[0] if side == "right" else box[2]) + margin * 0.2
        solid, fade = reach / width, 0.40
    else:
        solid, fade = (height - box[1] + margin * 0.4) / height, 0.26
    mask = paint.scrim(canvas.size, side, min(solid, 1.0), fade)
    plain, strength = canvas.image, SCRIM_STEPS[0]
    for strength in SCRIM_STEPS:
        canvas.image = paint.shade(plain, tone, mask, strength)
        if _legible(canvas, stack, colour):
            break
    canvas.layer(
        "scrim",
        (0, 0, *canvas.size),
        side=side,
        colour=hex_of(tone),
        strength=round(strength, 2),
        solid=round(solid, 3),
    )
    return strength


def _legible(canvas: Canvas, stack: Stack, colour: Rgb) -> bool:
    parts = [part for part in (stack.headline, stack.body) if part]
    calm = all(busyness(canvas.image, part.box) <= CALM for part in parts)
    return calm and has_contrast(canvas, stack, (colour, colour))


def has_contrast(canvas: Canvas, stack: Stack, scheme: tuple[Rgb, Rgb]) -> bool:
    """Tell whether headline and body, in their colours, reach the contrast of text."""
    return all(
        contrast_on(canvas.image, part.box, colour) >= TEXT_CONTRAST
        for part, colour in zip((stack.headline, stack.body), scheme, strict=True)
        if part is not None
    )
