"""Chance, one kind apart from another: what changes one thing leaves the others as drawn."""

from __future__ import annotations

import random


class Dice:
    """Random generators by name, all from one seed.

    So the tune stays when the piece becomes calmer or shorter, which only draws fewer notes of it.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def of(self, name: str) -> random.Random:
        """Return a generator that depends on the seed and the name alone."""
        return random.Random(f"{self.seed}/{name}")  # a text is hashed the same everywhere
