"""Both themes are complete, readable, and leave nothing in Qt's own grey."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFontDatabase, QFontInfo, QTextLayout

from studio.core.paths import resources
from studio.gui.theme.icons import pixmap
from studio.gui.theme.manager import FALLBACKS, font, style_sheet, theme
from studio.gui.theme.tokens import SIZES, load_tokens

ROOT = Path(__file__).parents[2]
#: Text token → grounds that it stands on; WCAG 2 asks for 4.5 (normal text).
TEXT_ON = {
    "text": (
        "ground",
        "surface",
        "raised",
        "sunken",
        "hover",
        "accent_soft",
        "bad_soft",
        "warn_soft",
    ),
    "text_soft": (
        "ground",
        "surface",
        "raised",
        "sunken",
        "rail",
        "hover",
        "bad_soft",
        "accent_soft",
    ),
    "text_faint": ("ground", "surface", "sunken"),
    "accent_text": ("ground", "surface", "raised"),
    "on_accent": ("accent", "accent_hover", "accent_pressed"),
    "bad": ("ground", "surface"),
    "on_bad": ("bad",),
    "good": ("ground", "surface", "raised"),
    "warn": ("ground", "surface", "warn_soft"),
}


def luminance(color: QColor) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in color.getRgbF()[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lights = sorted((luminance(QColor(one)), luminance(QColor(other))))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_text_can_be_read(name):
    colors = load_tokens(name).colors
    weak = [
        (text, ground, round(contrast(getattr(colors, text), getattr(colors, ground)), 2))
        for text, grounds in TEXT_ON.items()
        for ground in grounds
        if contrast(getattr(colors, text), getattr(colors, ground)) < 4.5
    ]
    assert not weak


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_focus_ring_and_edges_of_fields_can_be_seen(name):
    colors = load_tokens(name).colors
    for ground in (colors.ground, colors.surface, colors.raised):
        assert contrast(colors.accent_text, ground) >= 3


@pytest.mark.parametrize("name", ["dark", "light"])
def test_every_token_in_the_style_sheet_exists(qapp, name):
    assert not re.findall(r"@\w+@", style_sheet(load_tokens(name)))


def test_colours_are_named_in_the_themes_only():
    for path in (ROOT / "studio" / "gui").rglob("*.py"):
        found = re.findall(r"[\"']#[0-9a-fA-F]{3,8}[\"']", path.read_text(encoding="utf-8"))
        assert not found, f"{path}: use a token instead of {found}"


def test_icons_that_are_used_are_shipped_and_no_others():
    shipped = {path.stem for path in (resources() / "icons").glob("*.svg")}
    sources = [path.read_text("utf-8") for path in (ROOT / "studio" / "gui").rglob("*.py")]
    makers = r"(?:set_icon\([^,]+, |Picture\(|IconButton\(|themed_icon\(|EmptyState\()"
    calls = makers + r"\s*\"([a-z0-9-]+)\""
    assert not set(re.findall(calls, "\n".join(sources))) - shipped
    words = {
        node.value
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert not shipped - words, "delete these icons, nothing draws them"


def test_icons_take_the_colour_they_are_asked_for(qapp):
    image = pixmap("play", "#FF0000", 24).toImage()
    colours = {
        image.pixelColor(x, y).name()
        for x in range(24)
        for y in range(24)
        if image.pixelColor(x, y).alpha() > 200
    }
    assert colours == {"#ff0000"}


def test_the_shipped_font_is_used_in_four_sizes(qapp):
    theme().apply("dark")
    assert QFontInfo(font()).family() == "Inter"
    assert len({SIZES.caption, SIZES.body, SIZES.title, SIZES.display}) == 4
    assert QFontInfo(qapp.font()).family() == "Inter"


def test_chinese_has_a_shipped_font(qapp):
    theme().apply("dark")
    assert "Noto Sans CJK SC" in QFontDatabase.families()
    layout = QTextLayout("简体中文 Aa", qapp.font())
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    missing = [run for run in layout.glyphRuns() if 0 in run.glyphIndexes()]
    assert not missing
    assert {run.rawFont().familyName() for run in layout.glyphRuns()} <= {"Inter", *FALLBACKS}


def test_switching_tells_once_and_repaints(qapp):
    heard = []
    theme().apply("dark")
    theme().changed.connect(lambda: heard.append(theme().tokens.name))
    theme().apply("light")
    theme().apply("system")
    theme().apply("dark")
    assert heard[0] == "light"
    assert heard[-1] == "dark"
    assert qapp.palette().window().color().name().upper() == load_tokens("dark").colors.ground
