"""Makes the starter's soundfont: the presets that the composer plays, out of a large SF3 file.

    python -m generators.audio_music.symbolic.subset SOURCE.sf3 TARGET.sf3

Samples stay the OGG streams that they are. Where a preset has more of them than its size is worth,
zones are left out and their neighbours widened, and long piano tones end at an earlier OGG page.
Source of the shipped one: Debian ``musescore-general-soundfont-small`` (MIT).
"""

from __future__ import annotations

import argparse
import itertools
import struct
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from generators.audio_music.symbolic.soundfont import (
    INSTRUMENT,
    KEY_RANGE,
    SAMPLE_ID,
    VELOCITY_RANGE,
    Bag,
    Instrument,
    Preset,
    SampleHead,
    SoundFont,
    read_soundfont,
    span,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DRUMS = 128  # bank
#: Program → least semitones between the roots that are kept; 0 keeps all zones.
PROGRAMS = {
    0: 6, 4: 0, 5: 0, 8: 0, 9: 0, 10: 0, 11: 0, 12: 0, 14: 0, 15: 6, 16: 0, 21: 7,
    24: 7, 25: 8, 26: 7, 27: 5, 28: 5, 30: 9, 32: 5, 33: 5, 38: 0, 40: 9, 42: 12, 45: 10, 46: 6,
    47: 0, 48: 9, 49: 9, 50: 12, 52: 12, 56: 0, 57: 6, 60: 12, 61: 12, 62: 0, 65: 7, 68: 0,
    71: 0, 73: 0, 75: 0, 80: 0, 81: 0, 88: 0, 89: 7, 90: 12, 95: 12, 98: 0, 104: 0, 106: 0, 107: 0,
    108: 0, 114: 0, 116: 0, 119: 0,
}  # fmt: skip
KITS = (0, 16, 24, 25, 40, 48)
DRUM_KEYS = frozenset([35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 54,
                       56, 60, 61, 62, 63, 64, 69, 70, 75, 76, 77, 80, 81, 82, 83, 85,
                       86, 87])  # fmt: skip
PLAYED = range(28, 97)  # MIDI keys; zones wholly outside are left out
NARROWER = {30: range(46, 84), 50: range(52, 84), 61: range(48, 84), 90: range(52, 84),
            95: range(52, 84)}  # fmt: skip
LONGEST = {
    0: 3.0,
    47: 2.0,
}  # seconds of a sample, by program; at the end of the OGG page that holds it
LOUDEST_LAYER = {0: 107}  # the layers above this velocity are left out, that below is widened
_FADING = 54  # sampleModes: 0 plays through, 1 loops


def subset(font: SoundFont) -> SoundFont:
    """Return a soundfont with the presets above and what they need."""
    samples: list[SampleHead] = []
    instruments: list[Instrument] = []
    presets: list[Preset] = []
    places: dict[tuple[int, float], int] = {}
    wanted = [(0, program) for program in PROGRAMS] + [(DRUMS, program) for program in KITS]
    for bank, program in wanted:
        preset = font.preset(bank, program)
        if preset is None:
            raise SystemExit(f"the source has no preset {bank}:{program}")
        bags: list[Bag] = []
        for generators, modulators in _layers(preset, program if bank == 0 else -1):
            values = dict(generators)
            if INSTRUMENT in values:
                kept = _instrument(font, values[INSTRUMENT], (bank, program), samples, places)
                if kept is None:
                    continue
                instruments.append(kept)
                generators = _with(generators, INSTRUMENT, len(instruments) - 1)  # noqa: PLW2901
            bags.append((generators, modulators))
        presets.append(replace(preset, bags=bags))
    return SoundFont(font.info, presets, instruments, samples)


def _layers(preset: Preset, program: int) -> list[Bag]:
    """Return a preset's zones without the layers that are too loud to be kept."""
    top = LOUDEST_LAYER.get(program)
    if top is None:
        return preset.bags
    made: list[Bag] = []
    for generators, modulators in preset.bags:
        low, high = span(dict(generators), VELOCITY_RANGE)
        if low > top and INSTRUMENT in dict(generators):
            continue
        widened = _with(generators, VELOCITY_RANGE, low | 127 << 8) if high == top else generators
        made.append((widened, modulators))
    return made


def _instrument(
    font: SoundFont,
    index: int,
    preset: tuple[int, int],
    samples: list[SampleHead],
    places: dict[tuple[int, float], int],
) -> Instrument | None:
    """Return an instrument with fewer zones, its samples put on the list; None for no zone."""
    bank, program = preset
    source = font.instruments[index]
    bags = [bag for bag in source.bags if SAMPLE_ID not in dict(bag[0])]
    zones = [bag for bag in source.bags if SAMPLE_ID in dict(bag[0])]
    if bank == DRUMS:
        zones = [bag for bag in zones if DRUM_KEYS.intersection(_keys(bag))]
    else:
        zones = [
            bag for bag in zones if set(NARROWER.get(program, PLAYED)).intersection(_keys(bag))
        ]
    if bank != DRUMS and PROGRAMS[program]:
        zones = thinned(font, zones, PROGRAMS[program])
    longest = LONGEST.get(program, 0.0) if bank == 0 else 0.0
    for generators, modulators in zones:
        sample = font.samples[dict(generators)[SAMPLE_ID]]
        key = (dict(generators)[SAMPLE_ID], longest)
        data = ogg_until(sample.data, longest * sample.rate) if longest else sample.data
        if key not in places:
            places[key] = len(samples)
            samples.append(replace(sample, data=data, link=0))
        made = _with(generators, SAMPLE_ID, places[key])
        if len(data) < len(sample.data):
            made = _with(made, _FADING, 0)
        bags.append((made, modulators))
    return Instrument(source.name, bags) if zones else None


def _keys(bag: Bag) -> range:
    low, high = span(dict(bag[0]), KEY_RANGE)
    return range(low, high + 1)


def thinned(font: SoundFont, zones: Sequence[Bag], spacing: int) -> list[Bag]:
    """Return zones whose key ranges lie at least ``spacing`` semitones apart, widened to meet."""
    ranges = sorted({span(dict(bag[0]), KEY_RANGE) for bag in zones})
    kept: list[tuple[int, int]] = []
    for item in ranges:
        if not kept or _middle(item) - _middle(kept[-1]) >= spacing:
            kept.append(item)
    edges = [0] + [(_middle(a) + _middle(b)) // 2 + 1 for a, b in itertools.pairwise(kept)]
    last = max(high for _, high in ranges)
    first = min(low for low, _ in ranges)
    wide = {
        item: (max(first, edge), after - 1)
        for item, edge, after in zip(kept, edges, [*edges[1:], last + 1], strict=True)
    }
    made: list[Bag] = []
    for generators, modulators in zones:
        found = wide.get(span(dict(generators), KEY_RANGE))
        if found:
            made.append((_with(generators, KEY_RANGE, found[0] | found[1] << 8), modulators))
    return made


def _middle(item: tuple[int, int]) -> int:
    return (item[0] + item[1]) // 2


def _with(
    generators: Iterable[tuple[int, int]], operator: int, amount: int
) -> list[tuple[int, int]]:
    """Return generators with one set; ranges stand first and links last, as the format demands."""
    rest = [item for item in generators if item[0] != operator]
    made = [*rest, (operator, amount)]
    order = {KEY_RANGE: -2, VELOCITY_RANGE: -1, INSTRUMENT: 1, SAMPLE_ID: 1}
    return sorted(made, key=lambda item: order.get(item[0], 0))


def ogg_until(data: bytes, frames: float) -> bytes:
    """Return an OGG stream up to the page that reaches ``frames``; pages stay as they are.

    Source: RFC 3533, section 6 (the page header and its granule position).
    """
    at = 0
    while data[at : at + 4] == b"OggS":
        granule = struct.unpack_from("<q", data, at + 6)[0]
        segments = data[at + 26]
        at += 27 + segments + sum(data[at + 27 : at + 27 + segments])
        if granule >= frames:
            break
    return data[:at]


def write(font: SoundFont, path: Path) -> None:
    """Write an SF3 file."""
    smpl = bytearray()
    heads = bytearray()
    for sample in font.samples:
        start = len(smpl)
        smpl += sample.data
        heads += struct.pack(
            "<20sIIIIIBbHH", sample.name.encode("latin-1"), start, len(smpl), *sample.loop,
            sample.rate, sample.root, sample.correction, sample.link, sample.kind,
        )  # fmt: skip
    heads += struct.pack("<20sIIIIIBbHH", b"EOS", *[0] * 9)
    info = dict(font.info)
    body = _list(b"INFO", info.items())
    body += _list(b"sdta", [(b"smpl", bytes(smpl))])
    body += _list(b"pdta", [*_hydra(font), (b"shdr", bytes(heads))])
    path.write_bytes(_chunk(b"RIFF", b"sfbk" + body))


def _hydra(font: SoundFont) -> list[tuple[bytes, bytes]]:
    heads = bytearray()
    bags: list[Bag] = []
    found: list[tuple[bytes, bytes]] = []
    for preset in font.presets:
        heads += struct.pack("<20sHHHIII", preset.name.encode("latin-1"), preset.program,
                             preset.bank, len(bags), 0, 0, 0)  # fmt: skip
        bags += preset.bags
    heads += struct.pack("<20sHHHIII", b"EOP", 0, 0, len(bags), 0, 0, 0)
    found += [(b"phdr", bytes(heads)), *_tables(bags, b"p")]
    heads, bags = bytearray(), []
    for instrument in font.instruments:
        heads += struct.pack("<20sH", instrument.name.encode("latin-1"), len(bags))
        bags += instrument.bags
    heads += struct.pack("<20sH", b"EOI", len(bags))
    return [*found, (b"inst", bytes(heads)), *_tables(bags, b"i")]


def _tables(bags: Sequence[Bag], letter: bytes) -> list[tuple[bytes, bytes]]:
    rows, values, movers = bytearray(), bytearray(), bytearray()
    for generators, modulators in bags:
        rows += struct.pack("<HH", len(values) // 4, len(movers) // 10)
        for operator, amount in generators:
            values += struct.pack("<HH", operator, amount & 0xFFFF)
        movers += b"".join(modulators)
    rows += struct.pack("<HH", len(values) // 4, len(movers) // 10)
    return [(letter + b"bag", bytes(rows)), (letter + b"mod", bytes(movers) + b"\0" * 10),
            (letter + b"gen", bytes(values) + b"\0" * 4)]  # fmt: skip


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) & 1)


def _list(kind: bytes, items: Iterable[tuple[bytes, bytes]]) -> bytes:
    return _chunk(b"LIST", kind + b"".join(_chunk(name, data) for name, data in items))


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the subset from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    options = parser.parse_args(arguments)
    made = subset(read_soundfont(options.source))
    write(made, options.target)
    sys.stdout.write(
        f"{len(made.presets)} presets, {len(made.samples)} samples, "
        f"{options.target.stat().st_size:,} bytes\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
