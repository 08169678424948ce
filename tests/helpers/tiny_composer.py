"""A folder of starter music with a small random network, and data to train one on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import torch

from generators.audio_music.network.data import rule_pieces, save
from generators.audio_music.network.model import Composer, Shape
from generators.audio_music.network.model import save as save_network
from generators.audio_music.network.tokens import vocabulary

STARTER = Path(__file__).resolve().parents[2] / "assets" / "starter" / "music"
PARTS = ("melody", "drums")


def tiny_network(seed: int = 0, context: int = 1536) -> Composer:
    """Return a network with random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        shape = Shape(vocabulary().size, width=32, layers=2, heads=2, context=context)
        return Composer(shape).eval()


def composer_folder(folder: Path, parts: tuple[str, ...] = PARTS) -> Path:
    """Write the starter with a network beside its soundfont."""
    shutil.copytree(STARTER, folder)
    save_network(tiny_network(), folder / "composer.safetensors")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config |= {"network": "composer.safetensors", "network_parts": list(parts)}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def tiny_data(folder: Path, pieces: int = 24) -> Path:
    """Write training data of a few pieces by the rules."""
    save(rule_pieces(pieces, 3), folder)
    return folder
