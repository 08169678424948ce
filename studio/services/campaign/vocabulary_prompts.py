"""Image prompts for a checkpoint that declares its words.

The product's nearest subject, the brand's colours as the nearest that it knows, and room for copy
where the layout puts it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from studio.core.vocabulary import SLOT
from studio.services.campaign.planning import layout_for
from studio.services.compose.colour import rgb
from studio.services.compose.layouts import layouts, shape_of
from studio.services.vocabulary.hints import nearest_subject
from studio.services.vocabulary.loading import vocabulary_or_none
from studio.services.vocabulary.reading import read_prompt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from studio.core.brand import Palette
    from studio.core.campaign import Brief, VisualPlan
    from studio.core.checkpoint import Checkpoint
    from studio.core.vocabulary import Entry, Vocabulary

Lab = tuple[float, float, float]
APART = 30.0  # CIE76 distance in Lab at which a subject stands out from its background
HUED = 12.0  # chroma from which a colour has a hue that people name
#: Per variant, in turn: background, material, light, view, by id; what is not there is left out.
LOOKS = (
    ("gradient", "matte", "soft", "three-quarter"),
    ("studio", "glossy", "bright", "front"),
    ("podium", "matte", "warm", "front"),
    ("plain", "glossy", "dramatic", "three-quarter"),
    ("table", "matte", "bright", "front"),
    ("confetti", "glossy", "bright", "three-quarter"),
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What stands for a product.

    Attributes:
        fit: ``known``, ``near`` or ``neutral``.
        said: The words of the brief that it stands for.
    """

    entry: Entry
    fit: str
    said: str


def subject_of(product: str, vocabulary: Vocabulary) -> Subject | None:
    """Return what a checkpoint can show of a product; None where it has nothing neutral either.

    What a text names first is what it is about: "a bicycle with a bell" is no bell.
    """
    reading = read_prompt(vocabulary, product)
    named = [word for word in reading.words if word.kind == "subject"]
    if named:
        return Subject(named[0].entry, "known" if named[0].known else "near", named[0].text)
    for span in reading.unknown:
        found = nearest_subject(vocabulary, span.text)
        if found is not None:
            return Subject(found[0], "near", span.text)
    neutral = vocabulary.neutral_subject()
    return Subject(neutral, "neutral", "") if neutral else None


def subject_warnings(checkpoint: Checkpoint, brief: Brief) -> list[str]:
    """Return what a person should know before pictures of another thing are made."""
    vocabulary = vocabulary_or_none(checkpoint.path)
    if vocabulary is None:
        return []
    subject = subject_of(brief.product, vocabulary)
    if subject is None:
        return [
            f"{checkpoint.name} knows nothing like the product; its pictures may show anything."
        ]
    word = subject.entry.word("en")
    if subject.fit == "near":
        return [
            f"{checkpoint.name} does not know “{subject.said}”: pictures show its nearest, {word}."
        ]
    if subject.fit == "neutral":
        return [
            f"{checkpoint.name} knows nothing like the product: pictures show a plain {word} "
            "instead. Use your own visuals, or another checkpoint, for the real thing."
        ]
    return []


def vocabulary_prompt(brief: Brief, visual: VisualPlan, vocabulary: Vocabulary) -> str:
    """Return a prompt in words that a checkpoint knows; empty where none can be written."""
    subject = subject_of(brief.product, vocabulary)
    if subject is None:
        return ""
    language = "en" if "en" in subject.entry.words else next(iter(subject.entry.words))
    look = LOOKS[(visual.variant - 1) % len(LOOKS)]
    if subject.fit == "neutral" and vocabulary.entry("background", "podium"):
        look = ("podium", *look[1:])
    colour, backdrop = colours_for(brief.brand.palette, visual.variant, vocabulary)
    kinds = ("background", "material", "light", "view")
    chosen = {kind: vocabulary.entry(kind, word) for kind, word in zip(kinds, look, strict=True)}
    chosen["place"] = vocabulary.entry("place", place_for(brief, visual))
    told = {kind: entry.word(language) if entry else "" for kind, entry in chosen.items()}
    shown = subject.entry.word(language)
    named = (told["material"], colour.word(language) if colour else "", shown)
    ground = told["background"].replace(SLOT, backdrop.word(language) if backdrop else "")
    if language == "zh":
        return "，".join(p for p in ("".join(named), ground, told["light"], told["place"]) if p)
    thing = " ".join(part for part in named if part)
    if not shown.endswith("s"):
        thing = ("an " if thing[0] in "aeiou" else "a ") + thing
    first = " ".join(f"{thing} {ground}".split())
    return ", ".join(p for p in (first, told["light"], told["view"], told["place"]) if p)


