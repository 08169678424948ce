"""Do moods of the starter's music sound like it, to a judge that learned from real scores?

    python tests/benchmarks/music_moods.py --music DIR [--check] [--real N] [--made N] [--first N]

``--music`` holds ``openscore_lieder.zip`` and ``openscore_quartets.zip``. The judge learns two
pairs, calm and energetic, happy and dark, from passages of real scores; a quarter of them is held
out to measure the judge itself. It then judges pieces that the ordinary generator makes of prompts
of all genres that leave mood to the word alone.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402
from helpers.figures import Figures, parser  # noqa: E402
from helpers.music_moods import (  # noqa: E402
    Judge,
    features,
    played,
    read_moods,
    starts_of,
)
from helpers.music_pieces import SHIPPED, load_starter, make_piece  # noqa: E402
from scipy.signal import resample_poly  # noqa: E402

from generators.audio_music.symbolic.soundfont import read_soundfont  # noqa: E402
from generators.musical.words import GENRES  # noqa: E402

if TYPE_CHECKING:
    from helpers.music_moods import Real

    from generators.audio_music.generator import AudioMusic

PAIRS = (("calm", "energetic"), ("dark", "happy"))


def made_features(music: AudioMusic, prompt: str, seed: int) -> np.ndarray:
    """Make a bed of 15 s and return its features."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = {"prompt": prompt, "duration": 15.0, "seed": seed}
        made = make_piece(music, wanted, Path(folder))
    return features(resample_poly(made.samples, 1, 2, axis=0), made.rate // 2)


def learn(
    figures: Figures, real: list[Real], rows: list[np.ndarray], pair: tuple[str, str]
) -> Judge:
    """Return a judge of a pair; add how well it does on what it did not learn from."""
    chosen = [
        (row, pair[1] in item.moods)
        for row, item in zip(rows, real, strict=True)
        if len(item.moods & set(pair)) == 1
    ]
    held = chosen[::4]
    kept = [item for number, item in enumerate(chosen) if number % 4]
    judge = Judge([row for row, _ in kept], [second for _, second in kept])
    right = sum((judge.score(row) > 0) == second for row, second in held)
    figures.add(f"{pair[0]} or {pair[1]}: judge, of {len(held)} held-out passages",
                100 * right / len(held), "%")  # fmt: skip
    return judge


def judge_pair(
    figures: Figures, music: AudioMusic, judge: Judge, pair: tuple[str, str], seeds: range
) -> None:
    """Make both moods of every genre and seed; add how often the judge tells which is which.

    Alone, a calm rock piece is judged against calm songs at the piano; beside its energetic twin,
    only the mood is.
    """
    apart, alone = [], []
    for genre in GENRES:
        for seed in seeds:
            first, second = (
                judge.score(made_features(music, f"{mood} {genre.en[0]}", seed)) for mood in pair
            )
            apart.append(second > first)
            alone += [first < 0, second > 0]
            if not apart[-1]:
                figures.note(f"{pair[0]} and {pair[1]} not told apart: {genre.en[0]}, seed {seed}")
    name = f"{pair[0]} or {pair[1]}"
    figures.add(f"{name}: told apart, of {len(apart)} pairs of one genre",
                100 * sum(apart) / len(apart), "%", at_least=85)  # fmt: skip
    figures.add(f"{name}: right alone, over all genres", 100 * sum(alone) / len(alone), "%")


def main() -> int:
    """Print the figures; return the exit code."""
    reader = parser(__doc__ or "")
    reader.add_argument("--music", type=Path, required=True)
    reader.add_argument("--real", type=int, default=80, help="passages of each mood")
    reader.add_argument("--made", type=int, default=2, help="pieces of each genre and mood")
    reader.add_argument("--first", type=int, default=0, help="seed of the first piece")
    options = reader.parse_args()
    seeds = range(options.first, options.first + options.made)
    figures = Figures(options.check)
    font = read_soundfont(next(SHIPPED.glob("*.sf3")))
    real = read_moods(options.music, options.real)
    rows = [features(played(item.piece, font), 22_050) for item in real]
    written = [np.log1p(starts_of(item.piece)) for item in real]
    heard = [row[0] for row in rows]  # ``features`` says which it is
    figures.add(f"notes a second, heard against written, {len(real)} real passages: correlation",
                float(np.corrcoef(heard, written)[0, 1]), "", at_least=0.85)  # fmt: skip
    music = load_starter()
    for pair in PAIRS:
        judge_pair(figures, music, learn(figures, real, rows, pair), pair, seeds)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
