"""Copy as CSV and JSON. The CSV opens in Excel as it is and runs nothing there."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS = (
    "placement", "placement_name", "language", "size", "variant", "status", "field", "position",
    "text", "width", "limit", "file",
)  # fmt: skip
#: A cell that starts like this is a formula to a spreadsheet.
#: Source: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One text of one creative; ``width`` and ``limit`` by the placement's own rule."""

    placement: str
    placement_name: str
    language: str
    size: str
    variant: int
    status: str
    field: str
    position: int
    text: str
    width: int
    limit: int
    file: str = ""


def safe_cell(text: str) -> str:
    """Return a text that a spreadsheet shows and never computes."""
    return (
        f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) or text[:1] in _FORMULA else text
    )


def as_csv(rows: Sequence[CopyRow]) -> bytes:
    """Return UTF-8 with a byte order mark, CRLF, every cell quoted."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        values = asdict(row)
        writer.writerow(
            safe_cell(values[key]) if isinstance(values[key], str) else values[key]
            for key in COLUMNS
        )
    return buffer.getvalue().encode("utf-8-sig")


def as_json(rows: Sequence[CopyRow]) -> bytes:
    """Return the same as JSON, texts exactly as they are."""
    body = {"copy": [asdict(row) for row in rows]}
    return json.dumps(body, ensure_ascii=False, indent=2).encode() + b"\n"
