"""From seconds to beats: a tempo and bars so that hits, the end and a loop fall on the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generators.api import InvalidParameter

if TYPE_CHECKING:
    from generators.musical.reading import Hit

LEEWAY = 0.02  # share by which an asked tempo may be moved to meet the hits
EXACT = 0.012  # seconds: hits that close are heard as together
RING = 1.6  # seconds that a last chord is given where no end is asked for
SHORTEST_RING, SHORT_RING = 0.7, 1.25  # seconds that it needs, and that it needs not to seem cut
_STEP = 0.0005  # of the tempo, in the search


@dataclass(frozen=True, slots=True)
class Grid:
    """The bars of a piece.

    Attributes:
        tempo: Beats a minute.
        lead: Seconds before the first downbeat (a pickup), less than a beat.
        bars: Beats of each bar; the last chord falls right after the last one.
        marks: Bar number by hit, for hits of kind ``drop`` and ``hit``.
        off: Seconds by which the worst hit misses its time.
        loop: The bars fill the length exactly.
    """

    tempo: float
    lead: float
    bars: tuple[int, ...]
    marks: tuple[tuple[str, int], ...]
    off: float
    loop: bool

    def seconds(self, beat: float) -> float:
        """Return the time of a beat."""
        return self.lead + beat * 60 / self.tempo

    @property
    def beats(self) -> int:
        """Beats of all bars."""
        return sum(self.bars)

    def start(self, bar: int) -> int:
        """Return the first beat of a bar; of the number of bars: of the last chord."""
        return sum(self.bars[:bar])


def own_hits(hits: tuple[Hit, ...], duration: float) -> tuple[Hit, ...]:
    """Return the hits without those that every piece has: its first downbeat, its end."""
    return tuple(
        hit for hit in hits
        if (hit.kind, hit.time) not in {("hit", 0.0), ("end", duration)}
    )  # fmt: skip


def check_hits(hits: tuple[Hit, ...], duration: float, *, loop: bool) -> None:
    """Refuse hits that cannot be.

    Raises:
        InvalidParameter: One lies outside the length, or after the end.
    """
    for hit in hits:
        if not 0 < hit.time < duration:
            raise InvalidParameter(
                "prompt",
                f"The prompt asks for something at {hit.time:g} s, but the piece is "
                f"{duration:g} s long.",
                "Make it longer, or move that moment.",
            )
        if hit.kind == "end" and loop:
            raise InvalidParameter(
                "prompt", "A seamless loop has no end, but the prompt asks for one.",
                "Take either the loop or the ending out of the prompt.",
            )  # fmt: skip
    ends = [hit.time for hit in hits if hit.kind == "end"]
    if ends and any(hit.time > min(ends) for hit in hits):
        raise InvalidParameter(
            "prompt", f"The prompt asks for something after the end at {min(ends):g} s.",
            "Move the ending behind it.",
        )  # fmt: skip


def loop_grid(
    duration: float,
    metre: int,
    wanted: float,
    span: tuple[float, float],
    hits: tuple[Hit, ...] = (),
) -> Grid:
    """Return whole bars that fill a loop, at the tempo nearest to the wanted one.

    Where an asked tempo allows no whole bar within its leeway, the last bar is shorter. ``hits``
    fall on the nearest beats, and begin bars; those before them may be shorter or longer.
    """
    if hits:
        return _loop_with(duration, metre, wanted, span, hits)
    best: tuple[float, Grid] | None = None
    for bars in range(1, 2 + int(duration * span[1] / 60 / metre)):
        tempo = bars * metre * 60 / duration
        if span[0] <= tempo <= span[1]:
            odd = 0.0 if bars % 4 == 0 else 0.06 if bars % 2 == 0 else 0.15
            cost = abs(tempo / wanted - 1) + odd
            if best is None or cost < best[0]:
                best = (cost, Grid(tempo, 0.0, (metre,) * bars, (), 0.0, loop=True))
    if best:
        return best[1]
    beats = max(1, round(duration * wanted / 60))
    return Grid(beats * 60 / duration, 0.0, split_bars(beats, metre), (), 0.0, loop=True)


def _loop_with(
    duration: float, metre: int, wanted: float, span: tuple[float, float], hits: tuple[Hit, ...]
) -> Grid:
    best: tuple[float, Grid] | None = None
    nearest = max(1, round(duration * wanted / 60))
    fitting = range(max(1, int(duration * span[0] / 60)), 2 + int(duration * span[1] / 60))
    for beats in {nearest, *fitting}:
        tempo = beats * 60 / duration
        if beats != nearest and not span[0] <= tempo <= span[1]:
            continue
        numbers = [min(beats - 1, round(hit.time * tempo / 60)) for hit in hits]
        moments = [(hit.kind, at) for hit, at in zip(hits, numbers, strict=True)]
        bars, marks = _bars(moments, beats, metre)
        off = max(abs(at * 60 / tempo - hit.time) for hit, at in zip(hits, numbers, strict=True))
        cost = abs(tempo / wanted - 1) + 2 * off + 0.05 * sum(bar != metre for bar in bars)
        if best is None or cost < best[0]:
            best = (cost, Grid(tempo, 0.0, bars, marks, off, loop=True))
    assert best is not None  # the nearest number of beats always fits
    return best[1]


def _bars(
    moments: list[tuple[str, int]], last: int, metre: int
) -> tuple[tuple[int, ...], tuple[tuple[str, int], ...]]:
    """Return bars up to a beat, each moment at the start of one, and the number of that bar."""
    bars: list[int] = []
    marks: list[tuple[str, int]] = []
    before = 0
    for kind, at in [*moments, ("", last)]:
        bars += split_bars(at - before, metre) if at > before else ()
        marks += [(kind, len(bars))] if kind else []
        before = max(before, at)
    return tuple(bars), tuple(marks)


def split_bars(beats: int, metre: int) -> tuple[int, ...]:
    """Return bars for a number of beats; what is over makes the last bar shorter or longer."""
    whole, rest = divmod(beats, metre)
    if not rest:
        return (metre,) * whole
    if rest == 1 and whole:
        return (*(metre,) * (whole - 1), metre + 1)
    return (*(metre,) * whole, rest)


def ending_grid(
    duration: float, metre: int, wanted: float, span: tuple[float, float], hits: tuple[Hit, ...]
) -> Grid:
    """Return bars with a last chord that is left time to ring, and hits on downbeats.

    Args:
        duration: Seconds of the piece.
        metre: Beats of a usual bar.
        wanted: The tempo to be near to.
        span: Lowest and highest tempo allowed.
        hits: In the order of time, within the length.
    """
    steps = np.arange(span[0], span[1] + 1e-9, max(_STEP * wanted, 0.02))
    tempi = np.unique(np.concatenate([steps, [min(max(wanted, span[0]), span[1])]]))
    choices = [_fitted(float(tempo), duration, metre, wanted, hits) for tempo in tempi]
    return min(choices, key=lambda item: item[0])[1]


def _fitted(
    tempo: float, duration: float, metre: int, wanted: float, hits: tuple[Hit, ...]
) -> tuple[float, Grid]:
    """Return how bad a tempo is, and the grid that it gives."""
    beat = 60 / tempo
    times = np.array([hit.time for hit in hits])
    lead, off = _lead(times, beat) if len(times) else (0.0, 0.0)
    numbers = [max(0, round((time - lead) / beat)) for time in times]
    ends = [at for at, hit in zip(numbers, hits, strict=True) if hit.kind == "end"]
    last = ends[0] if ends else _last_beat(duration - lead, beat, metre, [0, *numbers])
    inner = [(hit.kind, at) for hit, at in zip(hits, numbers, strict=True) if hit.kind != "end"]
    bars, marks = _bars(inner, last, metre)
    ring = duration - lead - last * beat
    cost = 3 * abs(tempo / wanted - 1) + 40 * max(0.0, off - EXACT) + 4 * max(0.0, off - 0.03)
    cost += 0.12 * sum(bar != metre for bar in bars) + (0.2 if lead > 1e-6 else 0.0)
    if not ends:
        cost += 0.15 * abs(ring - RING) + (2.0 if ring < SHORTEST_RING else 0.0)
        cost += 0.5 * max(0.0, SHORT_RING - ring) + 0.03 * (len(bars) % 2)
    return cost, Grid(tempo, lead, bars or (max(1, last),), marks, off, loop=False)


def _lead(times: np.ndarray, beat: float) -> tuple[float, float]:
    """Return the pickup before the first downbeat that brings all hits nearest to beats."""
    leads = np.concatenate([[0.0], np.arange(1, 96) * beat / 96])
    places = (times[None, :] - leads[:, None]) / beat
    off = (np.abs(places - np.round(places)) * beat).max(axis=1)
    if off[0] <= EXACT:
        return 0.0, float(off[0])
    best = int(np.argmin(off + 1e-6 * np.arange(len(leads))))
    return float(leads[best]), float(off[best])


def _last_beat(room: float, beat: float, metre: int, numbers: list[int]) -> int:
    """Return the beat of the last chord: a downbeat, or the middle of a bar if that rings better.

    Counted from the last hit, since that starts a bar.
    """
    begin = max(numbers)
    half = 2 if metre == 4 else metre
    left = room - begin * beat
    steps = [at for at in range(half, int(left / beat) + 1, half)
             if left - at * beat >= min(SHORTEST_RING, room / 4)]  # fmt: skip
    if not steps:
        return max(1, begin + int((left - min(SHORTEST_RING, room / 4)) / beat))
    return begin + min(steps, key=lambda at: abs(left - at * beat - RING) + 0.4 * (at % metre > 0))
