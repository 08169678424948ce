"""The starter model's pictures against their bars: shape, colour, copies, seeds, time, repeats.

    python tests/benchmarks/starter_image.py [--check] [--sheets FOLDER] [--checkpoint FOLDER]
        [--prompts N] [--training FOLDER]

Every picture is made by the ordinary generator with the checkpoint's own steps and guidance. The
instruments are checked first, on renders whose truth is known: a classifier that was trained on
renders alone (``generators.image_diffusion.starter.train_classifier``) and colours in CIE Lab.
``--training`` names the folder of shards that the checkpoint was trained on; without it, a part of
them is drawn again. ``--sheets`` saves contact sheets; ``blind.png`` has no captions, so that a
person can name its subjects first and look them up in ``blind.txt`` afterwards.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

HERE = Path(__file__).resolve()
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parents[2])]
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.simplefilter("ignore")

from studio.engine.executors.local import SPINS  # noqa: E402

os.environ.setdefault("GOMP_SPINCOUNT", SPINS)  # as workers run, before torch is imported

import numpy as np  # noqa: E402
from helpers import starter_colours as colours  # noqa: E402
from helpers.figures import Figures, parser  # noqa: E402
from helpers.starter_pictures import (  # noqa: E402
    ROOT,
    Prompt,
    Studio,
    Training,
    contact_sheet,
    draw_prompts,
    nearest,
    read_shard,
    shrunk,
)
from PIL import Image  # noqa: E402

from generators.image_diffusion.starter.classifier import load_classifier  # noqa: E402
from generators.image_diffusion.starter.latents import load_vae  # noqa: E402
from generators.image_diffusion.starter.networks import scale_of  # noqa: E402
from generators.image_diffusion.starter.renders import draw_shard  # noqa: E402
from generators.image_diffusion.starter.train_vae import psnr, rebuild  # noqa: E402
from generators.image_diffusion.starter.wishes import draw_picture, draw_wish  # noqa: E402

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from diffusers import AutoencoderTiny
    from numpy.typing import NDArray

    from generators.image_diffusion.starter.classifier import Classifier
    from generators.image_diffusion.starter.wishes import Wish

CLASSIFIER = HERE.parent / "data" / "starter_classifier.safetensors"
SEEDS, SEED_PROMPTS = 4, 12
_FRESH_SEED = (970_000, 20261128)  # of renders that nothing was trained on


def fresh_renders(count: int) -> tuple[list[NDArray[np.uint8]], list[Wish]]:
    """Return renders of 128 px by a seed of their own."""
    rng = np.random.default_rng(_FRESH_SEED)
    wishes = [draw_wish(rng) for _ in range(count)]
    return [draw_picture(wish, (128, 128), rng).pixels for wish in wishes], wishes


def share(right: Sequence[bool]) -> float:
    """Return per cent."""
    return 100 * float(np.mean(right))


def score(
    figures: Figures,
    classifier: Classifier,
    pictures: Sequence[NDArray[np.uint8]],
    wishes: Sequence[Wish],
    what: str,
    bars: tuple[float | None, ...],
) -> list[list[str]]:
    """Add the shares of subjects and colours that are as asked; return the subjects named."""
    ranked = classifier.ranked(pictures)
    pairs = list(zip(ranked, wishes, strict=True))
    both = list(zip(pictures, wishes, strict=True))
    measured = {
        "subject named, first guess": [row[0] == wish.subject for row, wish in pairs],
        "subject among five guesses": [wish.subject in row[:5] for row, wish in pairs],
        "subject's colour as asked": [colours.subject_is_as_asked(*pair) for pair in both],
        "background as asked": [colours.background_is_as_asked(*pair) for pair in both],
    }
    for (name, right), bar in zip(measured.items(), bars, strict=True):
        figures.add(f"{what}: {name}", share(right), "%", at_least=bar)
    return ranked


def check_instruments(figures: Figures, classifier: Classifier, accuracy: float) -> None:
    """Measure renders, whose truth is known, as generated pictures will be measured."""
    figures.add("classifier: right on its held-out renders", 100 * accuracy, "%", at_least=95)
    pictures, wishes = fresh_renders(350)
    score(figures, classifier, pictures, wishes, "renders", (95, 99, 97, 98))
    rng = np.random.default_rng(1)
    others = [rng.choice([name for name in colours.NAMES if name != w.colour]) for w in wishes]
    wrong = [
        colours.subject_is_as_asked(pixels, wish, str(other))
        for pixels, wish, other in zip(pictures, wishes, others, strict=True)
    ]
    figures.add("renders: taken for a colour drawn at random", share(wrong), "%", at_most=12)


def fast_vae(checkpoint: Path) -> AutoencoderTiny:
    """Return the checkpoint's autoencoder in the memory layout that is fastest on a CPU."""
    import torch

    return load_vae(checkpoint / "vae").float().to(memory_format=torch.channels_last)


