"""Whether a checkpoint knows a language: a kind refusal, or a note where that is not sure."""

from __future__ import annotations

from generators.api import InvalidParameter
from generators.language_tags import base, is_listed, list_is_complete, name

__all__ = ["base", "check", "list_is_complete", "name"]


def check(wanted: str, known: tuple[str, ...], *, complete: bool = False) -> str:
    """Return what is to be said of a language that the checkpoint's list lacks; else nothing.

    Args:
        wanted: Its tag, or nothing.
        known: The languages that the checkpoint says it knows.
        complete: It is known to write no others.

    Raises:
        InvalidParameter: The list is complete, and this is not on it.
    """
    if not wanted or is_listed(wanted, known):
        return ""
    what = name(wanted)
    names = ", ".join(sorted({name(tag) for tag in known}))
    if not complete:
        return f"The checkpoint's card lists {names}; it is not known how well it writes {what}."
    raise InvalidParameter(
        "language",
        f"This checkpoint writes {names}, not {what}.",
        f"Add a checkpoint that knows {what} under Models "
        "(Qwen2.5-1.5B-Instruct as GGUF knows 29 languages), and choose it.",
    )
