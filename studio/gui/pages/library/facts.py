"""Facts about an asset, in words, and how it ran."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from studio.gui import words
from studio.gui.theme.manager import set_icon
from studio.gui.translating import manifest_words, translate
from studio.gui.widgets.buttons import button
from studio.gui.widgets.reading_text import make_reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generators.api import JsonValue
    from generators.registry import Registry
    from studio.core.asset import Asset

#: Shown elsewhere in the panel.
_SHOWN = ("prompt", "negative_prompt", "seed")


def facts_of(asset: Asset, registry: Registry) -> list[tuple[str, str]]:
    """Return name and value of everything worth knowing about how an asset was made."""
    recipe = asset.recipe
    facts = [(translate("AssetFacts", "Made with"), asset.model)]
    if recipe is not None:
        seed = recipe.seed if recipe.seed is not None else recipe.request.params.get("seed")
        facts.append((translate("AssetFacts", "Seed"), "" if seed is None else str(seed)))
        labels = _labels(registry, recipe.request.generator)
        for key, value in recipe.request.params.items():
            if key not in _SHOWN and value not in (None, "", [], {}):
                facts.append((labels.get(key, key.replace("_", " ")), _plain(value)))
        names = [f"{one.name or one.id} × {one.weight:g}" for one in recipe.request.adapters]
        facts.append((translate("AssetFacts", "Adapters"), "\n".join(names)))
        if recipe.request.upscaler is not None:
            facts.append((translate("AssetFacts", "Enlarged by"), recipe.request.upscaler.name))
        facts.append((translate("AssetFacts", "Device"), str(recipe.execution.get("device", ""))))
    if asset.width:
        facts.append((translate("AssetFacts", "Size"), f"{asset.width} × {asset.height} px"))
    if asset.duration:
        facts.append((translate("AssetFacts", "Length"), words.duration(asset.duration)))
    source = {
        "generated": translate("AssetFacts", "Made here"),
        "imported": translate("AssetFacts", "Imported"),
        "composed": translate("AssetFacts", "Composed"),
    }
    facts.append(
        (translate("AssetFacts", "File"), f"{asset.media_type} · {words.size(asset.bytes)}")
    )
    facts.append((source.get(asset.source, asset.source), words.moment(asset.created_at)))
    return [(name, value) for name, value in facts if value]


def _labels(registry: Registry, generator: str) -> dict[str, str]:
    manifest = registry.find(generator)
    return (
        {spec.key: manifest_words(spec.label) or spec.key for spec in manifest.params}
        if manifest
        else {}
    )


def _plain(value: JsonValue) -> str:
    if isinstance(value, bool):
        return "✓" if value else "–"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)[:300]
    return str(value)


class Execution(QWidget):
    """How it ran: closed at first."""

    def __init__(self, execution: Mapping[str, JsonValue]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.toggle = button(self.tr("How it ran"), "ghost", "chevron-right")
        self.toggle.setCheckable(True)
        self.view = QPlainTextEdit(json.dumps(dict(execution), ensure_ascii=False, indent=1))
        make_reading(self.view)
        self.view.setAccessibleName(self.tr("How it ran"))
        self.view.setFixedHeight(160)
        self.view.hide()
        self.toggle.toggled.connect(self._open)
        column.addWidget(self.toggle, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.view)

    def _open(self, on: bool) -> None:
        self.view.setVisible(on)
        set_icon(self.toggle, "chevron-down" if on else "chevron-right")
