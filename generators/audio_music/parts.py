"""What comes with a piece if asked for: its instruments apart, its notes as MIDI."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generators.api import Artifact, Context, JsonValue, Request
    from generators.audio_music.backend import Sound

MIDI_TYPE = "application/x-midi"


def save_parts(request: Request, context: Context, index: int, sound: Sound) -> Iterator[Artifact]:
    """Save stems and MIDI of a piece.

    All stems get one gain, so that they sum to the mix before its peaks are limited: that of the
    finished piece, or less where the loudest stem would pass the ceiling.
    """
    facts: dict[str, JsonValue] = {"seed": sound.seed, "index": index}
    if sound.stems:
        yield from _stems(request, context, facts, sound)
    if sound.midi:
        path = context.staging / f"music-{index}.mid"
        path.write_bytes(sound.midi)
        yield context.save(path, "file", {**facts, "title": "MIDI"}, media_type=MIDI_TYPE)


def _stems(
    request: Request, context: Context, facts: dict[str, JsonValue], sound: Sound
) -> Iterator[Artifact]:
    import numpy as np

    from generators.audio_music.generator import wanted_of
    from generators.audio_music.loudness import CEILING, amplitude, measure, reach, true_peak
    from generators.audio_music.post import Bed, fade, with_channels
    from generators.audio_music.writing import MEDIA_TYPES, write

    wanted = wanted_of(request)
    shaped = {}
    for name, samples in sound.stems.items():
        stem = with_channels(samples[: wanted.frames].astype(np.float64), wanted.channels)
        shaped[name] = stem if sound.loop else fade(
            stem, wanted.rate, wanted.fade_in, wanted.fade_out
        )  # fmt: skip
    whole = sum(shaped.values(), np.zeros_like(next(iter(shaped.values()))))
    loud = reach(whole, wanted.rate, wanted.loudness)
    gain = float(np.sqrt(np.mean(loud**2) / max(float(np.mean(whole**2)), 1e-20)))
    loudest = max(true_peak(stem) for stem in shaped.values())
    gain = min(gain, amplitude(CEILING - 0.1) / max(loudest, 1e-9))
    form = str(request.params.get("format") or "wav")
    for number, (name, stem) in enumerate(shaped.items()):
        bed = Bed(stem * gain, wanted.rate, measure(stem * gain, wanted.rate))
        path = context.staging / f"music-{facts['index']}-{number:02d}-{name}.{form}"
        written = write(path, bed, form, int(request.params.get("bit_depth") or 16))
        about: dict[str, JsonValue] = {
            **facts, "stem": name, "title": f"Stem: {name.replace('_', ' ')}",
            "duration": written.frames / wanted.rate, "frames": written.frames,
            "sample_rate": wanted.rate, "channels": wanted.channels,
        }  # fmt: skip
        yield context.save(path, "audio", about, media_type=MEDIA_TYPES[form])
