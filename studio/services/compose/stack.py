"""Fits logo, headline, body and button into a region: sizes and places, nothing drawn yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.errors import UserFacingError
from studio.services.compose.fonts import drawable, face_for, instead
from studio.services.compose.lines import can_shape_rtl, fit_body, fit_headline, measured, runs_rtl

if TYPE_CHECKING:
    from studio.core.brand import Brand
    from studio.core.campaign import ImageSpec
    from studio.services.compose.fonts import Face, Use
    from studio.services.compose.layouts import Arrangement
    from studio.services.compose.lines import Fitted
    from studio.services.compose.paint import Box

BODY_GAP = 0.62  # of the gap, between headline and body (the headline's descenders add to it)
LOGO_GAP = 1.5  # of the gap, at least, under the logo
BUTTON_HEIGHT = 2.5  # of the label's size
BUTTON_PAD = 1.15  # left and right, of the label's size
ARROW = 0.95  # width of the arrow, of the label's size
BESIDE_LOGO = 0.65  # of the region's width, at most, for a button that shares its row with the logo
SQUEEZES = (1.0, 0.82, 0.68)  # of the smallest headline, before giving up


class DoesNotFit(UserFacingError):
    """The text does not fit this picture at a legible size."""


@dataclass(frozen=True, slots=True)
class TextPart:
    """A fitted text with its place."""

    role: str
    text: str
    face: Face
    fitted: Fitted
    box: Box


@dataclass(frozen=True, slots=True)
class ButtonPart:
    """The call to action: the pill, its label and the arrow's box."""

    text: str
    face: Face
    size: float
    box: Box
    label_width: float
    arrow: Box


@dataclass(frozen=True, slots=True)
class Stack:
    """Where everything goes.

    Attributes:
        region: What text and logo keep within (inside the safe zone).
        logo: Box for the logo, which is fitted into it at ``logo_align``.
        align: left, center or right, of the texts.
        rtl: The texts run from right to left.
    """

    region: Box
    logo: Box
    logo_align: str
    align: str
    headline: TextPart | None
    body: TextPart | None
    button: ButtonPart | None
    notes: tuple[str, ...]
    rtl: bool = False

    def text_box(self) -> Box:
        """Return the box round headline, body and button."""
        parts = [part.box for part in (self.headline, self.body, self.button) if part]
        if not parts:
            return self.logo
        return (
            min(box[0] for box in parts),
            min(box[1] for box in parts),
            max(box[2] for box in parts),
            max(box[3] for box in parts),
        )


def text_region(image: ImageSpec, arrangement: Arrangement) -> Box:
    """Return the region for text and logo in pixels, inside the safe zone."""
    width, height, unit = image.width, image.height, min(image.width, image.height)
    left, top, wide, tall = arrangement.text
    pad = arrangement.pad * unit
    safe = image.safe
    return (
        round(max(left * width + pad, safe.left * width)),
        round(max(top * height + pad, safe.top * height)),
        round(min((left + wide) * width - pad, (1 - safe.right) * width)),
        round(min((top + tall) * height - pad, (1 - safe.bottom) * height)),
    )


