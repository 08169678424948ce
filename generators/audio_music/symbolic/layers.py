"""Which part plays in which bar: the energy of a section decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generators.audio_music.symbolic.form import Bar
    from generators.audio_music.symbolic.plan import Plan

#: The level from which on a part is heard.
THRESHOLDS = {"pad": 0.0, "chords": 0.22, "bass": 0.4, "arp": 0.52, "counter": 0.8, "boom": 0.55,
              "drums": 0.44}  # fmt: skip
FULL_DRUMS = 0.66
SINGING = ("main", "lift", "drop", "outro", "break")


def plays(plan: Plan, part: str, bar: Bar) -> bool:
    """Tell whether a part plays in a bar."""
    if part not in plan.parts:
        return False
    intro = bar.section == "intro"
    if plan.alone:
        return part != "melody" or not intro
    if part == "melody":
        return bar.section in SINGING
    least = THRESHOLDS[part]
    riff = intro and part == "arp" and plan.style.arp in ("sixteenths", "ostinato")
    held_up = intro and part == "bass" and plan.style.comp in ("oompah", "offbeat", "scratch")
    if riff or held_up or (part == "chords" and "pad" not in plan.parts):
        least = 0.0
    elif intro and part in ("bass", "drums"):
        least += 0.1
    return bar.level >= least


def loudness(bar: Bar, strength: float = 0.7) -> int:
    """Return a velocity for a bar's energy and a note's strength (0 to 1)."""
    return max(20, min(120, round(38 + 46 * bar.level + 38 * (strength - 0.6))))
