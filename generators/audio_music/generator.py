"""Music from a prompt: a backend composes, ``post`` finishes, ``writing`` writes."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from generators.api import DeviceInfo, Generator
from generators.audio_music.backend import Asked, backend_class, family_of, licence_of
from generators.audio_music.parts import save_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generators.api import (
        AdapterRef,
        Artifact,
        CheckpointRef,
        Context,
        JsonValue,
        LoadContext,
        Request,
    )
    from generators.audio_music.backend import Backend, Licence, Sound
    from generators.audio_music.loudness import Watch
    from generators.audio_music.post import Finish

_FINISHING = 0.05  # of the progress, for finishing and writing
_STEP = 0.99  # of what is left of it, at each report
_SEEDS = 1 << 32


class AudioMusic(Generator):
    """A loaded music checkpoint of any family.

    Attributes:
        backend: Of the checkpoint's family.
        licence: Of the checkpoint.
    """

    memory_levels: ClassVar[tuple[str, ...]] = ("one variation at a time", "shorter windows")

    def __init__(self, backend: Backend, licence: Licence) -> None:
        self.backend = backend
        self.licence = licence

    @classmethod
    def load(
        cls,
        checkpoint: CheckpointRef | None,
        adapters: tuple[AdapterRef, ...],
        device: str,
        dtype: str,
        context: LoadContext,
    ) -> AudioMusic:
        """Load the checkpoint by its family's backend."""
        family = family_of(checkpoint)
        assert checkpoint is not None  # family_of has seen to it
        backend = backend_class(family).load(Path(checkpoint.path), device, dtype, context)
        return cls(backend, licence_of(checkpoint, family))

    def run(self, request: Request, context: Context) -> Iterator[Artifact]:
        """Compose each variation, finish it and save it."""
        params = request.params
        count = int(params.get("num_variations") or 1)
        seed = int(params.get("seed", -1))
        first = secrets.randbelow(_SEEDS - count) if seed < 0 else seed
        asked = Asked(
            prompt=str(params.get("prompt") or ""),
            duration=float(params.get("duration") or 15.0),
            seeds=tuple((first + index) % _SEEDS for index in range(count)),
            params=params,
            memory_level=context.memory_level,
        )

        def progress(share: float, message: str) -> None:
            context.progress(share * (1 - _FINISHING) * count, count, message)

        for index, sound in enumerate(self.backend.compose(asked, progress)):
            message = f"Finishing {index + 1} of {count}" if count > 1 else "Finishing"
            watch = _finishing(context, index, count, message)
            watch()
            yield self._save(request, context, index, sound, watch)
            yield from save_parts(request, context, index, sound, watch)
        context.progress(count, count)

    def _save(
        self, request: Request, context: Context, index: int, sound: Sound, watch: Watch
    ) -> Artifact:
        from generators.audio_music.markers import add_markers
        from generators.audio_music.post import finish
        from generators.audio_music.writing import MEDIA_TYPES, write

        params = request.params
        wanted = wanted_of(request)
        bed = finish(sound.samples, sound.rate, wanted, loop=sound.loop, watch=watch)
        form = str(params.get("format") or "wav")
        path = context.staging / f"music-{index}.{form}"
        written = write(path, bed, form, int(params.get("bit_depth") or 16), watch)
        if form == "wav" and (sound.marks or sound.loop):
            marks = [(round(time * wanted.rate), name) for time, name in sound.marks]
            around = (0, written.frames - 1, wanted.rate) if sound.loop else None
            add_markers(path, marks, loop=around)
        notes = (*self.licence.notes, *sound.notes, *bed.notes)
        if sound.loop and form == "mp3":
            notes = (*notes, "MP3 adds a little silence at both ends: take WAV or FLAC for a loop.")
        metadata: dict[str, JsonValue] = {
            "seed": sound.seed,
            "index": index,
            "duration": written.frames / wanted.rate,
            "sample_rate": wanted.rate,
            "channels": wanted.channels,
            "frames": written.frames,
            "loudness": _finite(written.level.loudness),
            "true_peak": _finite(written.level.true_peak),
            "licence": self.licence.name,
            "commercial_use": self.licence.commercial_use,
            "untrained": self.licence.untrained,
            "note": " ".join(notes),
        }
        if sound.facts:
            metadata["music"] = dict(sound.facts)
        return context.save(path, "audio", metadata, media_type=MEDIA_TYPES[form])

    def execution_record(self) -> dict[str, JsonValue]:
        """Return what an exact repeat needs."""
        return self.backend.record()

    def memory_bytes(self) -> int:
        """Return the bytes of the weights."""
        return self.backend.memory_bytes()

    def unload(self) -> None:
        """Let go of the weights."""
        self.backend.unload()

    @classmethod
    def estimate_bytes(cls, request: Request) -> int:
        """Return what the family's backend expects; the folder is only looked at."""
        checkpoint = request.checkpoint
        if checkpoint is None or not checkpoint.path:
            return 0
        return backend_class(family_of(checkpoint)).estimate_bytes(Path(checkpoint.path), request)

    @classmethod
    def devices(cls) -> tuple[DeviceInfo, ...]:
        """Return what torch can compute on."""
        from generators._torch import devices

        return devices()

    @classmethod
    def devices_for(cls, request: Request) -> tuple[DeviceInfo, ...]:
        """Return the processor for a family that plays notes; the others' networks choose."""
        if request.checkpoint is not None and request.checkpoint.family == "symbolic":
            return (DeviceInfo("cpu", "CPU"),)
        return cls.devices()


def _finishing(context: Context, index: int, count: int, message: str) -> Watch:
    """Return what reports while a piece is finished: how often it is called is not known before."""
    calls = 0

    def watch() -> None:
        nonlocal calls
        share = 1 - _FINISHING * _STEP**calls
        calls += 1
        context.progress(index + share, count, message)

    return watch


def wanted_of(request: Request) -> Finish:
    """Return what the finished piece shall be."""
    from generators.audio_music.post import Finish

    params = request.params
    return Finish(
        duration=float(params.get("duration") or 15.0),
        rate=int(params.get("sample_rate") or 44_100),
        channels=1 if params.get("channels") == "mono" else 2,
        loudness=float(params.get("loudness", -16.0)),
        fade_in=float(params.get("fade_in") or 0.0),
        fade_out=float(params.get("fade_out") or 0.0),
    )


def _finite(value: float) -> float | None:
    """Return a level rounded, or None for silence: JSON has no infinity."""
    return round(value, 2) if value > -1000 else None
