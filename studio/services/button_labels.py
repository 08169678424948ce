"""What buttons say where a brief leaves it open: ``assets/button_labels.toml``, by language."""

from __future__ import annotations

import tomllib
from functools import cache
from typing import TYPE_CHECKING

from generators import language_tags
from studio.core.paths import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from studio.core.campaign import Brief

DEFAULT_LABEL = "Learn more"  # where there is none in the language


@cache
def shipped_labels() -> Mapping[str, str]:
    """Return the shipped labels by language."""
    file = REPOSITORY / "assets" / "button_labels.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def labels(languages: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Return a label for each language that has one.

    Args:
        languages: As in the brief.
        given: What the brief says; for another tag of the same language too (en-US for en-GB).
    """
    near = {language_tags.base(tag): text for tag, text in reversed([*given.items()])}
    known = {**shipped_labels(), **near}
    found = {tag: known.get(language_tags.base(tag), "") for tag in languages}
    return {tag: text for tag, text in {**found, **given}.items() if text}


def label_warnings(brief: Brief) -> list[str]:
    """Return what a person should know of buttons that say it in another language."""
    text = brief.call_to_action
    if text == DEFAULT_LABEL:
        spoken = "en"
    else:  # a person's text for all: the first language leads
        spoken = "" if brief.calls_to_action else language_tags.base(brief.languages[0])
    foreign = [
        tag
        for tag in brief.languages
        if tag not in brief.calls_to_action and language_tags.base(tag) != spoken
    ]
    if not foreign or not text:
        return []
    too = " too" if len(foreign) < len(brief.languages) else ""
    table = ", ".join(f'{tag} = "…"' for tag in brief.languages)
    return [
        f"The button says “{text}” in {', '.join(foreign)}{too}. For words of its own in each, "
        f"write call_to_action = {{ {table} }} in the brief."
    ]
