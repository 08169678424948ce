"""Identifiers and seeds that follow from a campaign and a step's key.

A step that is run again after a kill asks for the very same jobs, creatives and files, so nothing
is ever doubled. The same keys with another revision are other identifiers.
"""

from __future__ import annotations

import hashlib

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TIME_PART = 10  # characters of a ULID that hold the time


def derived_id(campaign_id: str, key: str) -> str:
    """Return 26 characters: the campaign's time, so that they sort together, then a hash."""
    digest = int.from_bytes(hashlib.sha256(f"{campaign_id}\n{key}".encode()).digest()[:10], "big")
    tail = "".join(_ALPHABET[(digest >> shift) & 31] for shift in range(75, -5, -5))
    return (campaign_id[:TIME_PART] + tail)[:26]


def derived_seed(seed: int, key: str) -> int:
    """Return a seed below 2³¹ for one piece."""
    digest = hashlib.sha256(f"{seed}\n{key}".encode()).digest()
    return int.from_bytes(digest[:4], "big") & 0x7FFFFFFF


def piece_key(*parts: str | int, revision: int = 0) -> str:
    """Return a step key such as ``visual/wide/1`` or ``visual/wide/1@2`` for its second remake."""
    key = "/".join(str(part) for part in parts)
    return f"{key}@{revision}" if revision else key


def round_key(key: str, number: int) -> str:
    """Return a step key with its round, from 1: ``select/meta_feed/en#2``."""
    return f"{key}#{number}"
