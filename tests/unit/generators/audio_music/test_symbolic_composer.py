"""Plans, bars and notes of the starter music: as asked, in the key, without clashes."""

from __future__ import annotations

import itertools

import pytest

from generators.api import InvalidParameter
from generators.audio_music.symbolic.composer import Score, compose, swung
from generators.audio_music.symbolic.dice import Dice
from generators.audio_music.symbolic.plan import decide
from generators.audio_music.symbolic.sounds import PARTS, SOUNDS
from generators.audio_music.symbolic.styles import STYLES
from generators.audio_music.symbolic.theory import PROGRESSIONS, chord, voicing
from generators.audio_music.symbolic.timing import ending_grid, loop_grid, split_bars
from generators.musical.reading import Hit, read_prompt
from generators.musical.words import GENRES, INSTRUMENTS

SEEDS = range(3)


def score_of(
    prompt: str, duration: float = 15.0, seed: int = 1, intensity: float = 0.0, part: int = 0
) -> Score:
    dice = Dice(seed)
    return compose(decide(read_prompt(prompt), duration, dice, intensity, part), dice)


def test_every_genre_and_instrument_can_be_played():
    assert set(STYLES) == {genre.id for genre in GENRES}
    for item in INSTRUMENTS:
        assert item.id in PARTS or item.id in ("claps", "shaker"), item.id
        score = score_of(item.en[0])
        if item.id in SOUNDS and item.id != "drums":
            assert item.id in score.plan.parts.values(), item.id


def test_all_progressions_can_be_read_and_begin_on_the_tonic():
    for colour, turns in PROGRESSIONS.items():
        mode = colour.split()[0]
        for degrees in turns:
            chords = [chord(degree, 5, mode) for degree in degrees]
            assert chords[0].root == 5
            assert all(len(item.tones) >= 3 and item.root in item.tones for item in chords)


def test_chords():
    assert chord("V7", 0, "major").tones == (7, 11, 2, 5)
    assert chord("V", 0, "minor").tones == (7, 11, 2)
    assert 11 in chord("V", 0, "minor").scale
    assert 10 not in chord("V", 0, "minor").scale
    assert chord("VI", 0, "minor").root == 8
    assert chord("bVII", 0, "major").tones == (10, 2, 5)
    with pytest.raises(ValueError, match="H7"):
        chord("H7", 0, "major")


def test_voices_move_little():
    before: tuple[int, ...] = ()
    for degree in ("I", "V", "vi", "IV", "I"):
        keys = voicing(chord(degree, 0, "major"), before, 52, 76, 3)
        assert all(52 <= key <= 76 for key in keys)
        if before:
            assert sum(min(abs(old - key) for key in keys) for old in before) <= 7
        before = keys


@pytest.mark.parametrize("genre", sorted(STYLES))
@pytest.mark.parametrize("seed", SEEDS)
def test_notes_are_valid_and_the_bass_stands_on_the_root(genre: str, seed: int):
    said = next(item.en[0] for item in GENRES if item.id == genre)
    score = score_of(f"{said} with drums", 20.0, seed)
    grid = score.plan.grid
    assert score.plan.genre == genre
    for track in score.tracks:
        sound = SOUNDS[track.name]
        for note in track.notes:
            assert 0 <= note.key <= 127
            assert 1 <= note.velocity <= 127
            assert note.length > 0
            assert -0.01 <= grid.seconds(note.start) < score.plan.duration
            if track.role in ("melody", "chords", "pad", "arp", "counter", "bass"):
                assert sound.low - 12 <= note.key <= sound.high + 12, track.name
    chords = {bar.start: bar.chord for bar in score.form.bars}
    bass = next((track for track in score.tracks if track.role == "bass"), None)
    for note in bass.notes if bass else ():
        if round(note.start) in chords and abs(note.start - round(note.start)) < 0.05:
            assert note.key % 12 == chords[round(note.start)].root


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("prompt", ["happy pop", "dark cinematic, minor", "jazz", "国风"])
def test_the_tune_meets_the_chord_on_strong_beats_and_ends_on_the_tonic(prompt: str, seed: int):
    score = score_of(prompt, 30.0, seed)
    tune = next(track for track in score.tracks if track.role == "melody").notes
    checked = 0
    for bar in score.form.bars:
        for note in tune:
            if abs(note.start - bar.start) < 0.1 and note.start < score.form.beat - 0.5:
                assert note.key % 12 in bar.chord.tones
                checked += 1
    assert checked >= 2
    assert tune[-1].key % 12 == score.plan.tonic
    steps = [abs(a.key - b.key) for a, b in itertools.pairwise(tune)]
    assert sum(step > 9 for step in steps) <= 0.1 * len(steps) + 1
    assert len({note.key for note in tune}) >= 3


