"""Rhythms: drum grooves, bass lines, accompaniment. Our own writing-down of common practice.

Drums: one character a sixteenth; ``X`` accent, ``x`` hit, ``o`` ghost, ``.`` none. Sixteen make a
bar of four, twelve a bar of three. Others are (start, length, what), in beats.
"""

from __future__ import annotations

KICK, RIM, SNARE, CLAP, CLOSED, OPEN, PEDAL, RIDE = 36, 37, 38, 39, 42, 46, 44, 51
LOW_TOM, MID_TOM, HIGH_TOM, CRASH, TAMBOURINE, SHAKER, COWBELL = 41, 45, 48, 49, 54, 82, 56
BONGO, CONGA, LOW_CONGA, CABASA, CLAVE, BLOCK, LOW_BLOCK, TRIANGLE, SLEIGH = (
    61, 63, 64, 69, 75, 76, 77, 81, 83,
)  # fmt: skip
BIG_DRUM = 35  # a kick; in the orchestra kit its great drum

Groove = dict[int, str]
#: name → (light, full, bar of three)
GROOVES: dict[str, tuple[Groove, Groove, Groove]] = {
    "none": ({}, {}, {}),
    "corporate": (
        {KICK: "X.......X.......", SHAKER: "x.o.x.o.x.o.x.o."},
        {KICK: "X.....x.X.......", SNARE: "....X.......X...", CLAP: "....o.......o...",
         CLOSED: "x.x.x.x.x.x.x.x.", SHAKER: "o.o.o.o.o.o.o.o."},
        {KICK: "X...........", SNARE: "....x...x...", CLOSED: "x.x.x.x.x.x."},
    ),
    "pop": (
        {KICK: "X.......X.......", CLOSED: "x.o.x.o.x.o.x.o.", RIM: "....x.......x..."},
        {KICK: "X.....x.X.x.....", SNARE: "....X.......X...", CLOSED: "x.x.x.x.x.x.x.x.",
         OPEN: "..............x.", TAMBOURINE: "....o.......o..."},
        {KICK: "X.....x.....", SNARE: "....X...x...", CLOSED: "x.x.x.x.x.x."},
    ),
    "rock": (
        {KICK: "X.......X.x.....", SNARE: "....x.......x...", CLOSED: "x.x.x.x.x.x.x.x."},
        {KICK: "X.x.....X.x...x.", SNARE: "....X.......X...", OPEN: "x...x...x...x...",
         CLOSED: "..x...x...x...x."},
        {KICK: "X.....x.....", SNARE: "....X...X...", CLOSED: "x.x.x.x.x.x."},
    ),
    "folk": (
        {KICK: "x...............", SHAKER: "x.o.x.o.x.o.x.o."},
        {KICK: "X.......x.......", SNARE: "....x.......x.o.", CABASA: "x.o.x.o.x.o.x.o.",
         TAMBOURINE: "....o.......o..."},
        {KICK: "x...........", SNARE: "....x...x...", SHAKER: "x.o.x.o.x.o."},
    ),
    "four_floor": (
        {KICK: "X...X...X...X...", CLOSED: "..o...o...o...o."},
        {KICK: "X...X...X...X...", CLAP: "....X.......X...", OPEN: "..x...x...x...x.",
         CLOSED: "xoooxoooxoooxooo"},
        {KICK: "X...X...X...", CLAP: "....x.......", OPEN: "..x...x...x."},
    ),
    "backbeat": (
        {KICK: "X.......X.......", CLOSED: "x...x...x...x..."},
        {KICK: "X...x...X...x...", SNARE: "....X.......X...", CLOSED: "x.xxx.xxx.xxx.xx"},
        {KICK: "X...........", SNARE: "....X.......", CLOSED: "x.x.x.x.x.x."},
    ),
    "trap": (
        {KICK: "X.........x.....", CLOSED: "x.o.x.o.x.o.x.o.", RIM: "........x......."},
        {KICK: "X.....x...x.....", SNARE: "........X.......", CLAP: "........x.......",
         CLOSED: "x.x.x.xxx.x.xoxo", OPEN: "..............o."},
        {KICK: "X.....x.....", SNARE: "......X.....", CLOSED: "x.x.x.x.x.xo"},
    ),
    "boombap": (
        {KICK: "X.........x.....", RIM: "....x.......x...", CLOSED: "x.o.x.o.x.o.x.o."},
        {KICK: "X......x..x.....", SNARE: "....X.......X...", CLOSED: "x.o.x.o.x.o.x.oo"},
        {KICK: "X.....x.....", SNARE: "....x...x...", CLOSED: "x.o.x.o.x.o."},
    ),
    "swing": (
        {RIDE: "x...x.o.x...x.o.", PEDAL: "....x.......x..."},
        {RIDE: "x...X.o.x...X.o.", PEDAL: "....x.......x...", KICK: "o...o...o...o...",
         SNARE: "......o.......o."},
        {RIDE: "x...x.o.x.o.", PEDAL: "....x...x...", KICK: "x..........."},
    ),
    "bossa": (
        {SHAKER: "xoxoxoxoxoxoxoxo", RIM: "x..x..x...x..x.."},
        {KICK: "x.....xox.....xo", RIM: "x..x..x...x..x..", SHAKER: "xoxoxoxoxoxoxoxo"},
        {KICK: "x.....x.....", RIM: "x..x..x..x..", SHAKER: "x.o.x.o.x.o."},
    ),
    "funk": (
        {KICK: "X.........x.....", CLOSED: "x.x.x.x.x.x.x.x.", SNARE: "....x.......x..."},
        {KICK: "X.x....x..x..x..", SNARE: "....X..o.o..X..o", CLOSED: "xoxoxoxoxoxoxoxo",
         TAMBOURINE: "....o.......o..."},
        {KICK: "X.x....x....", SNARE: "....X...o...", CLOSED: "x.x.x.x.x.x."},
    ),
    "hits": (
        {BIG_DRUM: "x..............."},
        {BIG_DRUM: "X.....x.x.......", SNARE: "............xoxx"},
        {BIG_DRUM: "X.......x..."},
    ),
    "toy": (
        {KICK: "x.......x.......", BLOCK: "....x.......x..."},
        {KICK: "x.......x.......", SNARE: "....x.......x...", BLOCK: "x.x.....x.x.x...",
         TAMBOURINE: "....o.......o...", CLOSED: "x.x.x.x.x.x.x.x."},
        {KICK: "x...........", SNARE: "....x...x...", TRIANGLE: "x..........."},
    ),
    "taiko": ({}, {}, {}),
    "one_drop": (
        {CLOSED: "x.o.x.o.x.o.x.o.", RIM: "........x......."},
        {KICK: "........X.......", RIM: "........x.......", CLOSED: "x.x.x.xox.x.x.x.",
         OPEN: "..............o."},
        {KICK: "......x.....", RIM: "......x.....", CLOSED: "x.o.x.o.x.o."},
    ),
}  # fmt: skip
#: Big drums under orchestras: light, full.
BOOMS = {
    "hits": ("x...............", "X.....x.X.....xo"),
    "none": ("x...............", "X...........x.x."),
    "taiko": ("x.........o.....", "X..o..x.o.X..o.."),
}

