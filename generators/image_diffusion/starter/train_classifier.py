"""Train the network that names subjects: ``python -m …starter.train_classifier``.

One command, seeded, and it goes on where it was stopped. The pictures are drawn for it from seeds
of its own, so shapes, colours, cameras and backgrounds are none that a generator was trained on.
They are blurred, recompressed and made noisy at random: a soft picture must still be judged by its
shape. The accuracy is measured on further seeds, on clean renders of the full size.
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image, ImageFilter

from generators.image_diffusion.starter.classifier import SIDE, Classifier, as_input
from generators.image_diffusion.starter.subjects import SUBJECTS
from generators.image_diffusion.starter.training import Run, learning_rate, set_rate
from generators.image_diffusion.starter.wishes import draw_picture, draw_wish

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Numbers of ``renders`` start at 0; these are far off, and mixed with another constant.
_SEED = (900_000, 20261126)
_HELD_OUT_SEED = (950_000, 20261126)
_PART = 1000  # pictures in a file

Pictures = tuple["NDArray[np.uint8]", "NDArray[np.int64]"]


def draw_part(seed: tuple[int, ...], count: int, side: int) -> Pictures:
    """Draw ``count`` pictures, the subjects in turn; return pixels and subjects' numbers."""
    rng = np.random.default_rng(seed)
    pixels = np.empty((count, side, side, 3), np.uint8)
    numbers = np.arange(count) % len(SUBJECTS)
    names = list(SUBJECTS)
    for index, number in enumerate(numbers):
        wish = draw_wish(rng, names[number])
        pixels[index] = draw_picture(wish, (side, side), rng).pixels
    return pixels, numbers


def drawn(folder: Path, count: int) -> Pictures:
    """Return the training pictures; those that an earlier call drew are read."""
    folder.mkdir(parents=True, exist_ok=True)
    pixels, numbers = [], []
    size = min(_PART, count)
    for part in range(-(-count // size)):
        path = folder / f"part-{part:03d}-{size}.npz"
        if not path.exists():
            made = draw_part((*_SEED, part), size, SIDE)
            partial = path.with_suffix(".new.npz")
            np.savez(partial, pixels=made[0], numbers=made[1])
            partial.replace(path)
        with np.load(path) as data:
            pixels.append(data["pixels"])
            numbers.append(data["numbers"])
    return np.concatenate(pixels)[:count], np.concatenate(numbers)[:count]


def worn(pixels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return a picture shifted, mirrored, and now and then soft, recompressed or noisy."""
    room = 5
    wide = np.pad(pixels, ((room, room), (room, room), (0, 0)), mode="edge")
    y, x = rng.integers(0, 2 * room + 1, 2)
    moved = wide[y : y + SIDE, x : x + SIDE]
    picture = Image.fromarray(np.ascontiguousarray(moved[:, ::-1] if rng.random() < 0.5 else moved))
    if rng.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 1.3)))
    if rng.random() < 0.25:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=int(rng.integers(30, 90)))
        picture = Image.open(buffer)
    values = np.asarray(picture, np.float32)
    if rng.random() < 0.4:
        values = values + rng.normal(0, rng.uniform(2, 10), values.shape).astype(np.float32)
    contrast = rng.uniform(0.85, 1.15)
    return ((values - 128) * contrast + 128).clip(0, 255).astype(np.uint8)


def accuracy(network: Classifier, count: int) -> float:
    """Return the share of ``count`` held-out renders of 128 px that are named right."""
    pixels, numbers = draw_part(_HELD_OUT_SEED, count, 2 * SIDE)
    ranked = network.ranked(list(pixels))
    names = list(SUBJECTS)
    right = [row[0] == names[number] for row, number in zip(ranked, numbers, strict=True)]
    return float(np.mean(right))


def train(options: argparse.Namespace) -> Classifier:
    """Train until ``options.steps``; takes up where an earlier call stopped."""
    torch.manual_seed(4)
    network = Classifier()
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimiser = torch.optim.AdamW(network.parameters(), 1e-3, weight_decay=0.02)
    run = Run(
        options.folder,
        last=options.steps,
        threads=options.threads,
        pause_after=options.pause_after,
    )
    run.keep(network=network, optimiser=optimiser)
    pixels, numbers = drawn(options.folder / "pictures", options.pictures)
    network.train()
    for step in run.steps():
        rng = np.random.default_rng((step, 13))
        torch.manual_seed(step)
        set_rate(optimiser, learning_rate(step, options.steps, 3e-3, warm=100))
        chosen = rng.integers(0, len(pixels), options.batch)
        values = as_input(np.stack([worn(pixels[i], rng) for i in chosen]))
        with torch.autocast("cpu", torch.bfloat16):
            scores = network(values)
        wanted = torch.from_numpy(numbers[chosen])
        loss = torch.nn.functional.cross_entropy(scores.float(), wanted, label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        right = (scores.argmax(1) == wanted).float().mean()
        run.note(loss=loss, wrong=1 - right)
    network.eval()
    return network


def main(arguments: list[str] | None = None) -> int:
    """Train from the command line, measure, and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where the training is kept")
    parser.add_argument("target", type=Path, help="the .safetensors file to write")
    parser.add_argument("--pictures", type=int, default=24000)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--held-out", type=int, default=2100)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--pause-after", type=int, default=0, help="steps of this start; 0: all")
    chosen = parser.parse_args(arguments)
    network = train(chosen)
    share = accuracy(network, chosen.held_out)
    facts = {"held_out_accuracy": f"{share:.4f}", "held_out_pictures": str(chosen.held_out)}
    network.save(chosen.target, facts)
    print(f"{100 * share:.2f} % of {chosen.held_out} held-out renders named right")  # noqa: T201
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