@pytest.mark.parametrize("seed", SEEDS)
def test_the_last_chord_is_the_tonic_in_all_parts(seed: int):
    score = score_of("inspiring corporate in A major", 15.0, seed)
    for track in score.tracks:
        if track.role in ("pad", "chords", "arp", "counter", "bass"):
            last = [note for note in track.notes if note.start >= score.form.beat - 0.1]
            assert {note.key % 12 for note in last} <= {9, 1, 4}, track.name
            assert last


def test_energy_grows_towards_a_drop():
    score = score_of("energetic electronic, drop at 15 s", 30.0)
    drop = next(bar for bar in score.form.bars if bar.section == "drop")
    assert score.plan.grid.seconds(drop.start) == pytest.approx(15.0, abs=0.03)
    before = [bar.level for bar in score.form.bars if bar.start < drop.start]
    assert before == sorted(before)
    assert drop.level >= max(before)
    loud = [sum(len(track.notes) for track in score.tracks
                for note in track.notes if 0 <= note.start - bar.start < 4)
            for bar in (score.form.bars[0], drop)]  # fmt: skip
    assert loud[1] > 1.5 * loud[0]
    building = score_of("corporate, building", 30.0).form.bars
    assert [bar.level for bar in building] == sorted(bar.level for bar in building)


@pytest.mark.parametrize("tempo", [63.0, 92.0, 120.0, 147.0])
@pytest.mark.parametrize("duration", [6.0, 10.0, 15.0, 20.0, 30.0, 60.0, 17.3])
def test_a_tempo_is_moved_by_two_percent_at_most(tempo: float, duration: float):
    span = (0.98 * tempo, 1.02 * tempo)
    end = round(0.93 * duration, 2)
    hits = (Hit("drop", round(0.4 * duration, 2)), Hit("end", end))
    grid = ending_grid(duration, 4, tempo, span, hits)
    assert span[0] - 1e-9 <= grid.tempo <= span[1] + 1e-9
    assert grid.seconds(grid.beats) == pytest.approx(end, abs=max(0.03, grid.off + 1e-6))
    assert 0 <= grid.lead < 60 / grid.tempo
    plain = ending_grid(duration, 4, tempo, span, ())
    assert 0.5 <= duration - plain.seconds(plain.beats) < duration
    assert plain.tempo == pytest.approx(tempo, rel=0.02)


@pytest.mark.parametrize("prompt", ["energetic electronic loop", "pop loop, 120 bpm"])
def test_moments_of_a_loop_fall_on_its_bars(prompt: str):
    plain, asked = score_of(prompt, 16.0), score_of(f"{prompt}, drop at 8 s, hit at 4 s", 16.0)
    grid = asked.plan.grid
    times = {kind: grid.seconds(grid.start(bar)) for kind, bar in grid.marks}
    assert abs(times["drop"] - 8) <= grid.off + 1e-6
    assert abs(times["hit"] - 4) <= grid.off + 1e-6
    assert grid.off < 0.1
    first = next(bar for bar in asked.form.bars if bar.section == "drop")
    assert grid.seconds(first.start) == pytest.approx(times["drop"])
    assert sum(grid.bars) * 60 / grid.tempo == pytest.approx(16.0)
    assert not any(bar.section == "drop" for bar in plain.form.bars)


