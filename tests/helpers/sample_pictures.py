"""More pictures, sounds and texts made on the spot, for a library that looks lived in."""

from __future__ import annotations

import io
import math
import random

import numpy as np
import soundfile
from PIL import Image, ImageDraw, ImageFilter

from helpers import scenes

SIZES = ((720, 720), (576, 720), (720, 377), (450, 800))
PROMPTS = (
    "steel water bottle on a pale stone table, soft morning light, long shadows",
    "mountain ridges in evening haze, warm sky, wide open space for a headline",
    "dunes at sunrise, two colours, minimal, strong diagonal",
    "paper shapes in terracotta and sand, flat lay, studio light",
    "round fruit on a plate, hard light, pop colours, top view",
    "城市夜景 虚化灯光 高级质感, calm mood",
    "ripples on deep water seen from above, teal, quiet",
)
COPY = (
    ("Carry less. Drink better.", "Headline · Google responsive search ad"),
    (
        "Steel that keeps its cool.\nFrom the first train to the last mile, your water stays cold "
        "for 24 hours. No plastic, no taste, no excuses.",
        "Primary text · Meta feed",
    ),
    ("Made once. Used for years.", "Headline · LinkedIn single image"),
    (
        "Hydration, without the habit of throwing things away. Refill it at any tap; we plant a "
        "tree for every thousand refills logged.",
        "Description · Performance Max",
    ),
    ("一瓶在手，清凉一整天。", "标题 · 小红书"),
)


def picture(number: int, size: tuple[int, int] | None = None) -> Image.Image:
    """Return picture ``number``: always the same one, and each a little different."""
    width, height = size or SIZES[number % len(SIZES)]
    makers = (
        scenes.still_life,
        scenes.mountains,
        _dunes,
        _paper,
        _fruit,
        scenes.bokeh,
        _ripples,
    )
    made = makers[number % len(makers)](width, height, number + 3)
    return _tinted(made, number)


def png(image: Image.Image) -> bytes:
    """Return a picture as PNG."""
    data = io.BytesIO()
    image.save(data, "PNG", compress_level=1)
    return data.getvalue()


def wav(number: int, seconds: float = 6.0, rate: int = 22_050) -> bytes:
    """Return a soft chord progression with an envelope that makes a good waveform."""
    at = np.arange(int(seconds * rate)) / rate
    sound = np.zeros_like(at)
    chance = random.Random(number)
    for start in np.arange(0, seconds, 0.5):
        note = 220 * 2 ** (chance.choice((0, 3, 5, 7, 10, 12)) / 12)
        local = np.clip(at - start, 0, None)
        tone = np.sin(2 * math.pi * note * local) + 0.4 * np.sin(4 * math.pi * note * local)
        sound += tone * np.exp(-local * 3.2) * (at >= start) * chance.uniform(0.4, 1.0)
    sound *= np.minimum(1, at * 2) * np.minimum(1, (seconds - at) * 1.2)
    data = io.BytesIO()
    soundfile.write(
        data, (sound / np.abs(sound).max() * 0.8).astype("float32"), rate, "PCM_16", format="WAV"
    )
    return data.getvalue()


def _tinted(image: Image.Image, number: int) -> Image.Image:
    shift = (0, 0, 12, 0, 0, 226, 0, 24)[number % 8]
    if not shift:
        return image
    hue, saturation, value = image.convert("HSV").split()
    hue = hue.point(lambda level: (level + shift) % 256)
    return Image.merge("HSV", (hue, saturation, value)).convert("RGB")


def _soft(size: tuple[int, int], draw_at: int = 2) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    image = Image.new("RGB", (size[0] * draw_at, size[1] * draw_at))
    return image, ImageDraw.Draw(image)


