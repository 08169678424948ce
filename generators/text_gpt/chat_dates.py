"""One date for every prompt: a seed must give the same text tomorrow as today.

Some chat templates (Llama 3.2, SmolLM3, Granite 3) write today's date into the prompt. They are
told 26 July 2024, a Friday, at noon: the day that Llama's own templates name where no clock is.
Standard library only.
"""

from __future__ import annotations

DATE_STRING = "26 Jul 2024"  # what Llama's templates take as ``date_string``, in their spelling

_CLOCK = "strftime_now"
_DIRECTIVES = {  # in English whatever the machine speaks; those with a dash first
    "%-d": "26", "%-m": "7", "%-H": "12", "%-I": "12", "%d": "26", "%e": "26", "%m": "07",
    "%b": "Jul", "%h": "Jul", "%B": "July", "%y": "24", "%Y": "2024", "%a": "Fri", "%A": "Friday",
    "%j": "208", "%H": "12", "%I": "12", "%M": "00", "%S": "00", "%p": "PM", "%f": "000000",
    "%F": "2024-07-26", "%D": "07/26/24", "%T": "12:00:00", "%Z": "UTC", "%z": "+0000",
}  # fmt: skip


def without_clock(template: str) -> str:
    """Return a chat template that reads the fixed date; one that asks for none stays as it is.

    A macro hides the renderer's function of the same name. A function can't be handed over:
    transformers lets only plain data into a template, and llama.cpp only JSON.
    """
    if _CLOCK not in template:
        return template
    filters = "".join(f" | replace('{key}', '{value}')" for key, value in _DIRECTIVES.items())
    return f"{{%- macro {_CLOCK}(format) -%}}{{{{ format{filters} }}}}{{%- endmacro %}}\n{template}"
