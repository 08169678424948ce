"""Plays the tracks and mixes them: levels, places, room, room for the kick, a little glue.

In a loop everything that remembers goes round: what rings over the end sounds at the start, filters
are run in over the end, the room is folded round. So the last sample leads into the first.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft
from scipy.signal import butter, sosfilt

from generators.audio_music.loudness import amplitude, integrated
from generators.audio_music.symbolic.drums import kicks
from generators.audio_music.symbolic.player import Player, Sounding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from generators.audio_music.symbolic.composer import Score
    from generators.audio_music.symbolic.notes import Track
    from generators.audio_music.symbolic.soundfont import SoundFont

    Wave = NDArray[np.float32]

#: Hz below which a part is silent: the low end belongs to bass and kick.
LOW_CUT = {"melody": 140.0, "chords": 130.0, "pad": 150.0, "arp": 200.0, "counter": 160.0,
           "effects": 250.0, "bass": 30.0, "drums": 28.0, "boom": 32.0}  # fmt: skip
#: LU by which a part, where it plays, lies over the anchor: tune and drums lead, the rest carries.
BALANCE = {"melody": 0.0, "drums": 0.0, "bass": -2.5, "chords": -4.0, "pad": -6.5, "arp": -6.5,
           "counter": -5.0, "boom": -3.5, "effects": -7.0}  # fmt: skip
_DRIVE = 4.0  # LU by which drums are louder in a driving piece than in a still one
_ANCHOR = -23.0  # LUFS, about what a part at its fixed level measures
_MOVED = 9.0  # dB by which the balance moves a part at most
_RUN_IN = 0.3  # seconds that a filter is run in over the end of a loop
_PUMP_SECONDS = 0.22  # until a part that gave way to the kick is back
_DAMPING = (5200.0, 2600.0)  # Hz: the room's highs at its start and at its end
_PRE_DELAY = 0.018  # seconds before the room answers
_LEVEL = 0.13  # of full scale, the mean square of a mix before its peaks are rounded
_KNEE = 0.6  # of full scale: peaks above it are rounded
_SEED = 20_261_127  # of the room's reflections: the same room in every piece


@dataclass(frozen=True, slots=True)
class Mixed:
    """The sound of a piece, shape (frames, 2).

    Attributes:
        stems: By track name, each with its room, where they were asked for. Their sum is the whole
            but for its highest peaks, which are rounded there.
    """

    samples: Wave
    stems: Mapping[str, Wave]


def render(
    score: Score,
    font: SoundFont,
    rate: int,
    progress: Callable[[float], None],
    *,
    stems: bool = False,
) -> Mixed:
    """Play and mix a piece; ``progress(share)`` may raise to stop."""
    plan = score.plan
    frames = max(1, round(plan.duration * rate))
    loop = plan.grid.loop
    done = 0.0
    player = Player(font, rate, lambda: progress(min(1.0, done)))
    dry = np.zeros((frames, 2), np.float32)
    send = np.zeros((frames, 2), np.float32)
    apart: dict[str, Wave] = {}
    wetness = np.float32(10 ** ((plan.style.wet + 12) / 20))
    pump = _pump(score, frames, rate)
    for number, track in enumerate(score.tracks):
        done = 0.85 * number / len(score.tracks)
        wave = player.play(track.bank, track.program, _sounding(score, track, rate), frames,
                           loop=loop)  # fmt: skip
        wave = _placed(track, wave, rate, loop=loop)
        wave *= _balance(track, wave, rate, plan.energy)
        if track.role in ("pad", "chords", "counter", "arp", "bass") and pump is not None:
            share = 0.6 if track.role in ("bass", "arp") else 1.0
            wave *= (1 - share * (1 - pump))[:, None]
        dry += wave
        send += wave * np.float32(track.reverb)
        if stems:
            room = reverberated(wave * np.float32(track.reverb), plan.style.room, rate, loop=loop)
            apart[_unique(track.name, apart)] = wave + room * wetness
    progress(0.86)
    wet = reverberated(send, plan.style.room, rate, loop=loop)
    progress(0.96)
    mixed = dry + wet * wetness
    gain = _gain(mixed)
    for wave in apart.values():
        np.multiply(wave, gain, out=wave)
    return Mixed(_rounded(mixed * gain), apart)


def _unique(name: str, taken: Mapping[str, Wave]) -> str:
    number = 1
    while (made := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return made


def _sounding(score: Score, track: Track, rate: int) -> list[Sounding]:
    """Return a track's notes in samples."""
    grid = score.plan.grid
    made = []
    for note in track.notes:
        start = grid.seconds(note.start)
        length = note.length * 60 / grid.tempo
        made.append(Sounding(round(start * rate), max(1, round(length * rate)), note.key,
                             note.velocity))  # fmt: skip
    return made