def _dunes(width: int, height: int, seed: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    sky = np.stack([250 - 30 * down, 214 - 40 * down, 178 + 0 * down], axis=2)
    pixels = sky
    for level in range(4):
        edge = (
            0.38 + 0.16 * level + 0.06 * np.sin(across * (2.2 + level) * 2 + chance.uniform(0, 6))
        )
        below = down > edge
        depth = np.clip((down - edge) * 3, 0, 1)[..., None]
        light = np.array([232 - 34 * level, 150 - 30 * level, 96 - 18 * level])
        dark = light * 0.62
        side = np.clip(0.5 + 2.2 * np.cos(across * (2.2 + level) * 2 + level), 0, 1)[..., None]
        pixels = np.where(
            below[..., None], light * (1 - depth * side) + dark * depth * side, pixels
        )
    sun = np.hypot(across - 0.72, (down - 0.22) * height / width) < 0.07
    pixels = np.where(sun[..., None], np.array([255, 246, 226]), pixels)
    noise = chance.normal(0, 3, (height, width, 1))
    return Image.fromarray(np.clip(pixels + noise, 0, 255).astype("uint8"))


def _paper(width: int, height: int, seed: int) -> Image.Image:
    chance = random.Random(seed)
    image, draw = _soft((width, height))
    wide, high = image.size
    draw.rectangle((0, 0, wide, high), fill=(233, 222, 206))
    colours = ((201, 104, 74), (222, 178, 128), (92, 110, 104), (244, 236, 224), (166, 76, 62))
    for _ in range(7):
        size = chance.uniform(0.25, 0.6) * min(wide, high)
        x, y = chance.uniform(-0.1, 0.9) * wide, chance.uniform(-0.1, 0.9) * high
        shade = Image.new("L", image.size, 0)
        pen = ImageDraw.Draw(shade)
        kind = chance.choice(("ellipse", "pieslice", "rectangle"))
        box = (x, y, x + size, y + size)
        extra = (
            (chance.choice((0, 90, 180)), chance.choice((270, 360))) if kind == "pieslice" else ()
        )
        getattr(pen, kind)(box, *extra, fill=255)
        shadow = shade.filter(ImageFilter.GaussianBlur(14)).point(lambda level: level * 0.35)
        image.paste((70, 50, 40), (10, 16), shadow.crop((0, 0, wide, high)))
        image.paste(chance.choice(colours), (0, 0), shade)
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _fruit(width: int, height: int, seed: int) -> Image.Image:
    chance = random.Random(seed)
    image, draw = _soft((width, height))
    wide, high = image.size
    draw.rectangle((0, 0, wide, high), fill=(247, 205, 92))
    side = min(wide, high) * 0.8
    left, top = (wide - side) / 2, (high - side) / 2
    draw.ellipse((left + 24, top + 40, left + side + 24, top + side + 40), fill=(214, 168, 60))
    draw.ellipse((left, top, left + side, top + side), fill=(250, 247, 240))
    draw.ellipse((left + 40, top + 40, left + side - 40, top + side - 40), fill=(240, 235, 226))
    for step in range(6):
        turn = step / 6 * math.tau + chance.uniform(-0.2, 0.2)
        x = wide / 2 + math.cos(turn) * side * 0.25
        y = high / 2 + math.sin(turn) * side * 0.25
        radius = side * chance.uniform(0.09, 0.13)
        base = chance.choice(((226, 84, 52), (240, 132, 44), (196, 52, 60)))
        draw.ellipse(
            (x - radius + 12, y - radius + 20, x + radius + 12, y + radius + 20),
            fill=(206, 198, 186),
        )
        for ring in range(20):
            part = radius * (1 - ring / 24)
            lift = [min(255, channel + ring * 4) for channel in base]
            dx, dy = -ring * radius / 60, -ring * radius / 50
            draw.ellipse(
                (x - part + dx, y - part + dy, x + part + dx, y + part + dy), fill=tuple(lift)
            )
    return image.resize((width, height), Image.Resampling.LANCZOS)


def _ripples(width: int, height: int, seed: int) -> Image.Image:
    chance = np.random.default_rng(seed)
    across, down = np.meshgrid(np.linspace(0, 6, width), np.linspace(0, 6 * height / width, height))
    wave = np.zeros_like(across)
    for _ in range(7):
        angle, length = chance.uniform(0, 3), chance.uniform(1.2, 5)
        along = across * math.cos(angle) + down * math.sin(angle)
        wave += (
            np.sin(along * length + chance.uniform(0, 6) + 0.8 * np.sin(down * 1.3)) / length**0.4
        )
    light = np.clip((wave - wave.min()) / np.ptp(wave), 0, 1)[..., None]
    deep, glint = np.array([10, 62, 78]), np.array([120, 204, 204])
    pixels = deep * (1 - light) + glint * light + 90 * np.clip(light - 0.86, 0, 1) * 5
    return Image.fromarray(np.clip(pixels, 0, 255).astype("uint8"))
