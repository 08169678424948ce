"""Where a job stands in its lane: positions are fractions, renumbered when they get too dense."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.core.errors import IllegalMove, NotFound
from studio.core.job import Lane
from studio.store import job_rows
from studio.store.job_rows import IS_OPEN

if TYPE_CHECKING:
    from studio.store.database import Database

_CLOSEST = 1e-6  # positions nearer than this, relative to their size, are renumbered first


def append(db: Database, lane: Lane, count: int) -> list[float]:
    """Return ``count`` rising positions at the end of a lane."""
    last = db.value(
        f"SELECT position FROM jobs WHERE {IS_OPEN} AND rank = ? ORDER BY position DESC LIMIT 1",
        (_rank(lane),),
    )
    start = float(int(last or 0.0))
    return [start + step for step in range(1, count + 1)]


def top(db: Database, lane: Lane, moving: str) -> float:
    """Return a position before everything that is open in a lane."""
    first = db.value(
        f"SELECT position FROM jobs WHERE {IS_OPEN} AND rank = ? AND id <> ?"
        " ORDER BY position LIMIT 1",
        (_rank(lane), moving),
    )
    return float(int(first or 0.0)) - 1.0


def beside(db: Database, neighbour: str, moving: str, *, before: bool) -> tuple[Lane, float]:
    """Return the lane of a neighbour and a position right before or after it.

    Raises:
        NotFound: There is no such neighbour.
        IllegalMove: It is not in the queue any more.
    """
    gap = _gap(db, neighbour, moving, before=before)
    if gap is None:
        lane, _ = _place(db, neighbour)
        renumber(db, lane)
        gap = _gap(db, neighbour, moving, before=before)
        assert gap is not None  # whole numbers are never too close
    return gap


def _gap(db: Database, neighbour: str, moving: str, *, before: bool) -> tuple[Lane, float] | None:
    lane, position = _place(db, neighbour)
    comparison, order = ("<", "DESC") if before else (">", "ASC")
    other = db.value(
        f"SELECT position FROM jobs WHERE {IS_OPEN} AND rank = ? AND position {comparison} ?"
        f" AND id <> ? ORDER BY position {order} LIMIT 1",
        (_rank(lane), position, moving),
    )
    if other is None:
        return lane, position - 1.0 if before else position + 1.0
    if abs(other - position) < _CLOSEST * max(1.0, abs(position)):
        return None
    return lane, (other + position) / 2


def _place(db: Database, job_id: str) -> tuple[Lane, float]:
    row = db.row(f"SELECT lane, position, {IS_OPEN} FROM jobs WHERE id = ?", (job_id,))
    if row is None:
        raise NotFound(f"There is no job {job_id}.")
    if not row[2]:
        raise IllegalMove("The job to move next to has ended.", "Choose one that is in the queue.")
    return Lane(row[0]), row[1]


def renumber(db: Database, lane: Lane) -> None:
    """Give the open jobs of a lane whole positions in the same order.

    Claims that passed a job keep their place among them.
    """
    rows = db.rows(
        f"SELECT position, 0, number, id FROM jobs WHERE {IS_OPEN} AND rank = ?"
        " UNION ALL SELECT position, 1, seq, '' FROM overtakes WHERE lane = ?"
        " ORDER BY 1, 2, 3",
        (_rank(lane), lane.value),
    )
    for place, (position, is_claim, number, job_id) in enumerate(rows, start=1):
        if is_claim:
            db.rows("UPDATE overtakes SET position = ? WHERE seq = ?", (float(place), number))
        elif position != place:
            job_rows.touch(db, job_id, position=float(place))


def _rank(lane: Lane) -> int:
    return list(Lane).index(lane)
