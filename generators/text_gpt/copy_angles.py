"""Short briefs for short copy: one thing to say at a time.

A headline says one thing. Given a brief with five, a small model writes a sentence about all of
them, which is too long. So a brief of ``Brand``, ``Product`` and ``Message`` lines is turned into
several that hold the product in a few words and one clause of the message, or one fact, each.
"""

from __future__ import annotations

import re

MOST = 8  # angles of one brief
_LINE = r"^\W*{name}\s*[:：]\s*(.+)$"
_CLAUSES = re.compile(r"\s*[,;.!?，；。！？]\s+|\s+[–—-]\s+|[，；。！？]")
_RELATIVE = re.compile(r"\s+(?:that|which|who|for|to)\s+.*$", re.I)
_ARTICLE = re.compile(r"^(?:an?|the|our)\s+", re.I)
_FACT = re.compile(r"^\s*[-*•]\s+(.+)$", re.M)


def angles(prompt: str) -> tuple[str, ...]:
    """Return short briefs, each with one thing to say; none where the prompt is no such brief."""
    brand = _field(prompt, "(?:brand|品牌)")
    product = _field(prompt, "(?:product|产品)")
    message = _field(prompt, "(?:message|信息)")
    if not brand or not product:
        return ()
    points = [clause for clause in _CLAUSES.split(message) if len(clause.split()) > 2]
    points = points or ([message] if message else [])
    points += [fact for fact in _FACT.findall(prompt) if fact.strip().lower() != "none"]
    head = f"Brand: {brand}\nProduct: {_short(product, brand)}\nMessage: "
    unique = dict.fromkeys(_lower_first(point.strip().rstrip("."), brand) for point in points)
    return tuple(head + point for point in list(unique)[:MOST] if point)


def _field(prompt: str, name: str) -> str:
    found = re.search(_LINE.format(name=name), prompt, re.I | re.M)
    return found[1].strip() if found else ""


def _short(product: str, brand: str) -> str:
    """Return what the product is in a few words: "The Halden bottle, a steel bottle that ..."."""
    clauses = [_RELATIVE.sub("", clause).strip() for clause in _CLAUSES.split(product)]
    plain = [clause for clause in clauses if clause and brand.lower() not in clause.lower()]
    chosen = (plain or clauses)[0].rstrip(".")
    return _ARTICLE.sub("", chosen) or product


def _lower_first(text: str, brand: str) -> str:
    if text.startswith(brand) or text[:2].isupper():
        return text
    return text[:1].lower() + text[1:]
