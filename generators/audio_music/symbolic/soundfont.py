"""Reading SoundFont 2 files, and SF3: the same with each sample as an OGG Vorbis stream.

Sources: SoundFont Technical Specification 2.04 (E-mu, 2006); SF3 as MuseScore writes it: sample
flag 0x10, ``start`` and ``end`` are bytes in ``smpl``, loop points count from the sample's start.
"""

from __future__ import annotations

import io
import itertools
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from generators.api import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

INSTRUMENT, SAMPLE_ID, KEY_RANGE, VELOCITY_RANGE = 41, 53, 43, 44
COMPRESSED = 0x10  # of a sample's type
MAX_BYTES = 1 << 30
_HYDRA = (b"phdr", b"pbag", b"pmod", b"pgen", b"inst", b"ibag", b"imod", b"igen", b"shdr")
_PRESET, _INSTRUMENT_HEAD, _SAMPLE = "<20sHHHIII", "<20sH", "<20sIIIIIBbHH"
Bag = tuple["list[tuple[int, int]]", "list[bytes]"]  # generators and modulators of one zone


@dataclass(slots=True)
class Preset:
    """What a MIDI program plays: zones that name instruments."""

    name: str
    bank: int
    program: int
    bags: list[Bag]


@dataclass(slots=True)
class Instrument:
    """Zones that name samples."""

    name: str
    bags: list[Bag]


@dataclass(slots=True)
class SampleHead:
    """A sample: ``data`` as it stands in the file, loop points in frames from its start."""

    name: str
    data: bytes
    loop: tuple[int, int]
    rate: int
    root: int
    correction: int  # cents
    link: int
    kind: int


@dataclass(frozen=True, slots=True)
class Region:
    """What sounds for a range of keys and velocities.

    Attributes:
        values: Generators by number, instrument and preset added up as the specification says.
        modulators: Amount by (source, destination, amount source, transform).
    """

    keys: tuple[int, int]
    velocities: tuple[int, int]
    sample: int
    values: Mapping[int, int]
    modulators: Mapping[tuple[int, int, int, int], int]


@dataclass(slots=True)
class SoundFont:
    """A file in memory."""

    info: dict[bytes, bytes]
    presets: list[Preset]
    instruments: list[Instrument]
    samples: list[SampleHead]
    _decoded: dict[int, NDArray[np.float32]] = field(default_factory=dict)

    def preset(self, bank: int, program: int) -> Preset | None:
        """Return a preset, or None."""
        found = (item for item in self.presets if (item.bank, item.program) == (bank, program))
        return next(found, None)

    def wave(self, index: int) -> NDArray[np.float32]:
        """Return a sample's frames, decoded at its first use.

        Raises:
            CheckpointError: It is damaged.
        """
        if index not in self._decoded:
            self._decoded[index] = decode(self.samples[index])
        return self._decoded[index]

    def decoded_bytes(self) -> int:
        """Return the memory that decoded samples hold."""
        return sum(wave.nbytes for wave in self._decoded.values())

    def regions(self, bank: int, program: int) -> tuple[Region, ...]:
        """Return the regions of a preset; none where it lacks."""
        preset = self.preset(bank, program)
        return tuple(_flattened(self, preset)) if preset else ()


