"""What a creative is composed on: its picture so far, and the layers that say what was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from generators.srgb import in_srgb
from studio.core.errors import UserFacingError
from studio.services.compose.colour import Rgb, mix, readable_on, rgb
from studio.services.compose.layouts import layout, shape_of

if TYPE_CHECKING:
    from pathlib import Path

    from generators.api import JsonValue
    from studio.core.brand import Brand
    from studio.core.campaign import ImageSpec
    from studio.services.compose.layouts import Arrangement
    from studio.services.compose.paint import Box


class PictureError(UserFacingError):
    """The picture cannot be read."""


@dataclass(frozen=True, slots=True)
class Design:
    """What to compose.

    Attributes:
        layout: Name of a layout template.
        visual: Picture file; None for a creative without one.
        visual_id: Its asset id, kept in the layers.
        language: BCP 47 tag of the texts; empty where it is not known.
    """

    image: ImageSpec
    layout: str
    brand: Brand
    headline: str
    body: str = ""
    button: str = ""
    visual: Path | None = None
    visual_id: str = ""
    language: str = ""


def open_picture(path: Path) -> Image.Image:
    """Return a picture, wholly read, upright and in sRGB.

    Raises:
        PictureError: It cannot be.
    """
    try:
        with Image.open(path) as image:
            image.load()
            return in_srgb(ImageOps.exif_transpose(image))
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError, ValueError) as error:
        raise PictureError(f"The picture {path.name} cannot be read.", str(error)[:200]) from error


class Canvas:
    """One composition on its way.

    Attributes:
        size: Pixels, width and height.
        shape: Where the layout puts what in this shape.
        unit: The shorter side, which sizes are shares of.
        picture: The visual, whole; None without one.
        image: What was drawn so far.
    """

    def __init__(self, design: Design) -> None:
        self.design = design
        self.size = (design.image.width, design.image.height)
        self.template = layout(design.layout)
        self.shape: Arrangement = self.template.arrangements[shape_of(*self.size)]
        self.unit = min(self.size)
        palette = design.brand.palette
        self.primary, self.accent = rgb(palette.primary), rgb(palette.accent)
        self.ink, self.paper = rgb(palette.ink), rgb(palette.paper)
        self.picture = open_picture(design.visual) if design.visual else None
        self.image = Image.new("RGB", self.size, self.ground())
        self.layers: list[dict[str, JsonValue]] = []
        self.notes: list[str] = []

    def ground(self) -> Rgb:
        """Return the colour that lies under everything."""
        return self.paper if self.template.ground == "paper" else self.primary

    def layer(self, kind: str, box: Box, **values: JsonValue) -> None:
        """Say what was drawn."""
        self.layers.append({"kind": kind, "box": list(box), **values})

    def on_plain(self, ground: Rgb) -> tuple[Rgb, Rgb]:
        """Return the colours of headline and body on a plain ground."""
        head = readable_on(ground, (self.paper, self.ink), 7.0)
        soft = mix(head, ground, 0.20)
        return head, readable_on(ground, (soft, head))


def mean_of(image: Image.Image) -> Rgb:
    """Return a picture's mean colour."""
    return mean_colour(np.asarray(image).reshape(-1, 3))


def mean_colour(colours: np.ndarray[tuple[int, int], np.dtype[np.uint8]]) -> Rgb:
    """Return the mean of (n, 3) colours."""
    red, green, blue = (round(float(value)) for value in colours.mean(axis=0))
    return (red, green, blue)
