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
        ("piano only", True), ("piano and strings only, 90 bpm", True),
        ("piano only in C minor", True),
        ("only a soft felt piano", True), ("just one slow, warm piano", True),
        ("only with piano", True),
        ("just a delicate harp", True), ("instruments: only piano and cello", True),
        ("the only instrument is a piano", True), ("only the sound of a harp", True),
        ("cello alone", True), ("piano playing all alone", True), ("unaccompanied, cello", True),
        ("warm cello, solo", True), ("a solo for trumpet", True), ("a solo piece for cello", True),
        ("trumpet solo", True), ("solo 90 bpm guitar", True), ("古筝独奏", True),
        ("独奏，古筝", True),
        ("只有温柔的钢琴", True), ("仅用钢琴和弦乐", True), ("pop, only piano, ends at 14 s", True),
        ("festive pop with trumpet for a members only sale", False),
        ("members only sale with trumpet", False), ("members only: festive trumpet", False),
        ("upbeat pop with acoustic guitar, only 15 seconds", False),
        ("upbeat pop with acoustic guitar only 15 seconds long", False),
        ("just a short upbeat pop track with acoustic guitar", False),
        ("rock with guitar, this weekend only", False), ("rock guitar only today", False),
        ("this weekend only, rock with guitar", False), ("only 3 days left! rock guitar", False),
        ("pop with drums only at the drop", False), ("drums only from 7 s on, piano", False),
        ("just add a trumpet", False), ("only for members, with soft piano", False),
        ("don't just use piano", False), ("dancing alone at night, piano and drums", False),
        ("solo traveller ad with guitar", False), ("just a touch of strings", False),
        ("仅限会员，欢快的小号", False), ("只有15秒，钢琴", False), ("仅限本周末，摇滚吉他", False),
        ("just no drums, piano", False), ("only no drums", False),
    ],
)  # fmt: skip
def test_only_means_nothing_else(text, only):
    assert read_prompt(text).only is only


@pytest.mark.parametrize(
    ("text", "loop"),
    [
        ("a loop", True), ("loopable bed", True), ("seamless loop", True), ("循环", True),
        ("lofi with drum loops", False), ("seamless transitions, corporate", False),
        ("I want a loop", True), ("a different loop", True),
        ("not just a loop, a seamless loop", True),
        ("no drums, loop", True), ("no drums, seamless loop", True), ("loop without clicks", True),
        ("no loop clicks", True), ("no gap in the loop", True), ("loop, not too fast", True),
        ("loop: warm piano", True), ("no fade out so that it can loop", True),
        ("不间断循环", True), ("不要鼓，循环", True), ("无限循环", True), ("无缝可循环", True),
        ("no loop", False), ("don't loop", False), ("not a loop", False), ("no loop needed", False),
        ("do not loop it", False), ("without looping", False), ("never loops", False),
        ("no seamless loop", False), ("not seamless", False), ("don’t make it a loop", False),
        ("it should not be looped", False), ("it doesn't need to loop", False),
        ("non-looping", False),
        ("a full piece instead of a loop", False), ("loop: no", False), ("loop not needed", False),
        ("loop-free", False), ("no need for a loop", False), ("this cannot be a loop", False),
        ("不循环", False), ("不要循环", False), ("不需要无缝循环", False), ("无循环", False),
        ("别做成循环", False), ("不是循环", False), ("非循环", False), ("循环：否", False),
    ],
)  # fmt: skip
def test_loops(text, loop):
    assert read_prompt(text).loop is loop


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("upbeat corporate, no loop, ends on the logo at 14 s", {"hits": (Hit("end", 14.0),)}),
        ("not in C minor", {}), ("don't use C minor, in D major", {"tonic": 2, "scale": "major"}),
        ("no minor key", {}), ("不要C小调", {}), ("no waltz", {}), ("not a waltz", {}),
        ("not 3/4, 4/4", {"metre": 4}), ("不要圆舞曲", {}), ("no 120 bpm", {}),
        ("not 120 bpm but 90 bpm", {"tempo": 90.0}), ("not over 120 bpm", {"tempo": 120.0}),
        ("no drop at 7.5 s", {}), ("no hits at 3 s, 6 s and 9 s", {}),
        ("don't end at 9 s, drop at 7 s", {"hits": (Hit("drop", 7.0),)}), ("不要在第5秒爆发", {}),
        ("no drums, drop at 7 s", {"without": ("drums",), "hits": (Hit("drop", 7.0),)}),
        ("no loop piano", {"instruments": ("piano",)}),
        ("not in C minor piano", {"instruments": ("piano",)}),
    ],
)  # fmt: skip
def test_what_is_refused_is_not_asked_for(text, left):
    read = read_prompt(text)
    asked = {name: left.get(name, default) for name, default in _OPEN.items()}
    assert {name: getattr(read, name) for name in _OPEN} == asked


_OPEN = {name: getattr(read_prompt(""), name)
         for name in ("tempo", "tonic", "scale", "metre", "hits", "loop", "instruments", "without")
         }  # fmt: skip


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