#: r root, 5 fifth, 8 octave, 3 third, a a step towards the next root.
BASS: dict[str, tuple[tuple[float, float, str], ...]] = {
    "sustained": ((0, 4, "r"),),
    "root_fifth": ((0, 1.8, "r"), (2, 1.8, "5")),
    "eighths": (*tuple((at / 2, 0.45, "r") for at in range(7)), (3.5, 0.45, "a")),
    "sixteenths": tuple((at / 4, 0.22, "r" if at % 8 < 6 else "8") for at in range(16)),
    "syncopated": ((0, 1.4, "r"), (1.5, 0.9, "r"), (2.5, 1.0, "r"), (3.5, 0.45, "a")),
    "offbeat": tuple((at + 0.5, 0.4, "r") for at in range(4)),
    "octaves": tuple((at / 2, 0.4, "r" if at % 2 == 0 else "8") for at in range(8)),
    "sub": ((0, 1.4, "r"), (1.5, 0.8, "r"), (2.5, 1.4, "5")),
    "lazy": ((0, 1.4, "r"), (1.75, 0.7, "5"), (2.5, 1.2, "r"), (3.75, 0.25, "a")),
    "walking": ((0, 0.95, "r"), (1, 0.95, "3"), (2, 0.95, "5"), (3, 0.95, "a")),
    "bossa": ((0, 1.4, "r"), (1.5, 0.45, "5"), (2, 1.4, "5"), (3.5, 0.45, "a")),
    "funk": ((0, 0.4, "r"), (0.75, 0.2, "r"), (1.5, 0.4, "8"), (2.5, 0.4, "r"), (2.75, 0.2, "5"),
             (3.25, 0.2, "8"), (3.5, 0.4, "a")),
    "dub": ((0.5, 0.5, "r"), (1, 0.9, "r"), (2.5, 0.4, "5"), (3, 0.4, "r"), (3.5, 0.4, "a")),
}  # fmt: skip

