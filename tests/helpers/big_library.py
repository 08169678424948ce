"""A library with many assets, for benchmarks of the store and of the window that shows them."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING

from generators.api import Request
from studio.core.recipe import Recipe
from studio.store import Library, NewAsset

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LATIN = [
    word
    for line in (
        "bottle table evening mountain summer sale café studio light portrait product headline",
        "coffee running shoes watch perfume glass marble wooden soft shadow golden hour minimal",
        "bright colour campaign launch discount fresh organic green leather vintage neon city",
    )
    for word in line.split()
]
CHINESE = "夏日特卖城市夜景咖啡新品上市限时优惠清晨山谷玻璃瓶子柔和光线高级质感健康生活运动跑鞋"


def words(chance: random.Random, count: int) -> str:
    """Return a prompt of about ``count`` words, a third of them Chinese."""
    parts = []
    for _ in range(count):
        start = chance.randrange(len(CHINESE) - 4)
        run = CHINESE[start : start + chance.randint(2, 4)]
        parts.append(run if chance.random() < 0.3 else chance.choice(LATIN))
    return " ".join(parts)


def fill(
    library: Library,
    count: int,
    *,
    seed: int = 1,
    content: Callable[[int], bytes] = lambda number: f"asset {number}".encode(),
) -> list[str]:
    """Add ``count`` assets with files, prompts, tags, ratings and recipes; return their ids.

    The files are written without flushing, so that this is fast; ``content`` makes their bytes.
    """
    chance = random.Random(seed)
    ids: list[str] = []
    for start in range(0, count, 2000):
        with library.transaction():
            numbers = range(start, min(count, start + 2000))
            ids += [_add(library, chance, number, content(number)) for number in numbers]
    board = library.assets.create_board(f"Board {seed}")
    library.assets.add_to_board(board.id, ids[:: max(1, len(ids) // 200)])
    return ids


def _add(library: Library, chance: random.Random, number: int, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"assets/{sha256[:2]}/{sha256}.png"
    file: Path = library.root / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)
    prompt = words(chance, 25)
    request = Request("image_diffusion", "text_to_image", {"prompt": prompt, "seed": number})
    new = NewAsset(
        sha256,
        path,
        "image/png",
        chance.choice(("image", "image", "image", "text", "audio")),
        len(content),
        title=words(chance, 4),
        prompt=prompt,
        model=f"checkpoint {number % 7}",
        width=1024,
        height=1024,
        recipe=Recipe(request, seed=number, execution={"device": "cpu", "dtype": "float32"}),
        source="imported",
        tags=tuple(chance.sample(LATIN, chance.randint(0, 3))),
    )
    asset = library.assets.add(replace(new, id=f"asset{number:06}"))
    if number % 5 == 0:
        library.assets.update(asset.id, rating=chance.randint(1, 5))
    return asset.id
