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
from PIL import Image, UnidentifiedImageError

from studio.core.errors import UserFacingError
from studio.services.compose import paint
from studio.services.compose.colour import (
    CALM,
    SHAPE_CONTRAST,
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
    rgb,
)
from studio.services.compose.fonts import face_for
from studio.services.compose.layouts import layout, shape_of
from studio.services.compose.lines import fit_body
from studio.services.compose.stack import Stacker

if TYPE_CHECKING:
    from generators.api import JsonValue
    from studio.core.brand import Brand
    from studio.core.campaign import ImageSpec
    from studio.services.compose.fonts import Face
    from studio.services.compose.layouts import Arrangement
    from studio.services.compose.paint import Box
    from studio.services.compose.stack import ButtonPart, Stack, TextPart

LIGHT_GROUND = 0.58  # mean luminance from which a picture takes a light scrim and dark text
SCRIM_STEPS = tuple(step / 20 for step in range(8, 20))  # strengths tried, weakest first


class PictureError(UserFacingError):
    """The picture cannot be read."""


@dataclass(frozen=True, slots=True)
class Design:
    """What to compose.

    Attributes:
        layout: Name of a layout template.
        visual: Picture file; None for a creative without one.
        visual_id: Its asset id, kept in the layers.
    """

    image: ImageSpec
    layout: str
    brand: Brand
    headline: str
    body: str = ""
    button: str = ""
    visual: Path | None = None
    visual_id: str = ""


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
    return _Composer(design).run()


def open_picture(path: Path) -> Image.Image:
    """Return a picture, wholly read.

    Raises:
        PictureError: It cannot be.
    """
    try:
        with Image.open(path) as image:
            image.load()
            return image
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        raise PictureError(f"The picture {path.name} cannot be read.", str(error)[:200]) from error


