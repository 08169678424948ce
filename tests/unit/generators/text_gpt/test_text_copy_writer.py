"""Copy that fits: what is asked again, what is dropped, and that nothing is ever cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.api import InvalidParameter
from generators.testing import RecordingContext
from generators.text_gpt import copy, copy_prompts, languages
from generators.text_gpt.backend import Backend, Completion, Sampling, complete_all
from generators.text_gpt.copy_angles import angles
from generators.text_gpt.copy_prompts import Limit, read_limits
from generators.text_gpt.copy_writer import CopyTask, CopyWriter
from generators.text_gpt.structure import LineStructure

BRIEF = "Brand: Halden\nProduct: an insulated steel bottle\nMessage: hot coffee for 12 hours"
HEADLINE = Limit("headline", 2, 30)


class ScriptedBackend(Backend):
    """Answers each ask by a function of it; a model's place where its words must be known."""

    def __init__(self, answer, likelihood=lambda _text: 0.0):
        self.answer, self.asks, self.languages = answer, [], ()
        self.likelihood = likelihood
        self.batch, self.context_length = 8, 4096

    def complete(self, asks, sampling, watch):
        assert len(asks) <= self.batch
        self.asks += asks
        watch.tick(len(asks), len(asks))
        texts = [self.answer(ask) for ask in asks]
        return [
            Completion(text, 5, True, self.likelihood(text) if sampling.likelihood else 0.0)
            for text in texts
        ]

    def execution_record(self):
        return {}

    def memory_bytes(self):
        return 0

    def unload(self):
        pass


def write(answer, tmp_path, limits=(HEADLINE,), **options):
    backend = ScriptedBackend(answer)
    context = RecordingContext(tmp_path)
    task = CopyTask(BRIEF, tuple(limits), **{"seed": 3, **options})
    return CopyWriter(backend, task, Sampling(), context).write(), backend, context


def test_likely_lines_come_first_and_unlikely_ones_are_asked_again(tmp_path):
    said = {"Hot coffee in steel.": -0.9, "Steel keeps coffee hot.": -0.4, "Hot steel.": -1.9}
    likely, unlikely = list(said)[:2], list(said)[2]

    def first_unlikely(ask):
        return unlikely if len(backend.asks) <= 4 else likely[ask.seed % 2]

    backend = ScriptedBackend(first_unlikely, said.__getitem__)
    task = CopyTask(BRIEF, (Limit("headline", 1, 30),), seed=3)
    (variant,) = CopyWriter(backend, task, Sampling(), RecordingContext(tmp_path)).write()
    assert variant.items == {"headline": ["Steel keeps coffee hot"]}
    assert variant.attempts == {"headline": 2}
    assert variant.reasons["headline"]["unlikely"] == 4


def test_who_asks_again_is_less_choosy(tmp_path):
    backend = ScriptedBackend(lambda _ask: "Hot coffee in steel.", lambda _text: -1.9)
    task = CopyTask(BRIEF, (Limit("headline", 1, 30),), seed=3)
    (variant,) = CopyWriter(backend, task, Sampling(), RecordingContext(tmp_path)).write()
    assert variant.items == {"headline": ["Hot coffee in steel"]}
    assert variant.attempts == {"headline": 2}


def said_again(ask) -> bool:
    return "(at most" in ask.turns[-1][1]


def test_too_long_is_asked_again_with_the_reason_and_never_cut(tmp_path):
    long = "Halden keeps your coffee hot while you walk to work."
    (variant,), backend, _ = write(
        lambda ask: "Coffee stays hot." if said_again(ask) else long,
        tmp_path,
        [Limit("headline", 1, 30)],
    )
    assert variant.items == {"headline": ["Coffee stays hot"]}
    assert variant.attempts == {"headline": 2}
    assert variant.reasons["headline"]["long"] == 4
    assert "at most 30 characters" in backend.asks[-1].turns[-1][1]


def test_what_never_fits_is_reported_as_missing(tmp_path):
    long = "Halden keeps your coffee hot while you walk to work."
    (variant,), _, context = write(lambda _: long, tmp_path, max_attempts=3)
    facts = variant.metadata((HEADLINE,))
    assert json.loads(variant.to_bytes()) == {"headline": []}
    assert facts["missing"] == ["headline"]
    assert facts["attempts"] == 3
    assert context.reports[-1][:2] == (1.0, 1.0)


