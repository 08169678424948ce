"""Draws notes from the network over given conditions, bars, chords and levels.

What is given is put in, what is left is drawn within the grammar: all that is drawn is valid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from generators.audio_music.network.grammar import Grammar
from generators.audio_music.network.tokens import (
    VELOCITIES,
    Event,
    Piece,
    head,
    measure_head,
    vocabulary,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generators.audio_music.network.model import Cache, Composer

TOP_P = 0.95
MOST_TOKENS = 400  # of one bar: a bar that will not end is ended
_KEPT = 0.6  # of the context, when it is full and begun anew


class Drawing:
    """One piece being drawn: the tokens so far, and the network's memory of them."""

    def __init__(
        self, model: Composer, piece: Piece, seed: int, barred: Sequence[int] = ()
    ) -> None:
        self.model = model
        self._barred = frozenset(barred)
        self.grammar = Grammar(self._barred)
        self.tokens: list[int] = []
        self.random = torch.Generator("cpu").manual_seed(seed)
        self._cache: Cache = []
        self._seen = 0
        self._head = head(piece)
        for token in self._head:
            self.push(token)

    def push(self, token: int) -> None:
        """Go on by a token."""
        if not self.grammar.allows(token):
            raise ValueError(f"{vocabulary().names[token]} may not stand there")
        self.grammar.push(token)
        self.tokens.append(token)

    def draw(self, temperature: float, *, ending: bool) -> int:
        """Return a token of what may follow, not pushed; ``ending`` allows only a bar's end."""
        words = vocabulary()
        allowed = [span for span in self.grammar.allowed() if len(span)]
        if ending:
            bar = words.spans["bar"]
            if any(span.start == bar.start for span in allowed):
                return bar.start
        left = [token for span in allowed for token in span if token not in self._barred]
        if len(left) == 1:
            return left[0]
        logits = self._next_logits()
        mask = torch.full_like(logits, float("-inf"))
        mask[left] = 0
        chances = torch.softmax((logits + mask) / max(temperature, 1e-3), dim=-1)
        ranked, order = chances.sort(descending=True)
        ranked[ranked.cumsum(0) - ranked > TOP_P] = 0
        return int(order[int(torch.multinomial(ranked, 1, generator=self.random))])

    def _next_logits(self) -> torch.Tensor:
        context = self.model.shape.context
        if self._cache and self._cache[0][0].shape[2] + len(self.tokens) - self._seen >= context:
            self._cache, self._seen = [], 0
        if not self._cache and len(self.tokens) >= context:
            given = self._shortened(int(_KEPT * context))
        else:
            given = self.tokens[self._seen :]
        logits = self.model(torch.tensor([given]), self._cache)
        self._seen = len(self.tokens)
        made: torch.Tensor = logits[0, -1].float()
        return made

    def _shortened(self, most: int) -> list[int]:
        """Return the conditions and the last whole bars that fit."""
        bars = vocabulary().spans["bar"]
        room = most - len(self._head)
        starts = [at for at, token in enumerate(self.tokens) if token in bars]
        first = next((at for at in starts if len(self.tokens) - at <= room),
                     len(self.tokens) - room)  # fmt: skip
        return [*self._head, *self.tokens[first:]]


@dataclass
class Sampler:
    """A network, and how it is drawn from.

    Attributes:
        temperature: 1 is as trained; higher surprises more.
        watch: Called every few tokens; may raise.
    """

    model: Composer
    temperature: float
    watch: Callable[[], None]

    def draw(
        self,
        piece: Piece,
        seed: int,
        barred: Sequence[int] = (),
        steadier: float = 1.0,
        goes_on: Callable[[list[list[Event]]], bool] = lambda _bars: True,
    ) -> list[list[Event]]:
        """Return the notes of each bar of a piece whose conditions and bars are given.

        Args:
            piece: Conditions, bars, levels, chords; its notes are not looked at.
            seed: Of what is drawn.
            barred: Tokens that are not drawn. Where one alone is left, nothing is asked.
            steadier: What the temperature is multiplied by.
            goes_on: Told the bars so far after each; where it says no, the others are not drawn.
        """
        drawing = Drawing(self.model, piece, seed, barred)
        temperature = self.temperature * steadier
        made = []
        with torch.inference_mode():
            for measure in piece.measures:
                for token in measure_head(measure):
                    drawing.push(token)
                made.append(list(self._bar(drawing, temperature)))
                if not goes_on(made):
                    break
        return made

    def _bar(self, drawing: Drawing, temperature: float) -> Iterator[Event]:
        words = vocabulary()
        said: dict[str, str] = {}
        for count in range(MOST_TOKENS):
            token = drawing.draw(temperature, ending=count > MOST_TOKENS - 12)
            kind, value = words.split(token)
            if kind in ("bar", "end"):
                return
            drawing.push(token)
            if count % 8 == 0:
                self.watch()
            said["key" if kind in ("pitch", "drum") else kind] = value
            if kind == "velocity":
                yield Event(int(said["step"]), said["role"], int(said["key"]),
                            int(said["length"]), VELOCITIES[int(value)])  # fmt: skip
