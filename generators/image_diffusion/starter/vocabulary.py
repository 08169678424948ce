"""What the starter model knows: subjects, colours, materials, backgrounds, light, view, place.

This is the declared vocabulary. Every entry has its English and its Chinese word; the first English
word is the entry's id. Captions for training are made from it, the checkpoint carries it as
``vocabulary.json``, and the prompt box suggests from that file.
"""

from __future__ import annotations

from dataclasses import dataclass

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Word:
    """An entry: its id, English words (the first is used most) and Chinese words."""

    id: str
    english: tuple[str, ...]
    chinese: tuple[str, ...]


#: Sixteen colours that keep apart in CIE Lab (the nearest two, mint and green, by over 25).
COLOURS: dict[str, Rgb] = {
    "red": (205, 38, 42),
    "orange": (240, 130, 30),
    "yellow": (246, 205, 50),
    "green": (58, 140, 62),
    "mint": (152, 216, 184),
    "teal": (20, 128, 132),
    "light blue": (130, 190, 236),
    "blue": (38, 92, 205),
    "navy": (28, 38, 88),
    "purple": (122, 62, 168),
    "pink": (242, 150, 182),
    "brown": (118, 72, 42),
    "beige": (222, 200, 164),
    "black": (34, 34, 36),
    "grey": (140, 142, 146),
    "white": (240, 240, 238),
}

COLOUR_WORDS = (
    Word("red", ("red",), ("红色",)),
    Word("orange", ("orange",), ("橙色",)),
    Word("yellow", ("yellow",), ("黄色",)),
    Word("green", ("green",), ("绿色",)),
    Word("mint", ("mint", "mint green"), ("薄荷绿",)),
    Word("teal", ("teal",), ("青色", "蓝绿色")),
    Word("light blue", ("light blue", "sky blue"), ("浅蓝色", "天蓝色")),
    Word("blue", ("blue",), ("蓝色",)),
    Word("navy", ("navy", "dark blue"), ("藏青色", "深蓝色")),
    Word("purple", ("purple", "violet"), ("紫色",)),
    Word("pink", ("pink",), ("粉色", "粉红色")),
    Word("brown", ("brown",), ("棕色",)),
    Word("beige", ("beige", "cream"), ("米色",)),
    Word("black", ("black",), ("黑色",)),
    Word("grey", ("grey", "gray"), ("灰色",)),
    Word("white", ("white",), ("白色",)),
)

MATERIALS = (
    Word("matte", ("matte",), ("哑光",)),
    Word("glossy", ("glossy", "shiny"), ("亮面",)),
    Word("metallic", ("metallic", "metal"), ("金属质感",)),
)

BACKGROUNDS = (
    Word(
        "plain",
        ("on a plain {} background", "on a {} background", "{} background"),
        ("{}纯色背景", "{}背景"),
    ),
    Word("gradient", ("on a {} gradient background", "{} gradient"), ("{}渐变背景",)),
    Word("studio", ("in a {} studio", "in a {} photo studio"), ("{}摄影棚背景",)),
    Word("podium", ("on a podium, {} background", "on a {} podium"), ("{}展台上", "放在{}展台上")),
    Word(
        "table",
        ("on a wooden table, {} background", "on a wooden table, {} wall"),
        ("木桌上，{}背景",),
    ),
    Word(
        "sky",
        ("in front of a blue sky", "against the sky", "with a sky background"),
        ("蓝天背景", "天空背景"),
    ),
    Word(
        "confetti",
        ("with confetti, {} background", "with confetti on a {} background"),
        ("彩色纸屑，{}背景",),
    ),
)

LIGHTS = (
    Word("soft", ("soft light",), ("柔光",)),
    Word("bright", ("bright studio light", "bright light"), ("明亮光线",)),
    Word("warm", ("warm light", "warm evening light"), ("暖光",)),
    Word("dramatic", ("dramatic light",), ("戏剧性光线",)),
)

VIEWS = (
    Word("front", ("front view",), ("正面",)),
    Word("three-quarter", ("three-quarter view", "angled view"), ("四分之三视角", "斜侧面")),
    Word("above", ("seen from above", "high angle"), ("俯视",)),
)

PLACES = (
    Word("left", ("on the left", "on the left with free space"), ("居左", "左侧，右边留白")),
    Word("centre", ("centred", "in the centre"), ("居中",)),
    Word("right", ("on the right", "on the right with free space"), ("居右", "右侧，左边留白")),
)

COUNTS = (
    Word("one", ("a", "one"), ("一个",)),
    Word("two", ("two",), ("两个",)),
    Word("three", ("three",), ("三个",)),
)