def test_only_what_is_missing_is_asked_again(tmp_path):
    limits = [Limit("headline", 1, 30), Limit("description", 1, 90)]

    def answer(ask):
        if "one short sentence" not in ask.turns[-1][1]:
            return "Hot coffee for hours."
        return "The Halden bottle is the" if ask.seed % 2 else "[Product] is here for you."

    (variant,), backend, _ = write(answer, tmp_path, limits, max_attempts=2)
    assert variant.attempts == {"headline": 1, "description": 2}
    assert variant.missing(limits) == ["description"]
    assert len(backend.asks) == 3 * 4


def test_a_variant_depends_on_its_own_seed_alone(tmp_path):
    words = ["hot", "steel", "bottle", "coffee", "hours", "insulated"]

    def answer(ask):
        first, second = words[ask.seed % 6], words[ask.seed // 6 % 6]
        return f"Halden {first} and {second}."

    together, _, _ = write(answer, tmp_path, variants=4)
    for index in range(4):
        (alone,), _, _ = write(answer, tmp_path, seed=3 + index)
        assert alone.items == together[index].items


def test_progress_only_rises(tmp_path):
    _, _, context = write(lambda _: "no", tmp_path, [HEADLINE, Limit("cta", 1, 20)], variants=3)
    shares = [done / total for done, total, _, _ in context.reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=6), st.integers(1, 40),
       st.sampled_from(["plain", "cjk2"]))  # fmt: skip
def test_whatever_a_model_says_limits_hold_and_lines_are_its_own(
    tmp_path_factory, said, most, rule
):
    limit = Limit("headline", 2, most, 0, rule)
    (variant,), _, _ = write(
        lambda ask: said[ask.seed % len(said)], tmp_path_factory.mktemp("run"), [limit]
    )
    whole = {" ".join(text.split()) for text in said}
    for line in variant.items["headline"]:
        assert copy.width(line, rule) <= most
        assert any(line in text for text in whole)
        assert not copy.truncated(line)


def test_calls_to_action_are_chosen_and_fit(tmp_path):
    limit = Limit("cta", 1, 12)
    form = copy_prompts.structure(limit, copy.read_brief(BRIEF), "en")
    assert "Shop now" in form.choices
    assert "Try Halden" in form.choices
    assert all(copy.width(choice) <= 12 for choice in form.choices)
    (variant,), _, _ = write(lambda _: "Try Halden", tmp_path, [limit])
    assert variant.items == {"cta": ["Try Halden"]}


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("Coffee that stays hot", False),
        ("Coffee that stays hot and", True),
        ("A bottle for your", True),
        ("Hot coffee,", True),
        ("Hot coffee.", False),
        ("热咖啡，", True),
        ("", True),
    ],
)
def test_lines_that_break_off_are_seen(line, cut):
    assert copy.truncated(line) is cut


def test_a_line_at_the_structures_end_has_broken_off():
    assert copy.truncated("Coffee that stays h", 19)
    assert not copy.truncated("Coffee that stays.", 18)


@pytest.mark.parametrize(
    ("text", "plain", "cjk2"),
    [("tea", 3, 3), ("茶", 1, 2), ("ｔ", 1, 2), ("é", 1, 1), ("👍🏽", 1, 2), ("👨‍👩‍👧", 1, 2),
     ("🇩🇪", 1, 2), ("한국", 2, 4), ("שלום", 4, 4), ("\u200fشاي", 3, 3)],
)  # fmt: skip
def test_widths_count_what_a_reader_sees(text, plain, cjk2):
    assert copy.width(text) == plain
    assert copy.width(text, "cjk2") == cjk2


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("Halden is number one", "claim"),
        ("Hot coffee, 100% of it", "number"),
        ("Coffee coffee in steel", "repeats"),
        ("Haldén keeps coffee hot", "name"),
        ("Hot coffee with Marlowe", "name"),
        ("Solis keeps coffee hot", "name"),
        ("A holiday by the sea", "off_brief"),
        ("Brand: Halden bottle", "placeholder"),
        ("Halden has a message", "placeholder"),
        ("Hot coffee for thirty hours", "number"),
        ("Marlowe's steel bottle", "name"),
        ("Today's coffee stays hot", ""),
        ("Steel outside, hot inside", ""),
    ],
)
def test_faults(line, reason):
    assert copy.fault(line, copy.read_brief(BRIEF)) == reason


def test_limits_say_their_kind_and_their_examples_fit():
    kinds = {"headline": "headline", "long_headline": "headline", "description": "description",
             "primary_text": "body", "cta": "cta", "x": "headline"}  # fmt: skip
    for key, kind in kinds.items():
        limit = Limit(key, 1, {"body": 250, "description": 90}.get(kind, 30))
        assert limit.kind == kind
        for role, text in copy_prompts.turns(BRIEF, "", limit, "en", ()):
            if role == "assistant":
                assert copy.fits(copy.clean(text, full_stop=False), limit.max_width)