def scale_of_checkpoint(checkpoint: Path) -> int:
    """Return how many times the pixels of ``wishes.BUCKETS`` it makes, each way."""
    config = json.loads((checkpoint / "unet" / "config.json").read_text("utf-8"))
    return scale_of(config["block_out_channels"])


def check_vae(figures: Figures, checkpoint: Path, scratch: Path, scale: int) -> None:
    """Encode and decode pictures of shards that no training sees."""
    vae = fast_vae(checkpoint)
    (scratch / "held").mkdir()
    held = [read_shard(draw_shard(scratch / "held", n, 40, scale=scale))[0]
            for n in (0, 960_001, 960_002)]  # fmt: skip
    values = [psnr(rebuild(vae, pixels), pixels) for pixels in held]
    figures.add("autoencoder: PSNR on held-out renders", float(np.mean(values)), "dB", at_least=27)


def check_copies(
    figures: Figures, made: Sequence[NDArray[np.uint8]], training: Training, checkpoint: Path
) -> None:
    """Compare with the nearest training picture, at 32 × 32 px.

    A copy is what is as near to a training picture as that picture's own way through the
    autoencoder: nothing nearer can come out of the model.
    """
    vae = fast_vae(checkpoint)
    some = training.pixels[:: max(1, len(training.pixels) // 100)]
    there_and_back = shrunk(rebuild(vae, some)) - shrunk(some)
    own = np.sqrt((there_and_back**2).mean((1, 2, 3)))
    limit = float(np.quantile(own, 0.9))
    found = nearest(shrunk(np.stack(made)), training.small)
    fresh = nearest(shrunk(np.stack(fresh_renders(350)[0])), training.small)
    figures.note(
        f"nearest of {len(training.small)} training pictures, RMS levels at 32 px: generated "
        f"{_spread(found)}; fresh renders {_spread(fresh)}; a copy is below {limit:.1f}"
    )
    copies = int((found < limit).sum())
    figures.add("generated: copies of a training picture", copies, "", at_most=0)
    figures.add("fresh renders taken for copies", int((fresh < limit).sum()), "")


def _spread(values: NDArray[np.float64]) -> str:
    low, tenth, middle = np.quantile(values, (0, 0.1, 0.5))
    return f"least {low:.1f}, tenth {tenth:.1f}, middle {middle:.1f}"


def check_seeds(figures: Figures, studio: Studio, prompts: Sequence[Prompt]) -> None:
    """Make some prompts with several seeds; compare them, and renders of one wish likewise."""
    made, drawn = [], []
    for number, prompt in enumerate(prompts[:SEED_PROMPTS]):
        rng = np.random.default_rng((*_FRESH_SEED, number))
        made.append([studio.make(prompt.text, 1000 + seed)[0] for seed in range(SEEDS)])
        drawn.append([draw_picture(prompt.wish, (128, 128), rng).pixels for _ in range(SEEDS)])
    for what, groups, bar in (("generated", made, 10.0), ("renders", drawn, None)):
        far = [
            float(np.sqrt(((a - b) ** 2).mean()))
            for group in groups
            for a, b in itertools.combinations(shrunk(np.stack(group)), 2)
        ]
        name = f"{what}: distance of two seeds, RMS levels"
        figures.add(name, float(np.mean(far)), "", at_least=bar)


def check_time(figures: Figures, make: Callable[[], Studio], prompt: Prompt) -> NDArray[np.uint8]:
    """Load the checkpoint and make one large visual, on two cores."""
    begun = time.perf_counter()
    studio = make()
    loaded = time.perf_counter()
    pixels, note = studio.make(prompt.text, prompt.seed, width=1080, height=1080)
    done = time.perf_counter()
    figures.note(f"the large visual: {note}")
    figures.add("load the checkpoint", loaded - begun, "s")
    figures.add("load and make one visual of 1080 × 1080", done - begun, "s", at_most=15)
    again, _ = studio.make(prompt.text, prompt.seed, width=1080, height=1080)
    figures.add("make it again, loaded", time.perf_counter() - done, "s")
    other = make()
    twin, _ = other.make(prompt.text, prompt.seed, width=1080, height=1080)
    same = studio.generator.execution_record() == other.generator.execution_record()
    sums = {hashlib.sha256(item.tobytes()).hexdigest() for item in (pixels, again, twin)}
    figures.add("different pixels in three makings of one recipe", len(sums) - 1, "", at_most=0)
    figures.add("execution records that differ", 0 if same else 1, "", at_most=0)
    return pixels


def save_sheets(
    folder: Path,
    prompts: Sequence[Prompt],
    made: Sequence[NDArray[np.uint8]],
    ranked: Sequence[Sequence[str]],
) -> None:
    """Save sheets of sixty with captions, and one without that is to be named by a person."""
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, len(made), 60):
        part = slice(start, start + 60)
        sheet = contact_sheet(made[part], [prompt.text for prompt in prompts[part]])
        sheet.save(folder / f"sheet-{start // 60 + 1}.png")
    chosen = np.random.default_rng(3).permutation(len(made))[:60]
    contact_sheet([made[i] for i in chosen], [""] * len(chosen)).save(folder / "blind.png")
    lines = [f"{n + 1} {prompts[i].wish.subject}: {prompts[i].text}" for n, i in enumerate(chosen)]
    (folder / "blind.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rows = [
        {"prompt": prompt.text, "wish": prompt.wish.to_json(), "named": list(names[:5])}
        for prompt, names in zip(prompts, ranked, strict=True)
    ]
    text = json.dumps(rows, ensure_ascii=False, indent=0)
    (folder / "prompts.json").write_text(text + "\n", encoding="utf-8")


def measure(options: argparse.Namespace, scratch: Path) -> Figures:
    """Run everything."""
    import torch

    torch.set_num_threads(2)
    figures = Figures(options.check)
    files = sorted(options.upscaler.glob("*.safetensors")) if options.upscaler.is_dir() else []
    upscaler = files[0] if files else None
    figures.note(f"upscaler: {upscaler.name if upscaler else 'none installed'}; no icons")
    classifier, facts = load_classifier(CLASSIFIER)
    check_instruments(figures, classifier, float(facts["held_out_accuracy"]))
    scale = scale_of_checkpoint(options.checkpoint)
    check_vae(figures, options.checkpoint, scratch, scale)
    training = Training(options.training, options.redrawn, scratch, scale)
    prompts = draw_prompts(options.prompts, training.wishes)
    studio = Studio(options.checkpoint, scratch / "made", upscaler)
    begun = time.perf_counter()
    results = [studio.make(prompt.text, prompt.seed) for prompt in prompts]
    figures.add(f"seconds for each of {len(prompts)} pictures",
                (time.perf_counter() - begun) / len(prompts), "s")  # fmt: skip
    figures.add("prompts not read to their end", sum("not read" in note for _, note in results), "")
    made = [pixels for pixels, _ in results]
    wishes = [prompt.wish for prompt in prompts]
    ranked = score(figures, classifier, made, wishes, "generated", (70, 90, 80, 95))
    check_copies(figures, made, training, options.checkpoint)
    check_seeds(figures, studio, prompts)
    large = check_time(
        figures, lambda: Studio(options.checkpoint, scratch / "large", upscaler), prompts[0]
    )
    if options.sheets:
        save_sheets(options.sheets, prompts, made, ranked)
        Image.fromarray(large).save(options.sheets / "large-1.png")
        for prompt in prompts[1 : options.large]:
            pixels, _ = studio.make(prompt.text, prompt.seed, width=1080, height=1080)
            Image.fromarray(pixels).save(options.sheets / f"large-{prompt.seed + 1}.png")
    return figures


def main() -> int:
    """Measure, print, return the exit code."""
    options = parser(__doc__ or "")
    options.add_argument("--checkpoint", type=Path, default=ROOT / "assets" / "starter" / "image")
    options.add_argument("--upscaler", type=Path, default=ROOT / "assets" / "starter" / "upscaler")
    options.add_argument("--prompts", type=int, default=500)
    options.add_argument("--training", type=Path, help="folder of the shards that were trained on")
    options.add_argument("--redrawn", type=int, default=1500, help="of them, without --training")
    options.add_argument("--sheets", type=Path, help="where to save contact sheets")
    options.add_argument("--large", type=int, default=6, help="large visuals among the sheets")
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        return measure(wanted, Path(scratch)).report()


if __name__ == "__main__":
    sys.exit(main())
