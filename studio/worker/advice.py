"""Telling out-of-memory from other errors, and what to do about it in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generators.api import Request

_NAMES = {"OutOfMemory", "OutOfMemoryError", "MemoryError"}
_PHRASES = ("out of memory", "can't allocate memory", "cannot allocate memory")  # torch CPU, MPS
_SEVERAL = ("num_images_per_prompt", "num_return_sequences", "num_variations")
_LENGTHS = (
    ("max_new_tokens", "a smaller max_new_tokens"),
    ("duration", "a shorter duration"),
)


def is_out_of_memory(error: BaseException) -> bool:
    """Tell whether an error means too little memory, whatever library it comes from."""
    if _NAMES & {kind.__name__ for kind in type(error).__mro__}:
        return True
    if isinstance(error, RuntimeError | OSError):
        text = str(error).lower()
        return any(phrase in text for phrase in _PHRASES)
    return False


def out_of_memory_advice(request: Request) -> str:
    """Return one sentence on what would make this very request smaller."""
    params = request.params
    ways = [f"fewer at once ({key} = 1)" for key in _SEVERAL if _number(params.get(key)) > 1]
    if "width" in params or "height" in params:
        size = "×".join(str(params[key]) for key in ("width", "height") if params.get(key))
        ways.append(f"a smaller size than {size}" if size else "a smaller size")
    ways += [words for key, words in _LENGTHS if params.get(key)]
    if request.adapters:
        ways.append("fewer adapters")
    ways.append("a smaller checkpoint" if request.checkpoint else "closing other programs")
    return f"Try {', or '.join(ways)}."


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
