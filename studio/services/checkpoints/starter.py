"""Checkpoints that come with Brandloom (``assets/starter``); a copy without them works as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.paths import resources

if TYPE_CHECKING:
    from pathlib import Path

INDEX = {"image": "model_index.json"}


def starter_checkpoint(modality: str) -> Path | None:
    """Return the folder of the shipped checkpoint for a modality, or None."""
    index = INDEX.get(modality)
    folder = resources() / "starter" / modality
    return folder if index and (folder / index).is_file() else None
