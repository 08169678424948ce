"""Which SQLite this process really uses: the one bundled by apsw, not the system's."""

from __future__ import annotations

import apsw


def sqlite_version() -> str:
    """Return the version of the bundled SQLite, such as ``3.54.1``."""
    return apsw.sqlite_lib_version()
