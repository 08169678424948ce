"""Which preset plays an instrument, where it sounds well, and how loud it is against the others."""

from __future__ import annotations

from dataclasses import dataclass

DRUM_BANK = 128


@dataclass(frozen=True, slots=True)
class Sound:
    """A preset of the starter's soundfont.

    Attributes:
        low, high: Keys that it is given, where its samples sound natural.
        level: dB that bring a note of velocity 90 to the loudness of the others.
        held: It sounds as long as its note is held (strings, winds), or dies away (piano).
        short: A plucked or struck sound of less than half a second: no long notes.
    """

    program: int
    low: int
    high: int
    level: float = 0.0
    held: bool = False
    short: bool = False
    bank: int = 0


SOUNDS = {
    "piano": Sound(0, 36, 88, 1.0),
    "electric_piano": Sound(4, 40, 84, -3.0),
    "fm_piano": Sound(5, 40, 86, 0.0),
    "organ": Sound(16, 40, 84, 0.0, held=True),
    "accordion": Sound(21, 52, 86, 1.0, held=True),
    "celesta": Sound(8, 60, 100, 0.0),
    "glockenspiel": Sound(9, 72, 96, 0.0),
    "music_box": Sound(10, 60, 96, -3.0),
    "vibraphone": Sound(11, 53, 89, 2.0),
    "marimba": Sound(12, 48, 88, -1.0, short=True),
    "kalimba": Sound(108, 55, 88, 2.0, short=True),
    "steel_drums": Sound(114, 55, 84, -4.0, short=True),
    "tubular_bells": Sound(14, 60, 79, -2.0),
    "nylon_guitar": Sound(24, 40, 79, -1.0),
    "acoustic_guitar": Sound(25, 40, 79, 4.0),
    "jazz_guitar": Sound(26, 40, 79, 0.0),
    "electric_guitar": Sound(27, 40, 81, -1.0),
    "muted_guitar": Sound(28, 40, 76, -1.0, short=True),
    "distorted_guitar": Sound(30, 45, 76, -3.0, held=True),
    "acoustic_bass": Sound(32, 28, 55, -4.0),
    "bass_guitar": Sound(33, 28, 55, -5.0),
    "synth_bass": Sound(38, 28, 55, -3.0),
    "violin": Sound(40, 55, 88, 0.0, held=True),
    "cello": Sound(42, 36, 72, -3.0, held=True),
    "pizzicato": Sound(45, 48, 84, 1.0, short=True),
    "harp": Sound(46, 40, 91, -3.0),
    "timpani": Sound(47, 40, 55, -1.0),
    "strings": Sound(48, 40, 91, 1.0, held=True),
    "slow_strings": Sound(49, 40, 91, 1.0, held=True),
    "synth_strings": Sound(50, 48, 88, 4.0, held=True),
    "choir": Sound(52, 48, 79, 5.0, held=True),
    "trumpet": Sound(56, 55, 82, -1.0, held=True),
    "trombone": Sound(57, 40, 70, -7.0, held=True),
    "horns": Sound(60, 43, 74, -4.0, held=True),
    "brass": Sound(61, 50, 82, -1.0, held=True),
    "synth_brass": Sound(62, 45, 82, -1.0, held=True),
    "saxophone": Sound(65, 50, 80, -3.0, held=True),
    "oboe": Sound(68, 60, 88, -3.0, held=True),
    "clarinet": Sound(71, 52, 88, -1.0, held=True),
    "flute": Sound(73, 60, 93, -3.0, held=True),
    "pan_flute": Sound(75, 60, 91, -2.0, held=True),
    "square_lead": Sound(80, 52, 91, -5.0, held=True),
    "synth_lead": Sound(81, 52, 91, -5.0, held=True),
    "fantasia": Sound(88, 48, 84, -2.0, held=True),
    "synth_pad": Sound(89, 48, 84, 8.0, held=True),
    "polysynth": Sound(90, 52, 84, -5.0, held=True),
    "sweep_pad": Sound(95, 52, 84, 4.0, held=True),
    "pluck": Sound(98, 55, 91, 0.0),
    "sitar": Sound(104, 48, 79, 1.0),
    "pipa": Sound(106, 48, 84, 5.0),
    "koto": Sound(107, 48, 84, -1.0),
    "yangqin": Sound(15, 50, 88, 5.0),
    "taiko": Sound(116, 36, 60, -2.0),
    "reverse_cymbal": Sound(119, 60, 60, 4.0),
    # drum kits
    "drums": Sound(0, 0, 127, 0.0, bank=DRUM_BANK),
    "power_drums": Sound(16, 0, 127, -1.0, bank=DRUM_BANK),
    "electronic_drums": Sound(24, 0, 127, 0.0, bank=DRUM_BANK),
    "drum_machine": Sound(25, 0, 127, 0.0, bank=DRUM_BANK),
    "brushes": Sound(40, 0, 127, 0.0, bank=DRUM_BANK),
    "orchestra_drums": Sound(48, 0, 127, 0.0, bank=DRUM_BANK),
}

#: What a person may ask for that is played as something else, or as a part of the drums.
PLAYED_AS = {"claps": "drums", "shaker": "drums"}
KITS = frozenset(name for name, sound in SOUNDS.items() if sound.bank == DRUM_BANK)
#: The part that an instrument takes when the prompt names it, in the order of preference.
PARTS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("acoustic_bass", "bass_guitar", "synth_bass"), ("bass",)),
    **dict.fromkeys(KITS, ("drums",)),
    **dict.fromkeys(("violin", "trumpet", "trombone", "saxophone", "oboe", "clarinet", "flute",
                     "pan_flute", "square_lead", "synth_lead", "sitar", "pipa"),
                    ("melody", "counter")),
    **dict.fromkeys(("glockenspiel", "music_box", "celesta", "vibraphone", "steel_drums"),
                    ("melody", "arp")),
    **dict.fromkeys(("marimba", "kalimba", "pluck", "harp", "pizzicato", "yangqin"),
                    ("arp", "melody")),
    **dict.fromkeys(("koto",), ("melody", "arp", "chords")),
    **dict.fromkeys(("strings", "slow_strings", "synth_strings", "choir", "synth_pad", "sweep_pad",
                     "fantasia", "organ"), ("pad", "counter")),
    **dict.fromkeys(("horns", "brass", "synth_brass", "cello", "tubular_bells"),
                    ("counter", "melody", "pad")),
    **dict.fromkeys(("timpani", "taiko"), ("boom",)),
    **dict.fromkeys(("piano", "electric_piano", "fm_piano", "accordion", "nylon_guitar",
                     "acoustic_guitar", "jazz_guitar", "electric_guitar", "muted_guitar",
                     "distorted_guitar", "polysynth"), ("chords", "melody", "arp")),
}  # fmt: skip
