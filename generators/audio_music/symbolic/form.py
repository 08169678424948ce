"""The form of a piece: sections with their energy, and the chords of every bar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.audio_music.symbolic.theory import CADENCES, PROGRESSIONS, Chord, chord

if TYPE_CHECKING:
    import random

    from generators.audio_music.symbolic.dice import Dice
    from generators.audio_music.symbolic.plan import Plan

#: Share of the full energy in a section.
LEVELS = {"intro": 0.35, "main": 0.62, "lift": 0.85, "build": 0.6, "drop": 1.0, "break": 0.4,
          "outro": 0.5}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar.

    Attributes:
        start: Beat.
        section: ``intro``, ``main``, ``lift``, ``build``, ``drop``, ``break`` or ``outro``.
        place: Number of the bar in its section.
        level: Energy, 0 to 1: which parts play, and how loud.
        last: The last of its section: a fill leads on.
    """

    start: int
    beats: int
    section: str
    place: int
    level: float
    chord: Chord
    last: bool


@dataclass(frozen=True, slots=True)
class Form:
    """All bars, and the chord that ends the piece at beat ``end`` (None in a loop)."""

    bars: tuple[Bar, ...]
    end: Chord | None
    beat: int

    def next_chord(self, number: int) -> Chord:
        """Return the chord after a bar; a loop goes round."""
        if number + 1 < len(self.bars):
            return self.bars[number + 1].chord
        return self.end or self.bars[0].chord


def build_form(plan: Plan, dice: Dice) -> Form:
    """Return the form of a piece."""
    sections = _sections(plan)
    rng = dice.of("chords")
    progression = rng.choice(PROGRESSIONS[plan.colour])
    other = rng.choice(PROGRESSIONS[plan.colour])
    bars: list[Bar] = []
    count = len(sections)
    intro = sections.count("intro")
    begin, turn = 0, -intro  # an intro leads to where the progression begins
    for number, section in enumerate(sections):
        last = number + 1 == count or sections[number + 1] != section
        if number and section != sections[number - 1]:
            begin = number
            # a drop or a break starts the progression anew; other sections go on with it
            turn = 0 if _starts_anew(sections, number) else turn
        ends = number + 1 == count and not plan.grid.loop
        leads = ends or (number + 1 < count and last and _starts_anew(sections, number + 1))
        away = (section == "break") != bool(plan.part % 2)  # odd parts turn the two about
        degree = (other if away else progression)[turn % 4 if number else 0]
        if leads and number:
            degree = _leading(plan, degree, rng, end=ends)
        turn += 1
        bars.append(
            Bar(plan.grid.start(number), plan.grid.bars[number], section, number - begin,
                _level(plan, number, sections), chord(degree, plan.tonic, plan.mode), last)
        )  # fmt: skip
    end = None
    if not plan.grid.loop:
        end = chord("I" if plan.mode == "major" else "i", plan.tonic, plan.mode)
    return Form(tuple(bars), end, plan.grid.beats)


def _starts_anew(sections: list[str], number: int) -> bool:
    return sections[number] in ("drop", "break") or sections[number - 1] in ("build", "break")


def _leading(plan: Plan, degree: str, rng: random.Random, *, end: bool) -> str:
    """Return a chord that leads to the tonic, for the last bar of a section."""
    if end:
        return rng.choice(CADENCES.get(plan.colour) or CADENCES[plan.mode])
    dominant = degree[0] in "Vv" and not degree.upper().startswith("VI")
    return degree if dominant else "VII" if plan.colour == "minor pentatonic" else "V"


def _sections(plan: Plan) -> list[str]:
    """Return the section of each bar."""
    count = len(plan.grid.bars)
    drop = next((bar for kind, bar in plan.grid.marks if kind == "drop" and bar < count), None)
    if plan.grid.loop and drop:
        build = min(2, drop)  # before the drop; the end leads back to where it is still
        return ["main"] * (drop - build) + ["build"] * build + ["drop"] * (count - drop)
    if plan.grid.loop:
        half = count // 2 if count >= 8 else count
        return ["main"] * half + ["lift"] * (count - half)
    if drop:
        intro = drop // 3 if drop > 2 else 0
        after = count - drop
        outro = 2 if after > 10 else 0
        return (["intro"] * intro + ["build"] * (drop - intro) + ["drop"] * (after - outro)
                + ["outro"] * outro)  # fmt: skip
    return _going_on(count) if plan.part else _whole(count)


def _whole(count: int) -> list[str]:
    """Return the sections of a piece that begins and ends."""
    if count <= 3:
        return ["main"] * count
    if count <= 6:
        return ["intro"] + ["main"] * (count - 3) + ["lift"] * 2
    if count <= 12:
        rest = count - 2
        main = rest - rest // 2
        return ["intro"] * 2 + ["main"] * main + ["lift"] * (rest - main)
    return _long(count)


def _going_on(count: int) -> list[str]:
    """Return the sections of a part that goes on with a piece: no beginning, but an end."""
    if count < 8:
        return ["main"] * (count - count // 2) + ["lift"] * (count // 2)
    outro = 2 if count >= 16 else 0
    rest = count - outro
    still = min(4, rest // 4)
    first = (rest - still) // 2
    return (["main"] * first + ["break"] * still + ["lift"] * (rest - still - first)
            + ["outro"] * outro)  # fmt: skip


def _long(count: int) -> list[str]:
    """Return the sections of a piece of more than twelve bars."""
    made = ["intro"] * 4 + ["main"] * 4
    if count >= 16:
        made += ["build"] * 2
    outro = 2 if count >= 16 else 0
    while len(made) < count - outro:
        left = count - outro - len(made)
        if left >= 16:
            made += ["lift"] * 8 + ["break"] * 4
            made += ["build"] * 2 if count - outro - len(made) > 4 else []
        else:
            made += ["lift"] * left
    return made[: count - outro] + ["outro"] * outro


def _level(plan: Plan, number: int, sections: list[str]) -> float:
    """Return a bar's energy: its section's, its place in it, the course asked for, the mood's."""
    count = len(sections)
    share = number / max(1, count - 1)
    section = sections[number]
    level = LEVELS[section]
    if section == "build":
        first = sections.index("build")
        run = sum(item == "build" for item in sections)
        level = 0.45 + 0.35 * (number - first + 1) / max(1, run)
    if plan.alone and section == "intro":
        level = 0.5
    if plan.course == "building":
        level = 0.3 + 0.7 * share
    elif plan.course == "fading":
        level = 0.95 - 0.6 * share
    elif plan.course == "steady":
        level = min(0.68, max(0.55, level))
    return min(1.0, level * (0.5 + 0.55 * plan.energy) / 0.85)
