"""Image and music prompts from brief and chosen copy; templates are data in ``assets/prompts``."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

from studio.services.compose.colour import rgb
from studio.services.compose.layouts import shape_of
from studio.services.copywriting.asking import templates

if TYPE_CHECKING:
    from studio.core.campaign import Brief, VisualPlan

MAX_PROMPT = 700  # characters; CLIP reads 77 tokens, newer encoders 200 and more
NAMES = {
    "black": "#000000", "charcoal": "#2b2f33", "grey": "#8a8f98", "silver": "#c9ccd1",
    "white": "#ffffff", "cream": "#fbf4e4", "beige": "#d9c7a8", "brown": "#7a4a2b",
    "terracotta": "#c8603f", "red": "#d02b2b", "burgundy": "#6d1a2f", "coral": "#ff7f6a",
    "pink": "#f4a6c0", "magenta": "#c2187e", "purple": "#6a3ab2", "lavender": "#c4b5ea",
    "navy": "#14284b", "blue": "#2563eb", "sky blue": "#8cc8f2", "teal": "#14807c",
    "turquoise": "#40d0c4", "mint": "#b6ead2", "green": "#2f9e44", "forest green": "#14473a",
    "olive": "#77803a", "lime": "#bfe84a", "yellow": "#f6d33c", "mustard": "#d9a521",
    "amber": "#f2a541", "orange": "#f5731b",
}  # fmt: skip


def colour_name(colour: str) -> str:
    """Return the nearest plain name of ``#rrggbb`` (weighted distance, eyes see green best)."""
    red, green, blue = rgb(colour)

    def far(name: str) -> float:
        r, g, b = rgb(NAMES[name])
        return 2 * (red - r) ** 2 + 4 * (green - g) ** 2 + 3 * (blue - b) ** 2

    return min(NAMES, key=far)


def image_prompt(brief: Brief, visual: VisualPlan, copy: str) -> str:
    """Return the prompt of one visual.

    Args:
        brief: Product, audience, style, palette.
        visual: Its shape says where room is left for text; its variant chooses the scene.
        copy: The headline that will stand on it; its mood goes into the picture.
    """
    table = templates("image")
    scenes = table["scenes"]
    palette = brief.brand.palette
    names = dict.fromkeys(colour_name(colour) for colour in (palette.primary, palette.accent))
    shape = shape_of(visual.width, visual.height)
    mood = ", ".join(part for part in (brief.tone, _clean(copy)) if part)
    values = {
        "product": _clean(brief.product, 160),
        "audience": _clean(brief.audience, 90),
        "style": brief.visual_style or str(table["style"]),
        "mood": _clean(mood, 120) or "optimistic mood",
        "colours": " and ".join(names) + " accents",
        "space": str(table["space"][shape]),
    }
    scene = Template(str(scenes[(visual.variant - 1) % len(scenes)]))
    return _clean(scene.safe_substitute(values), MAX_PROMPT)


def negative_prompt(brief: Brief) -> str:
    """Return what the pictures should not show."""
    given = brief.negative_prompt
    standard = str(templates("image")["negative"])
    return f"{given}, {standard}" if given else standard


def music_params(brief: Brief, seed: int) -> dict[str, object]:
    """Return the parameters of the music bed."""
    table = templates("music")
    values = {
        "mood": brief.music.mood or table["mood"],
        "tone": _clean(brief.tone, 80) or "friendly",
    }
    return {
        "prompt": _clean(Template(str(table["prompt"])).safe_substitute(values), MAX_PROMPT),
        "duration": brief.music.duration,
        "seed": seed,
        "loudness": float(table["loudness"]),
        "fade_in": float(table["fade_in"]),
        "fade_out": float(table["fade_out"]),
        "format": "wav",
    }


def _clean(text: str, longest: int = 200) -> str:
    """Return text on one line, ended at a word where it is too long for a prompt."""
    text = " ".join(text.split()).rstrip(".")
    if len(text) <= longest:
        return text
    return text[:longest].rsplit(" ", 1)[0].rstrip(",;")