def test_other_languages_are_asked_for_by_name():
    last = copy_prompts.turns(BRIEF, "", HEADLINE, "de-AT", ())[-1]
    assert "Write in German." in last[1]
    chinese = copy_prompts.turns(BRIEF, "", HEADLINE, "zh-CN", ())
    assert any(copy.has_cjk(text) for role, text in chinese if role == "assistant")


def test_limits_are_read_with_bare_keys():
    limits = read_limits([{"key": "headline", "max_width": 30}], ["headline", "cta"])
    assert [limit.key for limit in limits] == ["headline", "cta"]
    with pytest.raises(InvalidParameter):
        read_limits([{"key": "a", "max_width": 5, "min_width": 9}])


def test_a_language_is_refused_with_what_to_install():
    for wanted, known in (("en-GB", ("en",)), ("sw", ()), ("fr", ("multilingual",)), ("", ("en",))):
        assert languages.check(wanted, known, complete=True) == ""
    with pytest.raises(InvalidParameter, match="English, not Chinese") as caught:
        languages.check("zh-CN", ("en",), complete=True)
    assert "Qwen" in caught.value.hint


def test_a_card_that_lacks_a_language_is_noted_and_three_letters_are_known():
    assert "not known how well it writes Chinese" in languages.check("zh-CN", ("en",))
    assert "lists English;" in languages.check("zh", ("eng",))
    for tag in ("zho", "chi", "cmn", "zh_Hans", "Chinese"):
        assert languages.check("zh-CN", ("eng", tag), complete=True) == ""
    assert languages.base("nob") == languages.base("nb") == "no"


def test_structures_are_spelt_for_both_libraries():
    import xllamacpp
    from llguidance import LLMatcher

    for form in (
        LineStructure(20),
        LineStructure(40, sentence=False, digits=False, hashtags=True),
        LineStructure(9, choices=("Shop now", "了解更多", 'Say "hi" (now)')),
    ):
        assert not LLMatcher.validate_grammar(LLMatcher.grammar_from_regex(form.regex()))
        assert form.gbnf().startswith("root ::= ")
    assert xllamacpp.json_schema_to_grammar('{"type": "string"}')


def test_many_asks_go_in_batches_and_report_as_one(tmp_path):
    backend = ScriptedBackend(lambda ask: str(ask.seed))
    told: list[float] = []
    from generators.text_gpt.backend import Ask, Watch

    asks = [Ask((("user", "x"),), seed) for seed in range(19)]
    found = complete_all(backend, asks, Sampling(), Watch(lambda done, _total: told.append(done)))
    assert [item.text for item in found] == [str(seed) for seed in range(19)]
    assert told == [8, 16, 19]


LONG_BRIEF = """Brand: Halden
Product: The Halden bottle, an insulated steel bottle that keeps coffee hot for twelve hours
Message: Hot coffee from sunrise to noon, in one bottle you can repair for life
Facts:
- made from recycled steel
Call to action: Find yours"""


def test_headlines_get_one_thing_to_say_at_a_time(tmp_path):
    found = angles(LONG_BRIEF)
    assert [text.rsplit("Message: ", 1)[1] for text in found] == [
        "hot coffee from sunrise to noon",
        "in one bottle you can repair for life",
        "made from recycled steel",
    ]
    assert all("Product: insulated steel bottle\n" in text for text in found)
    backend = ScriptedBackend(lambda _: "no")
    task = CopyTask(LONG_BRIEF, (HEADLINE, Limit("description", 1, 90)), seed=1)
    CopyWriter(backend, task, Sampling(), RecordingContext(tmp_path)).write()
    asked = [ask.turns[-1][1] for ask in backend.asks]
    assert {text.split("Write")[0].strip() for text in asked if "headline" in text} == set(found)
    assert all(LONG_BRIEF in text for text in asked if "sentence" in text)


@given(st.text(max_size=300))
def test_any_prompt_has_angles_or_none(text):
    for prompt in (text, f"Brand: {text}\nProduct: {text}\nMessage: {text}"):
        assert len(angles(prompt)) <= 8


def test_the_buttons_words_do_not_make_a_line_relevant():
    assert copy.fault("Find yours in the woods", copy.read_brief(LONG_BRIEF)) == "off_brief"
