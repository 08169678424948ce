"""Pads, accompaniment, arpeggios, counterpoint and bass, from the chords of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.audio_music.symbolic.layers import loudness, plays
from generators.audio_music.symbolic.notes import Note
from generators.audio_music.symbolic.patterns import ARPS, BASS, COMPS, PICKING, WALTZ_COMP
from generators.audio_music.symbolic.plan import STILL
from generators.audio_music.symbolic.sounds import SOUNDS
from generators.audio_music.symbolic.theory import nearest, voicing

if TYPE_CHECKING:
    import random

    from generators.audio_music.symbolic.form import Bar, Form
    from generators.audio_music.symbolic.plan import Plan
    from generators.audio_music.symbolic.theory import Chord

    Voicings = list[tuple[int, ...]]

BASS_LOW, BASS_HIGH = 31, 47  # G1 to B2: what small loudspeakers still play
ARP_LOW = 55  # the tune lies above
_LEGATO = 0.06  # beats by which held chords overlap
_STRUM = 0.018  # beats between the strings of a strummed chord


def voicings(form: Form, low: int, high: int, size: int) -> Voicings:
    """Return the keys of each bar's chord, and of the last chord, led as smoothly as can be."""
    made: Voicings = []
    before: tuple[int, ...] = ()
    for item in [bar.chord for bar in form.bars] + ([form.end] if form.end else []):
        before = voicing(item, before, low, high, size)
        made.append(before)
    return made


def chord_range(name: str, part: str) -> tuple[int, int]:
    """Return where an instrument plays chords."""
    sound = SOUNDS[name]
    low, high = (52, 76) if part == "chords" else (53, 79)
    if name == "distorted_guitar":
        return 45, 64
    return max(sound.low, low), max(min(sound.high, high), max(sound.low, low) + 14)


def pad(plan: Plan, form: Form, part: str = "pad") -> list[Note]:
    """Return held chords; equal tones of neighbouring chords are played anew."""
    name = plan.parts[part]
    keys = voicings(form, *chord_range(name, part), 4)
    notes: list[Note] = []
    for number, bar in enumerate(form.bars):
        if plays(plan, part, bar):
            velocity = loudness(bar, 0.6)
            notes += [Note(bar.start, bar.beats + _LEGATO, key, velocity) for key in keys[number]]
    return notes


def comp(plan: Plan, form: Form) -> list[Note]:
    """Return the accompaniment."""
    name = plan.parts["chords"]
    kind = _comp_kind(plan, name)
    if kind == "power":
        return _power(plan, form)
    keys = voicings(form, *chord_range(name, "chords"), 3 if kind in ("pulse", "spiccato") else 4)
    notes: list[Note] = []
    for number, bar in enumerate(form.bars):
        if plays(plan, "chords", bar):
            notes += _comp_bar(plan, bar, keys[number], kind)
    return notes


def _comp_kind(plan: Plan, name: str) -> str:
    """Return how an instrument accompanies: guitars pick or strum, long tones are not repeated."""
    kind = plan.style.comp
    if name == "distorted_guitar":
        return "power"
    if kind == "power":
        return "pulse"
    if kind == "spiccato" and name == "piano":
        return "broken"
    if kind in ("pulse", "block") and name in ("acoustic_guitar", "nylon_guitar"):
        return "picking"
    if kind == "block" and SOUNDS[name].short:
        return "halves" if plan.energy < STILL else "pulse"
    return kind


def _comp_bar(plan: Plan, bar: Bar, keys: tuple[int, ...], kind: str) -> list[Note]:
    pattern = COMPS[kind]
    if bar.beats == 3 and kind not in ("picking", "broken"):
        pattern = WALTZ_COMP
    if kind == "spiccato" and bar.level < 0.45:
        pattern = COMPS["block"]
    notes: list[Note] = []
    strum = _STRUM if "guitar" in plan.parts["chords"] or kind in ("block", "lazy") else 0.0
    for number, (start, length, strength) in enumerate(_repeated(pattern, bar.beats)):
        velocity = loudness(bar, strength)
        at = bar.start + start
        if kind in ("picking", "broken"):
            voices = _broken(keys, number)
            notes += [Note(at, min(length, bar.beats - start), key, velocity) for key in voices]
            continue
        for place, key in enumerate(keys):
            late = strum * place
            notes.append(
                Note(at + late, min(length, bar.beats - start) - late, key, velocity - 2 * place)
            )
    return notes


def _broken(keys: tuple[int, ...], number: int) -> tuple[int, ...]:
    """Return what is picked at one place; the beat takes two strings."""
    key = keys[PICKING[number % len(PICKING)] % len(keys)]
    return (key, keys[-1]) if number % 4 == 0 and keys[-1] != key else (key,)


def _repeated(
    pattern: tuple[tuple[float, float, float], ...], beats: int
) -> list[tuple[float, float, float]]:
    """Return a pattern for a bar of any length, made for four beats."""
    made = [item for item in pattern if item[0] < beats]
    if beats > 4:
        made += [(start + 4, length, strength) for start, length, strength in pattern
                 if start + 4 < beats]  # fmt: skip
    return made


