"""Scores (MusicXML) and drum performances (MIDI) as pieces to learn from.

Sources: MusicXML 4.0 (W3C Community Group); the OpenScore corpora (CC0) and the Groove MIDI Dataset
(CC BY 4.0), which are read from their ZIP files and never copied here.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from defusedxml import ElementTree

from generators.audio_music.network.midi_in import Played, read_midi
from generators.audio_music.network.tokens import (
    DRUMS,
    LEVELS,
    STEPS,
    Event,
    Measure,
    Piece,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from xml.etree.ElementTree import Element

BARS = 12  # of a piece that is cut out of a long score
_FIFTHS = {fifths: (7 * fifths) % 12 for fifths in range(-7, 8)}
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_TRIADS = {"maj": (0, 4, 7), "min": (0, 3, 7), "7": (0, 4, 7, 10), "dim": (0, 3, 6)}
_USUAL_TEMPO = 92.0  # where a score gives none
#: Styles of the drum performances, as genres.
_STYLES = {"rock": "rock", "funk": "funk", "hiphop": "hiphop", "jazz": "jazz", "latin": "bossa",
           "reggae": "reggae", "soul": "funk", "pop": "pop", "punk": "rock",
           "country": "acoustic"}  # fmt: skip
#: Pads of the recorded kit (Roland TD-11) by the General MIDI drum that they are: the edges of the
#: hi-hat, rims of snare and toms, the second crash. Groove MIDI Dataset, its mapping table.
_SAME_DRUM = {22: 42, 26: 46, 40: 38, 47: 45, 50: 48, 58: 43, 52: 49, 55: 49, 57: 49, 59: 51}
_TOGETHER = 0.4  # least closeness to a grid of a performance that stands for a genre
STROKE = 2  # steps that a drum is said to sound
DRUM_BRIGHTNESS = 0.3  # of drums alone, which have none
_MAX_XML = 60_000_000  # bytes


@dataclass(slots=True)
class _Bar:
    beats: int = 4
    fifths: int = 0
    mode: str = ""
    notes: list[tuple[float, float, str, int]] = field(default_factory=list)  # start, beats, part


def read_scores(archive: Path, genre: str) -> Iterator[Piece]:
    """Yield pieces of a corpus of compressed MusicXML files; those that cannot be read are left."""
    with zipfile.ZipFile(archive) as corpus:
        for name in sorted(corpus.namelist()):
            if name.endswith(".mxl"):
                try:
                    root = read_root(corpus.read(name))
                    composer = name.split("/")[1] if name.count("/") > 1 else name
                    yield from score_pieces(root, genre, name, composer)
                except (ValueError, KeyError, ElementTree.ParseError, zipfile.BadZipFile):
                    continue


def read_root(raw: bytes) -> Element:
    """Return the score of a compressed MusicXML file (``.mxl``)."""
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        name = next(item for item in packed.namelist()
                    if item.endswith((".xml", ".musicxml")) and "META-INF" not in item)  # fmt: skip
        if packed.getinfo(name).file_size > _MAX_XML:
            raise ValueError("too large")
        root: Element = ElementTree.fromstring(packed.read(name))
        return root


def score_pieces(root: Element, genre: str, source: str, group: str) -> Iterator[Piece]:
    """Yield pieces of some bars each out of a score."""
    parts = root.findall("part")
    if not parts:
        raise ValueError("no parts")
    bars: list[_Bar] = []
    for number, part in enumerate(parts):
        _read_part(part, bars, _role(number, len(parts), genre))
    tempo = next((float(item.get("tempo", 0)) for item in root.iter("sound")
                  if float(item.get("tempo", 0) or 0) > 20), _USUAL_TEMPO)  # fmt: skip
    for first in range(0, len(bars) - 3, BARS):
        chunk = bars[first : first + BARS]
        piece = _piece(chunk, genre, tempo)
        if piece is not None:
            piece.source, piece.group = source, group
            yield piece


def _role(number: int, count: int, genre: str) -> str:
    if genre == "quartet":
        return ("melody", "counter", "pad", "bass")[min(3, number)]
    return "melody" if number < count - 1 else "piano"


def _read_part(part: Element, bars: list[_Bar], role: str) -> None:
    divisions, beats, fifths, mode = 1.0, 4, 0, ""
    tied: dict[int, tuple[_Bar, int]] = {}
    for number, element in enumerate(part.findall("measure")):
        if number == len(bars):
            bars.append(_Bar())
        bar, at, before = bars[number], 0.0, 0.0
        for child in element:
            if child.tag == "attributes":
                divisions = float(child.findtext("divisions", str(divisions)))
                beats = _beats(child, beats)
                fifths = int(child.findtext("key/fifths", str(fifths)))
                mode = child.findtext("key/mode", mode) or mode
            elif child.tag in ("backup", "forward"):
                moved = float(child.findtext("duration", "0")) / divisions
                at += moved if child.tag == "forward" else -moved
            elif child.tag == "note" and child.find("grace") is None:
                length = float(child.findtext("duration", "0")) / divisions
                start = before if child.find("chord") is not None else at
                _add_note(bar, child, (start, length, role), tied)
                if child.find("chord") is None:
                    before, at = at, at + length
        bar.beats, bar.fifths, bar.mode = beats, fifths, mode


def _beats(attributes: Element, before: int) -> int:
    time = attributes.find("time")
    if time is None:
        return before
    count, unit = int(time.findtext("beats", "4")), int(time.findtext("beat-type", "4"))
    quarters = count * 4 / unit
    return round(quarters) if quarters.is_integer() and 1 <= quarters <= 5 else 0


def _add_note(
    bar: _Bar,
    note: Element,
    where: tuple[float, float, str],
    tied: dict[int, tuple[_Bar, int]],
) -> None:
    pitch = note.find("pitch")
    if pitch is None:
        return
    key = 12 * (int(pitch.findtext("octave", "4")) + 1) + _STEPS[pitch.findtext("step", "C")]
    key += round(float(pitch.findtext("alter", "0")))
    start, length, role = where
    if role == "piano":
        role = "bass" if note.findtext("staff", "1") == "2" and key < 57 else "chords"
    kinds = {item.get("type") for item in note.findall("tie")}
    if "stop" in kinds and key in tied:
        owner, index = tied[key]
        begun = owner.notes[index]
        owner.notes[index] = (begun[0], begun[1] + length, *begun[2:])
    else:
        bar.notes.append((start, length, role, key))
        tied[key] = (bar, len(bar.notes) - 1)
    if "start" not in kinds:
        tied.pop(key, None)


def _piece(bars: Sequence[_Bar], genre: str, tempo: float) -> Piece | None:
    """Return some bars as a piece with its tonic at C; None where they cannot be written."""
    notes = [item for bar in bars for item in bar.notes]
    metre = bars[0].beats
    if len(notes) < 2 * len(bars) or any(not 1 <= bar.beats <= 5 for bar in bars):
        return None
    tonic, mode = _key(bars)
    roles = tuple(dict.fromkeys(item[2] for item in notes))
    density = np.array([len(bar.notes) for bar in bars], float)
    levels = np.clip(LEVELS * density / max(1.0, 1.25 * density.max()), 0, LEVELS - 1)
    energy = min(1.0, float(density.mean()) / 24 * tempo / 100)
    piece = Piece(genre, mode, 3 if metre == 3 else 4, tempo, energy,
                  0.5 if mode == "major" else -0.3, roles)  # fmt: skip
    shift = -tonic if tonic <= 6 else 12 - tonic
    for bar, level in zip(bars, levels, strict=True):
        root, kind = chord_of([(key, length) for _, length, _, key in bar.notes])
        measure = Measure(bar.beats, int(level), (root - tonic) % 12, kind)
        for start, length, role, key in bar.notes:
            step = round(start * STEPS)
            if 0 <= step < bar.beats * STEPS and length > 0:
                loud = 82 if step % STEPS == 0 else 70
                measure.events.append(
                    Event(step, role, key + shift, max(1, round(length * STEPS)), loud)
                )
        piece.measures.append(measure)
    return piece


def _key(bars: Sequence[_Bar]) -> tuple[int, str]:
    """Return tonic and mode: the signature, and for its mode which third the tonics carry."""
    fifths = max({bar.fifths for bar in bars}, key=[bar.fifths for bar in bars].count)
    major = _FIFTHS.get(fifths, 0)
    mode = next((bar.mode for bar in bars if bar.mode in ("major", "minor")), "")
    if mode:
        return (major if mode == "major" else (major + 9) % 12), mode
    weight = np.zeros(12)
    for bar in bars:
        for _, length, _, key in bar.notes:
            weight[key % 12] += length
    minor = (major + 9) % 12
    bright = weight[[major, (major + 4) % 12, (major + 7) % 12]].sum()
    dull = weight[[minor, (minor + 3) % 12, (minor + 7) % 12, (minor + 11) % 12]].sum()
    return (major, "major") if bright >= dull else (minor, "minor")


def chord_of(notes: Sequence[tuple[int, float]]) -> tuple[int, str]:
    """Return root and kind of the chord that explains a bar's notes best."""
    weight = np.zeros(12)
    for key, length in notes:
        weight[key % 12] += length
    if not weight.any():
        return 0, "other"
    best = max(
        ((root, kind) for root in range(12) for kind in _TRIADS),
        key=lambda item: (
            sum(weight[(item[0] + step) % 12] for step in _TRIADS[item[1]])
            - 0.3 * len(_TRIADS[item[1]]) * weight.mean()
        ),
    )
    return best[0], best[1]