def decode(sample: SampleHead) -> NDArray[np.float32]:
    """Return the frames of a sample, 1.0 being full scale.

    Raises:
        CheckpointError: They are damaged.
    """
    if not sample.kind & COMPRESSED:
        raw = np.frombuffer(sample.data, "<i2").astype(np.float32)
        return np.asarray(raw / np.float32(32_768), np.float32)
    import soundfile

    try:
        wave, _ = soundfile.read(io.BytesIO(sample.data), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise _damaged(f"its sample {sample.name!r:.40} cannot be read") from error
    return np.ascontiguousarray(wave[:, 0])


def read_soundfont(path: Path) -> SoundFont:
    """Read a file; samples are decoded later, when they are played.

    Raises:
        CheckpointError: It is missing, damaged or no soundfont.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _damaged("it is larger than 1 GiB")
        raw = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"The soundfont {path.name} cannot be read: {error.strerror}.", "Copy it again."
        ) from error
    try:
        return _parse(raw)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise _damaged(f"{error!s:.80}") from error


def _damaged(why: str) -> CheckpointError:
    return CheckpointError(f"The soundfont is damaged: {why}.", "Copy or fetch it again.")


def chunks(raw: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, first byte, length) of RIFF chunks; some writers leave out the pad byte."""
    while start + 8 <= end:
        name, length = raw[start : start + 4], struct.unpack_from("<I", raw, start + 4)[0]
        if start + 8 + length > end:
            raise ValueError(f"chunk {name!r} is cut off")
        yield name, start + 8, length
        start += 8 + length
        if length & 1 and raw[start : start + 1] == b"\0":
            start += 1


def _parse(raw: bytes) -> SoundFont:
    if raw[:4] != b"RIFF" or raw[8:12] != b"sfbk":
        raise _damaged("it is no RIFF file of kind sfbk")
    found: dict[bytes, bytes] = {}
    info: dict[bytes, bytes] = {}
    for _, start, length in chunks(raw, 12, len(raw)):
        kind = raw[start : start + 4]
        for name, first, size in chunks(raw, start + 4, start + length):
            (info if kind == b"INFO" else found)[name] = raw[first : first + size]
    table = {name: found[name] for name in _HYDRA}
    presets = _rows(table[b"phdr"], _PRESET)
    preset_bags = _bags(table[b"pbag"], table[b"pgen"], table[b"pmod"])
    heads = _rows(table[b"inst"], _INSTRUMENT_HEAD)
    bags = _bags(table[b"ibag"], table[b"igen"], table[b"imod"])
    smpl = found[b"smpl"]
    return SoundFont(
        info,
        [
            Preset(_text(row[0]), row[2], row[1], preset_bags[row[3] : after[3]])
            for row, after in itertools.pairwise(presets)
        ],
        [
            Instrument(_text(row[0]), bags[row[1] : after[1]])
            for row, after in itertools.pairwise(heads)
        ],
        [_sample(row, smpl) for row in _rows(table[b"shdr"], _SAMPLE)[:-1]],
    )


def _rows(raw: bytes, layout: str) -> list[tuple]:  # type: ignore[type-arg]
    return list(struct.iter_unpack(layout, raw))


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1")


def _bags(bags: bytes, generators: bytes, modulators: bytes) -> list[Bag]:
    rows = _rows(bags, "<HH")
    values, movers = _rows(generators, "<HH"), [
        modulators[at : at + 10] for at in range(0, len(modulators) - 9, 10)
    ]  # fmt: skip
    return [
        ([(op, amount) for op, amount in values[row[0] : after[0]]], movers[row[1] : after[1]])
        for row, after in itertools.pairwise(rows)
    ]


def _sample(row: tuple, smpl: bytes) -> SampleHead:  # type: ignore[type-arg]
    name, start, end, first, last, rate, root, correction, link, kind = row
    if kind & COMPRESSED:
        data, loop = smpl[start:end], (first, last)
    else:
        data, loop = smpl[2 * start : 2 * end], (first - start, last - start)
    return SampleHead(_text(name), data, loop, rate, root, correction, link, kind)


def signed(amount: int) -> int:
    """Return a generator's 16 bits as a signed number."""
    return amount - 0x10000 if amount & 0x8000 else amount


def span(values: Mapping[int, int], operator: int) -> tuple[int, int]:
    """Return a key or velocity range, 0 to 127 where none is set."""
    amount = values.get(operator, 127 << 8)
    return amount & 0xFF, amount >> 8


Modulators = dict[tuple[int, int, int, int], int]  # amount by source, destination, amount source


def _zones(bags: list[Bag], last: int) -> Iterator[tuple[dict[int, int], list[bytes]]]:
    """Yield each zone's generators and modulators, over those of the global zone before it.

    A zone without the generator ``last`` is the global one (specification, 7.3 and 7.7).
    """
    common: dict[int, int] = {}
    shared: list[bytes] = []
    for generators, modulators in bags:
        values = dict(generators)
        if last in values:
            yield {**common, **values}, [*shared, *modulators]
        else:
            common, shared = values, modulators


def _flattened(font: SoundFont, preset: Preset) -> Iterator[Region]:
    for outer, raw in _zones(preset.bags, INSTRUMENT):
        added = _modulators(raw)
        yield from _instrument_regions(font.instruments[outer[INSTRUMENT]], outer, added)


def _instrument_regions(
    instrument: Instrument, outer: Mapping[int, int], added: Modulators
) -> Iterator[Region]:
    for inner, raw in _zones(instrument.bags, SAMPLE_ID):
        keys, velocities = (
            _common(span(outer, operator), span(inner, operator))
            for operator in (KEY_RANGE, VELOCITY_RANGE)
        )
        if keys[0] > keys[1] or velocities[0] > velocities[1]:
            continue
        summed = {operator: signed(amount) for operator, amount in inner.items()}
        for operator, amount in outer.items():
            if operator not in (KEY_RANGE, VELOCITY_RANGE, INSTRUMENT):
                summed[operator] = summed.get(operator, _default(operator)) + signed(amount)
        moved = {**STANDARD, **_modulators(raw)}
        for what, amount in added.items():
            moved[what] = moved.get(what, 0) + amount
        yield Region(keys, velocities, inner[SAMPLE_ID], summed, moved)


def _modulators(raw: list[bytes]) -> Modulators:
    found: Modulators = {}
    for item in raw:
        source, target, amount, by, transform = struct.unpack("<HHhHH", item)
        found[source, target, by, transform] = amount
    return found


#: Velocity to attenuation, in centibels (specification, 8.4.1). The one from velocity to the filter
#: (8.4.2) is left out, as in FluidSynth, for which free soundfonts are voiced.
STANDARD: Modulators = {(0x0502, 48, 0, 0): 960}


def _common(first: tuple[int, int], second: tuple[int, int]) -> tuple[int, int]:
    return max(first[0], second[0]), min(first[1], second[1])


#: Generators whose value is not 0 where no zone sets them (specification, 8.1.3).
DEFAULTS = {
    8: 13_500, 21: -12_000, 23: -12_000, 25: -12_000, 26: -12_000, 27: -12_000, 28: -12_000,
    30: -12_000, 33: -12_000, 34: -12_000, 35: -12_000, 36: -12_000, 38: -12_000, 46: -1, 47: -1,
    56: 100, 58: -1,
}  # fmt: skip


def _default(operator: int) -> int:
    return DEFAULTS.get(operator, 0)
