"""Text and JSON: where a recipe goes in files that are nothing but their content.

Plain text and Markdown end with one line that Markdown hides and people can see is not copy::

    <!-- brandloom:recipe {…} -->

A JSON object gets ``"brandloom_recipe"`` as its last key, on a line of its own; the bytes before it
stay as they were. A JSON list or number has no place for it and is left alone. ``plain`` returns
the content without the recipe: whoever reads a text file of the library goes through it.
"""

from __future__ import annotations

import json

_START = "<!-- brandloom:recipe "
_END = " -->"
_KEY = '"brandloom_recipe":'


def read(text: str, media_type: str) -> str | None:
    """Return the recipe's JSON, or None."""
    return _split(text, media_type)[1]


def plain(text: str, media_type: str) -> str:
    """Return the text as it was before ``with_recipe``, character for character."""
    return _split(text, media_type)[0]


def with_recipe(text: str, media_type: str, recipe: str | None) -> str | None:
    """Return the text with this recipe (or with none), or None where it has no place for one."""
    bare = plain(text, media_type)
    if recipe is None:
        return bare
    if media_type != "application/json":
        # "--" ends a comment early in some readers; inside JSON strings it can be escaped, and
        # outside them it does not occur.
        escaped = recipe.replace("--", "-\\u002d")
        return f"{bare}\n{_START}{escaped}{_END}\n"
    body = bare.rstrip()
    if not body.startswith("{") or not body.endswith("}"):
        return None
    comma = "" if body[1:-1].strip() == "" else ","
    return f"{body[:-1]}{comma}\n{_KEY} {recipe}\n}}{bare[len(body) :]}"


def _split(text: str, media_type: str) -> tuple[str, str | None]:
    if media_type == "application/json":
        return _split_json(text)
    head, found, tail = text.rpartition("\n" + _START)
    if not found or not tail.endswith(_END + "\n"):
        return text, None
    recipe = tail[: -len(_END) - 1]
    return (text, None) if "\n" in recipe else (head, recipe)


def _split_json(text: str) -> tuple[str, str | None]:
    head, found, tail = text.rpartition("\n" + _KEY + " ")
    recipe, newline, end = tail.partition("\n")
    if not found or not newline or not end.startswith("}"):
        return text, None
    try:
        json.loads(recipe)
    except (ValueError, RecursionError):
        return text, None
    return head.removesuffix(",") + end, recipe
