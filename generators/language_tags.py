"""Language tags as people, briefs and model cards spell them (standard library only)."""

from __future__ import annotations

from pathlib import PurePath

NAMES = {
    "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "bs": "Bosnian",
    "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English",
    "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian", "fi": "Finnish",
    "fil": "Filipino", "fr": "French", "gl": "Galician", "gu": "Gujarati", "he": "Hebrew",
    "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian",
    "is": "Icelandic", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh",
    "km": "Khmer", "kn": "Kannada", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian",
    "mk": "Macedonian", "ml": "Malayalam", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay",
    "my": "Burmese", "ne": "Nepali", "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi",
    "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala",
    "sk": "Slovak", "sl": "Slovenian", "sq": "Albanian", "sr": "Serbian", "sv": "Swedish",
    "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
#: ISO 639-3 and the older 639-2 spellings: cards use either.
_THREE_LETTERS = {
    "ar": "ara arb", "cs": "ces cze", "da": "dan", "de": "deu ger", "el": "ell gre", "en": "eng",
    "es": "spa", "fa": "fas per pes", "fi": "fin", "fr": "fra fre", "he": "heb", "hi": "hin",
    "hu": "hun", "id": "ind", "it": "ita", "ja": "jpn", "ko": "kor", "nl": "nld dut",
    "no": "nor nob nno", "pl": "pol", "pt": "por", "ro": "ron rum", "ru": "rus", "sv": "swe",
    "th": "tha", "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "zho chi cmn",
}  # fmt: skip
_ALIASES = {
    **{word: code for code, words in _THREE_LETTERS.items() for word in words.split()},
    **{name.lower(): code for code, name in NAMES.items()},
    "cn": "zh", "jp": "ja", "nb": "no", "nn": "no",
}  # fmt: skip
_ANY = {"multilingual", "mul", "*"}
#: How the files of models begin that write no language but those of their card, as the one that
#: Brandloom fetches.
_ONLY = ("smollm2",)


def base(tag: str) -> str:
    """Return the language of a tag: ``zh`` for ``zh-CN``, ``zho`` and ``Chinese``."""
    word = tag.strip().lower().replace("_", "-").split("-")[0]
    return _ALIASES.get(word, word)


def name(tag: str) -> str:
    """Return a language's English name, or its tag."""
    return NAMES.get(base(tag), tag)


def is_listed(wanted: str, known: tuple[str, ...]) -> bool:
    """Tell whether a list of tags has a language; a list that says nothing has them all."""
    codes = {base(tag) for tag in known}
    return not codes or bool(codes & _ANY) or base(wanted) in codes


def list_is_complete(path: str) -> bool:
    """Tell whether a checkpoint is known to write no language that its list lacks.

    A card's list alone is no reason to refuse: that of Qwen2.5 Instruct names English only, and it
    writes some thirty.
    """
    return PurePath(path).name.lower().startswith(_ONLY)
