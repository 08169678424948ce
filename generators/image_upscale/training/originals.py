"""Builds the originals that the shipped upscaler learns from, and those that it never sees.

    python -m generators.image_upscale.training.originals FOLDER [--scenes N] [--held N] [--seed N]
        [--renders FOLDER]

Packages are fetched into ``FOLDER/fetched`` (see ``generators._data.sources``), then two sets of
square pictures are composed: ``train.npy`` and ``held.npy``. Whether a drawing is held out
follows from its name alone; one whole style of icons is held out besides. ``pictures.json`` lists
the source and SHA-256 of every drawing that was used.

``--renders`` takes shards of rendered products of ``SIDE`` pixels (``.npz`` with ``pixels`` and
``wishes``, as the starter image model's renderer writes them with ``--side 384``); they become
``train-renders.npy`` and ``held-renders.npy``, apart by subject.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from generators._data.scenes import cut_out, scene
from generators._data.sources import Drawing, drawings, fetch_all

if TYPE_CHECKING:
    from PIL import Image

SIDE = 384  # px of an original
HELD_STYLE = "flat-color"  # never trained on, not one icon
HELD_EVERY = 20  # of the others, one in so many is held out
HELD_SUBJECTS = 8  # of the rendered subjects, one in so many
RASTER_SIDE = 224  # px; rendered cut-outs come with 256, and are crisp a little below that
SHARES = {"fluent-3d": 0.4, "openclipart": 0.15}  # of the scenes; the rest is icons
FONTS = Path(__file__).resolve().parents[3] / "assets" / "fonts"


def is_held(name: str) -> bool:
    """Tell whether a drawing is kept from training."""
    if name.startswith(f"{HELD_STYLE}/"):
        return True
    every = HELD_SUBJECTS if name.startswith("render/") else HELD_EVERY
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % every == 0


def build(folder: Path, scenes: int, held: int, seed: int) -> None:
    """Write both sets and the record; what is there already is kept.

    Raises:
        LicenceRefused, FetchFailed: From the fetching.
    """
    by_source: dict[bool, dict[str, list[Drawing]]] = {False: {}, True: {}}
    for package in fetch_all(folder / "fetched"):
        for drawing in drawings(package):
            group = by_source[is_held(drawing.name)]
            group.setdefault(package.source.name, []).append(drawing)
    used: dict[str, str] = {}
    for name, count, kept in (("train", scenes, False), ("held", held, True)):
        chance = np.random.default_rng(seed + kept)
        pictures = _compose(chance, by_source[kept], count, used)
        np.save(folder / f"{name}.npy", pictures)
        sys.stdout.write(f"{name}: {len(pictures)} pictures of {SIDE} px\n")
    (folder / "pictures.json").write_text(json.dumps(used, indent=0), encoding="utf-8")


def sort_renders(shards: Path, folder: Path) -> None:
    """Write the pictures of rendered shards into two sets, apart by subject.

    Raises:
        ValueError: A shard holds pictures of another size.
    """
    sets: dict[bool, list[np.ndarray]] = {False: [], True: []}
    subjects: dict[bool, set[str]] = {False: set(), True: set()}
    for file in sorted(shards.glob("shard-*.npz")):
        with np.load(file) as shard:
            pixels, wishes = shard["pixels"], json.loads(str(shard["wishes"]))
        if pixels.shape[1:3] != (SIDE, SIDE):
            raise ValueError(
                f"{file.name} holds pictures of {pixels.shape[2]}×{pixels.shape[1]} px"
            )
        for picture, wish in zip(pixels, wishes, strict=True):
            held = is_held(f"render/{wish['subject']}")
            sets[held].append(picture)
            subjects[held].add(wish["subject"])
    for name, held in (("train", False), ("held", True)):
        if sets[held]:
            np.save(folder / f"{name}-renders.npy", np.stack(sets[held]))
            said = ", ".join(sorted(subjects[held])) if held else f"{len(subjects[held])} subjects"
            sys.stdout.write(f"{name}-renders: {len(sets[held])} pictures of {said}\n")


def _compose(
    chance: np.random.Generator, sources: dict[str, list[Drawing]], count: int, used: dict[str, str]
) -> np.ndarray:
    fonts = sorted(FONTS.glob("*.ttf"))
    pictures = np.empty((count, SIDE, SIDE, 3), np.uint8)
    for number in range(count):
        items: list[Image.Image] = []
        while not items:  # a drawing that cannot be drawn is passed over
            for _ in range(int(chance.choice((1, 1, 2, 3)))):
                drawing = _choose(chance, sources)
                side = int(chance.integers(110, SIDE + 80))
                made = cut_out(
                    drawing, min(side, RASTER_SIDE) if drawing.kind == "raster" else side
                )
                if made is not None:
                    items.append(made)
                    used[drawing.name] = drawing.sha256
        pictures[number] = np.asarray(scene(chance, items, SIDE, fonts))
    return pictures


def _choose(chance: np.random.Generator, sources: dict[str, list[Drawing]]) -> Drawing:
    dice = chance.random()
    for name, share in SHARES.items():
        if dice < share and name in sources:
            return sources[name][chance.integers(len(sources[name]))]
        dice -= share
    others = sorted(set(sources) - set(SHARES))
    name = others[chance.integers(len(others))] if others else sorted(sources)[0]
    return sources[name][chance.integers(len(sources[name]))]


def main(arguments: list[str] | None = None) -> int:
    """Build from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m generators.image_upscale.training.originals",
        description="Fetch permissively licensed pictures and compose originals to train on.",
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=1600)
    parser.add_argument("--held", type=int, default=96)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--renders", type=Path, help="shards of rendered products")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    build(chosen.folder, chosen.scenes, chosen.held, chosen.seed)
    if chosen.renders:
        sort_renders(chosen.renders, chosen.folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
