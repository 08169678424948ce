"""Design tokens: the colours of a theme and the sizes that all themes share.

Read from ``assets/themes``. Code never names a colour or a text size; it asks for a token.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Literal

from studio.core.paths import resources

if TYPE_CHECKING:
    from pathlib import Path

ThemeName = Literal["dark", "light"]


@dataclass(frozen=True, slots=True)
class Colors:
    """Colours by purpose, as ``#RRGGBB`` or ``#AARRGGBB``; see the comments in dark.toml."""

    ground: str
    rail: str
    surface: str
    raised: str
    sunken: str
    hover: str
    pressed: str
    line: str
    line_strong: str
    text: str
    text_soft: str
    text_faint: str
    disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_text: str
    accent_soft: str
    on_accent: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    on_bad: str
    scrim: str
    shadow: str


@dataclass(frozen=True, slots=True)
class Sizes:
    """Device-independent pixels; see metrics.toml."""

    caption: int
    body: int
    title: int
    display: int
    half: int
    step: int
    gap: int
    block: int
    wide: int
    control: int
    radius: int
    radius_small: int
    radius_card: int
    rail: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """One theme."""

    name: ThemeName
    dark: bool
    colors: Colors

    def values(self) -> dict[str, str]:
        """Return every colour and size by name, as text for the style sheet."""
        colors = {item.name: getattr(self.colors, item.name) for item in fields(Colors)}
        sizes = {item.name: str(getattr(SIZES, item.name)) for item in fields(Sizes)}
        return {**colors, **{f"{name}_px": value for name, value in sizes.items()}}


def themes_folder() -> Path:
    """Return where the tokens lie."""
    return resources() / "themes"


def _load_sizes() -> Sizes:
    data = tomllib.loads((themes_folder() / "metrics.toml").read_text(encoding="utf-8"))
    return Sizes(**data["sizes"])


SIZES = _load_sizes()


@cache
def load_tokens(name: ThemeName) -> Tokens:
    """Read a theme; the files are shipped, so a fault in one is a bug and raises TypeError."""
    data = tomllib.loads((themes_folder() / f"{name}.toml").read_text(encoding="utf-8"))
    return Tokens(data["name"], data["dark"], Colors(**data["colors"]))
