"""Trains the network, or goes on with a training: one command, seeded, on CPU or GPU.

    python -m generators.audio_music.network.train STATE --data FOLDER [--steps N] [--threads N]
        [--device DEVICE] [--pause-after N] [--seconds N] [--prepared N] [--export FILE]

``STATE`` keeps ``state.pt`` (weights, their running mean, optimiser, step) and ``losses.csv``.
Started again it goes on where it was; the batches of a step depend on the seed and the step alone,
so a training that was interrupted sees what one in a single run sees. ``--seconds`` ends it by the
clock, the rate falling with it. ``--export`` writes the mean weights in half precision.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn import functional

from generators._torch.optimiser import Mixed
from generators.audio_music.network.baselines import NGrams
from generators.audio_music.network.model import Composer, Shape, save
from generators.audio_music.network.tokens import PAD, ROLES, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Batch = tuple[torch.Tensor, torch.Tensor]

SEED = 20_261_127
MEAN = 0.998  # share of the running mean that is kept in a step
SAVE_EVERY = 200  # steps
PART_LEFT_OUT = 0.7  # of the pieces, to learn to write some parts only
#: How often a piece is drawn from each kind: the rules can be asked at any time, people cannot.
SHARES = {"rules": 0.2, "scores": 0.3, "drums": 0.5}


@dataclass(frozen=True, slots=True)
class Options:
    """What a training is; kept in its state and compared when it goes on."""

    rows: int = 8
    length: int = 768
    seed: int = SEED
    width: int = 256
    layers: int = 8
    heads: int = 8
    rate: float = 1.5e-3
    warm_steps: int = 100


class Corpus:
    """One side of the data."""

    def __init__(self, path: Path) -> None:
        with np.load(path) as data:
            self.tokens: NDArray[np.uint16] = data["tokens"]
            self.starts: NDArray[np.int64] = data["starts"]
            sources = [str(source) for source in data["sources"]]
        kinds = [kind_of(source) for source in sources]
        found = {kind: [at for at, one in enumerate(kinds) if one == kind] for kind in SHARES}
        #: Numbers of the pieces of each kind that there is.
        self.kinds = {kind: numbers for kind, numbers in found.items() if numbers}

    def __len__(self) -> int:
        return len(self.starts) - 1

    def piece(self, number: int) -> list[int]:
        """Return a piece's tokens."""
        return [int(t) for t in self.tokens[self.starts[number] : self.starts[number + 1]]]

    def batch(self, rng: np.random.Generator, rows: int, length: int) -> Batch:
        """Return inputs and targets of some pieces drawn by chance, each cut at its bars."""
        return _split(torch.from_numpy(self.rows(rng, rows, length + 1)).long())

    def rows(self, rng: np.random.Generator, count: int, length: int) -> NDArray[np.int16]:
        """Return (count, length) tokens of pieces drawn by chance, one after the other."""
        made = np.full((count, length), PAD, np.int16)
        for row in made:
            at = 0
            while at < length:
                piece = self.piece(self._drawn(rng))
                if rng.random() < PART_LEFT_OUT:
                    piece = without_a_part(piece, rng)
                cut = excerpt(piece, rng, length)[: length - at]
                row[at : at + len(cut)] = cut
                at += len(cut)
        return made

    def _drawn(self, rng: np.random.Generator) -> int:
        kinds = list(self.kinds)
        shares = np.array([SHARES[kind] for kind in kinds])
        numbers = self.kinds[kinds[int(rng.choice(len(kinds), p=shares / shares.sum()))]]
        return numbers[int(rng.integers(len(numbers)))]


def kind_of(source: str) -> str:
    """Return what a piece comes from: ``rules``, ``scores`` or ``drums``."""
    if source == "rules":
        return "rules"
    return "drums" if source.endswith(".mid") else "scores"


def _split(rows: torch.Tensor) -> Batch:
    return rows[:, :-1], rows[:, 1:]


