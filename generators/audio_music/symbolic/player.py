"""Plays notes with a soundfont: sample-accurate, repeatable, by numpy alone.

Each tone (a region at a key) is computed once, for as long as any of its notes asks; every note
then gets its own volume envelope. Source of all formulas: SoundFont Technical Specification 2.04,
sections 8 and 9. Attenuations set by zones count 0.4 times, as in the hardware that the format was
made for and in every player since.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.signal import lfilter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from generators.audio_music.symbolic.soundfont import Region, SoundFont

    Wave = NDArray[np.float32]

ZONE_ATTENUATION = 0.4
LONGEST_RELEASE = 4.0  # seconds
SHORTEST_RELEASE = 0.012  # seconds: below that an end is a click
CHOKED = 0.03  # seconds in which a tone ends that another of its class cuts off (a closed hi-hat)
OPEN = 13_400  # cents: a filter above it lets everything pass
_STEPS = 4  # velocities are told apart in so many steps of 127 where they move a filter
_SWEEPS = 5  # fixed filters that a moving one is blended from


class Sounding(NamedTuple):
    """A note in samples: first, length until it is let go."""

    start: int
    length: int
    key: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Voice:
    """A region as one velocity plays it: all modulators summed up."""

    region: Region
    values: dict[int, float]

    def get(self, operator: int, default: float = 0.0) -> float:
        """Return a generator's value."""
        return self.values.get(operator, default)

    def seconds(self, operator: int) -> float:
        """Return a time that is kept in timecents; -12,000 is as good as none."""
        return float(2.0 ** (max(-12_000.0, min(8_000.0, self.get(operator, -12_000))) / 1200))


