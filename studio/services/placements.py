"""Reads and checks ``assets/placements.toml``."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any

from studio.core.campaign import ImageSpec, Placement, SafeZone, TextSpec
from studio.core.errors import NotFound
from studio.core.paths import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLACEMENTS_FILE = REPOSITORY / "assets" / "placements.toml"
_TEXT_KEYS = {
    "key", "label", "max_width", "min_width", "width", "count", "one_max_width", "role", "from",
    "pattern",
}  # fmt: skip
_IMAGE_KEYS = {"width", "height", "kind", "max_kb", "formats", "safe"}
_PLACEMENT_KEYS = {"id", "name", "platform", "source", "checked", "note", "audio", "text", "image"}


class PlacementError(ValueError):
    """The shipped placements file is wrong: a bug of ours, not of the world."""


@cache
def placements() -> Mapping[str, Placement]:
    """Return the shipped placements by id, in the file's order."""
    return load_placements(PLACEMENTS_FILE)


def placement(placement_id: str) -> Placement:
    """Return one placement.

    Raises:
        NotFound: Nothing of that id; the hint lists what there is.
    """
    found = placements().get(placement_id)
    if found is None:
        raise NotFound(
            f"There is no placement {placement_id!r:.80}.", f"Known: {', '.join(placements())}."
        )
    return found


def load_placements(path: Path) -> dict[str, Placement]:
    """Read a placements file.

    Raises:
        PlacementError: Names the placement and the entry that is wrong.
    """
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    found: dict[str, Placement] = {}
    for entry in data.get("placement", []):
        item = _placement(entry)
        if item.id in found:
            raise PlacementError(f"{item.id} occurs twice")
        found[item.id] = item
    if not found:
        raise PlacementError("no placement in the file")
    return found


def _need(ok: object, message: str) -> None:
    if not ok:
        raise PlacementError(message)


def _placement(entry: Mapping[str, Any]) -> Placement:
    name = str(entry.get("id", "?"))
    _need(re.fullmatch(r"[a-z][a-z0-9_]*", name), f"{name}: not an id")
    _need(not (extra := set(entry) - _PLACEMENT_KEYS), f"{name}: unknown keys {sorted(extra)}")
    for key in ("name", "platform", "source", "checked"):
        _need(entry.get(key), f"{name}: {key} is missing")
    _need(str(entry["source"]).startswith("https://"), f"{name}: source must be a page")
    texts = tuple(_text(name, item) for item in entry.get("text", ()))
    _need(texts, f"{name}: no text")
    _need(len({text.key for text in texts}) == len(texts), f"{name}: a text key occurs twice")
    return Placement(
        id=name,
        name=str(entry["name"]),
        platform=str(entry["platform"]),
        source=str(entry["source"]),
        checked=str(entry["checked"]),
        audio=bool(entry.get("audio", False)),
        note=str(entry.get("note", "")),
        texts=texts,
        images=tuple(_image(name, item) for item in entry.get("image", ())),
    )


def _text(owner: str, item: Mapping[str, Any]) -> TextSpec:
    where = f"{owner}.{item.get('key', '?')}"
    _need(not (extra := set(item) - _TEXT_KEYS), f"{where}: unknown keys {sorted(extra)}")
    low, high = item.get("count", (1, 1))
    spec = TextSpec(
        key=str(item["key"]),
        label=str(item["label"]),
        max_width=int(item["max_width"]),
        min_width=int(item.get("min_width", 0)),
        width=str(item.get("width", "plain")),
        count_min=int(low),
        count_max=int(high),
        one_max_width=int(item.get("one_max_width", 0)),
        role=str(item.get("role", "")),
        source_of=str(item.get("from", "")),
        pattern=str(item.get("pattern", "")),
    )
    _need(spec.width in ("plain", "cjk2"), f"{where}: width must be plain or cjk2")
    _need(0 <= spec.min_width < spec.max_width, f"{where}: min_width must be under max_width")
    _need(0 <= spec.count_min <= spec.count_max >= 1, f"{where}: count must be [low, high]")
    _need(spec.one_max_width < spec.max_width, f"{where}: one_max_width must be under max_width")
    _need(spec.role in ("", "headline", "body"), f"{where}: role must be headline or body")
    _need(spec.source_of in ("", "brand", "url"), f"{where}: from must be brand or url")
    re.compile(spec.pattern)
    return spec


def _image(owner: str, item: Mapping[str, Any]) -> ImageSpec:
    where = f"{owner} {item.get('width')}x{item.get('height')}"
    _need(not (extra := set(item) - _IMAGE_KEYS), f"{where}: unknown keys {sorted(extra)}")
    safe = SafeZone(**item.get("safe", {}))
    spec = ImageSpec(
        width=int(item["width"]),
        height=int(item["height"]),
        kind=str(item.get("kind", "creative")),
        max_kb=int(item["max_kb"]),
        formats=tuple(item["formats"]),
        safe=safe,
    )
    _need(min(spec.width, spec.height) >= 50, f"{where}: smaller than 50 px")
    _need(spec.kind in ("creative", "logo"), f"{where}: kind must be creative or logo")
    _need(spec.formats and set(spec.formats) <= {"jpeg", "png"}, f"{where}: formats")
    _need(spec.max_kb >= 50, f"{where}: max_kb")
    _need(safe.top + safe.bottom < 0.8 and safe.left + safe.right < 0.8, f"{where}: safe zone")
    return spec