class _Composer:
    """One composition: the picture so far and the layers that made it."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.size = (design.image.width, design.image.height)
        self.template = layout(design.layout)
        self.shape: Arrangement = self.template.arrangements[shape_of(*self.size)]
        self.unit = min(self.size)
        palette = design.brand.palette
        self.primary, self.accent = rgb(palette.primary), rgb(palette.accent)
        self.ink, self.paper = rgb(palette.ink), rgb(palette.paper)
        self.image = Image.new("RGB", self.size, self._ground())
        self.layers: list[dict[str, JsonValue]] = []
        self.notes: list[str] = []

    def run(self) -> Composed:
        stacker = Stacker(self.design.image, self.shape, self.design.brand)
        design = self.design
        stack = stacker.build(design.headline, design.body, design.button)
        self.notes.extend(stack.notes)
        self._picture()
        scheme = self._prepare_ground(stack)
        self._logo(stack, dark=scheme[0] != self.ink)
        for part, colour in ((stack.headline, scheme[0]), (stack.body, scheme[1])):
            if part is not None:
                self._text(part, colour, stack.align)
        if stack.button is not None:
            self._button(stack.button)
        return Composed(self.image, self.layers, self.notes)

    def _ground(self) -> Rgb:
        return self.paper if self.template.ground == "paper" else self.primary

    def _layer(self, kind: str, box: Box, **values: JsonValue) -> None:
        self.layers.append({"kind": kind, "box": list(box), **values})

    # the picture and what makes text legible on it -------------------------------------------

    def _picture(self) -> None:
        if self.template.ground != "visual":
            self._layer("ground", (0, 0, *self.size), colour=hex_of(self._ground()))
        if self.design.visual is None:
            return
        left, top, wide, tall = self.shape.visual
        box = (
            round(left * self.size[0]),
            round(top * self.size[1]),
            round((left + wide) * self.size[0]),
            round((top + tall) * self.size[1]),
        )
        picture = open_picture(self.design.visual)
        fitted, used = paint.cover(picture, box[2] - box[0], box[3] - box[1])
        radius = self.shape.radius * self.unit
        mask = paint.rounded_mask(*fitted.size, radius) if radius else None
        self.image.paste(fitted, box[:2], mask)
        self._layer(
            "visual", box, asset_id=self.design.visual_id, crop=list(used), radius=round(radius)
        )

    def _prepare_ground(self, stack: Stack) -> tuple[Rgb, Rgb]:
        """Shade the picture where text lies on it; return the colours of headline and body."""
        if self.shape.scrim == "none" or self.design.visual is None:
            ground = self._ground()
            head = readable_on(ground, (self.paper, self.ink), 7.0)
            soft = mix(head, ground, 0.20)
            return head, readable_on(ground, (soft, head))
        box = stack.text_box()
        light = float(np.mean(luminances_under(self.image, box))) > LIGHT_GROUND
        tone = mix(self.paper, (255, 255, 255), 0.3) if light else darkened(self.primary, 16.0)
        colour = readable_on(tone, (self.ink,) if light else (self.paper,), 7.0)
        self._shade(stack, box, tone, colour)
        return colour, colour

    def _shade(self, stack: Stack, box: Box, tone: Rgb, colour: Rgb) -> None:
        """Lay the scrim, as weak as legibility allows."""
        width, height = self.size
        margin = self.shape.gap * self.unit
        side = self.shape.scrim
        if side == "left":
            side = "right" if stack.align == "right" else "left"
            reach = (width - box[0] if side == "right" else box[2]) + margin * 0.2
            solid, fade = reach / width, 0.40
        else:
            solid, fade = (height - box[1] + margin * 0.4) / height, 0.26
        mask = paint.scrim(self.size, side, min(solid, 1.0), fade)
        plain, strength = self.image, SCRIM_STEPS[0]
        for strength in SCRIM_STEPS:
            self.image = paint.shade(plain, tone, mask, strength)
            if self._legible(stack, colour):
                break
        self._layer(
            "scrim",
            (0, 0, *self.size),
            side=side,
            colour=hex_of(tone),
            strength=round(strength, 2),
            solid=round(solid, 3),
        )

    def _legible(self, stack: Stack, colour: Rgb) -> bool:
        parts = [part for part in (stack.headline, stack.body) if part]
        return all(
            contrast_on(self.image, part.box, colour) >= TEXT_CONTRAST
            and busyness(self.image, part.box) <= CALM
            for part in parts
        )

    # what stands on it ------------------------------------------------------------------------

    def _text(self, part: TextPart, colour: Rgb, align: str) -> None:
        ratio = contrast_on(self.image, part.box, colour)
        paint.draw_lines(self.image, part.fitted, part.face, part.box, (colour, align))
        self._layer(
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
            align=align,
            contrast=round(ratio, 2),
        )

    def _button(self, part: ButtonPart) -> None:
        around = luminances_under(self.image, part.box)
        ground = self._flat(float(np.mean(around)))
        fill = self._fill(ground)
        label = readable_on(fill, (self.paper, self.ink, self.primary))
        if contrast(label, fill) < TEXT_CONTRAST:  # a middle tone: neither black nor white does
            fill, label = darkened(fill, TEXT_CONTRAST + 0.1), (255, 255, 255)
        height = part.box[3] - part.box[1]
        paint.pill(self.image, part.box, fill, height / 2)
        left = part.box[0] + part.size * 1.15
        mirrored = part.arrow[0] < left + 1
        if mirrored:
            left = part.box[2] - part.size * 1.15 - part.label_width
        fitted = fit_body(part.text, part.face, (1e6, 1e6), (part.size, part.size), 1)
        if fitted is not None:
            top = (part.box[1] + part.box[3] - part.size * part.face.ascent) / 2
            place = (round(left), round(top), round(left + part.label_width), part.box[3])
            paint.draw_lines(self.image, fitted, part.face, place, (label, "left"))
        paint.arrow(self.image, part.arrow, label, left=mirrored)
        self._layer(
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

    def _flat(self, luminance: float) -> Rgb:
        """Return a grey of a luminance (the sRGB curve turned round)."""
        part = (
            luminance * 12.92 if luminance <= 0.0031308 else 1.055 * luminance ** (1 / 2.4) - 0.055
        )
        value = round(max(0.0, min(1.0, part)) * 255)
        return (value, value, value)

    def _fill(self, ground: Rgb) -> Rgb:
        """Return the button's colour: the accent where it stands out, else the next best."""
        wished = (self.accent, self.primary, self.paper, self.ink)
        for colour in wished:
            if contrast(colour, ground) >= SHAPE_CONTRAST - 1.2 and colour != self._ground():
                return colour
        return max(wished, key=lambda colour: contrast(colour, ground))

    # the logo ---------------------------------------------------------------------------------

    def _logo(self, stack: Stack, *, dark: bool) -> None:
        brand = self.design.brand
        path = (brand.logo_on_dark or brand.logo) if dark else brand.logo
        if not path:
            self._wordmark(stack, dark=dark)
            return
        box = stack.logo
        width = (box[2] - box[0]) * (0.62 if self.shape.logo == "top" else 1.0)
        logo = paint.fitted_logo(open_picture(Path(path)), width, box[3] - box[1])
        place = self._logo_place(box, logo.size, stack.logo_align)
        self._clear_for_logo(place, logo)
        self.image.paste(logo, place[:2], logo)
        self._layer("logo", place, on_dark=bool(dark and brand.logo_on_dark))

    def _logo_place(self, box: Box, size: tuple[int, int], align: str) -> Box:
        width, height = size
        starts = {"left": box[0], "right": box[2] - width, "center": (box[0] + box[2] - width) // 2}
        top = box[1] if self.shape.logo == "top" else (box[1] + box[3] - height) // 2
        return (starts[align], top, starts[align] + width, top + height)

    def _clear_for_logo(self, place: Box, logo: Image.Image) -> None:
        """Shade the picture under the logo, or lay paper under it, until it stands out."""
        colours = paint.opaque_colours(logo)
        if not len(colours):
            return
        if self._stands_out(place, colours):
            return
        if self.shape.scrim != "none" and self.design.visual is not None:
            light = contrast((255, 255, 255), self._mean(colours)) > 4.5
            tone = self.paper if light else darkened(self.primary, 16.0)
            solid = place[3] / self.size[1]
            mask = paint.scrim(self.size, "top", solid, 0.34)
            plain = self.image
            for strength in (0.25, 0.4, 0.55, 0.7):
                self.image = paint.shade(plain, tone, mask, strength)
                if self._stands_out(place, colours):
                    self._layer(
                        "scrim", (0, 0, *self.size), side="top", colour=hex_of(tone),
                        strength=strength, solid=round(solid, 3),
                    )  # fmt: skip
                    return
            self.image = plain
        self._chip(place, colours)

    def _chip(self, place: Box, colours: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> None:
        mean = self._mean(colours)
        chip = max((self.paper, self.ink), key=lambda colour: contrast(colour, mean))
        pad = round((place[3] - place[1]) * 0.28)
        box = (place[0] - pad, place[1] - pad, place[2] + pad, place[3] + pad)
        paint.pill(self.image, box, chip, pad)
        self._layer("chip", box, colour=hex_of(chip))

    def _mean(self, colours: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Rgb:
        red, green, blue = (round(float(value)) for value in colours.mean(axis=0))
        return (red, green, blue)

    def _stands_out(
        self, place: Box, colours: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    ) -> bool:
        """Tell whether most of the logo has the contrast of a shape with what is under it."""
        part = self.image.crop(place).resize((24, 24), Image.Resampling.BOX)
        ground = self._mean(np.asarray(part).reshape(-1, 3))
        sample = colours[:: max(1, len(colours) // 60)]
        seen = [contrast((int(r), int(g), int(b)), ground) >= SHAPE_CONTRAST for r, g, b in sample]
        worst = contrast_on(self.image, place, self._mean(colours))
        return sum(seen) >= 0.5 * len(seen) and worst >= 1.6

    def _wordmark(self, stack: Stack, *, dark: bool) -> None:
        """Set the brand's name where a logo would stand."""
        name = self.design.brand.name
        face: Face = face_for(name, self.design.brand.heading_font, "heading")
        box = stack.logo
        height = (box[3] - box[1]) * 0.62
        sizes = (height * 0.3, height / face.ascent)
        fitted = fit_body(name, face, ((box[2] - box[0]) * 0.8, 1e6), sizes, 1)
        if fitted is None:
            self.notes.append("no room for the brand's name")
            return
        width = round(fitted.width)
        place = self._logo_place(box, (width, round(fitted.size * face.ascent)), stack.logo_align)
        ground = self._mean(np.asarray(self.image.crop(place)).reshape(-1, 3))
        wished = (self.paper, self.ink) if dark else (self.primary, self.ink, self.paper)
        colour = readable_on(ground, wished)
        if contrast_on(self.image, place, colour) < TEXT_CONTRAST:
            chip = self.ink if contrast(self.ink, colour) >= TEXT_CONTRAST else self.paper
            colour = readable_on(chip, (self.paper, self.ink))
            pad = round(height * 0.45)
            behind = (place[0] - pad, place[1] - pad, place[2] + pad, place[3] + pad)
            paint.pill(self.image, behind, chip, pad)
            self._layer("chip", behind, colour=hex_of(chip))
        ratio = contrast_on(self.image, place, colour)
        paint.draw_lines(self.image, fitted, face, place, (colour, "left"))
        self._layer(
            "text", place, role="brand", text=name, lines=list(fitted.lines), font=face.name,
            font_file=Path(face.path).name, size=round(fitted.size, 2), colour=hex_of(colour),
            align="left", contrast=round(ratio, 2),
        )  # fmt: skip