class Stacker:
    """Builds a ``Stack`` for one picture.

    Attributes:
        image, arrangement, brand, language: What it is for.
    """

    def __init__(
        self, image: ImageSpec, arrangement: Arrangement, brand: Brand, language: str = ""
    ) -> None:
        self.image = image
        self.arrangement = arrangement
        self.brand = brand
        self.language = language
        self.unit = min(image.width, image.height)
        self.region = text_region(image, arrangement)
        self._notes: list[str] = []
        self._rtl = False

    def build(self, headline: str, body: str, button: str) -> Stack:
        """Fit everything.

        Raises:
            DoesNotFit: The headline fits at no legible size.
            NoFont: No font here can draw a text.
        """
        headline = self._clean(headline, "heading")
        body, button = self._clean(body, "body"), self._clean(button, "button")
        self._rtl = runs_rtl(" ".join((headline, body, button)), self.language)
        if self._rtl and not can_shape_rtl():
            raise DoesNotFit(
                "Right-to-left text cannot be set here: Pillow lacks raqm or fribidi.",
                "Install the system library fribidi, then remake this creative.",
            )
        align = self.arrangement.align
        if self._rtl and align == "left":
            align = "right"
        face = face_for(headline, self.brand.heading_font, "heading") if headline else None
        for squeeze in SQUEEZES:
            for with_body in (True, False) if body else (False,):
                fitted = self._try(face, headline, body if with_body else "", button, squeeze)
                if fitted is not None:
                    if body and not with_body:
                        self._notes.append("no room for the second text in this size")
                    return self._place(fitted, (headline, button), align)
        raise DoesNotFit(
            f"“{headline[:60]}” does not fit {self.image.size} at a legible size.",
            "Shorten the headline or choose another layout.",
        )

    def _clean(self, text: str, use: Use) -> str:
        name = self.brand.heading_font if use == "heading" else self.brand.body_font
        kept, left_out = drawable(" ".join(text.split()), name, use)
        if left_out:
            self._notes.append(f"{left_out} is left out of the picture: no font here draws it")
        if kept:
            self._notes.append(instead(kept, name, face_for(kept, name, use), use))
        return kept

    def _logo_box(self) -> Box:
        """Return the logo's box at the top of the region (it moves beside the button later)."""
        left, top, right, _ = self.region
        return (left, top, right, top + round(self.arrangement.logo_height * self.unit))

    def _text_top(self) -> float:
        """Return where text may begin."""
        if self.arrangement.logo == "row":
            return self.region[1]
        return self._logo_box()[3] + self.arrangement.gap * self.unit * LOGO_GAP

    def _try(
        self, face: Face | None, headline: str, body: str, button: str, squeeze: float
    ) -> tuple[tuple[Face, Fitted] | None, tuple[str, Face, Fitted] | None] | None:
        """Return fitted headline and body, or None when they do not fit together."""
        shape, unit = self.arrangement, self.unit
        gap = shape.gap * unit
        width = (self.region[2] - self.region[0]) * shape.measure
        room = self.region[3] - self._text_top()
        if button:
            room -= shape.button * unit * BUTTON_HEIGHT + gap
        low = shape.headline[0] * unit * squeeze
        part = None
        if body:
            body_face = face_for(body, self.brand.body_font, "body")
            sizes = (shape.body[0] * unit, shape.body[1] * unit)
            space = room - gap * BODY_GAP - low * (face.ascent + face.descent if face else 0)
            fitted = fit_body(body, body_face, (width, space), sizes, shape.body_lines)
            if fitted is None:
                return None
            part = (body, body_face, fitted)
            room -= fitted.height + gap * BODY_GAP
        if face is None:
            return (None, part) if room >= 0 else None
        top = shape.headline[1] * unit
        found = fit_headline(headline, face, (width, room), (low, top), shape.lines)
        return None if found is None else ((face, found), part)

    def _place(
        self,
        fitted: tuple[tuple[Face, Fitted] | None, tuple[str, Face, Fitted] | None],
        texts: tuple[str, str],
        align: str,
    ) -> Stack:
        headline, body = fitted
        gap = self.arrangement.gap * self.unit
        button_size = self.arrangement.button * self.unit
        heights = [headline[1].height if headline else 0.0, body[2].height if body else 0.0]
        inner = gap * BODY_GAP if headline and body else 0.0
        tail = gap + button_size * BUTTON_HEIGHT if texts[1] else 0.0
        y = self._top(sum(heights) + inner + tail)
        parts: list[TextPart | None] = [None, None]
        if headline:
            box = self._box(headline[1].width, heights[0], y, align)
            parts[0] = TextPart("headline", texts[0], *headline, box)
            y += heights[0] + inner
        if body:
            box = self._box(body[2].width, heights[1], y, align)
            parts[1] = TextPart("body", *body, box)
            y += heights[1]
        button = self._button(texts[1], y + gap, align) if texts[1] else None
        notes = tuple(note for note in dict.fromkeys(self._notes) if note)
        logo, logo_align = self._logo_box(), align
        if self.arrangement.logo == "row":
            logo, logo_align = self._beside(button, align)
        return Stack(
            self.region, logo, logo_align, align, parts[0], parts[1], button, notes, self._rtl
        )

    def _beside(self, button: ButtonPart | None, align: str) -> tuple[Box, str]:
        """Return the logo's box on the button's line, at the other edge."""
        left, _, right, bottom = self.region
        height = self.arrangement.logo_height * self.unit
        gap = round(self.arrangement.gap * self.unit)
        middle = (button.box[1] + button.box[3]) / 2 if button else bottom - height / 2
        top, end = round(middle - height / 2), round(middle + height / 2)
        if align == "right":
            return (left, top, (button.box[0] if button else right) - gap, end), "left"
        return ((button.box[2] if button else left) + gap, top, right, end), "right"

    def _top(self, height: float) -> float:
        """Return where the block under the logo begins."""
        top = self._text_top()
        free = max(0.0, self.region[3] - top - height)
        share = {"top": 0.0, "middle": 0.5, "bottom": 1.0}[self.arrangement.valign]
        return top + free * share

    def _box(self, width: float, height: float, top: float, align: str) -> Box:
        left, _, right, _ = self.region
        start = {"left": left, "right": right - width, "center": (left + right - width) / 2}[align]
        return (round(start), round(top), round(start + width), round(top + height))

    def _button(self, text: str, top: float, align: str) -> ButtonPart:
        face = face_for(text, self.brand.body_font, "button")
        size = self.arrangement.button * self.unit
        label = measured(face, text)
        room = float(self.region[2] - self.region[0])
        if self.arrangement.logo == "row":
            room *= BESIDE_LOGO
        size = min(size, room / (label + ARROW + 0.55 + 2 * BUTTON_PAD))
        width = size * (label + ARROW + 0.55 + 2 * BUTTON_PAD)
        box = self._box(width, size * BUTTON_HEIGHT, top, align)
        middle, half = (box[1] + box[3]) / 2, size * 0.34
        end = box[2] - size * BUTTON_PAD
        start = end - size * ARROW
        if align == "right" and self._rtl:
            start = box[0] + size * BUTTON_PAD
            end = start + size * ARROW
        place = (round(start), round(middle - half), round(end), round(middle + half))
        return ButtonPart(text, face, size, box, label * size, place)
