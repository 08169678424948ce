"""Scales, chords, progressions and voice leading.

Chords are written as degrees, as analysts do: ``I``, ``vi``, ``V7``, ``IVmaj7``, ``bVII``, ``iv``;
upper case has a major third, lower case a minor one. Degrees of a minor piece count from its own
tonic in natural minor, so ``VI`` in minor needs no sign.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10)
PENTATONIC = {"major": (0, 2, 4, 7, 9), "minor": (0, 3, 5, 7, 10)}
NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII")
_DEGREE = re.compile(r"(b?)(VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(.*)")
_ADDED = {
    "": (), "7": (10,), "maj7": (11,), "add9": (14,), "6": (9,), "9": (10, 14), "maj9": (11, 14),
    "sus4": (), "sus2": (), "5": (), "dim": (),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord in a key.

    Attributes:
        name: The degree as written.
        root: Pitch class.
        tones: Pitch classes, root first.
        scale: Pitch classes that fit over it, upwards from the key's tonic.
    """

    name: str
    root: int
    tones: tuple[int, ...]
    scale: tuple[int, ...]

    @property
    def triad(self) -> tuple[int, ...]:
        """Root, third (or what stands for it), fifth."""
        return self.tones[:3]


@lru_cache(maxsize=512)
def chord(degree: str, tonic: int, mode: str) -> Chord:
    """Return a chord by its degree.

    Raises:
        ValueError: It is not written as a degree.
    """
    match = _DEGREE.fullmatch(degree)
    if match is None or match[3] not in _ADDED:
        raise ValueError(f"no chord degree: {degree}")
    flat, numeral, kind = match[1], match[2], match[3]
    steps = MAJOR if mode == "major" else MINOR
    offset = steps[_NUMERALS.index(numeral.upper())] - (1 if flat else 0)
    third = {"sus4": 5, "sus2": 2, "5": 7}.get(kind, 4 if numeral.isupper() else 3)
    fifth = 6 if kind == "dim" else 7
    offsets = (0, third, fifth, *_ADDED[kind]) if kind != "5" else (0, 7)
    root = (tonic + offset) % 12
    tones = tuple(dict.fromkeys((root + item) % 12 for item in offsets))
    return Chord(degree, root, tones, _scale(tonic, steps, tones))


def _scale(tonic: int, steps: tuple[int, ...], tones: tuple[int, ...]) -> tuple[int, ...]:
    """Return the key's scale with the notes that the chord alters put in their place.

    A raised seventh (V in minor) replaces the natural one: both side by side would clash.
    """
    scale = {(tonic + step) % 12 for step in steps}
    for tone in set(tones) - scale:
        scale -= {(tone - 1) % 12, (tone + 1) % 12} - set(tones)
        scale.add(tone)
    return tuple(sorted(scale, key=lambda item: (item - tonic) % 12))


