"""Structure for transformers: which tokens may come next, by llguidance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from generators.api import CheckpointError
from generators.text_gpt.structure import JsonStructure, Structure, refused_schema

if TYPE_CHECKING:
    from collections.abc import Sequence


class Masks:
    """Makes a matcher for each answer, over one tokenizer.

    Attributes:
        size: Width of the model's logits; vocabularies are often padded beyond the tokenizer's.
    """

    def __init__(self, tokenizer: Any, size: int) -> None:  # noqa: ANN401 - untyped library
        self.tokenizer, self.size = tokenizer, size
        self._wrapped: Any = None
        self._grammars: dict[Structure, str] = {}

    def matcher(self, structure: Structure, ends: Sequence[int]) -> Matcher:
        """Return a matcher at the beginning of an answer.

        Raises:
            InvalidParameter: The schema uses what the library doesn't know.
        """
        from llguidance import LLMatcher

        if self._wrapped is None:
            self._wrapped = self._wrap(ends)
        if structure not in self._grammars:
            if len(self._grammars) > 64:
                self._grammars.clear()
            self._grammars[structure] = _grammar(structure)
        matcher = LLMatcher(self._wrapped, self._grammars[structure])
        if matcher.is_error():
            raise refused_schema(matcher.get_error())
        return Matcher(matcher, self.size)

    def _wrap(self, ends: Sequence[int]) -> Any:  # noqa: ANN401 - untyped library
        from llguidance import hf

        try:
            return hf.from_tokenizer(self.tokenizer, n_vocab=self.size, eos_token=list(ends))
        except ValueError as error:
            raise CheckpointError(
                f"The tokenizer of this checkpoint cannot keep a structure: {error}",
                "Use a checkpoint with a tokenizer.json.",
            ) from error


def _grammar(structure: Structure) -> str:
    from llguidance import LLMatcher

    if isinstance(structure, JsonStructure):
        # Without white space to choose, a model can't fill its tokens with line breaks.
        overrides = {"whitespace_flexible": False}
        try:
            return str(LLMatcher.grammar_from_json_schema(structure.schema, overrides=overrides))
        except ValueError as error:
            raise refused_schema(error) from error
    return str(LLMatcher.grammar_from_regex(structure.regex()))


class Matcher:
    """Follows one answer."""

    def __init__(self, matcher: Any, size: int) -> None:  # noqa: ANN401 - untyped library
        self._matcher, self._size = matcher, size
        self._bits = np.zeros((size + 31) // 32, dtype=np.int32)

    def apply(self, logits: torch.Tensor) -> None:
        """Set the logits (one row, on any device) of impossible tokens to minus infinity."""
        self._matcher.unsafe_compute_mask_ptr(self._bits.ctypes.data, self._bits.nbytes)
        allowed = np.unpackbits(self._bits.view(np.uint8), bitorder="little")[: self._size]
        logits.masked_fill_(torch.from_numpy(allowed == 0).to(logits.device), float("-inf"))

    def accept(self, token: int) -> None:
        """Go on by a token that the mask allowed."""
        if not self._matcher.consume_token(token):
            raise RuntimeError(f"llguidance: {self._matcher.get_error() or 'token refused'}")

    @property
    def ended(self) -> bool:
        """Tell whether nothing can follow."""
        return bool(self._matcher.is_stopped())