class Player:
    """Plays tracks of one soundfont at one rate.

    Attributes:
        rate: Hz.
        watch: Called while it works, so that a person can cancel.
    """

    def __init__(self, font: SoundFont, rate: int, watch: Callable[[], None]) -> None:
        self.font = font
        self.rate = rate
        self.watch = watch
        self._regions: dict[tuple[int, int], tuple[Region, ...]] = {}
        self._tones: dict[tuple[int, int, int], Wave] = {}

    def play(
        self, bank: int, program: int, notes: Sequence[Sounding], frames: int, *, loop: bool
    ) -> Wave:
        """Return a track, shape (frames, 2); in a loop what rings on goes round to the start."""
        out = np.zeros((frames, 2), np.float32)
        voices = [(note, voice) for note in notes for voice in self._voices(bank, program, note)]
        chokes = _chokes(voices)
        longest: dict[tuple[int, int, int], int] = {}
        for note, voice in voices:
            key = self._tone_key(note, voice)
            length = note.length + round(_release(voice) * self.rate)
            longest[key] = max(longest.get(key, 0), length)
        for number, (note, voice) in enumerate(voices):
            if number % 16 == 0:
                self.watch()
            key = self._tone_key(note, voice)
            tone = self._tone(key, voice, note, longest[key])
            self._add(out, note, voice, (tone, chokes.get(number)), loop=loop)
        return out

    def _voices(self, bank: int, program: int, note: Sounding) -> list[Voice]:
        where = (bank, program)
        if where not in self._regions:
            self._regions[where] = self.font.regions(bank, program)
        return [
            Voice(region, _moved(region, note))
            for region in self._regions[where]
            if region.keys[0] <= note.key <= region.keys[1]
            and region.velocities[0] <= note.velocity <= region.velocities[1]
        ]

    def _tone_key(self, note: Sounding, voice: Voice) -> tuple[int, int, int]:
        filtered = voice.get(8, 13_500) < OPEN
        return id(voice.region), note.key, note.velocity * _STEPS // 128 if filtered else 0

    def _tone(self, key: tuple[int, int, int], voice: Voice, note: Sounding, frames: int) -> Wave:
        made = self._tones.get(key)
        if made is None or len(made) < frames:
            made = self._filtered(voice, self._pitched(voice, note, frames))
            self._tones[key] = made
        return made

    def _pitched(self, voice: Voice, note: Sounding, frames: int) -> Wave:
        """Return the sample at the note's pitch, looped where the region says so."""
        sample = self.font.samples[voice.region.sample]
        wave = self.font.wave(voice.region.sample)
        root = voice.get(58, -1)
        root = sample.root if root < 0 else root
        cents = (note.key - root) * voice.get(56, 100) + 100 * voice.get(51) + voice.get(52)
        step = 2.0 ** ((cents + sample.correction) / 1200) * sample.rate / self.rate
        begin = min(len(wave) - 1.0, max(0.0, voice.get(0) + 32_768 * voice.get(4)))
        bend = self._bend(voice, frames)
        if bend is None:
            places = begin + step * np.arange(frames, dtype=np.float64)
        else:
            places = begin + step * np.concatenate([[0.0], np.cumsum(bend[:-1])])
        if int(voice.get(54)) & 1:
            first = sample.loop[0] + voice.get(2) + 32_768 * voice.get(45)
            last = sample.loop[1] + voice.get(3) + 32_768 * voice.get(50)
            first, last = max(1, int(first)), min(len(wave), int(last))
            if last - first > 4:
                return _looped(wave, places, first, last)
        return _through(wave, places, self.rate)

    def _bend(self, voice: Voice, frames: int) -> NDArray[np.float64] | None:
        """Return the factor on the pitch over time by vibrato and envelope; None for none."""
        parts = [(voice.get(6), 24, 23), (voice.get(5), 22, 21)]
        envelope = voice.get(7)
        if not envelope and not any(depth for depth, _, _ in parts):
            return None
        time = np.arange(frames) / self.rate
        cents = np.zeros(frames)
        for depth, frequency, delay in parts:
            if depth:
                cents += depth * _wobble(time - voice.seconds(delay), voice.get(frequency))
        if envelope:
            cents += envelope * self._moves(voice, time)
        return np.asarray(2.0 ** (cents / 1200))

    def _moves(self, voice: Voice, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the modulation envelope, 0 to 1, as if the note were held."""
        delay, attack, hold, decay = (voice.seconds(number) for number in (25, 26, 27, 28))
        sustain = 1 - min(1000.0, max(0.0, voice.get(29))) / 1000
        rise = np.clip((time - delay) / attack, 0, 1)
        fall = np.clip((time - delay - attack - hold) / decay, 0, 1)
        return np.asarray(np.minimum(rise, np.maximum(1 - fall, sustain)))

    def _filtered(self, voice: Voice, wave: Wave) -> Wave:
        """Return a tone through its low-pass filter; a moving one is blended of fixed ones."""
        base, resonance = voice.get(8, 13_500), voice.get(9)
        swing = voice.get(11)
        if base >= OPEN and base + swing >= OPEN and resonance <= 0:
            return wave
        if abs(swing) < 100:
            return self._low_pass(wave, base, resonance)
        place = self._moves(voice, np.arange(len(wave)) / self.rate) * (_SWEEPS - 1)
        made = np.zeros(len(wave), np.float32)
        for number in range(_SWEEPS):
            share = np.clip(1 - np.abs(place - number), 0, 1).astype(np.float32)
            if share.any():
                cents = base + swing * number / (_SWEEPS - 1)
                made += share * self._low_pass(wave, cents, resonance)
        return made

    def _low_pass(self, wave: Wave, cents: float, resonance: float) -> Wave:
        """Two-pole low pass. Source: R. Bristow-Johnson, Audio EQ Cookbook."""
        frequency = 8.176 * 2.0 ** (min(max(cents, 1500.0), 13_500.0) / 1200)
        if frequency > 0.45 * self.rate:
            return wave
        quality = 10 ** (max(0.0, resonance) / 200) * math.sqrt(0.5)
        omega = 2 * math.pi * frequency / self.rate
        alpha, cosine = math.sin(omega) / (2 * quality), math.cos(omega)
        forward = np.array([(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2]) / (1 + alpha)
        back = np.array([1 + alpha, -2 * cosine, 1 - alpha]) / (1 + alpha)
        loss = 10 ** (-max(0.0, resonance) / 400)  # half of the resonance's gain (8.1.2, number 9)
        return np.asarray(lfilter(forward * loss, back, wave), np.float32)

    def _add(
        self,
        out: Wave,
        note: Sounding,
        voice: Voice,
        what: tuple[Wave, int | None],
        *,
        loop: bool,
    ) -> None:
        tone, choke = what
        envelope = self._envelope(voice, note, choke)
        length = min(len(envelope), len(tone))
        sound = tone[:length] * envelope[:length]
        angle = (min(500.0, max(-500.0, voice.get(17))) / 500 + 1) * math.pi / 4
        sides = np.array([math.cos(angle), math.sin(angle)], np.float32) * math.sqrt(2)
        add_at(out, sound[:, None] * sides, note.start, loop=loop)

    def _envelope(self, voice: Voice, note: Sounding, choke: int | None) -> Wave:
        """Return the volume over time, attack to the end of the release."""
        rate = self.rate
        held = note.length if choke is None else min(note.length, choke)
        release = CHOKED if choke is not None and choke <= note.length else _release(voice)
        count = held + round(release * rate)
        time = np.arange(count, dtype=np.float32) / rate
        delay, attack = voice.seconds(33), voice.seconds(34)
        hold = voice.seconds(35) * 2 ** ((60 - note.key) * voice.get(39) / 1200)
        decay = voice.seconds(36) * 2 ** ((60 - note.key) * voice.get(40) / 1200)
        attack = max(attack, 0.0015)
        sustain = min(1000.0, max(0.0, voice.get(37)))
        fall = np.clip((time - delay - attack - hold) * (1000 / decay), 0, sustain)
        level = np.clip((time - delay) / attack, 0, 1) * 10 ** (-fall / 200)
        if held < count:
            full = max(release * 0.999, 1e-4)
            after = (time[held:] - held / rate) / full
            level[held:] = level[max(0, held - 1)] * 10 ** (-5 * after / 1.25) * (1 - after)
        centibels = max(0.0, voice.get(48))
        return np.asarray(level * 10 ** (-centibels / 200), np.float32)


def add_at(out: Wave, sound: Wave, start: int, *, loop: bool) -> None:
    """Add a sound at a place; what lies beyond the end is dropped, or goes round in a loop."""
    frames = len(out)
    if start < 0:
        if loop:
            start %= frames
        else:
            sound, start = sound[-start:], 0
    while len(sound) and start < frames:
        part = sound[: frames - start]
        out[start : start + len(part)] += part
        sound, start = sound[len(part) :] if loop else sound[:0], 0


def _release(voice: Voice) -> float:
    return min(LONGEST_RELEASE, max(SHORTEST_RELEASE, voice.seconds(38)))


def _chokes(voices: list[tuple[Sounding, Voice]]) -> dict[int, int]:
    """Return after how many samples a voice is cut off by a later one of its exclusive class."""
    starts: dict[int, list[int]] = {}
    for note, voice in voices:
        if group := int(voice.get(57)):
            starts.setdefault(group, []).append(note.start)
    found: dict[int, int] = {}
    for number, (note, voice) in enumerate(voices):
        later = [at for at in starts.get(int(voice.get(57)), ()) if at > note.start]
        if later:
            found[number] = min(later) - note.start
    return found


def _moved(region: Region, note: Sounding) -> dict[int, float]:
    """Return a region's values with what velocity and key do to them."""
    values: dict[int, float] = dict(region.values)
    values[48] = ZONE_ATTENUATION * values.get(48, 0)
    for (source, target, by, _), amount in region.modulators.items():
        if source & 0x80 or by or not amount:
            continue  # moved by a controller: those rest here
        inputs = {2: note.velocity, 3: note.key}
        if (source & 0x7F) in inputs:
            start = 13_500.0 if target == 8 else -12_000.0 if target in _TIMES else 0.0
            moved = amount * _curve(source, inputs[source & 0x7F])
            values[target] = values.get(target, start) + moved
    return values


_TIMES = frozenset([25, 26, 27, 28, 30, 33, 34, 35, 36, 38])


def _curve(source: int, value: int) -> float:
    """Return a modulator's input, 0 to 1 or -1 to 1 (specification, 8.2 and 9.5.3)."""
    down, bipolar, kind = source & 0x100, source & 0x200, source >> 10
    share = value / 128 if not down else (127 - value) / 128
    if kind in (1, 2):  # concave; convex is its mirror image
        rest = max(1e-6, 1 - share) if kind == 1 else max(1e-6, share)
        curved = min(1.0, -40 / 96 * math.log10(rest))
        share = curved if kind == 1 else 1 - curved
    elif kind == 3:
        share = float(share >= 0.5)
    return 2 * share - 1 if bipolar else share


def _wobble(time: NDArray[np.float64], cents: float) -> NDArray[np.float64]:
    """Return a triangle wave of a frequency in cents over 8.176 Hz, 0 before its start."""
    turns = np.clip(time, 0, None) * 8.176 * 2.0 ** (cents / 1200)
    return np.asarray(2 * np.abs(2 * ((turns + 0.75) % 1) - 1) - 1)


def _looped(wave: Wave, places: NDArray[np.float64], first: int, last: int) -> Wave:
    over = places >= last
    places = np.where(over, first + (places - first) % (last - first), places)
    around = np.concatenate([wave[:last], wave[first : first + 4]])
    return _interpolated(around, places)


def _through(wave: Wave, places: NDArray[np.float64], rate: int) -> Wave:
    """Play a sample once; its end is faded, because it may be cut off there."""
    inside = int(np.searchsorted(places, len(wave) - 3))
    made = np.zeros(len(places), np.float32)
    made[:inside] = _interpolated(wave, places[:inside])
    if inside < len(places):
        fade = min(inside, round(0.25 * rate) if inside > rate else round(0.01 * rate))
        made[inside - fade : inside] *= np.linspace(1, 0, fade, dtype=np.float32)
    return made


def _interpolated(wave: Wave, places: NDArray[np.float64]) -> Wave:
    """Return the wave between its samples by a cubic (Catmull-Rom) through four neighbours."""
    whole = places.astype(np.int64)
    part = (places - whole).astype(np.float32)
    if not part.any():
        return wave[np.minimum(whole, len(wave) - 1)]
    top = len(wave) - 1
    before = wave[np.maximum(whole - 1, 0)]
    here, after = wave[np.minimum(whole, top)], wave[np.minimum(whole + 1, top)]
    beyond = wave[np.minimum(whole + 2, top)]
    slope = 0.5 * (after - before)
    bow = before - 2.5 * here + 2 * after - 0.5 * beyond
    twist = 0.5 * (beyond - before) + 1.5 * (here - after)
    return np.asarray(((twist * part + bow) * part + slope) * part + here, np.float32)