#: Four-bar progressions by mode and colour. All begin on the tonic, so that the key is never in
#: doubt; the last chord leads back to it. Stock turns of popular music, in no one's words.
PROGRESSIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    "major bright": (
        ("I", "V", "vi", "IV"), ("I", "IV", "vi", "V"), ("I", "IV", "I", "V"),
        ("I", "vi", "IV", "V"), ("I", "iii", "IV", "V"), ("I", "IV", "ii", "V"),
    ),
    "major warm": (
        ("Iadd9", "vi7", "IVmaj7", "Vsus4"), ("I", "iii", "IV", "V"),
        ("Iadd9", "IVadd9", "vi", "V"),
        ("Imaj7", "vi7", "ii7", "V7"), ("I", "IVmaj7", "I", "V"),
    ),
    "major calm": (
        ("Imaj7", "IVmaj7", "Imaj7", "IVmaj7"), ("Iadd9", "vi7", "IVmaj7", "Iadd9"),
        ("Imaj7", "iii7", "IVmaj7", "V"), ("Iadd9", "IVadd9", "ii7", "Vsus4"),
    ),
    "major jazz": (
        ("Imaj7", "vi7", "ii7", "V7"), ("Imaj9", "IV7", "iii7", "V7"), ("I6", "vi7", "ii9", "V9"),
        ("Imaj7", "IVmaj7", "ii7", "V7"),
    ),
    "major groove": (
        ("I7", "I7", "IV7", "V7"), ("I7", "IV7", "I7", "V7"), ("I", "bVII", "IV", "I"),
    ),
    "major pentatonic": (("I", "vi", "ii", "V"), ("I", "V", "vi", "I"), ("I", "IV", "V", "I")),
    # III is left out: with it i, VI and VII sound as vi, IV and V of the relative major
    "minor dark": (
        ("i", "VI", "iv", "V"), ("i", "iv", "i", "V"), ("i", "VI", "i", "v"), ("i", "i", "VI", "V"),
    ),
    "minor sad": (
        ("i", "VI", "iv", "V"), ("i", "iv", "VI", "V"), ("i", "VImaj7", "iv7", "V"),
        ("i", "v", "VI", "iv"),
    ),
    "minor drive": (
        ("i", "VI", "iv", "VII"), ("i", "VII", "VI", "V"), ("i", "VI", "VII", "i"),
        ("i", "iv", "VI", "V"), ("i", "v", "VI", "VII"),
    ),
    "minor jazz": (
        ("i7", "iv7", "VImaj7", "V7"), ("i7", "iv9", "i7", "V7"), ("i7", "VI7", "iv7", "V7"),
    ),
    "minor pentatonic": (("i", "VII", "i", "v"), ("i", "iv", "VII", "i"), ("i", "VI", "VII", "i")),
}  # fmt: skip

#: The bar before the last chord.
CADENCES = {
    "major": ("V", "V7", "IV", "Vsus4"), "minor": ("V", "V7", "iv"),
    "minor pentatonic": ("iv", "v"),
}  # fmt: skip


def voicing(
    chord_: Chord, before: tuple[int, ...], low: int, high: int, size: int = 4
) -> tuple[int, ...]:
    """Return keys for a chord between ``low`` and ``high`` that move least from those before.

    All its tones sound where the size allows; the fifth is left out first. No semitones lie at the
    bottom, where they growl.
    """
    tones = list(chord_.tones)
    if len(tones) > size and len(tones) > 3:
        tones.remove(chord_.tones[2])
    tones = tones[:size]
    best: tuple[float, tuple[int, ...]] | None = None
    for order in itertools.permutations(tones):
        for bottom in range(low, low + 12):
            if bottom % 12 != order[0]:
                continue
            keys = _stacked(bottom, order)
            if keys[-1] > high:
                continue
            cost = _cost(keys, before, (low + high) / 2)
            if best is None or (cost, keys) < best:
                best = (cost, keys)
    return best[1] if best else tuple(sorted(low + (tone - low) % 12 for tone in tones))


def _stacked(bottom: int, order: tuple[int, ...]) -> tuple[int, ...]:
    keys = [bottom]
    for tone in order[1:]:
        keys.append(keys[-1] + ((tone - keys[-1] - 1) % 12) + 1)
    return tuple(keys)


def _cost(keys: tuple[int, ...], before: tuple[int, ...], middle: float) -> float:
    spread = keys[-1] - keys[0]
    cost = 0.15 * abs(sum(keys) / len(keys) - middle) + 0.3 * max(0, spread - 12)
    cost += 4.0 * (keys[1] - keys[0] < 3) if len(keys) > 1 and keys[0] < 60 else 0.0
    for old in before:
        cost += min(abs(old - key) for key in keys)
    return cost


def nearest(pitch_class: int, to: float) -> int:
    """Return the key of a pitch class that lies nearest to a height."""
    below = int(to) - (int(to) - pitch_class) % 12
    return min((below, below + 12), key=lambda key: abs(key - to))


def key_name(tonic: int, mode: str) -> str:
    """Return such as ``E♭ minor``."""
    return f"{NAMES[tonic]} {mode}"