def _placed(track: Track, wave: Wave, rate: int, *, loop: bool) -> Wave:
    """Return a track at its level and place, without the lows that are not its own."""
    cut = butter(2, LOW_CUT.get(track.role, 100.0), "highpass", fs=rate, output="sos")
    run_in = min(len(wave), round(_RUN_IN * rate)) if loop else 0
    fed = np.concatenate([wave[len(wave) - run_in :], wave]) if run_in else wave
    filtered = np.asarray(sosfilt(cut, fed, axis=0), np.float32)[run_in:]
    angle = (track.pan + 1) * math.pi / 4
    sides = np.array([math.cos(angle), math.sin(angle)]) * math.sqrt(2) * 10 ** (track.level / 20)
    return filtered * sides.astype(np.float32)


def _balance(track: Track, wave: Wave, rate: int, energy: float) -> np.float32:
    """Return the gain that brings a part to its loudness: instruments differ by 10 dB and more.

    What is measured is gated (ITU-R BS.1770), so that a part that rests most of the time is as loud
    as others where it plays, and what a section plays softer stays softer.
    """
    heard = integrated(np.asarray(wave, np.float64), rate)
    if not math.isfinite(heard):
        return np.float32(1.0)
    drive = _DRIVE * (energy - 0.5) if track.role == "drums" else 0.0
    wanted = _ANCHOR + BALANCE[track.role] + drive - heard
    return np.float32(amplitude(min(_MOVED, max(-_MOVED, wanted))))


def _pump(score: Score, frames: int, rate: int) -> Wave | None:
    """Return the gain over time by which held parts give way to the kick; None for none."""
    depth = score.plan.style.pump
    drum = next((track for track in score.tracks if track.role == "drums"), None)
    if depth <= 0 or drum is None:
        return None
    low = 10 ** (-depth / 20)
    span = round(_PUMP_SECONDS * rate)
    rise = (1 - (1 - low) * (0.5 + 0.5 * np.cos(np.pi * np.arange(span) / span))).astype(np.float32)
    # the way down takes a few milliseconds: a step would click
    down = round(0.004 * rate)
    rise[:down] = np.linspace(1, rise[down], down, dtype=np.float32)
    gain = np.ones(frames, np.float32)
    for beat in kicks(drum.notes):
        at = round(score.plan.grid.seconds(beat) * rate)
        places = np.arange(at, at + span)
        places = (
            places % frames if score.plan.grid.loop else places[(places >= 0) & (places < frames)]
        )
        gain[places] = np.minimum(gain[places], rise[: len(places)])
    return gain


def reverberated(send: Wave, seconds: float, rate: int, *, loop: bool) -> Wave:
    """Return a room's answer: noise that dies away, its highs sooner, different on both sides."""
    answer = _room(seconds, rate)
    frames = len(send)
    if loop:
        # circular: the room of the end sounds at the start. A long room is folded round.
        folded = np.zeros((frames, 2))
        for start in range(0, len(answer), frames):
            part = answer[start : start + frames]
            folded[: len(part)] += part
        spectrum = rfft(send, axis=0) * rfft(folded, axis=0)
        return np.asarray(irfft(spectrum, frames, axis=0), np.float32)
    size = next_fast_len(frames + len(answer), real=True)
    spectrum = rfft(send, size, axis=0) * rfft(answer, size, axis=0)
    return np.asarray(irfft(spectrum, size, axis=0)[:frames], np.float32)


def _room(seconds: float, rate: int) -> NDArray[np.float64]:
    """Return an impulse response whose level falls by 60 dB in ``seconds``; energy 1 a side."""
    rng = np.random.default_rng(_SEED)
    count = round(1.2 * seconds * rate)
    noise = rng.standard_normal((count, 2))
    time = np.arange(count) / rate
    bright = sosfilt(butter(1, _DAMPING[0], fs=rate, output="sos"), noise, axis=0)
    dull = sosfilt(butter(1, _DAMPING[1], fs=rate, output="sos"), noise, axis=0)
    share = np.clip(time / (0.5 * seconds), 0, 1)[:, None]
    fall = 10 ** (-3 * time / seconds)
    rise = np.clip(time / 0.012, 0, 1)
    late = (bright * (1 - share) + dull * share) * (fall * rise)[:, None]
    late /= np.sqrt((late**2).sum(axis=0, keepdims=True))
    made = np.zeros((count + round(0.1 * rate), 2))
    made[round(_PRE_DELAY * rate) :][:count] += 0.9 * late
    for place, (delay, gain) in enumerate(((11, 0.22), (17, 0.2), (23, 0.16), (31, 0.14))):
        made[round(delay * rate / 1000), place % 2] += gain
    return made


def _gain(samples: Wave) -> np.float32:
    """Return what brings a mix to the level at which its peaks are rounded."""
    level = float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) if len(samples) else 0.0
    return np.float32(_LEVEL / level if level > 0 else 1.0)


def _rounded(samples: Wave) -> Wave:
    """Return the mix with its highest peaks rounded."""
    loud = np.abs(samples)
    room = 1 - _KNEE
    soft = np.sign(samples) * (_KNEE + room * np.tanh((loud - _KNEE) / room))
    return np.where(loud > _KNEE, soft, samples).astype(np.float32)
