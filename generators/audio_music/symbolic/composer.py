"""Composes a piece: form, parts, ending, the little unevenness of hands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.audio_music.symbolic import drums, harmony, melody
from generators.audio_music.symbolic.form import Bar, Form, build_form
from generators.audio_music.symbolic.layers import loudness
from generators.audio_music.symbolic.notes import Note, Track
from generators.audio_music.symbolic.patterns import CRASH, SNARE
from generators.audio_music.symbolic.sounds import DRUM_BANK, KITS, SOUNDS
from generators.audio_music.symbolic.theory import voicing

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from generators.audio_music.symbolic.dice import Dice
    from generators.audio_music.symbolic.ideas import Ideas
    from generators.audio_music.symbolic.plan import Plan
    from generators.audio_music.symbolic.theory import Chord

#: dB against the whole, pan, share of the room. The mix brings each part to its loudness from there
#: (``mix.BALANCE``); in a MIDI file the levels are all that there is.
PLACES = {
    "melody": (-3.0, 0.05, 0.30), "chords": (-7.0, -0.32, 0.22), "pad": (-10.5, 0.0, 0.42),
    "arp": (-10.0, 0.38, 0.34), "bass": (-3.5, 0.0, 0.03), "drums": (-2.5, 0.0, 0.12),
    "counter": (-9.5, 0.24, 0.40), "boom": (-4.0, -0.05, 0.35), "effects": (-12.0, 0.0, 0.35),
}  # fmt: skip
_UNEVEN = {"drums": 0.003, "bass": 0.004, "pad": 0.008, "melody": 0.007}  # seconds, one sigma
_SHORT_RING = 0.92  # of the time that is left, for held sounds


@dataclass(frozen=True, slots=True)
class Score:
    """A composed piece: tracks in beats, and what happens when."""

    plan: Plan
    form: Form
    tracks: tuple[Track, ...]

    def sections(self) -> list[dict[str, object]]:
        """Return where each section begins, in seconds."""
        made: list[dict[str, object]] = []
        for bar in self.form.bars:
            if bar.place == 0:
                at = self.plan.grid.seconds(bar.start)
                made.append({"name": bar.section, "time": round(at, 3)})
        if self.form.end:
            end = self.plan.grid.seconds(self.form.beat)
            made.append({"name": "end", "time": round(end, 3)})
        return made


def compose(plan: Plan, dice: Dice, ideas: Ideas | None = None) -> Score:
    """Return the notes of a plan, on ``ideas`` where there are any."""
    form = build_form(plan, dice)
    played = ideas.drums(plan, dice) if ideas and "drums" in plan.parts else None
    makers: dict[str, Callable[[], list[Note]]] = {
        "melody": lambda: melody.melody(plan, form, dice, ideas),
        "chords": lambda: harmony.comp(plan, form),
        "pad": lambda: harmony.pad(plan, form),
        "arp": lambda: harmony.arpeggio(plan, form),
        "bass": lambda: harmony.bass(plan, form, dice.of("bass line")),
        "drums": lambda: drums.drums(plan, form, dice.of("fills"), played),
        "counter": lambda: harmony.counter(plan, form),
        "boom": lambda: drums.booms(plan, form),
    }
    tracks = []
    for part, make in makers.items():
        if part not in plan.parts:
            continue
        track = _track(plan.parts[part], part)
        track.notes = make()
        if form.end:
            track.notes += _ending(plan, form, form.end, track)
        tracks.append(track)
    tracks.append(_effects(plan, form))
    _accents(plan, form, tracks)
    for track in tracks:
        track.notes = _humanised(plan, track, dice.of(f"hands {track.role}"))
    return Score(plan, form, tuple(track for track in tracks if track.notes))


def _track(name: str, part: str) -> Track:
    sound = SOUNDS[name]
    level, pan, reverb = PLACES[part]
    return Track(name, part, sound.bank, sound.program, level + sound.level, pan, reverb)


def _ending(plan: Plan, form: Form, end: Chord, track: Track) -> list[Note]:
    """Return a track's share of the last chord, which rings until the piece is over."""
    if not track.notes:
        return []
    last = form.bars[-1]
    ring = (plan.duration - plan.grid.seconds(form.beat)) * plan.grid.tempo / 60
    ring = max(0.5, ring * _SHORT_RING)
    velocity = loudness(last, 0.75)
    if track.role == "drums":
        return drums.closing(plan, last, form.beat)
    keys = _last_keys(plan, end, track)
    late = 0.03 if track.role in ("chords", "arp") else 0.0
    return [Note(form.beat + late * place, ring, key, velocity) for place, key in enumerate(keys)]


