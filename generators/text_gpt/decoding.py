"""The decoding loop: a batch of answers, each with its own random generator, structure and text.

What the prompts have in common is computed once, in a batch of one, and its keys and values are
copied for every answer. The loop is our own, because ``generate`` has one random generator for the
whole batch, and knows neither per-answer streams nor leaving the batch early.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from transformers import DynamicCache

from generators.text_gpt.backend import Completion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generators.text_gpt.backend import Ask, Sampling, Watch
    from generators.text_gpt.masks import Matcher
    from generators.text_gpt.transformers_backend import TransformersBackend

PIECE = 128  # tokens of prompt between two chances to cancel
PROMPT_SHARE = 0.1  # of the progress; a prompt is computed far quicker than it is answered
_HELD = 8  # tokens that may still change their spelling when the next one comes


@dataclass(slots=True)
class Answer:
    """One answer as it grows.

    Attributes:
        index: Its place among the asks.
        told: Characters that were streamed.
        log: Sum of the tokens' log-probabilities, where they were asked for.
    """

    index: int
    random: torch.Generator
    matcher: Matcher | None
    prompt: list[int]
    tokens: list[int] = field(default_factory=list)
    text: str = ""
    told: int = 0
    settled: int = 0  # tokens whose text no longer changes
    settled_text: str = ""
    done: bool = False
    whole: bool = False
    log: float = 0.0


class Decoder:
    """Runs one batch to its end."""

    def __init__(
        self,
        backend: TransformersBackend,
        prompts: Sequence[list[int]],
        asks: Sequence[Ask],
        sampling: Sampling,
        watch: Watch,
    ) -> None:
        self.backend, self.sampling, self.watch = backend, sampling, watch
        self.model: Any = backend.model
        self.ends = backend.end_tokens()
        self.answers = [
            Answer(
                index,
                torch.Generator().manual_seed(ask.seed),
                backend.masks.matcher(ask.structure, sorted(self.ends)) if ask.structure else None,
                prompt,
            )
            for index, (ask, prompt) in enumerate(zip(asks, prompts, strict=True))
        ]
        self.rows = list(self.answers)  # those still in the batch
        self.cache: Any = DynamicCache(config=self.model.config)
        self.lengths = torch.zeros(0, dtype=torch.long)  # real tokens of each row so far
        self.mask = torch.zeros(0, 0, dtype=torch.long)

    def run(self, room: int) -> list[Completion]:
        """Write up to ``max_new_tokens`` (and ``room``) tokens of each answer."""
        logits = self._read_prompts()
        most = min(self.sampling.max_new_tokens, room)
        for step in range(most):
            chosen = [self._choose(row, logits[at]) for at, row in enumerate(self.rows)]
            for row, token in zip(self.rows, chosen, strict=True):
                self._take(row, token)
            self.watch.tick(PROMPT_SHARE + (1 - PROMPT_SHARE) * (step + 1) / most, 1)
            if all(row.done for row in self.rows) or step + 1 == most:
                break
            logits = self._step(chosen)
        for answer in self.answers:
            self._tell(answer, final=True)
        return [
            Completion(item.text, len(item.tokens), item.whole, item.log / max(1, len(item.tokens)))
            for item in self.answers
        ]

    # the model --------------------------------------------------------------------------------

    def _read_prompts(self) -> torch.Tensor:
        """Return the logits (answers × vocabulary) for each first token."""
        prompts = [row.prompt for row in self.rows]
        shared = min(_common(prompts), min(map(len, prompts)) - 1)
        rest = [prompt[shared:] for prompt in prompts]
        width = max(map(len, rest))
        self._prefill(prompts[0][:shared], width)
        if shared and len(prompts) > 1:
            self.cache.batch_repeat_interleave(len(prompts))
        ids = torch.zeros(len(rest), width, dtype=torch.long)
        own = torch.zeros(len(rest), width, dtype=torch.long)
        for at, item in enumerate(rest):  # shorter ones are padded on the left
            ids[at, width - len(item) :] = torch.tensor(item)
            own[at, width - len(item) :] = 1
        self.mask = torch.cat([torch.ones(len(rest), shared, dtype=torch.long), own], dim=1)
        self.lengths = shared + own.sum(dim=1)
        positions = (shared + own.cumsum(dim=1) - 1).clamp(min=0)
        logits = torch.empty(0)
        for start in range(0, width, PIECE):
            self.watch.tick(PROMPT_SHARE * (shared + start) / (shared + width), 1)
            end = min(width, start + PIECE)
            logits = self._forward(
                ids[:, start:end], self.mask[:, : shared + end], positions[:, start:end]
            )
        return logits

    def _prefill(self, tokens: list[int], more: int) -> None:
        for start in range(0, len(tokens), PIECE):
            self.watch.tick(PROMPT_SHARE * start / (len(tokens) + more), 1)
            piece = torch.tensor([tokens[start : start + PIECE]])
            end = start + piece.shape[1]
            self._forward(
                piece, torch.ones(1, end, dtype=torch.long), torch.arange(start, end)[None]
            )

    def _step(self, chosen: list[int]) -> torch.Tensor:
        """Feed the chosen tokens; answers that ended leave the batch."""
        keep = [at for at, row in enumerate(self.rows) if not row.done]
        if len(keep) < len(self.rows):
            self.cache.batch_select_indices(torch.tensor(keep, device=self.backend.device))
            self.mask, self.lengths = self.mask[keep], self.lengths[keep]
            self.rows = [self.rows[at] for at in keep]
            chosen = [chosen[at] for at in keep]
        self.mask = torch.cat([self.mask, torch.ones(len(keep), 1, dtype=torch.long)], dim=1)
        positions = self.lengths[:, None]
        self.lengths = self.lengths + 1
        return self._forward(torch.tensor(chosen)[:, None], self.mask, positions)

    def _forward(
        self, ids: torch.Tensor, mask: torch.Tensor, positions: torch.Tensor
    ) -> torch.Tensor:
        device = self.backend.device
        out = self.model(
            input_ids=ids.to(device),
            attention_mask=mask.to(device),
            position_ids=positions.to(device),
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        logits: torch.Tensor = out.logits[:, -1].float().cpu()
        return logits

    # choosing ---------------------------------------------------------------------------------

    def _choose(self, row: Answer, logits: torch.Tensor) -> int:
        if self.sampling.ignore_eos:
            logits[sorted(self.ends)] = float("-inf")
        chances = torch.log_softmax(logits, dim=0) if self.sampling.likelihood else None
        penalize(logits, [*row.prompt, *row.tokens], self.sampling.repetition_penalty)
        if row.matcher is not None:
            row.matcher.apply(logits)
        token = sample(logits, self.sampling, row.random)
        if chances is not None:
            row.log += float(chances[token])
        return token

    def _take(self, row: Answer, token: int) -> None:
        row.tokens.append(token)
        if token in self.ends and not self.sampling.ignore_eos:
            row.tokens.pop()
            row.done = row.whole = True
            return
        if row.matcher is not None:
            row.matcher.accept(token)
            row.done = row.whole = row.matcher.ended
        self._tell(row)

    def _tell(self, row: Answer, *, final: bool = False) -> None:
        """Decode what is new, end at a stop string, and stream what can no longer change."""
        decode = self.backend.tokenizer.decode
        again = row.tokens[max(0, row.settled - _HELD) :]
        new = decode(again, skip_special_tokens=True)[self._overlap(row) :]
        row.text = row.settled_text + new
        if len(row.tokens) - row.settled > 4 * _HELD and not row.text.endswith("\ufffd"):
            row.settled, row.settled_text = len(row.tokens), row.text
        self._stop_at(row)
        safe = len(row.text)
        if not (final or row.done):
            longest = max((len(item) for item in self.sampling.stop), default=1)
            safe = max(row.told, safe - longest + 1)
            if row.text.endswith("\ufffd"):  # half of a character
                safe = min(safe, len(row.text.rstrip("\ufffd")))
        if safe > row.told:
            self.watch.text(row.index, row.text[row.told : safe])
            row.told = safe

    def _overlap(self, row: Answer) -> int:
        """Return the characters of the tokens that are decoded again for context."""
        if not row.settled:
            return 0
        again = row.tokens[max(0, row.settled - _HELD) : row.settled]
        return len(self.backend.tokenizer.decode(again, skip_special_tokens=True))

    def _stop_at(self, row: Answer) -> None:
        places = [row.text.find(item) for item in self.sampling.stop if item in row.text]
        if places:
            row.text = row.text[: min(places)]
            row.done = row.whole = True


def _common(prompts: Sequence[list[int]]) -> int:
    """Return how many tokens all prompts begin with alike."""
    first, last = min(prompts), max(prompts)
    return next(
        (at for at, (one, other) in enumerate(zip(first, last, strict=False)) if one != other),
        min(len(first), len(last)),
    )


def penalize(logits: torch.Tensor, tokens: Sequence[int], penalty: float) -> None:
    """Make tokens that occurred less likely, as transformers' repetition penalty does."""
    if penalty == 1.0 or not tokens:
        return
    seen = torch.tensor(sorted({token for token in tokens if token < logits.shape[0]}))
    values = logits[seen]
    logits[seen] = torch.where(values < 0, values * penalty, values / penalty)


def sample(logits: torch.Tensor, sampling: Sampling, random: torch.Generator) -> int:
    """Return a token by temperature, top_k and top_p; the likeliest at temperature 0."""
    if sampling.temperature <= 0:
        return int(logits.argmax())
    count = min(sampling.top_k or logits.shape[0], logits.shape[0])
    values, tokens = torch.topk(logits, count)  # sorted, likeliest first
    chances = torch.softmax(values / sampling.temperature, dim=0)
    before = chances.cumsum(dim=0) - chances
    chances[before >= sampling.top_p] = 0.0
    return int(tokens[torch.multinomial(chances, 1, generator=random)])
