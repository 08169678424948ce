"""What comes with a piece if asked for: its instruments apart, its notes as MIDI."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from generators.api import Artifact, Context, JsonValue, Request
    from generators.audio_music.backend import Sound
    from generators.audio_music.loudness import Watch
    from generators.audio_music.post import Finish, Samples

MIDI_TYPE = "application/x-midi"


def save_parts(
    request: Request, context: Context, index: int, sound: Sound, watch: Watch
) -> Iterator[Artifact]:
    """Save stems and MIDI of a piece; ``watch`` is called all the while and may raise to stop.

    All stems get one gain, so that they sum to the mix before its peaks are limited: that of the
    finished piece, or less where the loudest stem would pass the ceiling.
    """
    facts: dict[str, JsonValue] = {"seed": sound.seed, "index": index}
    if sound.stems:
        yield from _stems(request, context, facts, sound, watch)
    if sound.midi:
        path = context.staging / f"music-{index}.mid"
        path.write_bytes(sound.midi)
        yield context.save(path, "file", {**facts, "title": "MIDI"}, media_type=MIDI_TYPE)


def _stems(
    request: Request,
    context: Context,
    facts: dict[str, JsonValue],
    sound: Sound,
    watch: Watch,
) -> Iterator[Artifact]:
    from generators.audio_music.generator import wanted_of
    from generators.audio_music.loudness import measure
    from generators.audio_music.post import Bed
    from generators.audio_music.writing import MEDIA_TYPES, write

    wanted = wanted_of(request)
    gain = _gain(sound, wanted, watch)
    form = str(request.params.get("format") or "wav")
    for number, (name, samples) in enumerate(sound.stems.items()):
        stem = _shaped(samples, sound, wanted) * gain
        bed = Bed(stem, wanted.rate, measure(stem, wanted.rate, watch))
        path = context.staging / f"music-{facts['index']}-{number:02d}-{name}.{form}"
        written = write(path, bed, form, int(request.params.get("bit_depth") or 16), watch)
        about: dict[str, JsonValue] = {
            **facts, "stem": name, "title": f"Stem: {name.replace('_', ' ')}",
            "duration": written.frames / wanted.rate, "frames": written.frames,
            "sample_rate": wanted.rate, "channels": wanted.channels,
        }  # fmt: skip
        yield context.save(path, "audio", about, media_type=MEDIA_TYPES[form])


def _gain(sound: Sound, wanted: Finish, watch: Watch) -> float:
    """Return the gain of all stems, shaped one after another: all at once take gigabytes."""
    import numpy as np

    from generators.audio_music.loudness import CEILING, amplitude, reach, true_peak

    whole: Samples = np.zeros((wanted.frames, wanted.channels))
    loudest = 0.0
    for samples in sound.stems.values():
        stem = _shaped(samples, sound, wanted)
        loudest = max(loudest, true_peak(stem, watch))
        whole[: len(stem)] += stem
    loud = reach(whole, wanted.rate, wanted.loudness, watch=watch)
    gain = float(np.sqrt(np.mean(loud**2) / max(float(np.mean(whole**2)), 1e-20)))
    return min(gain, amplitude(CEILING - 0.1) / max(loudest, 1e-9))


def _shaped(samples: NDArray[np.float32], sound: Sound, wanted: Finish) -> Samples:
    import numpy as np

    from generators.audio_music.post import fade, with_channels

    stem = with_channels(samples[: wanted.frames].astype(np.float64), wanted.channels)
    return stem if sound.loop else fade(stem, wanted.rate, wanted.fade_in, wanted.fade_out)