@pytest.mark.parametrize("duration", [10.0, 15.0, 20.0])
@pytest.mark.parametrize("mood", ["calm", "sad", "energetic"])
def test_a_last_chord_is_not_cut_where_the_tempo_is_free(mood: str, duration: float):
    for genre in STYLES:
        grid = score_of(f"{mood} {genre}", duration).plan.grid
        assert duration - grid.seconds(grid.beats) > 1.2, genre


def test_a_loop_is_filled_by_whole_bars_where_its_tempo_allows():
    grid = loop_grid(16.0, 4, 121.0, (118.0, 124.0))
    assert (grid.tempo, grid.bars) == (120.0, (4,) * 8)
    odd = loop_grid(6.0, 4, 78.0, (77.0, 79.0))
    assert odd.beats * 60 / odd.tempo == pytest.approx(6.0)
    assert split_bars(13, 4) == (4, 4, 5)
    assert split_bars(3, 4) == (3,)


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("end on the logo at 20 s", "15 s long"), ("drop at 15 s", "15 s long"),
        ("loop, end at 12 s", "loop has no end"), ("end at 5 s, drop at 9 s", "after the end"),
        ("at 999 bpm", "999 beats"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(prompt: str, words: str):
    with pytest.raises(InvalidParameter, match=words) as caught:
        score_of(prompt)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("prompt", "same"),
    [
        ("upbeat pop that ends on the logo at 15 s", "upbeat pop"),
        ("温暖钢琴，15秒结束", "温暖钢琴"), ("pop, first hit at 0 s", "pop"),
        ("pop, hits at 0 s, 4 s and 8 s", "pop, hits at 4 s and 8 s"),
        ("pop loop, ends at 15 s", "pop loop"),
    ],
)  # fmt: skip
def test_what_every_piece_has_may_be_said(prompt: str, same: str):
    assert score_of(prompt).plan == score_of(same).plan


def test_instruments_are_added_and_taken_away():
    score = score_of("pop, piano, strings, no drums, no bass guitar, no synth bass")
    names = {track.name for track in score.tracks}
    assert {"piano", "strings"} <= names
    assert not {track.role for track in score.tracks} & {"drums", "bass", "boom"}
    alone = {track.name for track in score_of("solo harp").tracks}
    assert alone == {"harp"}
    clapping = next(t for t in score_of("happy pop with claps").tracks if t.role == "drums")
    assert 39 in {note.key for note in clapping.notes}


def test_calmer_and_shorter_pieces_are_the_same_piece():
    prompt = "inspiring corporate, 112 bpm"
    usual, calmer = score_of(prompt, 30.0, 4), score_of(prompt, 30.0, 4, intensity=-1.0)
    short = score_of(prompt, 15.0, 4)
    for other in (calmer, short):
        assert (other.plan.tonic, other.plan.mode) == (usual.plan.tonic, usual.plan.mode)
        assert other.plan.parts["melody"] == usual.plan.parts["melody"]
    assert [bar.chord for bar in calmer.form.bars] == [bar.chord for bar in usual.form.bars]
    tunes = [next(t.notes for t in score.tracks if t.role == "melody") for score in (usual, calmer)]
    assert [note.key for note in tunes[0]] == [note.key for note in tunes[1]]
    strength = [sum(note.velocity for track in score.tracks for note in track.notes)
                for score in (usual, calmer)]  # fmt: skip
    assert strength[1] < 0.8 * strength[0]


@pytest.mark.parametrize("prompt", ["inspiring corporate", "calm ambient", "rock, drop at 8 s"])
@pytest.mark.parametrize("duration", [6.0, 30.0, 60.0])
def test_a_part_goes_on_with_the_piece_and_brings_a_new_tune(prompt, duration):
    if "drop" in prompt and duration < 10:
        return
    first, second, third = (score_of(prompt, duration, 4, part=part) for part in range(3))
    for other in (second, third):
        assert other.plan.grid.tempo == first.plan.grid.tempo
        assert (other.plan.tonic, other.plan.mode) == (first.plan.tonic, first.plan.mode)
        assert other.plan.parts == first.plan.parts
        assert other.plan.duration == duration
        assert other.form.end == first.form.end  # the tonic: a part comes to rest as well
    tunes = [motif_of(score) for score in (first, second, third)]
    if all(tunes):
        assert tunes[1] != tunes[0]
        assert tunes[2] == tunes[0]
    if "drop" not in prompt:
        assert second.form.bars[0].section == "main"
        assert second.form.bars[0].level >= first.form.bars[0].level


