"""Draws notes from the network over the bars, chords and levels that a form gives.

What the form fixes is put in, what is left is drawn within the grammar: all that is drawn is valid,
and the piece keeps its key, its length and its hits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from generators.audio_music.network.grammar import Grammar
from generators.audio_music.network.tokens import (
    GENRES,
    LEVELS,
    ROLES,
    STEPS,
    VELOCITIES,
    Measure,
    Piece,
    head,
    measure_head,
    vocabulary,
)
from generators.audio_music.symbolic.notes import Note
from generators.audio_music.symbolic.sounds import SOUNDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generators.audio_music.network.model import Cache, Composer
    from generators.audio_music.symbolic.dice import Dice
    from generators.audio_music.symbolic.form import Form
    from generators.audio_music.symbolic.plan import Plan
    from generators.audio_music.symbolic.theory import Chord

TOP_P = 0.95
MOST_TOKENS = 400  # of one bar: a bar that will not end is ended
_KEPT = 0.6  # of the context, when it is full and begun anew


class Drawing:
    """One piece being drawn: the tokens so far, and the network's memory of them."""

    def __init__(self, model: Composer, piece: Piece, seed: int) -> None:
        self.model = model
        self.grammar = Grammar()
        self.tokens: list[int] = []
        self.random = torch.Generator("cpu").manual_seed(seed)
        self._cache: Cache = []
        self._seen = 0
        self._logits: torch.Tensor | None = None
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
        logits = self._next_logits()
        mask = torch.full_like(logits, float("-inf"))
        for span in allowed:
            mask[span.start : span.stop] = 0
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
        for at in range(len(given)) if self._cache else (0,):
            part = given[at : at + 1] if self._cache else given
            logits = self.model(torch.tensor([part]), self._cache)
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


@dataclass(frozen=True, slots=True)
class Writer:
    """A network that writes some of a piece's parts; the rules write the others.

    Attributes:
        temperature: 1 is as trained; higher surprises more.
        watch: Told the share of the bars that are done; may raise.
    """

    model: Composer
    parts: Sequence[str]
    temperature: float
    watch: Callable[[float], None]


def draw_parts(writer: Writer, plan: Plan, form: Form, dice: Dice) -> dict[str, list[Note]]:
    """Return the notes of the network's parts, for a plan's conditions and a form's bars."""
    roles = tuple(role for role in ROLES if role in writer.parts and role in plan.parts)
    if not roles:
        return {}
    piece = Piece(plan.genre if plan.genre in GENRES else GENRES[0], plan.mode, plan.metre,
                  plan.grid.tempo, plan.energy, plan.brightness, roles)  # fmt: skip
    drawing = Drawing(writer.model, piece, dice.of("network").randrange(1 << 62))
    found: dict[str, list[Note]] = {role: [] for role in roles}
    with torch.inference_mode():
        for number, bar in enumerate(form.bars):
            writer.watch(number / len(form.bars))
            level = min(LEVELS - 1, int(bar.level * LEVELS))
            kind = chord_kind(bar.chord)
            measure = Measure(min(5, bar.beats), level, (bar.chord.root - plan.tonic) % 12, kind)
            for token in measure_head(measure):
                drawing.push(token)
            for role, note in _draw_bar(drawing, writer, bar.start):
                if role != "drums":
                    note = note._replace(key=placed(plan, role, note.key))  # noqa: PLW2901
                found[role].append(note)
    return found


def _draw_bar(drawing: Drawing, writer: Writer, start: int) -> Iterator[tuple[str, Note]]:
    words = vocabulary()
    step, role, key, length = 0, "", 0, 0
    for count in range(MOST_TOKENS):
        token = drawing.draw(writer.temperature, ending=count > MOST_TOKENS - 12)
        kind, value = words.split(token)
        if kind in ("bar", "end"):
            return
        drawing.push(token)
        if count % 16 == 15:
            writer.watch(-1.0)  # no further, but still at it
        if kind == "step":
            step = int(value)
        elif kind == "role":
            role = value
        elif kind in ("pitch", "drum"):
            key = int(value)
        elif kind == "length":
            length = int(value)
        elif kind == "velocity":
            velocity = VELOCITIES[int(value)]
            yield role, Note(start + step / STEPS, length / STEPS * 0.97, key, velocity)


def placed(plan: Plan, role: str, key: int) -> int:
    """Return a key in the piece's own tonic, in the octave where its instrument sounds well."""
    sound = SOUNDS[plan.parts[role]]
    made = key + (plan.tonic if plan.tonic <= 6 else plan.tonic - 12)
    while made < sound.low:
        made += 12
    while made > sound.high:
        made -= 12
    return made


def chord_kind(item: Chord) -> str:
    """Return the kind of a chord as the vocabulary has it."""
    above = tuple(sorted((tone - item.root) % 12 for tone in item.tones))
    return {
        (0, 4, 7): "maj", (0, 3, 7): "min", (0, 4, 7, 11): "maj7", (0, 3, 7, 10): "min7",
        (0, 4, 7, 10): "7", (0, 5, 7): "sus", (0, 2, 7): "sus", (0, 3, 6): "dim",
    }.get(above, "min" if 3 in above else "maj" if 4 in above else "other")  # fmt: skip
