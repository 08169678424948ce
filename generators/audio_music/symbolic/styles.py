"""What makes a genre: tempo, who plays, which patterns, how much room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Style:
    """A genre.

    Attributes:
        tempo: Slowest, usual, fastest beats a minute; a mood's energy picks in between.
        lineup: Instruments by part; several are choices, "" is to leave the part out.
        groove, bass, comp, arp: Names of patterns (``patterns``).
        swing: 0 straight to 1: how late every second eighth or sixteenth comes, as triplets are.
        swung: Length of the notes that swing, in beats: 0.5 or 0.25.
        room: Seconds of reverberation; ``wet`` dB of it.
        colour: Of the progressions, "" for the mood's own.
        busy: Melody notes: 0 few to 2 many.
        pump: dB by which held parts give way to the kick.
    """

    tempo: tuple[float, float, float]
    lineup: Mapping[str, tuple[str, ...]]
    groove: str = "pop"
    bass: str = "eighths"
    comp: str = "block"
    arp: str = "up"
    swing: float = 0.0
    swung: float = 0.5
    room: float = 1.4
    wet: float = -14.0
    colour: str = ""
    scale: str = ""
    busy: int = 1
    pump: float = 0.0
    extras: tuple[str, ...] = field(default=())


STYLES = {
    "corporate": Style(
        (92, 112, 126),
        {"melody": ("piano", "electric_guitar", "glockenspiel"),
         "chords": ("muted_guitar", "piano"), "pad": ("strings", "synth_pad"),
         "arp": ("pluck", "marimba", "muted_guitar"),
         "bass": ("bass_guitar",), "drums": ("drums",), "counter": ("strings",)},
        groove="corporate", bass="eighths", comp="pulse", arp="eighths", room=1.6, wet=-13,
    ),
    "pop": Style(
        (88, 108, 126),
        {"melody": ("electric_guitar", "synth_lead", "piano"), "chords": ("piano", "polysynth"),
         "pad": ("synth_strings", "synth_pad"), "arp": ("pluck", "fm_piano"),
         "bass": ("bass_guitar", "synth_bass"), "drums": ("drums", "electronic_drums"),
         "counter": ("strings",)},
        groove="pop", bass="syncopated", comp="syncopated", arp="eighths",
    ),
    "rock": Style(
        (84, 126, 150),
        {"melody": ("distorted_guitar", "electric_guitar"), "chords": ("distorted_guitar",),
         "pad": ("organ", ""), "arp": ("electric_guitar",), "bass": ("bass_guitar",),
         "drums": ("power_drums",), "counter": ("strings", "")},
        groove="rock", bass="eighths", comp="power", arp="eighths", room=1.1, wet=-16,
    ),
    "acoustic": Style(
        (76, 98, 120),
        {"melody": ("piano", "flute", "nylon_guitar"), "chords": ("acoustic_guitar",),
         "pad": ("slow_strings", "accordion"), "arp": ("nylon_guitar", "glockenspiel"),
         "bass": ("acoustic_bass",), "drums": ("brushes",), "counter": ("cello",)},
        groove="folk", bass="root_fifth", comp="picking", arp="eighths", room=1.3, wet=-14,
    ),
    "electronic": Style(
        (98, 124, 134),
        {"melody": ("synth_lead", "square_lead"), "chords": ("polysynth",),
         "pad": ("synth_pad", "sweep_pad"), "arp": ("pluck", "fm_piano"), "bass": ("synth_bass",),
         "drums": ("electronic_drums",), "counter": ("synth_strings",)},
        groove="four_floor", bass="offbeat", comp="stabs", arp="sixteenths", room=1.5, wet=-14,
        pump=7.0, extras=("riser",),
    ),
    "house": Style(
        (116, 121, 126),
        {"melody": ("electric_piano", "vibraphone", "saxophone"), "chords": ("piano", "polysynth"),
         "pad": ("synth_strings", "synth_pad"), "arp": ("pluck", "marimba"),
         "bass": ("synth_bass", "bass_guitar"), "drums": ("electronic_drums",),
         "counter": ("strings",)},
        groove="four_floor", bass="octaves", comp="stabs", arp="sixteenths", room=1.3, pump=5.0,
        extras=("riser",),
    ),
    "synthwave": Style(
        (84, 100, 116),
        {"melody": ("synth_lead", "square_lead"), "chords": ("polysynth", "synth_brass"),
         "pad": ("synth_strings",), "arp": ("pluck", "fm_piano"), "bass": ("synth_bass",),
         "drums": ("electronic_drums",), "counter": ("synth_brass",)},
        groove="backbeat", bass="sixteenths", comp="block", arp="sixteenths", room=2.0, wet=-11,
        colour="minor drive", pump=3.0,
    ),
    "hiphop": Style(
        (72, 86, 98),
        {"melody": ("electric_piano", "pluck", "flute"), "chords": ("electric_piano", "piano"),
         "pad": ("synth_pad", "choir"), "arp": ("pluck", "kalimba"), "bass": ("synth_bass",),
         "drums": ("drum_machine",), "counter": ("strings",)},
        groove="trap", bass="sub", comp="block", arp="sparse", swing=0.15, swung=0.25, room=1.1,
        busy=0,
    ),
    "lofi": Style(
        (68, 78, 88),
        {"melody": ("vibraphone", "electric_piano", "nylon_guitar"),
         "chords": ("electric_piano", "jazz_guitar"), "pad": ("synth_pad", ""),
         "arp": ("kalimba", "nylon_guitar"), "bass": ("acoustic_bass", "bass_guitar"),
         "drums": ("brushes", "drums"), "counter": ("",)},
        groove="boombap", bass="lazy", comp="lazy", arp="sparse", swing=0.5, swung=0.25, room=1.0,
        colour="major jazz", busy=0,
    ),
    "jazz": Style(
        (76, 122, 164),
        {"melody": ("saxophone", "trumpet", "vibraphone", "clarinet"),
         "chords": ("piano", "jazz_guitar"), "pad": ("",), "arp": ("vibraphone",),
         "bass": ("acoustic_bass",), "drums": ("brushes",), "counter": ("trombone", "")},
        groove="swing", bass="walking", comp="charleston", arp="sparse", swing=1.0, room=1.1,
        colour="major jazz", busy=2,
    ),
    "bossa": Style(
        (100, 118, 132),
        {"melody": ("flute", "vibraphone", "saxophone"), "chords": ("nylon_guitar",),
         "pad": ("slow_strings", ""), "arp": ("electric_piano",), "bass": ("acoustic_bass",),
         "drums": ("brushes",), "counter": ("strings", "")},
        groove="bossa", bass="bossa", comp="bossa", arp="sparse", room=1.1, colour="major jazz",
    ),
    "funk": Style(
        (88, 108, 120),
        {"melody": ("brass", "saxophone", "organ"), "chords": ("electric_guitar", "electric_piano"),
         "pad": ("organ", ""), "arp": ("muted_guitar",), "bass": ("bass_guitar",),
         "drums": ("drums",), "counter": ("brass",)},
        groove="funk", bass="funk", comp="scratch", arp="sixteenths", swing=0.2, swung=0.25,
        room=0.9, wet=-17, colour="major groove",
    ),
    "cinematic": Style(
        (72, 92, 122),
        {"melody": ("horns", "violin", "piano"), "chords": ("strings", "piano"),
         "pad": ("slow_strings", "choir"), "arp": ("pizzicato", "strings", "piano"),
         "bass": ("cello",), "drums": ("orchestra_drums",), "counter": ("brass", "choir"),
         "boom": ("taiko",)},
        groove="hits", bass="sustained", comp="spiccato", arp="ostinato", room=2.6, wet=-10, busy=0,
        extras=("riser",),
    ),
    "orchestral": Style(
        (76, 96, 126),
        {"melody": ("violin", "flute", "oboe", "clarinet"), "chords": ("pizzicato", "strings"),
         "pad": ("slow_strings",), "arp": ("harp", "pizzicato"), "bass": ("cello",), "drums": ("",),
         "counter": ("horns", "cello"), "boom": ("timpani",)},
        groove="none", bass="root_fifth", comp="pulse", arp="eighths", room=2.2, wet=-11,
    ),
    "ambient": Style(
        (56, 68, 84),
        {"melody": ("piano", "pluck", "vibraphone"), "chords": ("electric_piano", "piano"),
         "pad": ("sweep_pad", "synth_pad", "choir"), "arp": ("kalimba", "pluck", "harp"),
         "bass": ("synth_bass",), "drums": ("",), "counter": ("slow_strings", "choir")},
        groove="none", bass="sustained", comp="block", arp="sparse", room=3.2, wet=-7, busy=0,
    ),
    "playground": Style(
        (92, 120, 138),
        {"melody": ("glockenspiel", "clarinet", "music_box"),
         "chords": ("pizzicato", "acoustic_guitar"), "pad": ("",), "arp": ("marimba", "pizzicato"),
         "bass": ("acoustic_bass",), "drums": ("drums",), "counter": ("flute", "")},
        groove="toy", bass="root_fifth", comp="oompah", arp="eighths", room=1.0, busy=2,
    ),
    "guofeng": Style(
        (66, 84, 108),
        {"melody": ("pan_flute", "koto", "pipa"), "chords": ("yangqin", "koto"),
         "pad": ("slow_strings",), "arp": ("koto", "harp", "yangqin"), "bass": ("cello",),
         "drums": ("",), "counter": ("strings",), "boom": ("taiko",)},
        groove="taiko", bass="sustained", comp="picking", arp="eighths", room=2.2, wet=-11,
        scale="pentatonic",
    ),
    "reggae": Style(
        (72, 82, 92),
        {"melody": ("organ", "steel_drums", "trombone"), "chords": ("electric_guitar",),
         "pad": ("organ", ""), "arp": ("steel_drums",), "bass": ("bass_guitar",),
         "drums": ("drums",), "counter": ("brass", "")},
        groove="one_drop", bass="dub", comp="offbeat", arp="sparse", swing=0.3, room=1.2,
    ),
    "piano": Style(
        (62, 78, 112),
        {"melody": ("piano",), "chords": ("piano",), "pad": ("",), "arp": ("",), "bass": ("piano",),
         "drums": ("",), "counter": ("",)},
        groove="none", bass="sustained", comp="broken", room=1.8, wet=-11, busy=1,
    ),
}  # fmt: skip
