"""Layout templates as data (``assets/layouts/*.toml``): where picture, text, button and logo go."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Any

from studio.core.errors import NotFound
from studio.core.paths import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LAYOUTS = REPOSITORY / "assets" / "layouts"
SHAPES = ("strip", "wide", "square", "portrait", "tall")
_GROUNDS = ("visual", "primary", "paper")

Fraction4 = tuple[float, float, float, float]  # left, top, width, height as shares of the picture


class LayoutError(ValueError):
    """A shipped layout is wrong: a bug of ours, not of the world."""


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A layout for one shape; the keys are explained in ``assets/layouts/split.toml``."""

    visual: Fraction4
    text: Fraction4
    pad: float
    headline: tuple[float, float]
    body: tuple[float, float]
    button: float
    logo_height: float
    gap: float
    lines: int = 3
    body_lines: int = 3
    radius: float = 0.0
    scrim: str = "none"
    align: str = "left"
    valign: str = "bottom"
    measure: float = 1.0
    logo: str = "top"
    subject: Fraction4 | None = None

    def shown(self) -> Fraction4:
        """Return where the subject of the picture is to be seen."""
        return self.subject or self.visual


@dataclass(frozen=True, slots=True)
class Layout:
    """A layout template."""

    id: str
    name: str
    ground: str
    arrangements: Mapping[str, Arrangement]


def shape_of(width: int, height: int) -> str:
    """Return which of ``SHAPES`` a picture has."""
    ratio = width / height
    bounds = ((2.1, "strip"), (1.35, "wide"), (0.87, "square"), (0.65, "portrait"))
    return next((shape for low, shape in bounds if ratio >= low), "tall")


@cache
def layouts() -> Mapping[str, Layout]:
    """Return the shipped layouts by name of file."""
    files = sorted(path for path in LAYOUTS.glob("*.toml") if path.stem != "fonts")
    return {path.stem: load_layout(path) for path in files}


def layout_names() -> tuple[str, ...]:
    """Return what a brief may name, in the order in which variants use them."""
    return tuple(sorted(layouts(), key=lambda name: ("overlay split framed".find(name), name)))


def layout(name: str) -> Layout:
    """Return a layout.

    Raises:
        NotFound: There is none of that name.
    """
    found = layouts().get(name)
    if found is None:
        raise NotFound(f"There is no layout {name!r:.80}.", f"Known: {', '.join(layout_names())}.")
    return found


def load_layout(path: Path) -> Layout:
    """Read one layout.

    Raises:
        LayoutError: Names the file, the shape and the key that is wrong.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    ground = str(data.get("ground"))
    if ground not in _GROUNDS:
        raise LayoutError(f"{path.name}: ground must be one of {_GROUNDS}")
    unknown = set(data) - {"name", "ground", *SHAPES}
    lacking = set(SHAPES) - set(data)
    if unknown or lacking:
        raise LayoutError(f"{path.name}: unknown {sorted(unknown)}, lacking {sorted(lacking)}")
    made = {shape: _arrangement(f"{path.name} [{shape}]", data[shape]) for shape in SHAPES}
    return Layout(path.stem, str(data["name"]), ground, made)


def _arrangement(where: str, table: Mapping[str, Any]) -> Arrangement:
    known = {item.name for item in fields(Arrangement)}
    if unknown := set(table) - known:
        raise LayoutError(f"{where}: unknown {sorted(unknown)}")
    values: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in table.items()
    }
    try:
        made = Arrangement(**values)
    except TypeError as error:
        raise LayoutError(f"{where}: {error}") from error
    for key in ("visual", "text", "subject"):
        left, top, width, height = getattr(made, key) or made.visual
        fits = left + width <= 1.0001 and top + height <= 1.0001
        inside = 0 <= left < 1 and 0 <= top < 1 and fits
        if not inside or width <= 0 or height <= 0:
            raise LayoutError(f"{where}: {key} leaves the picture")
    for key in ("headline", "body"):
        low, high = getattr(made, key)
        if not 0 < low <= high < 0.5:
            raise LayoutError(f"{where}: {key} must be [smallest, largest]")
    if made.align not in ("left", "center") or made.valign not in ("top", "middle", "bottom"):
        raise LayoutError(f"{where}: align or valign")
    if made.logo not in ("top", "row"):
        raise LayoutError(f"{where}: logo")
    if made.scrim not in ("none", "left", "bottom"):
        raise LayoutError(f"{where}: scrim")
    return made