def place_for(brief: Brief, visual: VisualPlan) -> str:
    """Return where the subject goes: away from text or a logo on the picture, else the middle."""
    arrangement = layouts()[layout_for(brief, visual.variant)].arrangements[
        shape_of(visual.width, visual.height)
    ]
    left, top, width, height = arrangement.text
    over = arrangement.visual[2] > 0.99 and arrangement.visual[3] > 0.99
    if over and arrangement.subject and arrangement.logo == "top" and arrangement.align == "left":
        return "right"
    if not over or width > 0.75 or height < 0.75 or top > 0.25:
        return "centre"
    return "right" if left + width / 2 < 0.5 else "left"


def colours_for(
    palette: Palette, variant: int, vocabulary: Vocabulary
) -> tuple[Entry | None, Entry | None]:
    """Return subject and background colour: the brand's nearest, in turn, that stand apart."""
    known = [(entry, lab(entry.rgb)) for entry in vocabulary.of("colour") if entry.rgb]
    if not known:
        return None, None

    def nearest(colour: str) -> tuple[Entry, Lab]:
        wanted = lab(rgb(colour))
        hued = [item for item in known if chroma(item[1]) >= HUED]
        among = hued if hued and chroma(wanted) >= HUED else known  # a dark green is no black
        return min(among, key=lambda item: distance(item[1], wanted))

    primary, accent, paper = map(nearest, (palette.primary, palette.accent, palette.paper))
    turns = (
        (primary, paper), (accent, primary), (primary, accent), (paper, primary), (accent, paper),
        (paper, accent),
    )  # fmt: skip
    subject, ground = turns[(variant - 1) % len(turns)]
    if distance(subject[1], ground[1]) < APART:
        ground = _apart(subject, known)
    return subject[0], ground[0]


def _apart(subject: tuple[Entry, Lab], known: Sequence[tuple[Entry, Lab]]) -> tuple[Entry, Lab]:
    """Return the calmest colour that stands apart from a subject's: the least colourful one."""
    fits = [item for item in known if distance(item[1], subject[1]) >= APART] or list(known)
    return min(fits, key=lambda item: chroma(item[1]))


def lab(colour: tuple[int, int, int]) -> Lab:
    """Return CIE L*a*b* (D65) of an sRGB colour: IEC 61966-2-1 and CIE 15."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in colour)
    ]
    red, green, blue = linear
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def chroma(colour: Lab) -> float:
    """Return how colourful a colour is; 0 for greys."""
    return math.hypot(colour[1], colour[2])


def distance(one: Lab, other: Lab) -> float:
    """Return the CIE76 distance."""
    return math.dist(one, other)


def known_part(vocabulary: Vocabulary, negative: str) -> str:
    """Return the parts of a negative prompt that a checkpoint knows whole.

    Words that it has never seen would pull its pictures in directions that nobody asked for.
    """
    parts = [part.strip() for part in negative.replace("，", ",").split(",")]
    kept = []
    for part in parts:
        reading = read_prompt(vocabulary, part)
        if reading.words and not reading.unknown and all(word.known for word in reading.words):
            kept.append(part)
    return ", ".join(kept)
