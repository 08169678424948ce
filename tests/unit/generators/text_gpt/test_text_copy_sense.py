"""What copy may not say: each rule on lines it must catch, and on good ones it must leave."""

from __future__ import annotations

import pytest

from generators.text_gpt import copy

BRIEFS = {
    "bottle": (
        "Brand: Halden\nProduct: The Halden bottle, a steel bottle that keeps coffee hot\n"
        "Audience: commuters and hikers\nMessage: Hot coffee all day, in a bottle you can repair\n"
        "Facts:\n- made from recycled steel\n- every part can be repaired"
    ),
    "bread": (
        "Brand: Krume\nProduct: sourdough bread baked overnight\nAudience: families in the city\n"
        "Message: Fresh bread on your doorstep before the kettle boils"
    ),
}

BAD = [
    ("bottle", "Beware of the Halden bottle", "warns"),
    ("bottle", "You don't know the Halden bottle.", "warns"),
    ("bottle", "Halden bottle, a hot way to die", "warns"),
    ("bread", "Stop eating sourdough bread", "warns"),
    ("bottle", "The Halden bottle helps keep your morning cold.", "contradicts"),
    ("bottle", "The bottle keeps coffee hot and cold.", "contradicts"),
    ("bottle", "A hot bottle for many weeks", "contradicts"),
    ("bottle", "A disposable steel bottle", "contradicts"),
    ("bread", "Stale bread on your doorstep", "contradicts"),
    ("bottle", "The Halden bottle is my favourite.", "person"),
    ("bottle", "The Halden bottle keep coffee hot.", "grammar"),
    ("bottle", "You keeps your coffee hot.", "grammar"),
    ("bottle", "A insulated steel bottle", "grammar"),
    ("bottle", "The bottle can keeps coffee hot.", "grammar"),
    ("bread", "When you need fresh bread.", "grammar"),
    ("bottle", "Your coffee stays hot with the…", "grammar"),
    ("bottle", "Halden coffee, hot all day", "misnamed"),
    ("bottle", "HALDEN keeps coffee hot", "misnamed"),
    ("bottle", "Hot coffee for two Haldens", "number"),
    ("bottle", "Hot coffee for many Haldens", "misnamed"),
    ("bottle", "Bathtub made of recycled steel", "strange"),
    ("bread", "Toaster oven for fresh bread", "strange"),
]

GOOD = [
    ("bottle", "The Halden bottle keeps you warm on cold days."),
    ("bottle", "Let Halden keep your coffee hot all day."),
    ("bottle", "Not just a bottle: hot coffee all day"),
    ("bottle", "No fuss, just a steel bottle for hot coffee every day"),
    ("bottle", "When you walk to work, the Halden bottle keeps your coffee hot."),
    ("bottle", "Every part can be repaired"),
    ("bottle", "An honest steel bottle"),
    ("bottle", "Halden bottles keep coffee hot"),
    ("bread", "Wake up to fresh bread"),
    ("bread", "Krume brings sourdough bread to your doorstep."),
]


@pytest.mark.parametrize(("brief", "line", "reason"), BAD)
def test_bad_lines_are_refused_with_their_reason(brief, line, reason):
    assert copy.fault(line, copy.read_brief(BRIEFS[brief])) == reason


@pytest.mark.parametrize(("brief", "line"), GOOD)
def test_good_lines_pass(brief, line):
    assert copy.fault(line, copy.read_brief(BRIEFS[brief])) == ""


def test_the_brief_may_say_what_the_lists_forbid():
    cold = copy.read_brief("Brand: Nord\nProduct: a flask that keeps water cold\nMessage: No waste")
    assert copy.fault("A flask that keeps water cold, without waste", cold) == ""
    assert copy.fault("A flask that keeps water hot", cold) == "contradicts"


def test_other_languages_are_left_alone():
    brief = copy.read_brief(BRIEFS["bottle"])
    assert copy.fault("Halden steel Kaffee, unterwegs, keep", brief, english=False) == ""
