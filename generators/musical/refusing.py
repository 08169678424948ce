"""What takes away in a music prompt: "no loop", "only piano". Told from words that only look so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

REFUSAL = 32  # characters before a word in which "without any" is looked for
NO = re.compile(
    r"(?:\b(?:no|without|not|never|minus|except|avoid)\s+(?:any\s+|a\s+)?"
    r"|\b(?:do\s+not|don['’]?t)\s+(?:(?:use|add|include|want|play|have|put|need|like)\s+)?"
    r"(?:any\s+|a\s+|the\s+)?"
    r"|不要|没有|无需|无|别用|不用|不带|不含|不加|去掉|去除)$",
    re.IGNORECASE,
)
#: A loop is also asked for with a verb: "it should not be looped", 不可循环.
NO_LOOP = re.compile(
    r"(?:(?:\b(?:no|not|never|without|avoid|minus|except|cannot|instead\s+of|rather\s+than"
    r"|(?:do|does|should|wo|ca|must)nt)|n['’]t)\s+"
    r"(?:(?:a|an|any|the|to|be|being|it|this|that|as|in|for|use|using|add|include|want|make|making"
    r"|made|play|have|having|put|need|needs|needed|like|perfect|endless|infinite)\s+){0,4}"
    r"|\bnon-?\s*|(?:[不勿非无没]|(?<![特分个级类性区])别|避免)(?:要|用|需要|需|必|是|能|可以|可|想要|想|加|带|含|得|有|做成|做|任何"
    r"|一个){0,3})$",
    re.IGNORECASE,
)
#: "Without loop clicks" wants a clean loop; "loop: no" and "loop not needed" want none.
_OF_A_LOOP = re.compile(r"\s+(?:seam|gap|click|pop|break|glitch|art[ei]fact)", re.IGNORECASE)
_NO_AFTER = re.compile(
    r"\s*(?:[:：=]\s*(?:no|none|off|false|否|不要|无)(?!\s*\w)"
    r"|-free\b|(?:is\s+)?not\s+(?:needed|wanted|required|necessary)\b)",
    re.IGNORECASE,
)
_ONLY = re.compile(
    r"\b(?<!not )(?P<only>only)\b|\b(?P<solo>(?<!not )solo|unaccompanied)\b|\b(?P<alone>alone)\b"
    r"|\b(?<!not )(?<!n't )(?<!n’t )(?P<just>just)\b"
    r"(?!\s+(?:like|as|right|enough|before|after))"
    r"|(?P<solo_zh>独奏)|(?P<just_zh>只有|(?<!不)仅)",
    re.IGNORECASE,
)
_NEAR = 48  # characters between such a word and its instrument, at most
_WORDS = 4  # unknown words there, at most
#: What stands there where the word belongs to something else.
_ELSEWHERE = re.compile(
    r"\b(?:with|for|at|to|in|from|about|this|that|it|us|we|you|your|our|add|track|song"
    r"|video|sale|touch|hint|bit|dash|little\s+of|amount)\b|[限需剩此今本会员]",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^\s*(?:(?:with|for|to|on|by)\b|instruments?\b\s*[:：]?)", re.IGNORECASE)
_BREAK = re.compile(r"[\d.;:!?。；：！？()（）\n#]|(?<![~\s])\s*[,，、]")
_BREAK_SOLO = re.compile(r"[\d.;!?。；！？\n#]|\b(?:with|is|are|in|at)\b")
_BEHIND = re.compile(
    r"(?:\s|~|-|的|\b(?:all|parts?|sounds?|music|instruments?|play(?:s|ing|ed)?|is|are|stand(?:s|ing)"
    r"?)\b)*",
    re.IGNORECASE,
)
_TIMED = re.compile(
    r"\s*\d|\s+(?:today|this|now|available|when|until|till|once|while|if"
    r"|(?:at|in|from|during|after|before|near|towards?)\s+(?:the|a|its|our|your|\d|stores?|shops?))\b"
    r"|\s+(?:at|in|from|during|after|before|near|towards?)\s+\d",
    re.IGNORECASE,
)


def refusal(text: str, start: int, end: int, kind: str) -> int | None:
    """Return where the refusal of the words at a place begins; None where they are wanted."""
    before = max(0, start - REFUSAL)
    if kind == "loop":
        if _NO_AFTER.match(text, end):
            return start
        if _OF_A_LOOP.match(text, end):
            return None
    no = (NO_LOOP if kind == "loop" else NO).search(text[before:start])
    return before + no.start() if no else None


def alone(
    text: str, instruments: Iterable[tuple[int, int]], known: Iterable[tuple[int, int]]
) -> bool:
    """Tell whether a prompt wants its instruments alone: "only piano", "a solo cello".

    An "only" that belongs to something else, such as a sale for members only, does not count.

    Args:
        text: The prompt.
        instruments: Where those stand that are wanted.
        known: Where its moods, genres and other wishes stand.
    """
    marked = list(text)
    for sign, places in (("~", known), ("#", instruments)):
        for start, end in places:
            marked[start:end] = sign * (end - start)
    return any(_belongs(text, "".join(marked), match) for match in _ONLY.finditer(text))


def _belongs(text: str, marked: str, match: re.Match[str]) -> bool:
    """Tell whether a word such as "only" stands at an instrument."""
    kind = str(match.lastgroup).partition("_")[0]
    between, sign, _ = marked[match.end() : match.end() + _NEAR].partition("#")
    if sign and kind != "alone":
        if kind == "solo":
            return not _BREAK_SOLO.search(between)
        begun = _LEAD.sub("", between)
        unknown = re.findall(r"[^\W\d_]+", begun)
        if not _BREAK.search(begun) and not _ELSEWHERE.search(begun) and len(unknown) <= _WORDS:
            return True
    _, sign, between = marked[max(0, match.start() - _NEAR) : match.start()].rpartition("#")
    if not sign or kind == "just":
        return False
    if kind == "solo":
        between = re.sub(r"^\s*[,，、(（]", "", between)
    return bool(_BEHIND.fullmatch(between)) and not _TIMED.match(text, match.end())
