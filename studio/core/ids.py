"""Identifiers: 26 characters that sort by the time they were made (ULID, Crockford base 32)."""

from __future__ import annotations

import secrets
import time

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_id() -> str:
    """Return a new identifier: 48 bits of milliseconds, 80 random bits.

    Source: the ULID specification, https://github.com/ulid/spec
    """
    value = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -5, -5))