def read_drums(archive: Path) -> Iterator[Piece]:
    """Yield pieces of the drum performances, by drummer."""
    with zipfile.ZipFile(archive) as corpus:
        table = next(name for name in corpus.namelist() if name.endswith("info.csv"))
        folder = table.rpartition("/")[0]
        rows = csv.DictReader(io.StringIO(corpus.read(table).decode("utf-8")))
        for row in rows:
            if row.get("time_signature") not in ("4-4", "3-4"):
                continue
            name = f"{folder}/{row['midi_filename']}"
            try:
                raw = corpus.read(name)
                yield from drum_pieces(raw, row, name)
            except (KeyError, ValueError):
                continue


def drum_pieces(raw: bytes, row: dict[str, str], source: str) -> Iterator[Piece]:
    """Yield pieces of some bars each out of a performance, its strokes brought onto its grid.

    What lies on no grid, and what is no more than a fill, teaches drumming but no genre.
    """
    metre, tempo = int(row["time_signature"][0]), float(row["bpm"])
    notes = [note._replace(key=_SAME_DRUM.get(note.key, note.key)) for note in read_midi(raw)]
    notes = [note for note in notes if note.key in DRUMS]
    unit, early, together = grid_of(notes)
    known = together >= _TOGETHER and row.get("beat_type", "beat") == "beat"
    genre = _STYLES.get(row["style"].split("/")[0], "drumming") if known else "drumming"
    count = int(max((note.start for note in notes), default=0) // metre) + 1
    measures = [Measure(metre, 0, 0, "other") for _ in range(count)]
    for note in notes:
        step = unit * max(0, round((note.start + early) * STEPS / unit))
        bar, step = divmod(step, metre * STEPS)
        if bar < count:
            measures[bar].events.append(Event(step, "drums", note.key, STROKE, note.velocity))
    for measure in measures:
        measure.level = min(LEVELS - 1, len(measure.events) // 3)
    for first in range(0, count - 1, BARS):
        chunk = measures[first : first + BARS]
        if sum(len(measure.events) for measure in chunk) >= 4 * len(chunk):
            loud = np.mean([event.velocity for measure in chunk for event in measure.events])
            piece = Piece(genre, "major", metre, tempo, float(loud) / 127, DRUM_BRIGHTNESS,
                          ("drums",), chunk, source, row["drummer"])  # fmt: skip
            yield piece


def grid_of(notes: Sequence[Played]) -> tuple[int, float, float]:
    """Return the grid that strokes lie on: sixteenths or triplets.

    Returns:
        Its unit in steps (3 or 4), by how many beats the player is ahead of it, and how closely
        the strokes keep to it (0: not at all, 1: exactly), loud ones counting more. A player is
        10 to 30 ms ahead of the click in most of these recordings.
    """
    if not notes:
        return 3, 0.0, 0.0
    starts = np.array([note.start for note in notes])
    weights = np.array([note.velocity for note in notes], float)
    best = (3, 0.0, -1.0)
    for unit in (3, 4):
        mean = (weights * np.exp(2j * np.pi * starts * STEPS / unit)).sum() / weights.sum()
        if abs(mean) > best[2]:
            best = (unit, -float(np.angle(mean)) / (2 * np.pi) * unit / STEPS, float(abs(mean)))
    return best