def _power(plan: Plan, form: Form) -> list[Note]:
    """Return root and fifth: thirds growl through distortion."""
    notes: list[Note] = []
    for bar in form.bars:
        if not plays(plan, "chords", bar):
            continue
        root = nearest(bar.chord.root, 50)
        keys = (root, nearest(bar.chord.tones[min(2, len(bar.chord.tones) - 1)], root + 7))
        chugging = bar.level > 0.55
        pattern = COMPS["power" if chugging else "block"]
        for start, length, strength in _repeated(pattern, bar.beats):
            notes += [
                Note(bar.start + start, min(length, bar.beats - start), key,
                     loudness(bar, strength)) for key in keys
            ]  # fmt: skip
    return notes


def arpeggio(plan: Plan, form: Form) -> list[Note]:
    """Return broken chords in even notes."""
    name = plan.parts["arp"]
    sound = SOUNDS[name]
    low = max(sound.low, ARP_LOW)
    keys = voicings(form, low, max(min(sound.high, low + 17), low + 14), 4)
    notes: list[Note] = []
    for number, bar in enumerate(form.bars):
        if not plays(plan, "arp", bar):
            continue
        step, order = ARPS[plan.style.arp]
        if step == 0.25 and (bar.level < 0.5 or plan.grid.tempo > 140):
            step = 0.5
        for place in range(int(bar.beats / step)):
            key = keys[number][order[place % len(order)] % len(keys[number])]
            strength = 0.65 if place % int(1 / step) == 0 else 0.5
            at = bar.start + place * step
            length = step * (0.9 if sound.held else 1.6)
            notes.append(Note(at, length, key, loudness(bar, strength)))
    return notes


def counter(plan: Plan, form: Form) -> list[Note]:
    """Return a slow second voice: guide tones, one a bar, in the smallest steps."""
    sound = SOUNDS[plan.parts["counter"]]
    middle = min(max((sound.low + sound.high) / 2, 62), 74)
    notes: list[Note] = []
    before = middle
    for bar in form.bars:
        if not plays(plan, "counter", bar):
            continue
        guides = bar.chord.tones[1:3] or bar.chord.tones
        key = min((nearest(tone, before) for tone in guides),
                  key=lambda item: abs(item - before) + 0.4 * abs(item - middle))  # fmt: skip
        before = key
        notes.append(Note(bar.start, bar.beats + _LEGATO, key, loudness(bar, 0.62)))
        if plan.energy > 0.7 and key + 12 <= sound.high and bar.section in ("lift", "drop"):
            notes.append(Note(bar.start, bar.beats + _LEGATO, key + 12, loudness(bar, 0.5)))
    return notes


def bass(plan: Plan, form: Form, rng: random.Random) -> list[Note]:
    """Return the bass line: roots on the strong beats, and a way to the next chord."""
    name = plan.parts["bass"]
    sound = SOUNDS[name]
    notes: list[Note] = []
    for number, bar in enumerate(form.bars):
        if not plays(plan, "bass", bar):
            continue
        following = form.next_chord(number)
        root = _root(bar.chord, sound.low)
        pattern = BASS[_bass_kind(plan, bar, name)]
        for start, length, what in pattern:
            if start >= bar.beats:
                continue
            key = _bass_key(bar.chord, root, what, (following, sound.low), rng)
            held = bar.beats * 0.98 if len(pattern) == 1 else min(length, bar.beats - start)
            strength = 0.85 if start == 0 else 0.7
            notes.append(Note(bar.start + start, held, key, loudness(bar, strength)))
    return notes


def _bass_kind(plan: Plan, bar: Bar, name: str) -> str:
    """Return the pattern; quiet bars have less of it."""
    kind = plan.style.bass
    if name == "cello" and kind not in ("sustained", "root_fifth"):
        return "sustained"
    if bar.beats == 3:
        return "sustained"
    if bar.level < 0.5 and kind in ("eighths", "sixteenths", "octaves", "syncopated", "funk"):
        return "root_fifth" if kind != "eighths" else "sustained"
    return kind


def _root(item: Chord, lowest: int) -> int:
    key = BASS_LOW + (item.root - BASS_LOW) % 12
    return key if key >= lowest else key + 12


def _bass_key(
    item: Chord, root: int, what: str, ahead: tuple[Chord, int], rng: random.Random
) -> int:
    tones = item.tones
    if what == "5":
        fifth = tones[min(2, len(tones) - 1)]
        up = root + (fifth - root) % 12
        return up if up <= BASS_HIGH else up - 12
    if what == "8":
        return root + 12
    if what == "3":
        return root + (tones[1] - root) % 12
    if what == "a":
        goal = _root(*ahead)
        if goal == root:
            return root
        # a scale step beside the root to come, from the side where the line is
        side = 1 if root > goal else -1
        steps = [goal + side * step for step in (1, 2) if (goal + side * step) % 12 in item.scale]
        return rng.choice(steps) if steps else goal
    return root
