"""Builds the training data: pieces by the composition rules, scores, drum performances, as tokens.

    python -m generators.audio_music.network.data FOLDER [--music DIR] [--pieces N] [--seed N]

``FOLDER`` gets ``training.npz`` and ``held-out.npz`` (all tokens, where each piece begins, its
source) and ``sources.json``. A composer, a drummer or a progression stands on one side of the split
only. ``--music`` holds ``openscore_lieder.zip``, ``openscore_quartets.zip`` and ``groove.zip``;
without it only the rules' own pieces are written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from generators.audio_music.network.scores import read_drums, read_scores
from generators.audio_music.network.tokens import (
    LEVELS,
    ROLES,
    STEPS,
    Event,
    Measure,
    Piece,
    chord_kind,
    encode,
)
from generators.audio_music.symbolic.composer import Score, compose
from generators.audio_music.symbolic.dice import Dice
from generators.audio_music.symbolic.plan import decide
from generators.musical.reading import read_prompt
from generators.musical.words import GENRES, MOODS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HELD_OUT = 10  # every so many groups, by their hash
#: Of the ten drummers; a hash might hold out none of so few, or the only one who plays a genre.
HELD_OUT_DRUMMERS = ("drummer3", "drummer9", "drummer10")
ARCHIVES = {"openscore_lieder.zip": "lied", "openscore_quartets.zip": "quartet"}
DRUM_ARCHIVE = "groove.zip"
_LENGTHS = (15.0, 20.0, 30.0)
_SEED = 20_261_127


def is_held_out(group: str) -> bool:
    """Tell on which side of the split a composer, drummer or progression stands."""
    if group.startswith("drummer"):
        return group in HELD_OUT_DRUMMERS
    digest = hashlib.sha256(group.encode("utf-8")).digest()
    return digest[0] % HELD_OUT == 0


def rule_pieces(count: int, seed: int) -> Iterator[Piece]:
    """Yield pieces by the composition rules, of all genres and moods."""
    rng = random.Random(seed)
    for number in range(count):
        genre, mood = rng.choice(GENRES), rng.choice(MOODS)
        prompt = f"{mood.en[0]}, {genre.en[0]}" + (", waltz" if rng.random() < 0.1 else "")
        dice = Dice(seed * 1_000_003 + number)
        plan = decide(read_prompt(prompt), rng.choice(_LENGTHS), dice)
        yield written(compose(plan, dice))


def written(score: Score) -> Piece:
    """Return a composed piece with its tonic at C; its last chord is left to the rules."""
    plan, form = score.plan, score.form
    roles = tuple(track.role for track in score.tracks if track.role in ROLES)
    piece = Piece(plan.genre, plan.mode, plan.metre, plan.grid.tempo, plan.energy, plan.brightness,
                  roles, group=" ".join(bar.chord.name for bar in form.bars[:8]))  # fmt: skip
    shift = -plan.tonic if plan.tonic <= 6 else 12 - plan.tonic
    for bar in form.bars:
        level = min(LEVELS - 1, int(bar.level * LEVELS))
        piece.measures.append(
            Measure(min(5, bar.beats), level, (bar.chord.root - plan.tonic) % 12,
                    chord_kind(bar.chord))
        )  # fmt: skip
    for track in score.tracks:
        if track.role not in roles:
            continue
        for note in track.notes:
            number = next((at for at in range(len(form.bars) - 1, -1, -1)
                           if form.bars[at].start <= note.start + 0.05), 0)  # fmt: skip
            step = max(0, round((note.start - form.bars[number].start) * STEPS))
            key = note.key if track.role == "drums" else note.key + shift
            if note.start < form.beat - 0.1:
                piece.measures[number].events.append(
                    Event(step, track.role, key, max(1, round(note.length * STEPS)), note.velocity)
                )
    return piece


def save(pieces: Iterable[Piece], folder: Path) -> dict[str, int]:
    """Write both sides of the split and return how many pieces of each kind there are."""
    folder.mkdir(parents=True, exist_ok=True)
    sides: dict[str, list[tuple[list[int], str]]] = {"training": [], "held-out": []}
    counts: dict[str, int] = {}
    for piece in pieces:
        tokens = encode(piece)
        if len(tokens) < 40:
            continue
        side = "held-out" if is_held_out(piece.group) else "training"
        sides[side].append((tokens, piece.source))
        kind = piece.source.rpartition("/")[0].split("/")[0] or piece.source
        counts[f"{side}: {kind}"] = counts.get(f"{side}: {kind}", 0) + 1
    for side, found in sides.items():
        starts = np.cumsum([0, *(len(tokens) for tokens, _ in found)])
        flat = np.concatenate([np.array(tokens, np.uint16) for tokens, _ in found] or
                              [np.zeros(0, np.uint16)])  # fmt: skip
        np.savez(folder / f"{side}.npz", tokens=flat, starts=starts,
                 sources=np.array([source for _, source in found]))  # fmt: skip
    (folder / "sources.json").write_text(json.dumps(counts, indent=1), encoding="utf-8")
    return counts


def all_pieces(music: Path | None, count: int, seed: int) -> Iterator[Piece]:
    """Yield everything there is to learn from."""
    yield from rule_pieces(count, seed)
    if music is None:
        return
    for name, genre in ARCHIVES.items():
        yield from read_scores(music / name, genre)
    yield from read_drums(music / DRUM_ARCHIVE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--music", type=Path, help="folder of the three ZIP files")
    parser.add_argument("--pieces", type=int, default=6000, help="how many the rules compose")
    parser.add_argument("--seed", type=int, default=_SEED)
    options = parser.parse_args(arguments)
    counts = save(all_pieces(options.music, options.pieces, options.seed), options.folder)
    sys.stdout.write(json.dumps(counts, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
