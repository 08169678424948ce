"""From what a prompt asks to everything that is played by: what it leaves open is drawn here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from generators.api import InvalidParameter
from generators.audio_music.symbolic.sounds import KITS, PARTS, PLAYED_AS, SOUNDS
from generators.audio_music.symbolic.styles import STYLES, Style
from generators.audio_music.symbolic.theory import key_name
from generators.audio_music.symbolic.timing import (
    LEEWAY,
    Grid,
    check_hits,
    ending_grid,
    loop_grid,
    own_hits,
)
from generators.musical.words import MOODS

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from generators.api import JsonValue
    from generators.audio_music.symbolic.dice import Dice
    from generators.musical.reading import Hit, Wishes

TEMPI = (30.0, 300.0)
_PACES = {"very_slow": 0.72, "slow": 0.84, "medium": 1.0, "fast": 1.2, "very_fast": 1.4}
_ASKED = 0.75  # share of the leeway that is used: a meter's error has room beside it
_SWAY = 0.5  # by how much of the energy ``intensity`` moves it at most
_FREE = 0.09  # share by which a tempo that nobody asked for may be moved
#: Genres that a mood alone suggests.
_BY_MOOD = {
    "calm": ("ambient", "acoustic", "lofi"), "happy": ("pop", "acoustic", "corporate"),
    "warm": ("acoustic", "corporate"), "inspiring": ("corporate", "cinematic"),
    "energetic": ("electronic", "rock", "pop"), "confident": ("hiphop", "house", "funk"),
    "playful": ("playground",), "elegant": ("jazz", "orchestral", "house"),
    "dreamy": ("ambient", "synthwave"), "nostalgic": ("lofi", "synthwave"),
    "romantic": ("piano", "orchestral", "acoustic"), "sad": ("piano", "orchestral"),
    "dark": ("cinematic", "hiphop"), "mysterious": ("cinematic", "orchestral"),
    "tense": ("cinematic", "electronic"), "epic": ("cinematic",), "festive": ("pop", "funk"),
}  # fmt: skip
#: Genres that an instrument alone suggests.
_BY_INSTRUMENT = {
    "koto": "guofeng", "pipa": "guofeng", "yangqin": "guofeng", "distorted_guitar": "rock",
    "saxophone": "jazz", "jazz_guitar": "jazz", "brushes": "acoustic", "synth_lead": "electronic",
    "synth_bass": "electronic", "drum_machine": "hiphop", "steel_drums": "reggae",
    "taiko": "cinematic", "timpani": "orchestral", "horns": "cinematic", "strings": "orchestral",
    "violin": "orchestral", "harp": "orchestral", "choir": "cinematic", "oboe": "orchestral",
    "acoustic_guitar": "acoustic", "nylon_guitar": "acoustic", "accordion": "acoustic",
    "marimba": "playground", "music_box": "playground", "kalimba": "lofi",
    "electric_piano": "lofi", "brass": "funk", "organ": "funk", "square_lead": "electronic",
}  # fmt: skip
_TONICS = {"major": (0, 2, 3, 5, 7, 9, 10), "minor": (0, 2, 4, 5, 7, 9, 11)}
_MOODS = {mood.id: mood for mood in MOODS}
#: What still pieces play instead, of the patterns of chords and of broken chords.
_STILL_COMP = {"stabs": "block", "pulse": "block", "syncopated": "block", "power": "block",
               "spiccato": "block", "scratch": "charleston", "offbeat": "charleston",
               "picking": "broken"}  # fmt: skip
_STILL_ARP = {"sixteenths": "eighths", "ostinato": "sparse", "eighths": "sparse", "up": "sparse"}
_STILL_BASS = {
    "eighths": "root_fifth",
    "sixteenths": "root_fifth",
    "octaves": "root_fifth",
    "offbeat": "sustained",
    "funk": "lazy",
    "syncopated": "sub",
}
#: What driving pieces play instead.
_DRIVING_COMP = {"block": "pulse", "lazy": "syncopated"}
_DRIVING_ARP = {"sparse": "eighths", "ostinato": "sixteenths"}
_DRIVING_BASS = {"sustained": "root_fifth", "sub": "syncopated"}
STILL, _LIVELY = 0.25, 0.85  # energy below and above which a mood changes how much is played
_UNDRUMMED = 0.2  # energy below which nothing is struck that was not asked for
#: Share of a genre's room, and dB of it, in still and driving pieces: fast notes drown in a hall.
_STILL_ROOM, _DRIVING_ROOM = (1.15, 1.0), (0.75, -2.5)
HARMONIC = ("piano", "electric_piano", "organ", "acoustic_guitar", "nylon_guitar", "harp", "koto")


@dataclass(frozen=True, slots=True)
class Plan:
    """All that the composer goes by.

    Attributes:
        energy: 0 still to 1 driving.
        colour: Key of ``theory.PROGRESSIONS``.
        parts: Instrument by part.
        course: ``building``, ``steady``, ``fading`` or "" for the genre's own form.
        busy: Notes of the tune: 0 few to 2 many.
        alone: Only the instruments that were asked for play, from start to end.
        part: 0 begins a piece, others go on with it.
    """

    moods: tuple[str, ...]
    genre: str
    style: Style
    energy: float
    brightness: float
    tonic: int
    mode: str
    colour: str
    metre: int
    grid: Grid
    duration: float
    parts: Mapping[str, str]
    course: str
    hits: tuple[Hit, ...]
    busy: int = 1
    alone: bool = False
    extras: tuple[str, ...] = ()
    part: int = 0

    def facts(self) -> dict[str, JsonValue]:
        """Return what a person is shown of it."""
        return {
            "genre": self.genre,
            "moods": list(self.moods),
            "tempo": round(self.grid.tempo, 2),
            "key": key_name(self.tonic, self.mode),
            "metre": f"{self.metre}/4",
            "instruments": list(dict.fromkeys(name for name in self.parts.values() if name)),
            "loop": self.grid.loop,
            "hits": [{"kind": hit.kind, "time": hit.time} for hit in self.hits],
        }


def decide(
    wishes: Wishes, duration: float, dice: Dice, intensity: float = 0.0, part: int = 0
) -> Plan:
    """Return a plan.

    Args:
        wishes: What the prompt asks for.
        duration: Seconds.
        dice: What the prompt leaves open is drawn from it.
        intensity: -1 calmer to 1 more driving than the prompt says; key, chords and tune stay.
        part: 0 begins a piece; 1, 2, … go on with it, in the same key, tempo and instruments.

    Raises:
        InvalidParameter: The prompt asks for what cannot be: a hit outside the length, a tempo
            that nobody can follow.
    """
    wishes = replace(wishes, hits=own_hits(wishes.hits, duration))
    check_hits(wishes.hits, duration, loop=wishes.loop)
    genre = _genre(wishes, dice.of("genre"))
    style = STYLES[genre]
    moods = [_MOODS[name] for name in wishes.moods]
    count = len(moods) or 1
    energy = sum(mood.energy for mood in moods) / count if moods else _usual_energy(genre)
    brightness = sum(mood.brightness for mood in moods) / count if moods else 0.5
    mode = _mode(wishes, style, brightness)
    tonic = wishes.tonic if wishes.tonic is not None else dice.of("key").choice(_TONICS[mode])
    metre = wishes.metre or 4
    wanted, span = _tempo(wishes, style, energy, dice.of("tempo"))
    if wishes.loop:
        grid = loop_grid(duration, metre, wanted, span, wishes.hits)
    else:
        grid = ending_grid(duration, metre, wanted, span, wishes.hits)
    busy = max(0, style.busy - (energy < STILL))
    if moods and energy >= _LIVELY:
        busy = min(2, style.busy + 1)
    colour = _colour(style, mode, brightness, energy)
    energy = min(1.0, max(0.0, energy + _SWAY * intensity))
    if energy < STILL:
        style = _still(style)
    elif energy >= _LIVELY:
        style = _driving(style)
    parts, extras = _parts(wishes, style, energy, dice)
    return Plan(
        moods=wishes.moods, genre=genre, style=style, energy=energy, brightness=brightness,
        tonic=tonic, mode=mode, colour=colour, metre=metre,
        grid=grid, duration=duration, parts=parts, course=wishes.course, hits=wishes.hits,
        busy=busy, alone=wishes.only or genre == "piano", extras=extras,
        part=part,
    )  # fmt: skip


def _still(style: Style) -> Style:
    """Return a style whose accompaniment and bass move less, in a larger room."""
    return replace(
        _roomed(style, *_STILL_ROOM),
        comp=_STILL_COMP.get(style.comp, style.comp),
        arp=_STILL_ARP.get(style.arp, style.arp),
        bass=_STILL_BASS.get(style.bass, style.bass),
    )


def _driving(style: Style) -> Style:
    """Return a style whose accompaniment and bass move more, where they hardly move."""
    return replace(
        _roomed(style, *_DRIVING_ROOM),
        comp=_DRIVING_COMP.get(style.comp, style.comp),
        arp=_DRIVING_ARP.get(style.arp, style.arp),
        bass=_DRIVING_BASS.get(style.bass, style.bass),
    )


def _roomed(style: Style, share: float, louder: float) -> Style:
    return replace(style, room=style.room * share, wet=style.wet + louder)


def _genre(wishes: Wishes, rng: random.Random) -> str:
    if wishes.only and wishes.instruments == ("piano",):
        return "piano"
    if wishes.genres:
        return wishes.genres[0]
    for name in wishes.instruments:
        if name in _BY_INSTRUMENT:
            return _BY_INSTRUMENT[name]
    for name in wishes.moods:
        return rng.choice(_BY_MOOD[name])
    return rng.choice(("corporate", "pop", "acoustic"))


def _usual_energy(genre: str) -> float:
    return {
        "ambient": 0.15, "piano": 0.25, "lofi": 0.3, "acoustic": 0.45, "guofeng": 0.4,
        "jazz": 0.45, "bossa": 0.45, "reggae": 0.5, "hiphop": 0.6, "orchestral": 0.5,
        "cinematic": 0.65, "playground": 0.6, "rock": 0.9, "electronic": 0.9, "house": 0.8,
        "funk": 0.8, "synthwave": 0.65,
    }.get(genre, 0.65)  # fmt: skip


def _mode(wishes: Wishes, style: Style, brightness: float) -> str:
    if wishes.scale:
        return wishes.scale
    if brightness < 0:
        return "minor"
    if style.colour:
        return style.colour.split()[0] if brightness < 0.6 else "major"
    return "major"


def _colour(style: Style, mode: str, brightness: float, energy: float) -> str:
    """Return which progressions fit, for the genre, the mode and the mood."""
    kind = style.colour.split()[1] if style.colour else ""
    if style.scale == "pentatonic":
        return f"{mode} pentatonic"
    if kind == "jazz" or (kind == "groove" and mode == "major"):
        return f"{mode} {kind}"
    if mode == "minor":
        if energy > 0.6:
            return "minor drive"
        return "minor dark" if brightness <= -0.55 else "minor sad"
    if energy < 0.28:
        return "major calm"
    return "major warm" if energy < 0.5 and brightness < 0.8 else "major bright"


def _tempo(
    wishes: Wishes, style: Style, energy: float, rng: random.Random
) -> tuple[float, tuple[float, float]]:
    """Return the tempo to be near to, and the lowest and highest allowed."""
    if wishes.tempo is not None:
        if not TEMPI[0] <= wishes.tempo <= TEMPI[1]:
            raise InvalidParameter(
                "prompt", f"The prompt asks for {wishes.tempo:g} beats a minute.",
                f"Between {TEMPI[0]:g} and {TEMPI[1]:g} can be played.",
            )  # fmt: skip
        leeway = _ASKED * LEEWAY
        return wishes.tempo, (wishes.tempo * (1 - leeway), wishes.tempo * (1 + leeway))
    slow, usual, fast = style.tempo
    share = 2 * energy - 1
    tempo = usual + share * (fast - usual if share > 0 else usual - slow)
    tempo = round(tempo * _PACES.get(wishes.pace, 1.0) + rng.uniform(-3, 3))
    return tempo, (tempo * (1 - _FREE), tempo * (1 + _FREE))


def _parts(
    wishes: Wishes, style: Style, energy: float, dice: Dice
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the instrument of each part, and what is added to the drums."""
    parts = {part: dice.of(part).choice(choices) for part, choices in style.lineup.items()}
    taken: dict[str, str] = {}
    extras = [name for name in wishes.instruments if name in PLAYED_AS]
    for name in wishes.instruments:
        if name in PLAYED_AS:
            continue
        part = next((part for part in PARTS[name] if part not in taken), PARTS[name][0])
        if name == "drums" and parts.get("drums"):
            taken["drums"] = parts["drums"]
        elif name not in taken.values():
            taken[part] = name
    if wishes.only:
        parts = {}
        alone = [name for name in taken.values() if name in HARMONIC]
        if alone and "bass" not in taken:
            taken["bass"] = alone[0]
            taken.setdefault("melody", alone[0])
    parts |= taken
    if extras and not parts.get("drums"):
        parts["drums"] = "drums"
    if not wishes.only and energy < _UNDRUMMED:
        parts |= {part: "" for part in ("drums", "boom") if part not in taken}
    refused = set(wishes.without)
    if "drums" in refused:
        refused |= KITS | {"taiko", "timpani"}
        extras = []
    kept = {part: name for part, name in parts.items() if name and name not in refused}
    return kept or {"melody": "piano", "chords": "piano"}, tuple(extras)


assert all(name in SOUNDS for style in STYLES.values() for names in style.lineup.values()
           for name in names if name)  # fmt: skip
