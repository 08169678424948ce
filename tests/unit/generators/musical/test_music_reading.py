"""What is read out of a music prompt, and what is not."""

from __future__ import annotations

import pytest

from generators.musical.reading import READ, Hit, read_prompt
from generators.musical.words import COURSES, GENRES, INSTRUMENTS, MOODS, TEMPI

TABLES = {"moods": MOODS, "genres": GENRES, "instruments": INSTRUMENTS}


@pytest.mark.parametrize("table", [MOODS, GENRES, INSTRUMENTS, COURSES, TEMPI])
def test_no_word_stands_for_two_things_of_a_kind(table):
    words = [word.lower() for item in table for word in (*item.en, *item.zh)]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("name", TABLES)
def test_every_word_is_read_as_what_it_stands_for(name):
    for item in TABLES[name]:
        for word in (*item.en, *item.zh):
            assert getattr(read_prompt(word), name) == (item.id,), word


def test_an_ordinary_prompt():
    read = read_prompt("Warm acoustic guitar and soft percussion, unhurried, 92 BPM, in F# minor")
    assert read.moods == ("warm", "calm")
    assert read.genres == ("acoustic",)
    assert read.instruments == ("acoustic_guitar", "brushes")
    assert (read.tempo, read.tonic, read.scale) == (92.0, 6, "minor")
    assert not read.loop
    assert read.hits == ()


def test_a_chinese_prompt():
    read = read_prompt(
        "欢快的流行音乐，每分钟120拍，降E大调，7.5秒爆发，14秒处落在标志上，钢琴和弦乐，不要鼓"
    )
    assert (read.moods, read.genres) == (("happy",), ("pop",))
    assert read.instruments == ("piano", "strings")
    assert read.without == ("drums",)
    assert (read.tempo, read.tonic, read.scale) == (120.0, 3, "major")
    assert read.hits == (Hit("drop", 7.5), Hit("end", 14.0))


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("drop at 7.5 s", (Hit("drop", 7.5),)),
        ("end on the logo at 0:14", (Hit("end", 14.0),)),
        ("hits at 3 seconds, logo at 9.2s", (Hit("hit", 3.0), Hit("end", 9.2))),
        ("the drop comes at 1:02.5", (Hit("drop", 62.5),)),
        ("第3秒重音", (Hit("hit", 3.0),)),
        ("at 90 bpm", ()),
        ("a hit song", ()),
    ],
)
def test_moments(text, hits):
    assert read_prompt(text).hits == hits


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("in C major", (0, "major")), ("B flat minor", (10, "minor")),
        ("A-flat major", (8, "major")),
        ("key of G# min", (8, "minor")), ("升F小调", (6, "minor")), ("a minor problem", (None, "")),
        ("in a minor key", (None, "minor")), ("in A minor", (9, "minor")), ("bb", (None, "")),
    ],
)  # fmt: skip
def test_keys(text, key):
    read = read_prompt(text)
    assert (read.tonic, read.scale) == key


def test_no_takes_away_and_longer_words_come_first():
    read = read_prompt("electric piano, no vocals, without any drums, piano")
    assert read.instruments == ("electric_piano", "piano")
    assert set(read.without) == {"choir", "drums"}
    assert read_prompt("loopable").loop is False
    assert read_prompt("a seamless loop").loop is True
    assert read_prompt("无缝循环").loop is True
    assert read_prompt("solo piano").only is True


def test_metres():
    assert read_prompt("a waltz").metre == 3
    assert read_prompt("in 4/4").metre == 4
    assert read_prompt("圆舞曲").genres == ()
    assert read_prompt("half 50/50").metre is None


def test_the_start_of_a_long_prompt_is_read():
    filler = "x " * (READ // 2)
    assert read_prompt("without any drums, " + filler + "piano").without == ("drums",)
    assert read_prompt(filler + "piano").instruments == ()
    assert read_prompt("1" * 200 + " s, drop at 7.5 s").hits == (Hit("drop", 7.5),)


def test_anything_can_be_read():
    for text in ("", " ", "🎵" * 400, "\u202e水\0", "((((", "999999 bpm at 9:99:99 s"):
        read_prompt(text)
