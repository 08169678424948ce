"""The starter's music: is it valid, as asked, and the same again? Measured from its sound.

    python tests/benchmarks/starter_music.py [--check] [--sheets DIR] [--prompts N] [--data DIR]

Pieces are made by the ordinary generator from drawn prompts, English and Chinese, of all genres,
moods, keys, tempos and lengths, written to WAV and read back. Key and tempo are measured from the
sound (``helpers.music_measures``), never read from the notes. ``--sheets`` writes twelve beds with
their piano rolls and spectrograms. ``--data`` names what ``generators.audio_music.network.data``
built: then the network's foresight is measured on its held-out side, and what it copies.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
warnings.simplefilter("ignore")

from helpers.figures import Figures, parser  # noqa: E402
from helpers.music_measures import Join, join_of, key_of, tempo_of  # noqa: E402
from helpers.music_network import Foresight, Tunes, tune_of  # noqa: E402
from helpers.music_pieces import load_starter, make_piece  # noqa: E402
from helpers.music_prompts import BEDS, MusicPrompt, draw_prompts  # noqa: E402
from helpers.music_sheets import draw_sheet  # noqa: E402

from generators.audio_music.loudness import measure  # noqa: E402
from generators.audio_music.network.ideas import NetworkIdeas  # noqa: E402
from generators.audio_music.network.sampling import Sampler  # noqa: E402
from generators.audio_music.network.tokens import Measure, decode  # noqa: E402
from generators.audio_music.symbolic.composer import compose  # noqa: E402
from generators.audio_music.symbolic.dice import Dice  # noqa: E402
from generators.audio_music.symbolic.model import Symbolic  # noqa: E402
from generators.audio_music.symbolic.plan import decide  # noqa: E402
from generators.musical.reading import read_prompt  # noqa: E402

if TYPE_CHECKING:
    from helpers.music_pieces import Made

    from generators.api import JsonValue
    from generators.audio_music.generator import AudioMusic
    from generators.audio_music.network.model import Composer

MOST_SECONDS = 10.0  # for a bed of 15 s on two cores
LOUDNESS_OFF = 0.5  # LU
TEMPO_OFF = 0.02  # share of what was asked
LOUDEST_STEP = -60.0  # dBFS
THEMES = 100
_TABLES = {"bigram": "pairs of all training data", "rules": "runs of four of the rules' pieces"}


def make(music: AudioMusic, prompt: MusicPrompt, folder: Path) -> Made:
    """Make the piece that a prompt asks for."""
    wanted: dict[str, JsonValue] = {
        "prompt": prompt.text, "duration": prompt.duration, "seed": prompt.seed,
        "loudness": prompt.loudness,
    }  # fmt: skip
    return make_piece(music, wanted, folder)


def valid(prompt: MusicPrompt, made: Made) -> str:
    """Return what is wrong with a piece, or nothing."""
    frames = round(prompt.duration * made.rate)
    if len(made.samples) != frames:
        return f"{len(made.samples)} frames, not {frames}"
    level = measure(made.samples, made.rate)
    if not abs(level.loudness - prompt.loudness) <= LOUDNESS_OFF:
        return f"{level.loudness:.1f} LUFS, not {prompt.loudness:g}"
    if level.true_peak > -1.0:
        return f"a true peak of {level.true_peak:.2f} dBTP"
    if abs(made.samples).max() >= 1.0:
        return "clipped"
    return ""


def measure_pieces(figures: Figures, music: AudioMusic, prompts: list[MusicPrompt]) -> None:
    """Make all prompts and count what is as asked."""
    faults = []
    keys = keyed = tempi = timed = 0
    joins: list[Join] = []
    for number, prompt in enumerate(prompts):
        with tempfile.TemporaryDirectory() as folder:
            made = make(music, prompt, Path(folder))
            if fault := valid(prompt, made):
                faults.append(f"{fault}: {prompt.text}")
        if prompt.key is not None:
            keyed += 1
            found = key_of(made.samples, made.rate, loop=prompt.loop)
            keys += found[:2] == prompt.key
            if found[:2] != prompt.key:
                figures.note(f"key {found[:2]}, asked {prompt.key}: {prompt.text}")
        if prompt.tempo is not None:
            timed += 1
            found_tempo = tempo_of(made.samples, made.rate, prompt.tempo)
            near = abs(found_tempo / prompt.tempo - 1) <= TEMPO_OFF
            tempi += near
            if not near:
                figures.note(f"tempo {found_tempo:.1f}, asked {prompt.tempo:g}: {prompt.text}")
        if prompt.loop:
            joins.append(join_of(made.samples))
        if number % 20 == 19:
            print(f"{number + 1} of {len(prompts)}", file=sys.stderr)
    for fault in faults:
        figures.note(fault)
    share = 100 * (len(prompts) - len(faults)) / len(prompts)
    figures.add(f"{len(prompts)} prompts: valid, exact, loud as asked", share, "%", at_least=100)
    figures.add(f"key as asked, of {keyed}", 100 * keys / max(1, keyed), "%", at_least=90)
    figures.add(f"tempo as asked ± 2 %, of {timed}", 100 * tempi / max(1, timed), "%", at_least=95)
    add_joins(figures, joins)


def add_joins(figures: Figures, joins: list[Join]) -> None:
    """Add how the loops among the pieces join."""
    if not joins:
        return
    figures.add(f"{len(joins)} loops: worst step over the join beyond its surroundings",
                max(join.step for join in joins), "dBFS", at_most=LOUDEST_STEP)  # fmt: skip
    figures.add(f"{len(joins)} loops: worst residual at the join beyond its surroundings",
                max(join.click for join in joins), "dBFS", at_most=LOUDEST_STEP)  # fmt: skip


def measure_repeats(figures: Figures, music: AudioMusic) -> None:
    """Make the same twice, by two loaded pipelines, and other seeds."""
    again = load_starter()
    same, hashes = 0, set()
    for bed in BEDS[:4]:
        for seed in range(3):
            prompt = MusicPrompt(bed.text, bed.duration, seed)
            found = []
            for generator in (music, again):
                with tempfile.TemporaryDirectory() as folder:
                    made = make(generator, prompt, Path(folder))
                    found.append(hashlib.sha256(made.path.read_bytes()).hexdigest())
            same += found[0] == found[1]
            hashes.add(found[0])
    figures.add("same recipe, same SHA-256", same, "of 12", at_least=12)
    figures.add("different pieces from different seeds", len(hashes), "of 12", at_least=12)


def measure_seconds(figures: Figures, music: AudioMusic) -> None:
    """Time a bed of 15 s, loaded anew, in several genres; report what a person sees on the way."""
    taken = []
    for bed in BEDS:
        with tempfile.TemporaryDirectory() as folder:
            fresh = load_starter()
            taken.append(make(fresh, MusicPrompt(bed.text, 15.0, 1), Path(folder)).seconds)
    figures.add("a bed of 15 s, the slowest of twelve genres", max(taken), "s", MOST_SECONDS)
    figures.add("a bed of 15 s, on average", sum(taken) / len(taken), "s")
    assert isinstance(music.backend, Symbolic)
    figures.add("held in memory", music.memory_bytes() / 1e6, "MB")


def measure_network(figures: Figures, network: Composer, folder: Path, pieces: int) -> None:
    """Add what the network foresees of held-out music, against tables, and what it copies."""
    foresight = Foresight(folder, pieces)
    for kind in foresight.pieces:
        tables = foresight.of_tables(kind)
        found = foresight.of_network(network, kind)
        for name, value in tables.items():
            figures.add(f"held-out {kind}: {_TABLES[name]}", value, "nats a token")
        least = min(tables.values())
        figures.add(f"held-out {kind}: the network", found, "nats a token", at_most=least)
    known = Tunes(foresight.training)
    sampler = Sampler(network, 1.0, lambda: None)
    runs = []
    for number, prompt in enumerate(draw_prompts(THEMES)):
        dice = Dice(number)
        plan = decide(read_prompt(prompt.text), prompt.duration, dice)
        bars = NetworkIdeas(sampler, ("melody",)).tune(plan, plan.metre, dice)
        if bars is not None:
            tune = tune_of(Measure(plan.metre, 0, 0, "maj", bar) for bar in bars)
            runs.append(known.longest(tune) / plan.metre)
    figures.add(f"{THEMES} themes: fit to be sung", len(runs), "", at_least=0.9 * THEMES)
    figures.add(f"{len(runs)} themes: longest run of a training tune", max(runs), "bars", 2.0)
    people = [known.longest(tune_of(decode(piece))) for piece in foresight.pieces["scores"]]
    figures.add("held-out composers: the same, of twelve bars", max(people) / 4, "bars of four")


def write_sheets(music: AudioMusic, folder: Path) -> None:
    """Write twelve beds with pictures of their notes and their sound."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, bed in enumerate(BEDS, 1):
        made = make(music, bed, folder / f"{number:02d}")
        dice = Dice(bed.seed)
        plan = decide(read_prompt(bed.text), bed.duration, dice)
        title = f"{bed.text}   {plan.genre}, {plan.grid.tempo:.1f}, {plan.facts()['key']}"
        sheet = folder / f"{number:02d}.png"
        assert isinstance(music.backend, Symbolic)
        score = compose(plan, dice, music.backend.ideas(1.0, lambda: None))
        draw_sheet(score, made.samples, made.rate, title, sheet)
        print(sheet)


def main() -> int:
    """Print the figures; return the exit code."""
    reader = parser(__doc__ or "")
    reader.add_argument("--sheets", type=Path, help="write beds and pictures to this folder")
    reader.add_argument("--prompts", type=int, default=200)
    reader.add_argument("--data", type=Path, help="what the network was trained on")
    reader.add_argument("--pieces", type=int, default=60, help="held-out pieces of each kind")
    options = reader.parse_args()
    figures = Figures(options.check)
    music = load_starter()
    assert isinstance(music.backend, Symbolic)
    if options.data and music.backend.network:
        measure_network(figures, music.backend.network, options.data, options.pieces)
    else:
        figures.note("Nothing is said of what the network foresees and copies: no --data.")
    if options.sheets:
        write_sheets(music, options.sheets)
    measure_pieces(figures, music, draw_prompts(options.prompts))
    measure_repeats(figures, music)
    measure_seconds(figures, music)
    return figures.report()


if __name__ == "__main__":
    sys.exit(main())
