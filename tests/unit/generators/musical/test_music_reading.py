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
        ("house with a big drop at 128 bpm", ()),
        ("snare hits on 2 and 4", ()),
        ("end on 14 s", (Hit("end", 14.0),)),
        ("hits at 3s, 6s and 9s", (Hit("hit", 3.0), Hit("hit", 6.0), Hit("hit", 9.0))),
        ("hits at 3, 6 and 9 s", (Hit("hit", 3.0), Hit("hit", 6.0), Hit("hit", 9.0))),
        ("drop at 7.5 s, 80s synthwave", (Hit("drop", 7.5),)),
        ("drop at 7.5, 4/4, 808 drums", (Hit("drop", 7.5),)),
        ("hits at 3s, 6s, 9s", (Hit("hit", 3.0), Hit("hit", 6.0), Hit("hit", 9.0))),
        ("drop at 12 s, 30 seconds long", (Hit("drop", 12.0),)),
        ("drop at 12 s, 30 seconds", (Hit("drop", 12.0),)),
        ("hits at 5 s and 9 s, 20 s fade out", (Hit("hit", 5.0), Hit("hit", 9.0))),
        ("高潮 30秒", ()),
        ("适合转场 30秒 钢琴", ()),
        ("开头重音 8秒爆发", (Hit("drop", 8.0),)),
        ("高潮：5秒", (Hit("drop", 5.0),)),
        ("第3秒和第6秒卡点", (Hit("hit", 3.0), Hit("hit", 6.0))),
        ("15秒，第6秒卡点", (Hit("hit", 6.0),)),
        ("高潮在第5秒", (Hit("drop", 5.0),)),
        ("1分5秒处高潮", (Hit("drop", 65.0),)),
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
        ("in C Major", (0, "major")), ("F# Minor", (6, "minor")), ("In A Minor", (9, "minor")),
    ],
)  # fmt: skip
def test_keys(text, key):
    read = read_prompt(text)
    assert (read.tonic, read.scale) == key


def test_no_takes_away_and_longer_words_come_first():
    read = read_prompt("electric piano, no vocals, without any drums, piano")
    assert read.instruments == ("electric_piano", "piano")
    assert set(read.without) == {"choir", "drums"}
    assert read_prompt("loopable").loop is True
    assert read_prompt("a seamless loop").loop is True
    assert read_prompt("无缝循环").loop is True
    assert read_prompt("solo piano").only is True


@pytest.mark.parametrize(
    ("text", "tempo"),
    [
        ("BPM: 128", 128), ("BPM 120", 120), ("tempo 96", 96), ("tempo of 96", 96),
        ("速度120", 120), ("速度：88", 88), ("every tempo", None), ("bpm", None),
        ("mid-tempo 80s pop", None), ("slow tempo 60 seconds piano", None), ("速度90年代", None),
        ("fast tempo 15 second spot", None), ("tempo 80% faster", None), ("tempo 96, warm", 96),
    ],
)  # fmt: skip
def test_tempi(text, tempo):
    assert read_prompt(text).tempo == tempo


@pytest.mark.parametrize(
    ("text", "without", "instruments"),
    [
        ("no drums or trumpet", {"drums", "trumpet"}, ()),
        ("without drums and piano", {"drums", "piano"}, ()),
        ("no drums, piano", {"drums"}, ("piano",)),
        ("no drums and soft piano", {"drums"}, ("piano",)),
        ("don't use any drums", {"drums"}, ()),
        ("do not add the drums", {"drums"}, ()),
        ("don't forget the piano", set(), ("piano",)),
        ("don't let drums overpower piano", set(), ("drums", "piano")),
        ("calm, no drums, and piano", {"drums"}, ("piano",)),
        ("不要鼓和钢琴", {"drums", "piano"}, ()),
        ("没有鼓、竖琴", {"drums", "harp"}, ()),
        ("不带鼓点，钢琴", {"drums"}, ("piano",)),
        ("去掉鼓", {"drums"}, ()),
        ("温暖鼓舞人心的音乐", set(), ()),
        ("平静的钢琴，节奏舒缓", set(), ("piano",)),
    ],
)
def test_what_is_refused_is_not_played(text, without, instruments):
    read = read_prompt(text)
    assert set(read.without) == without
    assert read.instruments == instruments


@pytest.mark.parametrize(
    ("text", "only"),
    [
        ("only piano", True), ("just piano and strings", True), ("只有钢琴", True),
        ("仅钢琴", True),
        ("not only piano but also strings", False), ("不仅有钢琴和弦乐", False),
        ("just like a movie score with piano and strings", False),
    ],
)  # fmt: skip
def test_only_means_nothing_else(text, only):
    assert read_prompt(text).only is only


@pytest.mark.parametrize(
    ("text", "loop"),
    [
        ("a loop", True), ("loopable bed", True), ("seamless loop", True), ("循环", True),
        ("lofi with drum loops", False), ("seamless transitions, corporate", False),
    ],
)  # fmt: skip
def test_loops(text, loop):
    assert read_prompt(text).loop is loop


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


def test_long_lists_are_read_in_one_go():
    for text in ("hits at " + "1, " * 1_300, "1秒、" * 1_300, "no " * 1_300, "or no drums " * 300):
        read_prompt(text)


def test_anything_can_be_read():
    for text in ("", " ", "🎵" * 400, "\u202e水\0", "((((", "999999 bpm at 9:99:99 s"):
        read_prompt(text)
