"""Checkpoints that come with Brandloom (``assets/starter``); a copy without them works as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.paths import resources

if TYPE_CHECKING:
    from pathlib import Path

#: Folder and the file that it cannot be without, by modality.
STARTERS = {"image": ("image", "model_index.json"), "audio": ("music", "config.json")}


def starter_checkpoint(modality: str) -> Path | None:
    """Return the folder of the shipped checkpoint for a modality, or None."""
    if modality not in STARTERS:
        return None
    name, index = STARTERS[modality]
    folder = resources() / "starter" / name
    return folder if (folder / index).is_file() else None
