"""A brand kit: name, colours, fonts, logo, voice and the words that copy must and must not use."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue

HEX_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class Palette:
    """Brand colours as ``#rrggbb``.

    Attributes:
        primary: Panels and frames.
        accent: The call-to-action button.
        ink: Dark text.
        paper: Light ground, and light text on dark ground.
    """

    primary: str = "#1f2937"
    accent: str = "#f97316"
    ink: str = "#111827"
    paper: str = "#ffffff"

    def all(self) -> tuple[str, ...]:
        """Return the colours, most characteristic first."""
        return (self.primary, self.accent, self.ink, self.paper)


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand as a campaign uses it.

    Attributes:
        short_name: For placements that the name is too long for; may be empty.
        heading_font, body_font: A shipped font's name, or the absolute path of a TTF/OTF file.
        logo: Absolute path of a PNG, JPEG or WebP file, or empty.
        logo_on_dark: Likewise, used on dark ground; empty means ``logo`` serves there too.
        voice: How the brand speaks, one sentence.
        banned, required: Words; see ``studio.services.copywriting.rules`` for how they are matched.
    """

    name: str
    palette: Palette = field(default_factory=Palette)
    heading_font: str = "Inter Display"
    body_font: str = "Inter"
    logo: str = ""
    logo_on_dark: str = ""
    voice: str = ""
    banned: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    short_name: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """Return plain JSON values."""
        data = asdict(self)
        data["banned"], data["required"] = list(self.banned), list(self.required)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, JsonValue]) -> Brand:
        """Read what ``to_json`` wrote."""
        names = cls.__dataclass_fields__
        values = {key: value for key, value in data.items() if key in names}
        values["palette"] = Palette(**values.get("palette", {}))
        for key in ("banned", "required"):
            values[key] = tuple(values.get(key) or ())
        return cls(**values)
