"""The network's data and training: what is read and split, and that it goes on where it was."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from helpers.tiny_composer import tiny_data

from generators.audio_music.network import data
from generators.audio_music.network.midi_in import Played, read_midi
from generators.audio_music.network.model import load, save
from generators.audio_music.network.scores import chord_of, drum_pieces, grid_of, read_scores
from generators.audio_music.network.tokens import Piece, decode, encode
from generators.audio_music.network.train import (
    Corpus,
    Options,
    Training,
    excerpt,
    without_a_part,
)
from generators.audio_music.symbolic.composer import compose
from generators.audio_music.symbolic.dice import Dice
from generators.audio_music.symbolic.midi import midi_bytes
from generators.audio_music.symbolic.plan import decide
from generators.musical.reading import read_prompt

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Options(rows=4, length=96, width=32, layers=2, heads=2, rate=1e-2, warm_steps=5)
NOTE = (
    "<note>{chord}<pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>"
    "<duration>{duration}</duration>{tie}<staff>{staff}</staff></note>"
)


def note(step: str, octave: int, duration: int, staff: int = 1, **more: str) -> str:
    values = {"chord": "", "alter": "", "tie": "", **more}
    return NOTE.format(step=step, octave=octave, duration=duration, staff=staff, **values)


def score(bars: int = 8) -> str:
    """Return a song in G major: a voice in quarters, a piano with chords and a bass."""
    head = ("<attributes><divisions>2</divisions><key><fifths>1</fifths><mode>major</mode></key>"
            "<time><beats>4</beats><beat-type>4</beat-type></time></attributes>")  # fmt: skip
    voice = [
        "<measure>" + (head if not number else "") + "".join(
            note(step, 4, 2) for step in "GABG") + "</measure>" for number in range(bars)
    ]  # fmt: skip
    chord = "<chord/>"
    piano = [
        "<measure>" + (head if not number else "") + note("B", 3, 8) + note("D", 4, 8, chord=chord)
        + "<backup><duration>8</duration></backup>" + note("G", 2, 8, 2) + "</measure>"
        for number in range(bars)
    ]  # fmt: skip
    return ("<score-partwise><part id='P1'>" + "".join(voice) + "</part><part id='P2'>"
            + "".join(piano) + "</part></score-partwise>")  # fmt: skip


def corpus_zip(path: Path, composers: list[str]) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as inner:
        inner.writestr("META-INF/container.xml", "<container/>")
        inner.writestr("score.xml", score())
    with zipfile.ZipFile(path, "w") as outer:
        for name in composers:
            outer.writestr(f"scores/{name}/_/song/one.mxl", packed.getvalue())
        outer.writestr("scores/Broken,_B/_/song/two.mxl", b"no zip")
    return path


def test_a_score_becomes_pieces_with_its_tonic_at_c(tmp_path: Path):
    pieces = list(read_scores(corpus_zip(tmp_path / "lieder.zip", ["Alt,_A"]), "lied"))
    assert len(pieces) == 1
    piece = pieces[0]
    assert (piece.mode, piece.metre, piece.group) == ("major", 4, "Alt,_A")
    assert set(piece.roles) == {"melody", "chords", "bass"}
    first = piece.measures[0]
    assert (first.root, first.kind) == (0, "maj")
    tune = [(event.step, event.key % 12) for event in first.events if event.role == "melody"]
    assert tune == [(0, 0), (12, 2), (24, 4), (36, 0)]  # g a b g as do re mi do
    assert [event.length for event in first.events if event.role == "bass"] == [48]
    assert len(decode(encode(piece))) == len(piece.measures)


def test_chords_are_told_from_notes():
    assert chord_of([(60, 1), (64, 1), (67, 1)]) == (0, "maj")
    assert chord_of([(57, 1), (60, 1), (64, 1)]) == (9, "min")
    assert chord_of([(55, 1), (59, 1), (62, 1), (65, 1)]) == (7, "7")
    assert chord_of([]) == (0, "other")


def test_midi_is_read_as_it_was_written():
    dice = Dice(2)
    made = compose(decide(read_prompt("rock, 120 bpm, no drums"), 10.0, dice), dice)
    notes = read_midi(midi_bytes(made))
    written = sum(len(track.notes) for track in made.tracks if track.role != "effects")
    assert 0.97 * written <= len(notes) <= written  # a key struck again ends the note before
    for raw in (b"", b"MThd", midi_bytes(made)[:300]):
        if raw[:20] != midi_bytes(made)[:20]:
            with pytest.raises(ValueError, match="MIDI"):
                read_midi(raw)


def test_drums_become_pieces():
    dice = Dice(2)
    made = compose(decide(read_prompt("rock, 120 bpm"), 20.0, dice), dice)
    row = {"time_signature": "4-4", "style": "rock/halftime", "bpm": "120", "drummer": "drummer1"}
    pieces = list(drum_pieces(midi_bytes(made), row, "groove/one.mid"))
    assert pieces
    assert pieces[0].genre == "rock"
    assert all(event.role == "drums" for m in pieces[0].measures for event in m.events)
    decode(encode(pieces[0]))


def test_a_composer_stands_on_one_side_only(tmp_path: Path):
    names = [f"Composer{number}" for number in range(60)]
    archive = corpus_zip(tmp_path / "lieder.zip", names)
    counts = data.save(read_scores(archive, "lied"), tmp_path / "data")
    assert sum(counts.values()) == 60
    groups = {}
    for side in ("training", "held-out"):
        with np.load(tmp_path / "data" / f"{side}.npz") as found:
            groups[side] = {str(source).split("/")[1] for source in found["sources"]}
            assert found["starts"][-1] == len(found["tokens"])
    assert groups["training"]
    assert groups["held-out"]
    assert not groups["training"] & groups["held-out"]


def test_a_part_can_be_left_out_and_what_is_left_is_valid():
    rng = np.random.default_rng(0)
    for piece in data.rule_pieces(6, 4):
        tokens = encode(piece)
        less = without_a_part(tokens, rng)
        assert len(less) < len(tokens) or len(piece.roles) < 2
        decode(less)
        cut = excerpt(tokens, rng, 200)
        assert len(cut) <= 200
        assert cut[0] == tokens[0]


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, Corpus]:
    folder = tiny_data(tmp_path_factory.mktemp("data"))
    return Corpus(folder / "training.npz"), Corpus(folder / "held-out.npz")


def test_an_interrupted_training_ends_where_one_in_a_single_run_does(
    corpora: tuple[Corpus, Corpus], tmp_path: Path
):
    whole = Training(tmp_path / "whole", SMALL, "cpu", 6)
    whole.run(*corpora)
    for _ in range(2):
        parted = Training(tmp_path / "parted", SMALL, "cpu", 6)
        parted.run(*corpora, pause_after=3)
    assert parted.step == whole.step == 6
    for name, value in whole.model.state_dict().items():
        assert (value == parted.model.state_dict()[name]).all(), name
        assert (whole.mean[name] == parted.mean[name]).all(), name
    with pytest.raises(SystemExit, match="other options"):
        Training(tmp_path / "whole", replace(SMALL, rows=3), "cpu", 6)


def test_it_learns_and_what_it_learnt_is_written(corpora: tuple[Corpus, Corpus], tmp_path: Path):
    training = Training(tmp_path / "state", SMALL, "cpu", 60)
    before = training.measure(corpora[0])
    training.run(*corpora)
    assert training.measure(corpora[0]) < before - 0.5
    save(training.averaged(), tmp_path / "composer.safetensors")
    assert load(tmp_path / "composer.safetensors").shape == training.model.shape


def test_rows_that_were_cut_once_teach_as_well(corpora: tuple[Corpus, Corpus], tmp_path: Path):
    training = Training(tmp_path / "state", SMALL, "cpu", 60)
    training.prepare(corpora[0], 40)
    before = training.measure(corpora[0])
    training.run(*corpora)
    assert training.measure(corpora[0]) < before - 0.5


def test_a_training_ends_by_the_clock(corpora: tuple[Corpus, Corpus], tmp_path: Path):
    training = Training(tmp_path / "state", SMALL, "cpu", 1_000_000)
    training.run(*corpora, seconds=0.2)
    assert 0 < training.step < 200
    assert (tmp_path / "state" / "state.pt").exists()


def test_drums_lie_on_the_grid_that_the_player_keeps():
    late = [Played(at / 4 - 0.03, 0.1, 9, 38, 90) for at in range(64)]
    unit, early, together = grid_of(late)
    assert (unit, round(early, 3)) == (3, 0.03)
    assert together > 0.99
    shuffled = [Played(at // 2 + (2 / 3 if at % 2 else 0), 0.1, 9, 51, 90) for at in range(64)]
    assert grid_of(shuffled)[0] == 4
    loose = [Played(at * 0.7071, 0.1, 9, 51, 90) for at in range(64)]
    assert grid_of(loose)[2] < 0.3


def test_drummers_of_both_sides_are_known():
    sides = [data.is_held_out(f"drummer{number}") for number in range(1, 11)]
    assert 0 < sum(sides) < 4


def test_groups_are_split_one_in_ten():
    sides = [data.is_held_out(f"group {number}") for number in range(2_000)]
    assert 0.06 < sum(sides) / len(sides) < 0.14
    assert isinstance(next(iter(data.rule_pieces(1, 1))), Piece)