#: Accompaniment: (start, length, strength 0 to 1); the kind of playing stands in PLAYING.
COMPS: dict[str, tuple[tuple[float, float, float], ...]] = {
    "block": ((0, 3.9, 0.8),),
    "halves": ((0, 1.9, 0.75), (2, 1.9, 0.6)),
    "pulse": tuple((at / 2, 0.4, 0.8 if at % 4 == 0 else 0.6) for at in range(8)),
    "syncopated": ((0, 1.4, 0.9), (1.5, 0.9, 0.7), (2.5, 1.4, 0.8)),
    "stabs": ((0, 0.35, 0.8), (0.75, 0.35, 0.7), (1.5, 0.35, 0.8), (2.5, 0.35, 0.7),
              (3.25, 0.35, 0.75)),
    "power": tuple((at / 2, 0.48, 0.9 if at % 2 == 0 else 0.75) for at in range(8)),
    "offbeat": tuple((at + 0.5, 0.3, 0.75) for at in range(4)),
    "lazy": ((0, 1.9, 0.75), (2.75, 1.2, 0.6)),
    "charleston": ((0, 0.9, 0.75), (1.5, 0.5, 0.65)),
    "bossa": ((0, 0.7, 0.7), (1, 0.4, 0.6), (1.5, 0.9, 0.7), (2.75, 0.4, 0.6), (3.25, 0.6, 0.65)),
    "scratch": ((0.5, 0.2, 0.6), (1, 0.25, 0.85), (1.75, 0.2, 0.6), (2.5, 0.2, 0.6),
                (3, 0.25, 0.85), (3.75, 0.2, 0.55)),
    "spiccato": tuple((at / 2, 0.3, 0.85 if at % 4 == 0 else 0.6) for at in range(8)),
    "oompah": ((1, 0.4, 0.7), (3, 0.4, 0.65)),
    "picking": tuple((at / 2, 1.2, 0.75 if at % 4 == 0 else 0.6) for at in range(8)),
    "broken": tuple((at / 2, 1.6, 0.7 if at % 4 == 0 else 0.5) for at in range(8)),
}  # fmt: skip
#: In bars of three the first is left to the bass.
WALTZ_COMP = ((1, 0.8, 0.65), (2, 0.8, 0.6))
#: Which voice of the chord each note of a picked pattern takes, bottom first.
PICKING = (0, 2, 1, 3, 0, 2, 1, 2)
ARPS = {
    "eighths": (0.5, (0, 1, 2, 3, 2, 1, 2, 1)),
    "sixteenths": (0.25, (0, 2, 1, 3, 2, 1, 3, 2, 0, 2, 1, 3, 2, 3, 1, 2)),
    "ostinato": (0.5, (0, 0, 2, 0, 1, 0, 2, 0)),
    "sparse": (1.0, (0, 2, 3, 1)),
    "up": (0.5, (0, 1, 2, 3)),
}

#: Rhythms of a melody by how busy it is, for bars of four and of three: (start, length).
MELODIES: dict[tuple[int, int], tuple[tuple[tuple[float, float], ...], ...]] = {
    (0, 4): (((0, 2), (2, 2)), ((0, 3), (3, 1)), ((0, 1.5), (1.5, 2.5)), ((0, 2), (2, 1), (3, 1))),
    (1, 4): (
        ((0, 1), (1, 1), (2, 2)), ((0, 1.5), (1.5, 0.5), (2, 1), (3, 1)),
        ((0, 1), (1, 0.5), (1.5, 1), (2.5, 1.5)), ((0, 1.5), (1.5, 1), (2.5, 0.5), (3, 1)),
        ((0.5, 0.5), (1, 1), (2, 1), (3, 1)),
    ),
    (2, 4): (
        ((0, 0.5), (0.5, 0.5), (1, 1), (2, 0.5), (2.5, 0.5), (3, 1)),
        ((0, 1), (1, 0.5), (1.5, 0.5), (2, 0.5), (2.5, 1), (3.5, 0.5)),
        ((0, 0.75), (0.75, 0.75), (1.5, 0.5), (2, 0.75), (2.75, 0.75), (3.5, 0.5)),
        ((0.5, 0.5), (1, 0.5), (1.5, 0.5), (2, 1), (3, 0.5), (3.5, 0.5)),
    ),
    (0, 3): (((0, 3),), ((0, 2), (2, 1))),
    (1, 3): (((0, 1), (1, 1), (2, 1)), ((0, 2), (2, 1)), ((0, 1.5), (1.5, 0.5), (2, 1))),
    (2, 3): (((0, 1), (1, 0.5), (1.5, 0.5), (2, 1)), ((0, 0.5), (0.5, 0.5), (1, 1), (2, 0.5),
                                                       (2.5, 0.5))),
}  # fmt: skip
#: The end of a phrase: a long note.
CADENCE_RHYTHMS = {4: ((0, 1), (1, 1), (2, 2)), 3: ((0, 1), (1, 2))}