def without_a_part(tokens: list[int], rng: np.random.Generator) -> list[int]:
    """Return a piece without one or more of its parts, as if they had not been asked for."""
    words = vocabulary()
    has = words.spans["has"]
    there = [token for token in tokens[:20] if token in has]
    if len(there) < 2:
        return tokens
    count = int(rng.integers(1, len(there)))
    gone = {ROLES[token - has.start] for token in rng.choice(there, count, replace=False)}
    made: list[int] = []
    at = 0
    while at < len(tokens):
        kind, value = words.split(tokens[at])
        if kind == "role" and value in gone:
            at += 4
            continue
        if not (kind == "has" and value in gone):
            made.append(tokens[at])
        at += 1
    return _without_empty_steps(made)


def _without_empty_steps(tokens: list[int]) -> list[int]:
    steps, roles = vocabulary().spans["step"], vocabulary().spans["role"]
    return [
        token for at, token in enumerate(tokens)
        if token not in steps or (at + 1 < len(tokens) and tokens[at + 1] in roles)
    ]  # fmt: skip


def excerpt(tokens: list[int], rng: np.random.Generator, length: int) -> list[int]:
    """Return the conditions and what follows of some bar, cut to a length."""
    bars = vocabulary().spans["bar"]
    starts = [at for at, token in enumerate(tokens) if token in bars]
    if len(tokens) <= length or not starts:
        return tokens[:length]
    head = tokens[: starts[0]]
    begun = starts[int(rng.integers(max(1, 2 * len(starts) // 3)))]
    return [*head, *tokens[begun : begun + length - len(head)]]


class Training:
    """A training's folder, network and optimiser."""

    def __init__(self, folder: Path, options: Options, device: str, last: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.options, self.device, self.last = folder, options, device, last
        torch.manual_seed(options.seed)
        shape = Shape(vocabulary().size, options.width, options.layers, options.heads)
        self.model = Composer(shape).to(device)
        self.mean = {name: value.detach().clone().float()
                     for name, value in self.model.state_dict().items()}  # fmt: skip
        self.optimiser = Mixed(self.model, edges=("embed",))
        self.step = 0
        self._prepared: torch.Tensor | None = None
        self._resume()

    def prepare(self, corpus: Corpus, count: int) -> None:
        """Cut ``count`` rows once, for a device that learns faster than rows can be cut."""
        rng = np.random.default_rng([self.options.seed, count])
        rows = corpus.rows(rng, count, self.options.length + 1)
        self._prepared = torch.from_numpy(rows).to(self.device)

    def _resume(self) -> None:
        path = self.folder / "state.pt"
        if not path.exists():
            return
        state = torch.load(path, weights_only=True, map_location=self.device)
        if state["options"] != asdict(self.options):
            raise SystemExit(f"{path} is of a training with other options: {state['options']}")
        self.model.load_state_dict(state["model"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.mean, self.step = state["mean"], int(state["step"])

    def save(self) -> None:
        """Write the state, whole or not at all."""
        partial = self.folder / "state.part"
        state: dict[str, Any] = {
            "model": self.model.state_dict(), "optimiser": self.optimiser.state_dict(),
            "mean": self.mean, "step": self.step, "options": asdict(self.options),
        }  # fmt: skip
        torch.save(state, partial)
        partial.replace(self.folder / "state.pt")

    def run(
        self, corpus: Corpus, held_out: Corpus, *, pause_after: int = 0, seconds: float = 0
    ) -> None:
        """Train to the last step, or for some steps or seconds."""
        end = min(self.last, self.step + pause_after) if pause_after else self.last
        log = self.folder / "losses.csv"
        begun = time.monotonic()
        while self.step < end:
            spent = (time.monotonic() - begun) / seconds if seconds else 0.0
            end = self.step + 1 if spent >= 1 else end
            loss = self._train(corpus, spent)
            self.step += 1
            if self.step % 50 == 0 or self.step == end:
                with log.open("a", encoding="utf-8") as file:
                    file.write(f"{self.step},{float(loss):.4f}\n")
                sys.stdout.write(f"step {self.step} of {self.last}: {float(loss):.4f}\n")
                sys.stdout.flush()
            if self.step % SAVE_EVERY == 0 or self.step == end:
                self.save()
        measured = self.measure(held_out)
        sys.stdout.write(f"held out: {measured:.4f} nats a token\n")

    def _train(self, corpus: Corpus, spent: float) -> torch.Tensor:
        at = max(self.step, round(spent * self.last))
        at = self.step if self.step < self.options.warm_steps else at
        for group in self.optimiser.param_groups:
            share = _schedule(at, self.last, self.options.warm_steps)
            group["lr"] = self.options.rate * share
        rng = np.random.default_rng([self.options.seed, self.step])
        if self._prepared is None:
            inputs, targets = corpus.batch(rng, self.options.rows, self.options.length)
        else:
            chosen = torch.from_numpy(rng.integers(len(self._prepared), size=self.options.rows))
            inputs, targets = _split(self._prepared[chosen.to(self.device)].long())
        self.model.train()
        loss = self._loss(inputs, targets)
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        kept = min(MEAN, (self.step + 1) / (self.step + 10))
        with torch.no_grad():
            torch._foreach_lerp_(
                list(self.mean.values()), list(self.model.state_dict().values()), 1 - kept
            )
        return loss.detach()

    def _loss(self, inputs: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        kind = self.device.partition(":")[0]
        with torch.autocast(kind, torch.bfloat16):
            logits = self.model(inputs.to(self.device))
        flat = logits.float().flatten(0, 1)
        return functional.cross_entropy(flat, targets.to(self.device).flatten(), ignore_index=PAD)

    def averaged(self) -> Composer:
        """Return a network of the mean weights."""
        made = Composer(self.model.shape)
        made.load_state_dict({name: value.cpu() for name, value in self.mean.items()})
        return made.eval()

    def measure(self, held_out: Corpus, batches: int = 8) -> float:
        """Return the held-out loss in nats a token."""
        if not len(held_out):
            return math.nan
        self.model.eval()
        rng = np.random.default_rng(self.options.seed)
        with torch.no_grad():
            losses = [
                float(self._loss(*held_out.batch(rng, self.options.rows, self.options.length)))
                for _ in range(batches)
            ]
        return sum(losses) / len(losses)


def _schedule(step: int, last: int, warm: int) -> float:
    """Return the share of the rate: a short rise, then a cosine down to a tenth."""
    if step < warm:
        return (step + 1) / warm
    share = min(1.0, (step - warm) / max(1, last - warm))
    return 0.1 + 0.45 * (1 + math.cos(math.pi * share))


def main(arguments: Sequence[str] | None = None) -> int:
    """Train from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("state", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--pause-after", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0, help="end after so many; 0: by steps")
    parser.add_argument("--prepared", type=int, default=0, help="rows that are cut once; 0: anew")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--length", type=int, default=768)
    parser.add_argument("--export", type=Path)
    given = parser.parse_args(arguments)
    if given.threads:
        torch.set_num_threads(given.threads)
    options = Options(rows=given.rows, length=given.length)
    training = Training(given.state, options, given.device, given.steps)
    corpus, held_out = (Corpus(given.data / f"{side}.npz") for side in ("training", "held-out"))
    pairs = NGrams(corpus.tokens.astype(np.int64), 2).loss(held_out.tokens.astype(np.int64))
    sys.stdout.write(f"bigram, held out: {pairs:.4f} nats a token\n")
    if given.prepared:
        training.prepare(corpus, given.prepared)
    training.run(corpus, held_out, pause_after=given.pause_after, seconds=given.seconds)
    if given.export:
        save(training.averaged(), given.export, steps=str(training.step))
    return 0


if __name__ == "__main__":
    sys.exit(main())
