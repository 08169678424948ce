"""Which languages a checkpoint knows, and a kind refusal for the others."""

from __future__ import annotations

from generators.api import InvalidParameter

NAMES = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese",
    "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese",
    "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_ALIASES = {"chinese": "zh", "english": "en", "cn": "zh", "jp": "ja", "nb": "no", "nn": "no"}
_ANY = {"multilingual", "mul", "*"}


def base(tag: str) -> str:
    """Return the language of a tag: ``zh`` for ``zh-CN``, ``en`` for ``English``."""
    word = tag.strip().lower().replace("_", "-").split("-")[0]
    by_name = {name.lower(): code for code, name in NAMES.items()}
    return _ALIASES.get(word) or by_name.get(word) or word


def name(tag: str) -> str:
    """Return a language's English name, or its tag."""
    return NAMES.get(base(tag), tag)


def check(wanted: str, known: tuple[str, ...]) -> None:
    """Refuse a language that the checkpoint does not know.

    Raises:
        InvalidParameter: It says which languages it knows, and this is none of them.
    """
    codes = {base(tag) for tag in known}
    if not wanted or not known or codes & _ANY or base(wanted) in codes:
        return
    what = name(wanted)
    raise InvalidParameter(
        "language",
        f"This checkpoint writes {', '.join(sorted(name(tag) for tag in codes))}, not {what}.",
        f"Add a checkpoint that knows {what} under Models "
        "(Qwen2.5-1.5B-Instruct as GGUF knows 29 languages), and choose it.",
    )