def _last_keys(plan: Plan, end: Chord, track: Track) -> tuple[int, ...]:
    """Return what a track plays of the last chord, near to where it was."""
    if track.role == "melody":
        return (melody.last_tone(plan, track.notes),)
    if track.name == "taiko":
        return (48,)
    if track.role in ("bass", "boom"):
        before = [note.key for note in track.notes if note.key % 12 == end.root]
        low = SOUNDS[track.name].low
        return (min(before) if before else low + (end.root - low) % 12,)
    if track.role == "counter":
        key = track.notes[-1].key
        return (voicing(end, (key,), key - 6, key + 10, 3)[1],)
    low, high = (pick(note.key for note in track.notes) for pick in (min, max))
    last = tuple(note.key for note in track.notes[-4:])
    return voicing(end, last, low - 2, max(high, low + 12), 4)


def _effects(plan: Plan, form: Form) -> Track:
    """Return swells that lead into a drop or a lift, and into a first beat that comes late."""
    track = _track("reverse_cymbal", "effects")
    lengths = 1.35 * plan.grid.tempo / 60  # the sample swells for about so many seconds
    for number, bar in enumerate(form.bars):
        rising = bar.section in ("drop", "lift") and bar.place == 0 and number > 0
        if rising and plan.energy > 0.45 and "drums" in plan.parts and not plan.alone:
            start = bar.start - lengths
            if start >= 0:
                track.notes.append(Note(start, lengths, 60, loudness(bar, 0.5)))
    return track


def _accents(plan: Plan, form: Form, tracks: list[Track]) -> None:
    """Make each hit that was asked for heard: the whole band on it, a cymbal, a gap before it."""
    for kind, number in plan.grid.marks:
        if number >= len(form.bars):
            continue
        bar = form.bars[number]
        for track in tracks:
            if track.role == "drums":
                track.notes.append(Note(bar.start, 0.2, CRASH, loudness(bar, 0.9)))
                if kind == "hit":
                    track.notes.append(Note(bar.start, 0.2, SNARE, loudness(bar, 1.0)))
            elif kind == "hit":
                track.notes = [_stressed(note, bar) for note in track.notes]


def _stressed(note: Note, bar: Bar) -> Note:
    if abs(note.start - bar.start) > 0.07:
        return note
    return note._replace(velocity=min(124, note.velocity + 16))


def _humanised(plan: Plan, track: Track, rng: random.Random) -> list[Note]:
    """Return the notes swung, and a little off the grid in time and strength."""
    beat = 60 / plan.grid.tempo
    sigma = _UNEVEN.get(track.role, 0.005)
    made: list[Note] = []
    for note in sorted(track.notes):
        start = swung(note.start, plan.style.swing, plan.style.swung)
        late = max(-2.0, min(2.0, rng.gauss(0, 1))) * sigma / beat
        if note.start in (0, float(note.start // 4 * 4)) and track.role == "drums":
            late *= 0.5
        loud = round(rng.gauss(0, 3))
        low = -plan.grid.lead / beat if not plan.grid.loop else -1.0
        velocity = min(124, max(12, note.velocity + loud))
        made.append(Note(max(low, start + late), max(0.05, note.length), note.key, velocity))
    return made


def swung(beat: float, amount: float, unit: float) -> float:
    """Return where a beat lies with swing: every second ``unit`` comes up to a third later."""
    if amount <= 0:
        return beat
    place = beat / (2 * unit)
    whole, part = int(place // 1), place % 1
    turned = part * (1 + amount / 3) if part <= 0.5 else (
        0.5 + amount / 6 + (part - 0.5) * (1 - amount / 3)
    )  # fmt: skip
    return (whole + turned) * 2 * unit


assert all(SOUNDS[name].bank == DRUM_BANK for name in KITS)
