"""Which copy is chosen, which is dropped and why, what is lacking."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.language_tags import name
from studio.services.brief import load_brief
from studio.services.copywriting.asking import copy_params
from studio.services.copywriting.ranking import score
from studio.services.copywriting.rules import SCRIPTS, broken_limits, flaws
from studio.services.copywriting.selecting import (
    brand_problems,
    given_texts,
    read_candidates,
    select,
    url_paths,
)
from studio.services.copywriting.words import contains, display_width
from studio.services.placements import placement

BRIEF = load_brief(Path(__file__).parents[3] / "assets" / "sample_campaign" / "brief.toml")
FEED, RSA, PMAX = placement("meta_feed"), placement("google_rsa"), placement("google_pmax")
HEADLINE = FEED.texts[1]
#: A model is told these by their code.
LESS_SPOKEN = {
    "am",
    "as",
    "az",
    "ky",
    "lo",
    "or",
    "ps",
    "sd",
    "tg",
    "ti",
    "ug",
    "yi",
}  # by their code


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("A headline that is much too long for it", "wide; 27 are allowed"),
        ("The cheapest bottle", "“cheap”, which is banned"),
        ("Headline: Hot at noon", "name of the field"),
        ("Hot [product] at noon", "placeholder"),
        ("Hot coffee for the", "stops in the middle"),
        ("Hot coffee,", "stops in the middle"),
        ("Hot hot coffee", "repeats itself"),
        ("Hooooooot coffee", "repeats itself"),
        ("Горячий кофе", "letters of en"),
        ("Hot \ufffd coffee", "broken character"),
    ],
)
def test_what_is_wrong_is_said(text, says):
    assert says in " ".join(flaws(text, HEADLINE, BRIEF.brand, "en"))


def test_good_copy_passes():
    assert flaws("Hot from sunrise to noon", HEADLINE, BRIEF.brand, "en") == []
    title = placement("wechat_article").texts[0]
    assert flaws("清晨出发，正午依然滚烫", title, BRIEF.brand, "zh-CN") == []


def test_tiktok_takes_neither_emoji_nor_braces():
    spec = placement("tiktok_infeed").texts[0]
    assert flaws("Hot at noon {now} please", spec, BRIEF.brand, "en")
    for emoji in "🔥✨⭐✅⚡❤☀⌛▶":
        assert flaws(f"Hot at noon {emoji} today", spec, BRIEF.brand, "en"), emoji
    assert flaws("Hot at noon ❤️ today", spec, BRIEF.brand, "en")
    for good in ("Hot at noon – “truly” hot…", "Chaud à midi, 20 °C dehors", "正午依然滚烫。"):
        assert not flaws(good, spec, BRIEF.brand, "zh" if good[0] == "正" else "en"), good
    assert not flaws("Hot at noon, every day.", spec, BRIEF.brand, "en")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("„Endlich warm“ sagt der Winter", "de"), ("Sagt der Winter: „Endlich warm“", "de"),
        ("”Lämmin koko päivän”", "fi"), ("„Ciepło przez cały dzień”", "pl"),
        ("Varm hele dagen »også ude«", "da"), ("« Chaud toute la journée »", "fr"),
        ("সারাদিন গরম থাকে", "bn"), ("Топло цео дан", "sr-Cyrl"), ("Toplo ceo dan", "sr-Latn"),
        ("سارا دن گرم", "ur"), ("दिवसभर गरम", "mr"), ("நாள் முழுவதும் சூடு", "ta"),
        ("მთელი დღე თბილი", "ka"), ("ამბავი", "xx"),
    ],
)  # fmt: skip
def test_good_copy_of_other_languages_passes(text, language):
    spec = replace(HEADLINE, min_width=1, max_width=60)
    assert flaws(text, spec, BRIEF.brand, language) == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("„Endlich warm", "de"), ("Er sagt “", "de"), ("Warm all “day", "en"),
        ("Warm all day", "ta"), ("Топло цео дан", "sr-Latn"), ("Тепло целый день", "de"),
    ],
)  # fmt: skip
def test_what_is_cut_off_or_in_other_letters_does_not(text, language):
    assert flaws(text, replace(HEADLINE, min_width=1, max_width=60), BRIEF.brand, language)


def test_a_model_is_told_a_language_by_its_name_in_all_that_copy_is_checked_for():
    for code in SCRIPTS:
        if len(code) == 2 and code not in LESS_SPOKEN:
            assert name(code) != code, code
    assert name("sr-Latn") == "Serbian"
    assert name("xx") == "xx"


def test_people_are_held_to_limits_and_not_to_guesses():
    for text in ("Where to sign in", "Body-hugging warmth"):
        assert flaws(text, HEADLINE, BRIEF.brand, "en")
        assert broken_limits(text, HEADLINE, BRIEF.brand) == []
    assert broken_limits("x" * 200, HEADLINE, BRIEF.brand)
    assert broken_limits(" ", HEADLINE, BRIEF.brand) == ["It is empty."]


def test_a_long_brand_name_is_said_before_anything_is_made_and_has_a_short_one():
    place = placement("google_pmax")
    long = replace(BRIEF, brand=replace(BRIEF.brand, name="Müller & Söhne Feinkost GmbH"))
    (problem,) = brand_problems([place, placement("meta_feed")], long)
    assert "Business name" in problem
    assert "25" in problem
    short = replace(long, brand=replace(long.brand, short_name="Müller & Söhne"))
    assert brand_problems([place], short) == []
    spec = next(spec for spec in place.texts if spec.source_of == "brand")
    assert given_texts(spec, short) == ["Müller & Söhne"]
    assert given_texts(spec, BRIEF) == [BRIEF.brand.name]


def test_ranking_prefers_what_says_something():
    good = score("Hot coffee, sunrise to noon", HEADLINE, BRIEF)
    assert good > score("Welcome", HEADLINE, BRIEF)
    assert good > score("The Halden by Halden", HEADLINE, BRIEF)
    assert good > score("HOT COFFEE SUNRISE NOON!!", HEADLINE, BRIEF)
    assert 0.0 <= good <= 1.0


def _pools(**fields):
    return {key: list(values) for key, values in fields.items()}


FEED_POOL = _pools(
    primary_text=["Recycled steel keeps coffee hot.", "Every part can be repaired for life."],
    headline=["Hot from sunrise to noon", "Repair it for life", "The cheapest bottle", "Way " * 20],
    description=["Your coffee, still hot", "Made to be mended"],
)


def test_variants_differ_and_fit():
    found = select(FEED, FEED_POOL, BRIEF, "en", sets=2)
    assert not found.lacking
    assert len(found.sets) == 2
    for key in ("headline", "description", "primary_text"):
        assert found.sets[0][key] != found.sets[1][key]
    reasons = {item.text: item.reasons for item in found.dropped}
    assert "banned" in reasons["The cheapest bottle"][0]


def test_near_duplicates_are_dropped_and_said():
    pools = {**FEED_POOL, "headline": ["Hot from sunrise to noon", "Hot from sunrise to noon!"]}
    found = select(FEED, pools, BRIEF, "en", sets=2)
    assert len(found.sets) == 1
    assert any("reads almost like" in item.reasons[0] for item in found.dropped)
    assert any(text.startswith("Headline: 1 fit within 27") for text in found.lacking)


def test_numbers_that_nobody_gave_are_dropped():
    pools = {**FEED_POOL, "headline": ["Hot for 15 hours", "Hot for thirteen years", "½ the price"]}
    found = select(FEED, pools, BRIEF, "en")
    assert found.sets == []
    assert sum("number that the brief" in item.reasons[0] for item in found.dropped) == 3
    pools["headline"].append("Hot for twelve hours")
    assert select(FEED, pools, BRIEF, "en").sets[0]["headline"] == ["Hot for twelve hours"]


def test_required_words_are_put_in():
    brief = replace(BRIEF, brand=replace(BRIEF.brand, required=("mended",)))
    found = select(FEED, FEED_POOL, brief, "en", sets=1)
    assert any(contains(text, "mended") for texts in found.sets[0].values() for text in texts)


def test_a_required_word_that_nobody_wrote_is_lacking():
    brief = replace(BRIEF, brand=replace(BRIEF.brand, required=("organic",)))
    found = select(FEED, FEED_POOL, brief, "en", sets=1)
    assert found.sets == []
    assert found.lacking == ["No text says “organic”, which is required."]


def test_google_takes_many_and_paths_come_from_the_address():
    heads = ["Hot till noon", "Repair it for life", "Made of recycled steel", "Find your bottle"]
    bodies = ["Keeps coffee hot for twelve hours.", "Every part of it can be repaired."]
    found = select(RSA, _pools(headline=heads, description=bodies), BRIEF, "en", sets=3)
    assert len(found.sets) == 1
    assert sorted(found.sets[0]["headline"]) == sorted(heads)
    assert found.sets[0]["path"] == ["bottles", "autumn"]


def test_performance_max_wants_one_narrow_headline():
    heads = ["Hot coffee until late noon", "Made of recycled steel", "Repair any part for life"]
    pools = _pools(
        headline=heads, long_headline=["Coffee that is hot when you need it."],
        description=["Keeps coffee hot for twelve hours.", "Every part of it can be repaired."],
    )  # fmt: skip
    assert any("none is at most 15" in t for t in select(PMAX, pools, BRIEF, "en").lacking)
    pools["headline"].append("Hot till noon")
    found = select(PMAX, pools, BRIEF, "en")
    assert "Hot till noon" in found.sets[0]["headline"]
    assert found.sets[0]["business_name"] == ["Halden"]


@pytest.mark.parametrize(
    "answer", ["", "{", "[]", '"x"', '{"headline": 3}', '{"headline": {"a": 1}}', "[" * 9000]
)
def test_answers_that_are_no_copy_give_no_candidates(answer):
    assert read_candidates([answer], FEED) == {
        "primary_text": [],
        "headline": [],
        "description": [],
    }


def test_answers_are_read_with_and_without_lists():
    answers = [json.dumps({"headline": ["“A b”", "A b"], "other": "x"}), '{"headline": "C  d"}']
    assert read_candidates(answers, FEED)["headline"] == ["A b", "C d"]


def test_paths_are_decoded():
    assert url_paths("https://x.example/a%20b/c.html?q=1") == ["a b", "c"]
    assert url_paths("") == []


def test_what_is_asked_names_limits_and_language():
    params = copy_params(BRIEF, RSA, "de", candidates=4, seed=1)
    assert "German" in params["system"]
    assert "cheap" in params["system"]
    assert "cheap" not in params["prompt"]
    limits = {item["key"]: item for item in params["limits"]}
    assert limits["headline"]["max_width"] == 30
    assert limits["headline"]["width_rule"] == "cjk2"
    assert "path" not in limits


texts = st.lists(st.text(max_size=60), max_size=12)


@settings(max_examples=80, deadline=None)
@given(headlines=texts, bodies=texts, others=texts, sets=st.integers(1, 3))
def test_whatever_is_written_nothing_chosen_breaks_a_rule(headlines, bodies, others, sets):
    pools = {"headline": headlines, "primary_text": bodies, "description": others}
    found = select(FEED, pools, BRIEF, "en", sets=sets)
    for chosen in found.sets:
        for spec in FEED.written():
            for text in chosen[spec.key]:
                assert display_width(text, spec.width) <= spec.max_width
                assert not any(contains(text, word) for word in BRIEF.brand.banned)
    assert found.lacking or len(found.sets) == sets
