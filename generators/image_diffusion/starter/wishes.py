"""What to draw and how to say it: a wish (an entry of every list) becomes a scene and a caption."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from generators.image_diffusion.starter import vocabulary as words
from generators.image_diffusion.starter.mesh import Model
from generators.image_diffusion.starter.scene import Rendered, Scene, offset, render
from generators.image_diffusion.starter.subjects import SHAPES, SUBJECTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generators.image_diffusion.starter.vocabulary import Rgb, Word

#: Sizes that are trained, (width, height) in px, and how often. All are near 128² in area,
#: multiples of 32, and near to the aspects of the placements that are shipped. A larger model is
#: trained on twice as much each way.
BUCKETS: tuple[tuple[tuple[int, int], float], ...] = (
    ((128, 128), 0.50),
    ((96, 160), 0.13),
    ((192, 96), 0.15),
    ((128, 160), 0.12),
    ((224, 96), 0.06),
    ((160, 128), 0.04),
)
_NEUTRAL: tuple[Rgb, ...] = (
    (238, 236, 230),
    (46, 46, 50),
    (150, 150, 154),
    (206, 184, 150),
    (214, 216, 220),
)
_PREFIXES = (
    "",
    "",
    "",
    "a photo of ",
    "product photo of ",
    "studio photo of ",
    "an advert with ",
    "picture of ",
)
_PREFIXES_ZH = ("", "", "", "产品照片：", "一张照片，", "广告图，")

#: Words that adverts use and that say nothing of the picture: the model learns to look past them.
_FILLER_TEXT = (
    "beautiful modern premium clean minimal minimalist elegant professional new high quality "
    "detailed advertising commercial photograph photography image shot visual campaign brand "
    "autumn spring summer winter sale offer day morning evening home office kitchen everyday "
    "fresh natural simple warm bright lovely best our your for the and of with that keeps made "
    "style look feel product clear crisp sharp realistic rendering render soft space copy text "
    "room scene close up view "
)
FILLERS: tuple[str, ...] = tuple(_FILLER_TEXT.split())


@dataclass(frozen=True, slots=True)
class Wish:
    """One choice of each list, by id."""

    subject: str
    colour: str
    material: str
    background: str
    backdrop: str
    light: str
    view: str
    place: str
    count: str

    def to_json(self) -> dict[str, str]:
        """Return the wish as plain data."""
        return asdict(self)

    def mirrored(self) -> Wish:
        """Return the wish of the mirrored picture."""
        return replace(self, place={"left": "right", "right": "left"}.get(self.place, self.place))


def colour_distance(first: str, second: str) -> float:
    """Return a rough distance of two named colours, 0 to about 1."""
    a, b = (np.array(words.COLOURS[name], np.float64) / 255 for name in (first, second))
    return float(np.sqrt(((a - b) ** 2 * np.array([0.6, 1.2, 0.4])).sum()))


def draw_wish(rng: np.random.Generator, subject: str | None = None) -> Wish:
    """Return a random wish whose subject stands out from its background."""

    def one(entries: Sequence[Word], weights: Sequence[float] | None = None) -> str:
        return entries[int(rng.choice(len(entries), p=weights))].id

    colour = one(words.COLOUR_WORDS)
    others = [word.id for word in words.COLOUR_WORDS if colour_distance(colour, word.id) > 0.18]
    return Wish(
        subject=subject or list(SUBJECTS)[int(rng.integers(len(SUBJECTS)))],
        colour=colour,
        material=one(words.MATERIALS, (0.4, 0.42, 0.18)),
        background=one(words.BACKGROUNDS, (0.2, 0.16, 0.16, 0.16, 0.14, 0.1, 0.08)),
        backdrop=others[int(rng.integers(len(others)))],
        light=one(words.LIGHTS, (0.4, 0.3, 0.16, 0.14)),
        view=one(words.VIEWS, (0.42, 0.4, 0.18)),
        place=one(words.PLACES, (0.18, 0.64, 0.18)),
        count=one(words.COUNTS, (0.84, 0.1, 0.06)),
    )


def draw_picture(wish: Wish, size: tuple[int, int], rng: np.random.Generator) -> Rendered:
    """Draw a wish at ``size`` (width, height) with a shape and everything unnamed by chance."""
    colour = words.COLOURS[wish.colour]
    accent = _NEUTRAL[int(rng.integers(len(_NEUTRAL)))]
    if rng.random() < 0.3:
        accent = list(words.COLOURS.values())[int(rng.integers(len(words.COLOURS)))]
    elif rng.random() < 0.25:
        dark = 0.6 if sum(colour) > 150 else 2.2
        accent = (
            min(255, int(colour[0] * dark)),
            min(255, int(colour[1] * dark)),
            min(255, int(colour[2] * dark)),
        )
    label = (246, 244, 238) if sum(colour) < 640 else (70, 74, 84)
    azimuth, elevation = _viewpoint(wish.view, rng)
    middle, extent = _framing(wish, size, rng)
    scene = Scene(
        colour=_jittered(colour, rng),
        accent=accent,
        label=label,
        material=wish.material,
        background=wish.background,
        backdrop=_jittered(words.COLOURS[wish.backdrop], rng),
        light=wish.light,
        azimuth=azimuth,
        elevation=elevation,
        middle=middle,
        extent=extent,
        seed=int(rng.integers(2**31)),
    )
    return render(_group(wish, rng), scene, size)


def caption(
    wish: Wish, rng: np.random.Generator, *, chinese: bool = False, full: bool = False
) -> str:
    """Say a wish in words, leaving some of them out unless ``full``."""
    said = {
        "colour": full or rng.random() < 0.88,
        "material": full or rng.random() < 0.55,
        "background": full or rng.random() < 0.88,
        "light": full or rng.random() < 0.5,
        "view": full or rng.random() < 0.5,
        "place": full or rng.random() < (0.8 if wish.place != "centre" else 0.4),
    }
    return _chinese(wish, said, rng) if chinese else _english(wish, said, rng)


def dressed(text: str, rng: np.random.Generator) -> str:
    """Return an English caption, now and then with words of advertising or a made-up brand."""
    chance = rng.random()
    if chance < 0.65:
        return text
    extra = [FILLERS[int(rng.integers(len(FILLERS)))] for _ in range(int(rng.integers(1, 5)))]
    if chance > 0.88:
        letters = rng.integers(0, 26, int(rng.integers(4, 8)))
        extra.insert(0, "".join(chr(97 + int(letter)) for letter in letters))
    added = " ".join(extra)
    return f"{added} {text}" if rng.random() < 0.4 else f"{text}, {added}"


def _english(wish: Wish, said: dict[str, bool], rng: np.random.Generator) -> str:
    subject = _some(SUBJECTS[wish.subject].english, rng)
    colour = _some(_word(words.COLOUR_WORDS, wish.colour).english, rng) if said["colour"] else ""
    material = _some(_word(words.MATERIALS, wish.material).english, rng) if said["material"] else ""
    thing = " ".join(part for part in (material, colour, subject) if part)
    if wish.count == "one":
        article = "an" if thing[0] in "aeiou" else "a"
        thing = thing if rng.random() < 0.25 or subject.endswith("s") else f"{article} {thing}"
    else:
        thing = f"{wish.count} {_plural(thing)}"
    extras = []
    if said["background"]:
        phrase = _some(_word(words.BACKGROUNDS, wish.background).english, rng)
        backdrop = _some(_word(words.COLOUR_WORDS, wish.backdrop).english, rng)
        extras.append(phrase.format(backdrop))
    for key, entries in (("light", words.LIGHTS), ("view", words.VIEWS), ("place", words.PLACES)):
        if said[key]:
            extras.append(_some(_word(entries, getattr(wish, key)).english, rng))
    if rng.random() < 0.3:
        rng.shuffle(extras)
    prefix = _PREFIXES[int(rng.integers(len(_PREFIXES)))]
    first_joint = (
        " " if extras and extras[0].startswith(("on ", "in ", "with ", "against ")) else ", "
    )
    return prefix + thing + (first_joint + ", ".join(extras) if extras else "")


def _chinese(wish: Wish, said: dict[str, bool], rng: np.random.Generator) -> str:
    subject = _some(SUBJECTS[wish.subject].chinese, rng)
    colour = _some(_word(words.COLOUR_WORDS, wish.colour).chinese, rng) if said["colour"] else ""
    material = _some(_word(words.MATERIALS, wish.material).chinese, rng) if said["material"] else ""
    count = (
        _word(words.COUNTS, wish.count).chinese[0]
        if wish.count != "one" or rng.random() < 0.6
        else ""
    )
    of = "的" if colour and rng.random() < 0.5 else ""
    thing = f"{count}{material}{colour}{of}{subject}"
    extras = []
    if said["background"]:
        phrase = _some(_word(words.BACKGROUNDS, wish.background).chinese, rng)
        extras.append(phrase.format(_some(_word(words.COLOUR_WORDS, wish.backdrop).chinese, rng)))
    for key, entries in (("light", words.LIGHTS), ("view", words.VIEWS), ("place", words.PLACES)):
        if said[key]:
            extras.append(_some(_word(entries, getattr(wish, key)).chinese, rng))
    prefix = _PREFIXES_ZH[int(rng.integers(len(_PREFIXES_ZH)))]
    return prefix + "，".join([thing, *extras])


def _viewpoint(view: str, rng: np.random.Generator) -> tuple[float, float]:
    side = 1.0 if rng.random() < 0.5 else -1.0
    if view == "front":
        return rng.uniform(-9, 9), rng.uniform(3, 11)
    if view == "three-quarter":
        return side * rng.uniform(24, 42), rng.uniform(11, 22)
    return side * rng.uniform(0, 35), rng.uniform(33, 48)


def _framing(
    wish: Wish, size: tuple[int, int], rng: np.random.Generator
) -> tuple[tuple[float, float], tuple[float, float]]:
    wide = size[0] / size[1]
    near = 0.27 if wide > 1.4 else 0.31
    x = {"left": near, "centre": 0.5, "right": 1 - near}[wish.place] + rng.uniform(-0.025, 0.025)
    room = 2 * min(x, 1 - x) - 0.07
    high = rng.uniform(0.56, 0.74)
    y = rng.uniform(0.5, 0.56)
    if wish.background == "podium":
        high, y = rng.uniform(0.48, 0.6), rng.uniform(0.45, 0.49)
    if wide < 0.7:  # tall pictures: copy goes above and below
        high *= 0.8
    return (x, y), (min(room, 0.84) * rng.uniform(0.88, 1.0), high)


def _group(wish: Wish, rng: np.random.Generator) -> Model:
    shape = SHAPES[wish.subject]
    model = shape(rng)
    count = {"one": 1, "two": 2, "three": 3}[wish.count]
    if count == 1:
        return model
    points = np.concatenate([part.points for part, _ in model.parts])
    step = float(points[:, 0].max() - points[:, 0].min()) * rng.uniform(1.06, 1.25)
    group = Model()
    for index in range(count):
        x = (index - (count - 1) / 2) * step
        z = -0.12 * step * (index % 2) * rng.uniform(0.5, 1.5)
        group.parts += offset(model, (x, 0.0, z), rng.uniform(-8, 8)).parts
    return group


def _jittered(colour: Rgb, rng: np.random.Generator) -> Rgb:
    values = np.clip(np.array(colour) + rng.normal(0, 3.5, 3), 0, 255).astype(int)
    return int(values[0]), int(values[1]), int(values[2])


def _plural(thing: str) -> str:
    if thing.endswith("s") and not thing.endswith("ss"):
        return thing
    if thing.endswith(("ss", "x", "ch", "sh")):
        return thing + "es"
    return thing + "s"


def _word(entries: Sequence[Word], id_: str) -> Word:
    return next(entry for entry in entries if entry.id == id_)


def _some(choices: tuple[str, ...], rng: np.random.Generator) -> str:
    """Return the first choice mostly, else any."""
    return choices[0] if rng.random() < 0.6 else choices[int(rng.integers(len(choices)))]
