"""Where a line may break in writing without spaces: Chinese, Japanese and Thai.

Chinese words are found by jieba (rjieba, its dictionary of 350,000 words), phrases of Japanese and
words of Thai by BudouX, which was made for the line breaks of headlines.
"""

from __future__ import annotations

import itertools
import re
from functools import cache
from typing import TYPE_CHECKING

from studio.services.vocabulary.pieces import is_chinese

if TYPE_CHECKING:
    from budoux import Parser

TORN = 1.0  # how firmly the two halves of a word hold together
_LEANING = 0.3  # how firmly a small word holds to the word that it belongs to
_KANA = re.compile(r"[\u3041-\u30fa\u30fc-\u30ff\uff66-\uff9f]")
_THAI = re.compile(r"[\u0e00-\u0e7f]+")
#: Particles, endings and postpositions: they close what stands before them.
_CLOSING_WORDS = (
    "的 地 得 之 了 着 著 过 過 吗 嗎 呢 吧 啊 呀 们 們 起 版 款 "
    "后 後 前 里 裡 内 內 外 中 时 時 级 級"
)
_CLOSING = frozenset(_CLOSING_WORDS.split())
#: Prepositions, conjunctions, adverbs and measures: they open what stands behind them.
_OPENING_WORDS = (
    "从 從 在 把 被 让 讓 使 与 與 和 及 或 为 為 对 對 向 给 給 由 于 於 以 "
    "很 更 最 不 没 沒 都 就 也 还 還 又 再 已 正 只 可 仅 僅 将 將 "
    "每 每个 每個 每一 一个 一個 这 這 这个 這個 那 本 各 全 新 好 大 小"
)
_OPENING = frozenset(_OPENING_WORDS.split())


def has_thai(text: str) -> bool:
    """Tell whether some of a text is Thai."""
    return bool(_THAI.search(text))


def thai_words(text: str) -> list[str]:
    """Split a text without spaces into Thai words and whatever else stands between them."""
    pieces: list[str] = []
    at = 0
    for found in _THAI.finditer(text):
        pieces += [text[at : found.start()], *_parser("thai").parse(found[0])]
        at = found.end()
    return [piece for piece in (*pieces, text[at:]) if piece]


def holds(text: str) -> dict[int, float]:
    """Tell where a Chinese or Japanese text without spaces should not break.

    Returns:
        By index of a character, how firmly it holds to the one before it: above 0 (small
        words) to ``TORN`` (the inside of a word). Where nothing is said a line may break.
    """
    if _KANA.search(text):
        starts = _starts(_parser("japanese").parse(text))
        return {at: TORN for at in range(1, len(text)) if at not in starts}
    if not is_chinese(text):
        return {}
    words = _chinese(text)
    starts = _starts(words)
    found = {at: TORN for at in range(1, len(text)) if at not in starts}
    at = 0
    for before, word in itertools.pairwise(words):
        at += len(before)
        if before in _OPENING or (word in _CLOSING and is_chinese(before[-1])):
            found[at] = _LEANING
    return found


def _starts(words: list[str]) -> set[int]:
    return {0, *itertools.accumulate(len(word) for word in words)}


def _chinese(text: str) -> list[str]:
    import rjieba  # noqa: PLC0415 - its dictionary takes 0.1 s and 30 MB

    words: list[str] = rjieba.cut(text)
    return words


@cache
def _parser(language: str) -> Parser:
    import budoux  # noqa: PLC0415

    if language == "thai":
        return budoux.load_default_thai_parser()
    return budoux.load_default_japanese_parser()
