"""Structures that decoding is bound to, and their spelling for each decoding library.

A structure is a promise about the text, kept by masking tokens while they are chosen; nothing is
parsed afterwards that could fail.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generators.api import InvalidParameter, JsonValue

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_SCHEMA = 100_000  # characters; a schema from a form or a script, not a program
ENDINGS = ".!?。！？"
_NEVER = '\n\r\t"*#[]{}<>|\\`_'  # marks of lists, placeholders and markup: never part of copy
_LABEL = ":："


@dataclass(frozen=True, slots=True)
class JsonStructure:
    """The text is JSON that satisfies a schema (kept as text, so that it can be compared)."""

    schema: str


@dataclass(frozen=True, slots=True)
class LineStructure:
    """The text is one line of copy.

    Attributes:
        longest: Most characters, the ending included; beyond the real limit, so that a candidate
            that is too long is seen as such and not cut to fit.
        sentence: It is one sentence and ends with one of ``ENDINGS``; else it ends by itself.
        choices: It is one of these, where there are any; nothing else then counts.
        digits, hashtags: They may occur.
    """

    longest: int
    sentence: bool = True
    choices: tuple[str, ...] = ()
    digits: bool = True
    hashtags: bool = False

    def regex(self) -> str:
        """Return it for llguidance (Rust's regex syntax)."""
        if self.choices:
            return "|".join(f"({_regex_text(choice)})" for choice in self.choices)
        forbidden = "".join(_regex_char(char) for char in self._forbidden())
        tail = f"[{ENDINGS}]" if self.sentence else ""
        return f"[^{forbidden}\\x20][^{forbidden}]{{1,{self.longest}}}{tail}"

    def gbnf(self) -> str:
        """Return it as llama.cpp's grammar."""
        if self.choices:
            return "root ::= " + " | ".join(
                json.dumps(choice, ensure_ascii=False) for choice in self.choices
            )
        forbidden = "".join(_gbnf_char(char) for char in self._forbidden())
        tail = f" [{ENDINGS}]" if self.sentence else ""
        return f"root ::= [^{forbidden}\\x20] [^{forbidden}]{{1,{self.longest}}}{tail}"

    def _forbidden(self) -> str:
        never = _NEVER.replace("#", "") if self.hashtags else _NEVER
        return (
            never
            + (ENDINGS + _LABEL if self.sentence else "")
            + ("" if self.digits else "0123456789")
        )


Structure = JsonStructure | LineStructure


def _regex_char(char: str) -> str:
    return f"\\x{{{ord(char):x}}}"


def _regex_text(text: str) -> str:
    return "".join(char if char.isalnum() else _regex_char(char) for char in text)


def _gbnf_char(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"


def json_structure(schema: JsonValue) -> JsonStructure:
    """Return the structure of a ``schema`` parameter.

    Raises:
        InvalidParameter: It is not a JSON schema object.
    """
    if not isinstance(schema, dict) or not schema:
        raise InvalidParameter("schema", "schema must be a JSON schema object.")
    text = json.dumps(schema, ensure_ascii=False)
    if len(text) > MAX_SCHEMA:
        raise InvalidParameter(
            "schema", f"schema has {len(text):,} characters, more than {MAX_SCHEMA:,}."
        )
    from llguidance import LLMatcher

    wrong = LLMatcher.validate_grammar(LLMatcher.grammar_from_json_schema(text))
    if wrong:
        raise refused_schema(wrong)
    return JsonStructure(text)


def refused_schema(reason: object) -> InvalidParameter:
    """Return the error for a schema that the decoding library can't use."""
    return InvalidParameter(
        "schema", f"schema cannot be used: {str(reason)[:300]}", "Use plain JSON schema keywords."
    )


def field_names(schema: JsonValue) -> tuple[str, ...]:
    """Return the keys of a ``schema`` that is a plain list of them, or nothing."""
    if isinstance(schema, list) and schema and all(isinstance(item, str) for item in schema):
        return tuple(schema)
    return ()


def answer_schema(counts: Mapping[str, tuple[int, int]]) -> dict[str, JsonValue]:
    """Return the schema that a copy artifact satisfies: per key (most items, most characters)."""
    return {
        "type": "object",
        "properties": {
            key: {
                "type": "array",
                "maxItems": count,
                "items": {"type": "string", "minLength": 1, "maxLength": length},
            }
            for key, (count, length) in counts.items()
        },
        "required": list(counts),
        "additionalProperties": False,
    }