def motif_of(score):
    """Return where the tune's tones of its second full bar begin, within the bar."""
    notes = next((track.notes for track in score.tracks if track.role == "melody"), [])
    sung = [bar for bar in score.form.bars if any(bar.start <= n.start + 0.1 < bar.start + bar.beats
                                                  for n in notes)]  # fmt: skip
    if len(sung) < 3:
        return ()
    bar = sung[1]
    inside = [note for note in notes if bar.start <= note.start + 0.1 < bar.start + bar.beats]
    return tuple(round((note.start - bar.start) * 4) for note in inside)


@pytest.mark.parametrize("genre", ["house", "pop", "cinematic", "hip hop", "rock", "funk"])
def test_a_calm_piece_has_fewer_notes_a_second_than_an_energetic_one(genre):
    def notes(mood: str, role: str) -> int:
        tracks = [score_of(f"{mood} {genre}", 20.0, seed).tracks for seed in range(4)]
        return sum(len(track.notes) for made in tracks for track in made if track.role == role)

    assert notes("energetic", "melody") > 1.2 * notes("calm", "melody")
    moving = [notes(mood, "chords") + notes(mood, "arp") for mood in ("calm", "energetic")]
    assert moving[1] > 1.3 * moving[0]


@pytest.mark.parametrize("genre", ["hip hop", "cinematic"])
def test_the_bass_of_a_sparse_genre_moves_when_it_is_energetic(genre):
    def notes_a_beat(mood: str) -> float:
        made = [score_of(f"{mood} {genre}", 20.0, seed) for seed in range(4)]
        count = sum(len(t.notes) for score in made for t in score.tracks if t.role == "bass")
        return count / sum(score.form.beat for score in made)

    assert notes_a_beat("energetic") > 1.25 * notes_a_beat("confident")


@pytest.mark.parametrize("genre", ["rock", "synthwave", "house"])
def test_the_bass_of_a_driving_genre_is_still_when_it_is_calm(genre):
    def starts_a_beat(mood: str) -> float:
        made = [score_of(f"{mood} {genre}", 20.0, seed) for seed in range(4)]
        count = sum(len(t.notes) for score in made for t in score.tracks if t.role == "bass")
        return count / sum(score.form.beat for score in made)

    assert starts_a_beat("calm") < 0.6 * starts_a_beat("energetic")


@pytest.mark.parametrize(
    ("prompt", "struck"),
    [
        ("calm orchestral", False),
        ("calm orchestral with timpani", True),
        ("energetic orchestral", True),
        ("calm cinematic", False),
    ],
)
def test_calm_pieces_are_struck_where_it_is_asked_alone(prompt, struck):
    for seed in SEEDS:
        roles = {track.role for track in score_of(prompt, 20.0, seed).tracks}
        assert bool(roles & {"boom", "drums"}) is struck


def test_driving_pieces_stand_in_a_smaller_room_than_still_ones():
    calm, driving = (score_of(f"{mood} cinematic").plan.style for mood in ("calm", "energetic"))
    assert driving.room < 0.7 * calm.room
    assert driving.wet < calm.wet - 3


def test_swing_delays_every_second_eighth():
    assert [round(swung(at, 1.0, 0.5), 3) for at in (0, 0.5, 1, 1.5)] == [0, 0.667, 1, 1.667]
    assert swung(0.25, 1.0, 0.25) == pytest.approx(1 / 3)
    assert swung(0.5, 0.0, 0.5) == 0.5


def test_very_short_and_very_long_pieces():
    for duration in (0.5, 1.0, 2.2, 300.0):
        for prompt in ("happy pop", "epic loop", "waltz"):
            assert score_of(prompt, duration).tracks
